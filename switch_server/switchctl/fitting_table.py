"""A table that fits the terminal: its columns, with the contents and the colours of the cells.

A cell function takes the row and the texts; a cell's colour follows from its word, by ``STYLES``.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from switch_server.switchctl.texts import Texts, harmless

Cell = Callable[[Any, Texts], str]


class TextColumn(NamedTuple):
    """``title`` is a text's key without ``col_``. Either ``cell`` makes the cell's text, or ``word`` the word that is translated and coloured."""

    title: str
    cell: Cell | None = None
    word: Callable[[Any], str | None] | None = None
    kind: str = "word"
    right: bool = False
    whole: bool = False
    """Never shortened, since the operator copies the value into another command."""
    spare: int = 0
    """Above 0: the column is left out on a narrow terminal, the highest value first."""


STYLES: dict[str, str] = {
    **dict.fromkeys(("up", "open", "filled", "accepted", "working", "registered", "idle"), "green"),
    **dict.fromkeys(
        (
            "opening",
            "ending",
            "sent",
            "captured",
            "call_auction",
            "noon",
            "ringing",
            "calling",
            "paused",
            "registering",
            "waiting",
            "blocked",
        ),
        "yellow",
    ),
    **dict.fromkeys(
        (
            "down",
            "in_doubt",
            "lost",
            "card_lost",
            "fault",
            "failed",
            "rejected",
            "refused",
            "locked",
            "reconciled",
            "faulty",
        ),
        "red",
    ),
    **dict.fromkeys(("closed", "ended", "unwatched", "void", "cancelled", "offline", "disabled"), "dim"),
    **dict.fromkeys(("talking", "holding"), "cyan"),
    **dict.fromkeys(("dialling", "wrap_up", "seat_locked"), "yellow"),
}
"""By word, or by kind and word (``seat_locked``) where the word has another meaning in that kind."""


GAP = 2
"""Blanks between two columns."""


def column(
    name: str, make: Callable[[Any], str], *, right: bool = False, whole: bool = False, spare: int = 0
) -> TextColumn:
    """A column whose cells are not translated."""
    return TextColumn(name, lambda row, _: make(row), right=right, whole=whole, spare=spare)


def word_column(name: str, word: Callable[[Any], str | None], kind: str = "word", *, spare: int = 0) -> TextColumn:
    """A column whose cells are translated and coloured words."""
    return TextColumn(name, word=word, kind=kind, spare=spare)


class FittingTable:
    """A rich table that leaves out ``spare`` columns, the highest value first, until the rest fits the terminal.

    Chinese characters count as two columns, in rich and in ``cell_len``.
    """

    def __init__(self, title: str, columns: tuple[TextColumn, ...], rows: Iterable[Any], texts: Texts) -> None:
        self._title = title
        self._rows = [[cell_text(column, row, texts) for column in columns] for row in rows]
        heads = [texts(f"col_{column.title}") for column in columns]
        widths = [max(cell_len(head), *(row[n].cell_len for row in self._rows), 0) for n, head in enumerate(heads)]
        self._columns = list(zip(columns, heads, widths, strict=True))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        shown = self._fitting(options.max_width)
        drawn = Table(
            title=self._title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
        )
        for number in shown:
            column, head, width = self._columns[number]
            drawn.add_column(
                head,
                justify="right" if column.right else "left",
                no_wrap=True,
                overflow="ellipsis",
                min_width=width if column.whole else None,
            )
        for row in self._rows:
            drawn.add_row(*(row[number] for number in shown))
        yield drawn

    def _fitting(self, width: int) -> list[int]:
        shown = list(range(len(self._columns)))
        sparest = sorted((number for number in shown if self._columns[number][0].spare), key=self._spare, reverse=True)
        for number in sparest:
            if sum(self._columns[each][2] for each in shown) + GAP * (len(shown) - 1) <= width:
                break
            shown.remove(number)
        return shown

    def _spare(self, number: int) -> int:
        return self._columns[number][0].spare


def cell_text(column: TextColumn, row: Any, texts: Texts) -> Text:
    if column.word is not None:
        word = column.word(row)
        style = STYLES.get(f"{column.kind}_{word}") or STYLES.get(word or "", "")
        return Text(harmless(texts.word(word, column.kind)), style=style)
    assert column.cell is not None
    return Text(harmless(column.cell(row, texts)))
