"""The switch's clock: UTC seconds that rise evenly, whatever happens to the system's clock."""

import threading
import time
from collections.abc import Callable

RATE = 0.01
"""Seconds per second by which the clock runs faster or slower until it agrees with the system's clock, so that no timer jumps."""
ALARM = 2.0
"""The difference in seconds from which the operator is informed."""


class Clock:
    """From any thread. Follows the system's clock: a change by NTP or an operator is compensated at ``RATE``."""

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
        """Seconds behind the system's clock, negative if ahead; 0 if less than ``ALARM``."""
        off = self._wall() - self()
        return off if abs(off) >= ALARM else 0.0
