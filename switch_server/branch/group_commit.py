"""A SQLite file behind one thread that commits in groups: durable answers without an fsync for each.

The loop queues functions; the thread runs all queued functions in one transaction, commits (``synchronous=FULL``: the
fsync is done when ``COMMIT`` returns), and only then passes the results to the loop, in order. While one group is written, the
next one gathers, so the rate adjusts itself: a single order waits for one fsync, a thousand orders a second share a few hundred fsyncs.

A function that raises gets its error as its result; the results of the other functions are not affected.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from switch_server.disk.batch_thread import BatchThread
from switch_server.disk.errors import StoreError, StoreFailed
from switch_server.disk.sqlite import as_store_failed, commit_group, open_durable

Work = Callable[[sqlite3.Connection], Any]
Done = Callable[[Any], None]
"""Called on the loop with the result of the work, or with the ``StoreError`` that prevented the write."""
_Item = tuple[Work, Done]
_MOST = 2000
_LOCKED = 2.0
"""Seconds to wait for another writer of the file."""
_log = logging.getLogger(__name__)


class GroupCommit:
    """See the module. ``schema`` is a script of ``CREATE … IF NOT EXISTS``. Raises ``StoreError`` if the file can't be opened."""

    def __init__(self, path: Path, schema: str) -> None:
        self._loop = asyncio.get_running_loop()
        with as_store_failed():
            self._connection = open_durable(path, _LOCKED)
            self._connection.executescript(schema)
        self._in_flight = 0
        self._batches = BatchThread[_Item](f"commit {path.name}", self._write, largest=_MOST)
        self._batches.start()

    @property
    def idle(self) -> bool:
        """Every submitted work has been answered."""
        return self._in_flight == 0

    def submit(self, work: Work, done: Done) -> None:
        """From the loop: ``work`` runs in the thread, ``done`` on the loop after the commit."""
        self._in_flight += 1
        self._batches.put((work, done))

    async def run(self, work: Work) -> Any:
        """``submit`` as a coroutine. Raises ``StoreError``."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self.submit(work, lambda result: None if future.done() else future.set_result(result))
        result = await future
        if isinstance(result, StoreError):
            raise result
        return result

    def close(self) -> None:
        """Writes all submitted work, then closes; the last results may not reach the loop any more."""
        self._batches.stop(None)
        self._connection.close()

    # --- in the thread ---

    def _write(self, group: list[_Item]) -> list[_Item]:
        results: list[Any] = []
        while rest := group[len(results) :]:
            written = commit_group(self._connection, rest, lambda item: item[0](self._connection))
            results += written.results
            if written.trouble:
                refused = len(group) - len(results) if written.of_file else 1
                results += [StoreFailed(written.trouble)] * refused
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, group, results)
        return []

    # --- on the loop ---

    def _answer(self, group: list[_Item], results: list[Any]) -> None:
        self._in_flight -= len(group)
        for (_, done), result in zip(group, results, strict=True):
            try:
                done(result)
            except Exception:  # noqa: BLE001  # our own bug costs one answer, not those of the whole group
                _log.exception("an answer of a group commit raised")
