"""The supervisor's desk: opened, filled, used by keys and by mouse, greyed and closed."""

from collections.abc import Iterator

import pytest
from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox, QTabBar, QTableView, QWidget

from agent_app.model.desk.view import DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.model.floor.supervising import SeatAct, WaitingAct
from agent_app.ui.floor.acts import ACTS, TO_ALL
from agent_app.ui.floor.opening import SupervisorDesk
from agent_app.ui.floor.window import SupervisorWindow
from agent_app.ui.frame.topbar import TopBar
from shared.desk import (
    CallChanged,
    DeskCall,
    DeskRefusal,
    Done,
    ForceSeat,
    Intercept,
    LoggedOut,
    Monitor,
    Refused,
    SeatChanged,
    TakeWaiting,
)
from shared.enums import CallKind, Language, ListenMode, LockReason, Role, SeatState
from shared.floor import (
    TABLES,
    FloorChanged,
    MessageSent,
    Rows,
    SendMessage,
    SetSkills,
    Watch,
)
from shared.ids import CallId
from tests.ui.floor_scenes import EMPTY, FULL, LONG, SMALL, SMALL_SEATS, floor_of
from tests.ui.scenes import NOW, call
from tests.ui.stage import Stage
from tests.ui.test_access import _worked


def rows_of(floor: FloorDeskView) -> Rows:
    return Rows(**{table: tuple(getattr(floor, table).values()) for table in TABLES})


class Board:
    """An open supervisor's desk, with the small floor."""

    def __init__(self, stage: Stage, floor: FloorDeskView = SMALL) -> None:
        self.stage = stage
        stage.log_in(SeatState.OPEN)
        stage.told(SeatChanged(stage.seat(SeatState.OPEN, role=Role.SUPERVISOR, agent="1010")))
        stage.click(stage.window.panel(TopBar).supervise)
        opened = stage.window.panel(SupervisorDesk).window
        assert opened is not None
        self.window: SupervisorWindow = opened
        assert QTest.qWaitForWindowActive(self.window)
        assert self.watching() is Watch.FLOOR
        stage.world.switch.show_floor(rows_of(floor), NOW)
        stage.settle()
        self.number = 1

    def asked(self) -> Struct | None:
        return self.stage.asked()

    def watching(self) -> Watch:
        """What the last ``WatchFloor`` request asked for."""
        return self.stage.world.switch.watching[-1][0].what

    def change(self, rows: Rows, gone: dict[str, tuple[str, ...]] | None = None) -> None:
        self.number += 1
        self.stage.told(FloorChanged(NOW, self.number, rows, gone or {}))

    def choose(self, agent: str) -> None:
        table = self.window.seats.table
        table.selectRow(next(at for at in range(table.board.rowCount()) if table.board.key_of(at) == agent))
        self.stage.settle()

    def done(self, kind: type) -> Struct:
        """The newest request, which is of this kind and gets the reply ``Done``."""
        asked = self.asked()
        assert isinstance(asked, kind), asked
        self.stage.reply(Done())
        return asked

    def press(self, act: str) -> None:
        self.stage.keys(ACTS[act].keys)

    def is_on(self, act: str) -> bool:
        return self.window.acts.actions[act].isEnabled()

    def column(self, at: int, table: QTableView | None = None) -> list[str]:
        model = (table or self.window.seats.table).model()
        return [str(model.index(row, at).data()) for row in range(model.rowCount())]


@pytest.fixture
def board(stage: Stage) -> Iterator[Board]:
    made = Board(stage)
    yield made
    made.window.close()


def monitoring(agent: str = "1005") -> DeskCall:
    return replace(
        call(SeatState.MONITORING, answered_at=NOW, number=""), kind=CallKind.MONITOR, target=agent, listening=ListenMode.MONITOR, auto=True
    )  # fmt: skip


# --- opening and closing ---


