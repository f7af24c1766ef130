"""Makes a report: reads the records of its days and adds them up (``services.statistics``)."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from shared.control_reports import AskReport, Report
from shared.days import day_after, day_start
from switch_server.ports.desks import AgentBook
from switch_server.ports.statistics import StatisticRecords
from switch_server.services import statistics
from switch_server.services.statistics import Who

MOST_DAYS = 366


class BadDays(ValueError):  # noqa: N818  the name says what it is
    """What is wrong with the days that were asked for."""


def span(first: str, last: str) -> tuple[float, float]:
    """UTC seconds from the first day's beginning to the last one's end; raises ``BadDays``."""
    try:
        start, end = day_start(first), day_start(day_after(last))
    except (ValueError, OverflowError) as error:
        raise BadDays(str(error)) from None
    if not start < end:
        raise BadDays(f"{first} is after {last}")
    if end - start > MOST_DAYS * 24 * 3600.0:
        raise BadDays(f"more than {MOST_DAYS} days")
    return start, end


class Reports:
    """One at a time, in a thread of its own, so that nobody who asks the store for a customer waits for a year's report.

    ``clock`` gives UTC seconds. A report that is being made when the store closes ends with ``sqlite3.Error``.
    """

    def __init__(self, records: StatisticRecords, book: AgentBook, clock: Callable[[], float]) -> None:
        self._records, self._book, self._clock = records, book, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reports")

    async def made(self, ask: AskReport) -> Report:
        """Raises ``BadDays`` and ``sqlite3.Error``."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.make, ask)

    def make(self, ask: AskReport) -> Report:
        """Blocking: seconds where there are hundreds of thousands of records. Raises ``BadDays`` and ``sqlite3.Error``."""
        start, end = span(ask.first, ask.last)
        now = self._clock()
        asked = statistics.Ask(
            by=ask.by, start=start, end=end, now=now, queue=ask.queue, agent=ask.agent, group=ask.group
        )
        report, records = statistics.Report(asked, self._who()), self._records
        report.seat_times(records.seat_times(start, end))
        report.visits(records.visits(start, end))
        report.rings(records.rings(start, end))
        report.orders(records.orders(start, end))
        return Report(now, ask.by, ask.first, ask.last, report.rows(), report.total(), ask.queue, ask.agent, ask.group)

    def _who(self) -> Mapping[str, Who]:
        return {agent.agent: Who(agent.name, agent.group) for agent in self._book.agents()}
