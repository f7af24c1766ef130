"""The Chinese font of all pages: WenQuanYi Micro Hei (Debian: fonts-wqy-microhei), or another Chinese font if the machine has one."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont, Layout

from shared.documents import DocumentFault, PagesRefused

PLACES: Final = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
PATTERNS: Final = (
    "wqy-microhei.tt[cf]",
    "wqy-*.tt[cf]",
    "*CJK*Regular*.tt[cf]",
    "*CJK*Regular*.otf",
    "*[Hh]an[Ss]ans*.[ot]t[cf]",
)
"""In the order of preference."""
_MONO: Final = " Mono"


@cache
def font_file(places: tuple[Path, ...] = PLACES) -> Path:
    """Raises ``PagesRefused`` (``no_font``)."""
    for path in _candidates(places):
        return path
    raise PagesRefused(DocumentFault.NO_FONT)


def _candidates(places: tuple[Path, ...]) -> Iterator[Path]:
    for pattern in PATTERNS:
        for place in places:
            yield from sorted(place.rglob(pattern))


@cache
def font(size: int) -> FreeTypeFont:
    """The proportional face, ``size`` in pixels of the fine grid."""
    return _face(size, 0)


@cache
def mono(size: int) -> FreeTypeFont:
    """The face with Latin letters of equal width, if the file has one; else the proportional one."""
    for number in range(1, 8):
        try:
            face = _face(size, number)
        except OSError:
            break
        if (face.getname()[0] or "").endswith(_MONO):
            return face
    return font(size)


def _face(size: int, number: int) -> FreeTypeFont:
    return ImageFont.truetype(font_file(), size, index=number, layout_engine=Layout.BASIC)
