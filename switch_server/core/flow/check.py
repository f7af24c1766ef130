"""Is a flow fit to answer calls? Pure; gives problems with the path of the key, which the loader turns into a line.

Checked: every target exists, every step can be reached and can reach an end, every service is known and has a step for each outcome,
orders are placed only behind a read-back, callbacks are asked for in their queue, prompts exist in both languages, variables are keyed before they are spoken, inputs make sense.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import ascii_uppercase

from msgspec import Struct

from shared.enums import Language
from shared.ids import QueueName, TrunkName
from switch_server.core.flow import queues as flow_queues
from switch_server.core.flow import variables as flow_variables
from switch_server.core.flow.services import SERVICES
from switch_server.core.flow.steps import (
    AnyStep,
    CallbackStep,
    Dial,
    Flow,
    Format,
    HangUpStep,
    Input,
    Menu,
    Piece,
    QueueStep,
    Say,
    ServiceStep,
    Slot,
    targets,
)

KEYS = frozenset("0123456789*#") | frozenset(ascii_uppercase[:4])
TONES = frozenset({"tone:dial", "tone:ringback", "tone:busy", "tone:congestion", "tone:test1k"})
SPEAKING = ("money", "price", "quantity", "number", "digits", "stock", "time", "word", "text", "each")

Path = tuple[str | int, ...]


class Problem(Struct, frozen=True):
    path: Path
    text: str


class Surroundings(Struct, frozen=True):
    """What a flow may refer to. ``prompts``: names without language, per language."""

    prompts: Mapping[Language, frozenset[str]]
    music: frozenset[str] = frozenset()
    trunks: frozenset[TrunkName] = frozenset()
    queues: frozenset[QueueName] = frozenset()


def check(flow: Flow, around: Surroundings) -> list[Problem]:
    """All problems, in the order of the file; empty when the flow is fit."""
    problems = [*_start(flow), *_says(flow, around)]
    for name, step in flow.steps.items():
        problems += [Problem(("steps", name, *p.path), p.text) for p in _step(step, flow, around)]
    if not problems:
        problems += [*_unreachable(flow), *_dead_ends(flow), *_read_backs(flow), *_variables(flow)]
        problems += [Problem(path, text) for path, text in flow_queues.graph(flow)]
    return problems


def _start(flow: Flow) -> Iterator[Problem]:
    if not flow.numbers:
        yield Problem(("numbers",), "no number: nobody could call this flow")
    if flow.start not in flow.steps:
        yield Problem(("start",), _no_step(flow.start, flow))


def _says(flow: Flow, around: Surroundings) -> Iterator[Problem]:
    asks = any(isinstance(step, Menu | Input) for step in flow.steps.values())
    for about in ("invalid", "no_input"):
        if asks and not flow.says.get(about):
            yield Problem(("says",), f"{about!r} is missing: what is said after a wrong key, or none")
    for about, pieces in flow.says.items():
        if about not in ("invalid", "no_input"):
            yield Problem(("says", about), "unknown; allowed: invalid, no_input")
        yield from _pieces(pieces, ("says", about), around)


def _step(step: AnyStep, flow: Flow, around: Surroundings) -> Iterator[Problem]:
    for field, to in targets(step):
        if to not in flow.steps:
            yield Problem(tuple(field.split(".", 1)), _no_step(to, flow))
    yield from _spoken(step, around)
    match step:
        case Menu():
            yield from _keys(step)
            yield from _counts(step)
            if step.read_back and "1" not in step.keys:
                yield Problem(("keys",), "a read-back is confirmed by 1, which is missing")
        case Input():
            yield from _counts(step)
            yield from _input(step)
        case ServiceStep():
            yield from _service(step)
        case QueueStep() | CallbackStep():
            if isinstance(step, QueueStep):
                yield from _keys(step)
            yield from (Problem(path, text) for path, text in flow_queues.step(step, around.queues))
        case Dial() if step.trunk not in around.trunks:
            known = ", ".join(sorted(around.trunks)) or "none"
            yield Problem(("trunk",), f"no trunk {step.trunk!r} that may call out; there are: {known}")
        case _:
            pass


def _keys(step: Menu | QueueStep) -> Iterator[Problem]:
    for key in step.keys:
        if key not in KEYS:
            yield Problem(("keys", key), f"not a telephone key; allowed: {' '.join(sorted(KEYS))}")


def _counts(step: Menu | Input) -> Iterator[Problem]:
    if step.tries < 1:
        yield Problem(("tries",), "at least 1")
    if step.first_digit <= 0:
        yield Problem(("first_digit",), "seconds above 0")


def _input(step: Input) -> Iterator[Problem]:
    if not 1 <= step.min <= step.max:
        yield Problem(("min",), f"1 to max ({step.max})")
    if step.secret and step.format is not Format.DIGITS:
        yield Problem(("format",), "a secret input has the format digits")


def _service(step: ServiceStep) -> Iterator[Problem]:
    service = SERVICES.get(step.service)
    if service is None:
        yield Problem(("service",), f"unknown service; there are: {', '.join(SERVICES)}")
        return
    missing, extra = sorted(service.outcomes - step.on.keys()), sorted(step.on.keys() - service.outcomes)
    if missing:
        yield Problem(("on",), f"no step for the outcome {', '.join(missing)}")
    for outcome in extra:
        yield Problem(
            ("on", outcome), f"{step.service} has no such outcome; it has: {', '.join(sorted(service.outcomes))}"
        )


# --- prompts ---


def _spoken(step: AnyStep, around: Surroundings) -> Iterator[Problem]:
    match step:
        case Say() | Menu() | Input():
            if not step.say:
                yield Problem(("say",), "says nothing")
            yield from _pieces(step.say, ("say",), around)
        case ServiceStep() | HangUpStep():
            yield from _pieces(step.say, ("say",), around)
        case QueueStep():
            yield from _pieces(step.announce, ("announce",), around)
            yield from _pieces(step.excuse, ("excuse",), around)
            yield from _pieces((step.music,), ("music",), around)
        case _:
            pass


def _pieces(pieces: tuple[Piece, ...], path: Path, around: Surroundings) -> Iterator[Problem]:
    for index, piece in enumerate(pieces):
        here = (*path, index)
        if isinstance(piece, str):
            yield from _prompt(piece, here, around)
        else:
            yield from _slot(piece, here, around)


def _prompt(name: str, path: Path, around: Surroundings) -> Iterator[Problem]:
    if name.startswith("tone:"):
        if name not in TONES:
            yield Problem(path, f"no tone {name!r}; there are: {', '.join(sorted(TONES))}")
    elif name.startswith("pause:"):
        if not name.removeprefix("pause:").isdigit():
            yield Problem(path, "a pause is pause:<milliseconds>")
    elif name.startswith("music/"):
        if name not in around.music:
            yield Problem(path, f"no music {name!r}; there is: {', '.join(sorted(around.music)) or 'none'}")
    else:
        missing = [language.value for language, names in around.prompts.items() if name not in names]
        if missing:
            alike = get_close_matches(name, frozenset().union(*around.prompts.values()) - {name}, 1)
            hint = f"; did you mean {alike[0]!r}?" if alike else ""
            yield Problem(path, f"no prompt {name!r} in {' and '.join(missing)}{hint}")


def _slot(slot: Slot, path: Path, around: Surroundings) -> Iterator[Problem]:
    given = [name for name in SPEAKING if getattr(slot, name) is not None]
    if len(given) != 1:
        yield Problem(path, f"exactly one of {', '.join(SPEAKING)}")
        return
    if slot.word is not None:
        before = slot.word.partition("{")[0]
        for language, names in around.prompts.items():
            if not any(name.startswith(before) for name in names):
                yield Problem(path, f"no prompt begins with {before!r} in {language.value}")
    if slot.text is not None:
        missing = [language.value for language in Language if not slot.text.get(language, "").strip()]
        if missing:
            yield Problem((*path, "text"), f"no text in {' and '.join(missing)}")
    yield from _pieces(slot.say, (*path, "say"), around)
    yield from _pieces(slot.empty, (*path, "empty"), around)


# --- the graph ---


def _unreachable(flow: Flow) -> Iterator[Problem]:
    seen, todo = {flow.start}, [flow.start]
    while todo:
        for _, to in targets(flow.steps[todo.pop()]):
            if to not in seen:
                seen.add(to)
                todo.append(to)
    for name in flow.steps:
        if name not in seen:
            yield Problem(("steps", name), "no step leads here")


def _dead_ends(flow: Flow) -> Iterator[Problem]:
    ends = {name for name, step in flow.steps.items() if isinstance(step, HangUpStep)}
    grew = True
    while grew:
        more = {
            name for name, step in flow.steps.items() if name not in ends and any(to in ends for _, to in targets(step))
        }
        grew = bool(more)
        ends |= more
    for name in flow.steps:
        if name not in ends:
            yield Problem(("steps", name), "no way leads from here to a hangup")


def _read_backs(flow: Flow) -> Iterator[Problem]:
    """Each way into a step that places an order is the key 1 of a read-back."""
    placing = {
        name for name, step in flow.steps.items() if isinstance(step, ServiceStep) and SERVICES[step.service].places
    }
    if flow.start in placing:
        yield Problem(("start",), "an order is placed without a read-back")
    for name, step in flow.steps.items():
        for field, to in targets(step):
            if to in placing and not (isinstance(step, Menu) and step.read_back and field == "keys.1"):
                path = ("steps", name, *field.split(".", 1))
                yield Problem(path, f"{to!r} places an order: only the key 1 of a menu with read_back may lead there")


# --- variables ---


def _variables(flow: Flow) -> Iterator[Problem]:
    known, secret = flow_variables.known(flow), flow_variables.secrets(flow)
    for about, pieces in flow.says.items():
        for path, name in flow_variables.spoken_in(pieces, ("says", about)):
            if name not in flow_variables.CALL:
                yield Problem(path, f"the variable {name!r} need not be there when this is said")
    for step_name, there in known.items():
        step = flow.steps[step_name]
        for path, name in flow_variables.used(step):
            here = ("steps", step_name, *path)
            if name in secret and path != ("service",):
                yield Problem(here, f"{name!r} is keyed in secret: it is never spoken, copied or dialled")
            elif name not in there:
                yield Problem(here, f"the variable {name!r} is not there on every way to this step")


def _no_step(name: str, flow: Flow) -> str:
    alike = get_close_matches(name, flow.steps, 1)
    return f"no step {name!r}; " + (f"did you mean {alike[0]!r}?" if alike else f"there are: {', '.join(flow.steps)}")
