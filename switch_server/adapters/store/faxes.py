"""Faxes in the store: ``ports.fax_rows.FaxBook``, the durable row of a fax that is asked for, and the faxes that a new start goes on with."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from shared.fax import FaxId, FaxState, ReceivedState
from shared.ids import AgentId, CustomerId
from switch_server.adapters.store.schema import RecordTable, record_table
from switch_server.adapters.store.writer import Change, StoreWriter, texts_in
from switch_server.core.fax import FaxesRecovered, FaxJob, FaxKeepFailed, FaxKept, FaxRow, KeepFax
from switch_server.ports import Post
from switch_server.ports.fax_rows import StoredFax, StoredTry

Row = dict[str, Any]
Rows = Callable[[str, Row], list[Row]]
"""Runs a query with its values."""
T = TypeVar("T")
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
    "AND (:groups IS NULL OR (direction = 'in' AND group_name IN (SELECT value FROM json_each(:groups)))) "
    "AND (:open IS NULL OR state IN (SELECT value FROM json_each(:open))) ORDER BY created DESC, id DESC LIMIT :limit"
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
        direction: str | None = None,
        state: str | None = None,
        agent: AgentId | None = None,
        customer: CustomerId | None = None,
        groups: tuple[str, ...] | None = None,
        open_only: bool = False,
    ) -> list[StoredFax]:
        values = {
            "limit": limit, "since": since, "direction": direction, "state": state, "agent": agent, "customer": customer,
            "groups": None if groups is None else _json(groups), "open": _json(OPEN) if open_only else None,
        }  # fmt: skip
        return [_record(row, StoredFax) for row in self._rows(_FAXES, values)]

    def fax(self, fax: FaxId) -> StoredFax | None:
        rows = self._rows("SELECT * FROM faxes WHERE id = :fax", {"fax": fax})
        return _record(rows[0], StoredFax) if rows else None

    def fax_tries(self, fax: FaxId) -> list[StoredTry]:
        rows = self._rows("SELECT * FROM fax_tries WHERE fax = :fax ORDER BY number", {"fax": fax})
        return [_record(row, StoredTry) for row in rows]

    def faxes_open(self) -> FaxesRecovered:
        """The faxes that are still to be sent, the oldest first; also those whose try was under way when the switch was killed."""
        return FaxesRecovered(tuple(job_of(_record(row, StoredFax)) for row in self._rows(_TO_SEND, {})))


def keep_fax(effect: KeepFax, tables: dict[str, RecordTable], writer: StoreWriter, post: Post) -> None:
    """Answers when the row is on disk, from the writer's thread."""
    kept: list[bool] = []

    def write(db: sqlite3.Connection) -> None:
        sql, values = record_table(tables, FaxRow.TABLE).upsert(effect.row)
        db.execute(sql, values)
        kept.append(True)

    if writer.put(Change("a fax to be sent", write, texts_in(effect.row), durable=True)):
        writer.between(lambda: post((FaxKept if kept else FaxKeepFailed)(effect.fax)))
    else:
        post(FaxKeepFailed(effect.fax))


def job_of(row: StoredFax) -> FaxJob:
    """The fax as a job that goes on after its confirmed pages."""
    values = {
        "fax": row.id, "number": row.number, "document": row.document, "pages": row.pages, "by": row.asked_by, "title": row.title,
        "digest": row.digest, "priority": row.priority, "created": row.created, "not_before": row.not_before, "customer": row.customer,
        "account": row.account, "agent": row.agent, "group": row.group_name, "call": row.call, "pages_done": row.pages_done,
        "dials": row.dials, "tries": row.tries, "same": row.same, "last": row.result, "fastest": row.fastest,
    }  # fmt: skip
    return msgspec.convert(values, FaxJob)


def _record(row: Row, kind: type[T]) -> T:
    return msgspec.convert({name: value for name, value in row.items() if value is not None}, kind, strict=False)


def _json(values: tuple[str, ...]) -> str:
    return msgspec.json.encode(values).decode()
