"""The machine's line: plain RTP with G.711, or UDPTL, at a UDP port of its own; ``tick`` each 20 ms of the machine's time.

Independent of the product: G.711 by ``audioop``, a buffer by sequence number, UDPTL by the ASN.1 of T.38's annex A.
"""

import random
import socket
import struct
import warnings
from typing import Any

from tests.fax_machine.engine import T38, Audio

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

DEPTH = 4
Address = tuple[str, int]


class Line:
    """The UDP port, and its damage: ``loss`` and ``twice`` are shares of the packets, each way."""

    def __init__(self, far: Address | None = None, *, loss: float = 0.0, twice: float = 0.0, seed: int = 1) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]
        self.far = far
        self.loss, self.twice = loss, twice
        self._chance = random.Random(seed)

    def send(self, datagram: bytes) -> None:
        if self.far is not None and self._chance.random() >= self.loss:
            for _ in range(2 if self._chance.random() < self.twice else 1):
                self.socket.sendto(datagram, self.far)

    def received(self) -> list[bytes]:
        datagrams = []
        while True:
            try:
                datagram = self.socket.recv(2048)
            except BlockingIOError:
                return datagrams
            if self._chance.random() >= self.loss:
                datagrams += [datagram] * (2 if self._chance.random() < self.twice else 1)


class RtpMachine:
    """A fax machine behind a gateway that speaks G.711 A-law or ``mu``-law. ``voice``: it says this (linear samples) in place of fax signals."""

    def __init__(self, line: Line, *, voice: bytes = b"", mu: bool = False, **options: Any) -> None:
        self.line = line
        self._type = 0 if mu else 8
        self._decode, self._encode = (
            (audioop.ulaw2lin, audioop.lin2ulaw) if mu else (audioop.alaw2lin, audioop.lin2alaw)
        )
        self.engine = Audio(**options)
        self.terminal = self.engine.terminal
        self.sending = True
        self._voice, self._said = voice, 0
        self._seq, self._stamp = random.getrandbits(16), random.getrandbits(32)
        self._ssrc = random.getrandbits(32)
        self._waiting: dict[int, bytes] = {}
        self._next: int | None = None
        self._last = bytes(320)
        self.closed = False

    def close(self) -> None:
        """Ends the session, and closes the port and the file."""
        self.closed = True
        self.engine.close()
        self.line.socket.close()

    def tick(self) -> None:
        for datagram in self.line.received():
            if len(datagram) == 172 and datagram[1] & 0x7F == self._type:
                seq = int.from_bytes(datagram[2:4], "big")
                if self._next is None or (seq - self._next) & 0xFFFF < 0x8000:
                    self._waiting[seq] = self._decode(datagram[12:], 2)
        self._hear()
        if self._voice:
            sound = (self._voice * 2)[self._said : self._said + 320]
            self._said = (self._said + 320) % len(self._voice)
        else:
            sound = self.engine.say()
        self._seq, self._stamp = (self._seq + 1) & 0xFFFF, (self._stamp + 160) & 0xFFFFFFFF
        if self.sending:
            head = struct.pack("!BBHII", 0x80, self._type, self._seq, self._stamp, self._ssrc)
            self.line.send(head + self._encode(sound, 2))

    def _hear(self) -> None:
        if self._next is None:
            if len(self._waiting) < DEPTH:
                self.engine.hear(bytes(320))
                return
            self._next = min(self._waiting)
        if not self._waiting:
            self.engine.hear(self._last)  # nothing has come: the buffer grows
            return
        self._last = self._waiting.pop(self._next, self._last)
        self._next = (self._next + 1) & 0xFFFF
        self.engine.hear(self._last)


class T38Machine:
    """A fax machine behind a T.38 gateway, with UDPTL redundancy of 3."""

    def __init__(self, line: Line, **options: Any) -> None:
        self.line = line
        self._seq, self._next = 0, 0
        self._earlier: list[bytes] = []
        self.engine = T38(self._send, **options)
        self.terminal = self.engine.terminal

    def tick(self) -> None:
        for datagram in self.line.received():
            if datagram[0] != 0x80:  # RTP of the time before the change
                self._take(datagram)
        self.engine.tick()

    def _send(self, ifp: bytes, copies: int) -> None:
        assert len(ifp) < 128
        fields = [bytes([len(each)]) + each for each in (ifp, *self._earlier)]
        datagram = struct.pack("!H", self._seq) + fields[0] + bytes([0, len(fields) - 1]) + b"".join(fields[1:])
        for _ in range(copies):
            self.line.send(datagram)
        self._seq = (self._seq + 1) & 0xFFFF
        self._earlier = [ifp, *self._earlier][:3]

    def _take(self, datagram: bytes) -> None:
        seq, at = int.from_bytes(datagram[:2], "big"), 2
        fields = []
        at, primary = _octets(datagram, at)
        assert datagram[at] == 0
        count, at = datagram[at + 1], at + 2
        for _ in range(count):
            at, field = _octets(datagram, at)
            fields.append(field)
        assert at == len(datagram)
        if seq < self._next:
            return
        for back in range(min(seq - self._next, len(fields)), 0, -1):
            self.engine.hear(seq - back, fields[back - 1])
        self.engine.hear(seq, primary)
        self._next = seq + 1


def _octets(datagram: bytes, at: int) -> tuple[int, bytes]:
    size, at = datagram[at], at + 1
    if size & 0x80:
        size, at = (size & 0x7F) << 8 | datagram[at], at + 1
    return at + size, datagram[at : at + size]
