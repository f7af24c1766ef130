"""Keys as RTP events (RFC 4733): received keys, each reported once, and sent keys."""

import struct
from typing import NamedTuple

KEYS = "0123456789*#ABCD"
EVENT = struct.Struct("!BBH")
END = 0x80
VOLUME = 10
TICKS_ON = 5  # 100 ms
TICKS_OFF = 5
END_PACKETS = 3
PACKET = 160
"""Samples between two packets of an event (20 ms)."""
SHORTEST = 560
"""Samples (70 ms): two presses of one key never begin so close together, since a press and a pause last 40 ms each at least."""
LONG = 0xF000
"""A duration after which the duration of the same press may begin anew (its field ends at 0xFFFF)."""
SOON = 10
"""Ticks (200 ms) within which the packets of one press follow each other."""
MISORDERED = 100
"""Sequence numbers by which a late packet is behind at most (RFC 3550 A.1, MAX_MISORDER)."""
LATE = 100
"""Ticks (2 s) by which a packet is late at most; a lower sequence number after this time is a sender's new count."""
MOST_KEYS = 64
"""Keys that may wait to be sent to one channel; further ones are dropped (those of a caller who never stops pressing keys are relayed too)."""


class EventPacket(NamedTuple):
    """A received event packet. ``tick`` is the tick of its arrival."""

    ssrc: int
    seq: int
    stamp: int
    marker: bool
    code: int
    end: bool
    duration: int
    tick: int


def read_event(ssrc: int, seq: int, stamp: int, payload: bytes, *, marker: bool, tick: int) -> EventPacket | None:
    """The packet; ``None`` where the payload is no key."""
    if len(payload) < EVENT.size:
        return None
    code, flags, duration = EVENT.unpack_from(payload)
    return EventPacket(ssrc, seq, stamp, marker, code, bool(flags & END), duration, tick) if code < len(KEYS) else None


