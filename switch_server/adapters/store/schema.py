"""Opening the store's file: WAL, migrations, and the tables and values that ``SaveRecord`` may write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from switch_server.adapters.integrity import damage, is_small
from switch_server.adapters.store.errors import RecordRefused, StoreTooNew, StoreUnusable
from switch_server.adapters.store.migrations import migrate
from switch_server.disk.errors import StoreFailed

RECORD_TABLES = (
    "calls", "legs", "recordings", "contacts", "talks", "callbacks", "queue_visits", "seat_states", "faxes", "fax_tries",
)  # fmt: skip
"""The tables whose rows the core saves; the other tables have their own methods."""


class RecordTable(Struct, frozen=True):
    """A table that ``SaveRecord`` may name: read from the file itself."""

    name: str
    key: str
    columns: frozenset[str]

    def upsert(self, row: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """SQL and values that insert the row or change only its columns; raises ``RecordRefused``. By position, which SQLite binds faster than by name."""
        if row.get(self.key) is None:
            raise RecordRefused(f"a row of {self.name} without its key {self.key}")
        sql = _upsert(self, tuple(row))
        return sql, tuple(
            [value if type(value) in _PLAIN else plain(self.name, name, value) for name, value in row.items()]
        )


_PLAIN: frozenset[type] = frozenset({int, float, str, type(None)})


@cache
def _upsert(table: RecordTable, names: tuple[str, ...]) -> str:
    """Cached, since the core saves a few kinds of rows over and over. Raises ``RecordRefused`` for a column that the table does not have."""
    if unknown := sorted(set(names) - table.columns):
        raise RecordRefused(f"{table.name} has no column {', '.join(unknown)}")
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != table.key)
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608  names are checked
        f"ON CONFLICT({table.key}) DO " + (f"UPDATE SET {changes}" if changes else "NOTHING")
    )


def plain(table: str, column: str, value: Any) -> Any:
    """A value for SQLite; tuples, lists, dicts and structs as JSON. A ``Secret``, or any other object, raises ``RecordRefused``."""
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    try:
        return msgspec.json.encode(value, order="sorted").decode()
    except (TypeError, ValueError):
        raise RecordRefused(f"{table}.{column}: {type(value).__name__} can't be stored") from None


def open_store(path: Path) -> Database:
    """The writer's connection, migrated; raises ``StoreUnusable`` or ``StoreTooNew``, both naming the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=1.0)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnusable(f"{path}: {error}") from error
    db = Database(connection)
    try:
        db.enable_wal()
        db.execute("PRAGMA synchronous = NORMAL")
        _check(connection, path)
        migrate(db)
    except sqlite3.Error as error:
        db.close()
        raise StoreUnusable(f"{path}: {error}") from error
    except StoreTooNew as error:
        db.close()
        raise StoreTooNew(f"{path}: {error}") from None
    except StoreUnusable:
        db.close()
        raise
    return db


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if is_small(path) and (found := damage(connection)):
        raise StoreUnusable(f"{path}: damaged: {found}")


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turns SQLite's errors during the start into ``StoreUnusable``, with the file's name."""
    try:
        yield
    except (sqlite3.Error, StoreFailed) as error:
        raise StoreUnusable(f"{path}: {error}") from error


def open_reader(path: Path) -> Database:
    """A read-only connection; for one thread at a time."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=1.0)
    connection.execute("PRAGMA query_only = 1")
    return Database(connection)


def record_tables(db: Database) -> dict[str, RecordTable]:
    return {
        name: RecordTable(name, db.table(name).pks[0], frozenset(db.table(name).columns_dict)) for name in RECORD_TABLES
    }


def record_table(tables: dict[str, RecordTable], name: str) -> RecordTable:
    """The table that ``SaveRecord`` names; raises ``RecordRefused``."""
    if name not in tables:
        raise RecordRefused(f"no record table {name}")
    return tables[name]
