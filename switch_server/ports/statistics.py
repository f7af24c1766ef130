"""What reports are made of: the records of seats, queues, talks and orders of a span of time. Times are UTC seconds."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class SeatTime(NamedTuple):
    """A stretch of a seat (``core.desks.records``). ``ended``: ``None`` while it lasts. ``branch``: of the call's account."""

    agent: str
    state: str
    reason: str | None
    queue: str | None
    begun: float
    ended: float | None
    branch: str | None = None


class QueueVisit(NamedTuple):
    """A wish to wait in a queue (``core.acd.records``). ``left``, ``waited_ms``, ``outcome``: ``None`` while the caller waits."""

    call: str
    queue: str
    kind: str
    entered: float
    waited_ms: int | None
    outcome: str | None
    service_level_ms: int
    branch: str | None = None


class Rung(NamedTuple):
    """A call at one desk (a row of ``talks``). ``service_level_ms``: of its queue, when the caller came there."""

    call: str
    agent: str
    queue: str | None
    kind: str
    offered: float
    answered: float | None
    waited_ms: float
    outcome: str | None
    disposition: str | None
    transferred_to: str | None
    service_level_ms: int | None = None
    branch: str | None = None


class Placed(NamedTuple):
    """An order that the branch took (it has a contract number). ``price``: 1/1000 yuan. ``queue``: the first that its call was in."""

    at: float
    call: str
    agent: str | None
    branch: str
    price: int
    filled: int
    queue: str | None = None


class StatisticRecords(Protocol):
    """Of ``start`` (inclusive) to ``end``; may be called from any thread, blocking, raising ``StoreError``. Read as they are asked for.

    One span at a time: an iterator is read to its end before the next is asked for.
    """

    def seat_times(self, start: float, end: float) -> Iterator[SeatTime]:
        """All that have a part in the span."""
        ...

    def visits(self, start: float, end: float) -> Iterator[QueueVisit]:
        """By call, then in order: of calls whose first visit lies in the span."""
        ...

    def rings(self, start: float, end: float) -> Iterator[Rung]:
        """By call, then in order: of calls whose first ring lies in the span."""
        ...

    def orders(self, start: float, end: float) -> Iterator[Placed]: ...

    # --- days that are over: what was made of their records can be kept until one of these changes ---

    def kept(self, start: float) -> bytes | None:
        """Of the day that begins at ``start``; ``None``: nothing was kept, or a record of the day has changed since."""
        ...

    def days_kept(self) -> frozenset[float]:
        """Their starts."""
        ...

    def watch(self, start: float) -> int | None:
        """To be called before records are read whose columns are to be kept: a mark for ``keep``. ``None``: the disk is in trouble."""
        ...

    def keep(self, start: float, mark: int, content: bytes) -> None:
        """Nothing is kept if a record of the day has changed since ``watch``. Does not wait for the disk."""
        ...
