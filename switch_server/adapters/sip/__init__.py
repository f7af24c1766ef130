"""SIP over UDP (RFC 3261): messages, transactions, timers, socket and thread. It knows no trunk, no leg and no call.

From the socket inwards: ``thread`` (the SIP thread) over ``transport`` (socket) and ``batch`` (many datagrams at a time) → ``reader`` (a datagram is
read once) → ``transactions``, ``client`` and ``server``. ``message`` has the fields as they came, ``grammar`` reads them. ``stateless``: responses
without a transaction; ``first_look`` reads what they copy of an INVITE. ``timers``: what happens later. Only ``batch``, ``transport`` and ``thread``
do I/O.
"""
