"""A body in the fine grid on which text and rules are drawn; text that is too wide is made smaller or cut, never drawn over its neighbour."""

from collections.abc import Iterator
from typing import Final

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from shared.days import SHANGHAI_S
from switch_server.documents.fonts import font
from switch_server.documents.paper import WIDTH

BLACK, WHITE = 0, 255
CUT: Final = "…"
_NOT_FIRST: Final = frozenset("，。、；：？！）》」』】〉”’…％,.;:?!)]}%")
"""Characters that begin no line."""


class Canvas:
    """Positions are pixels of the fine grid; text has a ``size`` in pixels and is placed by its upper left, upper middle or upper right corner."""

    def __init__(self, rows: int) -> None:
        self.image = Image.new("L", (WIDTH, rows), WHITE)
        self._draw = ImageDraw.Draw(self.image)

    def left(self, x: float, y: float, text: str, size: int, width: float) -> None:
        self._text((x, y), text, size, width, "l")

    def right(self, x: float, y: float, text: str, size: int, width: float) -> None:
        """``x``: the right edge."""
        self._text((x, y), text, size, width, "r")

    def middle(self, x: float, y: float, text: str, size: int, width: float) -> None:
        self._text((x, y), text, size, width, "m")

    def _text(self, place: tuple[float, float], text: str, size: int, width: float, side: str) -> None:
        """Drawn smaller if that makes it fit, else cut. Smaller text stands on the same base line."""
        fitting = next((each for each in range(size, size * 2 // 3, -1) if font(each).getlength(text) <= width), size)
        base = place[1] + font(size).getmetrics()[0]
        self._draw.text((place[0], base), fitted(text, font(fitting), width), BLACK, font(fitting), anchor=f"{side}s")

    def runs(self, x: float, y: float, text: str, face: FreeTypeFont) -> None:
        """Text in a given face, uncut, placed by its base line."""
        self._draw.text((x, y), text, BLACK, face, anchor="ls")

    def rule(self, x: float, y: int, width: float, thickness: int = 2) -> None:
        """``thickness``: even, as the row where it begins is made, so that it is also sharp in standard resolution."""
        y -= y % 2
        self._draw.rectangle((x, y, x + width - 1, y + thickness - 1), BLACK)


def fitted(text: str, face: FreeTypeFont, width: float) -> str:
    """``text`` on one line, cut to ``width`` pixels; ``…`` shows the cut."""
    text = "".join(char if char.isprintable() else " " for char in text)
    if face.getlength(text) <= width:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if face.getlength(text[:middle] + CUT) <= width:
            fits = middle
        else:
            too_long = middle
    return text[:fits] + CUT


def wrapped(text: str, face: FreeTypeFont, width: float) -> Iterator[str]:
    """Lines of at most ``width`` pixels: broken at spaces and between Chinese characters."""
    for paragraph in text.splitlines() or [""]:
        rest = paragraph
        while face.getlength(rest) > width:
            end = max(1, len(fitted(rest, face, width + face.getlength(CUT))) - 1)
            end = line_end(rest, end)
            yield rest[:end].rstrip()
            rest = rest[end:].lstrip()
        yield rest


def line_end(text: str, most: int) -> int:
    """Where to break ``text`` if ``most`` characters fit: after a space or beside a Chinese character; inside a word only if it is a long one."""
    for end in range(most, max(0, most - 24), -1):
        before, after = text[end - 1], text[end]
        if after in _NOT_FIRST:
            continue
        if before == " " or after == " " or not (before.isascii() and after.isascii()):
            return end
    return most


def clock(at: float, *, seconds: bool = False) -> str:
    """The time of day in Shanghai."""
    hour, rest = divmod(int(at + SHANGHAI_S) % 86400, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{second:02}" if seconds else f"{hour:02}:{minute:02}"


def date(day: str) -> str:
    """``20261130`` -> ``2026-11-30``; any other text unchanged."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isdecimal() else day
