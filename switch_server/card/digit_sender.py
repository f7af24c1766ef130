"""Keys that a card sends: as RTP events where the far end has negotiated them (RFC 4733), else as tones; 100 ms each, 100 ms apart."""

from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.channels import NO_EVENT_TYPE, Channels
from switch_server.card.prompts import KEY_FRAMES, Prompts
from switch_server.card.rfc4733 import KEYS, MOST_KEYS, EventsOut
from switch_server.card.sockets import HEADER, BatchSockets


class DigitSender:
    """Keys waiting for each row; few rows at a time have any. ``tones`` writes tone frames; ``events`` replaces audio by event packets."""

    def __init__(self, channels: Channels, prompts: Prompts, sockets: BatchSockets) -> None:
        self._channels, self._prompts, self._sockets = channels, prompts, sockets
        self._events: dict[int, EventsOut] = {}
        self._tones: dict[int, list[int]] = {}

    def __bool__(self) -> bool:
        """Whether a channel has keys that wait to be sent."""
        return bool(self._events or self._tones)

    def add(self, row: int, digits: str) -> None:
        if self._channels.event_type[row] != NO_EVENT_TYPE:
            self._events.setdefault(row, EventsOut()).add(digits)
            return
        frames = self._tones.setdefault(row, [])
        for key in digits.upper():
            if key in KEYS and len(frames) < MOST_KEYS * 2 * KEY_FRAMES:
                start = self._prompts.segment(f"key:{key}").start
                frames += [*range(start, start + KEY_FRAMES), *[0] * KEY_FRAMES]

    def forget(self, row: int) -> None:
        self._events.pop(row, None)
        self._tones.pop(row, None)
        self._sockets.set_length(row, HEADER + FRAME)

    def tones(self, payload: Any) -> list[int]:
        """Writes this tick's tone frames; returns the rows that have a key's tone or the pause after it."""
        keying = list(self._tones)
        for row, frames in list(self._tones.items()):
            if frames:
                payload[row] = self._prompts.frames[int(self._channels.law[row])][frames.pop(0)]
            else:
                del self._tones[row]
                self._channels.changed = True  # the row's payload becomes silence, unless a play or a patch fills it
        return keying

    def events(self, stamp: npt.NDArray[np.uint32], types: npt.NDArray[np.uint8]) -> None:
        """Writes this tick's event packets, after the RTP headers; ``types`` are the rows' payload type bytes."""
        for row, events in list(self._events.items()):
            packet = events.tick(int(stamp[row]))
            self._channels.changed = True  # so that payload type and payload are set anew before the next tick
            if packet is None:
                self._sockets.set_length(row, HEADER + FRAME)
                if not events:
                    del self._events[row]
                continue
            tx = self._sockets.tx[row]
            tx[4:8] = np.frombuffer(packet.stamp.to_bytes(4, "big"), np.uint8)
            tx[HEADER : HEADER + 4] = np.frombuffer(packet.payload, np.uint8)
            types[row] = self._channels.event_type[row] | (0x80 if packet.marker else 0)
            self._sockets.set_length(row, HEADER + 4)
