"""Media: the CPU cost of a line on a card, compared with a bare ``recvmmsg``/``sendmmsg`` loop in the same run.

Another process makes the load; the CPU time is that of the card's process with all its threads, as the scheduler counts it. Then the whole switch, by
real calls (``_real_calls``), which ``--peer`` makes with another SIP server.
"""

import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from shared.enums import Law
from shared.ids import LegId, RecordingId
from switch_server.card.prompts import write_wave
from switch_server.core.words import media as m
from tests.bench import Figure, _real_calls
from tests.card.driver import CardProcess

FAR_SOCKETS = 64
LATENESS_WINDOW = 62.0


class Work(NamedTuple):
    """What the channels do. Each ``record``-th one is recorded (0: none); with ``tones``, keys are looked for in the sound."""

    play: bool = False
    record: int = 0
    bridge: bool = False
    tones: bool = False


PLAYING = Work(play=True)
EVERYTHING = Work(record=1, bridge=True, tones=True)
A_CALL = (
    ("playing", PLAYING, 100, 0.019),
    ("playing", PLAYING, 300, 0.02),
    ("playing, recorded", Work(play=True, record=1), 150, 0.03),
    ("bridged, recorded", Work(record=2, bridge=True), 100, 0.05),
    ("bridged, recorded", Work(record=2, bridge=True), 400, 0.04),
)
"""Calls at once on a card, and the target for its CPU: % of a core a call. A bridged call has two channels and one recording."""


