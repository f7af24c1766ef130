"""The windows of fax: choices and their keys, what is off and why, what can be dropped and pasted, the lists, the viewer, printing."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from agent_app.model.fax.view import FaxSpec, LocalFile, SendTime
from agent_app.ui.customer.history import HistoryPanel
from agent_app.ui.fax.boxes import FaxesDialog
from agent_app.ui.fax.sending import SendFaxDialog
from agent_app.ui.fax.viewer import FaxViewer
from agent_app.ui.frame.topbar import TopBar
from shared.desk import CallChanged, Done, PopChanged
from shared.desk_fax import (
    AskFax,
    AskFaxPage,
    BeginUpload,
    CancelFax,
    FaxList,
    FaxPrepared,
    FaxShown,
    FileFax,
    ForwardFax,
    PagePart,
    PrepareFax,
    Statement,
    StatementKind,
    SubmitFax,
    TakeFax,
    UploadState,
)
from shared.enums import SeatState
from shared.fax import DocumentId, FaxId
from tests.fakes.faxes import png
from tests.ui.fax_scenes import CAME, INBOX, MINE
from tests.ui.scenes import CUSTOMER, NOW, OTHER, call, pop
from tests.ui.stage import Stage
from tests.ui.xserver import x_server

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "02085551234"


@pytest.fixture
def desk(stage: Stage) -> Stage:
    """An agent is logged in, the lists have come, and a customer is on the screen."""
    stage.log_in(SeatState.OPEN)
    for (asked, on_reply), rows in zip(stage.world.switch.boxes, (MINE, INBOX), strict=True):
        on_reply(FaxList(asked.box, rows, more=False, groups=("一组", "二组")))
    stage.told(PopChanged(pop()))
    stage.settle()
    return stage


def sending(stage: Stage) -> SendFaxDialog:
    return stage.window.panel(SendFaxDialog)


def rest(stage: Stage) -> None:
    stage.pass_time(1.0)


# --- the whole flow ---


@pytest.mark.slow
def test_a_day_with_faxes_at_a_real_link(tmp_path: Path) -> None:
    """Keys and clicks through X, a real link server, an upload that is cut and goes on; see ``tests.ui.fax_flow``."""
    with x_server() as environment:
        done = subprocess.run(
            [sys.executable, "-m", "tests.ui.fax_flow", str(tmp_path)],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["worked"]


@pytest.mark.slow
def test_pictures_of_the_windows_are_taken(tmp_path: Path) -> None:
    with x_server() as environment:
        done = subprocess.run(
            [sys.executable, "-m", "tests.ui.fax_shots", str(tmp_path), "fax-ready"],
            cwd=ROOT, env={**environment, "QT_SCALE_FACTOR": "1.5"}, capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for path in sorted(tmp_path.glob("*.png")):
        assert QImage(str(path)).size().boundedTo(QSize(1366, 768)) == QImage(str(path)).size(), "it fits at 150 %"


# --- making a fax ---


def test_the_number_is_proposed_from_the_record_and_checked(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    numbers = [it.number.itemText(at) for at in range(it.number.count())]
    assert numbers == ["02085551234", "13800138000"]  # a landline first
    assert it.number.currentText() == "02085551234"
    it.source._take(LocalFile("a.txt", b"text", "0" * 64))
    assert it.spec is not None
    it.number.setEditText("+86 20 8555-1234")
    assert it.spec is not None
    assert it.spec.number == NUMBER
    it.number.setEditText("soon")
    assert it.spec is None
    assert "Type a number" in it.state.text()
    assert not it.send_button.isEnabled()


def test_a_file_is_dropped_on_the_window(desk: Stage, tmp_path: Path) -> None:
    desk.keys("Ctrl+Shift+F")
    file = tmp_path / "letter.txt"
    file.write_bytes(b"hello")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    it, copy = sending(desk), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(it.rect().center(), copy, mime, buttons, keys)
    it.dragEnterEvent(enter)
    assert enter.isAccepted()
    it.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, buttons, keys))
    assert it.source.name.text() == "letter.txt"
    rest(desk)
    asked = desk.asked()
    assert isinstance(asked, BeginUpload)
    assert (asked.name, asked.size) == ("letter.txt", 5)


def test_the_clipboard_s_picture_is_pasted(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    QGuiApplication.clipboard().clear()
    desk.keys("Ctrl+V")
    assert "no picture" in it.state.text()
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(picture)
    desk.keys("Ctrl+V")
    source = it.source.source
    assert isinstance(source, LocalFile)
    assert QImage.fromData(source.data).size() == QSize(40, 30)
    QGuiApplication.clipboard().clear()


def test_a_file_that_can_t_be_read_or_is_too_large_is_said_at_once(desk: Stage, tmp_path: Path) -> None:
    desk.keys("Ctrl+Shift+F")
    it, large = sending(desk), tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    it.source.take_file(large)
    assert it.state.text() == "The file is larger than 20 MB."
    it.source.take_file(tmp_path / "none.pdf")
    assert it.state.text() == "The file is damaged and can't be read."
    rest(desk)
    assert not isinstance(desk.asked(), BeginUpload)


def test_the_file_dialog_does_not_block_the_window(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F", "Alt+F")
    desk.until(lambda: bool(sending(desk).findChildren(QFileDialog)))
    (dialog,) = sending(desk).findChildren(QFileDialog)
    assert not dialog.isModal(), "Qt would take F2 and F3 away meanwhile"
    dialog.reject()


def test_a_statement_by_keys_alone(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F", "Alt+T")
    it = sending(desk)
    desk.until(it.source.statement.isChecked)
    assert not it.source.days.isVisible()
    it.source.kind.setCurrentIndex(it.source.kind.findData(str(StatementKind.SETTLEMENT)))
    assert it.source.days.isVisible()
    rest(desk)
    account = CUSTOMER.accounts[0].account
    source = Statement(CUSTOMER.id, account, StatementKind.SETTLEMENT, "20260318", "20260318")
    assert desk.asked() == PrepareFax(source, NUMBER)
    assert "being made" in it.state.text()
    desk.reply(FaxPrepared(DocumentId("d1"), "交割单", 2))
    desk.reply(PagePart("d1", 0, len(PNG), 0, PNG))
    assert it.state.text() == "2 pages are ready."
    assert not it.preview.picture.pixmap().isNull()
    desk.keys("Alt+S")
    desk.until(lambda: isinstance(desk.asked(), SubmitFax))
    assert desk.asked() == SubmitFax(DocumentId("d1"), customer=CUSTOMER.id)
    desk.until(lambda: not it.send_button.isEnabled())
    desk.reply(FaxShown(MINE[0]))
    assert it.progress.isVisible()
    assert "page 2 of 3" in it.progress.state.text()
    desk.click(it.progress.cancel)
    assert desk.asked() == CancelFax(MINE[0].fax)


def test_on_this_call_only_in_a_talk(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    assert it.when.findData(str(SendTime.LIVE)) < 0
    desk.told(CallChanged(call(SeatState.TALKING, answered_at=NOW, number="075500001111")))
    it.when.setCurrentIndex(it.when.findData(str(SendTime.LIVE)))
    assert it.number.currentText() == "075500001111"
    assert not it.number.isEnabled()
    assert "press start" in it.live_help.text()
    assert it.live_help.isVisible()
    desk.told(CallChanged(None))
    assert it.when.currentData() == SendTime.NOW
    assert it.number.isEnabled()


def test_the_next_caller_does_not_change_whose_fax_it_is(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    it.source._take(LocalFile("a.txt", b"text", "0" * 64))
    other = replace(OTHER, accounts=CUSTOMER.accounts[1:])
    desk.told(PopChanged(pop(call="20260318-110000-0001", customer=other)))
    desk.keys("Ctrl+Shift+F")
    assert it.windowTitle() == f"Send fax: {CUSTOMER.name}"
    assert it.source.account.count() == len(CUSTOMER.accounts)
    rest(desk)
    desk.reply(UploadState("u1", 4, 4))
    desk.reply(FaxPrepared(DocumentId("d1"), "a.txt", 1))
    desk.reply(PagePart("d1", 0, len(PNG), 0, PNG))
    it.send()
    assert desk.asked() == SubmitFax(DocumentId("d1"), customer=CUSTOMER.id)
    desk.reply(FaxShown(MINE[0]))
    desk.keys("Ctrl+Shift+F")
    assert it.windowTitle() == f"Send fax: {OTHER.name}"


def test_a_time_is_chosen(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    assert not it.at.isVisible()
    it.when.setCurrentIndex(it.when.findData(str(SendTime.LATER)))
    assert it.at.isVisible()
    assert it.at.dateTime().toSecsSinceEpoch() == pytest.approx(NOW + 3600, abs=2)
    assert it.at.dateTime().toString("HH:mm") == "11:15", "in Shanghai"


def test_the_cover_sheet_s_fields_are_there_with_it_only(desk: Stage) -> None:
    desk.keys("Ctrl+Shift+F")
    it = sending(desk)
    it.source._take(LocalFile("a.txt", b"text", "0" * 64))
    assert not it.note.isVisible()
    desk.keys("Alt+V")
    desk.until(it.note.isVisible)
    it.note.setPlainText("n" * 1200)
    spec = it.spec
    assert isinstance(spec, FaxSpec)
    assert spec.cover is not None
    assert (spec.cover.to, spec.cover.sender, len(spec.cover.note)) == ("王小芳", "陈静", 1000)


# --- the lists and the viewer ---


def test_the_lists_and_the_count_at_the_top(desk: Stage) -> None:
    assert desk.window.panel(TopBar).fax_count.text() == "2"
    desk.keys("Ctrl+Shift+X")
    it = desk.window.panel(FaxesDialog)
    assert it.isVisible()
    assert it.tabs.tabText(0) == "Inbox 2"
    it.inbox.selectRow(0)
    assert desk.asked() == AskFaxPage(CAME.fax, 0, thumbnail=True)
    desk.reply(PagePart(CAME.fax, 0, len(PNG), 0, PNG))
    assert not it.thumbnail.pixmap().isNull()
    desk.click(it.take)
    assert desk.asked() == TakeFax(CAME.fax)
    desk.reply(FaxShown(replace(CAME, taken_by="1005", taken_by_name="陈静")))
    assert desk.window.panel(TopBar).fax_count.text() == "1"
    assert not it.take.isEnabled()
    it.tabs.setCurrentIndex(1)
    texts = [it.mine.rows.index(at, 4).data() for at in range(5)]
    assert texts == ["Sending", "Waiting", "Sent", "Failed", "Called off"]
    it.mine.selectRow(3)
    assert (it.retry.isEnabled(), it.cancel.isEnabled()) == (True, False)
    it.close()


def test_a_fax_of_the_history_is_opened_and_worked_on(desk: Stage) -> None:
    history = desk.window.panel(HistoryPanel)
    desk.keys("Ctrl+3")
    history.table.selectRow(4)
    desk.keys("Return")
    viewer = desk.window.panel(FaxViewer)
    assert viewer.isVisible()
    assert desk.asked() == AskFax(FaxId("c5"))
    desk.reply(FaxShown(replace(CAME, fax=FaxId("c5"), customer=None)))
    desk.reply(PagePart("c5", 0, len(PNG), 0, PNG))
    desk.click(viewer.file)
    assert desk.asked() == FileFax(FaxId("c5"), CUSTOMER.id)
    desk.reply(FaxShown(replace(CAME, fax=FaxId("c5"))))
    assert not viewer.file.isEnabled(), "it is there already"
    viewer.whom.setCurrentIndex(viewer.whom.findData("group:二组"))
    desk.click(viewer.forward)
    assert desk.asked() == ForwardFax(FaxId("c5"), None, "二组")
    desk.reply(Done())
    desk.click(viewer.reply)
    assert sending(desk).isVisible()
    assert sending(desk).number.currentText() == CAME.number
    viewer.close()
    desk.settle()
    assert desk.view.fax.open is None


PNG = png(120, 160)
