"""Faxes in the store: ``ports.fax_rows.FaxBook``, the durable row of a fax that is asked for, and the faxes that a new start goes on with."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from shared.fax import FaxId, FaxState, ReceivedState
from shared.ids import AgentId, CustomerId
from switch_server.adapters.store.schema import RecordTable, record_table
from switch_server.adapters.store.writer import Change, StoreWriter, texts_in
from switch_server.core.fax import FaxesRecovered, FaxKeepFailed, FaxKept, KeepFax, SavedFax
from switch_server.ports import Post
from switch_server.ports.fax_rows import StoredFax, StoredTry, job_of
from switch_server.ports.records import NotWritten

Row = dict[str, Any]
Rows = Callable[[str, Row], list[Row]]
"""Runs a query with its values."""
T = TypeVar("T")
WRITE_WAIT = 3.0
"""Seconds that a change waits for the disk."""
OPEN = (
    FaxState.WAITING,
    FaxState.DIALLING,
    FaxState.SENDING,
    ReceivedState.RECEIVING,
    ReceivedState.NEW,
    ReceivedState.TAKEN,
)
_FAXES = (
    "SELECT * FROM faxes WHERE created >= :since AND (:direction IS NULL OR direction = :direction) AND (:state IS NULL OR state = :state) "
    "AND (:agent IS NULL OR agent = :agent) AND (:customer IS NULL OR customer = :customer) "
    "AND (:before IS NULL OR created < :before) "
    "AND (:open IS NULL OR state IN (SELECT value FROM json_each(:open))) ORDER BY created DESC, id DESC LIMIT :limit"
)
_INBOX = (
    "SELECT * FROM faxes WHERE direction = 'in' AND (:before IS NULL OR created < :before) "
    "AND (:group IS NULL OR agent = :agent OR (:group != '' AND group_name = :group)) ORDER BY created DESC, id DESC LIMIT :limit"
)
_TO_SEND = "SELECT * FROM faxes WHERE state IN ('waiting', 'dialling', 'sending') ORDER BY created, id"


class FaxReader:
    """From any thread; raises the errors of ``rows``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def faxes(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        before: float | None = None,
        direction: str | None = None,
        state: str | None = None,
        agent: AgentId | None = None,
        customer: CustomerId | None = None,
        open_only: bool = False,
    ) -> list[StoredFax]:
        values = {
            "limit": limit, "since": since, "before": before, "direction": direction, "state": state, "agent": agent,
            "customer": customer, "open": msgspec.json.encode(OPEN).decode() if open_only else None,
        }  # fmt: skip
        return [_record(row, StoredFax) for row in self._rows(_FAXES, values)]

    def inbox(
        self, agent: AgentId, group: str | None, *, before: float | None = None, limit: int = 100
    ) -> list[StoredFax]:
        values = {"agent": agent, "group": group, "before": before, "limit": limit}
        return [_record(row, StoredFax) for row in self._rows(_INBOX, values)]

    def fax(self, fax: FaxId) -> StoredFax | None:
        rows = self._rows("SELECT * FROM faxes WHERE id = :fax", {"fax": fax})
        return _record(rows[0], StoredFax) if rows else None

    def fax_tries(self, fax: FaxId) -> list[StoredTry]:
        rows = self._rows("SELECT * FROM fax_tries WHERE fax = :fax ORDER BY number", {"fax": fax})
        return [_record(row, StoredTry) for row in rows]

    def faxes_open(self) -> FaxesRecovered:
        """The faxes that are still to be sent, the oldest first; also those whose try was under way when the switch was killed."""
        return FaxesRecovered(tuple(job_of(_record(row, StoredFax)) for row in self._rows(_TO_SEND, {})))


class StoredFaxWork:
    """``ports.fax_rows.FaxWork``."""

    def __init__(self, writer: StoreWriter, audit: Callable[[str, str, str, str], None]) -> None:
        self._writer, self._audit = writer, audit

    def take(self, fax: FaxId, actor: AgentId) -> bool:
        sql = (
            "UPDATE faxes SET state = 'taken', taken_by = :actor WHERE id = :fax AND direction = 'in' "
            "AND (taken_by IS NULL OR taken_by = :actor) AND state IN ('new', 'taken')"
        )
        return self._change(sql, {"fax": fax, "actor": actor}, actor, "fax_taken")

    def file_to(self, fax: FaxId, customer: CustomerId, actor: AgentId) -> bool:
        sql = "UPDATE faxes SET customer = :customer WHERE id = :fax AND direction = 'in'"
        contact = "UPDATE contacts SET customer = :customer WHERE id = :fax AND channel = 'fax'"
        return self._change(sql, {"fax": fax, "customer": customer}, actor, "fax_filed", contact)

    def forward(self, fax: FaxId, actor: AgentId, *, agent: AgentId | None, group: str) -> bool:
        sql = (
            "UPDATE faxes SET agent = :agent, group_name = :group, taken_by = NULL, state = 'new' "
            "WHERE id = :fax AND direction = 'in' AND state IN ('new', 'taken', 'done')"
        )
        return self._change(sql, {"fax": fax, "agent": agent, "group": group}, actor, "fax_forwarded")

    def _change(self, sql: str, values: Row, actor: AgentId, action: str, also: str = "") -> bool:
        changed: list[int] = []

        def run(db: sqlite3.Connection) -> None:
            changed.append(db.execute(sql, values).rowcount)
            if also:
                db.execute(also, values)

        if not self._writer.put(Change("a received fax", run)) or not self._writer.flush(WRITE_WAIT):
            raise NotWritten
        if not (changed and changed[-1]):
            return False
        detail = ", ".join(f"{name}={value}" for name, value in values.items() if name not in ("fax", "actor"))
        self._audit(f"agent:{actor}", action, values["fax"], detail)
        return True


def keep_fax(effect: KeepFax, tables: dict[str, RecordTable], writer: StoreWriter, post: Post) -> None:
    """Answers when the row is on disk, from the writer's thread."""
    kept: list[bool] = []

    def write(db: sqlite3.Connection) -> None:
        sql, values = record_table(tables, SavedFax.TABLE).upsert(effect.row)
        db.execute(sql, values)
        kept.append(True)

    if writer.put(Change("a fax to be sent", write, texts_in(effect.row), durable=True)):
        writer.between(lambda: post((FaxKept if kept else FaxKeepFailed)(effect.fax)))
    else:
        post(FaxKeepFailed(effect.fax))


def _record(row: Row, kind: type[T]) -> T:
    return msgspec.convert({name: value for name, value in row.items() if value is not None}, kind, strict=False)
