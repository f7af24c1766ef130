"""Deadlines by name: a heap with lazy deletion. Pure; the caller brings the time (UTC seconds)."""

import heapq


class Timers:
    """At most one deadline for each name; setting it again moves it."""

    def __init__(self) -> None:
        self._when: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, name: str, when: float) -> None:
        self._when[name] = when
        heapq.heappush(self._heap, (when, name))

    def cancel(self, name: str) -> None:
        self._when.pop(name, None)

    def cancel_all(self, prefix: str) -> None:
        for name in [name for name in self._when if name.startswith(prefix)]:
            del self._when[name]

    def next(self) -> float | None:
        """The earliest deadline, or ``None``."""
        while self._heap:
            when, name = self._heap[0]
            if self._when.get(name) == when:
                return when
            heapq.heappop(self._heap)
        return None

    def pop_due(self, now: float) -> str | None:
        """Takes one name whose deadline is at or before ``now``, earliest first; ``None`` when there is none."""
        when = self.next()
        if when is None or when > now:
            return None
        _, name = heapq.heappop(self._heap)
        del self._when[name]
        return name
