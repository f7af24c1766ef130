"""SIP messages, transactions and timers, without a socket and without waiting."""
