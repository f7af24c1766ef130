"""Pictures of a flow (流程图): Mermaid for documents, a text tree for terminals. Both are drawn from ``Step.targets``."""

from collections.abc import Iterator

from switch_server.core.flow import Flow, Step

MISSING = "?"
"""The kind of a target step that does not exist."""
_BOX = ("[", "]")
"""The box of a step that does not exist."""


def kind_of(step: Step | None) -> str:
    """The step's ``kind`` in the flow's file."""
    return MISSING if step is None else str(step.__struct_config__.tag)


def edge_label(path: str) -> str:
    """``keys.1`` -> ``1``, ``on.accepted`` -> ``accepted``, ``next`` -> nothing."""
    field, dot, rest = path.partition(".")
    return rest if dot else "" if field == "next" else field


# --- Mermaid ---


def mermaid(flow: Flow) -> str:
    """A Mermaid ``flowchart`` of the whole flow, ending in a line break. Edges to the same step are drawn as one."""
    ids = {name: f"s{number}" for number, name in enumerate(_names(flow))}
    lines = ["flowchart TD", f"    begin([{_quoted(', '.join(flow.numbers))}]) --> {ids[flow.start]}"]
    lines += [f"    {ids[name]}{_node(name, flow.steps.get(name))}" for name in ids]
    lines += [f"    {ids[name]} {edge}" for name, step in flow.steps.items() for edge in _edges(step, ids)]
    return "\n".join(lines) + "\n"


def _names(flow: Flow) -> list[str]:
    """All steps, and targets that do not exist."""
    led_to = (to for step in flow.steps.values() for _, to in step.targets())
    return list(dict.fromkeys([*flow.steps, flow.start, *led_to]))


def _node(name: str, step: Step | None) -> str:
    left, right = step.NODE_SHAPE if step is not None else _BOX
    text = f"{_escaped(name)}<br/>{_escaped(step.summary())}" if step else f"{_escaped(name)} {MISSING}"
    return f'{left}"{text}"{right}'


def _edges(step: Step, ids: dict[str, str]) -> Iterator[str]:
    labels: dict[str, list[str]] = {}
    for path, to in step.targets():
        labels.setdefault(to, []).append(edge_label(path))
    for to, of in labels.items():
        text = ", ".join(label for label in of if label)
        yield f"-->|{_quoted(text)}| {ids[to]}" if text else f"--> {ids[to]}"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """With Mermaid's entities for use within quotes."""
    for char, entity in (("#", "#35;"), ("<", "#lt;"), (">", "#gt;"), ('"', "#quot;"), ("*", "#42;")):
        text = text.replace(char, entity)
    return text


# --- text ---


def tree(flow: Flow) -> str:
    """A text tree from ``start``: each step once where it occurs first, later only its name with ``↑``; unreachable steps at the end."""
    lines = [f"{flow.flow}  ({', '.join(flow.numbers)})"]
    met: set[str] = set()
    lines += _branch(flow, flow.start, met)
    for name in flow.steps:
        if name not in met:
            lines += ["", f"{MISSING} unreachable:", *_branch(flow, name, met)]
    return "\n".join(lines) + "\n"


def _branch(flow: Flow, root: str, met: set[str]) -> Iterator[str]:
    """Depth first without recursion, since a flow may be a long chain."""
    stack: list[tuple[str, str, str, str]] = [("", "", "", root)]  # line's prefix, children's prefix, edge label, step
    while stack:
        prefix, below, label, name = stack.pop()
        step = flow.steps.get(name)
        edge = f"{label} → " if label else ""
        if name in met:
            yield f"{prefix}{edge}{name} ↑"
            continue
        met.add(name)
        yield f"{prefix}{edge}{name}  [{kind_of(step)}] {step.summary() if step else ''}".rstrip()
        children = [(edge_label(path) or "·", to) for path, to in step.targets()] if step else []
        if len(children) == 1:  # a chain stays in its column
            stack.append((f"{below}↓ ", below, "", children[0][1]))
            continue
        for index, (child_label, to) in reversed(list(enumerate(children))):
            last = index == len(children) - 1
            stack.append((f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}", child_label, to))