@contextlib.contextmanager
def program(module: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, words)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def cpu_seconds(pid: int) -> float:
    """The CPU time of all threads of a process, by the scheduler's nanosecond counters."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def percent(pid: int, seconds: float) -> float:
    """CPU over the next ``seconds``, % of one core."""
    before, since = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_seconds(pid) - before) / (time.monotonic() - since)


def floor(channels: int, seconds: float) -> float:
    with program("_rtp_load", FAR_SOCKETS, channels) as load, program("_rtp_floor", channels) as bare:
        far = json.loads(load.stdout.readline())  # type: ignore[union-attr]
        ip, port = json.loads(bare.stdout.readline())  # type: ignore[union-attr]
        tell(bare, [far[n % FAR_SOCKETS] for n in range(channels)])
        tell(load, [[n, n % FAR_SOCKETS, ip, port] for n in range(channels)])
        time.sleep(1)
        return percent(bare.pid, seconds)


def tell(process: subprocess.Popen[str], what: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()


def open_all(card: CardProcess, load: subprocess.Popen[str], channels: int, events: int | None) -> list[LegId]:
    """Opens channels in groups; each group is latched before the next is opened. ``events=None``: keys are detected as tones."""
    far = json.loads(load.stdout.readline())  # type: ignore[union-attr]
    legs: list[LegId] = []
    for begin in range(0, channels, FAR_SOCKETS):
        wave = [LegId(f"b/{n}") for n in range(begin, min(begin + FAR_SOCKETS, channels))]
        speak = []
        for number, leg in enumerate(wave):
            card.do(m.OpenChannel(leg, m.Far(far[number][0], far[number][1], Law.A, events)))
            near = card.wait(m.ChannelOpened).near
            speak.append([begin + number, number, near.ip, near.port])
        tell(load, speak)
        for _ in wave:
            card.wait(m.MediaLatched)
        legs += wave
    return legs


def measure(channels: int, seconds: float, folder: Path, work: Work, *, numpy: bool = False) -> tuple[float, float]:
    """CPU of a card in % of a core, and the lateness of its ticks (ms, p99.9)."""
    with (
        CardProcess(folder, channels=channels, numpy=numpy) as card,
        program("_rtp_load", FAR_SOCKETS, channels) as load,
    ):
        legs = open_all(card, load, channels, None if work.tones else 101)
        for number in range(channels):
            start(card, work, legs, number, folder / f"{number}.rec")
        time.sleep(1.5)
        used = percent(card.process.pid, seconds)
        begin = time.monotonic()
        while time.monotonic() - begin < 1.2:
            card.read(0.2)
        load_report = card.loads[-1]
        assert load_report.channels == channels
        assert load_report.packets_in > channels * 50 * (seconds - 1)
        assert load_report.packets_out > channels * 50 * (seconds - 1)
        assert load_report.compiled is not numpy
        return used, load_report.late_p999_ms


def start(card: CardProcess, work: Work, legs: list[LegId], number: int, recording: Path) -> None:
    leg = legs[number]
    if work.bridge:
        card.do(m.Hear(leg, (legs[number ^ 1],)))
    if work.record and number % work.record == 0:
        card.do(m.StartRecording(leg, RecordingId(str(number)), str(recording)))
    if work.play:
        card.do(m.Play(leg, number, (f"p{number % 8}",), loop=True))


class Bench:
    """Prompts, and a fresh folder with them for each card; the median of some rounds counts."""

    def __init__(self, folder: Path, seconds: float, rounds: int) -> None:
        self._folder, self._seconds, self._rounds = folder, seconds, rounds
        self._numbers = itertools.count()
        noise = np.random.default_rng(7)
        for number in range(8):
            write_wave(folder / f"p{number}.wav", noise.normal(0, 3000, 80_000).astype(np.int16))

    def card(self, channels: int, work: Work, *, numpy: bool = False, seconds: float = 0.0) -> tuple[float, float]:
        below = self._folder / str(next(self._numbers))
        below.mkdir()
        for wave in self._folder.glob("p*.wav"):
            (below / wave.name).symlink_to(wave)
        return measure(channels, seconds or self._seconds, below, work, numpy=numpy)

    def compare(self, channels: int, work: Work, *, numpy: bool = False) -> tuple[float, float]:
        """Bare loop and card, of the round with the median ratio: on shared machines the bare loop alone varies by a quarter."""
        found = [
            (floor(channels, self._seconds), self.card(channels, work, numpy=numpy)[0]) for _ in range(self._rounds)
        ]
        return sorted(found, key=lambda each: each[1] / each[0])[self._rounds // 2]

    def a_call(self, calls: int, work: Work) -> float:
        channels = 2 * calls if work.bridge else calls
        used = sorted(self.card(channels, work)[0] for _ in range(self._rounds))
        return used[self._rounds // 2] / calls


def figures(*, short: bool = False, peer: str | None = None) -> Iterator[Figure]:
    if peer is None:
        yield from _of_cards(short=short)
    yield from _real_calls.rows(short=short, peer=peer)


def _of_cards(*, short: bool) -> Iterator[Figure]:
    sizes = (50, 100) if short else (100, 500, 1000, 2000)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), 1.0 if short else 4.0, 1 if short else 3)
        yield from _playing(bench, sizes)
        busy = sizes[-1] if short else 1000
        bare, used = bench.compare(busy, EVERYTHING)
        yield Figure(f"media: card recording, keys, all bridged, {busy} channels", round(used, 2), "% core", "lower")
        yield Figure(f"media: all that / bare loop, {busy} channels", round(used / bare, 3), "ratio", "lower", 1.8)
        bare, used = bench.compare(busy, PLAYING, numpy=True)
        yield Figure(f"media: playing by numpy / bare loop, {busy} channels", round(used / bare, 3), "ratio", "lower")
        for what, work, calls, target in A_CALL[: 1 if short else None]:
            cost = round(bench.a_call(calls, work), 4)
            yield Figure(f"media: CPU of a card a call, {what}, {calls} calls", cost, "% core", "lower", target)
        _, late = bench.card(sizes[1], PLAYING, seconds=1.0 if short else LATENESS_WINDOW)
        # the card reports the lateness of its last minute: the measurement begins after a minute without new channels
        yield Figure(f"media: tick lateness p99.9, {sizes[1]} channels, a minute", late, "ms", "lower", 10)


def _playing(bench: Bench, sizes: tuple[int, ...]) -> Iterator[Figure]:
    cost: dict[int, float] = {}
    for channels in sizes:
        bare, used = bench.compare(channels, PLAYING)
        cost[channels] = used / channels
        yield Figure(f"media: bare loop, {channels} channels", round(bare, 2), "% core", "lower")
        yield Figure(f"media: card playing, {channels} channels", round(used, 2), "% core", "lower")
        target = 1.2 if channels == 1000 else None
        ratio = round(used / bare, 3)
        yield Figure(f"media: playing / bare loop, {channels} channels", ratio, "ratio", "lower", target)
    flat = max(cost.values()) / min(cost.values()) - 1
    yield Figure("media: cost a channel, spread over the sizes", round(100 * flat, 1), "%", "lower", 15)
