"""The gateway's journal: every key that the centre ever sent, written before the trading system gets the order, and every numbered report.

A key is ``taken`` (the trading system may have the order), then ``accepted``, ``refused`` or ``void``, each final. Only the row counts: a
repeated key is found by its primary key and answered with the first result, whatever the process has in memory.
Every call is answered through ``done`` after its fsync, or with the ``StoreError`` that prevented the write.
No PIN comes into the journal: only ``PlaceOrder`` and ``CancelOrder`` are journalled.
Rows are checked against the wire's bounds (``shared.bounds``) when read; a row beyond them (of an older version, or damaged) affects no other row.
"""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from shared.aci import CancelOrder, OrderAccepted, OrderPending, OrderRefused, OrderReport, OrderVoid, PlaceOrder, Reply
from shared.bounds import SENTENCE_MAX
from shared.enums import OrderStatus, Refusal
from shared.ids import AccountNo, ContractNo, Milli, OrderKey, Shares
from shared.link.rights import own_folder
from switch_server.branch.group_commit import Done, GroupCommit
from switch_server.disk.errors import NotStorable
from switch_server.disk.sqlite import as_store_failed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('taken', 'accepted', 'refused', 'void')),
    trade_date TEXT NOT NULL,
    taken_at REAL NOT NULL,
    account TEXT NOT NULL DEFAULT '',
    request BLOB,
    contract TEXT,
    code TEXT,
    text TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_taken ON keys (state) WHERE state = 'taken';
CREATE INDEX IF NOT EXISTS keys_of_day ON keys (trade_date, account);
CREATE TABLE IF NOT EXISTS reports (
    trade_date TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (trade_date, seq)) WITHOUT ROWID;
"""
_COLUMNS = "key, state, trade_date, taken_at, account, request, contract, code, text"
Order = PlaceOrder | CancelOrder
_encode = msgspec.json.Encoder().encode
_decode_order = msgspec.json.Decoder(Order).decode
_decode_report = msgspec.json.Decoder(OrderReport).decode
_UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError)
_log = logging.getLogger(__name__)


_REFUSALS = {refusal.value for refusal in Refusal}


class KeyState(StrEnum):
    TAKEN = "taken"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    VOID = "void"


class KeyEntry(Struct, frozen=True):
    """One key's row. ``request`` is ``None`` for a tombstone, and if the request can't be decoded."""

    key: OrderKey
    state: KeyState
    trade_date: str
    taken_at: float
    account: str
    request: Order | None
    contract: ContractNo | None = None
    code: Refusal | None = None
    text: str = ""

    def reply(self) -> Reply:
        """The answer to a repeated key, and to ``ResolveOrder``."""
        match self.state:
            case KeyState.ACCEPTED:
                return OrderAccepted(self.key, self.contract or ContractNo(""))
            case KeyState.REFUSED:
                return OrderRefused(self.key, self.code or Refusal.BAD_ANSWER, self.text)
            case KeyState.VOID:
                return OrderVoid(self.key)
            case KeyState.TAKEN:
                return OrderPending(self.key)


class Journal:
    """``gateway.db`` in the state folder. Raises ``StoreError`` if the file can't be opened."""

    def __init__(self, state: Path) -> None:
        own_folder(state)
        self._path = state / "gateway.db"
        self._commit = GroupCommit(self._path, _SCHEMA)

    def close(self) -> None:
        self._commit.close()

    def take(self, entry: KeyEntry, done: Done) -> None:
        """Writes the key before the order is sent. ``done(None)``: the key is new; ``done(KeyEntry)``: its row exists already."""
        row = (entry.key, KeyState.TAKEN.value, entry.trade_date, entry.taken_at, entry.account, _encode(entry.request))
        self._commit.submit(lambda db: _insert(db, entry.key, row), done)

    def void(self, key: OrderKey, trade_date: str, now: float, done: Done) -> None:
        """``ResolveOrder``: ``done(KeyEntry)``: the known row; ``done(None)``: the key was unknown and is a tombstone now."""
        row = (key, KeyState.VOID.value, trade_date, now, "", None)
        self._commit.submit(lambda db: _insert(db, key, row), done)

    def finish(self, reply: OrderAccepted | OrderRefused, done: Done) -> None:
        """Writes the key's final result. A result that is final already stays as it was."""
        if isinstance(reply, OrderAccepted):
            values: tuple[Any, ...] = (KeyState.ACCEPTED.value, reply.contract, None, "", reply.key)
        else:
            values = (KeyState.REFUSED.value, None, reply.code.value, reply.text, reply.key)
        sql = "UPDATE keys SET state = ?, contract = ?, code = ?, text = ? WHERE key = ? AND state = 'taken'"
        self._commit.submit(lambda db: db.execute(sql, values).rowcount, done)

    def append(self, report: OrderReport, done: Callable[[Any], None]) -> None:
        """Numbers a report (its ``seq`` is ignored) and writes it; ``done(OrderReport)`` with the number.

        Its ``key`` may be any remark (备注): a remark that is no journalled key becomes ``None``. A report beyond the bounds gets no number.
        """
        self._commit.submit(lambda db: _append(db, report), done)

    def reports(self, trade_date: str, after: int, most: int, done: Done) -> None:
        """``done(list[OrderReport])``: the first reports with ``seq > after`` of the day and of later days, including all appended before this call."""
        sql = "SELECT trade_date, seq, body FROM reports WHERE (trade_date, seq) > (?, ?) ORDER BY trade_date, seq LIMIT ?"
        self._commit.submit(lambda db: [_report(*row) for row in db.execute(sql, (trade_date, after, most))], done)

    async def known(self, keys: Iterable[str]) -> set[str]:
        """The ones among ``keys`` that are journalled. Raises ``StoreError``."""
        asked = tuple(keys)
        known: set[str] = await self._commit.run(lambda db: {key for key in asked if _is_key(db, key)})
        return known

    # --- at start, before anything is written ---

    def pending(self) -> list[KeyEntry]:
        """The keys without a final result."""
        return self._entries("WHERE state = 'taken' ORDER BY taken_at")

    def day(self) -> str:
        """The last known trade date, of a key or a report, or ``""``."""
        dates = "SELECT MAX(trade_date) AS day FROM keys UNION ALL SELECT MAX(trade_date) FROM reports"
        return str(self._read(f"SELECT COALESCE(MAX(day), '') FROM ({dates})")[0][0])  # noqa: S608  # ours

    def accepted(self, trade_date: str) -> list[KeyEntry]:
        return self._entries("WHERE trade_date = ? AND state = 'accepted'", trade_date)

    def last_reports(self, trade_date: str) -> list[OrderReport]:
        rows = self._read("SELECT trade_date, seq, body FROM reports WHERE trade_date = ? ORDER BY seq", trade_date)
        return [_report(*row) for row in rows]

    def _entries(self, where: str, *values: str) -> list[KeyEntry]:
        return [_entry(row) for row in self._read(f"SELECT {_COLUMNS} FROM keys {where}", *values)]  # noqa: S608  # ours

    def _read(self, sql: str, *values: str) -> list[Any]:
        with as_store_failed(), contextlib.closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(sql, values).fetchall()


