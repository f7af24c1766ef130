"""Orders that the order journal has and the store has lost: by a power cut (the journal is flushed at each commit, the store is not), by a kill
between the two commits, because too many records waited for the disk, or by restoring the store from a backup. The journal is the authority:
its rows replace the store's if it has more of an order.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from switch_server.adapters.order_rows import INSERT_ORDER, ORIGIN_COLUMNS, STEP_COLUMNS
from switch_server.adapters.store.schema import named, open_reader
from switch_server.core.orders import UNDECIDED

Row = dict[str, Any]
REACH = 86_400.0
"""Seconds before the store's last sign of life from which orders are compared; older orders only while they are undecided."""
_COLUMNS = ("key", *STEP_COLUMNS, *ORIGIN_COLUMNS)
_INSERT_STEP = (
    f"INSERT INTO order_history ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608  constants
)
_COUNT_STEPS = "SELECT (SELECT count(*) FROM order_history WHERE key = orders.key) FROM orders WHERE key = ?"
_STATES = ", ".join(f"'{state}'" for state in sorted(UNDECIDED))


class LostOrder(Struct, frozen=True):
    """The order's rows in the journal, by column."""

    row: Row
    steps: list[Row]

    def put(self, db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM order_history WHERE key = :key", self.row)
        db.execute("DELETE FROM orders WHERE key = :key", self.row)
        db.execute(INSERT_ORDER, self.row)
        db.executemany(_INSERT_STEP, self.steps)


def lost_orders(store: Database, journal: Path, since: float) -> list[LostOrder]:
    """The orders that changed since then (UTC seconds) or are undecided, the first journalled first.

    Raises ``StoreUnusable``, which names the journal, or ``sqlite3.Error`` of the store.
    """
    with closing(open_reader(journal)) as db:
        with named(journal):
            moved = {key: _steps(db, key) for key in _keys(db, since)}
        lost = [key for key, steps in moved.items() if steps > _steps(store, key)]
        with named(journal):
            return sorted((_order(db, key) for key in lost), key=lambda order: order.row["at"])


def _keys(journal: Database, since: float) -> set[str]:
    """Read backwards from the last step, so that the time does not grow with the number of all orders."""
    keys = {key for (key,) in journal.execute(f"SELECT key FROM orders WHERE state IN ({_STATES})")}  # noqa: S608  constants
    for key, at in journal.execute("SELECT key, at FROM order_history ORDER BY id DESC"):
        if at < since:
            break
        keys.add(key)
    return keys


def _steps(db: Database, key: str) -> int:
    """The number of an order's steps; -1: there is no order, with or without steps."""
    row = db.execute(_COUNT_STEPS, [key]).fetchone()
    return int(row[0]) if row else -1


def _order(journal: Database, key: str) -> LostOrder:
    (row,) = journal.query("SELECT * FROM orders WHERE key = ?", [key])
    return LostOrder(row, list(journal.query("SELECT * FROM order_history WHERE key = ? ORDER BY id", [key])))
