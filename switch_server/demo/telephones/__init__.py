"""The demo's telephones, by PJSIP: ``caller`` rings the centre up, ``outside`` is who the centre calls. Programs of their own."""

SLOTS = 4
"""Calls at once in one process: what the wheel is compiled for (``PJSUA_MAX_CALLS``)."""
