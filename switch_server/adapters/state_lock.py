"""One switch-server for each state folder."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(RuntimeError):  # noqa: N818  the name says what it is
    """Another switch-server uses this state folder."""


def lock(path: Path) -> IO[str]:
    """Locks the state folder for this process, until the file is closed or the process ends. Raises ``AlreadyRunning``."""
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with file:
            file.seek(0)
            raise AlreadyRunning(
                f"{path.parent} belongs to the switch-server that runs as process {file.read()}"
            ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
