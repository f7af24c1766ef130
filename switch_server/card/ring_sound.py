"""The samples of the frames in the jitter buffers' ring: for the rows that lose audio or change their depth."""

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.g711 import DECODE_FLOAT, ENCODE

Rows = npt.NDArray[np.int64]
Laws = npt.NDArray[np.uint8]
Sound = npt.NDArray[np.float32]

_RISING = ((np.arange(FRAME) + 0.5) / FRAME).astype(np.float32)


class RingSound:
    """``ring`` (slots, rows, 160) has bytes; a row's law is its place in ``law``. The number of slots is a power of 2."""

    def __init__(self, ring: npt.NDArray[np.uint8]) -> None:
        self._ring, self._mask = ring, len(ring) - 1

    def part(self, rows: Rows, slot: Rows, begin: int, count: int, law: Laws) -> Sound:
        """``count`` samples (n, count) of the rows' frames in ``slot``, from place ``begin`` on."""
        sound: Sound = DECODE_FLOAT[law[rows, None], self._ring[slot, rows, begin : begin + count]]
        return sound

    def write(self, rows: Rows, slot: Rows, begin: int, sound: Sound, law: Laws) -> None:
        """Writes samples (n, count) into the rows' frames in ``slot``, from place ``begin`` on."""
        samples = np.clip(sound, -32768, 32767).astype(np.int16)
        self._ring[slot, rows, begin : begin + samples.shape[1]] = ENCODE[law[rows, None], samples.view(np.uint16)]

    def before(self, rows: Rows, slot: Rows, end: int, count: int, law: Laws) -> Sound:
        """The last ``count`` samples (n, count), at most 320, before place ``end`` of the frames in ``slot``."""
        slots = (slot[:, None] + np.arange(-2, 1)) & self._mask
        coded = self._ring[slots, rows[:, None]].reshape(-1, 3 * FRAME)[:, 2 * FRAME + end - count : 2 * FRAME + end]
        sound: Sound = DECODE_FLOAT[law[rows, None], coded]
        return sound

    def power(self, rows: Rows, slots: Rows, law: Laws) -> Sound:
        """The mean squares (n, k) of the rows' frames in ``slots`` (n, k)."""
        sound = DECODE_FLOAT[law[rows, None, None], self._ring[slots, rows[:, None]]]
        power: Sound = np.einsum("nij,nij->ni", sound, sound) / FRAME
        return power

    def fade(self, rows: Rows, begin: Rows, end: Rows, law: Laws) -> None:
        """Changes the frames in slots ``end``: they begin as those in ``begin``, and end as they are."""
        first, last = self.part(rows, begin, 0, FRAME, law), self.part(rows, end, 0, FRAME, law)
        self.write(rows, end, 0, first + (last - first) * _RISING, law)
