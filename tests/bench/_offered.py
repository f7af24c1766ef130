"""Calls offered by SIPp at a rate, each answered and hung up 0.2 s later, or refused with 503; and what became of them."""

import bisect
import shutil
import tempfile
from pathlib import Path

from msgspec import Struct

from tests.bench._switches import PLAYED
from tests.sip_tools import SCENARIOS, Sipp

SCENARIO = "caller_or_refused"
IN_TIME_MS = 1000.0
"""From the first INVITE to the answer: later, after two repeats, the caller has given up or gone elsewhere."""


class Offered(Struct, frozen=True):
    """``failed``: neither answered nor refused in order. ``repeats``: SIP messages that SIPp had to repeat. ``refusal_ms`` and ``answer_ms``: from the
    first INVITE to the 503 and the 200, in order.
    """

    calls: int
    seconds: float
    answered: int
    refused: int
    failed: int
    repeats: int
    refusal_ms: tuple[float, ...]
    answer_ms: tuple[float, ...]

    @property
    def goodput(self) -> float:
        """Calls answered in time, a second of the offered time."""
        return bisect.bisect(self.answer_ms, IN_TIME_MS) / self.seconds

    @property
    def refusal_p99(self) -> float:
        return self.refusal_ms[int(len(self.refusal_ms) * 0.99)] if self.refusal_ms else 0.0


def offer(
    sip: tuple[str, int], rate: float, seconds: float, *, patience: float = 45.0, number: str = PLAYED
) -> Offered:
    """Returns once all calls are over, ``patience`` after the offered time at the latest; what is not over by then has failed."""
    calls = round(rate * seconds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scenario = folder / f"{SCENARIO}.xml"  # SIPp puts the response times beside it
        shutil.copy(SCENARIOS / scenario.name, scenario)
        extra = ("-l", "20000", "-trace_rtt", "-rtt_freq", "1")
        with Sipp(sip, scenario, folder, number=number, calls=calls, rate=rate, seconds=seconds + patience, extra=extra) as sipp:  # fmt: skip
            sipp.wait()
            answered, refused = (int(sipp.stat(f"GenericCounter{number}(C)")) for number in (1, 2))
            repeats = int(sipp.stat("Retransmissions(C)"))
        rows = [line.split(";") for path in folder.glob("*_rtt.csv") for line in path.read_text().splitlines()[1:]]
    refusal_ms, answer_ms = (tuple(sorted(float(row[1]) for row in rows if row[2] == of)) for of in ("1", "2"))
    return Offered(calls, seconds, answered, refused, calls - answered - refused, repeats, refusal_ms, answer_ms)
