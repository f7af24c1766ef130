"""The supervisor's board with 200 seats and 1,000 lines, all changing: its age on the screen, and its CPU cost in switch and app.

A busy core with floor service and desks' link in this process, and a supervisor's app with its windows (off screen) in another, with CURVE
between them. Each line is a row of its own. A seat's age is the time from its change in the core to the painting of its row.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.link import keys
from tests.bench import Figure
from tests.bench._board_centre import CHIEF, DESK, LINES, PASSWORD, SEATS, STEP_S, BusyCentre
from tests.sip_tools import ROOT

AGE_S, CPU = 1.0, 15.0
"""Targets: the age (s) that 99 of 100 changes do not exceed, and per cent of a core."""
WAIT_S = 90.0


def figures(short: bool = False) -> Iterator[Figure]:
    seconds = 5.0 if short else 30.0
    with tempfile.TemporaryDirectory() as folder:
        seen, floor, sending = asyncio.run(_run(Path(folder), seconds))
    ages = sorted(seen["ages"])
    assert seen["rows"] > LINES, "every line is a row"
    switch, window = 100 * (floor + sending) / seconds, 100 * seen["cpu"] / seconds
    what = f"board: {SEATS} seats, {LINES} lines"
    yield Figure(f"{what}: changes of seats painted, a second", round(len(ages) / seconds, 1), "1/s", "higher", 3)
    yield Figure(f"{what}: frames, a second", round(seen["frames"] / seconds, 2), "1/s", "lower", 2.1)
    yield Figure(f"{what}: age on the screen, median", round(_at(ages, 0.5), 3), "s", "lower")
    yield Figure(f"{what}: age on the screen, 99th percentile", round(_at(ages, 0.99), 3), "s", "lower", AGE_S)
    yield Figure(f"{what}: age on the screen, the oldest", round(_at(ages, 1.0), 3), "s", "lower")
    yield Figure(f"{what}: CPU of both ends", round(switch + window, 2), "% of core", "lower", CPU)
    yield Figure(f"{what}: CPU of the switch's floor service", round(switch, 2), "% of core", "lower")
    yield Figure(f"{what}: of that, making the rows", round(100 * floor / seconds, 2), "% of core", "lower")
    yield Figure(f"{what}: CPU of the supervisor's app, both windows", round(window, 2), "% of core", "lower")
    yield Figure(
        f"{what}: of that, the board's models", round(100 * seen["drawing"] / seconds, 2), "% of core", "lower"
    )


def _at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


async def _run(folder: Path, seconds: float) -> tuple[dict[str, Any], float, float]:
    """The window's result, and the CPU seconds of making rows and of comparing and sending them."""
    server, desk = keys.make(), keys.make()
    centre = BusyCentre(server, desk)
    watch = centre.links._floor
    tick, spent = watch._tick, [0.0]

    def timed() -> None:
        begin = time.thread_time()
        tick()
        spent[0] += time.thread_time() - begin

    watch._tick = timed  # type: ignore[method-assign]
    endpoint = await centre.links.start()
    centre.fill()
    living = asyncio.create_task(_live(centre))
    file = folder / "desk.json"
    file.touch(0o600)
    file.write_text(
        json.dumps(
            {"desk": DESK, "endpoint": endpoint, "server_key": server.public.decode(), "public_key": desk.public.decode(), "secret_key": desk.secret.decode()}
        )
    )  # fmt: skip
    window = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench._board_window", str(file), CHIEF, PASSWORD, str(seconds), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert window.stdout is not None
    try:
        async with asyncio.timeout(WAIT_S + seconds):
            assert (await window.stdout.readline()).strip() == b"ready"
            await asyncio.sleep(3.0)
            spent[0] = centre.floor.spent = 0.0
            seen = json.loads(await window.stdout.readline())
            took, rows = spent[0], centre.floor.spent
            await window.wait()
        assert not living.done(), living.exception()
    finally:
        living.cancel()
        if window.returncode is None:
            window.terminate()
        await window.wait()
        await centre.links.stop()
    return seen, rows, took - rows


async def _live(centre: BusyCentre) -> None:
    while True:
        centre.step()
        await asyncio.sleep(STEP_S)
