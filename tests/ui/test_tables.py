"""Lists: a chosen row keeps its colours, an empty list has a sentence, a column that was made wider stays wide."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.parts import theme
from agent_app.ui.parts.tables import DataTable, TableColumn
from shared.enums import Language
from tests.ui.floor_scenes import EMPTY
from tests.ui.scenes import scenes
from tests.ui.stage import Stage
from tests.ui.test_floor import Board
from tests.ui.test_look import contrast

COLUMNS = (
    TableColumn[str]("Name", lambda row: row, 8),
    TableColumn[str]("Side", lambda _row: "XXXXXX", 8, colour=lambda _row: "danger"),
    TableColumn[str]("Number", lambda _row: "13800138000", 11, number=lambda row: row),
    TableColumn[str]("Rest", lambda row: row, 0),
)


@pytest.fixture
def table(qapp: QApplication) -> Iterator[DataTable[str]]:
    theme.use(theme.Theme.LIGHT)
    theme.apply(qapp)
    made: DataTable[str] = DataTable(COLUMNS, lambda row: row)
    made.resize(600, 200)
    made.show()
    yield made
    made.close()
    qapp.setStyleSheet("")


def _picture(table: DataTable[str], row: int, column: int) -> QImage:
    return table.viewport().grab(table.visualRect(table.rows.index(row, column))).toImage()


def _has(image: QImage, colour: str) -> bool:
    """Whether a pixel has this colour, or nearly this colour."""
    wanted = QColor(colour)
    for x in range(image.width()):
        for y in range(image.height()):
            found = image.pixelColor(x, y)
            differ = (found.red() - wanted.red(), found.green() - wanted.green(), found.blue() - wanted.blue())
            if max(map(abs, differ)) < 40:
                return True
    return False


def test_a_chosen_row_keeps_its_colours(table: DataTable[str]) -> None:
    table.show_rows(["one", "two"])
    table.selectRow(0)
    now = theme.LIGHT
    for row, back in ((0, now.select), (1, now.raised)):
        for column, colour in ((1, now.danger), (2, now.accent), (0, now.text)):
            picture = _picture(table, row, column)
            assert _has(picture, colour), (row, column)
            assert _has(picture, back), (row, column)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_colours_can_be_read_on_a_chosen_row(tokens: theme.ThemeTokens) -> None:
    for colour in (tokens.text, tokens.muted, tokens.danger, tokens.ok, tokens.warn, tokens.accent):
        assert contrast(colour, tokens.select) >= 4.5, colour


def test_an_empty_list_shows_its_sentence(table: DataTable[str]) -> None:
    table.show_rows([])
    bare = table.viewport().grab().toImage()
    table.set_empty("There is nothing.")
    said = table.viewport().grab().toImage()
    assert said != bare
    assert _has(said, theme.LIGHT.muted)
    table.show_rows(["one"])
    full = table.viewport().grab().toImage()
    table.set_empty("")
    assert table.viewport().grab().toImage() == full, "only while it is empty"


@pytest.mark.parametrize("language", list(Language))
def test_every_list_has_a_sentence_for_the_empty_state(gallery: Stage, language: Language) -> None:
    window = gallery.window
    window.draw(scenes(language)["open"])
    tables = window.tables
    assert len(tables) == 12
    sentences = {name: table.empty for name, table in tables.items()}
    assert [name for name, text in sentences.items() if not text] == []
    assert all(text.isascii() == (language is Language.EN) for text in sentences.values()), sentences


def test_the_sentence_of_an_empty_list_names_the_reason(gallery: Stage) -> None:
    window = gallery.window
    window.draw(scenes(Language.EN)["open"])
    assert window.panel(AccountsPanel).holdings.empty == "No customer is on the screen."
    window.draw(scenes(Language.EN)["ringing-pending"])
    assert window.panel(AccountsPanel).holdings.empty == "Asking the branch …"
    window.draw(scenes(Language.EN)["talking"])
    assert window.panel(AccountsPanel).orders.empty == "No orders today."
    window.panel(AccountsPanel).tabs.setCurrentIndex(1)
    assert window.panel(AccountsPanel).holdings.empty == "The branch doesn't answer."


def test_the_supervisor_s_lists_have_sentences_for_the_empty_state(stage: Stage) -> None:
    board = Board(stage, EMPTY).window
    assert [name for name, table in board.tables.items() if not table.empty] == []
    assert board.seats.table.empty == "No seat fits the filter."
    board.seats.present.setChecked(False)
    assert board.seats.table.empty == "There are no seats."
    assert board.waiting.table.empty == "Nobody waits."


def test_a_column_made_wider_keeps_its_width(table: DataTable[str], qapp: QApplication) -> None:
    assert table.widths() == {}
    table.setColumnWidth(0, 222)
    assert table.widths() == {"Name": 222}
    theme.use(theme.Theme.DARK)
    theme.apply(qapp)  # a new style sheet: all widths are measured again
    assert table.columnWidth(0) == 222
    other: DataTable[str] = DataTable(COLUMNS, lambda row: row)
    other.set_widths({**table.widths(), "Gone": 50, "Rest": 50, "Side": -3})
    assert other.columnWidth(0) == 222
    assert other.columnWidth(1) == other.horizontalHeader().minimumSectionSize()
    other.deleteLater()
