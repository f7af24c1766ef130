"""Rows "whole switch by real calls": CPU of all processes of the switch a call, while calls play or are bridged. We always record.

The far end is a process of its own (``tests.bench._rtp_load``), with a packet each 20 ms for every line; the calls are set up by SIP from here and stay up.
"""

import time
from collections.abc import Iterator

from tests.bench import Figure
from tests.bench._far_end import FarEnd
from tests.bench._switches import BRIDGED, PLAYED, Switch, running

ROWS = (
    ("playing", PLAYED, 100, 0.019),
    ("playing", PLAYED, 300, 0.02),
    ("playing and recorded", PLAYED, 150, 0.03),
    ("bridged and recorded", BRIDGED, 100, 0.05),
    ("bridged and recorded", BRIDGED, 400, 0.04),
)
SHORT_ROWS = (("playing", PLAYED, 10, None), ("bridged and recorded", BRIDGED, 5, None))
"""What, the dialled number, calls, the target in % of a core a call. A bridged call has two lines."""
WINDOW_S, ROUNDS = 8.0, 3


def rows(*, short: bool, peer: str | None) -> Iterator[Figure]:
    for what, number, calls, target in SHORT_ROWS if short else ROWS:
        used = _measure(number, calls, peer, 1.0 if short else WINDOW_S)
        yield Figure(f"media: whole switch by real calls, {what}, {calls} calls", round(used / calls, 4), "% core a call", "lower", target)  # fmt: skip


def _measure(number: str, calls: int, peer: str | None, window: float) -> float:
    """CPU of all processes, % of a core: the middle one of a few windows."""
    with running(peer) as switch, FarEnd(switch.sip, switch.far_port, lines=2 * calls) as far:
        for _ in range(calls):
            far.call(number)
        time.sleep(window / 4)
        found = sorted(_percent(switch, window) for _ in range(ROUNDS))
        far.all_up()
        return found[ROUNDS // 2]


def _percent(switch: Switch, seconds: float) -> float:
    before, since = switch.cpu(), time.monotonic()
    time.sleep(seconds)
    return 100 * (switch.cpu() - before) / (time.monotonic() - since)
