"""A backup of the running switch: its databases as of one moment, and its keys, in a folder that appears whole or not at all.

The moment is a position in the queues of both writers: on the loop, where every order is queued, too, the same work is queued for both. A
writer that reaches the work has committed everything queued before, and opens a read transaction (a snapshot of the WAL: SQLite,
"Write-Ahead Logging", §2.2). A thread of the lowest priority copies from these connections while the writers go on: a source inside a read
transaction does not restart at others' commits.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from shared.control import BackupProgress, BackupState, RefusedCode
from switch_server.adapters.integrity import damage, lower_priority
from switch_server.core.words import Audit
from switch_server.ports.operations import OperationRefused

log = logging.getLogger(__name__)
Between = Callable[[Callable[[], None]], None]
"""``BatchThread.between`` of a file's writer."""
PATIENCE = 10.0
"""Seconds for the writers to reach the moment; a full disk delays it without end."""
PAGES = 1024
"""Pages copied at a time (4 MiB); afterwards the disk is left to others for as long as that took."""
KEYS, NOTE = "keys", "backup.json"


class _Failed(Exception):  # noqa: N818
    """The text gives the reason."""


def open_snapshot(path: Path) -> sqlite3.Connection:
    """A connection that sees the file as of now, whatever is written later, until it is closed. Raises ``sqlite3.Error``."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
    try:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        db.close()
        raise
    return db


class _Snapshots:
    """The snapshots, opened by the writers' threads. A snapshot opened after ``close`` is closed at once."""

    def __init__(self, names: int) -> None:
        self._names = names
        self._found: dict[str, sqlite3.Connection | sqlite3.Error] = {}
        self._changed = threading.Condition()
        self._closed = False

    def open(self, path: Path) -> None:
        found: sqlite3.Connection | sqlite3.Error
        try:
            found = open_snapshot(path)
        except sqlite3.Error as error:
            found = error
        with self._changed:
            if self._closed and isinstance(found, sqlite3.Connection):
                found.close()
            self._found[path.name] = found
            self._changed.notify_all()

    def wait(self) -> dict[str, sqlite3.Connection]:
        """Raises ``_Failed``, or the first ``sqlite3.Error``."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._found) == self._names, PATIENCE):
                raise _Failed("the disk does not take what waits to be written")
            for found in self._found.values():
                if isinstance(found, sqlite3.Error):
                    raise found
            return {name: found for name, found in self._found.items() if isinstance(found, sqlite3.Connection)}

    def close(self) -> None:
        with self._changed:
            self._closed = True
            for found in self._found.values():
                if isinstance(found, sqlite3.Connection):
                    found.close()


class Backups:
    """``ports.operations.BackupsPort``. ``writers``: a database's name in the state folder -> its writer. ``clock`` gives UTC seconds."""

    def __init__(
        self, state: Path, writers: Mapping[str, Between], *, audit: Callable[[Audit], Any], clock: Callable[[], float], version: str
    ) -> None:  # fmt: skip
        self._state, self._writers = state, writers
        self._audit, self._clock, self._version = audit, clock, version
        self._progress: BackupProgress | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    def progress(self) -> BackupProgress | None:
        return self._progress

    async def begin(self, folder: Path, actor: str) -> BackupProgress:
        if (running := self._progress) is not None and running.state is BackupState.RUNNING:
            raise OperationRefused(RefusedCode.BACKUP_RUNS, running.folder)
        before, self._progress = self._progress, BackupProgress(str(folder), BackupState.RUNNING)
        try:
            part = await asyncio.to_thread(_part_of, folder)
        except BaseException:  # a cancellation, too
            self._progress = before
            raise
        moment = _Snapshots(len(self._writers))
        for name, between in self._writers.items():  # without a turn of the loop between them
            between(partial(moment.open, self._state / name))
        self._thread = threading.Thread(
            target=self._run, args=(moment, part, folder, actor), name="backup", daemon=True
        )
        self._thread.start()
        return self._progress

    def stop(self) -> None:
        """Cancels a running backup."""
        self._stopping = True
        if self._thread is not None:
            self._thread.join(PATIENCE)

    # --- in the backup's thread ---

    def _run(self, moment: _Snapshots, part: Path, folder: Path, actor: str) -> None:
        lower_priority()
        why = self._failure(moment, part, folder)
        moment.close()
        shutil.rmtree(part, ignore_errors=True)
        state = BackupState.FAILED if why else BackupState.DONE
        log.info("backup to %s: %s %s", folder, state, why)
        self._audit(Audit(actor, f"backup_{state}", str(folder), why))
        assert self._progress is not None
        self._progress = msgspec.structs.replace(self._progress, state=state, text=why)

    def _failure(self, moment: _Snapshots, part: Path, folder: Path) -> str:
        """Makes the backup; returns the reason of a failure, or an empty text."""
        try:
            self._make(moment.wait(), part, folder)
        except OSError as error:
            return error.strerror or str(error)
        except (sqlite3.Error, _Failed) as error:
            return str(error)
        except Exception as bug:
            log.exception("backup to %s", folder)
            return type(bug).__name__
        return ""

    def _make(self, sources: Mapping[str, sqlite3.Connection], part: Path, folder: Path) -> None:
        at = self._clock()
        whole = sum(_bytes_of(db) for db in sources.values())
        done = 0
        for name, source in sources.items():
            self._copy(source, part / name, done, whole)
            done += (part / name).stat().st_size
        _copy_keys(self._state / KEYS, part / KEYS)
        sizes = {name: (part / name).stat().st_size for name in sorted(sources)}
        note = {"format": 1, "made_at": at, "version": self._version, "bytes": sizes}
        (part / NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note)) + b"\n")
        for path in part.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
            _sync(path)
        _sync(part)
        if folder.exists():  # created meanwhile
            raise _Failed(f"{folder} is there already")
        part.rename(folder)
        _sync(folder.parent)

    def _copy(self, source: sqlite3.Connection, path: Path, before: int, whole: int) -> None:
        (page,) = source.execute("PRAGMA page_size").fetchone()
        begun = time.monotonic()

        def copied(_status: int, remaining: int, pages: int) -> None:
            nonlocal begun
            if self._stopping:
                raise _Failed("the switch stops")
            self._progress = BackupProgress(
                self._progress.folder if self._progress else "",
                BackupState.RUNNING,
                before + (pages - remaining) * page,
                whole,
            )
            time.sleep(min(time.monotonic() - begun, 1.0))
            begun = time.monotonic()

        target = sqlite3.connect(path, isolation_level=None)
        try:
            source.backup(target, pages=PAGES, progress=copied)
            if found := damage(target):
                raise _Failed(f"{path.name} is damaged: {found}")
        finally:
            target.close()


def _part_of(folder: Path) -> Path:
    """A new folder beside ``folder``, to be renamed to it. Raises ``OperationRefused``."""
    if not folder.is_absolute():
        raise OperationRefused(RefusedCode.BAD_VALUE, f"{folder}: a path from the root on")
    if os.path.lexists(folder):
        raise OperationRefused(RefusedCode.FOLDER_EXISTS, str(folder))
    try:
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except ValueError as error:  # the path contains a NUL
        raise OperationRefused(RefusedCode.BAD_VALUE, f"{str(folder)!r}: {error}") from error
    except OSError as error:
        raise OperationRefused(RefusedCode.FOLDER_FAILED, f"{folder.parent}: {error.strerror}") from error


def _bytes_of(db: sqlite3.Connection) -> int:
    (size,) = db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
    return int(size)


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        for path in source.iterdir():
            shutil.copy(path, target / path.name)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
