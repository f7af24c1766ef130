"""A small buffer between two clocks: PJSIP's tick and the sound device's blocks, 10 ms each. Pure but for its lock; 8 kHz, mono, int16.

One thread puts, another takes. The reserve (``spare``) covers the jitter of both: 10 ms at first, 5 ms more after an underrun (at most
60; one step in half a second, none in the first half second, when a newly opened device fetches ahead), 5 ms less after ten seconds without underrun.
A drift of the clocks, and samples left by a stall, show in the lowest fill of a second: then 5 to 20 ms are cut out, or 5 ms are played
twice, cross-faded, in a quiet place if there is one within a second. Clocks 100 ppm apart need one such step in 50 s.
"""

import threading

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 8000
MS = RATE // 1000
STEP, STEP_MOST = 5 * MS, 20 * MS
FADE = 20
SPARE, SPARE_MOST = 10 * MS, 60 * MS
WINDOW = RATE
WARM_UP = RATE // 2
"""Samples taken since the first put, or since the spare was raised, within which an underrun does not raise the spare."""
CALM_SAMPLES = 10 * RATE
FULL = 240 * MS
QUIET = 200
"""Peak below which a cut is not audible (-44 dBFS)."""
_RISE = (np.arange(FADE, dtype=np.float32) + 1) / (FADE + 1)


def _faded(old: Samples, new: Samples) -> Samples:
    faded: Samples = (old * (1 - _RISE) + new * _RISE).astype(np.int16)
    return faded


class ElasticBuffer:
    """``take`` never waits: without samples it returns silence. ``underruns``, ``overruns``, ``steps``: counts since ``clear``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Empties the buffer: silence is played until the next put."""
        with self._lock:
            self._data: Samples = np.zeros(0, np.int16)
            self._begun = self._primed = False
            self.spare = SPARE
            self.underruns = self.overruns = self.steps = 0
            self._since_raise = self._samples_since_underrun = 0
            self._begin_window()

    def __str__(self) -> str:
        counts = f"underruns {self.underruns}, overruns {self.overruns}, steps {self.steps}"
        return f"{self.fill_ms():.0f} ms (spare {self.spare // MS}), {counts}"

    def fill_ms(self) -> float:
        return len(self._data) / MS

    def put(self, samples: Samples) -> None:
        with self._lock:
            self._begun = True
            if not self._primed:
                self._primed = True
                self._data = np.concatenate([np.zeros(self.spare, np.int16), samples])
                return
            self._data = np.concatenate([self._data, samples])
            if len(self._data) > FULL:
                self.overruns += 1
                self._data = self._data[-(self.spare + len(samples)) :]

    def take(self, count: int) -> Samples:
        with self._lock:
            if not self._begun:
                return np.zeros(count, np.int16)
            self._since_raise += count
            self._adjust(count)
            if len(self._data) < count:
                return self._run_dry(count)
            out, self._data = self._data[:count], self._data[count:]
            self._watch(count)
            return out

    def _run_dry(self, count: int) -> Samples:
        if self._primed:
            self.underruns += 1
            self._samples_since_underrun = 0
            if self._since_raise > WARM_UP:
                self._since_raise = 0
                self.spare = min(SPARE_MOST, self.spare + STEP)
        out = np.zeros(count, np.int16)
        out[: len(self._data)] = self._data
        self._data = self._data[:0]
        self._primed = False
        self._begin_window()
        return out

    def _begin_window(self) -> None:
        self._taken, self._low, self._surplus, self._waited = 0, FULL, 0, 0
        # _surplus: samples to cut (+) or to double (-) at the next quiet place

    def _watch(self, count: int) -> None:
        self._low = min(self._low, len(self._data))
        self._taken += count
        self._samples_since_underrun += count
        if self._samples_since_underrun >= CALM_SAMPLES:
            self._samples_since_underrun = 0
            self.spare = max(SPARE, self.spare - STEP)
        if self._taken >= WINDOW and not self._surplus:
            self._judge()

    def _judge(self) -> None:
        above = self._low - self.spare
        self._begin_window()
        if above > STEP + STEP // 2:
            self._surplus = min(STEP_MOST, above // STEP * STEP)
        elif above < -STEP // 2:  # puts and takes are 10 ms each: once their phases cross, 10 ms are gone at once
            self._surplus = -STEP

    def _adjust(self, count: int) -> None:
        """Cuts out or doubles part of the next samples, if that is due."""
        size = abs(self._surplus)
        if not size or len(self._data) < count + size + FADE:
            return
        self._waited += count
        data = self._data
        if int(np.abs(data[: size + FADE].astype(np.int32)).max()) > QUIET and self._waited < RATE:
            return
        if self._surplus > 0:
            self._data = np.concatenate([_faded(data[:FADE], data[size : size + FADE]), data[size + FADE :]])
        else:
            self._data = np.concatenate([data[:size], _faded(data[size : size + FADE], data[:FADE]), data[FADE:]])
        self.steps += 1
        self._begin_window()
