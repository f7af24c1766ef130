"""In-band keys (ITU-T Q.23, Q.24) of all channels that need it, by one Goertzel matrix product.

Windows of 106 samples (13 ms: ±1.5 % of frequency stays inside a bin) start every 10 ms. The window in the middle of a frame is worked
out for every frame loud enough; the one across the frames' edge only next to a hit. A key counts once two windows in a row have it (so a
tone of 40 ms is always found) and ends after two without it. Frames that were lost say nothing either way.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.g711 import DECODE_FLOAT
from switch_server.card.tones import DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS, RATE

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

WINDOW = 106
EDGE = WINDOW - FRAME // 2  # samples of the frame before that the window across the edge has
NO_KEY = -1
UNKNOWN = -2
LEAST_LEVEL = 32124 * 10 ** (-36 / 20)  # peak of a tone at -33 dBm0
LEAST_ENERGY = np.float32(LEAST_LEVEL**2 / 2 * WINDOW)  # of one window, both tones a bit below the least
LEAST_SHARE = 0.62
DOMINANCE = 6.3  # 8 dB over the next tone of the same group
TWIST = 10.0  # 10 dB either way


def _matrix() -> npt.NDArray[np.float32]:
    phase = 2 * np.pi * np.arange(WINDOW)[:, None] * np.array([*DTMF_ROWS, *DTMF_COLUMNS])[None, :] / RATE
    return np.concatenate([np.cos(phase), np.sin(phase)], axis=1).astype(np.float32)


_GOERTZEL = _matrix()


def classify(windows: npt.NDArray[np.float32]) -> Codes:
    """Key code (index into ``DTMF_KEYS``) or ``NO_KEY`` of each window (n, 106) of samples."""
    total = np.einsum("ij,ij->i", windows, windows)
    codes = np.full(len(windows), NO_KEY, np.int8)
    loud = np.flatnonzero(total > LEAST_ENERGY)
    if not loud.size:
        return codes
    parts = windows[loud] @ _GOERTZEL
    power = (parts[:, :8] ** 2 + parts[:, 8:] ** 2) * np.float32(
        2 / WINDOW
    )  # a pure tone's power = the window's energy
    groups = np.sort(power.reshape(-1, 2, 4), axis=2)
    best, next_best = groups[:, :, 3], groups[:, :, 2]
    low, high = best[:, 0], best[:, 1]
    hit = low + high > LEAST_SHARE * total[loud]
    hit &= (best > DOMINANCE * next_best).all(axis=1)
    hit &= (low < TWIST * high) & (high < TWIST * low)
    place = power.reshape(-1, 2, 4).argmax(axis=2)
    codes[loud[hit]] = (4 * place[hit, 0] + place[hit, 1]).astype(np.int8)
    return codes


class Detector:
    """Remembers, for each row, the last frame's end and what the last windows held."""

    def __init__(self, rows: int) -> None:
        self._tail = np.zeros((rows, EDGE), np.float32)
        self._last: Codes = np.full(rows, NO_KEY, np.int8)
        self._pressed: Codes = np.full(rows, NO_KEY, np.int8)
        self._misses = np.zeros(rows, np.int8)

    def reset(self, row: int) -> None:
        self._tail[row] = 0
        self._last[row] = self._pressed[row] = NO_KEY
        self._misses[row] = 0

    def sounding(self, row: int) -> bool:
        """Whether a key's tone is, or may be, in what the row says now."""
        return bool(self._pressed[row] != NO_KEY or self._last[row] >= 0)

    def step(
        self, rows: Rows, law: npt.NDArray[np.uint8], frames: Any, good: npt.NDArray[np.bool_]
    ) -> list[tuple[int, str]]:
        """Listens to the tick's frames ((n,) ``V160``) of ``rows``; gives (row, key) of each key that was found to be pressed."""
        if not good.all():
            rows, law, frames = rows[good], law[good], frames[good]
        if not rows.size:
            return []
        coded = frames.view(np.uint8).reshape(-1, FRAME)
        inner = _linear(law, coded[:, FRAME - WINDOW :])
        second = classify(inner)
        near = np.flatnonzero((second >= 0) | (self._last[rows] >= 0) | (self._pressed[rows] != NO_KEY))
        pressed: list[tuple[int, str]] = []
        if near.size:
            across = np.concatenate([self._tail[rows[near]], _linear(law[near], coded[near, : FRAME // 2])], axis=1)
            first = classify(across)
            for place, code, then in zip(near.tolist(), first.tolist(), second[near].tolist(), strict=True):
                row = int(rows[place])
                pressed += [
                    (row, DTMF_KEYS[key]) for key in (self._window(row, code), self._window(row, then)) if key >= 0
                ]
        self._tail[rows] = inner[:, WINDOW - EDGE :]
        return pressed

    def _window(self, row: int, code: int) -> int:
        """One window on: gives the key that starts with it, or ``NO_KEY``."""
        last, self._last[row] = int(self._last[row]), code
        pressed = int(self._pressed[row])
        if code == pressed and code >= 0:
            self._misses[row] = 0
        elif code >= 0 and code == last:
            self._pressed[row], self._misses[row] = code, 0
            return code
        elif pressed >= 0:
            self._misses[row] += 1
            if self._misses[row] >= 2:
                self._pressed[row] = NO_KEY
        return NO_KEY


def _linear(law: npt.NDArray[np.uint8], coded: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    linear: npt.NDArray[np.float32] = DECODE_FLOAT[law[:, None], coded] if law.any() else DECODE_FLOAT[0][coded]
    return linear
