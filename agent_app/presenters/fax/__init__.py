"""Fax: the document that is being made, pages fetched from the switch, the agent's faxes and the inbox."""
