"""The switch's clock: UTC seconds that rise evenly, whatever is done to the system's clock."""

import threading
import time
from collections.abc import Callable

RATE = 0.01
"""Seconds a second by which it goes faster or slower than time, until it agrees with the system's clock: no timer jumps."""
ALARM = 2.0
"""Seconds of difference that the operator is told of."""


class Clock:
    """From any thread. It follows the system's clock: what NTP or an operator changes there is made up for at ``RATE``."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._wall, self._steady = wall, steady
        self._lock = threading.Lock()
        self._at = steady()
        self._offset = wall() - self._at

    def __call__(self) -> float:
        with self._lock:
            before, self._at = self._at, self._steady()
            most = RATE * (self._at - before)
            self._offset += max(-most, min(most, self._wall() - self._at - self._offset))
            return self._at + self._offset

    def behind(self) -> float:
        """Seconds that it is behind the system's clock, negative where it is ahead; 0 where that is less than ``ALARM``."""
        off = self._wall() - self()
        return off if abs(off) >= ALARM else 0.0
