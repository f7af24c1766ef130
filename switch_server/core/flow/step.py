"""A step of a flow (步骤), and the flow. Each kind of step is one module of ``core.flow.kinds``: its data, and below it all that it does.

``next`` and the other targets are names of steps. Seconds are floats.
"""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from msgspec import Struct, field

from shared.enums import Language
from switch_server.core.flow.pieces import Path, Piece, Problem, Surroundings, Use
from switch_server.core.flow.walk import IvrState, Walk

Spoken = tuple[str, tuple[Piece, ...], frozenset[str]]
"""Field, pieces, and the variables that are there besides the call's."""
NOTHING: frozenset[str] = frozenset()
KEYS = frozenset("0123456789*#ABCD")


class Steps(Protocol):
    """A flow, as the check of one step sees it."""

    @property
    def steps(self) -> "dict[str, Step]": ...
    @property
    def start(self) -> str: ...


class Step(Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """Root of the steps. ``title``: the step in words, for the agent who sees where the caller has been; without it, it isn't told.

    A kind says what differs from the methods here.
    """

    SHAPE: ClassVar[tuple[str, str]] = ("[", "]")
    """Of its node in Mermaid's flowcharts."""
    BEGINS: ClassVar[IvrState] = IvrState.IDLE
    ENDS: ClassVar[bool] = False
    """The walk ends here."""
    ASKS: ClassVar[bool] = False
    """It may complain of a key, or of none."""

    title: dict[Language, str] | None = None

    # --- as data: checked when a flow is loaded, drawn ---

    def targets(self) -> list[tuple[str, str]]:
        """Every (field path, target step)."""
        return []

    def spoken(self) -> list[Spoken]:
        return []

    def problems(self, around: Surroundings) -> Iterator[Problem]:
        """In the step by itself; its targets and pieces are checked for it."""
        yield from ()

    def problems_in(self, name: str, flow: Steps) -> Iterator[Problem]:
        """In its place in the flow, once all else is well. Paths are the flow's."""
        yield from ()

    def confirms(self, path: str) -> bool:
        """Is this way out the caller's yes to a read-back?"""
        return False

    def needs(self) -> Iterator[Use]:
        """Variables, besides those that it speaks."""
        yield from ()

    def after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        """The variables that are there for certain when this way out was taken."""
        return before

    @property
    def keyed_in_secret(self) -> str | None:
        """The variable that holds it."""
        return None

    def about(self) -> str:
        """What it does, in one line of a picture."""
        return ""

    # --- as it is walked ---

    def enter(self, walk: Walk) -> None:
        raise NotImplementedError

    def played(self, walk: Walk) -> None:
        """What it said is over."""

    def timed_out(self, walk: Walk, name: str) -> None:
        """``step`` or ``announce``."""

    def keys_wait(self, walk: Walk) -> bool:
        """Takes keys, as many as it likes; ``False``: they go on waiting."""
        return False

    def cut_short(self, walk: Walk) -> None:
        """A key came while something was said that it may cut short; the key goes on waiting."""

    def leave(self, walk: Walk) -> None:
        """Another step is entered."""

    def service_done(self, walk: Walk, outcome: str) -> None: ...
    def far_gone(self, walk: Walk, *, talked: bool) -> None: ...

    # --- where an agent can come ---

    KEEPS_PLACE: ClassVar[bool] = False
    """It waits for an agent: there is a place to come back to."""

    def agent_done(self, walk: Walk) -> None:
        """The agent ended the talk; the caller is still there."""

    def agent_lost(self, walk: Walk) -> None:
        """The agent's desk went away in the talk: the caller waits again."""

    def excuse_now(self, walk: Walk) -> None:
        """Said to a caller whose agent was lost, and who waits in a queue that they did not choose."""


class Flow(Struct, frozen=True, forbid_unknown_fields=True):
    """A tree of steps. It answers one or more dialled numbers (DNIS)."""

    flow: str
    numbers: tuple[str, ...]
    """DNIS that it answers; ``*`` for any other."""
    start: str
    steps: dict[str, Step]
    language: Language = Language.ZH
    says: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    """What is said on ``invalid``, ``no_input`` (both required where a menu or input stands)."""


def in_step(name: str, path: str) -> Path:
    """``keys.1`` of the step ``menu`` -> ``("steps", "menu", "keys", "1")``."""
    return ("steps", name, *path.split(".", 1))


def telephone_keys(keys: dict[str, str]) -> Iterator[Problem]:
    for key in keys:
        if key not in KEYS:
            yield Problem(("keys", key), f"not a telephone key; allowed: {' '.join(sorted(KEYS))}")


def known_queue(queue: str, around: Surroundings) -> Iterator[Problem]:
    """Where the configuration's are not known, it is not checked."""
    if around.queues and queue not in around.queues:
        yield Problem(("queue",), f"no queue {queue!r}; there are: {', '.join(sorted(around.queues))}")