def _insert(db: sqlite3.Connection, key: OrderKey, row: tuple[Any, ...]) -> KeyEntry | None:
    sql = "INSERT INTO keys (key, state, trade_date, taken_at, account, request) VALUES (?, ?, ?, ?, ?, ?)"
    if db.execute(f"{sql} ON CONFLICT DO NOTHING", row).rowcount:
        return None
    return _entry(db.execute(f"SELECT {_COLUMNS} FROM keys WHERE key = ?", (key,)).fetchone())  # noqa: S608  # ours


def _entry(row: tuple[Any, ...]) -> KeyEntry:
    key, state, trade_date, taken_at, account, request, contract, code, text = row
    return KeyEntry(
        key=key,
        state=KeyState(state),
        trade_date=trade_date,
        taken_at=taken_at,
        account=account,
        request=_request(key, request) if request else None,
        contract=contract,
        code=Refusal(code) if code in _REFUSALS else None,
        text=text[:SENTENCE_MAX],
    )


def _request(key: OrderKey, body: bytes) -> Order | None:
    try:
        order: Order = _decode_order(body)
    except _UNREADABLE as error:
        _log.error("journal: the order of key %.64s can't be read: %s", key, error)
        return None
    return order


def _is_key(db: sqlite3.Connection, key: str) -> bool:
    return db.execute("SELECT 1 FROM keys WHERE key = ?", (key,)).fetchone() is not None


def _append(db: sqlite3.Connection, report: OrderReport) -> OrderReport:
    sql = "SELECT COALESCE(MAX(seq), 0) + 1 FROM reports WHERE trade_date = ?"
    (seq,) = db.execute(sql, (report.trade_date,)).fetchone()
    if report.key is not None and not _is_key(db, report.key):
        report = msgspec.structs.replace(report, key=None)
    body = _encode(report)
    try:
        _decode_report(body)
    except msgspec.ValidationError as error:
        raise NotStorable(f"a report that keeps to no bound: {error}") from error
    db.execute("INSERT INTO reports VALUES (?, ?, ?)", (report.trade_date, seq, body))
    return msgspec.structs.replace(report, seq=seq)


def _report(trade_date: str, seq: int, body: bytes) -> OrderReport:
    """A report that can't be decoded keeps its number, or the centre would ask for it again and again; without a key it changes no order there."""
    try:
        return msgspec.structs.replace(_decode_report(body), seq=seq)
    except _UNREADABLE as error:
        _log.error("journal: report %d of %s can't be read: %s", seq, trade_date, error)
        none, unknown = Shares(0), ContractNo("")
        return OrderReport(
            seq, trade_date, AccountNo(""), unknown, OrderStatus.REPORTED, none, none, Milli(0), 0.0, key=None
        )