class _Press:
    """One press of a key: its last packet in order, and the timestamps of its packets (only one, by RFC 4733 §2.1)."""

    __slots__ = ("begin", "last", "stamps")

    def __init__(self, first: EventPacket) -> None:
        self.last = first
        self.begin = first.stamp
        self.stamps = [first.stamp]

    def extend(self, packet: EventPacket) -> None:
        if packet.stamp == self._next_segment:
            self.begin = packet.stamp
        self.last = packet
        if packet.stamp not in self.stamps:
            self.stamps = [*self.stamps[-7:], packet.stamp]

    def follows(self, packet: EventPacket, step: int) -> bool:
        """Whether a packet without marker comes at once after the last one, ``step`` sequence numbers later."""
        return step == 1 and not packet.marker and packet.tick - self.last.tick <= SOON

    def holds(self, packet: EventPacket, step: int, drifts: list[int]) -> bool:
        """Whether a packet with the same key belongs to this press; ``drifts``: see ``EventsIn``."""
        last = self.last
        contiguous = self.follows(packet, step)
        if packet.stamp in self.stamps:
            if last.end:
                return packet.end or (contiguous and packet.duration >= last.duration)
            return not (packet.marker and packet.duration < last.duration < LONG)
        if last.end and not packet.end:
            return False
        ahead = _signed(packet.stamp - last.stamp)
        close = abs(ahead) <= max(last.duration + PACKET, SHORTEST)
        if packet.marker:
            return close and packet.duration >= last.duration
        drifted = any(ahead % drift == 0 and 0 < ahead // drift <= step for drift in drifts)
        return contiguous or close or drifted or self._counted_on(packet)

    def _counted_on(self, packet: EventPacket) -> bool:
        """Whether a timestamp that is not the begin's is that of the next segment, or of a clock that ran on during the press."""
        last = self.last
        if packet.stamp == self._next_segment and not last.end:
            return True
        if packet.end:
            return abs(_signed(packet.stamp - packet.duration - self.begin)) <= 2 * PACKET
        return _signed(packet.stamp - last.stamp) == packet.duration - last.duration

    def drift(self, packet: EventPacket) -> int:
        """The samples by which the timestamp of the next packet of this press differs from the last one without need: 0 by RFC 4733."""
        known = packet.stamp in self.stamps or packet.stamp == self._next_segment
        return 0 if known else _signed(packet.stamp - self.last.stamp)

    @property
    def _next_segment(self) -> int:
        """The timestamp at which a press of over 8 s goes on (RFC 4733 §2.5.1.3)."""
        return (self.begin + 0xFFFF) & 0xFFFF_FFFF


class EventsIn:
    """The received events of one channel: tells the first packet of a press from its further packets.

    By RFC 4733 all packets of a press have the timestamp of its begin. Senders err in both directions: the timestamps of one press
    differ (they run on in the end packets or in all packets, or they fall), or several presses have one timestamp. So the order is that
    of the sequence numbers; an end packet after an end packet of the same key is a repeat while its timestamp is near, while it follows
    at once, or where its duration leads back to the begin; a packet that is no end, after an end, begins a press. How far a sender's
    timestamps run on from packet to packet is remembered (``_drifts``, samples), so that lost packets mislead only once.

    Only one source (SSRC) at a time sends keys: packets of another source count when the first source's have rested for ``SOON``, and
    not while the first source is the channel's source of sound.
    """

    __slots__ = ("_before", "_drifts", "_press")

    def __init__(self) -> None:
        self._drifts: list[int] = []
        self._press: _Press | None = None
        self._before: _Press | None = None

    def packet(self, packet: EventPacket, sound: int | None = None) -> str | None:
        """The key, where this is the first packet of a press, else ``None``. ``sound`` is the SSRC of the channel's sound."""
        press = self._press
        if press is None or not self._repeats(press, packet, sound):
            self._before, self._press = press, _Press(packet)
            return KEYS[packet.code]
        return None

    def _repeats(self, press: _Press, packet: EventPacket, sound: int | None) -> bool:
        """Whether the packet begins no press. Extends the press that the packet belongs to."""
        last = press.last
        rest = packet.tick - last.tick
        if packet.ssrc != last.ssrc:
            refused = last.ssrc == sound
            if rest <= SOON and packet.code == last.code:
                press.extend(last._replace(tick=packet.tick) if refused else packet)
            return refused or rest <= SOON
        step = (packet.seq - last.seq + 0x8000 & 0xFFFF) - 0x8000
        if (-MISORDERED <= step < 0 and rest <= LATE) or (step == 0 and packet._replace(tick=last.tick) == last):
            return True
        if packet.code != last.code:
            return self._late_end(press, packet)
        if not press.holds(packet, step, self._drifts):
            return False
        drift = press.drift(packet) if press.follows(packet, step) else 0
        if drift and drift not in self._drifts:
            self._drifts = [*self._drifts[-3:], drift]
        press.extend(packet)
        return True

    def _late_end(self, press: _Press, packet: EventPacket) -> bool:
        """Whether an end packet repeats the end of the press before the last one."""
        before = self._before
        return (
            before is not None
            and packet.end
            and not packet.marker
            and packet.code == before.last.code
            and packet.stamp in before.stamps
            and packet.stamp not in press.stamps
        )


def _signed(difference: int) -> int:
    """The difference of two timestamps, from -2**31 to 2**31 - 1."""
    return (difference + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000


class OutPacket(NamedTuple):
    """An event packet, sent in place of audio: ``stamp`` is the timestamp of the event's begin; ``marker`` is set on its first packet."""

    payload: bytes
    stamp: int
    marker: bool


class EventsOut:
    """The keys that wait to be sent to one channel, 100 ms each and 100 ms apart; ``tick`` is called every 20 ms."""

    def __init__(self) -> None:
        self._keys = ""
        self._tick = 0
        self._stamp = 0

    def add(self, keys: str) -> None:
        self._keys = (self._keys + "".join(key for key in keys.upper() if key in KEYS))[:MOST_KEYS]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def tick(self, stamp: int) -> OutPacket | None:
        """The event packet to send at RTP time ``stamp``, or ``None`` to send audio as usual."""
        if not self._keys:
            return None
        if not self._tick:
            self._stamp = stamp
        self._tick += 1
        code = KEYS.index(self._keys[0])
        if self._tick <= TICKS_ON:
            return OutPacket(EVENT.pack(code, VOLUME, 160 * self._tick), self._stamp, self._tick == 1)
        if self._tick <= TICKS_ON + END_PACKETS:
            return OutPacket(EVENT.pack(code, END | VOLUME, 160 * TICKS_ON), self._stamp, False)
        if self._tick >= TICKS_ON + TICKS_OFF:
            self._keys, self._tick = self._keys[1:], 0
        return None
