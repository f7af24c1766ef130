"""Connections whose peer has not proven a known key: bounded, the oldest are cut off.

An honest peer proves its key within milliseconds, so the oldest of many are those that never will. Without the bound a program runs out of
descriptors: then its files can't be opened, and libzmq aborts when it can't accept a connection at an ``ipc://`` endpoint. libzmq owns and closes
the descriptors, and the number of a closed one may belong to another file: so only connections to the server's port are cut off.
"""

import contextlib
import os
import socket
from typing import Final

MOST: Final = 4096
SHARE: Final = 8
"""At most an eighth of the program's descriptors are connections without a proof."""
LEAST: Final = 32


class UnprovenConnections:
    """``port``: the server's. ``cut`` counts the connections that were cut off."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: dict[int, None] = {}  # in the order in which they came
        self.cut = 0

    def __len__(self) -> int:
        return len(self._open)

    def accepted(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)
        self._open[descriptor] = None
        most = min(MOST, max(LEAST, _descriptors() // SHARE))
        while len(self._open) > most:
            oldest = next(iter(self._open))
            del self._open[oldest]
            self.cut += _cut_off(oldest, self._port)

    def proven(self, descriptor: int) -> None:
        self._open.pop(descriptor, None)

    def closed(self, descriptor: int) -> bool:
        """Whether the connection was still without a proof."""
        return self._open.pop(descriptor, descriptor) is None


def _descriptors() -> int:
    """The most descriptors that this program may open."""
    try:
        import resource
    except ImportError:
        return MOST
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] & 0x7FFF_FFFF


def _cut_off(descriptor: int, port: int) -> bool:
    """Shuts a connection down through a duplicate of its descriptor, which libzmq can't close meanwhile. ``False``: it is no connection to the port."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        if connection.family == socket.AF_INET and connection.getsockname()[1] == port:
            connection.shutdown(socket.SHUT_RDWR)
            return True
    return False
