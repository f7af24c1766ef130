"""Every ``DeskProblem.code`` that a desk can show; ``ui`` has a text for each of ``CODES``."""

import errno
from enum import StrEnum

from agent_app.model.desk.actions import Why
from shared.desk import DeskRefusal


class NoAnswer(StrEnum):
    """No answer from the switch (``shared.link.Failure``)."""

    NEVER_LEFT = "never_left"
    TIMED_OUT = "timed_out"
    LINK_LOST = "link_lost"
    UNSUPPORTED = "unsupported"
    REJECTED = "rejected"
    BAD_REPLY = "bad_reply"


class LogOutCause(StrEnum):
    """The switch ended the log-in (``shared.desk.LoggedOut``)."""

    OPERATOR = "operator"
    DISPLACED = "displaced"
    REMOVED = "removed"


class LocalProblem(StrEnum):
    """Found at the desk itself; nothing was sent (``JUST_CHANGED``: or the switch found it)."""

    BAD_NUMBER = "bad_number"
    BAD_DIGITS = "bad_digits"
    JUST_CHANGED = "just_changed"
    BAD_PHONE_NAME = "bad_phone_name"
    NO_TARGET = "no_target"
    NO_NAME = "no_name"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    NO_TITLE = "no_title"
    CANNOT_WRITE = "cannot_write"
    DISK_FULL = "disk_full"
    NO_ACCESS = "no_access"
    NO_FOLDER = "no_folder"
    LOGS_MOVED = "logs_moved"
    PROGRAM_FAULT = "program_fault"
    WINDOW_FAULT = "window_fault"


_FILE_PROBLEMS = {
    LocalProblem.DISK_FULL: (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    LocalProblem.NO_ACCESS: (errno.EACCES, errno.EPERM, errno.EROFS),
    LocalProblem.NO_FOLDER: (errno.ENOENT, errno.ENOTDIR),
}


def file_problem(error: OSError) -> LocalProblem:
    """The code for a file that can't be written; the system's text is English, and for the log."""
    return next((code for code, numbers in _FILE_PROBLEMS.items() if error.errno in numbers), LocalProblem.CANNOT_WRITE)


class PhoneProblemCode(StrEnum):
    """Codes of the phone that are shown; its other codes (``agent_app.model.sound.phone_messages.PhoneProblem``) are for the log."""

    PHONE_DOWN = "phone_down"
    NO_HEADSET = "no_headset"
    NO_DEVICES = "no_devices"
    DEVICE_FAILED = "device_failed"
    PORT_TAKEN = "port_taken"


CODES = frozenset(
    {
        *(
            str(code)
            for kind in (DeskRefusal, Why, NoAnswer, LogOutCause, LocalProblem, PhoneProblemCode)
            for code in kind
        )
    }
    - {str(Why.PENDING)}
)
"""All codes but ``pending``, which is never a problem."""
