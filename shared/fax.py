"""Fax (传真): ids, states and results that switch and desks share. Values are ASCII and stable; texts for people are in ``resources/``."""

from enum import StrEnum
from typing import NewType

FaxId = NewType("FaxId", str)
"""One fax, sent (``f…``, all tries of it) or received (``r…``)."""
DocumentId = NewType("DocumentId", str)
"""A document in the spool, as pages of TIFF class F (RFC 2306)."""


class FaxModem(StrEnum):
    """The fastest modem that a try may use (ITU-T T.30, V.17 / V.29 / V.27 ter)."""

    V17 = "v17"
    V29 = "v29"
    V27TER = "v27ter"


class FaxState(StrEnum):
    """The state of a fax to be sent."""

    WAITING = "waiting"  # for its time, for a line or a channel, or for the next try
    DIALLING = (
        "dialling"  # on a live call: from the agent's or the caller's request to the first frame of the far machine
    )
    SENDING = "sending"
    SENT = "sent"  # every page confirmed
    FAILED = "failed"  # after the last try
    CANCELLED = "cancelled"


class FaxResult(StrEnum):
    """Why a try, or the reception of a fax, ended."""

    OK = "ok"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NO_LINE = "no_line"  # no trunk may dial the number, or the carrier refused it
    NO_FAX = "no_fax"  # a voice answered: no frame of T.30 was heard
    TRAINING = "training"  # training failed at every speed
    DROPPED = "dropped"  # the line ended before the last page was confirmed
    PROTOCOL = "protocol"  # any other error of T.30; the code says which
    INCOMPATIBLE = "incompatible"  # the far machine can't receive, or can't take the page's size or resolution
    BAD_FILE = "bad_file"
    CARD_LOST = "card_lost"  # the fax card's process died
    SPOOL_FULL = "spool_full"
    STOPPED = "stopped"  # cancelled, or the switch was stopped


class FaxPriority(StrEnum):
    """The order of waiting faxes. An urgent one is also sent in the quiet hours."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


class ReceivedState(StrEnum):
    """The state of a received fax, as work for a group of agents."""

    RECEIVING = "receiving"
    NEW = "new"
    TAKEN = "taken"  # by an agent
    DONE = "done"
    FAILED = "failed"  # the call ended before the first page


class FaxVerdict(StrEnum):
    """The answer to who asks for a fax to be sent."""

    ACCEPTED = "accepted"  # on disk
    DUPLICATE = "duplicate"  # the same party has asked for the same pages to the same number: that fax stays, no second one is made
    NOT_ALLOWED = "not_allowed"  # the rules for numbers forbid it, or no trunk may dial it
    TOO_MANY = "too_many"  # too many faxes wait
    NOT_KEPT = "not_kept"  # the disk did not take it, or the space for faxes is used up: it is not sent
    NO_CALL = "no_call"  # the call on which it was to be sent is over, or has a fax already


FINAL_FAX_STATES = frozenset({FaxState.SENT, FaxState.FAILED, FaxState.CANCELLED})
