"""A threshold that follows the page: grey text on white and black text on grey both become black on white.

Where something dark and narrow stands on something lighter, the threshold lies between the two; elsewhere it is fixed. Narrow things are found by
a morphological closing: it fills them with the grey around them, and leaves wide areas (fills, pictures) as they are.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_NARROW: Final = 9
"""Pixels: wider than the strokes of usual text. ``_running`` is written for this number."""
_CONTRAST: Final = 40
"""Of 255: less is the noise of a scan or the print on the paper's back."""

Levels = NDArray[np.uint8]


def ground_of(grey: Image.Image) -> Image.Image:
    """Mode "L": the page without what is dark and narrow."""
    return Image.fromarray(_extreme(_extreme(np.asarray(grey), np.maximum), np.minimum))


def black_and_white(grey: Image.Image, ground: Image.Image, black_below: int) -> Image.Image:
    """Mode "L" -> mode "1". ``black_below``: the threshold between white (255) and black (0); between other levels it lies in proportion."""
    levels: Levels = np.asarray(grey)
    threshold = _extreme(levels, np.minimum)
    contrast = np.asarray(ground) - threshold
    share = (np.arange(256) * (black_below / 255)).astype(np.uint8)
    threshold += share[contrast]
    np.putmask(threshold, contrast <= _CONTRAST, black_below)
    return Image.frombytes("1", grey.size, np.packbits(levels >= threshold, axis=1).tobytes())


def lightest(grey: Image.Image, tile: int) -> Image.Image:
    """The lightest level of each square of ``tile`` pixels; a rest at the right or at the end belongs to none."""
    columns, rows = grey.width // tile, grey.height // tile
    levels: Levels = np.asarray(grey)[: rows * tile, : columns * tile]
    return Image.fromarray(levels.reshape(rows, tile, columns, tile).max(axis=(1, 3)))


def _extreme(levels: Levels, choose: Any) -> Levels:
    """The largest or the smallest level in the square of ``_NARROW`` pixels around each pixel."""
    return _running(_running(levels, choose).T, choose).T


def _running(levels: Levels, choose: Any) -> Levels:
    """Along the columns: ``choose`` of nine neighbours, from those of two, four and eight."""
    count, side = levels.shape[0], _NARROW // 2
    padded = np.pad(levels, ((side, side), (0, 0)), mode="edge")
    two = choose(padded[:-1], padded[1:])
    four = choose(two[:-2], two[2:])
    eight = choose(four[:-4], four[4:])
    nine: Levels = choose(eight[:count], padded[2 * side :])
    return nine
