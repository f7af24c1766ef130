"""A walk through a flow, as its steps see it: states, what each of them listens to, and what a step can have the walk do.

The walk itself is ``core.ivr.ivr``; the call around it is its ``Host``.
"""

from collections import deque
from enum import StrEnum
from typing import Any, Protocol

from shared.enums import EndCause, Language
from shared.ids import QueueName, RecordingId, TrunkName
from shared.secret import Secret
from switch_server.core.flow.pieces import Piece


class IvrState(StrEnum):
    IDLE = "idle"
    SAYING = "saying"
    ASKING = "asking"
    """In a menu or an input."""
    COMPLAINING = "complaining"
    """Says what was wrong, then asks again or goes where the tries lead."""
    WORKING = "working"
    QUEUED = "queued"
    DIALLING = "dialling"
    TALKING = "talking"
    LEAVING = "leaving"
    """Says goodbye."""
    DONE = "done"


class IvrEvent(StrEnum):
    KEY = "key"
    PLAYED = "played"
    TIMER = "timer"
    OUTCOME = "outcome"
    FAR_UP = "far_up"
    """The far end of a ``dial`` step, or an agent, answered."""
    FAR_GONE = "far_gone"
    """The far end or the desk went away, or the agent ended the talk."""


S, E = IvrState, IvrEvent
HEEDS: dict[IvrState, frozenset[IvrEvent]] = {
    S.IDLE: frozenset(),
    S.SAYING: frozenset({E.KEY, E.PLAYED}),
    S.ASKING: frozenset({E.KEY, E.PLAYED, E.TIMER}),
    S.COMPLAINING: frozenset({E.KEY, E.PLAYED}),
    S.WORKING: frozenset({E.OUTCOME}),
    S.QUEUED: frozenset({E.KEY, E.PLAYED, E.TIMER, E.FAR_UP}),
    S.DIALLING: frozenset({E.FAR_UP, E.FAR_GONE, E.TIMER}),
    S.TALKING: frozenset({E.FAR_GONE}),
    S.LEAVING: frozenset({E.PLAYED}),
    S.DONE: frozenset(),
}
"""What each state listens to; anything else is no fault (a play ends after the step that started it) and is passed over."""


WITHIN_A_STEP = (
    (S.ASKING, "invalid key, or none in time", S.COMPLAINING),
    (S.COMPLAINING, "played, or a key", S.ASKING),
    (S.DIALLING, "far_up", S.TALKING),
    (S.QUEUED, "far_up (an agent)", S.TALKING),
    (S.TALKING, "desk_lost", S.QUEUED),
    (S.LEAVING, "played", S.DONE),
)
"""Moves that stay in one step, for the diagram."""


class Key:
    """One key that waits to be taken; ``recording_ms`` is where it can be heard."""

    __slots__ = ("digit", "recording_ms")

    def __init__(self, digit: Secret, recording_ms: int | None) -> None:
        self.digit = digit
        self.recording_ms = recording_ms

    @property
    def is_hash(self) -> bool:
        return self.digit == Secret("#")


class Host(Protocol):
    """What a walk needs of its call. Every method only adds effects."""

    def play(
        self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False, muted: bool = False
    ) -> None: ...
    def stop_play(self) -> None: ...
    def mask(self, *, on: bool) -> None: ...
    def record(self) -> RecordingId:
        """Begins a recording beside that of the whole call: on the left what the caller says."""
        ...

    def end_recording(self, recording: RecordingId) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None: ...
    def run_service(self, service: str) -> None: ...
    def dial(self, trunk: TrunkName, number: str) -> None:
        """``number`` may be a variable in braces."""
        ...

    def drop_far(self) -> None: ...
    def queue(self, queue: QueueName, priority: int) -> str:
        """``open``, ``closed`` or ``full``."""
        ...

    def leave_queue(self) -> None: ...
    def queue_news(self) -> None:
        """Sets ``queue_position`` and ``queue_minutes``."""
        ...

    def keep_place(self, queue: QueueName, answer: str) -> bool:
        """For a callback, which begins at the step ``answer``."""
        ...

    @property
    def desk_rings(self) -> bool: ...
    def entered(self, name: str, title: dict[Language, str] | None) -> None: ...
    def read_back(self) -> None: ...
    def confirmed(self, recording_ms: int | None) -> None: ...
    def finish(self, cause: EndCause) -> None: ...
    def key_used(self, digit: str, recording_ms: int | None) -> None: ...
    def moved(self, old: str, event: str, new: str) -> None: ...


class Walk(Protocol):
    """What a step can see of the walk, and have it do."""

    host: Host
    variables: dict[str, Any]
    language: Language
    state: IvrState
    keys: deque[Key]
    """Those that wait."""
    tries: int
    """In this step, that came to nothing."""
    entry: Any
    """What the step keeps of the keys that it has taken."""

    @property
    def plays(self) -> bool: ...
    def take_key(self) -> Key:
        """The first that waits; the caller lives, so this counts as no loop."""
        ...

    def say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None: ...
    def silence(self) -> None: ...
    def complain(self, about: str) -> None:
        """Says what was wrong (``invalid``, ``no_input``); then the step asks again, or gives up."""
        ...

    def go(self, name: str, event: str) -> None:
        """Enters another step."""
        ...

    def go_on(self, name: str, event: str) -> None:
        """The same after a wait or a key, so that it counts as no loop."""
        ...

    def become(self, state: IvrState, event: str) -> None: ...
    def end(self, cause: EndCause, event: str) -> None: ...
    def pump(self) -> None:
        """Lets waiting keys through as far as they go."""
        ...

    def swallow_hash(self) -> None:
        """The step is done; a ``#`` may follow from habit, or is waiting already, and means nothing more."""
        ...
