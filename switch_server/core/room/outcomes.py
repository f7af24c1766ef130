"""What the end of a seat's part in a call means: for its leg, for whoever asked it in, for the seat."""

from shared.desk import CameBack
from shared.enums import EndCause, LockReason
from switch_server.core.room.room import Outcome, Talk

UNREACHABLE = (403, 404, 408)
CAUSES = {
    Outcome.ANSWERED: EndCause.AGENT_HUNG_UP,
    Outcome.CALLER_GONE: EndCause.CANCELLED,
    Outcome.NO_ANSWER: EndCause.NO_ANSWER,
    Outcome.REFUSED: EndCause.NO_ANSWER,
    Outcome.LOST: EndCause.DESK_LOST,
    Outcome.PHONE_LOST: EndCause.FAR_LOST,
    Outcome.OFFLINE: EndCause.DESK_LOST,
    Outcome.NO_CHANNEL: EndCause.REJECTED_FULL,
}
"""Of the desk's leg; of a call that its agent dialled, too."""
NOT_REACHED = {
    EndCause.FAR_BUSY: "dial_busy",
    EndCause.NO_ANSWER: "dial_no_answer",
    EndCause.FAR_REFUSED: "dial_refused",
    EndCause.REJECTED_FULL: "dial_no_line",
}
"""Codes of ``shared.desk.Notice``: why the agent who dialled is alone again."""


def word_of(outcome: Outcome) -> CameBack:
    """Of a seat that was asked and did not come."""
    if outcome is Outcome.NO_ANSWER:
        return CameBack.NO_ANSWER
    return CameBack.REFUSED if outcome is Outcome.REFUSED else CameBack.UNREACHABLE


def blame(talk: Talk) -> LockReason | None:
    """Why the seat takes no more calls until its agent opens it."""
    if talk.outcome in (Outcome.PHONE_LOST, Outcome.LOST):
        return LockReason.PHONE_LOST
    let_ring = talk.outcome in (Outcome.NO_ANSWER, Outcome.REFUSED) and not talk.auto and talk.queue is not None
    return LockReason.NO_ANSWER if let_ring else None
