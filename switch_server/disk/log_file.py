"""The log file: lines are written in groups by a thread of its own, so that the loop and the SIP thread never wait for it.

A warning is in the file at once, other lines within ``GATHER``; a kill loses those at most.
"""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from switch_server.disk.batch_thread import BatchThread

GATHER = 0.1
MOST_BYTES = 16 << 20
"""The most bytes of lines in memory; further lines are lost, and counted in the next one that is written."""


class LogFile(logging.Handler):
    """Lines ``2026-01-01 10:00:00,125 INFO name: text`` in ``path``; a full file becomes ``path.1``, that ``path.2`` … up to ``files``.

    Opening raises ``OSError``. What can't be written (a full disk) is lost.
    """

    def __init__(self, path: Path, *, most: int, files: int) -> None:
        super().__init__()
        self._path, self._most, self._files = path, most, files
        self._file = _open(path)
        self._size = os.fstat(self._file).st_size
        self._second = (0, "")
        self._told = 0
        self._batches = BatchThread[bytes]("log", self._write, gather=GATHER, size=len, most=MOST_BYTES)
        self._batches.start()

    def createLock(self) -> None:  # noqa: N802  logging's name
        """No lock: ``emit`` only queues a line."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self._time(record.created)} {record.levelname} {record.name}: {record.getMessage()}{_trace(record)}\n"
        except Exception:  # noqa: BLE001  as all of logging's handlers do
            self.handleError(record)
            return
        self._batches.put(line.encode("utf-8", "backslashreplace"))
        if record.levelno >= logging.WARNING:
            self._batches.hurry()

    def writer(self, name: str) -> Callable[[str], None]:
        """Writes lines of level INFO, which look as those of the logger ``name``, for a fifth of the cost of a record."""

        def write(text: str) -> None:
            self._batches.put(f"{self._time(time.time())} INFO {name}: {text}\n".encode("utf-8", "backslashreplace"))

        return write

    def flush(self) -> None:
        """Waits until all lines are written, a second at most."""
        self._batches.flush(1.0)

    def close(self) -> None:
        self._batches.stop(1.0)
        super().close()

    def _time(self, at: float) -> str:
        second, text = self._second
        if int(at) != second:
            second = int(at)
            text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
            self._second = second, text
        return f"{text},{int(at % 1 * 1000):03d}"

    # --- in the writing thread ---

    def _write(self, lines: list[bytes]) -> list[bytes]:
        lost, self._told = self._batches.lost - self._told, self._batches.lost
        if lost:
            lines = [b"%d lines of the log are lost: too many at once\n" % lost, *lines]
        content = b"".join(lines)
        try:
            if self._size + len(content) > self._most and self._size:
                self._turn()
            self._size += os.write(self._file, content)
        except OSError:
            pass  # the log itself is the place for such a message
        return []

    def _turn(self) -> None:
        for number in range(self._files - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))
        os.close(self._file)
        self._file = _open(self._path)
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _trace(record: logging.LogRecord) -> str:
    """The lines of an exception and of a stack, where the record has them."""
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    return "".join(f"\n{text}" for text in (record.exc_text, record.stack_info) if text)
