"""Wrong passwords, counted by any key (agent, desk, a phone's address). Pure: ``now`` is any rising clock.

A try counts as wrong from its beginning and is taken back if it was right: many at once, from many desks, get no more than one by one.
"""

from collections import OrderedDict

LIMIT = 5
WITHIN_S = 300.0
MOST_KEYS = 10_000


class Tries:
    """After ``limit`` wrong tries within ``within`` seconds no try is allowed, until the first of them is that old."""

    def __init__(self, limit: int = LIMIT, within: float = WITHIN_S) -> None:
        self._limit = limit
        self._within = within
        self._begun: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until another try is allowed; 0: now."""
        recent = [at for at in self._begun.get(key, ()) if now - at < self._within]
        return recent[-self._limit] + self._within - now if len(recent) >= self._limit else 0.0

    def begin(self, key: str, now: float) -> None:
        recent = [at for at in self._begun.pop(key, ()) if now - at < self._within]
        self._begun[key] = [*recent, now]
        while len(self._begun) > MOST_KEYS:
            self._begun.popitem(last=False)

    def take_back(self, key: str, at: float) -> None:
        """The try that began ``at`` was right, or was not completed."""
        tries = self._begun.get(key, [])
        if at in tries:
            tries.remove(at)

    def clear(self, key: str) -> None:
        self._begun.pop(key, None)
