"""A page of HTML with a table (``html_table``) as pages of a fax: columns as wide as their text, heads on each page, numbers aligned right."""

from collections.abc import Iterator, Sequence
from typing import Final

from PIL import Image

from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.canvas import Canvas, wrapped
from switch_server.documents.fonts import font
from switch_server.documents.halftone import line_art
from switch_server.documents.html_table import TablePage
from switch_server.documents.paper import WIDTH, Paper

_LEFT: Final = 70
_WIDTH: Final = WIDTH - 2 * _LEFT
_TOP: Final = 50
_FOOT: Final = 110
_SIZE: Final = 28
_LINE: Final = 46
_HEADING: Final = 56
_GAP: Final = 24
"""Pixels between columns."""


class TablePages:
    """``pages``: the number of pages."""

    def __init__(self, page: TablePage, paper: Paper) -> None:
        self._page, self._paper = page, paper
        self._above = [line for text in page.above for line in wrapped(text, font(_SIZE), _WIDTH)]
        self._below = [line for text in page.below for line in wrapped(text, font(_SIZE), _WIDTH)]
        self._edges = _edges([page.heads, *page.rows])
        self._parts = list(self._split())
        self.pages = len(self._parts)

    def bodies(self, limit: int) -> Iterator[Image.Image]:
        """Mode "1" bodies. Raises ``PagesRefused`` (``empty``, ``too_many_pages``) before the first."""
        page = self._page
        if not (page.heading or page.above or page.rows or page.below):
            raise PagesRefused(DocumentFault.EMPTY)
        if self.pages > limit:
            raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=self.pages, limit=limit)
        for number, part in enumerate(self._parts):
            yield line_art(self._body(number, part), self._paper)

    def _split(self) -> Iterator[list[list[str] | str]]:
        """What each page has below its heads: lines of text, and rows of the table (lists)."""
        heads = [self._page.heads] if any(self._page.heads) else []
        rest: list[list[str] | str] = [*self._above, "", *heads, *self._page.rows, "", *self._below]
        room = (self._paper.grid_rows - _TOP - _FOOT - 2 * _HEADING) // _LINE
        while True:
            part, rest = rest[:room], rest[room:]
            yield part
            if not rest:
                return
            if isinstance(rest[0], list):
                rest = [*heads, *rest]

    def _body(self, number: int, part: Sequence[list[str] | str]) -> Image.Image:
        canvas = Canvas(self._paper.grid_rows)
        canvas.middle(WIDTH / 2, _TOP, self._page.heading, _HEADING, _WIDTH)
        y = _TOP + 2 * _HEADING
        for line in part:
            if isinstance(line, str):
                canvas.left(_LEFT, y, line, _SIZE, _WIDTH)
            else:
                self._row(canvas, y, line)
                canvas.rule(_LEFT, y + _LINE - 6, _WIDTH, 4 if line is self._page.heads else 2)
            y += _LINE
        canvas.right(
            _LEFT + _WIDTH, self._paper.grid_rows - _FOOT + 40, f"{number + 1}/{self.pages}", _SIZE, _WIDTH / 2
        )
        return canvas.image

    def _row(self, canvas: Canvas, y: int, cells: Sequence[str]) -> None:
        for column, (cell, left, right) in enumerate(zip(cells, self._edges[:-1], self._edges[1:], strict=True)):
            if column in self._page.numbers:
                canvas.right(right - _GAP / 2, y, cell, _SIZE, right - left - _GAP)
            else:
                canvas.left(left + _GAP / 2, y, cell, _SIZE, right - left - _GAP)


def _edges(rows: Sequence[Sequence[str]]) -> list[float]:
    """Where columns begin and the last one ends: each as wide as its widest cell, all together as wide as the page."""
    face = font(_SIZE)
    widths = [max(face.getlength(cell) for cell in column) + _GAP for column in zip(*rows, strict=True)]
    whole = sum(widths) or 1.0
    edges = [float(_LEFT)]
    for width in widths:
        edges.append(edges[-1] + width * _WIDTH / whole)
    return edges
