"""The sums of a report's rows, and the assignment of records to rows (numpy)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from shared.ids import Fen
from shared.reports import ReportRow

Indexes = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Sums:
    """The sums of one key, or of all."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.longest_ms = 0
        self.waited_ms = 0
        self.milli = 0
        self.dispositions: Counter[str] = Counter()
        self.locked_ms: Counter[str] = Counter()
        self.ms: Counter[str] = Counter()

    def row(self, key: str, name: str, *, shifts: bool) -> ReportRow:
        """``shifts``: the time outside calls is known."""
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
    """The index in ``sums`` of each record (or case). Arguments have one value for each of them; ``which`` selects some."""

    place: Indexes
    sums: Sequence[Sums]

    def of(self, which: Mask) -> "Grouping":
        return Grouping(self.place[which], self.sums)

    def added(self, values: NDArray[Any], which: Mask) -> Iterable[tuple[Sums, int]]:
        """Each row's sums with the sum of its values, which is exact: whole numbers far below 2**53."""
        total = np.bincount(self.place[which], weights=values[which], minlength=len(self.sums))
        return zip(self.sums, map(int, total.tolist()), strict=True)

    def count(self, figure: str, which: Mask) -> None:
        for sums, number in self.added(which, which):
            sums.counts[figure] += number

    def answered(self, which: Mask, waited_ms: NDArray[Any], service_level_ms: NDArray[Any]) -> None:
        self.count("answered", which)
        self.count("within", which & (waited_ms <= service_level_ms))
        for sums, ms in self.added(waited_ms, which):
            sums.waited_ms += ms

    def waited(self, which: Mask, waited_ms: NDArray[Any]) -> None:
        longest = np.zeros(len(self.sums), np.int64)
        np.maximum.at(longest, self.place[which], waited_ms[which].astype(np.int64))
        for sums, ms in zip(self.sums, longest.tolist(), strict=True):
            sums.longest_ms = max(sums.longest_ms, ms)


class Cases:
    """The records of one call in one row are a case. ``order`` sorts records by case and then in their order; all other members use that order."""

    def __init__(self, call: NDArray[Any], lines: Grouping) -> None:
        self.order = np.lexsort((lines.place, call))
        self.call, self.of = call[self.order], Grouping(lines.place[self.order], lines.sums)
        new = changes(self.call) | changes(self.of.place)
        self._case = np.cumsum(new) - 1
        self.begins = np.flatnonzero(new)
        self._lasts = np.append(self.begins, len(call))[1:] - 1
        self.lines = Grouping(self.of.place[self.begins], lines.sums)

    def any(self, records: Mask) -> Mask:
        """Whether each case has one of ``records``."""
        return np.bincount(self._case[records], minlength=len(self.begins)) > 0

    def first(self, records: Mask) -> Indexes:
        """For each case the first of ``records``; if it has none, its last record."""
        first = self._lasts.copy()
        cases, at = np.unique(self._case[records], return_index=True)
        first[cases] = np.flatnonzero(records)[at]
        return first


def changes(column: NDArray[Any]) -> Mask:
    """Whether each value differs from the one before; true for the first."""
    new = np.ones(len(column), np.bool_)
    new[1:] = column[1:] != column[:-1]
    return new


def all_rows(rows: NDArray[Any]) -> Mask:
    return np.ones(len(rows), np.bool_)
