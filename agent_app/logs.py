"""The app's log files: events by ids and codes; no customer's name, number or account, no password, no PIN.

No code of the app logs such data. As a second safeguard ``Masked`` replaces digit strings of 6 to 16 (a call's id has 19) and all characters
outside ASCII, so that the text of an unforeseen exception has none of them either.
"""

import contextlib
import faulthandler
import logging
import re
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from agent_app.model.desk.view import DeskView

_log = logging.getLogger(__name__)
BYTES, FILES = 1 << 20, 5
NAME, CRASHES = "agent-app.log", "crashes.log"
_NUMBER = re.compile(r"(?<!\d)\+?\d{6,16}(?!\d)")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
MASK = "***"
_ABOUT_CODE = (AttributeError, TypeError, NameError, ImportError, RecursionError)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def masked(text: str) -> str:
    """The text without digit strings that could be a telephone number or an account, and without names in Chinese."""
    return _FOREIGN.sub(MASK, _NUMBER.sub(MASK, text))


class Masked(logging.Formatter):
    """A record a line, with UTC time, tracebacks below; all text is masked. ``form``: a format string of ``logging``."""

    def __init__(self, form: str = "%(asctime)s %(levelname)s %(name)s %(message)s") -> None:
        self.converter = time.gmtime
        super().__init__(form, "%Y-%m-%dT%H:%M:%SZ")

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # its name in logging
        """The traceback. The exception's text only for kinds that speak of the code; other texts may quote data."""
        kind, error, trace = ei
        if kind is None or error is None:
            return ""
        text = (
            f": {error}"
            if isinstance(error, _ABOUT_CODE)
            else f": [Errno {error.errno}]"
            if isinstance(error, OSError)
            else ""
        )
        return "".join(["Traceback (most recent call last):\n", *traceback.format_tb(trace), kind.__qualname__, text])

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # text cached by another handler's formatter
        text = super().format(record)
        record.exc_text = None
        return masked(text)


class LogFiles(Struct, frozen=True):
    """The place of this start's logs. ``folder=None``: standard error only."""

    folder: Path | None
    handlers: list[logging.Handler]
    moved: bool
    """The logs are elsewhere, since their own folder can't be written."""


def set_up(folder: Path, level: str = "INFO") -> LogFiles:
    """Logs into ``folder`` or, if that can't be written, into a new folder among the system's temporary files; warnings to standard error too."""
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # there is none under pythonw
        screen = logging.StreamHandler(sys.stderr)
        screen.setLevel(logging.WARNING)
        handlers.append(screen)
    used, file = _open(folder)
    if file is not None:
        handlers.append(file)
    root = logging.getLogger()
    root.setLevel(level)
    for handler in handlers:
        handler.setFormatter(Masked())
        root.addHandler(handler)
    if used != folder:
        _log.warning("the log folder can't be written, the logs are in %s", used or "no file")
    return LogFiles(used, handlers, used != folder)


def _open(folder: Path) -> tuple[Path | None, logging.Handler | None]:
    places: tuple[Callable[[], Path], ...] = (lambda: folder, lambda: Path(tempfile.mkdtemp(prefix="huawu-logs-")))
    for place in places:
        with contextlib.suppress(OSError):
            used = place()
            used.mkdir(parents=True, exist_ok=True)
            return used, RotatingFileHandler(used / NAME, maxBytes=BYTES, backupCount=FILES - 1, encoding="utf-8")
    return None, None


def catch_crashes(folder: Path | None) -> None:
    """Has the stack of each thread written to ``crashes.log`` when a fault in a library kills the process."""
    if folder is not None:
        with contextlib.suppress(OSError):
            faulthandler.enable((folder / CRASHES).open("a", encoding="utf-8"))


PROGRAM = "the program"
NO_END = "an object's end or a callback"
"""The place of a fault by which no thread has ended."""


def catch_faults(tell: Callable[[str], None]) -> None:
    """Logs uncaught exceptions with their tracebacks: those of threads, of the main program, of finalizers and of libraries' callbacks.

    ``tell`` is called on any thread, with the name of the thread that has ended, ``PROGRAM`` or ``NO_END``.
    """

    def note(where: str, info: _ExcInfo) -> None:
        _log.critical("a fault in %s", where, exc_info=info)
        tell(where)

    def at_top(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if isinstance(fault, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
        else:
            note(PROGRAM, (kind, fault, trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            note(
                args.thread.name if args.thread is not None else "a thread",
                (args.exc_type, args.exc_value, args.exc_traceback),
            )

    def while_dying(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            note(NO_END, (args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook, threading.excepthook, sys.unraisablehook = at_top, in_thread, while_dying


def log_change(old: DeskView, new: DeskView) -> None:
    """Logs what differs between two views, as ``old -> new``."""
    if (old.link, old.link_text) != (new.link, new.link_text):
        _log.info("link: %s -> %s %s", old.link, new.link, new.link_text)
    if old.phone is not new.phone:
        _log.info("phone: %s -> %s", old.phone, new.phone)
    before, after = _seat(old), _seat(new)
    if before != after:
        _log.info("seat: %s -> %s", before, after)
    if old.problem is not new.problem and new.problem is not None:
        _log.warning("problem: %s %s", new.problem.action, new.problem.code)
    gone = {each.action for each in old.pending} - {each.action for each in new.pending}
    for pending in new.pending:
        if pending.action not in {each.action for each in old.pending}:
            _log.info("asked: %s", pending.action)
    for action in sorted(gone):
        _log.info("ended: %s", action)


def _seat(view: DeskView) -> str:
    seat, call = view.state.seat, view.state.call
    if seat is None:
        return "nobody"
    reason = f" ({seat.reason})" if seat.reason is not None else ""
    return f"{seat.agent} {seat.state}{reason}" + (f" call {call.call} {call.state}" if call is not None else "")
