"""``ports.operations.FaxOperator``: the operator's side of faxes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict

from shared.control import Done, RefusedCode
from shared.control_fax import (
    ControlFaxDetail,
    ControlFaxes,
    ControlFaxRow,
    ControlFaxTryRow,
    FaxFileTaken,
    ListFaxes,
    SendFaxFile,
)
from shared.desk_fax import FaxProblem
from shared.fax import FaxId
from shared.ids import AgentId, CallId
from switch_server.core.fax import FaxJob, may_send
from switch_server.core.words import Audit, SwitchConfig
from switch_server.ports.errors import StoreError
from switch_server.ports.fax_rows import FaxBook, StoredFax, StoredTry
from switch_server.ports.faxes import DocumentRefused, Documents, FaxLayout, FaxNotTaken, Rendered
from switch_server.ports.operations import DEFAULT_ACTOR, OperationRefused
from switch_server.services.faxes import SwitchFaxes

R = TypeVar("R")


class FaxOperationSources(Struct, frozen=True, kw_only=True):
    """``rows`` is called in threads, after ``written``. ``documents``: ``None`` where nothing can be rendered."""

    clock: Callable[[], float]
    config: Callable[[], SwitchConfig]
    faxes: SwitchFaxes
    rows: FaxBook
    written: Callable[[float], bool]
    documents: Documents | None
    new_id: Callable[[], CallId]
    audit: Callable[[Audit], object]


class FaxOperations:
    """On the switch's loop."""

    def __init__(self, sources: FaxOperationSources) -> None:
        self._from = sources

    async def faxes(self, ask: ListFaxes) -> ControlFaxes:
        def read() -> list[StoredFax]:
            self._from.written(1.0)
            return self._from.rows.faxes(
                ask.limit, since=ask.since, direction=ask.direction, state=ask.state, agent=AgentId(ask.agent) if ask.agent else None,
                open_only=ask.open_only,
            )  # fmt: skip

        found = await self._read(read)
        return ControlFaxes(self._from.clock(), tuple(_row(fax) for fax in found))

    async def fax(self, fax: FaxId, actor: str) -> ControlFaxDetail:
        def read() -> tuple[StoredFax | None, list[StoredTry]]:
            self._from.written(1.0)
            return self._from.rows.fax(fax), self._from.rows.fax_tries(fax)

        row, tries = await self._read(read)
        if row is None:
            raise OperationRefused(RefusedCode.NO_SUCH_FAX, fax)
        self._audit(actor, "fax_shown", fax)
        return ControlFaxDetail(self._from.clock(), _row(row), tuple(_try(each) for each in tries))

    async def send_file(self, send: SendFaxFile) -> FaxFileTaken:
        if not may_send(self._from.config(), send.number):
            raise OperationRefused(RefusedCode.FAX_REFUSED, "barred_number")
        rendered = await self._rendered(send)
        if send.dry_run:
            await _discarded(rendered)
            return FaxFileTaken("", send.number, rendered.pages, send.not_before)
        actor = send.actor or DEFAULT_ACTOR
        job = FaxJob(
            fax=FaxId(f"f{self._from.new_id()}"), number=send.number, document=str(rendered.path), pages=rendered.pages,
            by=f"operator:{actor}", title=send.title or Path(send.file).name, digest=rendered.digest, created=self._from.clock(),
            not_before=send.not_before or 0.0,
        )  # fmt: skip
        try:
            await self._from.faxes.submit(job)
        except FaxNotTaken as refused:
            await _discarded(rendered)
            raise OperationRefused(RefusedCode.FAX_REFUSED, refused.code.value) from None
        self._audit(actor, "fax_sent", job.fax, f"{rendered.pages} pages to {send.number}")
        return FaxFileTaken(job.fax, send.number, rendered.pages, send.not_before)

    async def _rendered(self, send: SendFaxFile) -> Rendered:
        if self._from.documents is None:
            raise OperationRefused(RefusedCode.FAX_REFUSED, "renderer_down")
        file = Path(send.file)
        if not file.is_absolute() or not await asyncio.to_thread(file.is_file):
            raise OperationRefused(RefusedCode.FAX_REFUSED, f"no file {send.file}")
        try:
            return await self._from.documents.render(file, FaxLayout(send.title or file.name, send.number))
        except DocumentRefused as refused:
            raise OperationRefused(RefusedCode.FAX_REFUSED, refused.code.value) from None

    async def try_again(self, fax: FaxId, actor: str) -> Done:
        return await self._changed(fax, self._from.faxes.retry_by(fax, f"operator:{actor or DEFAULT_ACTOR}"))

    async def drop(self, fax: FaxId, actor: str) -> Done:
        return await self._changed(fax, self._from.faxes.cancel_by(fax, f"operator:{actor or DEFAULT_ACTOR}"))

    async def _changed(self, fax: FaxId, change: Awaitable[object]) -> Done:
        try:
            await change
        except FaxNotTaken as refused:
            gone = refused.code is FaxProblem.GONE and refused.text == fax
            raise OperationRefused(
                RefusedCode.NO_SUCH_FAX if gone else RefusedCode.FAX_REFUSED, fax if gone else refused.code.value
            ) from None
        return Done(fax)

    async def _read(self, question: Callable[[], R]) -> R:
        try:
            return await asyncio.to_thread(question)
        except StoreError as error:
            raise OperationRefused(RefusedCode.STORE_FAILED, str(error)) from error

    def _audit(self, actor: str, action: str, subject: str, detail: str = "") -> None:
        self._from.audit(Audit(actor or DEFAULT_ACTOR, action, subject, detail))


async def _discarded(rendered: Rendered) -> None:
    """The pages of a fax that is not sent are not kept."""
    await asyncio.to_thread(rendered.path.unlink, missing_ok=True)


def _row(fax: StoredFax) -> ControlFaxRow:
    values = asdict(fax) | {"fax": fax.id, "group": fax.group_name}
    return ControlFaxRow(**{name: values[name] for name in ControlFaxRow.__struct_fields__})


def _try(tried: StoredTry) -> ControlFaxTryRow:
    values = asdict(tried) | {"first_page": tried.first_page + 1}
    return ControlFaxTryRow(**{name: values[name] for name in ControlFaxTryRow.__struct_fields__})
