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
MOST_KEYS = 64
"""Keys that may wait to be sent to one channel; further ones are dropped (those of a caller who never stops pressing keys are relayed too)."""


class EventsIn:
    """The received events of one channel: tells a new key from a repeated packet. All packets of an event have the timestamp of its begin."""

    __slots__ = ("_code", "_continues", "_ended", "_seen", "_ssrc")

    def __init__(self) -> None:
        self._seen: list[int] = []
        self._ssrc = self._code = -1
        self._ended = True
        self._continues = -1  # timestamp at which a very long event goes on as a new one (RFC 4733 §2.5.1.3)

    def packet(self, ssrc: int, stamp: int, payload: bytes) -> str | None:
        """The key, where this is its first packet, else ``None``. Payloads that are no keys are ignored."""
        if len(payload) < EVENT.size:
            return None
        code, flags, duration = EVENT.unpack_from(payload)
        if code >= len(KEYS):
            return None
        if ssrc != self._ssrc:
            self._ssrc, self._seen, self._ended, self._continues = ssrc, [], True, -1
        fresh = stamp not in self._seen
        if fresh and self._seen and (stamp - self._seen[-1]) & 0x8000_0000:
            return None  # older than the last event: a late packet of an earlier one
        goes_on = fresh and not self._ended and code == self._code and stamp == self._continues
        if fresh:
            self._seen = [*self._seen[-7:], stamp]
        self._code, self._ended = code, bool(flags & END)
        self._continues = (stamp + duration) & 0xFFFF_FFFF if duration == 0xFFFF else -1
        return KEYS[code] if fresh and not goes_on else None


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
