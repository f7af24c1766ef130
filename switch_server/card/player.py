"""Plays: lists of segments that are sent to a channel in place of its patch."""

from typing import Any

import numpy as np
import numpy.typing as npt

from shared.enums import PlayEnd
from switch_server.card import BadWave, NoSegment
from switch_server.card.prompts import Prompts, Segment

Rows = npt.NDArray[np.int64]


class RunningPlay:
    """One running play: its segments and the current position."""

    __slots__ = ("barge_in", "failed", "loop", "number", "place", "segments", "ticks")

    def __init__(self, number: int, segments: list[Segment], *, barge_in: bool, loop: bool, failed: bool) -> None:
        self.number, self.segments, self.barge_in, self.loop, self.failed = number, segments, barge_in, loop, failed
        self.place = self.ticks = 0

    def next(self) -> Segment | None:
        if self.place and self.segments[self.place - 1].again:
            return self.segments[self.place - 1]
        if self.place == len(self.segments):
            if not self.loop:
                return None
            self.place = 0
        self.place += 1
        return self.segments[self.place - 1]


class PromptPlayer:
    """Columns: the next frame of each playing row. ``step`` writes this tick's frames and returns the plays that ended."""

    def __init__(self, rows: int, prompts: Prompts) -> None:
        self._prompts = prompts
        self._frame = np.zeros(rows, np.int64)
        self._step = np.zeros(rows, np.int64)
        self._left = np.zeros(rows, np.int64)
        self._plays: dict[int, RunningPlay] = {}
        self._rows: Rows = np.zeros(0, np.int64)
        self._soonest = 0  # ticks until the first segment ends
        self._split: list[tuple[int, Rows]] = []
        self.changed = False

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {"frame": self._frame, "step": self._step, "left": self._left, "arena": self._prompts.arena}

    def __contains__(self, row: int) -> bool:
        return row in self._plays

    @property
    def rows(self) -> Rows:
        return self._rows

    def start(self, row: int, number: int, names: tuple[str, ...], *, barge_in: bool, loop: bool) -> bool:
        """Begins a play; the row's previous play must have been stopped. Segments that can't be loaded are left out; ``False`` if none is left."""
        segments, failed = [], False
        for name in names:
            try:
                segments.append(self._prompts.segment(name))
            except (NoSegment, BadWave, OSError):
                failed = True
        if not segments:
            return False
        self._plays[row] = play = RunningPlay(
            number, segments, barge_in=barge_in, loop=loop and not failed, failed=failed
        )
        self._begin(row, play)
        self.changed = True
        return True

    def stop(self, row: int, *, by_key: bool = False) -> tuple[int, int] | None:
        """Ends a row's play; returns its number and the ms played, or ``None`` where the row has no play or a key may not end it."""
        play = self._plays.get(row)
        if play is None or (by_key and not play.barge_in):
            return None
        del self._plays[row]
        self.changed = True
        return play.number, self._played(row, play) * 20

    def refresh(self, law: npt.NDArray[np.uint8]) -> None:
        """Makes the lists of playing rows after a change of plays or laws."""
        self._rows = np.array(sorted(self._plays), np.int64)
        self._split = [(code, self._rows[law[self._rows] == code]) for code in (0, 1)]
        self._split = [(code, rows) for code, rows in self._split if rows.size]
        self._soonest = int(self._left[self._rows].min(initial=0x7FFF_FFFF))
        self.changed = False

    def step(self, payload: Any) -> list[tuple[int, int, PlayEnd, int]]:
        """Writes this tick's frames into ``payload`` (rows of ``V160``); returns (row, play, reason, ms) of the plays that ended with this tick."""
        for law, rows in self._split:
            payload[rows] = self._prompts.frames[law][self._frame[rows]]
        rows = self._rows
        if not rows.size:
            return []
        self._frame += self._step  # all rows, since ``_begin`` sets the values of a row that starts to play
        self._left -= 1
        self._soonest -= 1
        if self._soonest > 0:
            return []
        ended = self.go_on(rows[self._left[rows] <= 0])
        self._soonest = int(self._left[rows].min())
        return ended

    def go_on(self, over: Rows) -> list[tuple[int, int, PlayEnd, int]]:
        """The segments of these rows have ended: begins the next ones; returns the plays that ended, as ``step``."""
        return [end for row in over.tolist() if (end := self._next(row)) is not None]

    def _next(self, row: int) -> tuple[int, int, PlayEnd, int] | None:
        play = self._plays[row]
        play.ticks += play.segments[play.place - 1].frames
        if self._begin(row, play):
            return None
        del self._plays[row]
        self.changed = True
        return row, play.number, PlayEnd.FAILED if play.failed else PlayEnd.DONE, play.ticks * 20

    def _begin(self, row: int, play: RunningPlay) -> bool:
        segment = play.next()
        if segment is None:
            return False
        self._frame[row], self._left[row], self._step[row] = segment.start, segment.frames, segment.step
        return True

    def _played(self, row: int, play: RunningPlay) -> int:
        return play.ticks + play.segments[play.place - 1].frames - int(self._left[row])
