"""Media: the CPU cost of a line on a card, compared with a bare ``recvmmsg``/``sendmmsg`` loop in the same run.

Another process makes the load; the CPU time is that of the card's process with all its threads, as the scheduler counts it. Then the whole switch, by
real calls (``_real_calls``), which ``--peer`` makes with another SIP server.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shared.enums import Law
from shared.ids import LegId, RecordingId
from switch_server.card.prompts import write_wave
from switch_server.core.words import media as m
from tests.bench import Figure, _real_calls
from tests.card.driver import CardProcess

FAR_SOCKETS = 64
ASTERISK_PERCENT_A_LINE = 0.38
LATENESS_WINDOW = 62.0


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


def measure(channels: int, seconds: float, folder: Path, *, full: bool) -> tuple[float, float]:
    """CPU of a card in % of a core, and the lateness of its ticks (ms, p99.9)."""
    with CardProcess(folder, channels=channels) as card, program("_rtp_load", FAR_SOCKETS, channels) as load:
        legs = open_all(card, load, channels, None if full else 101)
        for number, leg in enumerate(legs):
            if full:
                card.do(m.Hear(leg, (legs[number ^ 1],)))
                card.do(m.StartRecording(leg, RecordingId(str(number)), str(folder / f"{channels}-{number}.rec")))
            else:
                card.do(m.Play(leg, number, (f"p{number % 8}",), loop=True))
        time.sleep(1.5)
        used = percent(card.process.pid, seconds)
        begin = time.monotonic()
        while time.monotonic() - begin < 1.2:
            card.read(0.2)
        load_report = card.loads[-1]
        assert load_report.channels == channels
        assert load_report.packets_in > channels * 50 * (seconds - 1)
        return used, load_report.late_p999_ms


def compare(channels: int, seconds: float, folder: Path, rounds: int, *, full: bool) -> tuple[float, float, float]:
    """Bare loop, card and lateness of the round with the median ratio: on shared machines the bare loop alone varies by a quarter."""
    found = []
    for number in range(rounds):
        bare = floor(channels, seconds)
        below = folder / f"{channels}-{full}-{number}"
        below.mkdir()
        for wave in folder.glob("p*.wav"):
            (below / wave.name).symlink_to(wave)
        found.append((bare, *measure(channels, seconds, below, full=full)))
    return sorted(found, key=lambda each: each[1] / each[0])[rounds // 2]


def figures(*, short: bool = False, peer: str | None = None) -> Iterator[Figure]:
    if peer is None:
        yield from _of_cards(short=short)
    yield from _real_calls.rows(short=short, peer=peer)


def _of_cards(*, short: bool) -> Iterator[Figure]:
    sizes, seconds, rounds = ((50, 100), 1.0, 1) if short else ((100, 500, 1000, 2000), 4.0, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = np.random.default_rng(7)
        for number in range(8):
            write_wave(folder / f"p{number}.wav", noise.normal(0, 3000, 80_000).astype(np.int16))
        cost: dict[int, float] = {}
        for channels in sizes:
            bare, used, _ = compare(channels, seconds, folder, rounds, full=False)
            cost[channels] = used / channels
            yield Figure(f"media: bare loop, {channels} channels", round(bare, 2), "% core", "lower")
            yield Figure(f"media: card playing, {channels} channels", round(used, 2), "% core", "lower")
            target = 1.5 if channels == 1000 else None
            yield Figure(
                f"media: playing / bare loop, {channels} channels", round(used / bare, 3), "ratio", "lower", target
            )
            if channels == 1000:
                a_line = Figure(
                    "media: CPU a line, 1000 playing",
                    round(used / channels, 4),
                    "% core",
                    "lower",
                    ASTERISK_PERCENT_A_LINE / 10,
                )
                yield a_line
        flat = max(cost.values()) / min(cost.values()) - 1
        yield Figure("media: cost a channel, spread over the sizes", round(100 * flat, 1), "%", "lower", 15)
        busy = sizes[-1] if short else 1000
        bare, used, _ = compare(busy, seconds, folder, rounds, full=True)
        yield Figure(f"media: card recording, keys, all bridged, {busy} channels", round(used, 2), "% core", "lower")
        yield Figure(f"media: all that / bare loop, {busy} channels", round(used / bare, 3), "ratio", "lower", 2.5)
        yield from _lateness(sizes[1], 1.0 if short else LATENESS_WINDOW, folder)


def _lateness(channels: int, seconds: float, folder: Path) -> Iterator[Figure]:
    """The lateness of a minute without new channels: the card reports that of its last minute, so the measurement begins after one."""
    _, late = measure(channels, seconds, folder, full=False)
    yield Figure(f"media: tick lateness p99.9, {channels} channels, a minute", late, "ms", "lower", 10)
