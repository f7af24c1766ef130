"""What any two programs of Huawu say to each other before and beside their business: the session's own messages.

The program that connects says ``Hello`` first; the one that listens answers ``Welcome`` or ``Rejected``. After that both sides
send requests, replies and numbered reports of their own tables (``shared.aci`` for branches) and ``Heartbeat`` in between.
``docs/protocol.md`` tells it with pictures.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from shared.bounds import Count, Line, Sentence

PROTOCOL: Final = 1
"""Raised by one when a session of the old kind and one of the new can't understand each other."""


class RejectCode(StrEnum):
    """Why a frame or a whole session was refused. Stable; text for people lives in ``resources/``."""

    PROTOCOL = "protocol"  # the two sides speak different protocol versions
    HELLO_FIRST = "hello_first"  # anything else came before Hello, or the session is already over
    BAD_FRAME = "bad_frame"  # not a frame of ours, or its body does not fit its type
    TOO_MANY_BAD = "too_many_bad"  # the session is ended after so many bad frames
    RATE = "rate"  # more frames a second than the rules allow
    DISPLACED = "displaced"  # the same peer opened a newer session
    SILENT = "silent"  # nothing was heard for the time that the heartbeat promises
    LOST = "lost"  # the connection broke
    STOPPED = "stopped"  # this side is being stopped
    UNKNOWN_KEY = "unknown_key"  # ZAP: the public key is nobody's
    FAULT = "fault"  # a handler of ours raised: our bug, the request is lost, the session lives


class SessionMessage(Struct, frozen=True, tag=True, tag_field="type"):
    """Root of the session's own messages."""


class Hello(SessionMessage, frozen=True):
    """First frame of the side that connects. ``version`` is the program's, for people; ``protocol`` decides."""

    protocol: Count
    program: Line
    version: Line


class Welcome(SessionMessage, frozen=True):
    """Answer to ``Hello``: the session is open. Both sides send ``Heartbeat`` each ``heartbeat_s`` seconds from now on."""

    protocol: Count
    program: Line
    version: Line
    heartbeat_s: float


class Heartbeat(SessionMessage, frozen=True):
    """I live. One with ``in_reply_to`` zero is answered by one that names it: that is the round trip."""


class Goodbye(SessionMessage, frozen=True):
    """The sender ends the session on purpose and sends nothing after it."""

    code: RejectCode = RejectCode.STOPPED


class Unsupported(SessionMessage, frozen=True):
    """Reply to a frame whose type the receiver does not know. The session goes on."""

    name: Line


class Rejected(SessionMessage, frozen=True):
    """With ``in_reply_to``: that request was refused. Without: the session is over."""

    code: RejectCode
    text: Sentence = ""


class SnapshotRequest(SessionMessage, frozen=True):
    """Reports were lost (gap or reconnect) and can't be had again one by one: send the whole state. Answered by the table's snapshot."""


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
