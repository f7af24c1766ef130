"""Facts of queues and callbacks: those of the store at start, and the journalled verdicts."""

from shared.ids import (
    CallId,
    CardId,
    QueueName,
)
from switch_server.core.words import Event


class CallbackRecovered(Event, frozen=True):
    """At start, from the store: a callback that is still to be made. ``id``: of the call in which it was asked for."""

    id: CallId
    queue: QueueName
    number: str
    since: float
    priority: int
    flow: str
    step: str
    tries: int = 0
    card: CardId | None = None


class CallbacksCounted(Event, frozen=True):
    """At start, from the store: number of callbacks that each number has asked for today (Asia/Shanghai)."""

    numbers: dict[str, int]


class QueueJudged(Event, frozen=True):
    """The verdict on a call's request number ``number`` to enter a queue: ``open``, ``closed`` or ``full``. A replay handles these before all other events."""

    call: CallId
    number: int
    verdict: str


class CallbackJudged(Event, frozen=True):
    """The verdict on a call's request number ``number`` for a callback (``CallbackVerdict``). A replay handles these before all other events."""

    call: CallId
    number: int
    verdict: str
