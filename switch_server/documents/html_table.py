"""The one kind of HTML that the switch makes: a heading, lines of text, a table, lines below it (``ports.faxes.Html``). Anything else is its text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_LINES: Final = frozenset({"h1", "h2", "h3", "p", "div", "li", "caption", "body"})
_HIDDEN: Final = frozenset({"style", "script", "title", "head"})
_NUMBER: Final = "n"
"""The class of a number's cell, which is aligned right."""


@dataclass
class TablePage:
    """``above`` and ``below`` the table; ``rows`` of cells, all as long as ``heads``; ``numbers``: columns that are aligned right."""

    heading: str = ""
    above: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    below: list[str] = field(default_factory=list)


def table_page(text: str) -> TablePage:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_line()
    page = reader.page
    width = max([len(page.heads), *map(len, page.rows)], default=0)
    page.heads = _filled(page.heads, width)
    page.rows = [_filled(row, width) for row in page.rows]
    return page


def _filled(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = TablePage()
        self._text: list[str] = []
        self._hidden = 0
        self._row: list[str] = []
        self._is_head = False
        self._line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _LINES:
            self.end_line()
            self._line = tag
        elif tag == "br":
            self.end_line()
        elif tag == "tr":
            self.end_line()
            self._row, self._is_head = [], True
        elif tag in {"td", "th"}:
            self._text = []
            self._is_head = self._is_head and tag == "th"
            if dict(attrs).get("class") == _NUMBER:
                self.page.numbers.add(len(self._row))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _LINES:
            self.end_line()
        elif tag in {"td", "th"}:
            self._row.append(self._taken())
        elif tag == "tr" and self._row:
            if self._is_head and not self.page.heads:
                self.page.heads = self._row
            else:
                self.page.rows.append(self._row)
            self._row = []

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text.append(data)

    def end_line(self) -> None:
        """The text read since the last line."""
        text = self._taken()
        if not text:
            return
        if self._line == "h1" and not self.page.heading:
            self.page.heading = text
        elif self.page.rows or self.page.heads:
            self.page.below.append(text)
        else:
            self.page.above.append(text)

    def _taken(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text = []
        return text
