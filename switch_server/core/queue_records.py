"""What the store keeps of queues (table ``queue_visits``): one row for each wish of a caller to wait in one. Times UTC seconds, durations ms.

A caller who is given back to the queue because an agent's desk was lost is on the same visit, which was answered.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from shared.enums import CallKind
from switch_server.core.effects import SaveRecord

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.config import Queue
    from switch_server.core.waiting import Waiting

TABLE = "queue_visits"


class VisitEnd(StrEnum):
    """How a visit ended; ``closed`` and ``full`` are of callers who were not let in."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """The call ended while they waited."""
    LEFT = "left"
    """The flow led them out: by a key (a callback …), or after its longest wait."""
    CLOSED = "closed"
    FULL = "full"
    LOST = "lost"
    """The switch was killed meanwhile."""


def refused(call: "Call", queue: "Queue", verdict: str) -> None:
    end = {"left_at": call.now, "waited_ms": 0, "outcome": VisitEnd(verdict)}
    _save(call, f"{call.id}/q{call.wishes}", **_begin(call, queue, CallKind.IN), **end)


def entered(call: "Call", queue: "Queue", place: "Waiting", *, kept: bool) -> None:
    """``kept``: they were called back, and take the place that was kept for them."""
    place.visit, place.entered = f"{call.id}/q{call.wishes}", call.now
    _save(call, place.visit, **_begin(call, queue, CallKind.CALLBACK if kept else CallKind.IN))


def left(call: "Call", place: "Waiting", *, answered: bool) -> None:
    """The first answer stands, whatever comes after it."""
    if place.served:
        return
    place.served = answered
    outcome = VisitEnd.ANSWERED if answered else VisitEnd.LEFT if call.cause is None else VisitEnd.ABANDONED
    waited = round((call.now - place.entered) * 1000)
    _save(call, place.visit, left_at=call.now, waited_ms=waited, outcome=outcome)


def _begin(call: "Call", queue: "Queue", kind: CallKind) -> dict[str, object]:
    """``service_level``: what the queue promised then, ms."""
    return {
        "call": call.id,
        "queue": queue.name,
        "kind": kind,
        "entered_at": call.now,
        "service_level_ms": round(queue.service_level * 1000),
    }


def _save(call: "Call", visit: str, /, **row: object) -> None:
    call.emit(SaveRecord(TABLE, {"id": visit} | row))
