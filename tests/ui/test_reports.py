"""Reports in the supervisor's desk: asked for by keys, shown as table and chart, saved for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from agent_app.model.floor.supervising import SeatAct
from agent_app.ui.parts import theme
from agent_app.ui.reports.cells import MEASURES
from agent_app.ui.reports.chart import Bar, BarChart, scale
from agent_app.ui.reports.page import ReportsPage
from shared.desk import DeskRefusal, Refused
from shared.desk_reports import AskReport, ReportShown
from shared.reports import By, ReportRow
from tests.ui.floor_scenes import report
from tests.ui.stage import Stage
from tests.ui.test_floor import Board


@pytest.fixture
def board(stage: Stage) -> Iterator[Board]:
    made = Board(stage)
    made.choose("1005")
    stage.keys("Alt+R")
    yield made
    made.window.close()


def page(board: Board) -> ReportsPage:
    return board.window.reports


def shown(board: Board, by: By = By.HOURS) -> ReportShown:
    made = report(by)
    board.stage.reply(made)
    return made


def test_the_page_opens_with_today_s_queues(board: Board) -> None:
    assert board.window.pages.currentWidget() is page(board)
    assert board.asked() == AskReport(By.QUEUES, "20260318", "20260318")
    assert not page(board).make.isEnabled()
    assert "being made" in page(board).note.text()
    made = shown(board)
    assert page(board).make.isEnabled()
    assert page(board).table.board.rowCount() == len(made.rows)
    assert page(board).note.text() == "2026-03-18, until 10:15:30"
    assert page(board).total.text().startswith("Total: Offered 824 · Answered 690")
    board.stage.keys("Alt+F", "Alt+R")
    assert isinstance(board.asked(), AskReport)
    assert board.stage.world.switch.open == [], "what is there is not asked for again"


def test_acts_on_rows_are_off_on_the_reports_page(board: Board) -> None:
    assert not board.is_on(SeatAct.LOG_OUT)
    board.stage.keys("Alt+F")
    assert board.is_on(SeatAct.LOG_OUT)


def test_a_report_by_days_for_a_chosen_queue(board: Board) -> None:
    shown(board)
    it = page(board)
    it.by.setCurrentIndex(it.by.findData(str(By.DAYS)))
    it.span.setCurrentIndex(it.span.findData("last_month"))
    it.queue.setCurrentIndex(it.queue.findData("orders"))
    board.stage.keys("Alt+K")  # Qt's animated click takes a tenth of a second
    board.stage.until(lambda: board.asked() == AskReport(By.DAYS, "20260201", "20260228", "orders"))
    shown(board, By.DAYS)
    it.last.setDate(QDate(2026, 1, 5))
    assert it.span.currentData() == "custom"
    board.stage.click(it.make)
    assert board.asked() == AskReport(By.DAYS, "20260105", "20260201", "orders"), "the earlier day is the first"


def test_columns_without_meaning_are_hidden_and_lines_have_names(board: Board) -> None:
    it = page(board)
    shown(board, By.QUEUES)
    assert board.column(0, it.table)[0] == "Advice"
    assert board.column(len(MEASURES) + 1, it.table)[0] == "Advice given 9 · Order placed 3"
    hidden = {MEASURES[at - 1].title for at in range(1, len(MEASURES) + 1) if it.table.isColumnHidden(at)}
    assert hidden == {"Shift", "Occupancy", "Faxes sent", "Pages sent", "Faxes failed", "Faxes received"}
    for by, first in (
        (By.DAYS, "2026-03-01"),
        (By.HOURS, "08:00"),
        (By.BRANCHES, "Guangzhou Tianhe"),
        (By.GROUPS, "2001"),
    ):
        it.show_report(it._report.__class__(shown=report(by)))
        assert board.column(0, it.table)[0] == first
    it.show_report(it._report.__class__(shown=report(By.AGENTS)))
    assert board.column(0, it.table)[0].startswith("2001 ")
    assert "group 一组" in it.note.text()


def test_a_report_that_failed_shows_the_reason(board: Board) -> None:
    board.stage.reply(Refused(DeskRefusal.NOT_FOUND, "366 days at most"))
    assert "366 days at most" in page(board).note.text()
    assert page(board).make.isEnabled()
    assert not page(board).save.isEnabled()


def test_a_report_is_saved_for_a_spreadsheet(board: Board, tmp_path: Path) -> None:
    made = shown(board, By.AGENTS)
    file = tmp_path / "report.csv"
    page(board).save_as(str(file))
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    head, *lines = csv.reader(io.StringIO(text.decode("utf-8-sig")))
    assert head == list(ReportRow.__struct_fields__)
    assert len(lines) == len(made.rows) + 1
    assert lines[0][0] == made.rows[0].key
    assert str(file) in page(board).note.text()
    page(board).save_as(str(tmp_path / "nowhere" / "report.csv"))
    assert page(board).note.text() == "That folder is not there; please choose another place."


def test_the_file_dialog_does_not_block_the_window(board: Board) -> None:
    page(board).ask_file()
    assert page(board).findChildren(QFileDialog) == []
    shown(board)
    board.stage.keys("Alt+S")
    board.stage.until(lambda: bool(page(board).findChildren(QFileDialog)))
    (dialog,) = page(board).findChildren(QFileDialog)
    assert not dialog.isModal(), "Qt would take F2 and F3 away meanwhile"
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.reject()


def test_the_language_changes_the_whole_page(board: Board) -> None:
    shown(board)
    it = page(board)
    it.measure.setCurrentIndex(3)
    board.stage.keys("Ctrl+L")
    assert it.by.itemText(0) == "座席"
    assert it.table.model().headerData(1, Qt.Orientation.Horizontal) == "来话"
    assert it.chart.accessibleName() == "及时率"
    assert it.measure.currentIndex() == 3


# --- the chart ---


@pytest.mark.parametrize(
    ("values", "top"),
    [([], 1.0), ([None], 1.0), ([0.0], 1.0), ([3.0], 5.0), ([0.81, 0.2], 1.0), ([154.0], 200.0), ([250.0], 250.0), ([9.99], 10.0), ([0.012], 0.02)],
)  # fmt: skip
def test_the_top_of_the_scale_is_a_round_number(values: list[float | None], top: float) -> None:
    assert scale(values) == pytest.approx(top)


@pytest.mark.usefixtures("qapp")
def test_the_height_of_bars_is_their_value() -> None:
    chart = BarChart()
    chart.resize(400, 240)
    chart.show_bars(
        "Offered", [Bar("a", 50.0, "50"), Bar("b", 100.0, "100"), Bar("c", None, "–")], lambda v: f"{v:.0f}"
    )
    picture = chart.grab().toImage()
    area = chart._area()
    accent = QColor(theme.tokens().accent)

    def height(at: int) -> int:
        x = int(area.left() + area.width() * (at + 0.5) / 3)
        return sum(picture.pixelColor(x, y) == accent for y in range(int(area.top()), int(area.bottom())))

    assert height(1) == pytest.approx(area.height(), abs=3)
    assert height(0) == pytest.approx(area.height() / 2, abs=3)
    assert height(2) == 0
    assert chart.accessibleDescription() == "a: 50, b: 100, c: –"
    middle = chart.bar_at(QPointF(area.center().x(), 5.0))
    assert middle is not None
    assert middle.label == "b"
    assert chart.bar_at(QPointF(1.0, 50.0)) is None
    place = area.center().toPoint()
    QApplication.sendEvent(chart, QHelpEvent(QEvent.Type.ToolTip, place, chart.mapToGlobal(place)))


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("number", [0, 1, 24, 366])
def test_any_number_of_bars_is_painted(number: int) -> None:
    chart = BarChart()
    chart.resize(300, 120)
    chart.show_bars("x", [Bar(f"label {at}", at / 7, f"{at / 7:.2f}") for at in range(number)], lambda v: f"{v:.2f}")
    assert not chart.grab().isNull()
