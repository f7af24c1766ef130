"""Rows of queues in the store: one for each visit (a caller's request to enter a queue), and one for each callback.

A caller who goes back to the queue because an agent's desk was lost continues the same visit, which stays answered.
"""

from enum import StrEnum
from typing import ClassVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from shared.enums import CallKind
from shared.ids import CallId, CardId, QueueName
from switch_server.core.words import Queue, QueuePlace, Row, SaveRecord, save_record


class VisitEnd(StrEnum):
    """How a visit ended; ``closed`` and ``full``: the caller was not let in."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """The call ended while the caller waited."""
    LEFT = "left"
    """The flow took the caller out: by a key (a callback …), or after the longest wait."""
    CLOSED = "closed"
    FULL = "full"
    LOST = "lost"
    """The switch was killed while the caller waited."""


class VisitRow(Row, frozen=True, kw_only=True):
    TABLE: ClassVar[str] = "queue_visits"

    call: CallId | UnsetType = UNSET
    queue: QueueName | UnsetType = UNSET
    kind: CallKind | UnsetType = UNSET
    entered_at: float | UnsetType = UNSET
    service_level_ms: int | UnsetType = UNSET
    """The queue's ``service_level`` at that time, in ms."""
    left_at: float | UnsetType = UNSET
    waited_ms: int | UnsetType = UNSET
    outcome: VisitEnd | UnsetType = UNSET


class CallbackRow(Row, frozen=True, kw_only=True):
    """``id``: of the call in which the callback was asked for."""

    TABLE: ClassVar[str] = "callbacks"

    queue: QueueName
    number: str
    since: float
    priority: int
    flow: str
    step: str
    tries: int
    state: str
    card: CardId | None


def refused(call: CallId, queue: Queue, at: float, verdict: str) -> SaveRecord:
    return save_record(replace(_begun(call, queue, at), left_at=at, waited_ms=0, outcome=VisitEnd(verdict)))


def entered(call: CallId, queue: Queue, at: float, *, called_back: bool) -> VisitRow:
    """``called_back``: the caller of an answered callback takes the kept place."""
    return _begun(call, queue, at, CallKind.CALLBACK if called_back else CallKind.IN)


def left(place: QueuePlace, queue: Queue, at: float, outcome: VisitEnd) -> SaveRecord:
    """A place without a row gets a whole row."""
    row = VisitRow(id=place.visit) if place.visit else _begun(place.call, queue, place.entered)
    return save_record(replace(row, left_at=at, waited_ms=round((at - place.entered) * 1000), outcome=outcome))


def _begun(call: CallId, queue: Queue, at: float, kind: CallKind = CallKind.IN) -> VisitRow:
    """The row's key is unique, since a call is in one queue at a time."""
    return VisitRow(
        id=f"{call}/{queue.name}@{round(at * 1e6)}", call=call, queue=queue.name, kind=kind, entered_at=at,
        service_level_ms=round(queue.service_level * 1000),
    )  # fmt: skip
