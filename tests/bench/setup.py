"""Call set-ups: SIPp places calls at a rate; each is offered, rung, answered, confirmed and hung up. None may fail.

First the whole switch (lines, core, card, recording, journals), at 50 and at 100 calls a second: the CPU is that of the main process, without the
cards; of another SIP server (``--peer``) it is that of its first process, and beside it that of all. Then the lines alone, in a process of their own
with a minimal core that answers at once, so that the CPU time is that of the lines only.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import Figure
from tests.bench._offered import offer
from tests.bench._switches import running
from tests.sip_tools import ROOT, Sipp

RATE = 50
LINES_MS, MAIN_MS = 0.8, 2.0
"""CPU for each call: of the lines, and of the main process with the lines in it, at 100 calls a second."""
MAIN_RATES = {50: None, 100: MAIN_MS}
WARM_S = 2


def figures(short: bool = False, peer: str | None = None) -> Iterator[Figure]:
    seconds = 5 if short else 60
    yield from _whole_switch(5 if short else 30, peer)
    if peer is None:
        yield from _lines_alone(seconds)


def _whole_switch(seconds: int, peer: str | None) -> Iterator[Figure]:
    with running(peer) as switch:
        offer(switch.sip, RATE, WARM_S)
        for rate, target in MAIN_RATES.items():
            of = f"setup: whole switch, {rate} a second"
            main, whole = switch.cpu_of_main(), switch.cpu()
            told = offer(switch.sip, rate, seconds)
            main, whole = switch.cpu_of_main() - main, switch.cpu() - whole
            yield Figure(f"{of}, calls failed or refused", told.failed + told.refused, "calls", "lower", 0)
            yield Figure(f"{of}, SIP messages that SIPp had to repeat", told.repeats, "messages", "lower")
            yield Figure(f"{of}, CPU of the main process a call", round(1000 * main / told.calls, 2), "ms", "lower", target)  # fmt: skip
            yield Figure(f"{of}, CPU of all processes a call", round(1000 * whole / told.calls, 2), "ms", "lower")
        if switch.centre is not None:
            switch.centre.until(lambda: switch.centre.ctl("status")["calls"] == 0)  # type: ignore[union-attr]
            rows = switch.centre.rows("calls")
            open_ = sum(row["answered_at"] is None or row["ended_at"] is None for row in rows)
            yield Figure("setup: whole switch, calls without a complete record", open_, "calls", "lower", 0)


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
        LINES_MS,
    )
    yield Figure("setup: legs left over", used["left"], "legs", "lower", 0)
    yield Figure("setup: memory grown", used["grown_mb"], "MB", "lower")
