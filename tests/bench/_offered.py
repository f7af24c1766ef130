"""Calls offered by SIPp at a rate, each answered and hung up 0.2 s later, or refused with 503; and what became of them."""

import shutil
import tempfile
from pathlib import Path

from msgspec import Struct

from tests.bench._switches import PLAYED
from tests.sip_tools import SCENARIOS, Sipp

SCENARIO = "caller_or_refused"


class Offered(Struct, frozen=True):
    """``failed``: neither answered nor refused in order. ``repeats``: SIP messages that SIPp had to repeat. ``refusal_ms``: from INVITE to 503, in order."""

    calls: int
    seconds: float
    answered: int
    refused: int
    failed: int
    repeats: int
    refusal_ms: tuple[float, ...]

    @property
    def goodput(self) -> float:
        """Answered calls a second of the offered time."""
        return self.answered / self.seconds

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
        took = [line.split(";")[1] for path in folder.glob("*_rtt.csv") for line in path.read_text().splitlines()[1:]]
    return Offered(
        calls, seconds, answered, refused, calls - answered - refused, repeats, tuple(sorted(map(float, took)))
    )
