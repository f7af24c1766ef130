"""A SQLite file behind one thread that commits in groups: durable answers without an fsync for each.

Work is handed over from the loop; the thread takes all that is waiting into one transaction, commits (``synchronous=FULL``: the
fsync is done when ``COMMIT`` returns), and only then the loop hears the results, in order. While one group is being written the
next one gathers, so the rate adjusts itself: alone an order waits for one fsync, a thousand a second share a few hundred.

A piece of work that raises is told so and costs nobody else: the group is rolled back and each piece is then written on its own.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

Work = Callable[[sqlite3.Connection], Any]
Done = Callable[[Any], None]
"""Called on the loop with the work's result, or with the ``sqlite3.Error`` that befell it."""
_Item = tuple[Work, Done]
_MOST = 2000
_log = logging.getLogger(__name__)


class GroupCommit:
    """See the module. ``schema`` is a script of ``CREATE … IF NOT EXISTS``. Raises ``sqlite3.Error`` where the file can't be opened."""

    def __init__(self, path: Path, schema: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA busy_timeout=2000")
        self._connection.executescript(schema)
        self.groups = 0
        self._in_flight = 0
        self._thread = threading.Thread(target=self._run, name=f"commit {path.name}", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Nothing handed over that has not been answered."""
        return self._in_flight == 0

    def submit(self, work: Work, done: Done) -> None:
        """From the loop: ``work`` runs in the thread, ``done`` on the loop after the commit."""
        self._in_flight += 1
        self._queue.put((work, done))

    async def run(self, work: Work) -> Any:
        """``submit`` and wait. Raises what the work raised."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self.submit(work, lambda result: None if future.done() else future.set_result(result))
        result = await future
        if isinstance(result, sqlite3.Error):
            raise result
        return result

    def close(self) -> None:
        """Write what was handed over, then close; the last answers are not told any more."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        stop = False
        while not stop:
            group: list[_Item] = []
            item = self._queue.get()
            while item is not None:
                group.append(item)
                if len(group) >= _MOST or self._queue.empty():
                    break
                item = self._queue.get()
            stop = item is None
            if group:
                self._tell(group, self._write(group))

    def _tell(self, group: list[_Item], results: list[Any]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._answer, group, results)

    def _answer(self, group: list[_Item], results: list[Any]) -> None:
        self._in_flight -= len(group)
        for (_, done), result in zip(group, results, strict=True):
            try:
                done(result)
            except Exception:  # noqa: BLE001  # our own bug costs one answer, not those of the whole group
                _log.exception("an answer of a group commit raised")

    def _write(self, group: list[_Item]) -> list[Any]:
        self.groups += 1
        try:
            return self._transaction([work for work, _ in group])
        except _CannotBegin as error:
            return [error.cause] * len(group)
        except Exception:  # noqa: BLE001  # one piece of work spoiled it: find out which
            return [self._alone(work) for work, _ in group]

    def _alone(self, work: Work) -> Any:
        try:
            return self._transaction([work])[0]
        except _CannotBegin as error:
            return error.cause
        except sqlite3.Error as error:
            return error
        except Exception as error:  # noqa: BLE001  # our own bug: told as a failed write, the thread lives
            _log.exception("work of a group commit raised")
            return sqlite3.InterfaceError(str(error))

    def _transaction(self, works: list[Work]) -> list[Any]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise _CannotBegin(error) from error
        try:
            results = [work(connection) for work in works]
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return results


class _CannotBegin(Exception):  # noqa: N818
    """The file is locked or gone: it is the same for the whole group."""

    def __init__(self, cause: sqlite3.Error) -> None:
        super().__init__(str(cause))
        self.cause = cause
