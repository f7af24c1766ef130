"""The demo's telephones, two programs with PJSIP: ``caller`` calls the centre, ``outside`` is called by the centre; one of its telephones is a fax machine."""

SLOTS = 4
"""Calls at once in one process, as compiled into the PJSIP wheel (``PJSUA_MAX_CALLS``)."""
FAX_NUMBER = "02085550188"
"""The number of the demo's fax machine."""
