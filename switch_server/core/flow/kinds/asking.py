"""The common part of ``menu`` and ``input``: the caller is asked; after a wrong key or none a complaint is played and the caller is asked again, ``tries`` times in all."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.pieces import FlowContext, Piece, Problem, missing_say
from switch_server.core.flow.step import NO_VARIABLES, Spoken
from switch_server.core.flow.walk import IvrState, Key, Walk


class Asking:
    """Mixin of a ``Step``."""

    __slots__ = ()
    FIRST_STATE: ClassVar[IvrState] = IvrState.ASKING
    COMPLAINS: ClassVar[bool] = True

    say: tuple[Piece, ...]
    on_fail: str
    tries: int
    first_digit: float

    def spoken(self) -> list[Spoken]:
        return [("say", self.say, NO_VARIABLES)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from missing_say(self.say)
        if self.tries < 1:
            yield Problem(("tries",), "at least 1")
        if self.first_digit <= 0:
            yield Problem(("first_digit",), "seconds above 0")

    def enter(self, walk: Walk) -> None:
        self.ask(walk)

    def ask(self, walk: Walk) -> None:
        walk.say(self.say, barge_in=True)
        walk.deliver_keys()

    def played(self, walk: Walk) -> None:
        if walk.state is IvrState.ASKING:
            self.wait(walk)
        else:
            self.again(walk)

    def wait(self, walk: Walk) -> None:
        walk.host.timer("step", self.first_digit)

    def again(self, walk: Walk) -> None:
        if walk.tries >= self.tries:
            walk.go(self.on_fail, "tries_used")
        else:
            walk.become(IvrState.ASKING, "again")
            self.ask(walk)

    def timed_out(self, walk: Walk, name: str) -> None:
        walk.complain("no_input")

    def take_keys(self, walk: Walk) -> bool:
        if walk.state is IvrState.ASKING:
            key = walk.take_key()
            if walk.is_playing:
                walk.silence()
            self.take(walk, key)
        else:
            walk.host.key_used("", None)
            self.cut_short(walk)
        return True

    def cut_short(self, walk: Walk) -> None:
        walk.silence()
        self.again(walk)

    def take(self, walk: Walk, key: Key) -> None:
        raise NotImplementedError
