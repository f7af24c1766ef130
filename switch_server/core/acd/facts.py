"""What queues and callbacks are told at start, and their choices, as they are journalled."""

from shared.ids import (
    CallId,
    CardId,
    QueueName,
)
from switch_server.core.words import Event


class CallbackRecovered(Event, frozen=True):
    """At start, from the store: somebody still waits to be called back. ``id``: of the call in which they asked for it."""

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
    """At start, from the store: how often each number has asked to be called back today (Asia/Shanghai)."""

    numbers: dict[str, int]


class QueueJudged(Event, frozen=True):
    """The journal's form of the answer to a call's ``number``-th wish to wait: ``open``, ``closed`` or ``full``. Fed before all else."""

    call: CallId
    number: int
    verdict: str


class CallbackJudged(Event, frozen=True):
    """The journal's form of the answer to a call's ``number``-th wish to be called back (``core.acd.callbacks.Verdict``). Fed before all else."""

    call: CallId
    number: int
    verdict: str
