"""The ids of calls, made in one place."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from shared.ids import CallId

MARGIN_S = 1.0
"""Seconds: the last ids of an earlier run may not have reached the disk."""
_A_SECOND = 100_000
"""The ids available for a second."""


def _number(at: float) -> int:
    time = datetime.fromtimestamp(at, UTC)
    day = time.year * 10_000 + time.month * 100 + time.day
    clock = time.hour * 10_000 + time.minute * 100 + time.second
    return ((day * 1_000_000 + clock) * 1000 + time.microsecond // 1000) * 100


class CallIds:
    """``YYYYMMDDhhmmssmmmnn``: UTC time and a counter. Always rising, also after a restart with a clock that was set back.

    From any thread. ``last``: the highest id of earlier runs on the disk. ``seen``: the last sign of life of those runs, UTC seconds; 0: none.
    """

    def __init__(self, clock: Callable[[], float], *, last: CallId | None = None, seen: float = 0.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        digits = (last or "")[:19]
        self._last = max(int(digits) + _A_SECOND if digits.isdecimal() else 0, _number(seen + MARGIN_S))

    def __call__(self) -> CallId:
        with self._lock:
            self._last = max(_number(self._clock()), self._last + 1)
            return CallId(str(self._last))
