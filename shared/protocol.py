"""The messages of the session itself, the same on every link of Huawu.

The program that connects sends ``Hello`` first; the program that listens answers ``Welcome`` or ``Rejected``. After that both sides
send the requests, replies and numbered reports of their own tables (``shared.aci`` for branches), and ``Heartbeat`` in between.
``docs/protocol.md`` explains it with diagrams.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from shared.bounds import Count, Line, Sentence

PROTOCOL: Final = 1
"""Increased by one when sessions of the old and of the new version can't understand each other."""


class RejectCode(StrEnum):
    """Why a frame or a whole session was refused. Stable; texts for people are in ``resources/``."""

    PROTOCOL = "protocol"  # the two sides speak different protocol versions
    HELLO_FIRST = "hello_first"  # another frame came before Hello, or the session is already over
    BAD_FRAME = "bad_frame"  # no valid frame, or its body does not fit its type
    TOO_MANY_BAD = "too_many_bad"  # too many bad frames end the session
    RATE = "rate"  # more frames a second than the rules allow
    DISPLACED = "displaced"  # the same peer opened a newer session
    SILENT = "silent"  # no frame came within the time that the heartbeat promises
    LOST = "lost"  # the connection broke
    STOPPED = "stopped"  # this side is being stopped
    UNKNOWN_KEY = "unknown_key"  # ZAP: the public key is unknown
    FAULT = "fault"  # a handler raised: a bug of this side; the request is lost, the session goes on


class SessionMessage(Struct, frozen=True, tag=True, tag_field="type"):
    """Root of the session's own messages."""


class Hello(SessionMessage, frozen=True):
    """The first frame of the side that connects. ``version`` is the program's, for people; compatibility depends on ``protocol``."""

    protocol: Count
    program: Line
    version: Line


class Welcome(SessionMessage, frozen=True):
    """The answer to ``Hello``: the session is open. From now on both sides send ``Heartbeat`` every ``heartbeat_s`` seconds."""

    protocol: Count
    program: Line
    version: Line
    heartbeat_s: float


class Heartbeat(SessionMessage, frozen=True):
    """A sign of life. A heartbeat whose ``in_reply_to`` is zero is answered by a heartbeat that names it; this measures the round trip."""


class Goodbye(SessionMessage, frozen=True):
    """The sender ends the session on purpose; no frame follows."""

    code: RejectCode = RejectCode.STOPPED


class Unsupported(SessionMessage, frozen=True):
    """The reply to a frame of unknown type. The session goes on."""

    name: Line


class Rejected(SessionMessage, frozen=True):
    """With ``in_reply_to``: that request was refused. Without: the session is over."""

    code: RejectCode
    text: Sentence = ""


class SnapshotRequest(SessionMessage, frozen=True):
    """Asks for the whole state, since reports were lost (gap or reconnect). Answered by the table's snapshot."""


SESSION_MESSAGES: tuple[type[SessionMessage], ...] = (
    Hello,
    Welcome,
    Heartbeat,
    Goodbye,
    Unsupported,
    Rejected,
    SnapshotRequest,
)


def version_gap(ours: int, our_program: str, theirs: int, their_program: str) -> str:
    """One sentence that says which side is older and must be updated."""
    older, newer = (our_program, their_program) if ours < theirs else (their_program, our_program)
    low, high = sorted((ours, theirs))
    return f"{older} is older: it speaks protocol {low}, {newer} speaks {high}; update {older}"
