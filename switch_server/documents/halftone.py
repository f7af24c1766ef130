"""Grey to black and white: a threshold for text and lines, error diffusion for pictures, each where it fits.

A fax has no grey. A threshold keeps text sharp and spoils photographs; diffusion keeps photographs and frays text.
"""

from typing import Final

from PIL import Image, ImageFilter
from PIL.Image import Dither, Resampling

from switch_server.documents.paper import WIDTH, Paper

_BLACK_BELOW: Final = {1: 168, 2: 140}
"""By the paper's squeeze; above the middle, so that thin anti-aliased strokes, grey text and rules of one row stay."""
_OWN_BLACK_BELOW: Final = {1: 168, 2: 128}
"""For what is drawn here, whose rules are thick enough: in standard rows, strokes close to each other don't become one."""
_TILE: Final = 24
"""Pixels: larger than the strokes of usual text, so that a tile of text has paper in it."""
_DARK, _LIGHT = 48, 216
"""Between them a pixel is a middle grey."""
_TILE_GREY: Final = 0.6
"""A tile with this share of middle grey is part of a picture."""
_PAGE_GREY: Final = 0.3
"""A page with this share of such tiles is a picture as a whole: no borders between threshold and diffusion in it."""


def line_art(grey: Image.Image, paper: Paper) -> Image.Image:
    """What was drawn here, mode "L" in the fine grid -> mode "1" in the paper's rows, by threshold."""
    return _threshold(squeezed(grey, paper), _OWN_BLACK_BELOW[paper.squeeze])


def mixed(grey: Image.Image, paper: Paper) -> Image.Image:
    """Mode "L" in the fine grid -> mode "1" in the paper's rows: pictures by error diffusion (Floyd and Steinberg), the rest by threshold."""
    grey = squeezed(grey, paper)
    tiles = _picture_tiles(grey)
    share = tiles.histogram()[255] / (tiles.width * tiles.height)
    if share == 0:
        return _threshold(grey, _BLACK_BELOW[paper.squeeze])
    diffused = grey.convert("1", dither=Dither.FLOYDSTEINBERG)
    if share >= _PAGE_GREY:
        return diffused
    mask = tiles.filter(ImageFilter.MaxFilter(3)).resize(grey.size, Resampling.NEAREST).convert("1")
    return Image.composite(diffused, _threshold(grey, _BLACK_BELOW[paper.squeeze]), mask)


def halved(page: Image.Image) -> Image.Image:
    """Mode "1" with half the rows: black where either row is."""
    grey = page.convert("L").resize((page.width, max(1, page.height // 2)), Resampling.BOX)
    return _threshold(grey, 255)


def squeezed(grey: Image.Image, paper: Paper) -> Image.Image:
    if paper.squeeze == 1:
        return grey
    return grey.resize((grey.width, max(1, grey.height // paper.squeeze)), Resampling.BOX)


def _picture_tiles(grey: Image.Image) -> Image.Image:
    """One pixel a tile: 255 where it belongs to a picture."""
    middle = grey.point([255 if _DARK < level < _LIGHT else 0 for level in range(256)])
    shares = middle.resize((WIDTH // _TILE, max(1, grey.height // _TILE)), Resampling.BOX)
    return shares.point([255 if level > _TILE_GREY * 255 else 0 for level in range(256)])


def _threshold(grey: Image.Image, black_below: int) -> Image.Image:
    return grey.point([0 if level < black_below else 255 for level in range(256)], "1")
