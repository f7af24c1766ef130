"""UDP in batches: received datagrams of all ports become rows of one array; each channel's packet is sent from its row of another.

``MmsgSockets`` passes whole batches to the kernel (``recvmmsg``/``sendmmsg`` by ctypes, on the memory of numpy arrays);
``PlainSockets`` does the same with ``recvfrom_into``/``sendto`` on systems without these calls. IPv4 only.
"""

import contextlib
import ctypes
import errno
import socket
import struct
import time
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME

Index = npt.NDArray[np.int64]

HEADER = 12
ROW = 1728  # header, 200 ms and extensions; an odd number of 64-byte lines, so that rows spread over the cache's sets
BATCH = 4096
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35  # Linux; the control message has the same number
IP_MTU_DISCOVER, IP_PMTUDISC_PROBE = 10, 3  # Linux: "don't fragment", and so no search for an identification (RFC 6864)
SOCKET_BATCH = 512
ADDRESS = struct.Struct("=HH4s8x")
_MSGHDR = np.dtype(
    {
        "names": ["name", "namelen", "iov", "iovlen", "control", "controllen", "flags", "len"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
_IOVEC = np.dtype([("base", "u8"), ("len", "u8")])


def pack_address(ip: str, port: int) -> bytes:
    """A ``sockaddr_in``; ``OSError`` where ``ip`` is no IPv4 address."""
    return ADDRESS.pack(socket.AF_INET, socket.htons(port), socket.inet_aton(ip))


def unpack_address(raw: bytes) -> tuple[str, int]:
    _, port, ip = ADDRESS.unpack(raw[:16])
    return socket.inet_ntoa(ip), socket.ntohs(port)


class Sockets:
    """The arrays that both kinds share.

    ``rx`` (BATCH, ROW) holds the datagrams of the last ``receive``, ``rx_len`` their lengths in bytes; ``more``: the last ``receive`` may
    have left datagrams in the sockets. ``tx`` has one row for each channel.
    """

    def __init__(self, rows: int) -> None:
        self.rx = np.zeros((BATCH, ROW), np.uint8)
        self._rx_address = np.zeros((BATCH, 2), np.uint64)
        self._rx_address_bytes = self._rx_address.view(np.uint8)
        self._rx_port = np.zeros(BATCH, np.uint64)
        self._rx_control = np.zeros((BATCH, 4), np.int64)  # cmsghdr (16 bytes), seconds, nanoseconds
        self.tx = np.zeros((rows, HEADER + FRAME), np.uint8)
        self._tx_address = np.zeros((rows, 16), np.uint8)
        self._open: list[socket.socket] = []
        self.more = False
        self.send_errors = 0

    def add(self, sock: socket.socket) -> int:
        """Takes over a bound, non-blocking socket; returns the port's index."""
        self._open.append(sock)
        return len(self._open) - 1

    def arrivals(self, at: Index | slice) -> Index:
        """The kernel's arrival times of received rows: samples (1/8000 s) of the wall clock."""
        came: Index = self._rx_control[at, 2] * 8000
        came += self._rx_control[at, 3] * 34360 >> 32  # ns / 125,000 to a tenth of a sample, without a division
        return came

    def set_far(self, row: int, address: bytes) -> None:
        self._tx_address[row] = np.frombuffer(address, np.uint8)

    def keys(self, count: int) -> npt.NDArray[np.uint64]:
        """Keys (port, far address) of the first ``count`` received rows.

        A key is the first 8 bytes of the ``sockaddr_in``, with the port's index in place of the family.
        """
        masked = self._rx_address[:count, 0] & np.uint64(0xFFFF_FFFF_FFFF_0000)
        masked |= self._rx_port[:count]
        return masked

    def address(self, row: int) -> bytes:
        """The sender's ``sockaddr_in`` of a received row."""
        return bytes(self._rx_address_bytes[row])

    def close(self) -> None:
        for sock in self._open:
            sock.close()


class BatchSockets(Protocol):
    """The interface of both kinds; see ``Sockets`` for the arrays."""

    rx: npt.NDArray[np.uint8]
    rx_len: npt.NDArray[np.uint32]
    tx: npt.NDArray[np.uint8]
    more: bool
    send_errors: int

    def add(self, sock: socket.socket) -> int: ...
    def set_far(self, row: int, address: bytes) -> None: ...
    def set_length(self, row: int, length: int) -> None: ...
    def order(self, rows: Index, ports: Index) -> None: ...
    def receive(self, ports: list[int]) -> int: ...
    def send(self) -> int: ...
    def keys(self, count: int) -> npt.NDArray[np.uint64]: ...
    def arrivals(self, at: Index | slice) -> Index: ...
    def address(self, row: int) -> bytes: ...
    def close(self) -> None: ...


class MmsgSockets(Sockets):
    """``recvmmsg``/``sendmmsg`` (Linux, 64 bits)."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        libc = ctypes.CDLL(None, use_errno=True)
        self._recvmmsg, self._sendmmsg = libc.recvmmsg, libc.sendmmsg
        self._recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
        self._sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self._rx_iov, self._rx_msg = self._vectors(self.rx, self._rx_address_bytes)
        self.rx_len = self._rx_msg["len"]
        self._rx_room = self._rx_msg["controllen"]
        self._rx_msg["control"] = self._rx_control.ctypes.data + np.arange(BATCH, dtype=np.uint64) * np.uint64(32)
        self._rx_room[:] = 32
        self._rx_base = self._rx_msg.ctypes.data
        self._tx_iov, self._tx_all = self._vectors(self.tx, self._tx_address)
        self._tx_msg = self._tx_all[:0].copy()
        self._runs: list[tuple[int, int, int]] = []  # socket, address of the first mmsghdr, count

    @staticmethod
    def _vectors(rows: npt.NDArray[np.uint8], addresses: npt.NDArray[np.uint8]) -> tuple[Any, Any]:
        """One iovec and one mmsghdr for each row, pointing into the arrays."""
        count, size = rows.shape
        step = np.arange(count, dtype=np.uint64)
        iov, msg = np.zeros(count, _IOVEC), np.zeros(count, _MSGHDR)
        iov["base"], iov["len"] = rows.ctypes.data + step * np.uint64(size), size
        msg["name"], msg["namelen"] = addresses.ctypes.data + step * np.uint64(16), 16
        msg["iov"], msg["iovlen"] = iov.ctypes.data + step * np.uint64(16), 1
        return iov, msg

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {
            "rx": self.rx, "rx_msg": self._rx_msg, "rx_address": self._rx_address, "rx_control": self._rx_control,
            "rx_port": self._rx_port, "tx": self.tx, "fds": np.array([sock.fileno() for sock in self._open], np.int64),
        }  # fmt: skip

    def runs(self) -> dict[str, npt.NDArray[Any]]:
        """The messages of all channels in the order of their ports, each port's socket and number of messages."""
        fds, _, counts = zip(*self._runs, strict=True) if self._runs else ((), (), ())
        return {"tx_msg": self._tx_msg, "run_fds": np.array(fds, np.int64), "run_counts": np.array(counts, np.int64)}

    def set_length(self, row: int, length: int) -> None:
        self._tx_iov["len"][row] = length

    def order(self, rows: Index, ports: Index) -> None:
        """Sets the rows that ``send`` sends; ``rows`` must be sorted by ``ports``, the ports that they are sent from."""
        self._tx_msg = self._tx_all[rows]
        self._runs = []
        base = self._tx_msg.ctypes.data
        starts = np.flatnonzero(np.diff(ports, prepend=-1)).tolist()
        if not starts:
            return
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            self._runs.append((self._open[int(ports[start])].fileno(), base + start * 64, end - start))

    def receive(self, ports: list[int]) -> int:
        """Receives waiting datagrams of ``ports``, at most ``SOCKET_BATCH`` each and ``BATCH`` in all; returns the number of rows filled."""
        filled = 0
        self.more = False
        for port in ports:
            room = min(SOCKET_BATCH, BATCH - filled)
            if room <= 0:
                self.more = True
                break
            got = self._recvmmsg(
                self._open[port].fileno(), self._rx_base + filled * 64, room, socket.MSG_DONTWAIT, None
            )
            if got > 0:
                self._rx_port[filled : filled + got] = port
                filled += got
                self.more |= got == room
        self._rx_room[:filled] = 32  # the kernel has overwritten it with the used length
        return filled

    def send(self) -> int:
        """Sends the rows set by ``order``; returns the number sent. A packet that the system refuses is skipped and counted."""
        total = 0
        for fd, base, count in self._runs:
            done = 0
            while done < count:
                sent = self._sendmmsg(fd, base + done * 64, count - done, socket.MSG_DONTWAIT)
                if sent > 0:
                    total += sent
                    done += sent
                    continue
                self.send_errors += 1
                done += 1
                if ctypes.get_errno() in {errno.EAGAIN, errno.ENOBUFS}:
                    break
        return total


class PlainSockets(Sockets):
    """One system call for each datagram; for systems without ``recvmmsg``."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.rx_len = np.zeros(BATCH, np.uint32)
        self._length = [HEADER + FRAME] * rows
        self._plan: list[tuple[socket.socket, int]] = []

    def set_length(self, row: int, length: int) -> None:
        self._length[row] = length

    def order(self, rows: Index, ports: Index) -> None:
        self._plan = [(self._open[port], row) for row, port in zip(rows.tolist(), ports.tolist(), strict=True)]

    def receive(self, ports: list[int]) -> int:
        filled = 0
        self.more = False
        for port in ports:
            before = filled
            for _ in range(min(SOCKET_BATCH, BATCH - filled)):
                try:
                    size, sender = self._open[port].recvfrom_into(self.rx[filled])
                except BlockingIOError:
                    break
                except OSError:
                    continue  # an ICMP error of an earlier packet
                self.rx_len[filled] = size
                self._rx_address_bytes[filled] = np.frombuffer(pack_address(*sender[:2]), np.uint8)
                self._rx_port[filled] = port
                self._rx_control[filled, 2:] = divmod(time.time_ns(), 1_000_000_000)
                filled += 1
            self.more |= filled - before == SOCKET_BATCH or filled == BATCH
        return filled

    def send(self) -> int:
        total = 0
        for sock, row in self._plan:
            try:
                sock.sendto(
                    self.tx[row, : self._length[row]].tobytes(), unpack_address(self._tx_address[row].tobytes())
                )
                total += 1
            except OSError:
                self.send_errors += 1
        return total


def open_sockets(rows: int, *, plain: bool = False) -> BatchSockets:
    """``MmsgSockets`` where the system has ``sendmmsg`` and 64 bits, else ``PlainSockets``."""
    has_mmsg = hasattr(ctypes.CDLL(None), "sendmmsg") and ctypes.sizeof(ctypes.c_void_p) == 8
    return PlainSockets(rows) if plain or not has_mmsg else MmsgSockets(rows)


def bind_pair(ip: str, buffer_bytes: int = 1 << 20) -> tuple[socket.socket, socket.socket]:
    """Sockets at an even port for RTP and at the next one for RTCP (RFC 3550 §11), both non-blocking; ``OSError`` when there is no such pair."""
    for _ in range(200):
        rtp = _bound(ip, 0, buffer_bytes)
        port = rtp.getsockname()[1]
        if port % 2 == 0 and port < 65535:
            try:
                return rtp, _bound(ip, port + 1, 1 << 16)
            except OSError:
                pass
        rtp.close()
    raise OSError(errno.EADDRINUSE, f"no pair of UDP ports at {ip}")


def _bound(ip: str, port: int, buffer_bytes: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes)  # beyond the system's limit, where allowed
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE)
        sock.bind((ip, port))
    except OSError:
        sock.close()
        raise
    return sock
