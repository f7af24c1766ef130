"""What the store keeps of queues (table ``queue_visits``): one row for each wish of a caller to wait in one. Times UTC seconds, durations ms.

A caller who is given back to the queue because an agent's desk was lost is on the same visit, which was answered.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

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
    row = _begin(call, queue, call.now)
    _save(call, row | {"left_at": call.now, "waited_ms": 0, "outcome": VisitEnd(verdict)})


def entered(call: "Call", queue: "Queue", place: "Waiting", *, kept: bool = False) -> None:
    """``kept``: they were called back, and take the place that was kept for them."""
    place.entered = call.now
    row = _begin(call, queue, place.entered, CallKind.CALLBACK if kept else CallKind.IN)
    place.visit = row["id"]
    _save(call, row)


def left(call: "Call", queue: "Queue", place: "Waiting", *, answered: bool) -> None:
    """The first answer stands, whatever comes after it. A place of which nothing was kept yet is kept whole."""
    if place.served:
        return
    place.served = answered
    row = {"id": place.visit} if place.visit else _begin(call, queue, place.entered)
    outcome = VisitEnd.ANSWERED if answered else VisitEnd.LEFT if call.cause is None else VisitEnd.ABANDONED
    waited = round((call.now - place.entered) * 1000)
    _save(call, row | {"left_at": call.now, "waited_ms": waited, "outcome": outcome})


def _begin(call: "Call", queue: "Queue", at: float, kind: CallKind = CallKind.IN) -> dict[str, Any]:
    """``service_level_ms``: what the queue promised then. The key: a call is at one queue at a time."""
    return {
        "id": f"{call.id}/{queue.name}@{round(at * 1e6)}",
        "call": call.id,
        "queue": queue.name,
        "kind": kind,
        "entered_at": at,
        "service_level_ms": round(queue.service_level * 1000),
    }


def _save(call: "Call", row: dict[str, Any]) -> None:
    call.emit(SaveRecord(TABLE, row))
