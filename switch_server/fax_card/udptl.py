"""UDPTL packets with redundancy (ITU-T T.38 (09/2010) §9.1, the ASN.1 of annex A in aligned PER). Pure: bytes in, bytes out.

A packet has a sequence number, the primary IFP packet, and the IFP packets of the numbers before it (``secondary-ifp-packets``, the latest
first). Parity (``fec-info``) is neither offered nor used: only the primary packet of such a datagram is taken.
"""

import collections
from typing import NamedTuple

LARGEST = 1472
"""Bytes of a datagram: more is refused."""
MOST_SECONDARIES = 16
"""Earlier IFP packets that are read from one datagram."""
FAR_BEHIND = 0x8000
PAUSE = 256
"""A sequence number that is further ahead, or behind, is a new beginning of the numbers."""


class MalformedPacket(ValueError):  # noqa: N818
    """No UDPTL packet: the text says which part is wrong."""


class Packet(NamedTuple):
    """``secondaries``: IFP packets of sequence numbers ``seq - 1``, ``seq - 2`` …"""

    seq: int
    primary: bytes
    secondaries: tuple[bytes, ...] = ()


def encode(packet: Packet, largest: int) -> bytes:
    """The datagram, with as many of the secondaries, from the first on, as fit in ``largest`` bytes; at least the primary."""
    head = (packet.seq & 0xFFFF).to_bytes(2, "big") + _octets(packet.primary)
    fields: list[bytes] = []
    size = len(head) + 2
    for secondary in packet.secondaries[:MOST_SECONDARIES]:
        field = _octets(secondary)
        size += len(field)
        if size > largest:
            break
        fields.append(field)
    return b"".join((head, bytes((0, len(fields))), *fields))


def decode(datagram: bytes) -> Packet:
    """Raises ``MalformedPacket``; never reads beyond ``MOST_SECONDARIES`` fields or the datagram's end."""
    if not 5 <= len(datagram) <= LARGEST:
        raise MalformedPacket(f"{len(datagram)} bytes")
    seq = int.from_bytes(datagram[:2], "big")
    primary, at = _field(datagram, 2)
    if not primary:
        raise MalformedPacket("no primary packet")
    if at >= len(datagram):
        raise MalformedPacket("no error recovery field")
    if datagram[at] & 0x80:
        return Packet(seq, primary)
    count, at = _length(datagram, at + 1)
    secondaries: list[bytes] = []
    for _ in range(min(count, MOST_SECONDARIES)):
        secondary, at = _field(datagram, at)
        secondaries.append(secondary)
    return Packet(seq, primary, tuple(secondaries))


class UdptlSender:
    """Numbers the IFP packets of one session, and repeats the last ``redundancy`` ones in each datagram."""

    def __init__(self, redundancy: int, largest: int) -> None:
        self._earlier: collections.deque[bytes] = collections.deque(maxlen=max(0, min(redundancy, MOST_SECONDARIES)))
        self._largest = max(64, min(largest, LARGEST))
        self._seq = 0

    def datagram(self, ifp: bytes) -> bytes:
        made = encode(Packet(self._seq, ifp, tuple(self._earlier)), self._largest)
        self._seq = (self._seq + 1) & 0xFFFF
        self._earlier.appendleft(ifp)
        return made


class UdptlReceiver:
    """Each IFP packet of one session once, in order: lost ones from the redundancy, repeated and late ones dropped."""

    def __init__(self) -> None:
        self._next: int | None = None

    def take(self, packet: Packet) -> list[tuple[int, bytes]]:
        """The new (sequence number, IFP packet) pairs that the datagram brings, the earliest first. What is lost for good is left out."""
        ahead = 0 if self._next is None else (packet.seq - self._next) & 0xFFFF
        if ahead >= FAR_BEHIND and 0x10000 - ahead <= PAUSE:
            return []
        if ahead > PAUSE:
            ahead = 0
        self._next = (packet.seq + 1) & 0xFFFF
        earlier = [((packet.seq - back) & 0xFFFF, ifp) for back, ifp in enumerate(packet.secondaries[:ahead], 1) if ifp]
        return [*reversed(earlier), (packet.seq, packet.primary)]


def _octets(content: bytes) -> bytes:
    """An open type: length determinant, and the octets (ITU-T X.691 §11.9); IFP packets are shorter than 16,384 octets."""
    size = len(content)
    return (bytes((size,)) if size < 0x80 else (size | 0x8000).to_bytes(2, "big")) + content


def _length(datagram: bytes, at: int) -> tuple[int, int]:
    """The length determinant at ``at``, and the offset behind it."""
    if at >= len(datagram):
        raise MalformedPacket("a length is missing")
    first = datagram[at]
    if first < 0x80:
        return first, at + 1
    if first >= 0xC0 or at + 1 >= len(datagram):
        raise MalformedPacket("a field in fragments, or a length cut off")
    return (first & 0x3F) << 8 | datagram[at + 1], at + 2


def _field(datagram: bytes, at: int) -> tuple[bytes, int]:
    size, at = _length(datagram, at)
    if at + size > len(datagram):
        raise MalformedPacket("a field is longer than the datagram")
    return datagram[at : at + size], at + size
