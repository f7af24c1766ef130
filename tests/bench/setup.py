"""Call set-ups: SIPp places 50 calls a second for a minute; each is offered, rung, answered, confirmed and hung up. None may fail.

First the whole switch (lines, core, card, recording, journals). Then the lines alone, in a process of their own with a minimal core that
answers at once, so that the CPU time is that of the lines only. Over a second from INVITE to 200 OK, or a repeated INVITE, shows a
switch that can't keep up.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import Figure
from tests.e2e.centre import Centre
from tests.sip_tools import ROOT, Sipp

RATE = 50
TARGET_MS = 10.0
"""CPU for each call: at 50 calls a second, half a core."""


def figures(short: bool = False, peer: str | None = None) -> Iterator[Figure]:
    seconds = 5 if short else 60
    yield from _whole_switch(seconds)
    yield from _lines_alone(seconds)


def _whole_switch(seconds: int) -> Iterator[Figure]:
    calls = RATE * seconds
    with (
        tempfile.TemporaryDirectory() as folder,
        Centre(Path(folder), channels=400, change=_many_lines) as centre,
        Sipp(centre.sip, "caller", Path(folder), calls=calls, rate=RATE, seconds=seconds + 30) as sipp,
    ):
        sipp.wait()
        failed, repeated = calls - int(sipp.stat("SuccessfulCall(C)")), int(sipp.stat("Retransmissions(C)"))
        centre.until(lambda: centre.ctl("status")["calls"] == 0)
        answered = sum(row["answered_at"] is not None and row["ended_at"] is not None for row in centre.rows("calls"))
    yield Figure("setup: whole switch, calls failed, 50 a second", failed, "calls", "lower", 0)
    yield Figure("setup: whole switch, SIP messages that SIPp had to repeat", repeated, "messages", "lower")
    yield Figure("setup: whole switch, calls without a complete record", calls - answered, "calls", "lower", 0)


def _many_lines(config: dict[str, Any]) -> None:
    config["trunks"][0]["lines"] = 400


def _lines_alone(seconds: int) -> Iterator[Figure]:
    calls = RATE * seconds
    switch = subprocess.Popen(
        [sys.executable, "-m", "tests.bench._setup_switch"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with switch, tempfile.TemporaryDirectory() as folder:
        assert switch.stdin is not None
        assert switch.stdout is not None
        port = json.loads(switch.stdout.readline())["port"]
        with Sipp(("127.0.0.1", port), "caller", Path(folder), calls=calls, rate=RATE, seconds=seconds + 30) as sipp:
            sipp.wait()
            failed, repeated = calls - int(sipp.stat("SuccessfulCall(C)")), int(sipp.stat("Retransmissions(C)"))
        switch.stdin.close()
        used = json.loads(switch.stdout.readline())
    yield Figure("setup: lines alone, calls failed, 50 a second", failed, "calls", "lower", 0)
    yield Figure("setup: lines alone, SIP messages that SIPp had to repeat", repeated, "messages", "lower")
    yield Figure(
        "setup: CPU of the lines for a call, set up and torn down",
        used["cpu_s"] * 1000 / calls,
        "ms",
        "lower",
        TARGET_MS,
    )
    yield Figure("setup: legs left over", used["left"], "legs", "lower", 0)
    yield Figure("setup: memory grown", used["grown_mb"], "MB", "lower")
