"""A customer's fax machine for tests, independent of the fax card: its own process, its own binding of spandsp, its own RTP and UDPTL.

``python -m tests.fax_machine rtp …`` speaks plain RTP or T.38, ``python -m tests.fax_machine sip …`` is a SIP telephone (pjsua2).
"""
