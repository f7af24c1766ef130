"""The demo's telephones, two programs with PJSIP: ``caller`` calls the centre, ``outside`` is called by the centre."""

SLOTS = 4
"""Calls at once in one process, as compiled into the PJSIP wheel (``PJSUA_MAX_CALLS``)."""
