"""Which variables a call has for certain at each step of a flow (变量): whatever way led there. Pure.

A flow that speaks or uses what a caller may not have keyed yet would fault in the middle of a call, so it is refused when it is loaded.
"""

from collections.abc import Iterator

from switch_server.core.flow.services import REFUSED, SERVICES
from switch_server.core.flow.steps import (
    AnyStep,
    CallbackStep,
    Dial,
    Flow,
    Input,
    Piece,
    QueueStep,
    ServiceStep,
    SetStep,
    Slot,
    targets,
)

CALL = frozenset({"ani", "dnis"})
"""There from the first step."""
ROW = "row"
IN_QUEUE = frozenset({"queue_position", "queue_minutes"})
"""There in a queue's announcement, made anew before each."""
SPOKEN = ("money", "price", "quantity", "number", "digits", "stock", "time", "each")
Use = tuple[tuple[str | int, ...], str]
"""Path of the key below the step, and the variable's name."""


def known(flow: Flow) -> dict[str, frozenset[str]]:
    """Step -> variables that are there on each way to it. Every target must exist and every service be known."""
    found: dict[str, frozenset[str]] = {flow.start: CALL}
    todo = [flow.start]
    while todo:
        name = todo.pop()
        for field, to in targets(flow.steps[name]):
            here = _after(flow.steps[name], field, found[name])
            before = found.get(to)
            now = here if before is None else before & here
            if now != before:
                found[to] = now
                todo.append(to)
    return found


def _after(step: AnyStep, field: str, before: frozenset[str]) -> frozenset[str]:
    match step:
        case Input() if field == "next":
            return before | {step.into}
        case SetStep():
            return before | step.values.keys()
        case ServiceStep():
            service = SERVICES[step.service]
            outcome = field.removeprefix("on.")
            gained = {"refusal"} if outcome == REFUSED else service.gives if outcome in ("ok", "accepted") else set()
            return (before - service.takes) | gained
        case CallbackStep() if field == "answer":
            return CALL  # another call, on another day perhaps
        case _:
            return before


def used(step: AnyStep) -> Iterator[Use]:
    """What the step speaks or needs."""
    yield from _spoken(getattr(step, "say", ()), ("say",), frozenset())
    match step:
        case QueueStep():
            yield from _spoken(step.announce, ("announce",), IN_QUEUE)
            yield from _spoken(step.excuse, ("excuse",), frozenset())
        case ServiceStep():
            for name in sorted(SERVICES[step.service].needs):
                yield ("service",), name
        case SetStep():
            for name, value in step.values.items():
                if isinstance(value, str) and value.startswith("{"):
                    yield ("values", name), _root(value.strip("{}"))
        case Dial() if step.number.startswith("{"):
            yield ("number",), _root(step.number.strip("{}"))
        case _:
            pass


def spoken_in(pieces: tuple[Piece, ...], path: tuple[str | int, ...]) -> Iterator[Use]:
    """Of a list of pieces."""
    return _spoken(pieces, path, frozenset())


def _spoken(pieces: tuple[Piece, ...], path: tuple[str | int, ...], bound: frozenset[str]) -> Iterator[Use]:
    for index, slot in enumerate(pieces):
        if not isinstance(slot, Slot):
            continue
        here = (*path, index)
        for field in SPOKEN:
            value = getattr(slot, field)
            if value is not None and _root(value) not in bound:
                yield (*here, field), _root(value)
        if (
            slot.word
            and "{" in slot.word
            and (name := _root(slot.word.partition("{")[2].partition("}")[0])) not in bound
        ):
            yield (*here, "word"), name
        yield from _spoken(slot.say, (*here, "say"), bound | {ROW})
        yield from _spoken(slot.empty, (*here, "empty"), bound)


def secrets(flow: Flow) -> frozenset[str]:
    """Variables that hold what was keyed in secret: never spoken, never copied."""
    return frozenset(step.into for step in flow.steps.values() if isinstance(step, Input) and step.secret)


def _root(name: str) -> str:
    return name.partition(".")[0]
