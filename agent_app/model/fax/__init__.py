"""Fax at the desk: the document that is being made, the agent's faxes, the inbox, an opened fax. Pure."""
