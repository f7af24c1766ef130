"""``hangup``: says goodbye and ends the call."""

from typing import ClassVar

from shared.enums import EndCause
from switch_server.core.flow.pieces import Piece, summary_of
from switch_server.core.flow.step import NO_VARIABLES, Spoken, Step
from switch_server.core.flow.walk import IvrState, Walk


class HangUpStep(Step, frozen=True, tag="hangup", forbid_unknown_fields=True):
    NODE_SHAPE: ClassVar[tuple[str, str]] = ("((", "))")
    FIRST_STATE: ClassVar[IvrState] = IvrState.LEAVING
    ENDS_WALK: ClassVar[bool] = True

    say: tuple[Piece, ...] = ()
    cause: EndCause = EndCause.GOODBYE

    def spoken(self) -> list[Spoken]:
        return [("say", self.say, NO_VARIABLES)]

    def summary(self) -> str:
        return f"{summary_of(self.say)} ({self.cause.value})" if self.say else f"({self.cause.value})"

    def enter(self, walk: Walk) -> None:
        walk.keys.clear()
        if self.say:
            walk.say(self.say, barge_in=False)
        else:
            walk.end(self.cause, "hangup")

    def played(self, walk: Walk) -> None:
        walk.end(self.cause, "played")
