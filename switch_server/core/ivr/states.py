"""The IVR's states, what each of them listens to, and what it needs of its call."""

from enum import StrEnum
from typing import Protocol

from shared.enums import EndCause, Language
from switch_server.core.flow import (
    AnyStep,
    CallbackStep,
    Dial,
    HangUpStep,
    Input,
    Menu,
    Piece,
    QueueStep,
    Say,
    ServiceStep,
    SetLanguage,
    SetStep,
)


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


FIRST_STATE: dict[type[AnyStep], IvrState] = {
    Say: S.SAYING,
    Menu: S.ASKING,
    Input: S.ASKING,
    ServiceStep: S.WORKING,
    QueueStep: S.QUEUED,
    CallbackStep: S.IDLE,
    Dial: S.DIALLING,
    SetLanguage: S.IDLE,
    SetStep: S.IDLE,
    HangUpStep: S.LEAVING,
}
WITHIN_A_STEP = (
    (S.ASKING, "invalid key, or none in time", S.COMPLAINING),
    (S.COMPLAINING, "played, or a key", S.ASKING),
    (S.DIALLING, "far_up", S.TALKING),
    (S.QUEUED, "far_up (an agent)", S.TALKING),
    (S.TALKING, "desk_lost", S.QUEUED),
    (S.LEAVING, "played", S.DONE),
)
"""Moves that stay in one step, for the diagram."""
OTHER_LANGUAGE = {Language.ZH: Language.EN, Language.EN: Language.ZH}


class Host(Protocol):
    """What the IVR needs of its call. Every method only adds effects."""

    def play(
        self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False, muted: bool = False
    ) -> None: ...
    def stop_play(self) -> None: ...
    def mask(self, *, on: bool) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None: ...
    def run_service(self, service: str) -> None: ...
    def dial(self, step: Dial) -> None: ...
    def drop_far(self) -> None: ...
    def queue(self, step: QueueStep) -> str: ...
    def leave_queue(self) -> None: ...
    def queue_news(self) -> None: ...
    def keep_place(self, step: CallbackStep) -> bool: ...
    @property
    def desk_rings(self) -> bool: ...
    def entered(self, name: str, step: AnyStep) -> None: ...
    def read_back(self) -> None: ...
    def confirmed(self, recording_ms: int | None) -> None: ...
    def finish(self, cause: EndCause) -> None: ...
    def key_used(self, digit: str, recording_ms: int | None) -> None: ...
    def moved(self, old: str, event: str, new: str) -> None: ...
