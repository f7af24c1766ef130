"""Faxes for desks, with the asking agent's rights: ``ports.desks.Questions`` for ``shared.desk_fax``, in front of another."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from shared import desk_fax as wire
from shared.desk import PART_BYTES, DeskRefusal, Done, Refused, Reply, Report, Request
from shared.desk_fax import FaxBox, FaxChanged, FaxGone, FaxProblem, FaxShown, PagePart
from shared.enums import Role
from shared.fax import DocumentId, FaxId
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.core.words import Audit
from switch_server.ports.desks import AgentBook, AgentRecord, Questions
from switch_server.ports.errors import StoreError
from switch_server.ports.faxes import (
    DocumentRefused,
    Documents,
    FaxError,
    Faxes,
    FaxLayout,
    FaxRecord,
    Html,
    Rendered,
    WantedFax,
)
from switch_server.ports.records import Customer
from switch_server.services.fax_rights import FaxRights, is_in_inbox, row_of
from switch_server.services.fax_uploads import FaxUploads
from switch_server.services.statement_maker import StatementMaker

log = logging.getLogger(__name__)

PREPARED_MOST = 4
"""The prepared documents of one agent that are remembered."""
OPENED_MOST = 1000
"""The most pairs of agent and fax that are remembered, so that all pages of a fax make one audit row."""
PAGES_KEPT = 16
"""The most PNGs that are kept for the next part of them."""


class FaxParts(Struct, frozen=True, kw_only=True):
    """The parts behind ``DeskFaxes``. ``customer``: reads a customer; blocking, called in a thread.

    ``has_call``: whether the agent's seat has this call, or is wrapping it up. ``audit``: the store's ``do``.
    """

    documents: Documents
    faxes: Faxes
    uploads: FaxUploads
    statements: StatementMaker
    rights: FaxRights
    book: AgentBook
    customer: Callable[[CustomerId], Customer | None]
    has_call: Callable[[AgentId, CallId], bool]
    audit: Callable[[Audit], None]


class _Prepared(Struct, frozen=True):
    """``customer``, ``account``: of a statement; the fax is kept with them."""

    rendered: Rendered
    title: str
    number: str
    customer: CustomerId | None = None
    account: AccountNo | None = None


class _Source(Struct, frozen=True):
    title: str
    content: Path | Html
    customer: CustomerId | None = None
    account: AccountNo | None = None


class DeskFaxes:
    """``rest`` answers all other questions. Without ``parts`` (the switch has no fax) each question about faxes is refused with ``NO_FAX``."""

    def __init__(self, parts: FaxParts | None, rest: Questions) -> None:
        self._parts, self._rest = parts, rest
        self._prepared: dict[AgentId, OrderedDict[DocumentId, _Prepared]] = {}
        self._opened: OrderedDict[tuple[AgentId, FaxId], None] = OrderedDict()
        self._pages: OrderedDict[tuple[Path, int, bool], bytes] = OrderedDict()

    async def answer(self, agent: AgentRecord, question: Request) -> Reply:
        if not isinstance(question, wire.QUESTIONS):
            return await self._rest.answer(agent, question)
        if self._parts is None:
            return refused(FaxProblem.NO_FAX)
        try:
            return await _Asked(self._parts, self, agent).answer(question)
        except FaxError as error:
            log.info("fax: %s of %s is refused: %s", type(question).__name__, agent.agent, error)
            return refused(error.code, error.reason if isinstance(error, DocumentRefused) else "")
        except _NotAllowedError:
            return Refused(DeskRefusal.NOT_ALLOWED)
        except LookupError:
            return Refused(DeskRefusal.NOT_FOUND)
        except StoreError as error:
            log.warning("fax: %s of %s: the store can't be read: %s", type(question).__name__, agent.agent, error)
            return Refused(DeskRefusal.BUSY)

    # --- what is remembered between two questions ---

    def remember(self, agent: AgentId, prepared: _Prepared) -> None:
        own = self._prepared.setdefault(agent, OrderedDict())
        own[prepared.rendered.document] = prepared
        while len(own) > PREPARED_MOST:
            own.popitem(last=False)

    def prepared(self, agent: AgentId, document: DocumentId) -> _Prepared:
        """Raises ``FaxError``: no document that this agent has prepared, or too long ago."""
        found = self._prepared.get(agent, OrderedDict()).get(document)
        if found is None:
            raise FaxError(FaxProblem.GONE, document)
        return found

    async def part(self, name: str, path: Path, page: int, offset: int, *, thumbnail: bool = False) -> PagePart:
        assert self._parts is not None
        key = path, page, thumbnail
        data = self._pages.get(key)
        if data is None or offset == 0:
            data = await self._parts.documents.page(path, page, thumbnail=thumbnail)
            self._pages[key] = data
        self._pages.move_to_end(key)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        return PagePart(name, page, len(data), offset, data[offset : offset + PART_BYTES])

    def is_first_look(self, agent: AgentId, fax: FaxId) -> bool:
        first = (agent, fax) not in self._opened
        self._opened[agent, fax] = None
        self._opened.move_to_end((agent, fax))
        if len(self._opened) > OPENED_MOST:
            self._opened.popitem(last=False)
        return first

    def report_for(self, agent: AgentRecord, fax: FaxRecord, before: FaxRecord | None) -> Report | None:
        """The report of a changed fax for the agent's desk; ``None``: it is no concern of theirs."""
        assert self._parts is not None
        if fax.direction == "in":
            was = before is not None and is_in_inbox(agent, before)
            if not is_in_inbox(agent, fax):
                return FaxGone(fax.fax) if was else None
            return FaxChanged(row_of(fax, self._parts.book), new=not was)
        return FaxChanged(row_of(fax, self._parts.book)) if fax.agent == agent.agent else None


