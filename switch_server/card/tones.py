"""Tones that a card generates, as linear samples.

The tones of the Chinese network have 450 Hz (GB/T 3380, YD/T 729): dial continuous, ringback 1 s on 4 s off, busy 0.35/0.35 s, congestion
0.7/0.7 s, at -10 dBm0. Each pattern is a whole number of 20 ms frames and of 450 Hz periods, so that it can be repeated without a click.
"""

import numpy as np
import numpy.typing as npt

RATE = 8000
FULL_SCALE_DBM0 = 3.14  # a full-scale sine in A-law is +3.14 dBm0

PATTERNS: dict[str, tuple[float, float, float]] = {  # name: Hz, seconds on, seconds off
    "dial": (450, 0.02, 0),
    "ringback": (450, 1, 4),
    "busy": (450, 0.35, 0.35),
    "congestion": (450, 0.7, 0.7),
    "test1k": (1000, 0.02, 0),
}
DTMF_ROWS = (697, 770, 852, 941)
DTMF_COLUMNS = (1209, 1336, 1477, 1633)
DTMF_KEYS = "123A456B789C*0#D"


def sine(hertz: float, samples: int, dbm0: float = -10.0) -> npt.NDArray[np.int16]:
    """``samples`` of a sine that starts at phase 0."""
    peak = 32767 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    wave: npt.NDArray[np.int16] = np.round(peak * np.sin(2 * np.pi * hertz / RATE * np.arange(samples))).astype(
        np.int16
    )
    return wave


def tone(name: str) -> npt.NDArray[np.int16]:
    """One period of a named tone; ``KeyError`` for a name that is not in ``PATTERNS``."""
    hertz, on, off = PATTERNS[name]
    return np.concatenate([sine(hertz, round(on * RATE)), np.zeros(round(off * RATE), np.int16)])


def dtmf(key: str, samples: int, dbm0: float = -9.0) -> npt.NDArray[np.int16]:
    """A key's two frequencies (ITU-T Q.23), the higher one 2 dB stronger; ``ValueError`` where ``key`` is no key."""
    place = DTMF_KEYS.index(key)
    low, high = DTMF_ROWS[place // 4], DTMF_COLUMNS[place % 4]
    return sine(low, samples, dbm0) + sine(high, samples, dbm0 + 2)
