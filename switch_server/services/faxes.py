"""``ports.faxes.Faxes`` and ``ports.fax_rows.FaxesPort``: faxes for the desks and the operator, on the switch's loop.

The core decides; this service asks it by events and waits for its answer. Rows come from the core as they change, and older ones from the store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.desk_fax import FaxProblem
from shared.fax import FINAL_FAX_STATES, FaxId, FaxModem, FaxResult, FaxState, FaxVerdict, ReceivedState
from shared.ids import AgentId, CallId, CustomerId
from switch_server.core.fax import (
    FaxAnswered,
    FaxAsked,
    FaxCancelAsked,
    FaxEffect,
    FaxJob,
    FaxRetryAsked,
    MakeFaxDocument,
    TellFaxChanged,
)
from switch_server.core.words import Event
from switch_server.ports.fax_rows import FaxBook, FaxWork, StoredFax, job_of
from switch_server.ports.faxes import FaxNotTaken, FaxRecord, OnFax, WantedFax
from switch_server.ports.records import NotWritten

P = ParamSpec("P")
R = TypeVar("R")
ANSWER_WAIT = 5.0
"""Seconds for the disk to take a fax; then it is not sent."""
MOST_NAMES = 10_000
"""Names of customers in memory."""
PROBLEMS: dict[FaxVerdict, FaxProblem] = {
    FaxVerdict.DUPLICATE: FaxProblem.REPEATED,
    FaxVerdict.NOT_ALLOWED: FaxProblem.BARRED_NUMBER,
    FaxVerdict.TOO_MANY: FaxProblem.SPOOL_FULL,
    FaxVerdict.NOT_KEPT: FaxProblem.SPOOL_FULL,
    FaxVerdict.NO_CALL: FaxProblem.NOT_LIVE,
}
_SHOWN = {
    ReceivedState.RECEIVING: FaxState.SENDING,
    ReceivedState.NEW: FaxState.SENT,
    ReceivedState.TAKEN: FaxState.SENT,
    ReceivedState.DONE: FaxState.SENT,
    ReceivedState.FAILED: FaxState.FAILED,
}
"""A received fax's state as the desks see it."""


class FaxSources(Struct, frozen=True, kw_only=True):
    """``new_id``: a call id that no call has. ``has_card``: whether a fax card is up. ``is_full``: the space for faxes is used up."""

    post: Callable[[Event], object]
    settled: Callable[[], Awaitable[None]]
    """Waits until all posted events are handled."""
    written: Callable[[float], bool]
    """Blocks until the store has written what it has got, at most so many seconds."""
    rows: FaxBook
    work: FaxWork
    clock: Callable[[], float]
    new_id: Callable[[], CallId]
    make: Callable[[MakeFaxDocument], None]
    has_card: Callable[[], bool]
    is_full: Callable[[], bool]
    customer_name: Callable[[CustomerId], str]
    """Blocks; called in threads."""


