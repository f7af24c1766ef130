"""What reports add up in: the sums of a line, and which records are counted in which lines (numpy)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from shared.ids import Fen
from shared.reports import ReportRow

Places = NDArray[np.int64]
Which = NDArray[np.bool_]


class Sums:
    """Of one key, or of all."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.longest_ms = 0
        self.waited_ms = 0
        self.milli = 0
        self.dispositions: Counter[str] = Counter()
        self.locked_ms: Counter[str] = Counter()
        self.ms: Counter[str] = Counter()

    def row(self, key: str, name: str, *, shifts: bool) -> ReportRow:
        """``shifts``: time that belongs to no call is known."""
        count, ms = self.counts, self.ms
        free = ms["open_ms"]
        handled = ms["talk_ms"] + ms["hold_ms"] + ms["wrap_up_ms"]
        return ReportRow(
            key=key,
            name=name,
            **count,
            service_level=count["within"] / count["offered"] if count["offered"] else None,
            wait_average_ms=round(self.waited_ms / count["answered"]) if count["answered"] else None,
            wait_longest_ms=self.longest_ms,
            **ms,
            handle_average_ms=round(handled / count["talks"]) if count["talks"] else None,
            turnover=Fen((self.milli + 5) // 10),
            dispositions=dict(sorted(self.dispositions.items())),
            locked_ms=dict(sorted(self.locked_ms.items())),
            occupancy=ms["busy_ms"] / (ms["busy_ms"] + free) if shifts and ms["busy_ms"] + free else None,
        )


class Grouping(Struct, frozen=True):
    """Which of ``sums`` each record (or each case) is counted in. What is given for them has a value for each; ``which``: only of these."""

    place: Places
    sums: Sequence[Sums]

    def of(self, which: Which) -> "Grouping":
        return Grouping(self.place[which], self.sums)

    def added(self, values: NDArray[Any], which: Which) -> Iterable[tuple[Sums, int]]:
        """Each line with the sum of its values: exact, they are whole numbers and far below 2**53."""
        total = np.bincount(self.place[which], weights=values[which], minlength=len(self.sums))
        return zip(self.sums, map(int, total.tolist()), strict=True)

    def count(self, figure: str, which: Which) -> None:
        for sums, number in self.added(which, which):
            sums.counts[figure] += number

    def answered(self, which: Which, waited_ms: NDArray[Any], service_level_ms: NDArray[Any]) -> None:
        self.count("answered", which)
        self.count("within", which & (waited_ms <= service_level_ms))
        for sums, ms in self.added(waited_ms, which):
            sums.waited_ms += ms

    def waited(self, which: Which, waited_ms: NDArray[Any]) -> None:
        longest = np.zeros(len(self.sums), np.int64)
        np.maximum.at(longest, self.place[which], waited_ms[which].astype(np.int64))
        for sums, ms in zip(self.sums, longest.tolist(), strict=True):
            sums.longest_ms = max(sums.longest_ms, ms)


class Cases:
    """The records of one call in one line are a case. ``order`` puts records by case, in a case as they came; all else is in that order."""

    def __init__(self, call: NDArray[Any], lines: Grouping) -> None:
        self.order = np.lexsort((lines.place, call))
        self.call, self.of = call[self.order], Grouping(lines.place[self.order], lines.sums)
        new = changes(self.call) | changes(self.of.place)
        self._case = np.cumsum(new) - 1
        self.begins = np.flatnonzero(new)
        self._lasts = np.append(self.begins, len(call))[1:] - 1
        self.lines = Grouping(self.of.place[self.begins], lines.sums)

    def any(self, records: Which) -> Which:
        """Of each case: has it one of ``records``?"""
        return np.bincount(self._case[records], minlength=len(self.begins)) > 0

    def first(self, records: Which) -> Places:
        """Of each case the first of ``records``; where it has none, its last record."""
        first = self._lasts.copy()
        cases, at = np.unique(self._case[records], return_index=True)
        first[cases] = np.flatnonzero(records)[at]
        return first


def changes(column: NDArray[Any]) -> Which:
    """Where another value begins; the first does."""
    new = np.ones(len(column), np.bool_)
    new[1:] = column[1:] != column[:-1]
    return new


def all_rows(rows: NDArray[Any]) -> Which:
    return np.ones(len(rows), np.bool_)
