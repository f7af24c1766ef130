"""``callback`` (预约回拨): the caller's place in a queue is kept after the call has ended."""

from collections.abc import Iterator
from typing import ClassVar

from shared.ids import QueueName
from switch_server.core.flow.kinds.queue import QueueStep
from switch_server.core.flow.pieces import FlowContext, Problem
from switch_server.core.flow.step import FlowSteps, Step, in_step, queue_problems
from switch_server.core.flow.variables import CALL
from switch_server.core.flow.walk import Walk


class CallbackStep(Step, frozen=True, tag="callback", forbid_unknown_fields=True):
    """预约回拨: keeps the caller's place in ``queue``; the caller is called back at the calling number (ANI) when it is their turn.

    ``answer``: the step at which the answered callback begins; a queue step of the same queue must follow, where the caller has the old
    place. ``on_failed``: the callback is refused (``Callbacks.request`` says when).
    """

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[(", ")]")

    queue: str
    next: str
    answer: str
    on_failed: str

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next), ("answer", self.answer), ("on_failed", self.on_failed)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from queue_problems(self.queue, context)

    def placement_problems(self, name: str, flow: FlowSteps) -> Iterator[Problem]:
        """Every way to this step must be a key of a queue step of the same queue, and ``answer`` must lead back to such a step."""
        if flow.start == name:
            yield Problem(("start",), "a callback is asked for by a key of a queue step")
        for origin, step in flow.steps.items():
            for path, to in step.targets():
                waits = isinstance(step, QueueStep) and step.queue == self.queue and path.startswith("keys.")
                if to == name and not waits:
                    text = f"{name!r} keeps a place in {self.queue!r}: only a key of a queue step of that queue may lead there"
                    yield Problem(in_step(origin, path), text)
        if not self._leads_to_queue(flow):
            text = f"no way leads from {self.answer!r} to a queue step of {self.queue!r}"
            yield Problem(("steps", name, "answer"), text)

    def _leads_to_queue(self, flow: FlowSteps) -> bool:
        seen, todo = {self.answer}, [self.answer]
        while todo:
            here = flow.steps[todo.pop()]
            if isinstance(here, QueueStep) and here.queue == self.queue:
                return True
            more = {to for _, to in here.targets()} - seen
            seen |= more
            todo += more
        return False

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        """``answer`` begins another call, perhaps on another day: it has only the variables of every call."""
        return CALL if path == "answer" else before

    def summary(self) -> str:
        return self.queue

    def enter(self, walk: Walk) -> None:
        kept = walk.host.keep_place(QueueName(self.queue), self.answer)
        walk.go(self.next if kept else self.on_failed, "place_kept" if kept else "no_place")
