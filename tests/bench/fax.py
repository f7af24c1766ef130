"""Fax: 32 at once, half of them out and half in, by one fax card beside a voice card with 200 calls: do all arrive, at what cost, how late are the ticks.

The far machines are processes of their own with an engine of their own; the CPU time is that of the fax card's process alone.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

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
