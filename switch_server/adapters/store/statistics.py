"""``ports.statistics.StatisticRecords`` on the store's file: the records of reports, on a connection of its own.

Rows are read while iterating, so nothing else waits for a report. The kept columns of a day are a row of ``report_days``; triggers delete
the row when one of the day's records changes, through any connection (migration 6).
"""

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from switch_server.adapters.store.migrations.m0006_report_days import OVER_MIDNIGHT
from switch_server.adapters.store.schema import open_reader
from switch_server.adapters.store.writer import Change, StoreWriter, texts_in
from switch_server.disk.errors import StoreFailed
from switch_server.disk.sqlite import as_store_failed
from switch_server.ports.statistics import CountedFax, DeskRing, PlacedOrder, QueueVisit, SeatTime

T = TypeVar("T")
LONGEST_CALL = 24 * 3600.0
"""Seconds: no call is longer (``core.words.config.Limits.call_max`` is hours), so a queue visit or ring older than that has ended."""
LONGEST_STRETCH = 31 * 24 * 3600.0
"""Seconds: older beginnings of a seat's stretch are not searched."""

CHUNK = 200
"""Rows that are read at once; few, so that the garbage collector finds no new objects that survive (it stops all threads)."""
CLOSING = "the store is closing"
PATIENCE, LOOK = 10.0, 0.2
"""Seconds to wait for the disk before a day is kept, and between two checks whether the store closes meanwhile."""

_SEAT_TIME = "agent, state, reason, queue, begun_at, ended_at, (SELECT branch FROM calls WHERE id = seat_states.call)"
_SEAT_TIMES = f"""
    SELECT {_SEAT_TIME} FROM seat_states
    WHERE begun_at >= :start AND begun_at < :end AND (ended_at IS NULL OR ended_at > :start)
    UNION ALL
    SELECT {_SEAT_TIME} FROM seat_states
    WHERE begun_at >= :start - :longest AND begun_at < :start AND (ended_at IS NULL OR ended_at > :start) AND {OVER_MIDNIGHT}
"""  # noqa: S608  constants
_VISITS = """
    SELECT v.call, v.queue, v.kind, v.entered_at, v.waited_ms, v.outcome, v.service_level_ms, c.branch
    FROM (
        SELECT call, min(entered_at) AS first FROM queue_visits
        WHERE entered_at >= :start - :longest AND entered_at < :end GROUP BY call
    ) f JOIN queue_visits v ON v.call = f.call LEFT JOIN calls c ON c.id = v.call
    WHERE f.first >= :start ORDER BY v.call, v.entered_at, v.id
"""
_RINGS = """
    SELECT t.call, t.agent, t.queue, t.kind, t.offered_at, t.answered_at, coalesce(t.waited_ms, 0), t.outcome, t.disposition,
        t.transferred_to, (
            SELECT v.service_level_ms FROM queue_visits v WHERE v.call = t.call AND v.queue = t.queue ORDER BY v.entered_at LIMIT 1
        ), c.branch
    FROM (
        SELECT call, min(offered_at) AS first FROM talks
        WHERE offered_at >= :start - :longest AND offered_at < :end GROUP BY call
    ) f JOIN talks t ON t.call = f.call LEFT JOIN calls c ON c.id = t.call
    WHERE f.first >= :start ORDER BY t.call, t.offered_at, t.id
"""
_WATCH = "INSERT OR REPLACE INTO report_days (start, mark) VALUES (:start, :mark)"
_KEEP = "UPDATE report_days SET content = :content WHERE start = :start AND mark = :mark"
_ORDERS = """
    SELECT o.at, o.call, o.agent, o.branch, o.price, coalesce(o.filled, 0), (
            SELECT v.queue FROM queue_visits v WHERE v.call = o.call ORDER BY v.entered_at LIMIT 1
        )
    FROM orders o
    WHERE o.kind = 'place' AND o.contract IS NOT NULL AND o.at >= :start AND o.at < :end
"""
_FAXES = """
    SELECT created, CASE direction WHEN 'in' THEN taken_by ELSE agent END, nullif(group_name, ''), direction, state, coalesce(pages_done, 0)
    FROM faxes WHERE created >= :start AND created < :end
"""


class Statistics:
    """One reader at a time; the next waits. ``writer``: the store's, for kept columns."""

    def __init__(self, path: Path, writer: StoreWriter) -> None:
        self._db: sqlite3.Connection = open_reader(path).conn
        self._writer = writer
        self._marks = itertools.count(1)
        self._lock = threading.Lock()
        self._closing = False

    def close(self) -> None:
        """Running reads end with ``StoreFailed``, and nothing more is given to the writer."""
        if self._closing:
            return
        self._closing = True
        self._db.interrupt()
        with self._lock:
            self._db.close()

    def seat_times(self, start: float, end: float) -> Iterator[SeatTime]:
        return self._read(_SEAT_TIMES, SeatTime._make, start, end, LONGEST_STRETCH)

    def visits(self, start: float, end: float) -> Iterator[QueueVisit]:
        return self._read(_VISITS, QueueVisit._make, start, end, LONGEST_CALL)

    def rings(self, start: float, end: float) -> Iterator[DeskRing]:
        return self._read(_RINGS, DeskRing._make, start, end, LONGEST_CALL)

    def orders(self, start: float, end: float) -> Iterator[PlacedOrder]:
        return self._read(_ORDERS, PlacedOrder._make, start, end)

    def faxes(self, start: float, end: float) -> Iterator[CountedFax]:
        return self._read(_FAXES, CountedFax._make, start, end)

    # --- past days ---

    def kept(self, start: float) -> bytes | None:
        rows = self._rows("SELECT content FROM report_days WHERE start = ?", [start])
        return rows[0][0] if rows else None

    def days_kept(self) -> frozenset[float]:
        return frozenset(
            float(start) for (start,) in self._rows("SELECT start FROM report_days WHERE content NOT NULL")
        )

    def watch(self, start: float) -> int | None:
        mark = next(self._marks)
        self._put("a day to be kept", _WATCH, {"start": int(start), "mark": mark})
        for _ in range(round(PATIENCE / LOOK)):
            if self._writer.flush(LOOK):
                return mark
            if self._closing:
                raise StoreFailed(CLOSING)
        return None

    def keep(self, start: float, mark: int, content: bytes) -> None:
        self._put("a day's columns", _KEEP, {"start": int(start), "mark": mark, "content": content})

    def _put(self, what: str, sql: str, values: dict[str, Any]) -> None:
        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        with self._lock:
            if self._closing:
                raise StoreFailed(CLOSING)
            self._writer.put(Change(what, run, texts_in(values.values())))

    # --- reading ---

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, as_store_failed():
            return self._db.execute(sql, values).fetchall()

    def _read(self, sql: str, make: Callable[[Any], T], start: float, end: float, longest: float = 0.0) -> Iterator[T]:
        with self._lock, as_store_failed():
            rows = self._db.execute(sql, {"start": start, "end": end, "longest": longest})
            while chunk := rows.fetchmany(CHUNK):
                for row in chunk:
                    if self._closing:
                        raise StoreFailed(CLOSING)
                    yield make(row)
