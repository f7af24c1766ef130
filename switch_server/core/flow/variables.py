"""Which variables a call has for certain at each step of a flow (变量): whatever way led there. Pure.

A flow that speaks or uses what a caller may not have keyed yet would fault in the middle of a call, so it is refused when it is loaded.
"""

from collections.abc import Iterator

from switch_server.core.flow.pieces import Use, used_in
from switch_server.core.flow.step import Flow, Step

CALL = frozenset({"ani", "dnis"})
"""There from the first step."""


def known(flow: Flow) -> dict[str, frozenset[str]]:
    """Step -> variables that are there on each way to it. Every target must exist and every service be known."""
    found: dict[str, frozenset[str]] = {flow.start: CALL}
    todo = [flow.start]
    while todo:
        name = todo.pop()
        for path, to in flow.steps[name].targets():
            here = flow.steps[name].after(path, found[name])
            before = found.get(to)
            now = here if before is None else before & here
            if now != before:
                found[to] = now
                todo.append(to)
    return found


def used(step: Step) -> Iterator[Use]:
    """What the step speaks or needs."""
    for field, pieces, bound in step.spoken():
        yield from used_in(pieces, (field,), bound)
    yield from step.needs()


def secrets(flow: Flow) -> frozenset[str]:
    """Variables that hold what was keyed in secret: never spoken, never copied."""
    return frozenset(name for step in flow.steps.values() if (name := step.keyed_in_secret) is not None)
