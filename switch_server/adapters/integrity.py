"""Checks of databases: SQLite's ``quick_check`` reads a file from end to end.

The start waits for the check of a small file, and refuses a damaged one. A large file is checked while the switch runs, table by table, by
a thread of the lowest priority, which reports the result. Damage that a query meets (``SQLITE_CORRUPT``) is reported by that query's code.
"""

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

log = logging.getLogger(__name__)
AT_START = 64 << 20
"""The bytes that are checked in some 0.2 s."""
LOWEST = 19
"""nice(2)"""


def is_small(path: Path) -> bool:
    """Whether the start waits for the check of this file."""
    return path.stat().st_size <= AT_START


def damage(db: sqlite3.Connection, table: str = "") -> str:
    """The first fault found, in the whole file or in one table with its indexes; empty: none. Raises ``sqlite3.Error``."""
    try:
        (verdict,) = db.execute(f"PRAGMA quick_check({table or 1})").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if verdict == "ok" else str(verdict)


def lower_priority() -> None:
    """Lowers the calling thread's priority for processor and disk to the lowest. Only Linux has priorities for a single thread."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)


class FileCheck:
    """Checks files one after another, once, in a thread of its own, which calls ``tell(name, text)`` for each damaged file."""

    def __init__(self, paths: Iterable[Path], tell: Callable[[str, str], None]) -> None:
        self._paths, self._tell = tuple(paths), tell
        self._db: sqlite3.Connection | None = None
        self._stopping = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="file-check", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops at once, also in the middle of a check."""
        self._stopping = True
        while self._thread.is_alive():
            with self._lock:
                if self._db is not None:
                    self._db.interrupt()  # no effect between two statements, hence repeated
            self._thread.join(0.1)

    def _run(self) -> None:
        lower_priority()
        for path in self._paths:
            if self._stopping:
                return
            try:
                found = self._damage(path)
            except sqlite3.Error as error:
                if not self._stopping:
                    log.warning("%s could not be checked: %s", path, error)
                continue
            if found:
                log.error("%s is damaged: %s", path, found)
                self._tell(path.name, found)
            elif not self._stopping:
                log.info("%s is whole", path)

    def _damage(self, path: Path) -> str:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            with self._lock:
                self._db = db
            tables = [
                name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            ]
            return next((found for each in tables if not self._stopping and (found := damage(db, f"'{each}'"))), "")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            return str(error)
        finally:
            with self._lock:
                self._db = None
                db.close()
