"""A day's records as columns (numpy): the input of reports (``services.statistics``), and the form in which a past day is kept.

Words (agents, queues, states …) are stored as their index in ``Day.words``; the first index means ``None``. Unknown numbers are
NaN. Stretches of seats are cut at the ends of the day and its hours, in whole ms between rounded instants, so that they add up.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from switch_server.ports.statistics import CountedFax, DeskRing, PlacedOrder, QueueVisit, SeatTime, StatisticRecords

FORMAT = 2
"""The format of ``Day.packed``; columns kept in another format are made again. A change of the columns below needs a new number."""
DAY_S, HOUR_MS, DAY_MS = 86_400.0, 3_600_000, 86_400_000
CHUNK = 400
"""Records that are turned into columns at once: so few that they are freed before the garbage collector runs, which stops all threads."""

WORD, CALL, NUMBER, WHOLE = "<u2", "<u4", "<f8", "<i8"
STRETCHES = np.dtype(
    [("agent", WORD), ("state", WORD), ("reason", WORD), ("queue", WORD), ("begun", NUMBER), ("ended", NUMBER), ("branch", WORD)]
)  # fmt: skip
TIMES = np.dtype(
    [("agent", WORD), ("state", WORD), ("reason", WORD), ("queue", WORD), ("branch", WORD), ("hour", "u1"), ("ms", "<u4")]
)  # fmt: skip
VISITS = np.dtype(
    [
        ("call", CALL), ("queue", WORD), ("kind", WORD), ("entered", NUMBER), ("waited_ms", NUMBER), ("outcome", WORD),
        ("service_level_ms", NUMBER), ("branch", WORD),
    ]
)  # fmt: skip
RINGS = np.dtype(
    [
        ("call", CALL), ("agent", WORD), ("queue", WORD), ("kind", WORD), ("offered", NUMBER), ("answered", NUMBER), ("waited_ms", NUMBER),
        ("outcome", WORD), ("disposition", WORD), ("transferred_to", "?"), ("service_level_ms", NUMBER), ("branch", WORD),
    ]
)  # fmt: skip
ORDERS = np.dtype(
    [("at", NUMBER), ("call", CALL), ("agent", WORD), ("branch", WORD), ("price", WHOLE), ("filled", WHOLE), ("queue", WORD)]
)  # fmt: skip
FAXES = np.dtype(
    [("at", NUMBER), ("agent", WORD), ("group", WORD), ("direction", WORD), ("state", WORD), ("pages", WHOLE)]
)
"""The fields are those of ``ports.statistics``. ``call`` is a number within the table: the same for the rows of a call, which are adjacent."""

NONE = 0
"""The index of ``None`` among a day's words."""

Rows = NDArray[Any]


class Day(Struct, frozen=True):
    """``start``: UTC seconds."""

    start: float
    words: tuple[str | None, ...]
    times: Rows
    visits: Rows
    rings: Rows
    orders: Rows
    faxes: Rows

    @property
    def settled(self) -> bool:
        """No record changes with the clock any more once the day is over: no caller of that day still waits."""
        return not np.isnan(self.visits["waited_ms"]).any()

    def packed(self) -> bytes:
        tables = [table.tobytes() for table in (self.times, self.visits, self.rings, self.orders, self.faxes)]
        return msgspec.msgpack.encode((FORMAT, self.words, *tables))


def unpacked(start: float, content: bytes) -> Day | None:
    """``None``: packed in another format, or damaged."""
    dtypes = (TIMES, VISITS, RINGS, ORDERS, FAXES)
    try:
        version, words, *tables = msgspec.msgpack.decode(
            content, type=tuple[int, tuple[str | None, ...], bytes, bytes, bytes, bytes, bytes]
        )
        if version != FORMAT:
            return None
        return Day(start, words, *(np.frombuffer(table, dtype) for table, dtype in zip(tables, dtypes, strict=True)))
    except ValueError:
        return None


def read(records: StatisticRecords, start: float, now: float) -> Day:
    """The day that begins at ``start``, in its state at ``now``. Raises ``StoreError``."""
    end = start + DAY_S
    return day_of(
        start, now, records.seat_times(start, end), records.visits(start, end), records.rings(start, end), records.orders(start, end),
        records.faxes(start, end),
    )  # fmt: skip


def day_of(
    start: float,
    now: float,
    times: Iterable[SeatTime],
    visits: Iterable[QueueVisit],
    rings: Iterable[DeskRing],
    orders: Iterable[PlacedOrder],
    faxes: Iterable[CountedFax],
) -> Day:
    """Visits and rings must be ordered by call, then by time."""
    words = _WordIndex({None: NONE})
    stretches = _table(STRETCHES, iter(times), words)
    return Day(
        start=start,
        times=_cut(stretches, start, now),
        visits=_table(VISITS, iter(visits), words),
        rings=_table(RINGS, iter(rings), words),
        orders=_table(ORDERS, iter(orders), words),
        faxes=_table(FAXES, iter(faxes), words),
        words=tuple(words),
    )


class _WordIndex(dict[Any, int]):
    """The index of each word, in the order of first use."""

    def __missing__(self, word: Any) -> int:
        place = self[word] = len(self)
        return place


def _table(dtype: np.dtype[Any], rows: Iterator[tuple[Any, ...]], words: _WordIndex) -> Rows:
    places = {np.dtype(WORD): words, np.dtype(CALL): _WordIndex()}
    parts = [np.empty(0, dtype)]
    while chunk := list(islice(rows, CHUNK)):
        part = np.empty(len(chunk), dtype)
        for name, column in zip(chunk[0]._fields, zip(*chunk, strict=True), strict=True):  # type: ignore[attr-defined]
            if (of := places.get(dtype[name])) is not None:
                part[name] = [of[word] for word in column]
            elif dtype[name] == np.bool_:
                part[name] = [bool(each) for each in column]
            else:
                part[name] = column
        parts.append(part)
    return np.concatenate(parts)


def _cut(stretches: Rows, start: float, now: float) -> Rows:
    """By hours; parts outside the day, or of 0 ms, are left out."""
    first, end = round(start * 1000), start + DAY_S
    ended = np.where(np.isnan(stretches["ended"]), min(now, end), stretches["ended"])
    begins = np.maximum(to_ms(stretches["begun"]), first) - first
    ends = np.minimum(to_ms(ended), first + DAY_MS) - first
    inside = ends > begins
    stretches, begins, ends = stretches[inside], begins[inside], ends[inside]
    hour = begins // HOUR_MS
    parts = (ends - 1) // HOUR_MS - hour + 1
    of = np.repeat(np.arange(len(stretches)), parts)
    hours = hour[of] + np.arange(len(of)) - np.repeat(np.cumsum(parts) - parts, parts)
    times = np.empty(len(of), TIMES)
    for name in ("agent", "state", "reason", "queue", "branch"):
        times[name] = stretches[name][of]
    times["hour"] = hours
    times["ms"] = np.minimum(ends[of], (hours + 1) * HOUR_MS) - np.maximum(begins[of], hours * HOUR_MS)
    return times


def to_ms(seconds: Rows) -> NDArray[np.int64]:
    """Rounded like Python's ``round``."""
    ms: NDArray[np.int64] = np.rint(seconds * 1000).astype(np.int64)
    return ms
