"""What the checker says of queues and callbacks (排队, 预约回拨) in a flow. Pure; gives (path of the key, text)."""

from collections.abc import Iterator

from shared.ids import QueueName
from switch_server.core.flow.steps import CallbackStep, Flow, QueueStep, targets

Found = Iterator[tuple[tuple[str | int, ...], str]]


def step(step: QueueStep | CallbackStep, queues: frozenset[QueueName]) -> Found:
    """``queues``: those of the configuration; empty: not known, so not checked."""
    if queues and step.queue not in queues:
        yield ("queue",), f"no queue {step.queue!r}; there are: {', '.join(sorted(queues))}"
    if isinstance(step, QueueStep):
        for name in ("wait", "announce_every"):
            if getattr(step, name) <= 0:
                yield (name,), "seconds above 0"


def graph(flow: Flow) -> Found:
    """A callback keeps a place, so each way to it is a key of a step that waits in the same queue, and its answer leads back there."""
    callbacks = {name: step for name, step in flow.steps.items() if isinstance(step, CallbackStep)}
    if flow.start in callbacks:
        yield ("start",), "a callback is asked for by a key of a queue step"
    for name, origin in flow.steps.items():
        for field, to in targets(origin):
            if to not in callbacks:
                continue
            waits = isinstance(origin, QueueStep) and origin.queue == callbacks[to].queue and field.startswith("keys.")
            if not waits:
                text = f"{to!r} keeps a place in {callbacks[to].queue!r}: only a key of a queue step of that queue may lead there"
                yield ("steps", name, *field.split(".", 1)), text
    for name, asked in callbacks.items():
        if not _leads_to_queue(flow, asked):
            yield ("steps", name, "answer"), f"no way leads from {asked.answer!r} to a queue step of {asked.queue!r}"


def _leads_to_queue(flow: Flow, callback: CallbackStep) -> bool:
    seen, todo = {callback.answer}, [callback.answer]
    while todo:
        here = flow.steps[todo.pop()]
        if isinstance(here, QueueStep) and here.queue == callback.queue:
            return True
        more = {to for _, to in targets(here)} - seen
        seen |= more
        todo += more
    return False
