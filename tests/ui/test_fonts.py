"""Widths that are counted in letters fit their texts with each first font: Latin, or Chinese as on every Chinese Windows."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QTableView

from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.parts.theme import digits, letters
from shared.enums import Language
from tests.ui.fonts import CHINESE, LATIN, WIDE, first
from tests.ui.party_scenes import party_scenes
from tests.ui.scenes import scenes
from tests.ui.stage import Stage, application
from tests.ui.translations import SOURCES

NUMBER = "13800138000"
FONTS = pytest.mark.parametrize("font", [LATIN, CHINESE, WIDE])


@pytest.fixture
def written(qapp: QApplication, font: str) -> Iterator[Stage]:
    """The whole window with this first font."""
    with first(font):
        made = Stage()
        yield made
        made.close()


pytestmark = pytest.mark.slow


@FONTS
def test_a_number_of_11_digits_is_fully_visible_in_every_list(written: Stage) -> None:
    written.window.draw({**scenes(Language.EN), **party_scenes(Language.EN)}["known"])
    seen = 0
    for table in written.window.findChildren(QTableView):
        model = table.model()
        for column in range(model.columnCount()):
            texts = [model.index(row, column).data() for row in range(model.rowCount())]
            if NUMBER in texts and table.horizontalHeader().sectionResizeMode(column).name != "Stretch":
                seen += 1
                needs = table.sizeHintForIndex(model.index(texts.index(NUMBER), column)).width()
                assert needs <= table.columnWidth(column), (table.accessibleName(), column)
    assert seen >= 1


@FONTS
@pytest.mark.parametrize("language", list(Language))
def test_the_window_fits_a_screen_of_1366_by_768(written: Stage, language: Language) -> None:
    for name, view in {**scenes(language), **party_scenes(language)}.items():
        written.window.draw(view)
        written.settle_drawn()
        written.window.resize(1366, 700)
        written.settle_drawn()
        assert (written.window.width(), written.window.height()) == (1366, 700), name
        assert written.window.places.scroll_page.verticalScrollBar().maximum() == 0, name


@FONTS
@pytest.mark.parametrize("language", list(Language))
def test_on_a_lower_screen_the_page_is_scrolled(written: Stage, language: Language) -> None:
    """1366×768 at 150 %, less the system's bars. What has the focus is in sight."""
    for name, view in {**scenes(language), **party_scenes(language)}.items():
        written.window.draw(view)
        written.window.resize(910, 450)
        written.settle_drawn()
        assert written.window.height() == 450, name
    written.window.draw(scenes(language)["talking"])
    written.settle_drawn()
    bar = written.window.places.scroll_page.verticalScrollBar()
    for part in (written.window.panel(TicketsPanel).note, written.window.panel(WrapUpPanel).note):
        part.setFocus()
        written.settle_drawn()
        at = part.mapTo(written.window.places.scroll_page, QPoint(0, 0)).y()
        assert 0 <= at <= written.window.places.scroll_page.height() - part.height(), bar.value()
    assert bar.maximum() > 0


@FONTS
def test_a_letter_s_width_is_that_of_a_latin_letter(qapp: QApplication, font: str) -> None:
    with first(font):
        shown = application().font()
        assert digits(shown, 11) >= QFontMetricsF(shown).horizontalAdvance(NUMBER)
        assert letters(shown, 20) <= QFontMetricsF(shown).horizontalAdvance("0") * 20
        assert letters(shown, 4) >= QFontMetricsF(shown).horizontalAdvance("text")
    assert qapp is not None


def test_no_width_uses_the_average_character_width() -> None:
    assert [
        path.name for path in SOURCES.rglob("*.py") if ".averageCharWidth" in path.read_text(encoding="utf-8")
    ] == []


@FONTS
@pytest.mark.parametrize("language", list(Language))
def test_the_columns_are_equally_wide_for_every_caller(written: Stage, language: Language) -> None:
    """Long names do not move the controls, which stay at the same place all day."""
    written.window.resize(1366, 728)
    seen = set()
    for view in {**scenes(language), **party_scenes(language)}.values():
        written.window.draw(view)
        written.settle_drawn()
        if not view.needs_password:
            seen.add(tuple(written.window.places.columns.sizes()))
    assert len(seen) == 1


@FONTS
@pytest.mark.parametrize("language", list(Language))
def test_the_middle_lists_need_no_scroll_bar_at_1366(written: Stage, language: Language) -> None:
    written.window.resize(1366, 728)
    written.window.draw(scenes(language)["talking"])
    for at, table in enumerate(
        (written.window.panel(AccountsPanel).holdings, written.window.panel(AccountsPanel).orders)
    ):
        written.window.places.tabs.setCurrentIndex(at)
        written.settle_drawn()
        assert table.horizontalScrollBar().maximum() == 0


@FONTS
@pytest.mark.parametrize("language", list(Language))
def test_the_main_column_of_every_list_can_be_read(written: Stage, language: Language) -> None:
    """The column that takes the remaining width: a stock's name, a queue's name, a ticket's subject."""
    written.window.resize(1366, 728)
    written.window.draw(scenes(language)["talking"])
    written.settle_drawn()
    for table, column, letters_seen in (
        (written.window.panel(AccountsPanel).holdings, 1, "贵州茅台"), (written.window.panel(QueuesPanel).table, 0, "人工委托"),
        (written.window.panel(TicketsPanel).table, 1, "银证转账"),
    ):  # fmt: skip
        needs = QFontMetricsF(table.font()).horizontalAdvance(letters_seen)
        assert table.columnWidth(column) >= needs + table._margins(), table.accessibleName()