class _Asked:
    """One question of one agent."""

    def __init__(self, parts: FaxParts, kept: DeskFaxes, agent: AgentRecord) -> None:
        self._of, self._kept, self._agent = parts, kept, agent

    async def answer(self, question: Request) -> Reply:
        me = self._agent.agent
        match question:
            case wire.AskFaxes():
                return await self._faxes(question)
            case wire.AskFax(fax):
                return self._shown(await self._seen(fax))
            case wire.AskFaxPage():
                return await self._page(question)
            case wire.TakeFax(fax):
                return self._shown(await self._of.faxes.take((await self._received(fax)).fax, me))
            case wire.FileFax(fax, customer):
                await self._received(fax)
                await self._check_customer(customer)
                return self._shown(await self._of.faxes.file(fax, customer, me))
            case wire.ForwardFax():
                return await self._forward(question)
            case wire.CancelFax(fax):
                return self._shown(await self._of.faxes.cancel((await self._sent(fax)).fax, me))
            case wire.RetryFax(fax):
                self._sends()
                return self._shown(await self._of.faxes.retry((await self._sent(fax)).fax, me))
            case _:
                self._sends()
                return await self._make(question)

    async def _make(self, question: Request) -> Reply:
        me = self._agent.agent
        match question:
            case wire.BeginUpload():
                return await self._of.uploads.begin(me, question)
            case wire.UploadPart(upload, offset, data):
                return await self._of.uploads.put(me, upload, offset, data)
            case wire.PrepareFax():
                return await self._prepare(question)
            case wire.AskPreview(document, page, offset):
                prepared = self._kept.prepared(me, document).rendered
                return await self._kept.part(document, prepared.path, _page(page, prepared.pages), offset)
            case wire.SubmitFax():
                return await self._submit(question)
            case _:
                return Refused(DeskRefusal.FAULT, f"{type(question).__name__} is no question")

    # --- documents ---

    async def _prepare(self, asked: wire.PrepareFax) -> Reply:
        source = await self._source(asked.source)
        layout = FaxLayout(source.title, asked.number, asked.fine, asked.cover)
        rendered = await self._of.documents.render(source.content, layout)
        prepared = _Prepared(rendered, source.title, asked.number, source.customer, source.account)
        self._kept.remember(self._agent.agent, prepared)
        return wire.FaxPrepared(rendered.document, source.title, rendered.pages)

    async def _source(self, source: wire.AnySource) -> _Source:
        match source:
            case wire.Uploaded(name):
                upload = self._of.uploads.whole(self._agent.agent, name)
                return _Source(upload.name, upload.path)
            case wire.Statement(customer, account, of):
                made = await self._of.statements.make(source)
                self._audit("statement_made", f"…{account[-2:]}", f"customer {customer}, {of}")
                return _Source(made.title, made.content, customer, account)
            case wire.Received(fax):
                found = await self._seen(fax)
                self._audit_look(found)
                return _Source(found.title or found.number, _pages(found))

    async def _submit(self, asked: wire.SubmitFax) -> Reply:
        me, prepared = self._agent.agent, self._kept.prepared(self._agent.agent, asked.document)
        if (asked.live and asked.call is None) or (asked.call is not None and not self._of.has_call(me, asked.call)):
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if prepared.customer is not None and asked.customer not in (None, prepared.customer):
            self._audit("fax_refused", asked.document, f"a statement of customer {prepared.customer}")
            return Refused(DeskRefusal.NOT_ALLOWED)
        customer = prepared.customer if prepared.customer is not None else asked.customer
        if customer is not None:
            await self._check_customer(customer)
        wanted = WantedFax(
            document=prepared.rendered, number=prepared.number, title=prepared.title, agent=me, group=self._agent.group, not_before=asked.at,
            customer=customer, account=prepared.account, call=asked.call, live=asked.live,
        )  # fmt: skip
        return self._shown(await self._of.faxes.ask(wanted))

    # --- faxes ---

    async def _faxes(self, asked: wire.AskFaxes) -> Reply:
        me, most, before = self._agent, asked.limit + 1, asked.before
        if asked.box is FaxBox.MINE:
            found = await self._of.faxes.sent_by(me.agent, before=before, limit=most)
        else:
            group = None if me.role is Role.MANAGER else me.group
            found = [
                each
                for each in await self._of.faxes.received(me.agent, group, before=before, limit=most)
                if is_in_inbox(me, each)
            ]
        off = self._of.faxes.off() if self._of.rights.may_send(me) else DeskRefusal.NOT_ALLOWED
        groups = tuple(sorted({each.group for each in self._of.book.agents() if each.group and not each.disabled}))
        rows = tuple(row_of(each, self._of.book) for each in found[: asked.limit])
        return wire.FaxList(asked.box, rows, len(found) > asked.limit, off or "", groups)

    async def _page(self, asked: wire.AskFaxPage) -> Reply:
        fax = await self._seen(asked.fax)
        path, page = _pages(fax), _page(asked.page, max(fax.pages, fax.pages_done))
        if not asked.thumbnail:
            self._audit_look(fax)
        return await self._kept.part(fax.fax, path, page, asked.offset, thumbnail=asked.thumbnail)

    async def _forward(self, asked: wire.ForwardFax) -> Reply:
        fax = await self._received(asked.fax)
        if (asked.agent is None) is (asked.group is None):
            return Refused(DeskRefusal.NOT_FOUND)
        to = self._of.book.agent(asked.agent) if asked.agent is not None else None
        groups = {each.group for each in self._of.book.agents() if each.group}
        if (asked.agent is not None and (to is None or to.disabled)) or (
            asked.group is not None and asked.group not in groups
        ):
            return Refused(DeskRefusal.NOT_FOUND)
        group = to.group if to is not None else asked.group or ""
        await self._of.faxes.forward(fax.fax, self._agent.agent, agent=asked.agent, group=group)
        return Done()

    # --- rights ---

    async def _check_customer(self, customer: CustomerId) -> None:
        if await asyncio.to_thread(self._of.customer, customer) is None:
            raise LookupError(customer)

    def _sends(self) -> None:
        if not self._of.rights.may_send(self._agent):
            raise _NotAllowedError

    async def _fax(self, fax: FaxId) -> FaxRecord:
        found = await self._of.faxes.fax(fax)
        if found is None:
            raise LookupError(fax)
        return found

    async def _seen(self, fax: FaxId) -> FaxRecord:
        found = await self._fax(fax)
        if not self._of.rights.may_see(self._agent, found):
            self._deny(fax)
        return found

    async def _received(self, fax: FaxId) -> FaxRecord:
        """A received fax of the agent's inbox."""
        found = await self._fax(fax)
        if found.direction != "in" or not self._of.rights.may_change(self._agent, found):
            self._deny(fax)
        return found

    async def _sent(self, fax: FaxId) -> FaxRecord:
        found = await self._fax(fax)
        if found.direction != "out" or not self._of.rights.may_change(self._agent, found):
            self._deny(fax)
        return found

    def _deny(self, fax: FaxId) -> None:
        self._audit("fax_denied", fax)
        raise _NotAllowedError

    def _shown(self, fax: FaxRecord) -> FaxShown:
        return FaxShown(row_of(fax, self._of.book))

    def _audit(self, action: str, subject: str, detail: str = "") -> None:
        self._of.audit(Audit(self._agent.agent, action, subject, detail))

    def _audit_look(self, fax: FaxRecord) -> None:
        """One audit row for all pages that an agent opens of a fax."""
        if self._kept.is_first_look(self._agent.agent, fax.fax):
            self._audit("fax_opened", fax.fax, "" if fax.customer is None else f"customer {fax.customer}")


class _NotAllowedError(Exception):
    """The agent has no right to that fax, or to send one."""


def refused(code: FaxProblem, reason: str = "") -> Refused:
    return Refused(DeskRefusal.FAX_REFUSED, f"{code.value} {reason}".strip())


def _pages(fax: FaxRecord) -> Path:
    if fax.path is None:
        raise FaxError(FaxProblem.GONE, fax.fax)
    return fax.path


def _page(page: int, pages: int) -> int:
    if page >= pages:
        raise LookupError(page)
    return page
