"""Makes a report as the sum of its days (``services.statistics``), each made from its records or, if past, from its kept columns."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from shared.control_reports import AskReport, ControlReport
from shared.days import day_after, day_start, shanghai_day
from switch_server.ports.desks import AgentBook
from switch_server.ports.errors import StoreError
from switch_server.ports.statistics import StatisticRecords
from switch_server.services import day_columns, statistics
from switch_server.services.day_columns import DAY_S, Day
from switch_server.services.statistics import AgentName

log = logging.getLogger(__name__)

MOST_DAYS = 366
KEPT_DAYS = 62
"""The number of days before today that are kept in advance: this month and the last."""
KEEP_EVERY = 120.0
"""Seconds between two days that are kept in advance: reading a large day takes a second."""


class BadDays(ValueError):  # noqa: N818  the name says what it is
    """The fault of the requested days."""


def span(first: str, last: str) -> tuple[float, float]:
    """UTC seconds from the beginning of the first day to the end of the last; raises ``BadDays``."""
    try:
        start, end = day_start(first), day_start(day_after(last))
    except (ValueError, OverflowError) as error:
        raise BadDays(str(error)) from None
    if not start < end:
        raise BadDays(f"{first} is after {last}")
    if end - start > MOST_DAYS * 24 * 3600.0:
        raise BadDays(f"more than {MOST_DAYS} days")
    return start, end


class ReportService:
    """One report at a time, in a thread of its own, so that no query for a customer waits for a year's report.

    ``clock`` gives UTC seconds. A report in progress when the store closes ends with ``StoreError``.
    """

    def __init__(self, records: StatisticRecords, book: AgentBook, clock: Callable[[], float]) -> None:
        self._records, self._book, self._clock = records, book, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reports")
        self._tried: set[float] = set()
        self._tried_on = 0.0

    async def made(self, ask: AskReport) -> ControlReport:
        """Raises ``BadDays`` and ``StoreError``."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.make, ask)

    def make(self, ask: AskReport) -> ControlReport:
        """Blocking: some 50 ms for a large kept day, a second for one that is not kept. Raises ``BadDays`` and ``StoreError``."""
        start, end = span(ask.first, ask.last)
        now = self._clock()
        asked = statistics.ReportQuery(by=ask.by, now=now, queue=ask.queue, agent=ask.agent, group=ask.group)
        report = statistics.ReportBuilder(asked, self._who())
        while start < end:
            report.add(self._day(start, now))
            start += DAY_S
        return ControlReport(
            now, ask.by, ask.first, ask.last, report.rows(), report.total(), ask.queue, ask.agent, ask.group
        )

    async def keep_next(self) -> None:
        """Every ``KEEP_EVERY`` seconds: keeps a past day, so that the first request for it need not wait."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self.keep_one)
        except StoreError as error:
            log.warning("a day can't be kept for reports: %s", error)

    def keep_one(self) -> None:
        """Blocking: keeps the last day before today that is not kept. A day that can't be kept (a caller still waits) is left until tomorrow."""
        now = self._clock()
        today = day_start(shanghai_day(now))
        if today != self._tried_on:
            self._tried_on = today
            self._tried.clear()
        done = self._records.days_kept() | self._tried
        days = (today - DAY_S * ago for ago in range(1, KEPT_DAYS + 1))
        if (missing := next((day for day in days if day not in done), None)) is not None:
            self._tried.add(missing)
            self._day(missing, now)

    def _day(self, start: float, now: float) -> Day:
        if now < start + DAY_S:
            return day_columns.read(self._records, start, now)
        kept = self._records.kept(start)
        if kept is not None and (day := day_columns.unpacked(start, kept)) is not None:
            return day
        mark = self._records.watch(start)
        day = day_columns.read(self._records, start, now)
        if mark is not None and day.settled:
            self._records.keep(start, mark, day.packed())
        return day

    def _who(self) -> Mapping[str, AgentName]:
        return {agent.agent: AgentName(agent.name, agent.group) for agent in self._book.agents()}
