"""When a queue is open, and which of its neighbours help. Pure: everything from ``now`` (UTC seconds)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from shared.days import SHANGHAI
from shared.ids import QueueName
from switch_server.core.words import Hours, Queue


def is_open(queue: Queue, now: float) -> bool:
    """By its hours and holidays in Asia/Shanghai; without hours, always but on holidays."""
    local = datetime.fromtimestamp(now, UTC) + SHANGHAI
    if local.strftime("%Y%m%d") in queue.holidays:
        return False
    return not queue.hours or any(_covers(hours, local) for hours in queue.hours)


def _covers(hours: Hours, local: datetime) -> bool:
    return local.isoweekday() in hours.days and hours.open <= local.strftime("%H:%M") < hours.close


def named(queues: Iterable[Queue], name: QueueName) -> Queue:
    """One that a reload took away is served by anybody, by the defaults."""
    return next((queue for queue in queues if queue.name == name), Queue(name))


def helpers(queue: Queue, queues: tuple[Queue, ...], waited: float) -> Iterator[Queue]:
    """The queue itself, then those whose seats are asked too after so many seconds."""
    yield queue
    for overflow in queue.overflow:
        if waited >= overflow.after:
            yield named(queues, overflow.queue)


def next_overflow(queue: Queue, waited: float) -> float | None:
    """Seconds until one more queue helps."""
    return min((overflow.after - waited for overflow in queue.overflow if overflow.after > waited), default=None)
