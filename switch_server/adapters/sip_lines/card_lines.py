"""The numbered lines (线路) of a box with cards: state, block, choice of a line for a call out, the line in an INVITE. Pure: ``now`` in seconds."""

import re
from collections import Counter
from typing import Final

from switch_server.core.words import CardLines, line_numbers
from switch_server.ports.trunks import CardLine

FAULT_S: Final = 300.0
"""A line on which the box could place no call is not chosen for so long."""
TRIES: Final = 4
"""The most lines that one call out tries."""
_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{1,4}(?![0-9])")


class CardLineTable:
    """The lines of one trunk. Not thread-safe: for the SIP thread."""

    def __init__(self, card: CardLines, blocked: frozenset[int] = frozenset()) -> None:
        self._blocked = set(blocked)
        self._used: dict[tuple[int, bool], int] = {}
        self._faulty_until: dict[int, float] = {}
        self._counts: Counter[tuple[int, str]] = Counter()
        self._last: int | None = None
        self.load(card)

    def load(self, card: CardLines) -> None:
        """Takes a new configuration; lines in use, blocks and faults stay."""
        self.card = card
        self.lines = line_numbers(card.lines)

    def has(self, line: int) -> bool:
        return line in self.lines

    def block(self, line: int) -> None:
        self._blocked.add(line)

    def free(self, line: int) -> None:
        """Takes away block and fault."""
        self._blocked.discard(line)
        self._faulty_until.pop(line, None)

    def is_blocked(self, line: int) -> bool:
        return line in self._blocked

    def take(self, line: int, *, incoming: bool) -> None:
        self._used[line, incoming] = self._used.get((line, incoming), 0) + 1
        self._counts[line, "in" if incoming else "out"] += 1
        if incoming:
            self._faulty_until.pop(line, None)  # it works
        else:
            self._last = line

    def give_back(self, line: int, *, incoming: bool) -> None:
        left = self._used.pop((line, incoming), 0) - 1
        if left > 0:
            self._used[line, incoming] = left

    def fault(self, line: int, now: float) -> None:
        """The box has refused a call out on this line."""
        self._faulty_until[line] = now + FAULT_S
        self._counts[line, "fault"] += 1

    def works(self, line: int) -> None:
        """A call out on this line is ringing or answered."""
        self._faulty_until.pop(line, None)

    def order(self, now: float) -> tuple[int, ...]:
        """The lines for a call out to try, at most ``TRIES``: idle ones by the hunt order, then faulty ones. Blocked lines and lines in use never."""
        at = self.lines.index(self._last) + 1 if self.card.hunt == "cyclic" and self._last in self.lines else 0
        turned = self.lines[at:] + self.lines[:at]
        free = [line for line in turned if line not in self._blocked and not self._in_use(line)]
        return tuple(sorted(free, key=lambda line: self._faulty_until.get(line, 0.0) > now)[:TRIES])

    def _in_use(self, line: int) -> bool:
        return (line, True) in self._used or (line, False) in self._used

    def view(self, now: float) -> tuple[CardLine, ...]:
        return tuple(self._view(line, now) for line in self.lines)

    def _view(self, line: int, now: float) -> CardLine:
        count = self._counts
        return CardLine(
            line, self._state(line, now), line in self._blocked, count[line, "in"], count[line, "out"], count[line, "fault"]
        )  # fmt: skip

    def _state(self, line: int, now: float) -> str:
        if self._in_use(line):
            return "in" if (line, True) in self._used else "out"
        if line in self._blocked:
            return "blocked"
        return "faulty" if self._faulty_until.get(line, 0.0) > now else "idle"


def read_line(text: str) -> int | None:
    """The line in a value of the box: its first number of at most four digits, above 0 (``DAHDI/3-1`` is line 3)."""
    found = _NUMBER.search(text[:64])
    return int(found[0]) or None if found else None


def split_user(user: str, separator: str) -> tuple[str, int | None]:
    """Number and line of a user part such as ``95500*3``; without separator all is the number."""
    number, found, rest = user.partition(separator)
    return (number, read_line(rest)) if found else (user, None)
