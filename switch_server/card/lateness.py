"""The lateness of a card's ticks over the last minute."""

import numpy as np

from switch_server.card import TICKS_A_SECOND

TICKS = 60 * TICKS_A_SECOND


class Lateness:
    """``ms`` has the last minute's values in a circle, ``count[0]`` the number of all ticks; both are written by ``kernel.c``, too."""

    def __init__(self) -> None:
        self.ms = np.zeros(TICKS, np.float64)
        self.count = np.zeros(1, np.int64)

    def note(self, late_ns: int) -> None:
        self.ms[self.count[0] % TICKS] = late_ns / 1e6
        self.count[0] += 1

    def p999(self) -> float:
        """The 99.9th percentile, ms; 0 without a tick."""
        known = self.ms[: self.count[0]]
        place = int(known.size * 0.999)
        return float(np.partition(known, place)[place]) if known.size else 0.0
