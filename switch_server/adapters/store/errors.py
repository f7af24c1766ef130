"""Errors of the store.

```
StoreError               of ``switch_server.ports.errors``
├── StoreFailed       in use: SQLite can't read or write now
├── StoreUnusable     at start: the file is no database, is damaged, or can't be opened; the text names it
├── StoreTooNew       at start: a newer version of the program has already migrated the file
└── RecordRefused     our bug: a table, column or value that the store does not take (logged and counted, never raised into the loop)
```
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from switch_server.ports.errors import StoreError


class StoreFailed(StoreError):  # noqa: N818
    """SQLite's own word, while the store is in use."""


@contextmanager
def in_our_words() -> Iterator[None]:
    """``sqlite3.Error`` becomes ``StoreFailed``."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(str(error)) from error


class StoreUnusable(StoreError):  # noqa: N818  the name says what it is
    """The file can't be used; starting without customers and records makes no sense."""


class StoreTooNew(StoreError):  # noqa: N818
    """Migrations only go forward."""


class RecordRefused(StoreError):  # noqa: N818
    """A record that does not fit the tables."""
