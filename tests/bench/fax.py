"""Fax: 32 at once, half of them out and half in, by one fax card beside a voice card with 200 calls: do all arrive, at what cost, how late are the ticks.

Then 20 on each kind of line at once: without loss, with loss as sound, with more loss by T.38. What has not arrived is sent again from the first page that is
not confirmed, as the switch does it.

The far machines are processes of their own with an engine of their own; the CPU time is that of the fax card's process alone.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from shared.fax import FaxResult
from switch_server.card.prompts import write_wave
from tests.bench import Figure
from tests.bench.media import FAR_SOCKETS, PLAYING, cpu_seconds, open_all, program, start
from tests.card.driver import CardProcess
from tests.fax_card import pages
from tests.fax_card.process import FaxCardProcess, Machines

AT_ONCE = 32
CALLS = 200
TIME_LIMIT_S = 240.0
ON_EACH_LINE = 20
MOST_TRIES = 3


class BadLine(NamedTuple):
    """``loss``: share of packets, each way. ``at_once``: faxes of ``ON_EACH_LINE`` that must arrive at the first try."""

    name: str
    loss: float
    t38: bool
    at_once: int


LINES = (
    BadLine("no loss", 0.0, t38=False, at_once=20),
    BadLine("0.1 % loss", 0.001, t38=False, at_once=18),
    BadLine("T.38, 1 % loss", 0.01, t38=True, at_once=20),
)


def figures(*, short: bool = False) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = np.random.default_rng(7)
        for number in range(8):
            write_wave(folder / f"p{number}.wav", noise.normal(0, 3000, 80_000).astype(np.int16))
        rows, count = (300, 1) if short else (2200, 3)
        text = [
            "传真测试：春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。",
            "发件人：北京总部 +86 10 66554433",
            "合计 1,234,567.89 元",
        ]
        drawn = [pages.chinese(rows, [f"第 {page + 1} 页 / 共 {count} 页", *text * 5]) for page in range(count)]
        document = pages.save(folder / "document.tif", drawn)
        with CardProcess(folder, channels=CALLS) as card, program("_rtp_load", FAR_SOCKETS, CALLS) as load:
            for number, _ in enumerate(legs := open_all(card, load, CALLS, 101)):
                start(card, PLAYING, legs, number, folder / "none")
            yield from _faxes(card, folder, document, count)
        yield from _bad_lines(folder, document, count)


def _faxes(voice: CardProcess, folder: Path, document: Path, count: int) -> Iterator[Figure]:
    """``count`` pages a fax. The voice card's lateness is the worst of its reports while the faxes ran."""
    half = AT_ONCE // 2
    with (
        FaxCardProcess(AT_ONCE) as card,
        Machines(card, half, "--receive", str(folder / "out-%d.tif")) as takers,
        Machines(card, half, "--send", str(document)) as senders,
    ):
        voice.load(lambda report: report.channels == CALLS)
        before, began = cpu_seconds(card.process.pid), time.monotonic()
        takers.send_to(document)
        received = senders.receive_from(folder)
        ended = [*takers.ended(TIME_LIMIT_S), *senders.ended(TIME_LIMIT_S)]
        used, seconds = cpu_seconds(card.process.pid) - before, time.monotonic() - began
        after = time.monotonic()
        while time.monotonic() - after < 1.2:
            voice.read(0.2)
        takers.told(), senders.told()  # the machines have taken our last word
    expected = pages.load(document)
    sent = [folder / f"out-{number}.tif" for number in range(half)]
    good = sum(
        each.result is FaxResult.OK and path.exists() and pages.same(pages.load(path), expected)
        for each, path in zip(ended, [*sent, *received], strict=True)
    )
    what = f"{count} pages"
    yield Figure(
        f"fax: faxes at once that arrived pixel for pixel, {what}, beside {CALLS} calls", good, "", "higher", AT_ONCE
    )
    yield Figure(f"fax: CPU of the card a fax, {what}", round(used / AT_ONCE, 3), "s", "lower", 0.4)
    yield Figure(f"fax: {AT_ONCE} faxes of {what}, all over after", round(seconds, 1), "s", "lower")
    late = card.loads[-1].late_p999_ms
    yield Figure("fax: lateness of the fax card's ticks, p99.9 of a minute", late, "ms", "lower")
    late = max(report.late_p999_ms for report in voice.loads[1:])  # the first one is of the time before
    yield Figure(
        f"fax: lateness of the voice card's ticks beside it, {CALLS} calls, p99.9 of a minute", late, "ms", "lower"
    )


def _bad_lines(folder: Path, document: Path, count: int) -> Iterator[Figure]:
    """The faxes of all lines run at once; the tries of each line follow each other."""
    with FaxCardProcess(len(LINES) * ON_EACH_LINE) as card:
        sent = [_Sent(line, folder / f"line-{number}") for number, line in enumerate(LINES)]
        for number in range(1, MOST_TRIES + 1):
            with contextlib.ExitStack() as machines:
                for each in sent:
                    each.begin(machines, card, document, number)
                for each in sent:
                    each.end()
            if number == 1:
                first = [each.arrived(document) for each in sent]
    for each, good in zip(sent, first, strict=True):
        what = f"of {ON_EACH_LINE} faxes of {count} pages, {each.line.name}"
        yield Figure(f"fax: arrived pixel for pixel at the first try, {what}", good, "", "higher", each.line.at_once)
        yield Figure(f"fax: arrived in {MOST_TRIES} tries, {what}", each.arrived(document), "", "higher", ON_EACH_LINE)


class _Sent:
    """The faxes on one line: the pages that were confirmed, and those that have arrived, of each."""

    def __init__(self, line: BadLine, folder: Path) -> None:
        folder.mkdir()
        self.line, self._folder = line, folder
        self._pages: list[list[pages.Page]] = [[] for _ in range(ON_EACH_LINE)]
        self._done = [False] * ON_EACH_LINE
        self._running: tuple[Machines, list[int], str] | None = None

    def begin(self, stack: contextlib.ExitStack, card: FaxCardProcess, document: Path, number: int) -> None:
        """Try ``number`` of all that have not arrived."""
        left = [fax for fax, done in enumerate(self._done) if not done]
        self._running = None
        if not left:
            return
        out = str(self._folder / f"{number}-%d.tif")
        lossy = ("--loss", str(self.line.loss), "--seed", str(1000 * number))
        machines = stack.enter_context(Machines(card, len(left), "--receive", out, *lossy, t38=self.line.t38))
        machines.send_to(document, [len(self._pages[fax]) for fax in left])
        self._running = machines, left, out

    def end(self) -> None:
        """Waits for the end of the try."""
        if self._running is None:
            return
        machines, left, out = self._running
        results = machines.ended(TIME_LIMIT_S)
        machines.told()  # their files are whole
        for number, (fax, ended) in enumerate(zip(left, results, strict=True)):
            if ended.pages:
                self._pages[fax] += pages.load(Path(out % number))[: ended.pages]
            self._done[fax] = ended.result is FaxResult.OK

    def arrived(self, document: Path) -> int:
        expected = pages.load(document)
        return sum(done and pages.same(got, expected) for done, got in zip(self._done, self._pages, strict=True))
