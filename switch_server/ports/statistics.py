"""The records that reports are made of: seats, queues, talks and orders of a span of time. Times are UTC seconds."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class SeatTime(NamedTuple):
    """A stretch of time in one state of a seat (``core.desks.records``). ``ended``: ``None`` while it lasts. ``branch``: of the call's account."""

    agent: str
    state: str
    reason: str | None
    queue: str | None
    begun: float
    ended: float | None
    branch: str | None = None


class QueueVisit(NamedTuple):
    """A caller's stay in a queue (``core.acd.records``). ``left``, ``waited_ms``, ``outcome``: ``None`` while the caller waits."""

    call: str
    queue: str
    kind: str
    entered: float
    waited_ms: int | None
    outcome: str | None
    service_level_ms: int
    branch: str | None = None


class DeskRing(NamedTuple):
    """A call at one desk (a row of ``talks``). ``service_level_ms``: the queue's when the caller entered it."""

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


class PlacedOrder(NamedTuple):
    """An order that the branch accepted (it has a contract number). ``price``: 1/1000 yuan. ``queue``: the first queue of its call."""

    at: float
    call: str
    agent: str | None
    branch: str
    price: int
    filled: int
    queue: str | None = None


class CountedFax(NamedTuple):
    """A fax that was asked for, or began to come in, at ``at``. ``agent``: who sent it, or has taken it. ``group``: of the agent then, or of the inbox.
    ``pages``: confirmed, or received.
    """

    at: float
    agent: str | None
    group: str | None
    direction: str
    state: str
    pages: int


class StatisticRecords(Protocol):
    """Records from ``start`` (inclusive) to ``end``; from any thread, blocking, raising ``StoreError``. Rows are read while iterating.

    One span at a time: an iterator must be read to its end before the next is requested.
    """

    def seat_times(self, start: float, end: float) -> Iterator[SeatTime]:
        """All stretches that overlap the span."""
        ...

    def visits(self, start: float, end: float) -> Iterator[QueueVisit]:
        """Ordered by call, then by time: of calls whose first visit lies in the span."""
        ...

    def rings(self, start: float, end: float) -> Iterator[DeskRing]:
        """Ordered by call, then by time: of calls whose first ring lies in the span."""
        ...

    def orders(self, start: float, end: float) -> Iterator[PlacedOrder]: ...
    def faxes(self, start: float, end: float) -> Iterator[CountedFax]: ...

    # --- past days: the columns made of a day's records can be kept until one of the records changes ---

    def kept(self, start: float) -> bytes | None:
        """The columns of the day that begins at ``start``; ``None``: nothing was kept, or a record of the day has changed since."""
        ...

    def days_kept(self) -> frozenset[float]:
        """The starts of the days with kept columns."""
        ...

    def watch(self, start: float) -> int | None:
        """To be called before reading records whose columns are to be kept: a mark for ``keep``. ``None``: the disk is in trouble."""
        ...

    def keep(self, start: float, mark: int, content: bytes) -> None:
        """Keeps nothing if a record of the day has changed since ``watch``. Does not wait for the disk."""
        ...
