"""The ZAP handler (ZeroMQ RFC 27) of one server, in its event loop: it decides which peers may connect.

The key of each new connection is looked up once; a known key gets its user id, other keys are refused with 400 before any of their
frames is read. Refusals are counted and passed to ``on_refused``, for each address at most once in ``QUIET_S`` with the number of
suppressed ones, so that a stranger's thousand attempts make one audit line a minute.
"""

import contextlib
from collections.abc import Callable

import zmq
from msgspec import Struct
from zmq.utils import z85

from shared.link.socket_reader import SocketReader

QUIET_S = 60.0
MAX_ADDRESSES = 1000
ENDPOINT = "inproc://zeromq.zap.01"
KEY_PROPERTY = "X-Key"
"""A property of each frame: the Z85 public key of its connection."""


class RefusedConnection(Struct, frozen=True):
    """A refused connection. ``public_key`` is Z85, shortened to its first eight characters; ``times`` since the last report about it.

    ``name``: of the peer, if its key is known and only its frames were invalid.
    """

    address: str
    public_key: str
    code: str
    times: int
    name: str = ""


class _ReportedAddress(Struct):
    reported_at: float
    times: int


class RefusedConnections:
    """Counts refusals by address and decides when to report one."""

    def __init__(self) -> None:
        self.total = 0
        self._by_address: dict[str, _ReportedAddress] = {}

    def count(self, address: str, now: float) -> int:
        """The number of refusals to report now: 0 within ``QUIET_S`` of the address's last report."""
        self.total += 1
        noise = self._by_address.get(address)
        if noise is None:
            if len(self._by_address) >= MAX_ADDRESSES:
                self._by_address.pop(next(iter(self._by_address)))
            self._by_address[address] = _ReportedAddress(now, 0)
            return 1
        noise.times += 1
        if now - noise.reported_at < QUIET_S:
            return 0
        told, noise.times, noise.reported_at = noise.times, 0, now
        return told


class ZapHandler:
    """Answers the ZAP requests of ``context``. ``lookup`` takes a Z85 public key and gives the user id, or ``None``."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        lookup: Callable[[bytes], str | None],
        on_refused: Callable[[RefusedConnection], None],
        clock: Callable[[], float],
    ) -> None:
        self.refusals = RefusedConnections()
        self._lookup = lookup
        self._on_refused = on_refused
        self._clock = clock
        self._socket = context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.bind(ENDPOINT)
        self._drain = SocketReader(self._socket, self._read)

    def close(self) -> None:
        self._drain.close()
        self._socket.close()

    def _read(self) -> None:
        parts = self._socket.recv_multipart(zmq.NOBLOCK)
        split = parts.index(b"") if b"" in parts else len(parts)
        route, request = parts[: split + 1], parts[split + 1 :]
        if len(request) < 6:
            return  # not by libzmq
        version, request_id, _domain, address, _identity, mechanism, *credentials = request
        key = z85.encode(credentials[0]) if mechanism == b"CURVE" and credentials and len(credentials[0]) == 32 else b""
        user = self._lookup(key) if key else None
        if user is None:
            self.refused(address.decode(errors="replace"), key)
        code, text = (b"200", b"OK") if user else (b"400", b"unknown key")
        answer = [*route, version, request_id, code, text, (user or "").encode(), _metadata(KEY_PROPERTY, key)]
        with contextlib.suppress(zmq.Again):
            self._socket.send_multipart(answer, zmq.NOBLOCK)

    def refused(self, address: str, key: bytes) -> None:
        """Counts a connection with an unknown key, and reports it if its address is due."""
        times = self.refusals.count(address, self._clock())
        if times:
            self._on_refused(RefusedConnection(address, key[:8].decode(), "unknown_key", times))


def _metadata(name: str, value: bytes) -> bytes:
    """One property in the format of ZMTP 3.1: one byte for the name's length, the name, four bytes for the value's length, the value."""
    return bytes([len(name)]) + name.encode() + len(value).to_bytes(4, "big") + value
