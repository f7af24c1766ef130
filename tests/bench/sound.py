"""Sound through a bridge: the one-way delay on the wall clock, and the quality of speech under loss by PESQ.

The delay is measured with the kernel's arrival times on both sides: of a copy that is sent to a socket of our own just before the packet,
and of the packet with the same sound at the other end. Twenty bridges send with phases of 0 to 19 ms, so that every phase to the card's
ticks is in the figure.
"""

import contextlib
import select
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from shared.enums import Law
from shared.ids import LegId
from switch_server.card.concealment import OVERLAP
from switch_server.card.g711 import A, decode
from switch_server.card.loop import raise_priority
from switch_server.card.sockets import SO_TIMESTAMPNS
from switch_server.core.words import media as m
from tests.bench import Figure
from tests.card.clocked import ClockedCard
from tests.card.driver import CardProcess
from tests.card.speech import losses, talk, with_holes
from tests.pesq_scores import scores
from tests.rtp_peer import HEADER

PHASES = 20
TARGET_MS = 35.0
BETTER = 0.3
QUIET = np.array([0x55 ^ sign ^ step for sign in (0, 0x80) for step in range(8)], np.uint8)
"""A-law bytes of the lowest levels: the depth of a jitter buffer changes in silence only."""
SAME = HEADER.size + OVERLAP
"""Bytes of a packet before those that tell its sound from all others."""


class StampedSocket(socket.socket):
    """A UDP socket whose datagrams come with the kernel's arrival time."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.bind(("127.0.0.1", 0))
        self.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def waiting(self) -> Iterator[tuple[bytes, float]]:
        """The datagrams that have come, each with its arrival time, ms."""
        with contextlib.suppress(BlockingIOError):
            while True:
                data, control, _, _ = self.recvmsg(2048, 64)
                seconds, nanoseconds = np.frombuffer(control[0][2], np.int64)
                yield data, int(seconds) * 1e3 + int(nanoseconds) / 1e6


class Traffic:
    """The bridges of one measurement. ``delays`` has, for each bridge, the delay of every packet that was heard, ms."""

    def __init__(self, card: CardProcess, jitter_ms: float, seconds: float) -> None:
        self._tap = StampedSocket()
        self._random = np.random.default_rng(3)
        self._ends = [(StampedSocket(), StampedSocket()) for _ in range(PHASES)]
        self._near = [self._open(card, number) for number in range(PHASES)]
        self._jitter, self._frames = jitter_ms, round(seconds * 50)
        self._sent: dict[bytes, float] = {}
        self.delays: list[list[float]] = [[] for _ in range(PHASES)]

    def _open(self, card: CardProcess, number: int) -> tuple[str, int]:
        near = []
        legs = [LegId(f"s/{number}/{side}") for side in range(2)]
        for leg, end in zip(legs, self._ends[number], strict=True):
            ip, port = end.getsockname()
            card.do(m.OpenChannel(leg, m.Far(ip, port, Law.A)))
            near.append(card.wait(m.ChannelOpened).near)
        card.do(m.Hear(legs[1], (legs[0],)))
        return near[0].ip, near[0].port

    def run(self) -> None:
        delays = self._random.uniform(0, self._jitter, (self._frames, PHASES))
        plan = sorted(
            (20 * frame + number + float(delays[frame, number]), number, frame)
            for frame in range(self._frames)
            for number in range(PHASES)
        )
        begin = time.monotonic() + 0.1
        for at, number, frame in plan:
            while (left := begin + at / 1000 - time.monotonic()) > 0:
                select.select([self._tap], [], [], left)
                self._read()
            self._send(number, frame)
        time.sleep(0.3)
        self._read()

    def _send(self, number: int, frame: int) -> None:
        payload = self._random.choice(QUIET, 160).tobytes()
        packet = HEADER.pack(0x80, 8, frame & 0xFFFF, 160 * frame, number + 1) + payload
        self._tap.sendto(packet, self._tap.getsockname())
        self._ends[number][0].sendto(packet, self._near[number])

    def _read(self) -> None:
        for data, at in self._tap.waiting():
            self._sent[data[SAME:]] = at
        for number, (speaker, ear) in enumerate(self._ends):
            for _ in speaker.waiting():
                pass  # the speaker hears silence
            for data, at in ear.waiting():
                if (sent := self._sent.get(data[SAME:])) is not None:
                    self.delays[number].append(at - sent)

    @property
    def unheard(self) -> int:
        """Packets whose sound was not heard as it was sent, but for the joint to a loss before."""
        return self._frames * PHASES - sum(map(len, self.delays))

    def close(self) -> None:
        for end in (self._tap, *(end for pair in self._ends for end in pair)):
            end.close()


def through_a_card(folder: Path, jitter_ms: float, seconds: float) -> Traffic:
    with CardProcess(folder) as card, contextlib.closing(Traffic(card, jitter_ms, seconds)) as traffic:
        traffic.run()
        return traffic


def figures(*, short: bool = False) -> Iterator[Figure]:
    raise_priority()  # as the card does
    with tempfile.TemporaryDirectory() as name:
        yield from _delays(Path(name), 2.0 if short else 20.0)
        yield from _quality(Path(name), 1 if short else 10)


def _delays(folder: Path, seconds: float) -> Iterator[Figure]:
    calm = through_a_card(folder, 0.0, seconds)
    of_phase = [float(np.median(each)) for each in calm.delays]
    every = np.concatenate(calm.delays)
    yield Figure("sound: one-way delay, median", round(float(np.median(every)), 1), "ms", "lower", TARGET_MS)
    yield Figure("sound: one-way delay, phase with the most", round(max(of_phase), 1), "ms", "lower", TARGET_MS)
    yield Figure("sound: one-way delay, phase with the least", round(min(of_phase), 1), "ms", "lower")
    yield Figure("sound: one-way delay, p99 of all packets", round(float(np.percentile(every, 99)), 1), "ms", "lower")
    yield Figure(f"sound: packets unheard of {every.size}, calm", calm.unheard, "packets", "lower")
    rough = through_a_card(folder, 60.0, seconds)
    yield Figure("sound: one-way delay, median, 60 ms of jitter", round(float(np.median(np.concatenate(rough.delays))), 1), "ms", "lower")  # fmt: skip
    yield Figure(f"sound: packets unheard of {every.size}, 60 ms of jitter", rough.unheard, "packets", "lower")


def _quality(folder: Path, patterns: int) -> Iterator[Figure]:
    for share, burst, target in ((0.01, 1, None), (0.03, 1, BETTER), (0.05, 1, BETTER), (0.03, 3, BETTER), (0.05, 3, BETTER)):  # fmt: skip
        concealed, holes = [], []
        for pattern in range(patterns):
            frames = talk(pattern)
            lost = losses(len(frames), share, burst, pattern)
            with ClockedCard(folder) as clocked:
                speaker, listener = clocked.bridged()
                clocked.run({speaker: frames}, {speaker: lost}, 12.0)
            said = decode(frames, A).reshape(-1)
            concealed.append((said, listener.sound))
            holes.append((said, decode(with_holes(frames, lost), A).reshape(-1)))
        found, without = float(np.mean(scores(concealed))), float(np.mean(scores(holes)))
        what = f"{share:.0%} lost in {20 * burst} ms"
        yield Figure(f"sound: PESQ, {what}", round(found, 2), "MOS", "higher")
        yield Figure(f"sound: PESQ above holes, {what}", round(found - without, 2), "MOS", "higher", target)
