"""Groups of changes in one SQLite transaction each: one fsync for many."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from switch_server.disk.errors import NotStorable, StoreError, StoreFailed

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")

BAD_ROW: tuple[type[Exception], ...] = (
    sqlite3.IntegrityError,  # a NULL or a type that the STRICT table does not take
    sqlite3.ProgrammingError,  # a type that SQLite does not know, a named value that is missing
    sqlite3.InterfaceError,
    sqlite3.DataError,
    OverflowError,  # more than 64 bits
    UnicodeEncodeError,  # half a surrogate pair
)
"""The exceptions of SQLite's driver for a row that can never be stored, in contrast to a full disk or a locked file."""


class GroupResult(Struct, Generic[R], frozen=True):
    """``results``: of the first items of the group, in order: the return value of ``apply``, which is committed, or the ``StoreError`` of an
    item that can never be stored. The items after them are not in the file; ``trouble`` gives the reason (a full disk, a locked file), or is
    empty if there are none.
    """

    results: list[R | StoreError]
    trouble: str = ""
    of_file: bool = False
    """About ``trouble``: the file refused a whole transaction. Otherwise only the first item after ``results`` is known to fail."""


def open_durable(path: Path, timeout: float = 1.0) -> sqlite3.Connection:
    """A connection in autocommit mode; a commit returns after the fsync of the WAL. ``timeout``: seconds to wait for a locked file.

    Raises ``sqlite3.Error``.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=timeout)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def as_store_failed() -> Iterator[None]:
    """``sqlite3.Error`` becomes ``StoreFailed``."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(str(error)) from error


def commit_group(db: sqlite3.Connection, items: Sequence[T], apply: Callable[[T], R]) -> GroupResult[R]:
    """Calls ``apply`` with each item, which executes the item's statements on ``db``, and commits all at once.

    If an ``apply`` raises, the group is rolled back and each item gets a transaction of its own, in order, up to the first item that the file
    does not take: an item that raises does not prevent the others from being stored.
    """
    try:
        return GroupResult(_transaction(db, items, apply))
    except _FileRefused as refusal:
        return GroupResult([], str(refusal), of_file=True)
    except Exception as error:  # noqa: BLE001  # one item spoiled it, maybe by a bug of ours: find out which
        if len(items) > 1:
            return _each_alone(db, items, apply)
        if isinstance(error, sqlite3.Error) and not isinstance(error, BAD_ROW):
            return GroupResult([], str(error))
        return GroupResult([_not_storable(error)])


def _each_alone(db: sqlite3.Connection, items: Sequence[T], apply: Callable[[T], R]) -> GroupResult[R]:
    results: list[R | StoreError] = []
    for item in items:
        alone = commit_group(db, [item], apply)
        results += alone.results
        if alone.trouble:
            return GroupResult(results, alone.trouble, alone.of_file)
    return GroupResult(results)


def _not_storable(error: Exception) -> StoreError:
    if isinstance(error, StoreError):
        return error
    if not isinstance(error, BAD_ROW):
        log.error("a function of a group raised", exc_info=error)
    return NotStorable(str(error))


class _FileRefused(Exception):  # noqa: N818
    """``BEGIN`` or ``COMMIT`` failed, which concerns all items of the group."""


def _transaction(db: sqlite3.Connection, items: Sequence[T], apply: Callable[[T], R]) -> list[R | StoreError]:
    _whole(db, "BEGIN IMMEDIATE")
    try:
        results: list[R | StoreError] = [apply(item) for item in items]
        _whole(db, "COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return results


def _whole(db: sqlite3.Connection, statement: str) -> None:
    try:
        db.execute(statement)
    except BAD_ROW:
        raise
    except sqlite3.Error as error:
        raise _FileRefused(str(error)) from error
