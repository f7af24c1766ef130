"""Errors of the store.

```
StoreError            of ``switch_server.disk.errors``
├── StoreFailed       of ``switch_server.disk.errors``, in use: SQLite can't read or write now
├── StoreUnusable     at start: the file is no database, is damaged, or can't be opened; the text names the file
├── StoreTooNew       at start: a newer version of the program has already migrated the file
└── RecordRefused     our bug: a table, column or value that the store does not accept (logged and counted, never raised into the loop)
```
"""

from switch_server.disk.errors import StoreError


class StoreUnusable(StoreError):  # noqa: N818  the name says what it is
    """The file can't be used; a start without customers and records makes no sense."""


class StoreTooNew(StoreError):  # noqa: N818
    """There are no migrations backwards."""


class RecordRefused(StoreError):  # noqa: N818
    """The record does not fit the tables."""
