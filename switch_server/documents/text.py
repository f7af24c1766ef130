"""Plain text as pages: 84 columns and 45 lines in the type of a line printer, so that tables made with spaces and tabs stay in their columns.

A Chinese character takes two columns. Long lines are wrapped, tabs go to each eighth column, a form feed begins a page.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final

from PIL import Image

from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.canvas import Canvas, line_end
from switch_server.documents.fonts import font, mono
from switch_server.documents.halftone import line_art
from switch_server.documents.paper import WIDTH, Paper

COLUMNS: Final = 84
LINES: Final = 45
_CELL: Final = 18
_WIDE_SIZE, _NARROW_SIZE = 2 * _CELL, 30
"""A letter of the narrow face is 0.6 of its size wide: 18 pixels, one column."""
_LINE_HEIGHT: Final = 48
_BASE_LINE: Final = 72
"""Of the first line, in rows of the body."""
_LEFT: Final = (WIDTH - COLUMNS * _CELL) // 2
_TAB: Final = 8
_LOOK_AHEAD: Final = 4 * COLUMNS
"""Characters: a line has fewer, but for marks without a width."""
_BREAK: Final = re.compile(r"\r\n|[\n\r\v\x85\u2028\u2029]")

Lines = list[str]


def text_pages(text: str, paper: Paper, limit: int) -> Iterator[Image.Image]:
    """Mode "1" bodies. Raises ``PagesRefused`` (``too_many_pages``) before the first."""
    pages, count = _paged(text, limit)
    if count > limit:
        raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=count, limit=limit)
    for lines in pages:
        yield line_art(_drawn(lines, paper.grid_rows), paper)


def _paged(text: str, limit: int) -> tuple[list[Lines], int]:
    """The first ``limit`` pages, and the number of all."""
    pages: list[Lines] = []
    count = 0
    for part in text.removeprefix("\ufeff").removesuffix("\f").split("\f"):
        count += 1
        lines: Lines = []
        if count <= limit:
            pages.append(lines)
        for line in _lines(part):
            if len(lines) == LINES:
                count += 1
                lines = []
                if count <= limit:
                    pages.append(lines)
            lines.append(line)
    return pages, count


def _lines(part: str) -> Iterator[str]:
    for line in _BREAK.split(part.rstrip()):
        yield from _wrapped(_without_tabs(line))


def _without_tabs(line: str) -> str:
    parts = line.split("\t")
    spaces = ["".join((part, " " * (_TAB - _width(part) % _TAB))) for part in parts[:-1]]
    return "".join((*spaces, parts[-1]))


def _wrapped(line: str) -> Iterator[str]:
    at = 0
    while True:
        part = line[at : at + _LOOK_AHEAD]
        most = _fitting(part)
        if at + most == len(line):
            yield part
            return
        end = line_end(part, most) if most < len(part) else most
        yield part[:end].rstrip()
        at += end
        while line[at : at + 1] == " ":
            at += 1


def _fitting(part: str) -> int:
    """The number of characters that fit on a line."""
    width = 0
    for number, char in enumerate(part):
        width += _columns(char)
        if width > COLUMNS:
            return number
    return len(part)


def _width(text: str) -> int:
    return sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    """0 for marks that stand on the character before them, 2 for Chinese characters and all that the face draws as wide, else 1."""
    advance = mono(_NARROW_SIZE).getlength(char)
    if advance == 0:
        return 0
    return 2 if advance > 1.2 * _CELL else 1


def _drawn(lines: Lines, rows: int) -> Image.Image:
    canvas = Canvas(rows)
    for number, line in enumerate(lines):
        column = 0
        for columns, run in groupby(line, _columns):
            chars = "".join(run)
            if not chars.isspace():
                face = font(_WIDE_SIZE) if columns == 2 else mono(_NARROW_SIZE)
                canvas.runs(_LEFT + column * _CELL, _BASE_LINE + number * _LINE_HEIGHT, chars, face)
            column += columns * len(chars)
    return canvas.image
