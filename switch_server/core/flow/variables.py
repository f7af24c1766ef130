"""The variables that have a value for certain at each step of a flow (变量), on every way to the step. Pure.

A flow that uses a variable without a value would end the call with a fault, so such a flow is refused when it is loaded.
"""

from collections.abc import Iterator

from switch_server.core.flow.pieces import VariableUse, used_in
from switch_server.core.flow.step import Flow, Step

CALL = frozenset({"ani", "dnis"})
"""Variables that every call has from the first step on."""


def known(flow: Flow) -> dict[str, frozenset[str]]:
    """Step -> variables that have a value on every way to the step. Every target must exist and every service be known."""
    found: dict[str, frozenset[str]] = {flow.start: CALL}
    todo = [flow.start]
    while todo:
        name = todo.pop()
        for path, to in flow.steps[name].targets():
            here = flow.steps[name].variables_after(path, found[name])
            before = found.get(to)
            now = here if before is None else before & here
            if now != before:
                found[to] = now
                todo.append(to)
    return found


def used(step: Step) -> Iterator[VariableUse]:
    """The variables that the step speaks or needs."""
    for field, pieces, bound in step.spoken():
        yield from used_in(pieces, (field,), bound)
    yield from step.needs()


def secrets(flow: Flow) -> frozenset[str]:
    """Variables that a secret input sets: never spoken, copied or dialled."""
    return frozenset(name for step in flow.steps.values() if (name := step.keyed_in_secret) is not None)
