"""Errors of stores, in place of the errors of the library that reads and writes the files.

```
StoreError
├── StoreFailed    in use: the file can't be read or written now; the text is SQLite's
└── NotStorable    our bug: no table takes the item, or its function raised
```
"""


class StoreError(Exception):
    """The store can't be read or written now, or can't be used at all; the text gives the reason."""


class StoreFailed(StoreError):  # noqa: N818
    """An error of SQLite while the store is in use."""


class NotStorable(StoreError):  # noqa: N818
    """A repetition would fail, too."""
