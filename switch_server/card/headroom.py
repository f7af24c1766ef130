"""The headroom of each channel's packets, and the depth of the jitter buffer that follows from it.

A packet's *headroom* is the time from its arrival to the tick at which its first sample is played, in samples; a late packet has a negative
one. It is measured with the kernel's arrival time, so that it counts parts of a tick. The least headroom of a window is what the buffer
could be shallower by, the most is the delay through the switch.

``review`` closes a window of 2 s. A channel's *wish* is the number of slots by which its buffer is deeper than needed, or -1 where the
buffer is about to become too shallow (the two ends' clocks differ). What is needed is ``MARGIN`` and half the spread of the headrooms seen
in this and earlier windows; the memory of earlier windows fades by an eighth each window.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME

Rows = npt.NDArray[np.int64]

MOST_SAMPLES = 1600
"""The largest headroom that late packets may cause, and the limit of a spread: 200 ms."""
MARGIN = 80
"""Headroom (10 ms) that a channel's first packet gets at least, and that is kept in a calm network."""
NARROW = 24
"""Headroom (3 ms) below which a slot is added in the next silence."""
PATIENCE = 5
"""Reviews (10 s) that a wish waits for silence; after that, a slot is removed in speech."""
NO_HEADROOM = 1 << 30


class Headroom:
    """Columns by row; ``note`` for each packet, ``review`` every 2 s; ``wishing`` has the rows whose wish is not 0."""

    def __init__(self, rows: int) -> None:
        self.least = np.full(rows, NO_HEADROOM, np.int32)
        """The least headroom since the last review, samples."""
        self.most = np.zeros(rows, np.int32)
        """The largest one: the buffer's delay."""
        self.wish = np.zeros(rows, np.int32)
        self.wishing: Rows = np.zeros(0, np.int64)
        self._spread = np.zeros(rows, np.int32)
        self._waited = np.zeros(rows, np.uint8)
        self._fresh = np.zeros(rows, np.bool_)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {"least": self.least, "most": self.most}

    def note(self, rows: Rows, headroom: npt.NDArray[np.int32]) -> None:
        np.minimum.at(self.least, rows, headroom)
        np.maximum.at(self.most, rows, headroom)

    def restart(self, rows: Rows) -> None:
        """A new stream: its first window, which is cut short, decides nothing."""
        self.least[rows], self.most[rows] = NO_HEADROOM, 0
        self.wish[rows] = self._spread[rows] = self._waited[rows] = 0
        self._fresh[rows] = True

    def shift(self, rows: Rows, slots: Rows | int) -> None:
        """The buffers of ``rows`` have become deeper by ``slots``, because of the wish or of a late packet."""
        samples = np.asarray(slots * FRAME, np.int32)
        self.least[rows] += np.where(self.least[rows] < NO_HEADROOM, samples, np.int32(0))
        self.most[rows] += samples

    def fulfil(self, rows: Rows, slots: Rows | int) -> None:
        """The wish's ``slots`` have been removed (or added, where negative); the next one waits for silence again."""
        self.wish[rows] -= np.asarray(slots, np.int32)
        self._waited[rows] = 0

    def impatient(self, rows: Rows) -> npt.NDArray[np.bool_]:
        waited: npt.NDArray[np.bool_] = self._waited[rows] > PATIENCE
        return waited

    def review(self, upto: int) -> None:
        """Closes the window of all rows below ``upto``, and makes their wishes anew."""
        least, spread, wish = self.least[:upto], self._spread[:upto], self.wish[:upto]
        heard = (least < NO_HEADROOM) & ~self._fresh[:upto]
        seen = np.clip(self.most[:upto] - np.where(heard, least, 0), 0, MOST_SAMPLES)
        np.maximum(spread - (spread >> 3), seen, out=spread, where=heard)
        excess = (least - MARGIN - spread // 2) // FRAME
        wish[:] = np.where(heard, np.where(least < NARROW, -1, np.maximum(excess, 0)), 0)
        waited = self._waited[:upto]
        waited[:] = np.where(wish > 0, np.minimum(waited, PATIENCE) + 1, 0)
        self.wishing = np.flatnonzero(wish)
        self.least[:upto] = NO_HEADROOM
        self.most[:upto] = 0
        self._fresh[:upto] = False
