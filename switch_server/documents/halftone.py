"""Grey to black and white: a threshold for text and lines, error diffusion for pictures, each where it fits.

A fax has no grey. A threshold keeps text sharp and spoils photographs; diffusion keeps photographs and frays text.
"""

from typing import Final

from PIL import Image, ImageChops, ImageFilter
from PIL.Image import Dither, Resampling

from switch_server.documents.paper import WIDTH, Paper
from switch_server.documents.strokes import black_and_white, ground_of, lightest

_BLACK_BELOW: Final = {1: 168, 2: 140}
"""By the paper's squeeze; above the middle, so that thin anti-aliased strokes, grey text and rules of one row stay."""
_OWN_BLACK_BELOW: Final = {1: 168, 2: 128}
"""For what is drawn here, whose rules are thick enough: in standard rows, strokes close to each other don't become one."""
_TILE: Final = 24
"""Pixels: larger than the strokes of usual text, so that a tile of text has paper in it."""
_DARK, _LIGHT = 24, 216
"""Between them a pixel is a middle grey."""
_TILE_GREY: Final = 0.6
"""A tile with this share of middle grey is part of a picture."""
_LIGHT_FILL, _EVEN = 168, 24
"""An even ground above the first level, whose tiles differ by no more than the second (scaling adds light edges to text), is no picture."""
_SMALLEST: Final = 3
"""Tiles: a picture is so wide and high at least; a line of dense text is not."""
_PAGE_GREY: Final = 0.3
"""A page with this share of such tiles is a picture as a whole: no borders between threshold and diffusion in it."""


def line_art(grey: Image.Image, paper: Paper) -> Image.Image:
    """What was drawn here, mode "L" in the fine grid -> mode "1" in the paper's rows, by threshold."""
    return _threshold(squeezed(grey, paper), _OWN_BLACK_BELOW[paper.squeeze])


def mixed(grey: Image.Image, paper: Paper) -> Image.Image:
    """Mode "L" in the fine grid -> mode "1" in the paper's rows: pictures by error diffusion (Floyd and Steinberg), the rest by threshold."""
    grey = squeezed(grey, paper)
    ground = ground_of(grey)
    tiles = _picture_tiles(grey, ground)
    share = tiles.histogram()[255] / (tiles.width * tiles.height)
    if share >= _PAGE_GREY:
        return grey.convert("1", dither=Dither.FLOYDSTEINBERG)
    sharp = black_and_white(grey, ground, _BLACK_BELOW[paper.squeeze])
    if share == 0:
        return sharp
    mask = tiles.filter(ImageFilter.MaxFilter(3)).resize(grey.size, Resampling.NEAREST).convert("1")
    return Image.composite(grey.convert("1", dither=Dither.FLOYDSTEINBERG), sharp, mask)


def halved(page: Image.Image) -> Image.Image:
    """Mode "1" with half the rows: black where either row is."""
    grey = page.convert("L").resize((page.width, max(1, page.height // 2)), Resampling.BOX)
    return _threshold(grey, 255)


def squeezed(grey: Image.Image, paper: Paper) -> Image.Image:
    if paper.squeeze == 1:
        return grey
    return grey.resize((grey.width, max(1, grey.height // paper.squeeze)), Resampling.BOX)


def _picture_tiles(grey: Image.Image, ground: Image.Image) -> Image.Image:
    """One pixel a tile: 255 where it belongs to a picture."""
    size = WIDTH // _TILE, grey.height // _TILE
    middle = grey.point([255 if _DARK < level < _LIGHT else 0 for level in range(256)]).resize(size, Resampling.BOX)
    tiles = _over(middle, round(_TILE_GREY * 255))
    tiles = ImageChops.subtract(tiles, _light_fills(lightest(ground, _TILE)))
    return tiles.filter(ImageFilter.MinFilter(_SMALLEST)).filter(ImageFilter.MaxFilter(_SMALLEST))


def _light_fills(ground: Image.Image) -> Image.Image:
    """``ground``: the lightest level of each tile. 255 where a tile and its neighbours have one light grey: a table's shading, coloured paper; text on it is wanted sharp."""
    differences = ImageChops.subtract(ground.filter(ImageFilter.MaxFilter(3)), ground.filter(ImageFilter.MinFilter(3)))
    return ImageChops.subtract(_over(ground, _LIGHT_FILL), _over(differences, _EVEN))


def _over(levels: Image.Image, most: int) -> Image.Image:
    """255 for each level above ``most``, else 0."""
    return levels.point([255 if level > most else 0 for level in range(256)])


def _threshold(grey: Image.Image, black_below: int) -> Image.Image:
    return grey.point([0 if level < black_below else 255 for level in range(256)], "1")
