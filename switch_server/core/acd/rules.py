"""Opening hours of a queue, and its overflow to other queues. Pure: ``now`` is an argument (UTC seconds)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from shared.days import SHANGHAI
from shared.ids import QueueName
from switch_server.core.words import Hours, Queue


def is_open(queue: Queue, now: float) -> bool:
    """Whether the queue is open by its hours and holidays in Asia/Shanghai; a queue without hours is always open except on holidays."""
    local = datetime.fromtimestamp(now, UTC) + SHANGHAI
    if local.strftime("%Y%m%d") in queue.holidays:
        return False
    return not queue.hours or any(_covers(hours, local) for hours in queue.hours)


def _covers(hours: Hours, local: datetime) -> bool:
    return local.isoweekday() in hours.days and hours.open <= local.strftime("%H:%M") < hours.close


def queue_named(queues: Iterable[Queue], name: QueueName) -> Queue:
    """The queue of that name. A queue that a reload has removed has the defaults: any agent serves it."""
    return next((queue for queue in queues if queue.name == name), Queue(name))


def serving_queues(queue: Queue, queues: tuple[Queue, ...], waited: float) -> Iterator[Queue]:
    """The queue itself, then the overflow queues whose seats may take a caller who has waited for ``waited`` seconds."""
    yield queue
    for overflow in queue.overflow:
        if waited >= overflow.after:
            yield queue_named(queues, overflow.queue)


def next_overflow(queue: Queue, waited: float) -> float | None:
    """Seconds until the next overflow; ``None``: no more overflow."""
    return min((overflow.after - waited for overflow in queue.overflow if overflow.after > waited), default=None)
