"""``say``: plays prompts; then the walk goes on."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.pieces import FlowContext, Piece, Problem, missing_say, summary_of
from switch_server.core.flow.step import NO_VARIABLES, Spoken, Step
from switch_server.core.flow.walk import IvrState, Walk


class Say(Step, frozen=True, tag="say", forbid_unknown_fields=True):
    NODE_SHAPE: ClassVar[tuple[str, str]] = ("([", "])")
    FIRST_STATE: ClassVar[IvrState] = IvrState.SAYING

    say: tuple[Piece, ...]
    next: str
    barge_in: bool = True

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next)]

    def spoken(self) -> list[Spoken]:
        return [("say", self.say, NO_VARIABLES)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from missing_say(self.say)

    def summary(self) -> str:
        return summary_of(self.say)

    def enter(self, walk: Walk) -> None:
        walk.say(self.say, barge_in=self.barge_in)
        walk.deliver_keys()

    def played(self, walk: Walk) -> None:
        walk.go(self.next, "played")

    def take_keys(self, walk: Walk) -> bool:
        if not self.barge_in:
            return False
        walk.host.key_used("", None)
        self.cut_short(walk)
        return True

    def cut_short(self, walk: Walk) -> None:
        walk.go(self.next, "barged")
