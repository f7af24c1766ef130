"""The receiving side of a channel's RTP (RFC 3550, G.711) for a modem: a buffer of fixed depth which skips nothing.

An adaptive jitter buffer, which leaves out or adds audio, breaks a fax. Here each sample is played once, ``DEPTH`` after the first packet.
Lost audio is replaced by the frame before it: zeros make a modem lose its carrier. While nothing has come at all, the modem is given nothing
(``frame`` returns ``None``): what was only late then follows without a gap; only after ``STALL_TICKS`` silence is played, and the stream begins
anew with its next packet. A new SSRC or a jump of the timestamps goes on behind the audio that is there.
"""

from typing import Final, NamedTuple

from shared.enums import Law
from switch_server.fax_card import FRAME

DEPTH: Final = 4 * FRAME
"""Samples (80 ms)."""
STALL_TICKS: Final = 25
REPEATS: Final = 10
"""Lost frames in a row that are replaced by the one before; then silence."""
JUMP: Final = 8000
"""Samples (1 s) from the packet before: a greater step of the timestamp is a jump."""
ROOM: Final = 128 * FRAME
"""Samples in the buffer."""
RIVAL_TICKS: Final = 5
"""Ticks without a packet of the present source, after which an earlier one is taken again."""
MOST_SOURCES: Final = 8
LONGEST: Final = 10 * FRAME
TYPES: Final = {Law.A: 8, Law.MU: 0}
_LAWS: Final = {kind: law for law, kind in TYPES.items()}
SILENCE: Final = {Law.A: b"\xd5" * FRAME, Law.MU: b"\xff" * FRAME}


class RtpPacket(NamedTuple):
    seq: int
    stamp: int
    ssrc: int
    type: int
    payload: bytes


def parse(datagram: bytes) -> RtpPacket | None:
    """An RTP packet without CSRCs, extension and padding; ``None`` where it is none, or its lengths do not fit."""
    size = len(datagram)
    if size < 12 or datagram[0] & 0xC0 != 0x80:
        return None
    first, start = datagram[0], 12 + 4 * (datagram[0] & 15)
    if first & 0x10:
        if start + 4 > size:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    if first & 0x20:
        size -= datagram[-1]
    if start >= size:
        return None
    word = int.from_bytes
    return RtpPacket(
        word(datagram[2:4], "big"), word(datagram[4:8], "big"), word(datagram[8:12], "big"), datagram[1] & 0x7F,
        datagram[start:size],
    )  # fmt: skip


class AudioBuffer:
    """``push`` the far end's packets; ``frame`` once a tick. Positions are samples since the channel's begin."""

    def __init__(self) -> None:
        self._sound = bytearray(ROOM)
        self._have = bytearray(ROOM)
        self._next = self._end = 0  # the position that is played next; the one behind the last packet
        self._running = False
        self._ssrc: int | None = None
        self._left: list[int] = []  # earlier sources
        self._quiet = self._waited = self._repeated = (
            0  # ticks without a packet; without audio; frames repeated in a row
        )
        self._stamp = self._place = 0  # timestamp and position of the last packet
        self.law = Law.A
        self._last = SILENCE[Law.A]
        self.packets = self.lost = self.late = 0

    def push(self, packet: RtpPacket) -> None:
        """Payloads of other types than G.711's are dropped, and so are packets of an earlier source while the present one sends."""
        law = _LAWS.get(packet.type)
        if law is None or len(packet.payload) > LONGEST or not self._is_ours(packet.ssrc):
            return
        if law is not self.law:
            self.law, self._last = law, SILENCE[law]
        self.packets += 1
        self._quiet = 0
        place = self._position(packet)
        self._stamp, self._place = packet.stamp, place
        self._store(place, packet.payload)

    def is_source(self, ssrc: bytes) -> bool:
        """Whether these are the four octets of the present source's SSRC, as they stand in an RTP header."""
        return self._ssrc is not None and ssrc == self._ssrc.to_bytes(4, "big")

    def frame(self) -> bytes | None:
        """The 20 ms of this tick; ``None`` where the stream has not begun, or its next audio may only be late."""
        self._quiet += 1
        if not self._running:
            if self._end - self._next < DEPTH:
                return self._idle()
            self._running = True
        if self._end - self._next < FRAME:
            return self._idle()
        self._waited = 0
        return self._take()

    def _idle(self) -> bytes | None:
        self._waited += 1
        if self._waited <= STALL_TICKS:
            return None
        self._running = False
        self._last = SILENCE[self.law]
        return self._last

    def _take(self) -> bytes:
        at = self._next % ROOM
        self._next += FRAME
        have = self._have[at : at + FRAME]
        self._have[at : at + FRAME] = bytes(FRAME)
        missing = have.count(0)
        if not missing:
            self._repeated = 0
            self._last = bytes(self._sound[at : at + FRAME])
            return self._last
        self.lost += missing == FRAME
        self._repeated += 1
        if self._repeated > REPEATS:
            self._last = SILENCE[self.law]
        elif missing < FRAME:
            sound = self._sound[at : at + FRAME]
            self._last = bytes(new if here else old for new, here, old in zip(sound, have, self._last, strict=True))
        return self._last

    def _is_ours(self, ssrc: int) -> bool:
        if ssrc == self._ssrc:
            return True
        if ssrc in self._left and self._quiet < RIVAL_TICKS:
            return False
        if self._ssrc is not None:
            self._left = [*(other for other in self._left if other != ssrc), self._ssrc][-MOST_SOURCES:]
        self._ssrc = ssrc
        self._restart()
        return True

    def _position(self, packet: RtpPacket) -> int:
        step = (packet.stamp - self._stamp + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        stalled = not self._running and self._waited > STALL_TICKS
        if stalled or abs(step) > JUMP:
            self._restart()
        if self._place < 0:
            return self._end
        return self._place + step

    def _restart(self) -> None:
        """The next packet follows the audio that is there, whatever its timestamp."""
        self._end = max(self._end, self._next)
        self._place = -1
        self._waited = 0

    def _store(self, place: int, payload: bytes) -> None:
        if place < self._next:
            self.late += 1
            payload, place = payload[self._next - place :], self._next
        if place + len(payload) > self._next + ROOM:
            return  # two and a half seconds ahead of the modem: a flood
        at = place % ROOM
        whole = min(len(payload), ROOM - at)
        self._sound[at : at + whole], self._have[at : at + whole] = payload[:whole], b"\1" * whole
        rest = len(payload) - whole
        if rest:
            self._sound[:rest], self._have[:rest] = payload[whole:], b"\1" * rest
        self._end = max(self._end, place + len(payload))
