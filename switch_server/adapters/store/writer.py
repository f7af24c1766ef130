"""The store's one writer: changes are queued as small functions and committed in groups."""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from switch_server.disk.batch_thread import BatchThread
from switch_server.disk.errors import StoreError
from switch_server.disk.sqlite import commit_group

log = logging.getLogger(__name__)

GATHER = 0.05
"""Seconds for which changes gather before they are written: at most twenty commits a second."""
MOST_BYTES = 256 << 20
"""The most bytes in memory while the disk is full, some 300,000 changes; further changes are lost, counted and reported. Calls go on."""
USUAL = 800
"""The bytes of a change beside its texts: the row, its function, its place in the queue."""
LOG_EACH = 10_000
"""The number of lost records for each line in the log."""


class Change(Struct, frozen=True):
    """``what`` is for the log: never a PIN, never a full account number. ``run`` executes the change's statements on the writer's connection."""

    what: str
    run: Callable[[sqlite3.Connection], None]
    texts: int = 0
    """The bytes of its texts, beyond ``USUAL``."""
    durable: bool = False
    """The change is on disk when its group is committed, with all changes before it; others survive ``kill -9``, but maybe no power cut."""


def texts_in(values: Iterable[Any]) -> int:
    """For ``Change.texts``: the bytes of a statement's values."""
    return sum([len(value) for value in values if isinstance(value, (str, bytes))])


class StoreCounts(Struct):
    """Since start, for the operator."""

    written: int = 0
    lost: int = 0
    """Records that were not taken because too many waited for the disk."""
    refused: int = 0
    """Records that fit no table: our bugs, each logged."""
    delayed: int = 0
    """Records that had to wait for the disk."""
    troubles: int = 0
    """Groups that could not be written at the first try, and further failures."""


class StoreWriter:
    """Takes changes from any thread and keeps their order. A full disk or a locked file delays them without limit, as long as
    the waiting changes have room in memory (``MOST_BYTES``).

    ``on_trouble(text)`` is called from the writer's thread: when writing begins to fail, when the reason changes, and with an empty text
    when it works again.
    """

    def __init__(self, db: Database, on_trouble: Callable[[str], None]) -> None:
        self._db: sqlite3.Connection = db.conn
        self._on_trouble = on_trouble
        self._trouble = ""
        self._late = 0
        self._durable = False  # the setting of ``open_store``
        self._batches = BatchThread[Change](
            "store", self._write, gather=GATHER, size=lambda change: USUAL + change.texts, most=MOST_BYTES
        )
        self._counts = StoreCounts()
        self.start = self._batches.start
        self.flush = self._batches.flush
        self.between = self._batches.between

    @property
    def counts(self) -> StoreCounts:
        self._counts.lost = self._batches.lost
        return self._counts

    @property
    def waiting(self) -> int:
        """The number of changes in memory that are not yet in the file."""
        return self._batches.waiting

    @property
    def waiting_bytes(self) -> int:
        return self._batches.waiting_bytes

    def put(self, change: Change) -> bool:
        """``False``: too many wait for the disk, and this one is lost (counted and logged)."""
        taken = self._batches.put(change)
        if not taken and self._batches.lost % LOG_EACH == 1:
            log.error("store: %s is lost, too many records wait for the disk: %s", change.what, self._trouble)
        return taken

    def refuse(self, what: str, reason: Exception) -> None:
        self._counts.refused += 1
        log.error("store: %s refused: %s", what, reason)

    def stop(self, seconds: float) -> int:
        lost = self._batches.stop(seconds)
        if lost:
            log.error("store: %d records not written at stop: %s", lost, self._trouble or "too slow")
        return lost

    def _write(self, batch: list[Change]) -> list[Change]:
        try:
            self._sync(durable=any(change.durable for change in batch))
        except sqlite3.Error as error:
            self._in_trouble(batch, str(error))
            return batch
        group = commit_group(self._db, batch, lambda change: change.run(self._db))
        for change, result in zip(batch, group.results, strict=False):
            if isinstance(result, StoreError):
                self.refuse(change.what, result)
            else:
                self._counts.written += 1
        kept = batch[len(group.results) :]
        if kept:
            self._in_trouble(kept, group.trouble)
        else:
            self._works_again()
        return kept

    def _sync(self, *, durable: bool) -> None:
        """SQLite, ``PRAGMA synchronous``: whether a commit waits for the fsync of the WAL."""
        if durable is not self._durable:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _in_trouble(self, batch: list[Change], text: str) -> None:
        self._counts.troubles += 1
        self._counts.delayed += max(0, len(batch) - self._late)  # each change is counted once, at its first failure
        self._late = len(batch)
        if text != self._trouble:
            self._trouble = text
            log.error("store: cannot write, records wait in memory: %s", text)
            self._on_trouble(text)

    def _works_again(self) -> None:
        self._late = 0
        if self._trouble:
            self._trouble = ""
            log.warning("store: writes again")
            self._on_trouble("")
