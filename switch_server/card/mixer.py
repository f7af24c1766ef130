"""Patches: which rows each row hears.

A row that hears one other row gets its bytes, re-coded where the laws differ. All mixes are computed in one pass over samples.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.g711 import ACROSS, DECODE32, ENCODE

Rows = npt.NDArray[np.int64]
_NONE: Rows = np.zeros(0, np.int64)


class Mixer:
    """``hear`` changes the sets; ``refresh`` turns the sets into index lists; ``step`` writes each listener's frame.

    A mix is *sum minus self*: for a listener l that hears the set H, the total over H ∪ {l} minus l's own samples. The listeners of one
    conference share that total.
    """

    def __init__(self, rows: int) -> None:
        self._heard_by: list[set[int]] = [set() for _ in range(rows)]
        self._hears: dict[int, frozenset[int]] = {}
        self._one = np.full(rows, -1, np.int64)
        self.ones: tuple[Rows, Rows] = (_NONE, _NONE)
        """The rows that hear one other row, and which."""
        self._pairs: tuple[Rows, Rows] = (_NONE, _NONE)
        self._across: list[tuple[int, int, Rows, Rows]] = []
        self._listeners = self._members = self._edges = self._starts = self._total_of = self._own = _NONE
        self._member_law = self._listener_law = np.zeros(0, np.uint8)
        self._sizes = _NONE
        self._place = np.zeros(rows, np.int64)
        self.changed = False

    def mixes(self) -> dict[str, npt.NDArray[Any]]:
        """The mixes as lists: the rows of all groups, the groups' sizes, the listeners and the group of each."""
        return {
            "edges": self._members[self._edges], "group_sizes": self._sizes,
            "totals": np.zeros((self._sizes.size, FRAME), np.int32), "mixed": self._listeners, "mix_of": self._total_of,
        }  # fmt: skip

    def hear(self, row: int, others: frozenset[int]) -> None:
        """From now on ``row`` hears exactly ``others``, without ``row`` itself."""
        others -= {row}
        for other in self._hears.get(row, frozenset()):
            self._heard_by[other].discard(row)
        for other in others:
            self._heard_by[other].add(row)
        if others:
            self._hears[row] = others
        else:
            self._hears.pop(row, None)
        self._one[row] = next(iter(others)) if len(others) == 1 else -1
        self.changed = True

    def drop(self, row: int) -> list[int]:
        """Removes a closed row from every set; returns the rows that heard it."""
        self.hear(row, frozenset())
        listeners = list(self._heard_by[row])
        for other in listeners:
            self.hear(other, self._hears[other] - {row})
        return listeners

    def hears(self, row: int) -> frozenset[int]:
        return self._hears.get(row, frozenset())

    def refresh(self, law: npt.NDArray[np.uint8], upto: int) -> tuple[Rows, Rows]:
        """Makes the index lists; returns the rows whose frames are needed and the rows that hear at least one other."""
        listeners = np.flatnonzero(self._one[:upto] >= 0)
        speakers = self._one[listeners]
        self.ones = listeners, speakers
        ours, theirs = law[listeners], law[speakers]
        same = ours == theirs
        self._pairs = listeners[same], speakers[same]
        self._across = []
        for source, target in ((0, 1), (1, 0)):
            which = (theirs == source) & (ours == target)
            if which.any():
                self._across.append((source, target, listeners[which], speakers[which]))
        self._refresh_mixes(law)
        self.changed = False
        return np.unique(np.concatenate([speakers, self._members])), np.concatenate([listeners, self._listeners])

    def _refresh_mixes(self, law: npt.NDArray[np.uint8]) -> None:
        mixed = {row: others | {row} for row, others in self._hears.items() if len(others) > 1}
        groups = {group: number for number, group in enumerate(dict.fromkeys(mixed.values()))}
        members = sorted(set().union(*groups)) if groups else []
        place = {row: number for number, row in enumerate(members)}
        edges = [[place[row] for row in group] for group in groups]
        sizes = [len(group) for group in edges]
        self._sizes = np.array(sizes, np.int64)
        self._members = np.array(members, np.int64)
        self._edges = np.array([member for group in edges for member in group], np.int64)
        self._starts = np.cumsum([0, *sizes[:-1]]) if sizes else _NONE
        self._listeners = np.array(list(mixed), np.int64)
        self._total_of = np.array([groups[group] for group in mixed.values()], np.int64)
        self._own = np.array([place[row] for row in mixed], np.int64)
        self._member_law, self._listener_law = law[self._members], law[self._listeners]

    def step(self, frames: Any, place: Rows, payload: Any) -> None:
        """Writes into ``payload`` (rows,) ``V160``. ``frames`` (n,) ``V160`` are those of the needed rows, ``place`` their index by row."""
        listeners, speakers = self._pairs
        if listeners.size:
            payload[listeners] = frames[place[speakers]]
        for source, target, hearing, speaking in self._across:
            coded = frames[place[speaking]].view(np.uint8).reshape(-1, FRAME)
            payload[hearing] = ACROSS[source, target][coded].view(f"V{FRAME}")[:, 0]
        if self._listeners.size:
            self._mix(frames, place, payload)

    def _mix(self, frames: Any, place: Rows, payload: Any) -> None:
        coded = frames[place[self._members]].view(np.uint8).reshape(-1, FRAME)
        linear = DECODE32[self._member_law[:, None], coded]
        totals = np.add.reduceat(linear[self._edges], self._starts, axis=0)
        heard = np.clip(totals[self._total_of] - linear[self._own], -32768, 32767).astype(np.int16).view(np.uint16)
        payload[self._listeners] = ENCODE[self._listener_law[:, None], heard].view(f"V{FRAME}")[:, 0]
