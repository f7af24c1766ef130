"""Consequences of the end of a seat's talk: for its leg, for the agent who asked the seat, for the seat."""

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
"""End cause of the desk's leg, and of a call that its agent dialled."""
DIAL_NOTICES = {
    EndCause.FAR_BUSY: "dial_busy",
    EndCause.NO_ANSWER: "dial_no_answer",
    EndCause.FAR_REFUSED: "dial_refused",
    EndCause.REJECTED_FULL: "dial_no_line",
}
"""Codes of ``shared.desk.Notice``: why the dialled party did not come."""


def came_back_of(outcome: Outcome) -> CameBack:
    """How an asked seat failed to come, for the desk of the agent who asked."""
    if outcome is Outcome.NO_ANSWER:
        return CameBack.NO_ANSWER
    return CameBack.REFUSED if outcome is Outcome.REFUSED else CameBack.UNREACHABLE


def lock_after(talk: Talk) -> LockReason | None:
    """The reason for which the seat is locked after this talk, until its agent opens it; ``None``: it is not locked for it."""
    if talk.outcome in (Outcome.PHONE_LOST, Outcome.LOST):
        return LockReason.PHONE_LOST
    let_ring = talk.outcome in (Outcome.NO_ANSWER, Outcome.REFUSED) and not talk.auto and talk.queue is not None
    return LockReason.NO_ANSWER if let_ring else None
