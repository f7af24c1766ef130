"""Each button of the seat by mouse and by its key, at a fake switch: the request that it sends, and the texts that the window shows."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from agent_app.model.desk.view import DeskView
from agent_app.model.sound.phone_messages import AnswerCall
from agent_app.ui.call.listening import ListeningStrip
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.seatbar import SeatBar
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.frame.notices import NoticesPanel
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.panels.status import StatusBar
from shared.desk import (
    CallChanged,
    CallSeat,
    CameBack,
    Command,
    Consult,
    DeskCall,
    DeskRefusal,
    Dial,
    DropParty,
    HangUp,
    Intercept,
    Join,
    Listen,
    Monitor,
    Notice,
    Refused,
    Return,
    Seat,
    SeatChanged,
    Swap,
    ToMenu,
    ToNumber,
    ToPin,
    ToQueue,
    ToSeat,
)
from shared.enums import HangingUp, ListenMode, PartyState, Role, SeatState
from tests.ui.party_scenes import BANK, FLOOR, LI, PIN, TALKS, party_scenes
from tests.ui.scenes import CALL, EN, NOW, call, pop, scenes
from tests.ui.stage import Stage

KEYS = {command.id: command.keys for command in PANELS.commands}
TALKING = call(SeatState.TALKING, answered_at=NOW - 60)
HANDS = pytest.mark.parametrize("hand", ["mouse", "key"])


def press(stage: Stage, name: str, hand: str) -> None:
    """Presses the button by mouse or by the key that is printed on it."""
    if hand == "mouse":
        stage.click(stage.button(name))
    else:
        stage.keys(KEYS[name])


def at(stage: Stage, made: DeskView) -> Stage:
    """Logs in and brings the seat and the call into the state of a scene."""
    stage.log_in(SeatState.OPEN)
    seat, now = made.state.seat, made.state.call
    assert seat is not None
    stage.told(SeatChanged(seat), CallChanged(now))
    return stage


def in_state(stage: Stage, now: DeskCall | None, role: Role = Role.AGENT, state: SeatState = SeatState.OPEN) -> Stage:
    stage.log_in(SeatState.OPEN)
    seat: Seat = replace(stage.seat(now.state if now is not None else state), role=role)
    stage.told(SeatChanged(seat), CallChanged(now))
    return stage


def scene(stage: Stage, name: str) -> Stage:
    return at(stage, {**scenes(EN), **party_scenes(EN)}[name])


def dialling(stage: Stage) -> DialDialog:
    stage.world.switch.show_floor(FLOOR, NOW)
    stage.settle()
    assert stage.window.panel(DialDialog).isVisible()
    return stage.window.panel(DialDialog)


# --- calls out ---


@HANDS
def test_dial_out(stage: Stage, hand: str) -> None:
    in_state(stage, None)
    press(stage, "dial", hand)
    dialog = dialling(stage)
    assert QApplication.focusWidget() is dialog.line
    stage.write("020 8555 1234")
    assert dialog.whom.text() == "Calls Outside 020 8555 1234"
    if hand == "mouse":
        stage.click(dialog.call_button)
    else:
        stage.keys("Return")
    assert stage.asked() == Dial("02085551234")
    assert not dialog.isVisible()


@HANDS
def test_return_closes_the_dial_window_without_a_call(stage: Stage, hand: str) -> None:
    in_state(stage, None)
    press(stage, "dial", hand)
    dialog = dialling(stage)
    stage.write("10086")
    if hand == "mouse":
        stage.click(dialog.back_button)
    else:
        stage.keys("Escape")
    assert not dialog.isVisible()
    assert not any(isinstance(asked, Command) for asked in stage.world.switch.asked)


def test_dialling_in_a_talk_begins_a_consult(stage: Stage) -> None:
    in_state(stage, TALKING)
    stage.keys("F6")
    dialog = dialling(stage)
    assert dialog.explains.text() == "The customer waits with music meanwhile."
    stage.write("10086")
    stage.keys("Return")
    assert stage.asked() == Consult(CALL, ToNumber("10086"))


@HANDS
def test_an_internal_call_by_name(stage: Stage, hand: str) -> None:
    in_state(stage, None)
    press(stage, "call_seat", hand)
    dialog = dialling(stage)
    assert [dialog.table.rows.row(row).value for row in range(2)] == ["1001", "1003"], "who is free comes first"
    if hand == "mouse":
        stage.click(dialog.table.viewport(), _cell(dialog.table, 1))
        QTest.mouseDClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=_cell(dialog.table, 1))
        stage.settle()
    else:
        stage.write("lm")
        assert dialog.whom.text() == "Calls Seat 1003 李敏"
        stage.keys("Return")
    assert stage.asked() == CallSeat("1003")


@pytest.mark.parametrize(
    ("kind", "typed", "target"),
    [
        (1, "1007", ToSeat("1007")), (0, "lm", ToSeat("1003")), (2, "ord", ToQueue("orders")), (0, "95588", ToNumber("95588")),
        (4, "main", ToMenu("main")), (5, "", ToPin()),
    ],
)  # fmt: skip
@HANDS
def test_transfer_to_each_kind(stage: Stage, hand: str, kind: int, typed: str, target: object) -> None:
    in_state(stage, TALKING)
    press(stage, "transfer", hand)
    dialog = dialling(stage)
    if hand == "mouse":
        stage.click(dialog.kinds, dialog.kinds.tabRect(kind).center())
        stage.click(dialog.line)
    else:
        stage.keys("Shift+Tab", *["Right"] * kind, "Tab")
    stage.write(typed)
    if hand == "mouse":
        stage.click(dialog.call_button)
    else:
        stage.keys("Return")
    assert stage.asked() == Consult(CALL, target)


def test_arrow_keys_move_in_the_list(stage: Stage) -> None:
    in_state(stage, TALKING)
    stage.keys("Ctrl+F6")
    dialog = dialling(stage)
    stage.keys("Down", "Down")
    assert dialog.whom.text() == "Calls Seat 1003 李敏"
    stage.keys("Up", "Up")
    assert QApplication.focusWidget() is dialog.line
    assert not dialog.call_button.isEnabled(), "nobody is chosen any more"
    stage.keys("Down", "Return")
    assert stage.asked() == Consult(CALL, ToSeat("1001"))


def test_a_dial_window_after_the_end_of_the_call_says_why_it_is_off(stage: Stage) -> None:
    in_state(stage, TALKING)
    stage.keys("Ctrl+F6")
    dialog = dialling(stage)
    stage.write("1003")
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_call=CALL)))
    assert not dialog.call_button.isEnabled()
    assert dialog.why.text() == "There is no call."
    stage.keys("Return")
    assert dialog.isVisible()
    assert not any(isinstance(asked, Consult) for asked in stage.world.switch.asked)


# --- with the consulted party ---


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("swap", Swap(CALL)),
        ("join", Join(CALL)),
        ("return", Return(CALL)),
        ("hang_up", HangUp(CALL, HangingUp.HAND_OVER)),
    ],
)
@HANDS
def test_swap_join_return_and_hand_over_in_a_consult(stage: Stage, hand: str, name: str, command: Command) -> None:
    scene(stage, "consult-talking")
    press(stage, name, hand)
    assert stage.asked() == command
    press_again = stage.window.commands.actions[name]
    assert not press_again.isEnabled(), "it is on its way"


@pytest.mark.parametrize(
    ("name", "text", "means"),
    [
        ("ringing", "Refuse", HangingUp.REFUSE), ("talking", "Hang up", HangingUp.END), ("consult-ringing", "Hand over", HangingUp.HAND_OVER),
        ("conference-3", "Leave", HangingUp.LEAVE), ("whisper", "Stop", HangingUp.STOP_LISTENING), ("busy-seat", "Give up", HangingUp.GIVE_UP),
    ],
)  # fmt: skip
def test_the_hang_up_button_shows_its_present_meaning(stage: Stage, name: str, text: str, means: HangingUp) -> None:
    scene(stage, name)
    assert stage.button("hang_up").text() == f"{text}\nF3"
    stage.keys("F3")
    assert stage.asked() == HangUp(CALL, means)


def test_the_meaning_of_a_hang_up_comes_from_the_switch(stage: Stage) -> None:
    """A consulted agent leaves or ends the call in the same state of the seat; only the switch has the difference."""
    scene(stage, "talking")
    stage.told(CallChanged(replace(TALKING, hanging_up=HangingUp.LEAVE)))
    assert stage.button("hang_up").text() == "Leave\nF3"
    stage.keys("F3")
    assert stage.asked() == HangUp(CALL, HangingUp.LEAVE)
    stage.told(CallChanged(TALKING))
    stage.reply(Refused(DeskRefusal.WRONG_STATE))
    assert (
        stage.window.panel(StatusBar).problem.text()
        == "Hang up: Who is in the call has just changed. Look, and press again."
    )


def test_a_consult_is_shown_with_its_parties(stage: Stage) -> None:
    scene(stage, "consult-ringing")
    panel = stage.window.panel(CallPanel)
    assert stage.window.panel(TopBar).chip.word.text() == "Consulting"
    assert panel.waits.text() == "The customer waits: 0:34"
    shown = [(row.who.text(), row.kind.text(), row.state.text(), row.since.text()) for row in panel.parties.rows[:2]]
    assert shown == [("13800138000", "Customer", "waiting", "0:34"), ("1003", "Seat", "ringing", "0:06")]
    for name in ("swap", "join"):
        assert "has not answered yet" in stage.button(name).toolTip()
    stage.told(CallChanged(replace(TALKING, came_back=CameBack.NO_ANSWER)))
    assert panel.returned.text() == "1003 did not answer; the customer is back."
    assert not panel.parties.isVisible()
    assert not panel.waits.isVisible()
    stage.click(panel.read)
    assert not panel.back.isVisible()


def test_the_customer_is_not_shown_as_a_party_during_the_pin_check(stage: Stage) -> None:
    scene(stage, "consult-pin")
    stage.told(CallChanged(call(SeatState.CONSULTING, answered_at=NOW - 60, parties=(PIN,), held_at=NOW - 15)))
    (row,) = [row for row in stage.window.panel(CallPanel).parties.rows if row.isVisible()]
    assert (row.who.text(), row.state.text(), row.since.text()) == ("PIN check", "asked", "0:15")


def test_a_late_hang_up_does_not_cut_the_customer_off(stage: Stage) -> None:
    scene(stage, "consult-talking")
    stage.told(CallChanged(replace(TALKING, came_back=CameBack.HUNG_UP)))
    stage.keys("F3")
    assert not any(isinstance(asked, HangUp) for asked in stage.world.switch.asked)
    assert (
        stage.window.panel(StatusBar).problem.text()
        == "Hang up: Who is in the call has just changed. Look, and press again."
    )
    stage.pass_time(1)
    stage.keys("F3")
    assert stage.asked() == HangUp(CALL, HangingUp.END)


@HANDS
def test_a_party_is_dropped_from_a_conference(stage: Stage, hand: str) -> None:
    scene(stage, "conference-5")
    row = stage.window.panel(CallPanel).parties.rows[1]
    assert not stage.window.panel(CallPanel).parties.rows[0].drop.isVisible(), "the customer stays"
    assert not stage.window.panel(CallPanel).parties.rows[4].drop.isVisible(), "so does who listens"
    if hand == "mouse":
        stage.click(row.drop)
    else:
        stage.keys("Ctrl+8", "Space")
    assert stage.asked() == DropParty(CALL, BANK.leg)


def test_parties_that_join_and_leave_are_shown(stage: Stage) -> None:
    scene(stage, "conference-3")
    rows = stage.window.panel(CallPanel).parties.rows
    more = replace(LI, state=PartyState.TALKING)
    conference = call(SeatState.CONFERENCE, answered_at=NOW - 60)
    stage.told(CallChanged(replace(conference, parties=(TALKS, BANK, more))))
    assert [row.who.text() for row in rows if row.isVisible()] == ["13800138000", "02088886666", "1003"]
    stage.told(CallChanged(replace(conference, parties=(TALKS, more))))
    assert [row.who.text() for row in rows if row.isVisible()] == ["13800138000", "1003"]


# --- a supervisor ---


@HANDS
def test_monitor_a_seat_of_the_list(stage: Stage, hand: str) -> None:
    in_state(stage, None, Role.SUPERVISOR)
    press(stage, "monitor", hand)
    dialog = dialling(stage)
    assert [dialog.table.rows.row(row).value for row in range(dialog.table.rows.rowCount())] == ["1007"], "who talks"
    stage.write("zg")
    stage.keys("Return")
    assert stage.asked() == Monitor("1007")


@HANDS
def test_monitor_a_seat_that_was_called_and_is_busy(stage: Stage, hand: str) -> None:
    scene(stage, "busy-seat")
    assert stage.window.panel(ListeningStrip).mode.text() == "1007 is in a call"
    press(stage, "monitor", hand)
    assert stage.asked() == Monitor("1007")


@pytest.mark.parametrize(
    ("now", "name", "command"),
    [
        ("monitor", "whisper", Listen(CALL, ListenMode.WHISPER)), ("monitor", "barge", Listen(CALL, ListenMode.BARGE)),
        ("whisper", "monitor", Listen(CALL, ListenMode.MONITOR)), ("barge", "intercept", Intercept(CALL)),
    ],
)  # fmt: skip
@HANDS
def test_listen_modes_and_intercept_in_a_monitored_call(
    stage: Stage, hand: str, now: str, name: str, command: Command
) -> None:
    scene(stage, now)
    press(stage, name, hand)
    assert stage.asked() == command


def test_the_strip_says_who_hears_the_supervisor(stage: Stage) -> None:
    for name, said, mode in (
        ("monitor", "Listening: nobody hears you", "monitor"), ("whisper", "Whispering: only the agent hears you", "whisper"),
        ("barge", "Barged in: everybody hears you", "barge"),
    ):  # fmt: skip
        stage.window.draw(party_scenes(EN)[name])
        strip = stage.window.panel(ListeningStrip)
        assert (strip.isVisible(), strip.mode.text(), strip.time.text()) == (True, said, "0:32")
        assert strip.whom.text() == "1007 赵刚 with 13800138000"
        bar = stage.window.panel(SeatBar).buttons
        assert [one for one in bar if bar[one].property("now") == "true"] == [mode]
    stage.window.draw(party_scenes(EN)["came-back"])
    assert not stage.window.panel(ListeningStrip).isVisible()


def test_monitoring_is_off_for_an_agent(stage: Stage) -> None:
    in_state(stage, None)
    assert "Only for supervisors." in stage.button("monitor").toolTip()
    bar = stage.window.panel(SeatBar).buttons
    assert [name for name in ("whisper", "barge", "intercept") if bar[name].isVisible()] == []
    stage.told(SeatChanged(replace(stage.seat(SeatState.OPEN), role=Role.SUPERVISOR)))
    assert all(bar[name].isVisible() for name in ("whisper", "barge", "intercept"))


def test_fax_is_off_where_the_switch_has_none_and_says_what_to_install(stage: Stage) -> None:
    in_state(stage, TALKING)
    assert not stage.button("fax").isEnabled()
    assert "libspandsp" in stage.button("fax").toolTip()


# --- a headset's button ---


@pytest.mark.parametrize("key", [Qt.Key.Key_MediaTogglePlayPause, Qt.Key.Key_ToggleCallHangup, Qt.Key.Key_Phone])
def test_a_headset_s_button_answers_and_hangs_up(stage: Stage, key: Qt.Key) -> None:
    stage.log_in(SeatState.OPEN)
    stage.keys_quick(key)
    ringing = call(SeatState.RINGING, rang_at=NOW)
    stage.ring(ringing, pop())
    stage.keys_quick(key)
    stage.settle()
    assert stage.world.phone.done[-1] == AnswerCall(ringing.leg)
    stage.talk(ringing)
    stage.keys_quick(key)
    stage.settle()
    assert stage.asked() == HangUp(CALL, HangingUp.END)


def test_call_and_hang_up_keys(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    ringing = call(SeatState.RINGING, rang_at=NOW)
    stage.ring(ringing, pop())
    stage.keys_quick(Qt.Key.Key_Call)
    stage.settle()
    assert stage.world.phone.done[-1] == AnswerCall(ringing.leg)
    stage.talk(ringing)
    stage.keys_quick(Qt.Key.Key_Hangup)
    stage.settle()
    assert stage.asked() == HangUp(CALL, HangingUp.END)


# --- a supervisor's notices ---


def test_notices_are_dismissed_one_by_one(stage: Stage) -> None:
    in_state(stage, TALKING)
    panel = stage.window.panel(NoticesPanel)
    assert not panel.isVisible()
    for number, (code, text) in enumerate(
        [("locked", ""), ("message", "Please <b>close</b> the talk."), ("brand_new", "?")]
    ):
        stage.told(Notice(NOW + number, code, "Li Min", text))
    assert [(row.what.text(), row.text.text()) for row in panel.rows] == [
        ("Message from Li Min", "?"),
        ("Message from Li Min", "Please <b>close</b> the talk."),
    ]
    assert panel.rows[-1].more.text() == "1 more"
    stage.click(panel.rows[1].close_button)
    assert [row.what.text() for row in panel.rows] == ["Message from Li Min", "Li Min locked your seat"]
    stage.keys("Esc", "Esc")
    assert not panel.isVisible()


def _cell(table: QWidget, row: int):
    return table.visualRect(table.rows.index(row, 1)).center()  # type: ignore[attr-defined]
