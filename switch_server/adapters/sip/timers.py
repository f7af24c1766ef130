"""What happens later on the SIP thread. Cancelling takes constant time and lets go of the function at once."""

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Final

T1: Final = 0.5
"""The estimate of the round trip, in seconds (RFC 3261 §17.1.1.1)."""
T2: Final = 4.0
"""The longest interval between repeats (§17.1.2.2)."""
PATIENCE: Final = 64 * T1
"""Timers B, F, H, L, M and D: how long a message may still come (§17, RFC 6026 §7)."""
COMPACTED_FROM: Final = 256
"""So few cancelled timers may stay in the heap, whatever their share."""


class Timer:
    """A function that is called once, unless it is cancelled before."""

    __slots__ = ("_function", "_timers")

    def __init__(self, timers: "SipTimers", function: Callable[[], None]) -> None:
        self._timers = timers
        self._function: Callable[[], None] | None = function

    def cancel(self) -> None:
        """No effect on a timer that has run or is cancelled."""
        if self._function is not None:
            self._function = None
            self._timers.cancelled()

    def waiting(self) -> bool:
        return self._function is not None

    def take(self) -> Callable[[], None] | None:
        """The function, once; ``None``: cancelled."""
        function, self._function = self._function, None
        return function


class SipTimers:
    """A heap whose cancelled entries, some dozens of bytes each, are removed when they are more than half of it. ``clock``: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._cancelled = 0

    def after(self, seconds: float, function: Callable[[], None]) -> Timer:
        timer = Timer(self, function)
        heapq.heappush(self._heap, (self.clock() + seconds, next(self._numbers), timer))
        return timer

    def cancelled(self) -> None:
        """One more entry of the heap is void."""
        self._cancelled += 1
        if self._cancelled > COMPACTED_FROM and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].waiting()]
            heapq.heapify(self._heap)
            self._cancelled = 0

    def run(self, fault: Callable[[], None]) -> None:
        """Calls what is due; ``fault`` is called within the handling of an exception, after which the others go on."""
        now = self.clock()
        while self._heap and self._heap[0][0] <= now:
            function = heapq.heappop(self._heap)[2].take()
            if function is None:
                self._cancelled -= 1
                continue
            try:
                function()
            except Exception:  # noqa: BLE001 — reported by ``fault``
                fault()

    def wait(self) -> float | None:
        """Seconds until the next timer, 0 if it is due; ``None``: there is none. A cancelled one counts."""
        return max(0.0, self._heap[0][0] - self.clock()) if self._heap else None

    def __len__(self) -> int:
        """The size of the heap, with its cancelled entries."""
        return len(self._heap)
