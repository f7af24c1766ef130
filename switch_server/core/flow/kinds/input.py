"""``input``: the caller keys several digits."""

from collections.abc import Iterator
from typing import ClassVar

from switch_server.core.flow.kinds.asking import Asking
from switch_server.core.flow.kinds.entry import DIGITS, HIDDEN_DIGIT, UNMASK_AFTER, Entry, EntryVerdict, Format
from switch_server.core.flow.pieces import FlowContext, Piece, Problem, summary_of
from switch_server.core.flow.step import Step
from switch_server.core.flow.walk import Key, Walk


class Input(Asking, Step, frozen=True, tag="input", forbid_unknown_fields=True):
    """Several keys, ended by ``#`` (or by the last key where ``min == max``, but not in prices). ``*`` goes ``back``; in prices ``**`` does."""

    NODE_SHAPE: ClassVar[tuple[str, str]] = ("[/", "/]")

    say: tuple[Piece, ...]
    into: str
    next: str
    on_fail: str
    min: int = 1
    max: int = 12
    format: Format = Format.DIGITS
    secret: bool = False
    back: str | None = None
    empty: str | None = None
    """Step to which a lone ``#`` leads; ``None``: a lone ``#`` is invalid."""
    tries: int = 3
    first_digit: float = 8.0
    between_digits: float = 10.0

    def targets(self) -> list[tuple[str, str]]:
        fixed = [("next", self.next), ("on_fail", self.on_fail)]
        return fixed + [(name, to) for name, to in (("back", self.back), ("empty", self.empty)) if to]

    def problems(self, context: FlowContext) -> Iterator[Problem]:
        yield from super().problems(context)
        if not 1 <= self.min <= self.max:
            yield Problem(("min",), f"1 to max ({self.max})")
        if self.secret and self.format is not Format.DIGITS:
            yield Problem(("format",), "a secret input has the format digits")

    def variables_after(self, path: str, before: frozenset[str]) -> frozenset[str]:
        return before | {self.into} if path == "next" else before

    @property
    def keyed_in_secret(self) -> str | None:
        return self.into if self.secret else None

    def summary(self) -> str:
        return f"{summary_of(self.say)} → {self.into}" + (" (secret)" if self.secret else "")

    def ask(self, walk: Walk) -> None:
        walk.entry = Entry(self)
        if self.secret:
            walk.host.timer("unmask", None)
            walk.host.mask(on=True)
        super().ask(walk)

    def wait(self, walk: Walk) -> None:
        begun = walk.entry is not None and walk.entry.begun
        walk.host.timer("step", self.between_digits if begun else self.first_digit)

    def leave(self, walk: Walk) -> None:
        if self.secret:
            walk.host.timer("unmask", UNMASK_AFTER)

    def take(self, walk: Walk, key: Key) -> None:
        entry: Entry = walk.entry
        digit = key.digit.reveal()
        walk.host.key_used(HIDDEN_DIGIT if self.secret and digit in DIGITS else digit, key.recording_ms)
        match entry.take(key.digit):
            case EntryVerdict.MORE:
                self.wait(walk)
            case EntryVerdict.ENTERED:
                self._entered(walk, entry)
            case EntryVerdict.FULL:
                walk.swallow_hash()
                self._entered(walk, entry)
            case EntryVerdict.EMPTY:
                assert self.empty is not None
                walk.go(self.empty, "empty")
            case EntryVerdict.BACK:
                assert self.back is not None
                walk.go(self.back, "back")
            case _:
                walk.complain("invalid")

    def _entered(self, walk: Walk, entry: Entry) -> None:
        walk.variables[self.into] = entry.value()
        walk.go(self.next, "entered")
