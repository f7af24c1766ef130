"""SIP over UDP (RFC 3261): messages, transactions, timers, socket and thread. It knows no trunk, no leg and no call.

From the socket inwards: ``thread`` (the SIP thread) over ``transport`` (socket) → ``reader`` (a datagram is read once) → ``transactions``,
``client`` and ``server``. ``message`` has the fields as they came, ``grammar`` reads them. ``stateless``: responses without a
transaction. ``timers``: what happens later. Only ``transport`` and ``thread`` do I/O.
"""
