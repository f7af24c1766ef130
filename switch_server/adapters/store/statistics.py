"""``ports.statistics.StatisticRecords`` on the store's file: what reports are made of, on a connection of its own.

Rows are read one by one as they are asked for, so a report over a year needs no more memory than one over a day, and nobody waits for it.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from switch_server.adapters.store.schema import open_reader
from switch_server.ports.statistics import Placed, Rung, SeatTime, Visit

T = TypeVar("T")
LONGEST_CALL = 24 * 3600.0
"""Seconds: no call is longer (``core.config.Limits.call_max`` is hours), so who came to a queue or rang so long ago has gone."""
LONGEST_STRETCH = 31 * 24 * 3600.0
"""Seconds: a seat that does one thing for a month is looked for no further."""

_SEAT_TIMES = """
    SELECT s.agent, s.state, s.reason, s.queue, s.begun_at, s.ended_at, c.branch
    FROM seat_states s LEFT JOIN calls c ON c.id = s.call
    WHERE s.begun_at >= :start - :longest AND s.begun_at < :end AND (s.ended_at IS NULL OR s.ended_at > :start)
"""
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
_ORDERS = """
    SELECT o.at, o.call, o.agent, o.branch, o.price, coalesce(o.filled, 0), (
            SELECT v.queue FROM queue_visits v WHERE v.call = o.call ORDER BY v.entered_at LIMIT 1
        )
    FROM orders o
    WHERE o.kind = 'place' AND o.contract IS NOT NULL AND o.at >= :start AND o.at < :end
"""


class Statistics:
    """One reader at a time; the next waits."""

    def __init__(self, path: Path) -> None:
        self._db: sqlite3.Connection = open_reader(path).conn
        self._lock = threading.Lock()
        self._closing = False

    def close(self) -> None:
        """Whatever is being read ends with ``sqlite3.OperationalError``."""
        if self._closing:
            return
        self._closing = True
        self._db.interrupt()
        with self._lock:
            self._db.close()

    def seat_times(self, start: float, end: float) -> Iterator[SeatTime]:
        return self._read(_SEAT_TIMES, SeatTime._make, start, end, LONGEST_STRETCH)

    def visits(self, start: float, end: float) -> Iterator[Visit]:
        return self._read(_VISITS, Visit._make, start, end, LONGEST_CALL)

    def rings(self, start: float, end: float) -> Iterator[Rung]:
        return self._read(_RINGS, Rung._make, start, end, LONGEST_CALL)

    def orders(self, start: float, end: float) -> Iterator[Placed]:
        return self._read(_ORDERS, Placed._make, start, end)

    def _read(self, sql: str, make: Callable[[Any], T], start: float, end: float, longest: float = 0.0) -> Iterator[T]:
        with self._lock:
            for row in self._db.execute(sql, {"start": start, "end": end, "longest": longest}):
                if self._closing:
                    raise sqlite3.OperationalError("the store is closing")
                yield make(row)
