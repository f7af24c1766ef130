"""A small buffer between two clocks: PJSIP's tick of 20 ms and the sound device's blocks. Pure but for its lock; 8 kHz, mono, int16 as bytes.

One thread puts, another takes. What is kept in hand (``spare``) covers the jitter of both: 10 ms to begin with, 5 ms more after each underrun
(at most 60), and less again when a minute went well. Clocks that drift apart show in the lowest fill of a window of 2 s: then 5 ms are cut out or
played twice, cross-faded, in a quiet place if one comes within a second. 100 ppm are one such step in 50 s.
"""

import threading

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

RATE = 8000
MS = RATE // 1000
STEP = 5 * MS
FADE = 20
SPARE, SPARE_MOST = 10 * MS, 60 * MS
WINDOW = 2 * RATE
CALM = 60 * RATE
FULL = 240 * MS
QUIET = 200
"""Peak below which nobody hears a cut (-44 dBFS)."""
_RISE = (np.arange(FADE, dtype=np.float32) + 1) / (FADE + 1)


def _faded(old: Samples, new: Samples) -> Samples:
    return (old * (1 - _RISE) + new * _RISE).astype(np.int16)


class Elastic:
    """``take`` never waits: silence when there is nothing. ``underruns``, ``overruns``, ``steps``: counted since ``clear``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """As new: nothing is played until something is put."""
        with self._lock:
            self._data: Samples = np.zeros(0, np.int16)
            self._running = False
            self.spare = SPARE
            self.underruns = self.overruns = self.steps = 0
            self._taken = self._calm = 0
            self._low = FULL
            self._surplus = 0  # samples to cut (+) or to double (-) once it is quiet
            self._waited = 0

    def fill_ms(self) -> float:
        return len(self._data) / MS

    def put(self, samples: Samples) -> None:
        with self._lock:
            parts = [self._data, samples]
            if not self._running:
                self._running = True
                parts = [np.zeros(self.spare, np.int16), samples]
            self._data = np.concatenate(parts)
            if len(self._data) > FULL:
                self.overruns += 1
                self._data = self._data[-(self.spare + len(samples)) :]

    def take(self, count: int) -> Samples:
        with self._lock:
            if not self._running:
                return np.zeros(count, np.int16)
            self._adjust(count)
            if len(self._data) < count:
                return self._run_dry(count)
            out, self._data = self._data[:count], self._data[count:]
            self._watch(count)
            return out

    def _run_dry(self, count: int) -> Samples:
        self.underruns += 1
        self.spare = min(SPARE_MOST, self.spare + STEP)
        self._calm = 0
        out = np.zeros(count, np.int16)
        out[: len(self._data)] = self._data
        self._data = self._data[:0]
        self._running = False
        self._begin_window()
        return out

    def _begin_window(self) -> None:
        self._taken, self._low, self._surplus, self._waited = 0, FULL, 0, 0

    def _watch(self, count: int) -> None:
        self._low = min(self._low, len(self._data))
        self._taken += count
        self._calm += count
        if self._calm >= CALM:
            self._calm = 0
            self.spare = max(SPARE, self.spare - STEP)
        if self._taken < WINDOW:
            return
        if self._low > self.spare + STEP + STEP // 2:
            self._surplus = STEP
        elif self._low < self.spare // 4:
            self._surplus = -STEP
        else:
            self._surplus = 0
        self._taken, self._low, self._waited = 0, FULL, 0

    def _adjust(self, count: int) -> None:
        """Cuts out or doubles 5 ms of what comes next, if that is due."""
        if not self._surplus or len(self._data) < count + STEP + FADE:
            return
        self._waited += count
        around = self._data[: STEP + FADE]
        if int(np.abs(around.astype(np.int32)).max()) > QUIET and self._waited < RATE:
            return
        data = self._data
        if self._surplus > 0:
            self._data = np.concatenate([_faded(data[:FADE], data[STEP : STEP + FADE]), data[STEP + FADE :]])
        else:
            again = _faded(data[STEP : STEP + FADE], data[:FADE])
            self._data = np.concatenate([data[:STEP], again, data[FADE:]])
        self.steps += 1
        self._begin_window()