class SwitchFaxes:
    def __init__(self, sources: FaxSources) -> None:
        self._from = sources
        self._answers: dict[FaxId, asyncio.Future[FaxAnswered]] = {}
        self._open: dict[FaxId, dict[str, Any]] = {}
        """Rows of faxes that are being sent or received, as the core has told."""
        self._on_fax: list[OnFax] = []
        self._names: dict[CustomerId, str] = {}

    # --- from the core ---

    def do(self, effect: FaxEffect) -> None:
        match effect:
            case FaxAnswered(fax=fax):
                waiting = self._answers.pop(fax, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(effect)
            case TellFaxChanged(fax=fax, row=row):
                self._changed(fax, row)
            case MakeFaxDocument():
                self._from.make(effect)

    def _changed(self, fax: FaxId, row: dict[str, Any]) -> None:
        old = self._open.get(fax)
        if old is None and "direction" not in row:
            return
        new = self._open[fax] = (old or {}) | row
        before = None if old is None else self._record(_stored(old))
        if new.get("ended") is not None:
            del self._open[fax]
        record = self._record(_stored(new))
        for tell in self._on_fax:
            tell(record, before)

    # --- ports.faxes.Faxes ---

    def listen(self, on_fax: OnFax) -> None:
        self._on_fax.append(on_fax)

    def off(self) -> FaxProblem | None:
        if not self._from.has_card():
            return FaxProblem.NO_FAX
        return FaxProblem.SPOOL_FULL if self._from.is_full() else None

    async def ask(self, wanted: WantedFax) -> FaxRecord:
        if (problem := self.off()) is not None:
            raise FaxNotTaken(problem)
        fax = FaxId(f"f{self._from.new_id()}")
        job = FaxJob(
            fax=fax, number=wanted.number, document=str(wanted.document.path), pages=wanted.document.pages, by=f"agent:{wanted.agent}",
            title=wanted.title, digest=wanted.document.digest, created=self._from.clock(), not_before=wanted.not_before or 0.0,
            customer=wanted.customer, account=wanted.account, agent=wanted.agent, group=wanted.group, call=wanted.call,
        )  # fmt: skip
        await self.submit(job, wanted.call if wanted.live else None)
        return await self._known(fax)

    async def submit(self, job: FaxJob, live: CallId | None = None) -> None:
        """Returns when the fax is on disk. Raises ``FaxNotTaken``."""
        await self._answered(job.fax, FaxAsked(job, live), job.by)

    async def cancel(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        return await self.cancel_by(fax, f"agent:{actor}")

    async def cancel_by(self, fax: FaxId, by: str) -> FaxRecord:
        record = await self._known(fax)
        if record.direction != "out" or record.state in FINAL_FAX_STATES:
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        self._from.post(FaxCancelAsked(fax, by))
        await self._from.settled()
        ended = await self._known(fax)
        if ended.state is not FaxState.CANCELLED:  # it ended while it was asked
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        return ended

    async def retry(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        return await self.retry_by(fax, f"agent:{actor}")

    async def retry_by(self, fax: FaxId, by: str) -> FaxRecord:
        row = await self._row(fax)
        if row is None:
            raise FaxNotTaken(FaxProblem.GONE, fax)
        if row.direction != "out" or row.state not in (FaxState.FAILED, FaxState.CANCELLED):
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        if not await asyncio.to_thread(Path(row.document).exists):
            raise FaxNotTaken(FaxProblem.GONE, row.document)
        job = replace(job_of(row), tries=0, same=0, last=None, fastest=FaxModem.V17, not_before=0.0)
        await self._answered(fax, FaxRetryAsked(job, by, FaxState(row.state)), by)
        return await self._known(fax)

    async def take(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        return await self._worked(fax, self._from.work.take, fax, actor)

    async def file(self, fax: FaxId, customer: CustomerId, actor: AgentId) -> FaxRecord:
        return await self._worked(fax, self._from.work.file_to, fax, customer, actor)

    async def forward(self, fax: FaxId, actor: AgentId, *, agent: AgentId | None, group: str) -> FaxRecord:
        return await self._worked(fax, self._from.work.forward, fax, actor, agent=agent, group=group)

    async def fax(self, fax: FaxId) -> FaxRecord | None:
        row = await self._row(fax)
        return None if row is None else self._record(row)

    async def sent_by(self, agent: AgentId, *, before: float | None, limit: int) -> Sequence[FaxRecord]:
        rows = await self._read(self._from.rows.faxes, limit, before=before, direction="out", agent=agent)
        return [self._record(row) for row in rows]

    async def received(
        self, agent: AgentId, group: str | None, *, before: float | None, limit: int
    ) -> Sequence[FaxRecord]:
        rows = await self._read(self._from.rows.inbox, agent, group, before=before, limit=limit)
        return [self._record(row) for row in rows]

    # --- inside ---

    async def _answered(self, fax: FaxId, event: Event, by: str) -> None:
        answer = self._answers[fax] = asyncio.get_running_loop().create_future()
        self._from.post(event)
        try:
            async with asyncio.timeout(ANSWER_WAIT):
                verdict = (await answer).verdict
        except TimeoutError:
            self._from.post(FaxCancelAsked(fax, by))
            raise FaxNotTaken(FaxProblem.SPOOL_FULL, "the disk did not take it in time") from None
        finally:
            self._answers.pop(fax, None)
        if verdict is not FaxVerdict.ACCEPTED:
            raise FaxNotTaken(PROBLEMS[verdict], verdict.value)

    async def _worked(self, fax: FaxId, work: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> FaxRecord:
        before = await self._known(fax)
        try:
            done = await asyncio.to_thread(work, *args, **kwargs)
        except NotWritten:
            raise FaxNotTaken(FaxProblem.SPOOL_FULL, "the disk did not take it in time") from None
        if not done:
            raise FaxNotTaken(FaxProblem.TOO_LATE, fax)
        after = await self._known(fax)
        for tell in self._on_fax:
            tell(after, before)
        return after

    async def _known(self, fax: FaxId) -> FaxRecord:
        row = await self._row(fax)
        if row is None:
            raise FaxNotTaken(FaxProblem.GONE, fax)
        return self._record(row)

    async def _row(self, fax: FaxId) -> StoredFax | None:
        if (row := self._open.get(fax)) is not None:
            return _stored(row)
        return await self._read(self._from.rows.fax, fax)

    async def _read(self, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Reads the store after it has written what the core has told."""

        def read() -> R:
            self._from.written(ANSWER_WAIT)
            found = question(*args, **kwargs)
            self._learn_names(found)
            return found

        return await asyncio.to_thread(read)

    def _learn_names(self, found: object) -> None:
        """In a thread: reads the names of the customers in the rows."""
        rows = [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, StoredFax)]
        for customer in {row.customer for row in rows if row.customer is not None} - set(self._names):
            if len(self._names) >= MOST_NAMES:
                self._names.clear()
            self._names[customer] = self._from.customer_name(customer)

    def _record(self, row: StoredFax) -> FaxRecord:
        received = row.direction == "in"
        waits = row.state == FaxState.WAITING
        return FaxRecord(
            fax=row.id, direction=row.direction, number=row.number, title=row.title,
            state=_SHOWN[ReceivedState(row.state)] if received else FaxState(row.state), created=row.created, pages=row.pages,
            path=Path(row.document), pages_done=row.pages_done, customer=row.customer,
            customer_name=self._names.get(row.customer, "") if row.customer is not None else "", agent=row.agent, group=row.group_name,
            taken_by=row.taken_by, result=FaxResult(row.result) if row.result else None, t30=row.t30 or 0, tries=row.tries,
            bit_rate=row.bit_rate, remote=row.remote, not_before=row.not_before or None if not row.tries else None,
            next_try=row.not_before if waits and row.tries else None, ended=row.ended, live=row.live, call=row.call,
        )  # fmt: skip


def _stored(row: dict[str, Any]) -> StoredFax:
    return msgspec.convert({name: value for name, value in row.items() if value is not None}, StoredFax, strict=False)
