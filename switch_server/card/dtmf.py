"""Detection of in-band keys (ITU-T Q.23, Q.24) for many channels at once, by one Goertzel matrix product.

Windows of 106 samples (13 ms: ±1.5 % of frequency stays inside a bin) start every 10 ms. The window at a frame's end is classified for
every frame; the window across the edge to the frame before only where a key was found in this frame or in the one before. A key is
pressed once two windows in a row have it (so a tone of 40 ms is always found) and released after two windows without it. Lost frames are
left out.
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
EDGE = WINDOW - FRAME // 2  # samples of the previous frame in the window across the edge
NO_KEY = -1
LEAST_LEVEL = 32124 * 10 ** (-36 / 20)  # peak of a tone at -33 dBm0
LEAST_ENERGY = np.float32(LEAST_LEVEL**2 / 2 * WINDOW)  # of one window: below that of two tones of the least level
LEAST_SHARE = 0.62
DOMINANCE = 6.3  # 8 dB above the second strongest tone of the same group
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


class DtmfDetector:
    """Keeps, for each row, the end of the last frame, the last window's key and the pressed key."""

    def __init__(self, rows: int) -> None:
        self._tail = np.zeros((rows, EDGE), np.float32)
        self._last: Codes = np.full(rows, NO_KEY, np.int8)
        self._pressed: Codes = np.full(rows, NO_KEY, np.int8)
        self._misses = np.zeros(rows, np.int8)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        limits = np.array([LEAST_ENERGY, LEAST_SHARE, DOMINANCE, TWIST], np.float32)
        return {
            "decode_float": DECODE_FLOAT, "goertzel": _GOERTZEL, "limits": limits, "tail": self._tail,
            "last": self._last, "pressed": self._pressed,
        }  # fmt: skip

    def reset(self, row: int) -> None:
        self._tail[row] = 0
        self._last[row] = self._pressed[row] = NO_KEY
        self._misses[row] = 0

    def sounding(self, row: int) -> bool:
        """Whether the row's audio has, or may have, a key's tone."""
        return bool(self._pressed[row] != NO_KEY or self._last[row] >= 0)

    def step(
        self, rows: Rows, law: npt.NDArray[np.uint8], frames: Any, good: npt.NDArray[np.bool_]
    ) -> list[tuple[int, str]]:
        """Analyses the tick's frames ((n,) ``V160``) of ``rows``; returns (row, key) for each newly pressed key."""
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
        """Takes one window's code; returns the key that is pressed from this window on, or ``NO_KEY``."""
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
