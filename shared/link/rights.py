"""Everything that a program writes is readable by its user only: customers, calls, orders and keys are hidden from the machine's other users."""

import errno
import logging
import os
import stat
from pathlib import Path

_log = logging.getLogger(__name__)
OTHERS = 0o077
"""The rights of the group and of all other users."""


def owner_only() -> None:
    """The first call in each program: from now on files are 0600 and folders 0700, also those of child processes. No effect on Windows."""
    os.umask(OTHERS)


def own_folder(folder: Path) -> None:
    """Creates a folder that other users can't enter, and takes away other users' rights on the folder and its entries, as older versions left them.

    Only the folder and its entries are changed, since deeper files can't be reached without them. The target of a symbolic link is left
    alone. A public folder (``/tmp``) and files of other users stay as they are, with a warning. Raises ``OSError`` if the folder
    can't be created or read.
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
        except FileNotFoundError:  # deleted meanwhile
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
