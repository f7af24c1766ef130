"""Fax-back (传真回传): makes the document that a caller has asked for, a statement of the caller's account. On the switch's loop."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from shared.days import shanghai_day
from shared.desk_fax import DATED, Statement, StatementKind
from shared.fax import FaxId
from shared.ids import CallId
from switch_server.core.fax import FaxDocumentMade, MakeFaxDocument
from switch_server.core.words import Event
from switch_server.ports.errors import StoreError
from switch_server.ports.faxes import DocumentRefused, Documents, FaxLayout
from switch_server.services.statement_maker import MadeStatement

log = logging.getLogger(__name__)


class Statements(Protocol):
    """``services.statement_maker.StatementMaker``."""

    async def make(self, asked: Statement) -> MadeStatement: ...


class FaxBack:
    """Each ``do`` is answered by one ``FaxDocumentMade``; without pages where the document can't be made."""

    def __init__(
        self,
        post: Callable[[Event], object],
        new_id: Callable[[], CallId],
        clock: Callable[[], float],
        statements: Statements | None,
        documents: Documents | None,
    ) -> None:
        self._post, self._new_id, self._clock = post, new_id, clock
        self._statements, self._documents = statements, documents
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, effect: MakeFaxDocument) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, effect: MakeFaxDocument) -> None:
        made = FaxDocumentMade(effect.call, FaxId(f"f{self._new_id()}"))
        try:
            made = await self._made(effect, made.fax)
        except (DocumentRefused, LookupError, StoreError) as refused:
            log.warning("no fax for call %s: %s", effect.call, refused)
        finally:
            self._post(made)

    async def _made(self, effect: MakeFaxDocument, fax: FaxId) -> FaxDocumentMade:
        if self._statements is None or self._documents is None or effect.customer is None:
            raise LookupError("nothing can be made")
        today, of = shanghai_day(self._clock()), StatementKind(effect.document)
        days = (today, today) if of in DATED else ("", "")
        statement = await self._statements.make(Statement(effect.customer, effect.account, of, *days))
        rendered = await self._documents.render(statement.content, FaxLayout(statement.title, effect.number))
        return FaxDocumentMade(effect.call, fax, str(rendered.path), rendered.pages, statement.title)
