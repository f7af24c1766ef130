"""Pictures of a flow (流程图): Mermaid for documents, a text tree for terminals. Both are drawn from ``core.flow.steps.targets``."""

from collections.abc import Iterator

from switch_server.core.flow import (
    AnyStep,
    CallbackStep,
    Dial,
    Flow,
    HangUpStep,
    Input,
    Menu,
    Piece,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
    Slot,
    targets,
)

MISSING = "?"
"""Kind of a step that is led to and does not exist."""
_SHAPES: dict[str, tuple[str, str]] = {
    "say": ("([", "])"),
    "menu": ("{{", "}}"),
    "input": ("[/", "/]"),
    "service": ("[[", "]]"),
    "queue": ("[(", ")]"),
    "callback": ("[(", ")]"),
    "dial": ("[\\", "\\]"),
    "hangup": ("((", "))"),
}
_BOX = ("[", "]")
_SLOTS = ("money", "price", "quantity", "number", "digits", "stock", "time", "word")


def kind_of(step: AnyStep | None) -> str:
    """The ``kind`` that the flow's file has for it."""
    return MISSING if step is None else str(step.__struct_config__.tag)


def about(step: AnyStep) -> str:
    """What the step does, in one line: the prompts it says, the service it asks."""
    match step:
        case Say(say) | Menu(say):
            return _spoken(say)
        case Input(say, into):
            return f"{_spoken(say)} → {into}" + (" (secret)" if step.secret else "")
        case ServiceStep(service):
            return service
        case QueueStep(queue):
            return f"{queue}, {step.wait:g} s"
        case CallbackStep(queue):
            return queue
        case Dial(trunk, number):
            return f"{number} @ {trunk}"
        case SetLanguage(language):
            return str(language)
        case SetStep(values):
            return ", ".join(f"{name}={value}" for name, value in values.items())
        case HangUpStep(say, cause):
            return f"{_spoken(say)} ({cause.value})" if say else f"({cause.value})"


def _spoken(pieces: tuple[Piece, ...]) -> str:
    return " ".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    if not isinstance(piece, Slot):
        return piece
    if piece.each is not None:
        return f"<each {piece.each}: {_spoken(piece.say)}>"
    return "".join(f"<{name} {value}>" for name in _SLOTS if (value := getattr(piece, name)) is not None)


def edge_label(path: str) -> str:
    """``keys.1`` -> ``1``, ``on.accepted`` -> ``accepted``, ``next`` -> nothing."""
    field, dot, rest = path.partition(".")
    return rest if dot else "" if field == "next" else field


# --- Mermaid ---


def mermaid(flow: Flow) -> str:
    """A Mermaid ``flowchart`` of the whole flow, ended by a line break. Edges that lead to the same step are drawn as one."""
    ids = {name: f"s{number}" for number, name in enumerate(_names(flow))}
    lines = ["flowchart TD", f"    begin([{_quoted(', '.join(flow.numbers))}]) --> {ids[flow.start]}"]
    lines += [f"    {ids[name]}{_node(name, flow.steps.get(name))}" for name in ids]
    lines += [f"    {ids[name]} {edge}" for name, step in flow.steps.items() for edge in _edges(step, ids)]
    return "\n".join(lines) + "\n"


def _names(flow: Flow) -> list[str]:
    """All steps, and those that are only led to."""
    led_to = (to for step in flow.steps.values() for _, to in targets(step))
    return list(dict.fromkeys([*flow.steps, flow.start, *led_to]))


def _node(name: str, step: AnyStep | None) -> str:
    left, right = _SHAPES.get(kind_of(step), _BOX)
    text = f"{_escaped(name)}<br/>{_escaped(about(step))}" if step else f"{_escaped(name)} {MISSING}"
    return f'{left}"{text}"{right}'


def _edges(step: AnyStep, ids: dict[str, str]) -> Iterator[str]:
    labels: dict[str, list[str]] = {}
    for path, to in targets(step):
        labels.setdefault(to, []).append(edge_label(path))
    for to, of in labels.items():
        text = ", ".join(label for label in of if label)
        yield f"-->|{_quoted(text)}| {ids[to]}" if text else f"--> {ids[to]}"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """As Mermaid wants entities within quotes."""
    for char, entity in (("#", "#35;"), ("<", "#lt;"), (">", "#gt;"), ('"', "#quot;"), ("*", "#42;")):
        text = text.replace(char, entity)
    return text


# --- text ---


def tree(flow: Flow) -> str:
    """A text tree from ``start``: each step once where it is first met, later only by name with ``↑``; unreachable steps at the end."""
    lines = [f"{flow.flow}  ({', '.join(flow.numbers)})"]
    met: set[str] = set()
    lines += _branch(flow, flow.start, met)
    for name in flow.steps:
        if name not in met:
            lines += ["", f"{MISSING} unreachable:", *_branch(flow, name, met)]
    return "\n".join(lines) + "\n"


def _branch(flow: Flow, root: str, met: set[str]) -> Iterator[str]:
    """Depth first without recursion: a flow may be a long chain."""
    stack: list[tuple[str, str, str, str]] = [("", "", "", root)]  # line's prefix, children's prefix, edge label, step
    while stack:
        prefix, below, label, name = stack.pop()
        step = flow.steps.get(name)
        edge = f"{label} → " if label else ""
        if name in met:
            yield f"{prefix}{edge}{name} ↑"
            continue
        met.add(name)
        yield f"{prefix}{edge}{name}  [{kind_of(step)}] {about(step) if step else ''}".rstrip()
        children = [(edge_label(path) or "·", to) for path, to in targets(step)] if step else []
        if len(children) == 1:  # a chain stays in its column
            stack.append((f"{below}↓ ", below, "", children[0][1]))
            continue
        for index, (child_label, to) in reversed(list(enumerate(children))):
            last = index == len(children) - 1
            stack.append((f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}", child_label, to))
