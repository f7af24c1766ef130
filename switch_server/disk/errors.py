"""Errors of stores, without the words of the library that reads and writes them.

```
StoreError
├── StoreFailed    in use: the file can't be read or written now; the text is SQLite's
└── NotStorable    our bug: an item that no table takes, or whose function raised
```
"""


class StoreError(Exception):
    """The store can't be read or written now, or can't be used at all; the text says why."""


class StoreFailed(StoreError):  # noqa: N818
    """SQLite's own word, while the store is in use."""


class NotStorable(StoreError):  # noqa: N818
    """A repetition would fail, too."""
