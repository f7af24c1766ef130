"""The TCP socket of a server, made here and given to libzmq: an idle connection costs the program no descriptor.

Both ends of a ZeroMQ connection send their greeting at once (ZMTP 3.1, RFC 37). So the kernel keeps a connection to itself until its peer
has sent something (``TCP_DEFER_ACCEPT``, Linux). libzmq's own listener accepts thousands that say nothing, until no file can be opened.
"""

import re
import socket
from typing import Final

DEFER_S: Final = 60
"""The kernel passes a silent connection on after about this time; libzmq ends it after its handshake interval (``wire.prepare``)."""
BACKLOG: Final = 4096
"""Connections that wait in the kernel; ``net.core.somaxconn`` limits them, too."""
_ADDRESS: Final = re.compile(r"tcp://(\*|\d+(?:\.\d+){3}):(\d+)", re.ASCII)


def listener(endpoint: str) -> int | None:
    """The descriptor of a listening socket; ``None`` where libzmq must make its own (no ``tcp://`` with an IPv4 address). Raises ``OSError``."""
    address = _ADDRESS.fullmatch(endpoint)
    if address is None:
        return None
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, DEFER_S)
        made.bind(("" if address[1] == "*" else address[1], int(address[2])))
        made.listen(BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made.detach()
