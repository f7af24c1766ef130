"""A card in the test's own process, with an explicit clock: each tick is due as long after the tick's packets as the test says.

The far ends are real UDP sockets and the packets real RTP, with the kernel's arrival times; no test waits for a clock.
"""

import itertools
import select
import socket
import time
from pathlib import Path
from typing import Any, Self

import numpy as np

from shared.enums import Law
from shared.ids import LegId
from switch_server.card import FRAME, g711
from switch_server.card.card import Card
from switch_server.card.prompts import Prompts
from switch_server.core.words import media as m
from tests.rtp_peer import HEADER

Frames = np.ndarray
"""(n, 160) bytes of G.711: the frames of a sound."""


class FarEnd:
    """One channel's far end. ``heard`` has the frames that came, in order: one a tick."""

    def __init__(self, leg: LegId, law: Law) -> None:
        self.leg, self.law = leg, law
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(30)
        self.near: tuple[str, int] = ("", 0)
        self.heard: list[bytes] = []

    def packet(self, number: int, payload: bytes) -> bytes:
        kind = g711.PAYLOAD_TYPE[g711.LAW_INDEX[self.law]]
        return HEADER.pack(0x80, kind, number & 0xFFFF, number * FRAME & 0xFFFFFFFF, 4711) + payload

    def hear(self) -> None:
        self.heard.append(self.socket.recv(2048)[HEADER.size :])

    @property
    def sound(self) -> np.ndarray:
        coded = np.frombuffer(b"".join(self.heard), np.uint8)
        return g711.decode(coded, g711.LAW_INDEX[self.law])


class ClockedCard:
    """``tick`` sends packets to the card and processes one tick; every far end hears one packet."""

    def __init__(self, folder: Path, rows: int = 64) -> None:
        self.events: list[m.CardEvent] = []
        self.card = Card("127.0.0.1", rows, Prompts([folder]), self.events.append)
        self._ports: Any = self.card._sockets
        self.ends: list[FarEnd] = []
        self._legs = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.card.shut()
        for end in self.ends:
            end.socket.close()

    def open(self, law: Law = Law.A) -> FarEnd:
        end = FarEnd(LegId(f"clocked/{next(self._legs)}"), law)
        ip, port = end.socket.getsockname()
        self.card.do(m.OpenChannel(end.leg, m.Far(ip, port, law)))
        (near,) = [event.near for event in self.events if isinstance(event, m.ChannelOpened) and event.leg == end.leg]
        end.near = near.ip, near.port
        self.ends.append(end)
        return end

    def bridged(self, law: Law = Law.A) -> tuple[FarEnd, FarEnd]:
        """A speaker, and a listener who hears the speaker."""
        speaker, listener = self.open(law), self.open(law)
        self.card.do(m.Hear(listener.leg, (speaker.leg,)))
        return speaker, listener

    def tick(self, packets: list[tuple[FarEnd, bytes]], wait_ms: float) -> None:
        """The packets come ``wait_ms`` before the tick is due."""
        for end, packet in packets:
            end.socket.sendto(packet, end.near)
        if packets:
            assert select.select(self._ports._open, [], [], 30)[0]
        self.card.tick(time.time_ns() + int(wait_ms * 1e6))
        for end in self.ends:
            end.hear()

    def run(self, speakers: dict[FarEnd, Frames], lost: dict[FarEnd, np.ndarray], wait_ms: float) -> None:
        """Each speaker says its frames, less those of the mask ``lost``, one a tick."""
        for number in range(max(map(len, speakers.values()))):
            said = [
                (end, end.packet(number, frames[number].tobytes()))
                for end, frames in speakers.items()
                if number < len(frames) and not lost[end][number]
            ]
            self.tick(said, wait_ms)

    def run_delayed(self, speaker: FarEnd, frames: Frames, delays_ms: np.ndarray) -> None:
        """One speaker's packet n comes ``20 n + delays_ms[n]`` after the beginning; those of one tick come with the last of them."""
        came = sorted((20 * n + float(delay), n) for n, delay in enumerate(delays_ms))
        for tick in range(1, len(frames) + 10):
            now = []
            while came and came[0][0] <= 20 * tick:
                now.append(came.pop(0))
            wait = 20 * tick - now[-1][0] if now else 0.0
            self.tick([(speaker, speaker.packet(n, frames[n].tobytes())) for _, n in now], wait)