def test_an_agent_has_no_button_for_the_supervisor_s_desk(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    assert not stage.window.panel(TopBar).supervise.isVisible()
    stage.keys("Ctrl+Shift+S")
    assert stage.window.panel(SupervisorDesk).window is None


def test_the_shortcut_brings_the_supervisor_s_desk_to_the_front(board: Board) -> None:
    board.stage.front()
    board.stage.keys("Ctrl+Shift+S")
    assert QTest.qWaitForWindowActive(board.window)
    assert board.stage.window.panel(SupervisorDesk).window is board.window


def test_closing_stops_the_watch_and_opening_starts_it_again(board: Board) -> None:
    board.window.close()
    board.stage.settle()
    assert board.watching() is Watch.OFF
    board.stage.world.switch.show_floor(Rows())
    board.stage.front()
    board.stage.keys("Ctrl+Shift+S")
    assert board.watching() is Watch.FLOOR


def test_a_log_out_closes_the_supervisor_s_desk(board: Board) -> None:
    board.stage.told(LoggedOut("operator"))
    board.stage.until(lambda: not board.window.isVisible())


def test_closing_the_main_window_closes_the_supervisor_s_desk(board: Board) -> None:
    board.stage.window.leaving.sure = True
    board.stage.window.close()
    assert not board.window.isVisible()


# --- the tables ---


def test_all_tables_of_the_floor_are_filled(board: Board) -> None:
    assert board.column(0) == ["1003", "1005", "1007", "1008", "1010"]
    assert board.column(2)[:3] == ["Open", "Talking", "Locked"]
    assert board.column(3)[:3] == ["0:37", "3:12", "21:00"]
    assert board.column(4) == ["", "13800138000", "Lunch", "02085551234 · Meeting", "1005 陈静"]
    assert board.column(5)[1] == "Advice"
    assert board.window.seats.summary.text() == "Open 1 · Talking 2 · Wrap-up 0 · Locked 1"
    queues = board.window.queues.table
    assert board.column(0, queues) == ["Advice", "Complaints", "Night orders (closed)", "Orders"]
    assert board.column(3, queues) == ["72%", "33%", "–", "93%"]
    assert board.column(2, board.window.waiting.table) == ["1:23", "0:41", "0:12", "0:07"]
    assert board.window.waiting.heading.text() == "Waiting: 4"
    assert board.column(2, board.window.lines.table)[0] == "28/30"
    assert board.column(0, board.window.branches.table)[1:] == [
        "Guangzhou Yuexiu: no trading system", "Shenzhen Futian: no connection",
    ]  # fmt: skip
    assert board.column(5, board.window.branches.table)[0] == "1,843,224.50"


def test_a_change_redraws_its_row_and_keeps_the_selection(board: Board) -> None:
    board.choose("1005")
    board.change(
        Rows(seats=(replace(SMALL_SEATS[1], state=SeatState.WRAP_UP, since=NOW, call=None, number="", queue=None),))
    )
    assert board.column(2)[1] == "Wrap-up"
    assert board.column(4)[1] == ""
    assert not board.is_on(SeatAct.MONITOR)
    board.change(Rows(), {"seats": ("1003",), "waiting": ("w1", "w2", "w3", "w4")})
    row = board.window.seats.table.chosen_row()
    assert row is not None
    assert row.agent == "1005"
    assert board.window.waiting.heading.text() == "Nobody waits"


def test_times_run_by_the_switch_s_clock(board: Board) -> None:
    board.stage.world.now += 30
    board.window._tick()
    assert board.column(3)[:2] == ["1:07", "3:42"]
    assert board.column(2, board.window.waiting.table)[0] == "1:53"


def test_seats_are_found_by_number_name_initials_skill_and_queue(board: Board) -> None:
    board.stage.keys("Ctrl+F")
    for text, found in (
        ("1007", ["1007"]),
        ("曾", ["1008"]),
        ("ztt", ["1008"]),
        ("orders", ["1003", "1007"]),
        ("Complaints", ["1008"]),
        ("13800", ["1005"]),
        ("nobody", []),
    ):
        board.window.seats.search.setText(text)
        assert board.column(0) == found, text
    board.stage.keys("Esc")
    assert board.window.seats.search.text() == ""
    assert len(board.column(0)) == 5
    board.stage.click(board.window.seats.present, QPoint(8, 8))
    assert board.column(0)[-1] == "1011"
    assert board.column(3)[-1] == ""


def test_the_floor_is_greyed_after_a_gap(board: Board) -> None:
    board.choose("1005")
    board.stage.desk.gap()
    board.stage.settle()
    assert not board.window.seats.table.isEnabled()
    assert "old" in board.window.notice.text()
    board.stage.world.switch.show_floor(rows_of(SMALL), NOW)
    board.stage.settle()
    assert board.window.seats.table.isEnabled()
    assert board.window.notice.text() == ""


def test_a_lost_right_to_the_floor_is_shown(board: Board) -> None:
    board.stage.told(FloorChanged(NOW, 0))
    assert board.column(0) == []
    _, on_reply = board.stage.world.switch.watching.pop()
    on_reply(Refused(DeskRefusal.NOT_ALLOWED))
    board.stage.settle()
    assert board.window.notice.text() == "You may not do that."


def test_the_supervisor_s_desk_changes_its_language(board: Board) -> None:
    board.stage.keys("Ctrl+L")
    assert board.window.windowTitle() == "班长席"
    assert board.column(2)[:2] == ["开放", "通话中"]
    assert board.column(0, board.window.queues.table)[0] == "人工委托"
    assert board.window.acts.actions[SeatAct.MONITOR].text() == "监听"
    board.stage.keys("Ctrl+L")
    assert board.stage.view.language is Language.EN


@pytest.mark.parametrize("floor", [EMPTY, FULL, LONG], ids=["empty", "full", "long"])
def test_rows_add_no_widgets_and_the_window_keeps_its_size(stage: Stage, floor: FloorDeskView) -> None:
    board = Board(stage)
    board.window.resize(1366, 728)
    board.stage.settle_drawn()
    before = len(board.window.findChildren(QWidget))
    board.window.draw_floor(floor)
    board.stage.settle_drawn()
    assert len(board.window.findChildren(QWidget)) == before
    assert (board.window.width(), board.window.height()) == (1366, 728)
    assert board.window.minimumSizeHint().width() <= 1366
    assert board.window.minimumSizeHint().height() <= 728
    board.window.close()


def test_every_act_has_a_button_with_its_key_on_it(board: Board) -> None:
    texts = {button.text() for button in board.window.findChildren(QAbstractButton)}
    for name, act in ACTS.items():
        assert any(act.title in text and act.keys in text for text in texts), name
    assert len({act.keys for act in ACTS.values()}) == len(ACTS)
    used = {action.shortcut().toString() for action in board.stage.window.commands.actions.values()}
    assert not used & {act.keys for act in ACTS.values()}


def test_every_control_of_the_supervisor_s_desk_has_a_name(board: Board) -> None:
    worked = {widget for root in (board.window, board.window.message, board.window.skills) for widget in _worked(root)}
    assert len(worked) > 25
    for widget in worked:
        where = f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        assert widget.accessibleName(), where
        assert widget.toolTip() or widget.accessibleDescription() or isinstance(widget, QTabBar), where


def test_a_change_redraws_only_a_small_part_of_the_window(stage: Stage) -> None:
    """The floor changes up to four times a second, on a window that a supervisor has open all day."""
    board = Board(stage, FULL)
    board.window.resize(1366, 728)
    QTest.qWait(200)
    drawn: list[int] = []

    class Seen(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                drawn.append(sum(part.width() * part.height() for part in event.region()))
            return False

    seen = Seen()
    for widget in (board.window, *board.window.findChildren(QWidget)):
        widget.installEventFilter(seen)
    seat = next(row for row in FULL.seats.values() if row.state is SeatState.OPEN)
    board.window.draw_floor(replace(FULL, seats={**FULL.seats, seat.key: replace(seat, state=SeatState.WRAP_UP)}))
    QTest.qWait(100)
    assert drawn
    assert max(drawn) < 1366 * 40
    board.window.close()


# --- acts on seats ---


@pytest.mark.parametrize(
    ("act", "mode"),
    [(SeatAct.MONITOR, ListenMode.MONITOR), (SeatAct.WHISPER, ListenMode.WHISPER), (SeatAct.BARGE, ListenMode.BARGE)],
)
def test_monitor_whisper_and_barge(board: Board, act: str, mode: ListenMode) -> None:
    assert not board.is_on(act)
    board.choose("1003")
    assert not board.is_on(act)
    assert "no talk" in board.window.acts.actions[act].toolTip()
    board.choose("1005")
    board.press(act)
    assert board.done(Monitor) == Monitor("1005", mode)


def test_intercept_monitors_first_and_then_takes_the_call(board: Board) -> None:
    board.choose("1005")
    board.press(SeatAct.INTERCEPT)
    listening = board.stage.seat(SeatState.MONITORING, role=Role.SUPERVISOR)
    board.stage.told(SeatChanged(listening), CallChanged(monitoring()))
    board.stage.reply(Done())
    assert board.done(Intercept) == Intercept(monitoring().call)


def test_open_and_lock_with_a_reason(board: Board) -> None:
    board.choose("1007")
    board.press(SeatAct.OPEN)
    assert board.done(ForceSeat) == ForceSeat("1007", "open")
    board.press(SeatAct.LOCK)
    board.stage.keys("4")
    assert board.done(ForceSeat) == ForceSeat("1007", "lock", LockReason.MEETING)
    board.choose("1003")
    assert not board.is_on(SeatAct.OPEN)


def test_log_out_asks_first(board: Board) -> None:
    board.choose("1005")
    board.press(SeatAct.LOG_OUT)
    before = board.asked()
    (box,) = board.window.findChildren(QMessageBox)
    assert "1005 陈静" in box.text()
    cancel = box.defaultButton()
    board.stage.click(cancel)
    assert board.asked() is before
    board.window.activateWindow()
    assert QTest.qWaitForWindowActive(board.window)
    board.press(SeatAct.LOG_OUT)
    box = board.window.findChildren(QMessageBox)[-1]
    yes = next(button for button in box.buttons() if "Log out" in button.text())
    board.stage.click(yes)
    assert board.done(ForceSeat) == ForceSeat("1005", "log_out")


def test_a_message_to_one_and_to_all(board: Board) -> None:
    board.choose("1005")
    board.press(SeatAct.MESSAGE)
    dialog = board.window.message
    assert QTest.qWaitForWindowActive(dialog)
    assert "1005 陈静" in dialog.whom.text()
    board.stage.keys("Ctrl+Return")
    assert not isinstance(board.asked(), SendMessage), "nothing is written yet"
    board.stage.write("well done")
    board.stage.keys("Ctrl+Return")
    assert board.asked() == SendMessage("well done", ("1005",))
    board.stage.reply(Refused(DeskRefusal.NOT_HERE))
    assert dialog.isVisible()
    assert dialog.problem.text()
    board.stage.keys("Ctrl+Return")
    board.stage.reply(MessageSent(("1005",)))
    board.stage.until(lambda: not dialog.isVisible())
    assert board.window.notice.text() == "Message sent; screens: 1"
    board.window.activateWindow()
    assert QTest.qWaitForWindowActive(board.window)
    board.press(TO_ALL)
    assert QTest.qWaitForWindowActive(dialog)
    board.stage.write("meeting at noon")
    board.stage.click(dialog.button)
    assert board.asked() == SendMessage("meeting at noon")


def test_skills(board: Board) -> None:
    board.choose("1005")
    board.press(SeatAct.SKILLS)
    dialog = board.window.skills
    assert QTest.qWaitForWindowActive(dialog)
    assert dialog.chosen() == {"advice": 2}
    assert set(dialog._lines) == {"advice", "orders", "complaints"}
    on, level = dialog._lines["orders"]
    assert not level.isEnabled()
    on.setChecked(True)
    level.setValue(4)
    dialog._lines["advice"][0].setChecked(False)
    dialog.new.setText("fund")
    board.stage.click(dialog.add)
    dialog.new.setText("fund")
    board.stage.click(dialog.add)
    board.stage.click(dialog.button)
    assert board.done(SetSkills) == SetSkills("1005", {"orders": 4, "fund": 1})
    board.stage.until(lambda: not dialog.isVisible())


def test_the_row_s_menu_and_a_double_click(board: Board) -> None:
    table = board.window.seats.table
    assert {action.text() for action in table.actions()} >= {"Listen", "Intercept", "Skills"}
    assert table.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
    at = table.visualRect(table.board.index(1, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    board.stage.settle()
    assert board.done(Monitor) == Monitor("1005", ListenMode.MONITOR)


# --- acts on waiting callers ---


def test_a_caller_is_taken_out_of_order(board: Board) -> None:
    assert not board.is_on(WaitingAct.TAKE)
    board.window.waiting.table.selectRow(1)
    board.stage.settle()
    board.press(WaitingAct.TAKE)
    assert board.done(TakeWaiting) == TakeWaiting(CallId("w2"))
    board.press(WaitingAct.GIVE)
    menu = board.window.givable
    assert [action.text() for action in menu.actions()] == ["1003  李敏"]
    board.stage.choose(menu, 0)
    assert board.done(TakeWaiting) == TakeWaiting(CallId("w2"), "1003")


def test_without_an_open_seat_a_caller_cannot_be_given(stage: Stage) -> None:
    board = Board(stage, floor_of(seats=(SMALL_SEATS[2],)))
    board.window.waiting.table.selectRow(0)
    stage.settle()
    assert board.is_on(WaitingAct.TAKE)
    assert not board.is_on(WaitingAct.GIVE)
    board.window.close()


def test_every_act_is_off_without_a_log_in(board: Board) -> None:
    board.choose("1005")
    board.window.draw(DeskView())
    assert not any(action.isEnabled() for action in board.window.acts.actions.values())
    QApplication.processEvents()
