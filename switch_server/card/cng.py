"""CNG, the tone of a calling fax machine (ITU-T T.30 §4.2: 1,100 Hz ± 38, 0.5 s ± 15 % of every 3.5 s), in calls that have just come in.

Of each watched row one frame in ``EVERY`` is looked at: the 10 ms in its middle are quiet, a tone of that frequency, or anything else. A tone
of four to six such frames with quiet before and after is CNG; between, there may be one frame in which the tone begins or ends. Speech, keys and music are hardly ever pure for so long and then quiet.
Told once for each channel. ``kernel.c`` looks at the frames, too, and lists those that are, or may end, a tone for ``step``.
"""

import enum
from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME, TICKS_A_SECOND
from switch_server.card.g711 import DECODE_FLOAT
from switch_server.card.tones import RATE

Rows = npt.NDArray[np.int64]

EVERY = 5
"""Ticks (100 ms) from one look to the next."""
WATCHED_TICKS = 60 * TICKS_A_SECOND
"""A channel is watched from its opening on: a fax machine begins at once."""
WINDOW = 80
BEGIN = (FRAME - WINDOW) // 2
HERTZ = 1100
LEAST_RUN, MOST_RUN = 4, 6
LEAST_SHARE = 0.55
"""Of the window's energy at 1,100 Hz; 0.61 at 38 Hz from it."""


def _energy(dbm0: float) -> float:
    """Of one window of a tone."""
    return float((32124 * 10 ** ((dbm0 - 3.14) / 20)) ** 2 / 2 * WINDOW)


QUIET, LOUD = np.float32(_energy(-40)), np.float32(_energy(-36))
_PHASE = 2 * np.pi * HERTZ / RATE * np.arange(WINDOW)
_GOERTZEL = np.stack([np.cos(_PHASE), np.sin(_PHASE)], axis=1).astype(np.float32)


class Sound(enum.IntEnum):
    """What a window has."""

    QUIET = 0
    TONE = 1
    OTHER = 2
    EDGE = 3  # in ``_before`` alone: ``OTHER`` directly after quiet, perhaps the begin of a tone


def classify(windows: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """The ``Sound`` of each window (n, 80) of samples."""
    total = np.einsum("ij,ij->i", windows, windows)
    parts = windows @ _GOERTZEL
    tone = (parts**2).sum(axis=1) * np.float32(2 / WINDOW)
    sounds = np.where(total < QUIET, Sound.QUIET, Sound.OTHER)
    sounds[(total > LOUD) & (tone > LEAST_SHARE * total)] = Sound.TONE
    return sounds.astype(np.int8)


class ToneWatch:
    """The watched rows (``rows``), and for each the sound of the last look and the looks that a tone has lasted."""

    def __init__(self, size: int) -> None:
        self.rows: Rows = np.zeros(0, np.int64)
        self.tick = 0
        """The card's tick, set before each step."""
        self._until: dict[int, int] = {}
        self._before = np.zeros(size, np.int8)
        self._run = np.zeros(size, np.int8)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        limits = np.array([QUIET, LOUD, LEAST_SHARE], np.float32)
        return {"tone_before": self._before, "tone_run": self._run, "tone_wave": _GOERTZEL, "tone_limits": limits}

    def open(self, row: int, tick: int) -> None:
        self._before[row] = self._run[row] = 0
        self._until[row] = tick + WATCHED_TICKS
        self._list()

    def close(self, row: int) -> bool:
        """Whether the row was watched: the lists of the tick are to be made anew."""
        if self._until.pop(row, None) is None:
            return False
        self._list()
        return True

    def expire(self, tick: int) -> bool:
        """Ends the watch of rows whose time is over; whether there are any."""
        over = [row for row, until in self._until.items() if until <= tick]
        for row in over:
            del self._until[row]
        if over:
            self._list()
        return bool(over)

    def step(self, rows: Rows, law: npt.NDArray[np.uint8], frames: Any) -> list[int]:
        """Looks at whole frames ((n,) ``V160``) of ``rows``; returns the rows that have just ended a CNG."""
        if not rows.size:
            return []
        coded = frames.view(np.uint8).reshape(-1, FRAME)[:, BEGIN : BEGIN + WINDOW]
        sounds = classify(DECODE_FLOAT[law[:, None], coded])
        return [row for row, sound in zip(rows.tolist(), sounds.tolist(), strict=True) if self._takes(row, sound)]

    def _takes(self, row: int, sound: int) -> bool:
        """Takes the sound of a look; whether a CNG is over. ``_run`` is negative while a look has had the end of a tone."""
        before, run = self._before[row], int(self._run[row])
        edge = sound == Sound.OTHER and before == Sound.QUIET
        self._before[row] = Sound.EDGE if edge else sound
        if sound == Sound.TONE:
            begins = before in {Sound.QUIET, Sound.EDGE}
            self._run[row] = min(run + 1, MOST_RUN + 1) if run > 0 or begins else 0
            return False
        self._run[row] = -run if sound == Sound.OTHER and run > 0 else 0
        return sound == Sound.QUIET and LEAST_RUN <= abs(run) <= MOST_RUN

    def _list(self) -> None:
        self.rows = np.array(sorted(self._until), np.int64)
