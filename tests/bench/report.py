"""Reports of a large centre: a month of 22 working days, 200 agents with 100 calls each a day; for one day, also by a plain reference.

The store's file is in ``build/``. The lateness is that of the event loop, which sleeps 1 ms at a time while a report is made; it is compared with
the idle loop's. All data is in the system's disk cache.
"""

import asyncio
import gc
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar, cast

from shared.control_reports import AskReport
from shared.days import day_after, day_start
from shared.enums import Role
from shared.ids import AgentId
from shared.reports import By, ReportRow
from switch_server.adapters.store import Store
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.services.report_service import ReportService
from tests.bench import Figure
from tests.bench._working_days import AGENTS, working_days
from tests.services.plain_statistics import Who, plain_report
from tests.sip_tools import ROOT

T = TypeVar("T")
DAYS, SHORT_DAYS = 22, 2
MONTH_S, MORE_MB = 5.0, 200.0
TEAM = 10


class TeamBook:
    """An agent book with teams of ten."""

    def agents(self) -> list[AgentRecord]:
        ids = [f"{8001 + number}" for number in range(AGENTS)]
        return [
            AgentRecord(AgentId(each), each, Role.AGENT, f"team{number // TEAM}") for number, each in enumerate(ids)
        ]


class ReportTimer:
    """The time of a report (s), and the loop's largest lateness meanwhile (ms)."""

    def __init__(self, reports: ReportService) -> None:
        self._reports = reports
        self.late = 0.0

    async def ask(self, ask: AskReport) -> float:
        return (await self.through(self._reports.made(ask)))[0]

    async def through(self, work: Awaitable[T]) -> tuple[float, T]:
        """Awaits ``work``; returns its seconds and its result."""
        began = time.perf_counter()
        working = asyncio.ensure_future(work)
        while not working.done():
            await self.tick()
        return time.perf_counter() - began, await working

    async def idle(self, seconds: float) -> float:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            await self.tick()
        return self.taken()

    async def tick(self) -> None:
        due = time.perf_counter() + 0.001
        await asyncio.sleep(0.001)
        self.late = max(self.late, (time.perf_counter() - due) * 1000)

    def taken(self) -> float:
        late, self.late = self.late, 0.0
        return round(late, 1)


def figures(short: bool = False) -> Iterator[Figure]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    days = working_days(SHORT_DAYS if short else DAYS)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        file = Path(folder).resolve() / "huawu.db"
        subprocess.run([sys.executable, "-m", "tests.bench._working_days", str(file), *days], cwd=ROOT, check=True)
        store = Store(file, lambda _event: None, clock=lambda: now(days))
        store.start()
        try:
            yield from asyncio.run(_measure(store, file, days))
        finally:
            store.stop()


def now(days: tuple[str, ...]) -> float:
    return day_start(day_after(days[-1])) + 3600.0


async def _measure(store: Store, file: Path, days: tuple[str, ...]) -> list[Figure]:
    book = TeamBook()
    reports = ReportService(
        store.statistics, cast("AgentBook", book), lambda: now(days)
    )  # reports need nothing else of a book
    measured = ReportTimer(reports)
    gc.collect()  # frees garbage of the imports; a running switch has none
    idle = await measured.idle(3.0)
    before, one = _memory_mb(), AskReport(By.AGENTS, days[-1], days[-1])
    first_day = await measured.ask(one)
    kept_day = await measured.ask(one)
    made = reports.make(one)
    measured.taken()
    plain, figures = await measured.through(asyncio.to_thread(_plain, file, one, book, made.at))
    late_plain, same = measured.taken(), figures == (made.rows, made.total)
    first_month = await measured.ask(AskReport(By.AGENTS, days[0], days[-1]))
    late_first = measured.taken()
    month = {by: await measured.ask(AskReport(by, days[0], days[-1])) for by in By}
    some = {
        "one agent's days": AskReport(By.DAYS, days[0], days[-1], agent="8001"),
        "one team's agents": AskReport(By.AGENTS, days[0], days[-1], group="team1"),
        "one queue's hours": AskReport(By.HOURS, days[0], days[-1], queue="fund"),
    }
    of = f"report: {len(days)} days of {AGENTS} agents"
    return [
        Figure("report: figures of one day that the plain way has otherwise", 0 if same else 1, "days", "lower", 0),
        Figure("report: one day, the plain way", round(plain, 2), "s", "lower"),
        Figure("report: one day, when it is first asked for", round(first_day, 2), "s", "lower"),
        Figure("report: one day that is kept", round(kept_day, 3), "s", "lower"),
        Figure("report: the plain way's time for the same day", round(plain / kept_day, 1), "times", "higher", 5),
        Figure(f"{of}, when it is first asked for", round(first_month, 1), "s", "lower"),
        *(Figure(f"{of}, by {by}", round(took, 2), "s", "lower", MONTH_S) for by, took in month.items()),
        *[Figure(f"{of}, {name}", round(await measured.ask(ask), 2), "s", "lower", MONTH_S) for name, ask in some.items()],
        Figure("report: another thread late at most, when nothing is asked", idle, "ms", "lower"),
        Figure("report: another thread late at most, the plain way", late_plain, "ms", "lower"),
        Figure("report: another thread late at most, days that are kept", measured.taken(), "ms", "lower"),
        Figure("report: another thread late at most, days first asked for", late_first, "ms", "lower"),
        Figure("report: memory that all this took more", round(_memory_mb() - before, 1), "MB", "lower", MORE_MB),
        Figure("report: of the file, what is kept", round(_kept(file), 1), "%", "lower"),
    ]  # fmt: skip


def _plain(file: Path, ask: AskReport, book: TeamBook, at: float) -> tuple[tuple[ReportRow, ...], ReportRow]:
    who = {str(agent.agent): Who(agent.name, agent.group) for agent in book.agents()}
    with closing(sqlite3.connect(file)) as db:
        return plain_report(db, ask, who, at)


def _kept(file: Path) -> float:
    with closing(sqlite3.connect(file)) as db:
        ((kept,),) = db.execute("SELECT sum(length(content)) FROM report_days")
        ((whole,),) = db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    return 100 * float(kept) / float(whole)


def _memory_mb() -> float:
    """The peak resident memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
