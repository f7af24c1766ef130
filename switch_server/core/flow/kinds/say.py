"""``say``: plays prompts; then the walk goes on."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.pieces import Piece, Problem, Surroundings, says_something, words_of
from switch_server.core.flow.step import NOTHING, Spoken, Step
from switch_server.core.flow.walk import IvrState, Walk


class Say(Step, frozen=True, tag="say", forbid_unknown_fields=True):
    SHAPE: ClassVar[tuple[str, str]] = ("([", "])")
    BEGINS: ClassVar[IvrState] = IvrState.SAYING

    say: tuple[Piece, ...]
    next: str
    barge_in: bool = True

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next)]

    def spoken(self) -> list[Spoken]:
        return [("say", self.say, NOTHING)]

    def problems(self, around: Surroundings) -> Iterator[Problem]:
        yield from says_something(self.say)

    def about(self) -> str:
        return words_of(self.say)

    def enter(self, walk: Walk) -> None:
        walk.say(self.say, barge_in=self.barge_in)
        walk.pump()

    def played(self, walk: Walk) -> None:
        walk.go(self.next, "played")

    def keys_wait(self, walk: Walk) -> bool:
        if not self.barge_in:
            return False
        walk.host.key_used("", None)
        self.cut_short(walk)
        return True

    def cut_short(self, walk: Walk) -> None:
        walk.go(self.next, "barged")
