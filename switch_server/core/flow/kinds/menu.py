"""``menu``: the caller presses one key."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.kinds.asking import Asking
from switch_server.core.flow.pieces import FlowContext, Piece, Problem, summary_of
from switch_server.core.flow.step import Step, key_problems
from switch_server.core.flow.walk import Key, Walk


class Menu(Asking, Step, frozen=True, tag="menu", forbid_unknown_fields=True):
    """One key leads to the next step. After a key that is not in ``keys``, or none in time, a complaint is played and the menu asks again,
    ``tries`` times in all; then ``on_fail``.

    ``read_back``: this menu reads an order back. Keys pressed before the menu began are dropped, and its ``1`` makes the order's
    one-use key (``docs/protocol.md``, An order).
    """

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("{{", "}}")

    say: tuple[Piece, ...]
    keys: dict[str, str]
    on_fail: str
    tries: int = 3
    first_digit: float = 8.0
    read_back: bool = False

    def targets(self) -> list[tuple[str, str]]:
        return [*((f"keys.{key}", to) for key, to in self.keys.items()), ("on_fail", self.on_fail)]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from super().problems(context)
        yield from key_problems(self.keys)
        if self.read_back and "1" not in self.keys:
            yield Problem(("keys",), "a read-back is confirmed by 1, which is missing")

    def confirms(self, path: str) -> bool:
        return self.read_back and path == "keys.1"

    def summary(self) -> str:
        return summary_of(self.say)

    def ask(self, walk: Walk) -> None:
        if self.read_back:
            walk.keys.clear()
            walk.host.read_back()
        super().ask(walk)

    def take(self, walk: Walk, key: Key) -> None:
        digit = key.digit.reveal()
        walk.host.key_used(digit, key.recording_ms)
        to = self.keys.get(digit)
        if to is None:
            walk.complain("invalid")
            return
        if self.read_back and digit == "1":
            walk.host.confirmed(key.recording_ms)
        walk.go(to, f"key {digit}")
