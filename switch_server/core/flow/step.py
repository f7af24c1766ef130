"""A step of a flow (步骤), and the flow. Each kind of step is one module of ``core.flow.kinds``, with its data and its behaviour.

``next`` and the other targets are names of steps. Seconds are floats.
"""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from msgspec import Struct, field

from shared.enums import Language
from switch_server.core.flow.pieces import FlowContext, Path, Piece, Problem, VariableUse
from switch_server.core.flow.walk import IvrState, Walk
from switch_server.core.words import VOICE

Spoken = tuple[str, tuple[Piece, ...], frozenset[str]]
"""Field, pieces, and the variables that only these pieces can use."""
NO_VARIABLES: frozenset[str] = frozenset()
TELEPHONE_KEYS = frozenset("0123456789*#ABCD")


class FlowSteps(Protocol):
    """The part of a flow that ``placement_problems`` of a step reads."""

    @property
    def steps(self) -> "dict[str, Step]": ...
    @property
    def start(self) -> str: ...


class Step(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Base class of all kinds of steps: a kind overrides the methods in which it differs.

    ``title``: the step in words, for the list of the caller's steps on the agent's screen; a step without a title isn't listed.
    """

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[", "]")
    """Brackets of the step's node in a Mermaid flowchart."""
    FIRST_STATE: ClassVar[IvrState] = IvrState.IDLE
    """State of the walk when the step is entered."""
    ENDS_WALK: ClassVar[bool] = False
    """Whether the walk ends in this step."""
    CARD: ClassVar[str] = VOICE
    """The kind of card for a call whose flow begins with the step."""
    COMPLAINS: ClassVar[bool] = False
    """Whether the step may complain of a wrong key or of none, so that the flow must have ``says``."""

    title: dict[Language, str] | None = None

    # --- the step as data: for the check when a flow is loaded, and for its picture ---

    def targets(self) -> list[tuple[str, str]]:
        """Every way out: (field path, target step)."""
        return []

    def spoken(self) -> list[Spoken]:
        """All pieces that the step may say, by field."""
        return []

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        """Problems of the step's own data. ``check`` itself looks at its targets and pieces."""
        yield from ()

    def placement_problems(self, name: str, flow: FlowSteps) -> Iterator[Problem]:
        """Problems of the step's place in the flow; called only for a flow without other problems. Paths begin at the flow."""
        yield from ()

    def confirms(self, path: str) -> bool:
        """Whether this way out is the caller's yes to a read-back."""
        return False

    def needs(self) -> Iterator[VariableUse]:
        """Variables that the step uses besides those that it speaks."""
        yield from ()

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        """The variables that have a value for certain after this way out; ``before``: those that had one when the step was entered."""
        return before

    @property
    def keyed_in_secret(self) -> str | None:
        """The variable that a secret input sets; ``None``: the step is no secret input."""
        return None

    def summary(self) -> str:
        """The step in one line, for the flow's picture."""
        return ""

    # --- the step while a caller walks through it ---

    def enter(self, walk: Walk) -> None:
        raise NotImplementedError

    def played(self, walk: Walk) -> None:
        """The play that the step started has ended."""

    def timed_out(self, walk: Walk, name: str) -> None:
        """A timer of the step has run out: ``step`` or ``announce``."""

    def take_keys(self, walk: Walk) -> bool:
        """There are keys in the walk's queue: takes any number of them. ``False``: the step takes none now."""
        return False

    def cut_short(self, walk: Walk) -> None:
        """A key interrupts the play (barge-in); the key stays in the queue."""

    def leave(self, walk: Walk) -> None:
        """The walk leaves this step."""

    def service_done(self, walk: Walk, outcome: str) -> None: ...
    def far_gone(self, walk: Walk, *, talked: bool) -> None: ...
    def far_silent(self, walk: Walk) -> None: ...
    def far_delayed(self, walk: Walk) -> None: ...

    # --- for a step in which the caller waits for an agent ---

    KEEPS_PLACE: ClassVar[bool] = False
    """Whether the caller waits for an agent in this step, and can come back to it after a lost talk."""

    def agent_done(self, walk: Walk) -> None:
        """The agent ended the talk; the caller is still on the line."""

    def agent_lost(self, walk: Walk) -> None:
        """The agent's desk was lost in the talk: the caller waits again."""

    def say_excuse(self, walk: Walk) -> None:
        """Says the excuse to a caller whose agent was lost, and who is put into a queue without having chosen it."""


class Flow(Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of a flow, by name, and the dialled numbers (DNIS) that the flow answers."""

    flow: str
    numbers: tuple[str, ...]
    """Dialled numbers; ``*`` for any other."""
    start: str
    steps: dict[str, Step]
    language: Language = Language.ZH
    says: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    """Pieces said on ``invalid`` and on ``no_input``; both are required in a flow with a menu or an input."""


def in_step(name: str, path: str) -> Path:
    """The path in the flow of a step's key: ``keys.1`` of the step ``menu`` -> ``("steps", "menu", "keys", "1")``."""
    return ("steps", name, *path.split(".", 1))


def key_problems(keys: dict[str, str]) -> Iterator[Problem]:
    for key in keys:
        if key not in TELEPHONE_KEYS:
            yield Problem(("keys", key), f"not a telephone key; allowed: {' '.join(sorted(TELEPHONE_KEYS))}")


def queue_problems(queue: str, context: FlowContext) -> Iterator[Problem]:
    """A problem where the queue is not configured. Without a configuration (no queues) nothing is checked."""
    if context.queues and queue not in context.queues:
        yield Problem(("queue",), f"no queue {queue!r}; there are: {', '.join(sorted(context.queues))}")
