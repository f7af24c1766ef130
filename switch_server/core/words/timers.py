"""Timers by name: a heap with lazy deletion. Pure; the time is an argument (UTC seconds)."""

import heapq

SLACK = 64
"""The heap is rebuilt when its size exceeds twice the number of timers by more than this."""


class Timers:
    """At most one deadline for each name; setting a name again replaces its deadline."""

    def __init__(self) -> None:
        self._when: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._when)

    def names(self) -> frozenset[str]:
        return frozenset(self._when)

    def set(self, name: str, when: float) -> None:
        self._when[name] = when
        heapq.heappush(self._heap, (when, name))
        if len(self._heap) > 2 * len(self._when) + SLACK:
            self._heap = [(at, living) for living, at in self._when.items()]
            heapq.heapify(self._heap)

    def cancel(self, name: str) -> None:
        self._when.pop(name, None)

    def next(self) -> float | None:
        """The earliest deadline, or ``None``."""
        while self._heap:
            when, name = self._heap[0]
            if self._when.get(name) == when:
                return when
            heapq.heappop(self._heap)
        return None

    def pop_due(self, now: float) -> tuple[float, str] | None:
        """Removes and returns the earliest (deadline, name) at or before ``now``; ``None`` when there is none."""
        when = self.next()
        if when is None or when > now:
            return None
        when, name = heapq.heappop(self._heap)
        del self._when[name]
        return when, name
