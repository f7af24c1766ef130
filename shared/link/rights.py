"""What a program writes is its user's alone: customers, calls, orders and keys are no business of other users of the machine."""

import errno
import logging
import os
import stat
from pathlib import Path

_log = logging.getLogger(__name__)
OTHERS = 0o077
"""The rights of the group and of everybody else."""


def owner_only() -> None:
    """First thing in each program: files are 0600 and folders 0700 from now on, in its children too. Of no effect on Windows."""
    os.umask(OTHERS)


def own_folder(folder: Path) -> None:
    """Makes a folder that others can't enter, and takes from others what an older version let them do with it and with what is in it.

    Only the folder and its entries are looked at, since what lies deeper can't be reached. What an entry that is a link leads to is no part of
    it. A folder that is meant for all (``/tmp``), and what belongs to another user, stay as they are, with a warning. Raises ``OSError`` where
    the folder can't be made or read.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "posix":
        return
    if _is_for_all(folder.stat()):
        _log.warning("%s is open to other users: it is meant for all", folder)
        return
    for path in (folder.resolve(), *folder.iterdir()):
        try:
            _close(path)
        except FileNotFoundError:  # gone meanwhile
            continue
        except OSError as error:
            _log.warning("%s stays open to other users: %s", path, error.strerror)


def _is_for_all(found: os.stat_result) -> bool:
    return bool(found.st_mode & stat.S_ISVTX)


def _close(path: Path) -> None:
    found = path.lstat()
    if found.st_mode & OTHERS and not stat.S_ISLNK(found.st_mode) and not _is_for_all(found):
        if found.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "it belongs to another of them")
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
