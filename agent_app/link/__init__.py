"""The link to the switch: one thread owns the ZeroMQ sockets and posts what comes to the presenter's thread."""
