"""What the phone's process writes to standard error, taken into the log of the process that started it."""

import logging
from collections.abc import Iterable

LINE = "%(levelname)s %(name)s %(message)s"
"""How the phone's own log records look. Whatever else comes is of a library, or the rest of the record before."""
_NAMES = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
_LIBRARY = logging.getLogger("agent_app.phone.library")


def take(lines: Iterable[bytes]) -> None:
    """Until they end."""
    record: tuple[logging.Logger, int] | None = None
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip()
        name, _, rest = line.partition(" ")
        if name in _NAMES:
            source, _, line = rest.partition(" ")
            record = logging.getLogger(source), logging.getLevelNamesMapping()[name]
        elif not _goes_on(line):
            record = None
        if line:
            logger, level = record or (_LIBRARY, logging.INFO)
            logger.log(level, "%s", line)


def _goes_on(line: str) -> bool:
    """A traceback's lines are indented; its first and last are not, and begin with a letter. PJSIP's lines begin with the time."""
    return not line[:1].isdigit()
