"""Tones and levels: 8 kHz, int16. dBFS is against a full-scale sine (AES17): -20 dBFS is a sine with a peak of 3,277."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from agent_app.phone.elastic import RATE, Samples

SILENT = -99.0
TEST_HZ, TEST_DBFS = 1000.0, -20.0
RING_HZ, RING_DBFS, RING_ON_S, RING_OFF_S = 450.0, -14.0, 1.0, 4.0
"""回铃音/振铃: 450 Hz, 1 s on and 4 s off (GB/T 3380)."""
EDGE = 40
"""Samples of rise and fall, against clicks."""


def peak_of(dbfs: float) -> float:
    return float(32767 * 10 ** (dbfs / 20))


def level(samples: Samples) -> float:
    """The mean power in dBFS; ``SILENT`` without samples or power."""
    if not len(samples):
        return SILENT
    power = float(np.mean(samples.astype(np.float32) ** 2))
    return max(SILENT, 10 * math.log10(2 * power / 32767**2)) if power > 0 else SILENT


class Tone:
    """A sine; each block continues the one before. ``on_s`` of sound and ``off_s`` of silence alternate; ``off_s`` 0: no silence."""

    def __init__(self, hertz: float, dbfs: float, on_s: float = 1.0, off_s: float = 0.0) -> None:
        self._omega = 2 * math.pi * hertz / RATE
        self._peak = peak_of(dbfs)
        self._on = round(on_s * RATE)
        self._cycle = self._on + round(off_s * RATE)
        self._at = 0

    def rewind(self) -> None:
        self._at = 0

    def next(self, count: int) -> Samples:
        at = self._at + np.arange(count)
        self._at += count
        wave = self._peak * np.sin(self._omega * at)
        if self._cycle > self._on:
            place = at % self._cycle
            wave *= np.clip(np.minimum(place + 1, self._on - place) / EDGE, 0.0, 1.0)
        return as_samples(wave)


def as_samples(wave: npt.NDArray[Any]) -> Samples:
    """Samples out of range are clipped."""
    clipped: Samples = np.clip(wave, -32768, 32767).astype(np.int16)
    return clipped


def ring_tone() -> Tone:
    return Tone(RING_HZ, RING_DBFS, RING_ON_S, RING_OFF_S)


def mixed(one: Samples, other: Samples) -> Samples:
    return as_samples(one.astype(np.int32) + other)


def scaled(samples: Samples, factor: float) -> Samples:
    """Applies the volume; samples out of range are clipped."""
    if factor == 1.0:
        return samples
    return as_samples(samples.astype(np.float32) * factor)
