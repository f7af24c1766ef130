"""The check of a flow before it may answer calls. Pure; each problem has the path of its key, which the loader turns into a line number.

Checked: every target exists, every step can be reached and can reach an end, prompts exist in both languages, variables have a value
before they are used, and the checks of each kind of step: of its own data (``Step.problems``) and of its place in the flow (``Step.placement_problems``).
"""

from collections.abc import Iterator
from difflib import get_close_matches

from switch_server.core.flow import variables
from switch_server.core.flow.pieces import FlowContext, Problem, problems_of, used_in
from switch_server.core.flow.step import Flow, Step


def check(flow: Flow, context: FlowContext) -> list[Problem]:
    """All problems of the flow; empty when the flow may be used. The graph and the variables are checked only where all else is right."""
    problems = [*_start(flow), *_says(flow, context)]
    for name, step in flow.steps.items():
        problems += [Problem(("steps", name, *p.path), p.text) for p in _step(step, flow, context)]
    if not problems:
        problems += [*_unreachable(flow), *_dead_ends(flow)]
        problems += [found for name, step in flow.steps.items() for found in step.placement_problems(name, flow)]
        problems += _variables(flow)
    return problems


def _start(flow: Flow) -> Iterator[Problem]:
    if not flow.numbers:
        yield Problem(("numbers",), "no number: nobody could call this flow")
    if flow.start not in flow.steps:
        yield Problem(("start",), _no_step(flow.start, flow))


def _says(flow: Flow, context: FlowContext) -> Iterator[Problem]:
    asks = any(step.COMPLAINS for step in flow.steps.values())
    for about in ("invalid", "no_input"):
        if asks and not flow.says.get(about):
            yield Problem(("says",), f"{about!r} is missing: what is said after a wrong key, or none")
    for about, pieces in flow.says.items():
        if about not in ("invalid", "no_input"):
            yield Problem(("says", about), "unknown; allowed: invalid, no_input")
        yield from problems_of(pieces, ("says", about), context)


def _step(step: Step, flow: Flow, context: FlowContext) -> Iterator[Problem]:
    for path, to in step.targets():
        if to not in flow.steps:
            yield Problem(tuple(path.split(".", 1)), _no_step(to, flow))
    for field, pieces, _ in step.spoken():
        yield from problems_of(pieces, (field,), context)
    yield from step.problems(context)


# --- the graph ---


def _unreachable(flow: Flow) -> Iterator[Problem]:
    seen, todo = {flow.start}, [flow.start]
    while todo:
        for _, to in flow.steps[todo.pop()].targets():
            if to not in seen:
                seen.add(to)
                todo.append(to)
    for name in flow.steps:
        if name not in seen:
            yield Problem(("steps", name), "no step leads here")


def _dead_ends(flow: Flow) -> Iterator[Problem]:
    ends = {name for name, step in flow.steps.items() if step.ENDS_WALK}
    grew = True
    while grew:
        more = {
            name
            for name, step in flow.steps.items()
            if name not in ends and any(to in ends for _, to in step.targets())
        }
        grew = bool(more)
        ends |= more
    for name in flow.steps:
        if name not in ends:
            yield Problem(("steps", name), "no way leads from here to a hangup")


# --- variables ---


def _variables(flow: Flow) -> Iterator[Problem]:
    known, secret = variables.known(flow), variables.secrets(flow)
    for about, pieces in flow.says.items():
        for path, name in used_in(pieces, ("says", about)):
            if name not in variables.CALL:
                yield Problem(path, f"the variable {name!r} need not be there when this is said")
    for step_name, there in known.items():
        step = flow.steps[step_name]
        for path, name in variables.used(step):
            here = ("steps", step_name, *path)
            if name in secret and path != ("service",):
                yield Problem(here, f"{name!r} is keyed in secret: it is never spoken, copied or dialled")
            elif name not in there:
                yield Problem(here, f"the variable {name!r} is not there on every way to this step")


def _no_step(name: str, flow: Flow) -> str:
    alike = get_close_matches(name, flow.steps, 1)
    return f"no step {name!r}; " + (f"did you mean {alike[0]!r}?" if alike else f"there are: {', '.join(flow.steps)}")
