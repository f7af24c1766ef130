"""The walk of one caller through a flow, as far as the steps use it: states, the events of each state, and the protocols ``Walk`` and ``WalkHost``.

``core.ivr.ivr`` implements ``Walk``; the call implements ``WalkHost``.
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
    """A complaint is played (wrong key, no key); then the step asks again, or goes to ``on_fail``."""
    WORKING = "working"
    QUEUED = "queued"
    DIALLING = "dialling"
    TALKING = "talking"
    LEAVING = "leaving"
    """A goodbye is played."""
    DONE = "done"


class IvrEvent(StrEnum):
    KEY = "key"
    PLAYED = "played"
    TIMER = "timer"
    OUTCOME = "outcome"
    FAR_UP = "far_up"
    """The far end of a ``dial`` step, or an agent, answered."""
    FAR_GONE = "far_gone"
    """The far end of a ``dial`` step went away, or did not answer."""


S, E = IvrState, IvrEvent
HANDLED_EVENTS: dict[IvrState, frozenset[IvrEvent]] = {
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
"""Events that each state handles; others are ignored, and are no fault (a play may end after the step that started it)."""


WITHIN_A_STEP = (
    (S.ASKING, "invalid key, or none in time", S.COMPLAINING),
    (S.COMPLAINING, "played, or a key", S.ASKING),
    (S.DIALLING, "far_up", S.TALKING),
    (S.QUEUED, "far_up (an agent)", S.TALKING),
    (S.TALKING, "desk_lost", S.QUEUED),
    (S.LEAVING, "played", S.DONE),
)
"""Transitions within one step, for the diagram."""


class Key:
    """One key in the queue of a walk; ``recording_ms`` is its offset in the recording."""

    __slots__ = ("digit", "recording_ms")

    def __init__(self, digit: Secret, recording_ms: int | None) -> None:
        self.digit = digit
        self.recording_ms = recording_ms

    @property
    def is_hash(self) -> bool:
        return self.digit == Secret("#")


class WalkHost(Protocol):
    """The protocol that a walk's call implements."""

    def play(
        self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False, muted: bool = False
    ) -> None: ...
    def stop_play(self) -> None: ...
    def mask(self, *, on: bool) -> None: ...
    def record(self) -> RecordingId:
        """Begins a recording besides that of the whole call; its left channel has the caller's voice."""
        ...

    def end_recording(self, recording: RecordingId) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None: ...
    def run_service(self, service: str) -> None: ...
    def dial(self, trunk: TrunkName, number: str, *, withhold: bool) -> None:
        """``number``: digits, or a variable in braces."""
        ...

    def drop_far(self) -> None: ...
    def queue(self, queue: QueueName, priority: int) -> str:
        """Puts the caller into the queue: ``open``; or ``closed`` or ``full``, where the caller is not let in."""
        ...

    def leave_queue(self) -> None: ...
    def queue_news(self) -> None:
        """Sets the variables ``queue_position`` and ``queue_minutes``."""
        ...

    def keep_place(self, queue: QueueName, answer: str) -> bool:
        """Keeps the caller's place for a callback, which begins at the step ``answer``. ``False``: no callback is possible."""
        ...

    def receive_fax(self) -> None:
        """Receives a fax from the caller's machine; the call ends with it. Outcome ``failed``: no fax card, or the caller's line can't change to it."""
        ...

    def send_fax(self, document: str, to: str) -> None:
        """Sends a statement of the caller's account: on this call (``to`` is empty), or to the number in a variable (in braces). Outcomes ``sent``, ``failed``."""
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
    """The protocol of a walk, for its steps. ``core.ivr.ivr.Ivr`` implements it."""

    host: WalkHost
    variables: dict[str, Any]
    language: Language
    state: IvrState
    keys: deque[Key]
    """Keys that no step has taken yet."""
    tries: int
    """Failed tries in this step."""
    entry: Any
    """The step's own state of the keys that it has taken."""

    @property
    def is_playing(self) -> bool: ...
    def take_key(self) -> Key:
        """Removes and returns the first key. Resets the count of steps without a key (the guard against loops)."""
        ...

    def say(self, pieces: tuple[Piece, ...], *, barge_in: bool, loop: bool = False) -> None: ...
    def silence(self) -> None: ...
    def complain(self, about: str) -> None:
        """Says ``says[about]`` of the flow (``invalid``, ``no_input``) and counts a try; then the step asks again, or goes to ``on_fail``."""
        ...

    def go(self, name: str, event: str) -> None:
        """Enters another step."""
        ...

    def go_on(self, name: str, event: str) -> None:
        """Enters another step after a wait or a key: resets the count of steps without a key (the guard against loops)."""
        ...

    def become(self, state: IvrState, event: str) -> None: ...
    def end(self, cause: EndCause, event: str) -> None: ...
    def deliver_keys(self) -> None:
        """Gives the queued keys to the step, as long as the step takes them."""
        ...

    def swallow_hash(self) -> None:
        """The input is complete without ``#``: drops a ``#`` that is queued, or that comes within ``HASH_WAIT`` seconds."""
        ...
