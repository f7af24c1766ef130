"""Datagrams of a UDP socket, received many at a time with the kernel's time of arrival, and sent (recvmmsg(2), sendto(2); Linux, IPv4).

By ``ctypes.PyDLL``, which keeps Python's lock during the calls: they never block. ``socket`` lets go of the lock for every datagram, and while another
thread calculates, it comes back after up to 5 ms only (``sys.getswitchinterval``).
"""

import ctypes
import errno
import os
import socket
import struct
from collections import deque
from functools import lru_cache
from typing import Final

from msgspec import Struct

from switch_server.adapters.sip.message import Address

MOST: Final = 64
"""So many datagrams are received at a time."""
LARGEST: Final = 65536
"""Bytes; more than any datagram has."""
SO_TIMESTAMPNS: Final = 35  # Linux; the control message has the same number
_IPV4: Final = struct.Struct("=HH4s8x")
"""``struct sockaddr_in``, with the port as the network has it."""
_STAMP: Final = struct.Struct("@Liill")
"""``struct cmsghdr`` and ``struct timespec``."""


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """``struct msghdr``."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_size", ctypes.c_uint32),
        ("vector", ctypes.POINTER(_Vector)),
        ("vectors", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_size", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """``struct mmsghdr``."""

    _fields_ = (("header", _Header), ("size", ctypes.c_uint))


class ReceivedDatagram(Struct, frozen=True, gc=False):
    """``arrived``: by the kernel, in seconds of the system's clock; ``None``: it has not told."""

    data: bytes
    source: Address
    arrived: float | None


class BatchSocket:
    """A bound, non-blocking socket. For one thread; ``send`` may be called from any."""

    def __init__(self, skt: socket.socket) -> None:
        self._socket = skt
        skt.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._room = ctypes.create_string_buffer(MOST * LARGEST)
        self._names = ctypes.create_string_buffer(MOST * _IPV4.size)
        self._stamps = ctypes.create_string_buffer(MOST * _STAMP.size)
        self._vectors, self._messages = (_Vector * MOST)(), (_Message * MOST)()
        self._at = ctypes.addressof(self._room)
        for number, message in enumerate(self._messages):
            vector, header = self._vectors[number], message.header
            vector.base, vector.size = self._at + number * LARGEST, LARGEST
            header.name = ctypes.addressof(self._names) + number * _IPV4.size
            header.vector, header.vectors = ctypes.pointer(vector), 1
            header.control = ctypes.addressof(self._stamps) + number * _STAMP.size
        self._used = MOST
        self.waiting: deque[ReceivedDatagram] = deque()
        """ReceivedDatagram, and not yet taken."""

    @property
    def full(self) -> bool:
        """The last receive has found as many as it could take."""
        return self._used == MOST

    def receive(self) -> None:
        """Fills ``waiting`` with what is in the socket, ``MOST`` datagrams at most. Raises ``OSError``, also for an ICMP error of an earlier send."""
        for message in self._messages[: self._used]:
            message.header.name_size, message.header.control_size = _IPV4.size, _STAMP.size
        self._used = 0
        count = _recvmmsg(self._socket.fileno(), self._messages, MOST, socket.MSG_DONTWAIT, None)
        if count < 0:
            raise _error()
        self._used = count
        self.waiting.extend(map(self._received, range(count)))

    def _received(self, number: int) -> ReceivedDatagram:
        message = self._messages[number]
        _, port, ip = _IPV4.unpack_from(self._names, number * _IPV4.size)
        data, arrived = ctypes.string_at(self._at + number * LARGEST, message.size), None
        if message.header.control_size:
            _, _, _, seconds, nanos = _STAMP.unpack_from(self._stamps, number * _STAMP.size)
            arrived = seconds + nanos / 1e9
        return ReceivedDatagram(data, (socket.inet_ntoa(ip), socket.ntohs(port)), arrived)

    def send(self, data: bytes, address: Address) -> None:
        """Raises ``OSError``, also for what is no IPv4 address or port, and for a full buffer."""
        far = _far(address)
        if _sendto(self._socket.fileno(), data, len(data), socket.MSG_DONTWAIT, far, len(far)) < 0:
            raise _error()


@lru_cache(1024)
def _far(address: Address) -> bytes:
    if not 0 <= address[1] <= 65535:
        raise OSError(errno.EINVAL, "no port")
    return _IPV4.pack(socket.AF_INET, socket.htons(address[1]), socket.inet_aton(address[0]))


def _error() -> OSError:
    """Of the subclass of its number (``BlockingIOError`` …)."""
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))


_libc: Final = ctypes.PyDLL(None, use_errno=True)
_recvmmsg: Final = _libc.recvmmsg
_recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
_sendto: Final = _libc.sendto
_sendto.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32)
_sendto.restype = ctypes.c_ssize_t
