"""Conversion from 8 kHz to the device's rate and back, for devices without 8 kHz: factors 2 (16 kHz) and 6 (48 kHz). Pure.

A windowed sinc with 16 samples (of 8 kHz) of length: 1 ms of delay each way; flat to 3.2 kHz, 40 dB down from 4.8 kHz.
"""

import numpy as np
import numpy.typing as npt

from agent_app.phone.elastic import Samples
from agent_app.phone.tones import as_samples

SPAN = 16


def _kernel(factor: int) -> npt.NDArray[np.float32]:
    count = SPAN * factor + 1
    at = np.arange(count) - count // 2
    wave = np.sinc(at / factor * 0.98) * np.kaiser(count, 5.0)
    kernel: npt.NDArray[np.float32] = (wave / wave.sum()).astype(np.float32)
    return kernel


class Upsampler:
    """From 8 kHz to ``factor`` times 8 kHz."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._kernel = _kernel(factor) * factor
        self._past = np.zeros(len(self._kernel) - 1, np.float32)

    def __call__(self, samples: Samples) -> Samples:
        if self._factor == 1:
            return samples
        spread = np.zeros(len(samples) * self._factor, np.float32)
        spread[:: self._factor] = samples
        whole = np.concatenate([self._past, spread])
        self._past = whole[-len(self._past) :]
        return as_samples(np.convolve(whole, self._kernel, "valid"))


class Downsampler:
    """From ``factor`` times 8 kHz to 8 kHz; blocks are whole multiples of the factor."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._kernel = _kernel(factor)
        self._past = np.zeros(len(self._kernel) - 1, np.float32)

    def __call__(self, samples: Samples) -> Samples:
        if self._factor == 1:
            return samples
        whole = np.concatenate([self._past, samples.astype(np.float32)])
        self._past = whole[-len(self._past) :]
        return as_samples(np.convolve(whole, self._kernel, "valid")[:: self._factor])
