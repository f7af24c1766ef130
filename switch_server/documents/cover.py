"""The cover sheet (封面): labels in Chinese and English, the fields, a note."""

from collections.abc import Iterator
from typing import Final

from PIL import Image

from shared.days import shanghai_day
from shared.documents import PrintedCover
from shared.enums import Language
from switch_server.documents.canvas import Canvas, clock, date, wrapped
from switch_server.documents.fonts import font
from switch_server.documents.halftone import line_art
from switch_server.documents.paper import WIDTH, Paper
from switch_server.services.document_texts import document_text

_LEFT: Final = 140
_WIDTH: Final = WIDTH - 2 * _LEFT
_VALUES: Final = _LEFT + 430
_BOTTOM: Final = 160
"""Rows at the end of the page for the request to whom it reached by mistake."""


def cover_body(cover: PrintedCover, pages: int, paper: Paper) -> Image.Image:
    """A mode "1" body. ``pages``: of the whole document, with the cover sheet."""
    canvas = Canvas(paper.grid_rows)
    y = 110
    if cover.house:
        canvas.left(_LEFT, y, cover.house, 48, _WIDTH)
        y += 100
    canvas.left(_LEFT, y, document_text("cover_title", Language.ZH), 110, _WIDTH)
    canvas.right(_LEFT + _WIDTH, y, document_text("cover_title", Language.EN), 110, _WIDTH / 2)
    canvas.rule(_LEFT, y + 160, _WIDTH, 6)
    y += 196
    for key, value in _fields(cover, pages):
        canvas.left(_LEFT, y, document_text(key, Language.ZH), 36, _VALUES - _LEFT - 20)
        canvas.left(_LEFT, y + 46, document_text(key, Language.EN), 26, _VALUES - _LEFT - 20)
        canvas.left(_VALUES, y + 12, value, 42, _LEFT + _WIDTH - _VALUES)
        canvas.rule(_LEFT, y + 92, _WIDTH)
        y += 110
    if cover.note:
        _note(canvas, cover.note, y + 10, paper.grid_rows - _BOTTOM)
    for number, language in enumerate((Language.ZH, Language.EN)):
        canvas.left(_LEFT, paper.grid_rows - 120 + 44 * number, document_text("cover_privacy", language), 26, _WIDTH)
    return line_art(canvas.image, paper)


def _fields(cover: PrintedCover, pages: int) -> Iterator[tuple[str, str]]:
    yield "cover_recipient", cover.recipient
    yield "cover_number", cover.number
    yield "cover_sender", cover.sender
    yield "cover_date", f"{date(shanghai_day(cover.at))} {clock(cover.at)}"
    yield "cover_pages", str(pages)
    if cover.subject:
        yield "cover_subject", cover.subject


def _note(canvas: Canvas, note: str, y: int, end: int) -> None:
    heads = [document_text("cover_note", language) for language in (Language.ZH, Language.EN)]
    canvas.left(_LEFT, y, "  ".join(heads), 36, _WIDTH)
    y += 70
    for size in (40, 30, 22):  # the whole note, smaller if it is long
        lines = list(wrapped(note, font(size), _WIDTH))
        height = size * 3 // 2
        if y + len(lines) * height <= end:
            break
    for line in lines[: (end - y) // height]:
        canvas.left(_LEFT, y, line, size, _WIDTH)
        y += height
