"""The lines that the phone's process writes to standard error, taken into the log of the process that started it."""

import logging
from collections.abc import Iterable

LINE = "%(levelname)s %(name)s %(message)s"
"""The format of the phone's own log records. Other lines are a library's, or belong to the record before."""
_NAMES = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
_CRASH, _TRACEBACK = "Fatal Python error", "Traceback "
"""A line with one of these begins a record of many lines; PJSIP's lines, which begin with the time, are not part of it."""
_LIBRARY = logging.getLogger("agent_app.phone.library")


def take(lines: Iterable[bytes]) -> None:
    """Logs the lines until the pipe ends."""
    record: tuple[logging.Logger, int] | None = None
    traced = False
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip()
        name, _, rest = line.partition(" ")
        if name in _NAMES:
            source, _, line = rest.partition(" ")
            record, traced = (logging.getLogger(source), logging.getLevelNamesMapping()[name]), False
        elif line.startswith(_CRASH):
            record, traced = (_LIBRARY, logging.CRITICAL), True
        elif line.startswith(_TRACEBACK):
            record, traced = record or (_LIBRARY, logging.ERROR), True
        elif line and not line[0].isspace() and not (traced and not line[0].isdigit()):
            record, traced = None, False
        if line:
            logger, level = record or (_LIBRARY, logging.INFO)
            logger.log(level, "%s", line)
