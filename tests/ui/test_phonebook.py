"""Directory, last calls, and numbers that can be clicked: all open the dial window, where Enter calls."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from agent_app.model.calling.targets import DialPurpose
from agent_app.model.phonebook.people import CallWay
from agent_app.ui.calling.calls import CallsPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.calling.people import PeoplePanel
from agent_app.ui.customer.history import HistoryPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.parts.tables import DataTable
from shared.desk import CallChanged, CallSeat, Dial, PopChanged, SeatChanged
from shared.enums import CallKind, SeatState
from shared.floor import Watch
from tests.ui.party_scenes import FLOOR, party_scenes
from tests.ui.scenes import EN, NOW, call, pop
from tests.ui.stage import Stage


def open_directory(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.keys("Ctrl+7")
    stage.world.switch.show_floor(FLOOR, NOW)
    stage.settle()


def cell(table: DataTable, row: int, column: int) -> QPoint:  # type: ignore[type-arg]
    return table.visualRect(table.rows.index(row, column)).center()


def names(stage: Stage) -> list[str]:
    table = stage.window.panel(PeoplePanel).table
    return [table.rows.row(at).name for at in range(table.rows.rowCount())]


def add(stage: Stage, name: str, number: str) -> None:
    person = stage.window.panel(PeoplePanel).person
    person.fields[0].insert(name)  # as an input method enters text
    stage.keys("Tab")
    stage.write(number)
    stage.keys("Return")
    assert not person.isVisible()
    stage.front()


# --- the directory ---


def test_colleagues_are_watched_while_their_list_is_open(stage: Stage) -> None:
    open_directory(stage)
    assert names(stage) == ["黄志强", "李敏", "赵刚", "刘洋", "周婷", "吴磊"], "who is free first, who is away last"
    stage.keys("Ctrl+6")
    assert [request.what for request, _ in stage.world.switch.watching] == [Watch.OFF]


def test_after_another_log_in_they_are_asked_for_again(stage: Stage) -> None:
    open_directory(stage)
    stage.desk.log_out()
    stage.done()
    stage.log_in(SeatState.OPEN)
    stage.until(lambda: bool(stage.world.switch.watching))
    assert stage.world.switch.watching[-1][0].what is Watch.COLLEAGUES


def test_people_by_keyboard(stage: Stage) -> None:
    open_directory(stage)
    stage.keys("Return", "Ins")
    add(stage, "林经理", "020-8555-1000")
    assert names(stage)[0] == "林经理"
    stage.keys("Ctrl+7")
    stage.write("ljl")
    assert names(stage) == ["林经理"]
    stage.keys("Down", "Ctrl+Return")
    assert stage.window.panel(PeoplePanel).person.fields[1].text() == "02085551000"
    stage.keys("Tab")
    stage.write("no number")
    stage.keys("Return")
    assert stage.window.panel(PeoplePanel).person.problem.text() == "That is no telephone number."
    assert stage.view.problem is None
    stage.keys("Escape")
    stage.front()
    stage.window.panel(PeoplePanel).table.setFocus()
    stage.keys("Delete")
    assert names(stage) == []
    stage.keys("Ctrl+Z")
    assert names(stage) == ["林经理"]


def test_people_by_mouse(stage: Stage) -> None:
    open_directory(stage)
    tools, table = stage.window.panel(PeoplePanel).tools, stage.window.panel(PeoplePanel).table
    assert [name for name in tools if tools[name].isEnabled()] == ["add"]
    stage.click(tools["add"])
    add(stage, "Lin", "10086")
    stage.click(table.viewport(), cell(table, 0, 0))
    stage.click(tools["edit"])
    person = stage.window.panel(PeoplePanel).person
    assert [field.text() for field in person.fields] == ["Lin", "10086", ""]
    stage.click(person.fields[2])
    stage.write("branch")
    stage.click(person.button)
    stage.front()
    assert stage.view.people[0].note == "branch"
    stage.click(tools["delete"])
    stage.click(tools["undo"])
    assert names(stage)[0] == "Lin"
    stage.click(table.viewport(), cell(table, 1, 0))
    assert not tools["delete"].isEnabled(), "a colleague is not the agent's to delete"


@pytest.mark.parametrize("hand", ["mouse", "key"])
def test_a_colleague_is_called_from_the_list(stage: Stage, hand: str) -> None:
    open_directory(stage)
    table = stage.window.panel(PeoplePanel).table
    if hand == "mouse":
        stage.click(table.viewport(), cell(table, 1, 1))
    else:
        stage.keys("Down", "Down", "F6")
    assert stage.window.panel(DialDialog).isVisible()
    assert stage.window.panel(DialDialog).whom.text() == "Calls Seat 1003 李敏"
    stage.keys("Return")
    assert stage.asked() == CallSeat("1003")


# --- the last calls ---


def test_a_missed_call_is_called_back(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(PopChanged(pop()), CallChanged(call(SeatState.RINGING, rang_at=NOW)))
    stage.told(CallChanged(None))
    table = stage.window.panel(CallsPanel).table
    assert [(row.way, row.name) for row in stage.view.calls] == [(CallWay.MISSED, "王小芳")]
    stage.keys("Ctrl+6", "Return")
    assert stage.window.panel(DialDialog).line.text() == "13800138000"
    stage.keys("Escape")
    stage.front()
    table.setFocus()
    stage.keys("F6", "Return")
    assert stage.asked() == Dial("13800138000")


def test_a_seat_that_called_is_called_as_a_seat(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(
        CallChanged(call(SeatState.RINGING, kind=CallKind.INTERNAL, number="1003", rang_at=NOW)), CallChanged(None)
    )
    table = stage.window.panel(CallsPanel).table
    stage.keys("Ctrl+6")
    stage.click(table.viewport(), cell(table, 0, 1))
    stage.keys("Return")
    assert stage.asked() == CallSeat("1003")


def test_f6_calls_a_seat_of_the_last_calls_as_a_seat_too(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(
        CallChanged(call(SeatState.RINGING, kind=CallKind.INTERNAL, number="1003", rang_at=NOW)), CallChanged(None)
    )
    stage.keys("Ctrl+6", "F6")
    assert stage.window.panel(DialDialog).purpose is DialPurpose.CALL_SEAT
    stage.keys("Return")
    assert stage.asked() == CallSeat("1003")


# --- numbers to click ---


def test_the_customers_numbers(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(PopChanged(pop()), CallChanged(call(SeatState.RINGING)))
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_call="c")))
    numbers = stage.window.panel(CustomerPanel).numbers
    assert [button.text() for button in numbers.buttons if button.isVisible()] == ["13800138000", "02085551234"]
    stage.click(numbers.buttons[1])
    assert stage.window.panel(DialDialog).line.text() == "02085551234"
    stage.keys("Return")
    assert stage.asked() == Dial("02085551234")


def test_a_contacts_number(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(PopChanged(pop()))
    stage.keys("Ctrl+3")
    table = stage.window.panel(HistoryPanel).table
    stage.click(table.viewport(), cell(table, 2, 2))
    assert stage.window.panel(DialDialog).line.text() == "02085551234"
    stage.click(stage.window.panel(DialDialog).back_button)
    stage.click(table.viewport(), cell(table, 2, 3))
    assert not stage.window.panel(DialDialog).isVisible(), "only the number dials"


def test_a_click_in_a_wrong_state_opens_the_dial_window_with_the_reason(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.told(PopChanged(pop()), CallChanged(call(SeatState.RINGING)))
    stage.click(stage.window.panel(CustomerPanel).numbers.buttons[0])
    assert stage.window.panel(DialDialog).why.text() == "Answer or refuse the call that rings first."
    assert not stage.window.panel(DialDialog).call_button.isEnabled()


def test_links_look_like_links(gallery: Stage) -> None:
    gallery.window.draw(party_scenes(EN)["known"])
    rows = gallery.window.panel(CallsPanel).table.rows
    assert rows.data(rows.index(0, 1), Qt.ItemDataRole.ForegroundRole) is not None
    assert "13800138000" in rows.data(rows.index(0, 1), Qt.ItemDataRole.ToolTipRole)
    QTest.mouseMove(gallery.window)
    assert QApplication.overrideCursor() is None


@pytest.mark.parametrize("parts", ["conference-5", "notices", "monitor"])
def test_a_small_screen_has_room_for_all_lines_together(gallery: Stage, parts: str) -> None:
    """1366×768 with a task bar of 40 pixels: notices, a lost headset and the call's own lines together."""
    every = party_scenes(EN)
    made = replace(every[parts], notices=every["notices"].notices)
    gallery.window.draw(replace(made, audio=replace(made.audio, lost_device="Jabra")))
    gallery.settle_drawn()
    size = gallery.window.minimumSizeHint()
    assert size.width() <= 1366
    assert size.height() <= 728
