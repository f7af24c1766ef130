"""Files that are written as a whole or not at all, and damaged files, which are set aside.

The bytes go into a scratch file beside the target (``NAME.new``), which then takes the target's name. Until that moment, and after any failure,
the target has its old content: after a full disk, a folder without access, an exception of the writer, or the end of the process. A scratch file
that a killed process has left is overwritten by the next writing. Two processes must not write the same file.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

_log = logging.getLogger(__name__)
OWNER_ONLY, BY_UMASK = 0o600, 0o666
SCRATCH, DAMAGED = ".new", ".damaged"
T = TypeVar("T")


@contextmanager
def replacing(
    path: Path, *, private: bool = False, synced: bool = True, make_folder: bool = False
) -> Iterator[BinaryIO]:
    """A scratch file to write; it replaces ``path`` at the end of the block. An exception of the block leaves ``path`` as before, and no scratch file.

    A symbolic link stays, and its target is replaced. ``private``: only the owner can read the file. ``synced``: the bytes are on the disk before the
    file is replaced, so that even a power failure leaves the old or the new content; a disk may take 50 ms for that. ``make_folder``: a missing folder
    is made. Raises ``OSError``: the disk is full, the folder is missing or can't be written, ``path`` is a folder.
    """
    path = Path(os.path.realpath(path))
    if make_folder:
        path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + SCRATCH)
    scratch.unlink(missing_ok=True)  # a leftover may have other permissions
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(scratch, flags, OWNER_ONLY if private else BY_UMASK)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if synced:
                os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise


def write(path: Path, data: bytes) -> None:
    """Replaces the file by ``data``; see ``replacing``. Raises ``OSError``."""
    with replacing(path) as file:
        file.write(data)


def read_json(path: Path, kind: type[T], what: str) -> T | None:
    """The value in the file; ``None`` where there is no file, or no such value in it. Never raises.

    A file that can't be read is logged under the name ``what`` and set aside as ``NAME.damaged``, in place of an earlier one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # msgspec raises UnicodeDecodeError too
        _log.warning("%s: the file can't be read, an empty one is used (%s)", what, type(error).__name__)
    try:
        path.replace(path.with_name(path.name + DAMAGED))
    except OSError as error:
        _log.warning("%s: the damaged file stays where it is (%s)", what, error.strerror)
    return None


def write_or_log(path: Path, data: bytes, what: str, *, private: bool = False, synced: bool = True) -> None:
    """Replaces the file by ``data``, and makes its folder; a failure is logged under the name ``what``, not raised."""
    try:
        with replacing(path, private=private, synced=synced, make_folder=True) as file:
            file.write(data)
    except OSError as error:
        _log.warning("%s: not written (%s)", what, error.strerror)
