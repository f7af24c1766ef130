"""The state of the simulated system that survives ``kill -9``: accounts, today's orders, the trade date.

Rows are written by group commit; answers are sent after the commit (``barrier``), so every answer that was sent is known
after a restart.
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from shared.ids import AccountNo, Fen
from shared.link.rights import own_folder
from switch_server.branch.group_commit import GroupCommit
from switch_server.branch.sim.book import Book, BookOrder
from switch_server.branch.sim.ledger import LedgerAccount, Position
from switch_server.branch.sim.model import AccountSpec, StockSpec
from switch_server.branch.sim.pins import hash_pin
from switch_server.disk.sqlite import as_store_failed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS day (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), trade_date TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (account TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    trade_date TEXT NOT NULL, contract TEXT NOT NULL, remark TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (trade_date, contract)) WITHOUT ROWID;
"""
_encode = msgspec.json.Encoder().encode
_decode_account = msgspec.json.Decoder(LedgerAccount).decode
_decode_order = msgspec.json.Decoder(BookOrder).decode


class SimStore:
    """``state`` is a folder; one process at a time."""

    def __init__(self, state: Path) -> None:
        own_folder(state)
        self._path = state / "trading.db"
        self._commit = GroupCommit(self._path, _SCHEMA)

    def close(self) -> None:
        self._commit.close()

    @property
    def idle(self) -> bool:
        return self._commit.idle

    def load(self, specs: Iterable[AccountSpec], stocks: tuple[StockSpec, ...]) -> dict[AccountNo, LedgerAccount]:
        """All accounts: the stored ones, and new ones of the file. Raises ``StoreError``."""
        with as_store_failed(), sqlite3.connect(self._path) as reader:
            states = [_decode_account(row[0]) for row in reader.execute("SELECT state FROM accounts")]
        accounts = {account.account: account for account in states}
        markets = {stock.code: stock.market for stock in stocks}
        for spec in specs:
            if spec.account not in accounts:
                accounts[spec.account] = _account(spec, markets)
        return accounts

    def load_day(self, book: Book) -> None:
        """Loads today's orders; ``book.trade_date`` is the stored one, possibly of the past. Raises ``StoreError``."""
        with as_store_failed(), sqlite3.connect(self._path) as reader:
            row = reader.execute("SELECT trade_date FROM day").fetchone()
            book.trade_date = row[0] if row else ""
            rows = reader.execute(
                "SELECT state FROM orders WHERE trade_date = ? ORDER BY length(contract), contract", (book.trade_date,)
            )
            for (state,) in rows:
                book.add(_decode_order(state))

    def barrier(self, book: Book, done: Callable[[Any], None]) -> None:
        """Writes the book's changes; ``done`` is called after the commit of these and all earlier changes."""
        date = book.trade_date
        orders = [(date, order.contract, order.remark, _encode(order)) for order in book.changed.values()]
        accounts = [(account.account, _encode(account)) for account in book.touched.values()]
        book.changed.clear()
        book.touched.clear()
        self._commit.submit(lambda connection: _write(connection, date, orders, accounts), done)


def _write(connection: sqlite3.Connection, date: str, orders: list[Any], accounts: list[Any]) -> None:
    connection.execute(
        "INSERT INTO day VALUES (1, ?) ON CONFLICT DO UPDATE SET trade_date = excluded.trade_date", (date,)
    )
    connection.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?)", orders)
    connection.executemany("INSERT OR REPLACE INTO accounts VALUES (?, ?)", accounts)


def _account(spec: AccountSpec, markets: dict[Any, Any]) -> LedgerAccount:
    positions = {
        row.code: Position(
            markets[row.code], row.code, row.quantity, row.quantity if row.sellable is None else row.sellable, row.cost
        )
        for row in spec.holdings
        if row.code in markets
    }
    return LedgerAccount(spec.account, spec.name, hash_pin(spec.pin), spec.cash_fen, Fen(0), positions)
