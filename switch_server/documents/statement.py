"""Statements (对账单) as pages: a table whose heads stand on each page, numbers aligned right, totals, page of pages."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

from PIL import Image

from shared.documents import AnyStatement, DocumentFault, PagesRefused
from switch_server.documents.canvas import Canvas
from switch_server.documents.cells import AnyRow, as_of, rows_of, shown, totals, value_of
from switch_server.documents.halftone import line_art
from switch_server.documents.paper import WIDTH, Paper
from switch_server.documents.template import StatementCell, StatementTemplate, templates

_LEFT: Final = 70
_WIDTH: Final = WIDTH - 2 * _LEFT
_SIZE: Final = 28
_LINE: Final = 42
_ROW_GAP: Final = 4
_GAP: Final = 20
"""Pixels between columns."""
_TABLE: Final = 340
"""The row at which the table begins: the house, the title and the customer stand above it."""
_FOOT: Final = 120


class StatementPages:
    """The pages of one statement on one paper."""

    def __init__(self, statement: AnyStatement, paper: Paper) -> None:
        self._statement, self._paper = statement, paper
        self._template: StatementTemplate = templates().statements[type(statement).__name__]
        self._rows = rows_of(statement)
        self._totals = totals(self._template.columns, self._rows)
        room = paper.grid_rows - _TABLE - _FOOT - 2 * (self._height + _ROW_GAP)  # less the heads and the totals
        self._per_page = room // (self._height + _ROW_GAP)
        self.pages = max(1, -(-len(self._rows) // self._per_page))

    @property
    def _height(self) -> int:
        """Of a row's lines, in pixels."""
        return self._template.lines * _LINE

    def bodies(self, limit: int) -> Iterator[Image.Image]:
        """Mode "1" bodies. Raises ``PagesRefused`` (``too_many_pages``) before the first."""
        if self.pages > limit:
            raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=self.pages, limit=limit)
        for number in range(self.pages):
            yield line_art(self._page(number), self._paper)

    def _page(self, number: int) -> Image.Image:
        canvas = Canvas(self._paper.grid_rows)
        self._top(canvas)
        y = self._line(canvas, _TABLE, lambda cell: cell.text(self._statement.language))
        canvas.rule(_LEFT, y, _WIDTH, 4)
        first = number * self._per_page
        for row in self._rows[first : first + self._per_page]:
            y = self._row(canvas, y + _ROW_GAP, row)
            canvas.rule(_LEFT, y, _WIDTH)
        if not self._rows:
            canvas.middle(WIDTH / 2, y + 20, self._word("none"), _SIZE, _WIDTH)
        elif self._totals and number == self.pages - 1:
            canvas.rule(_LEFT, y, _WIDTH, 4)
            self._line(canvas, y + _ROW_GAP, self._total)
            canvas.left(_LEFT + _GAP / 2, y + 2 * _ROW_GAP, self._word("total"), _SIZE, _WIDTH / 8)
        foot = self._paper.grid_rows - _FOOT + 40
        canvas.left(_LEFT, foot, self._word("foot"), 24, _WIDTH * 0.6)
        page = templates().word("page", self._statement.language, page=number + 1, pages=self.pages)
        canvas.right(_LEFT + _WIDTH, foot, page, _SIZE, _WIDTH * 0.4)
        return canvas.image

    def _top(self, canvas: Canvas) -> None:
        statement = self._statement
        canvas.middle(WIDTH / 2, 50, statement.house, 40, _WIDTH)
        canvas.middle(WIDTH / 2, 120, self._template.title.text(statement.language), 60, _WIDTH)
        parts = (("customer", statement.customer), ("account", statement.account), ("at", as_of(statement.at)))
        for place, (key, value) in enumerate(parts):
            text = f"{self._word(key)}  {value}"
            canvas.left(_LEFT + place * _WIDTH / 3, 250, text, _SIZE, _WIDTH / 3 - _GAP)
        canvas.rule(_LEFT, _TABLE - 24, _WIDTH, 4)

    def _row(self, canvas: Canvas, y: int, row: AnyRow) -> int:
        return self._line(canvas, y, lambda cell: shown(cell, value_of(row, cell.value), self._statement.language))

    def _total(self, cell: StatementCell) -> str:
        return shown(cell, self._totals[cell.value], self._statement.language) if cell.total else ""

    def _line(self, canvas: Canvas, y: int, text_of: Callable[[StatementCell], str]) -> int:
        """Draws the cells of one row; returns the row of pixels below it."""
        columns = self._template.columns
        whole = sum(column.width for column in columns)
        edges = [_LEFT + _WIDTH * share / whole for share in accumulate((c.width for c in columns), initial=0)]
        for column, left, right in zip(columns, edges[:-1], edges[1:], strict=True):
            width = right - left - _GAP
            for number, cell in enumerate(column.cells):
                top = y + number * _LINE + _ROW_GAP
                if cell.shown.is_number:
                    canvas.right(right - _GAP / 2, top, text_of(cell), _SIZE, width)
                else:
                    canvas.left(left + _GAP / 2, top, text_of(cell), _SIZE, width)
        return y + self._height

    def _word(self, key: str) -> str:
        return templates().word(key, self._statement.language)
