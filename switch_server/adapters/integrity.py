"""Is a database whole? SQLite's ``quick_check`` reads the file from end to end.

A start waits for that where the file is small, and refuses a damaged one. A large file is checked behind the running switch, table by table, by
a thread of the lowest priority; what it finds is told. Damage that is met on the way (``SQLITE_CORRUPT``) is told by whoever meets it.
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
"""Bytes that are checked within some 0.2 s."""
LOWEST = 19
"""nice(2)"""


def is_small(path: Path) -> bool:
    """Whether a start waits for the check."""
    return path.stat().st_size <= AT_START


def damage(db: sqlite3.Connection, table: str = "") -> str:
    """The first fault that is found, of the whole file or of one table with its indexes; empty: none. Raises ``sqlite3.Error``."""
    try:
        (verdict,) = db.execute(f"PRAGMA quick_check({table or 1})").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if verdict == "ok" else str(verdict)


def lower_priority() -> None:
    """The calling thread gets the processor, and the disk, when nobody else wants it. Elsewhere than on Linux it has no priority of its own."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)


class FileCheck:
    """Checks files one after another, once, in a thread of its own. ``tell(name, text)`` is called there for each damaged one."""

    def __init__(self, paths: Iterable[Path], tell: Callable[[str, str], None]) -> None:
        self._paths, self._tell = tuple(paths), tell
        self._db: sqlite3.Connection | None = None
        self._stopping = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="file-check", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """At once, wherever the check is."""
        self._stopping = True
        while self._thread.is_alive():
            with self._lock:
                if self._db is not None:
                    self._db.interrupt()  # of no effect between two statements, hence again
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
