"""Accidents that the window prevents: a hang-up by a second Space, a pop behind a search, a lost note."""

from PySide6.QtWidgets import QApplication, QMessageBox

from agent_app.model.desk.view import LinkState
from agent_app.model.sound.phone_messages import AnswerCall
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.frame.dialogs import AboutDialog
from agent_app.ui.frame.topbar import TopBar
from shared.desk import CallChanged, Done, HangUp, Hold, LogOut, OpenSeat, PopChanged, PopShown, SeatChanged, WrapUp
from shared.enums import SeatState
from tests.ui.scenes import CALL, NOW, call, pop
from tests.ui.stage import Stage


def test_space_twice_on_answer_does_not_hang_up(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.button("answer").setFocus()
    stage.keys("Space")
    assert isinstance(stage.world.phone.done[-1], AnswerCall)
    stage.keys("Space", "Space")
    assert not any(isinstance(asked, HangUp) for asked in stage.world.switch.asked)


def test_a_click_on_a_button_leaves_the_focus_in_the_text_field(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.keys("F12")
    stage.click(stage.button("answer"))
    assert QApplication.focusWidget() is stage.window.panel(WrapUpPanel).note


def test_a_ring_shows_the_card_over_a_search_and_leaves_the_focus_in_the_search(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.keys("F9")
    stage.write("wxf")
    assert stage.window.places.middle.currentIndex() == 1
    stage.ring(call(SeatState.RINGING), pop())
    assert stage.window.places.middle.currentIndex() == 0
    assert QApplication.focusWidget() is stage.window.panel(SearchPanel).line
    stage.until(lambda: any(isinstance(told, PopShown) for told in stage.world.switch.told))
    stage.keys("F9")
    assert stage.window.places.middle.currentIndex() == 1, "what was searched is still there"


def test_the_pop_is_reported_once_a_call(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop(customer=None, pending=True))
    stage.until(lambda: any(isinstance(told, PopShown) for told in stage.world.switch.told))
    stage.told(PopChanged(pop()))
    stage.settle_drawn()
    assert len([told for told in stage.world.switch.told if isinstance(told, PopShown)]) == 1


def test_a_window_that_is_minimised_comes_up_when_it_rings(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.window.showMinimized()
    stage.ring(call(SeatState.RINGING), pop())
    assert not stage.window.isMinimized()


def test_closing_keeps_the_note_of_the_last_call(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_until=NOW + 9, wrap_up_call=CALL)))
    stage.window.close()
    box = stage.window.findChild(QMessageBox)
    assert box is not None
    assert "note" in box.text()
    assert stage.window.isVisible()
    box.reject()


def test_closing_in_a_call_asks_while_the_link_is_down_too(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.desk.link_state(LinkState.LOST, "silent")
    stage.settle()
    stage.window.close()
    assert stage.window.isVisible()
    box = stage.window.findChild(QMessageBox)
    assert box is not None
    assert "call" in box.windowTitle()
    box.reject()
    stage.settle()
    assert stage.window.isVisible()
    stage.window.close()
    _end_the_program(stage)
    assert stage.shelved() == ["not sent yet"]


def test_closing_with_a_note_asks_while_the_link_is_down_too(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_until=NOW + 9, wrap_up_call=CALL)))
    stage.desk.link_state(LinkState.LOST, "silent")
    stage.settle()
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.window.close()
    assert stage.window.isVisible()
    _end_the_program(stage)
    assert stage.shelved() == ["not sent yet"]


def test_without_a_call_a_note_or_a_link_the_window_closes_at_once(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.desk.link_state(LinkState.LOST, "silent")
    stage.settle()
    stage.window.close()
    assert not stage.window.isVisible()


def test_a_program_that_is_ended_keeps_the_note(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.settle()
    stage.window.end()
    assert not stage.window.isVisible()
    assert stage.shelved() == ["not sent yet"]


class Manager:
    """The used part of ``QSessionManager``."""

    def __init__(self, *, asks: bool) -> None:
        self._asks = asks
        self.cancelled = False

    def allowsInteraction(self) -> bool:  # noqa: N802
        return self._asks

    def cancel(self) -> None:
        self.cancelled = True


def test_only_a_call_holds_up_the_system_s_shutdown(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    quiet, busy, forced = Manager(asks=True), Manager(asks=True), Manager(asks=False)
    stage.window.session_ends(quiet)  # type: ignore[arg-type]
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.settle()
    for manager in (busy, forced):
        stage.window.session_ends(manager)  # type: ignore[arg-type]
    assert [quiet.cancelled, busy.cancelled, forced.cancelled] == [False, True, False]
    assert stage.shelved() == ["not sent yet"]


def _end_the_program(stage: Stage) -> None:
    box = stage.window.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if "End" in button.text()).click()
    stage.until(lambda: not stage.window.isVisible())


def test_space_after_the_log_in_opens_the_seat_and_further_spaces_do_nothing(stage: Stage) -> None:
    """While a call rings no menu may cover the card."""
    stage.log_in()
    assert QApplication.focusWidget() is stage.window.panel(TopBar).seat
    stage.keys("Space")
    assert stage.asked() == OpenSeat()
    stage.done(SeatChanged(stage.seat(SeatState.OPEN)))
    stage.ring(call(SeatState.RINGING), pop())
    before = len(stage.world.switch.asked)
    stage.keys("Space", "Space")
    assert not stage.window.panel(TopBar).reasons.isVisible()
    assert len(stage.world.switch.asked) == before
    assert not any(isinstance(done, AnswerCall) for done in stage.world.phone.done)


def test_space_does_not_lock_a_seat_that_was_open_at_the_log_in(stage: Stage) -> None:
    """The program was restarted and the seat takes calls already."""
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.keys("Space")
    assert not stage.window.panel(TopBar).reasons.isVisible()


def test_space_twice_on_hold_does_not_retrieve(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.button("hold").setFocus()
    stage.keys("Space")
    assert isinstance(stage.asked(), Hold)
    held = call(SeatState.HOLDING, answered_at=NOW, held_at=NOW)
    stage.done(CallChanged(held), SeatChanged(stage.seat(SeatState.HOLDING)))
    before = len(stage.world.switch.asked)
    stage.keys("Space")
    assert len(stage.world.switch.asked) == before


def test_refresh_is_off_while_the_link_is_down(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    assert stage.button("ask_account").isEnabled()
    stage.desk.link_state(LinkState.LOST)
    stage.settle()
    assert not stage.button("ask_account").isEnabled()
    assert "no connection" in stage.button("ask_account").toolTip()
    before = len(stage.world.switch.asked)
    stage.keys("Ctrl+R")
    assert len(stage.world.switch.asked) == before
    assert stage.view.problem is None


def test_log_out_asks_first(stage: Stage) -> None:
    """Its key Ctrl+Shift+Q is close to Ctrl+Shift+S, which opens the supervisor's desk."""
    stage.log_in(SeatState.OPEN)
    before = len(stage.world.switch.asked)
    stage.keys("Ctrl+Shift+Q")
    assert len(stage.world.switch.asked) == before
    (box,) = stage.window.findChildren(QMessageBox)
    assert "No more calls" in box.text()
    stage.keys("Enter")
    assert len(stage.world.switch.asked) == before, "Enter means no"
    assert not stage.view.needs_password
    stage.front()
    stage.keys("Ctrl+Shift+Q")
    stage.answer("&Log out")
    assert stage.asked() == LogOut()


def test_an_incoming_call_closes_the_log_out_question_and_is_answered_by_its_key(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.keys("Ctrl+Shift+Q")
    assert len(_questions(stage)) == 1
    stage.ring(call(SeatState.RINGING), pop())
    assert _questions(stage) == []
    stage.front()
    stage.keys("F2")
    assert isinstance(stage.world.phone.done[-1], AnswerCall)


def test_the_call_s_keys_work_while_a_question_is_open(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.window.close()
    assert len(_questions(stage)) == 1
    stage.keys("F2")
    assert isinstance(stage.world.phone.done[-1], AnswerCall)
    stage.talk(call(SeatState.RINGING))
    assert len(_questions(stage)) == 1, "it is still so"
    stage.keys("F4")
    assert isinstance(stage.asked(), Hold)
    stage.keys("F5")
    assert stage.view.audio.muted
    stage.keys("F3")
    assert isinstance(stage.asked(), HangUp)
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.OPEN)))
    assert _questions(stage) == [], "no call goes on"
    assert stage.window.isVisible()


def test_the_call_s_keys_work_while_a_folder_is_chosen(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.window.panel(AboutDialog).show()
    stage.window.panel(AboutDialog).ask_folder()
    stage.settle()
    stage.keys("F2")
    assert isinstance(stage.world.phone.done[-1], AnswerCall)


def test_a_question_is_asked_once(stage: Stage) -> None:
    stage.log_in(SeatState.OPEN)
    for _ in range(2):
        stage.keys("Ctrl+Shift+Q")
    assert len(_questions(stage)) == 1
    stage.answer("&Cancel")
    stage.ring(call(SeatState.RINGING), pop())
    for _ in range(2):
        stage.window.close()
        stage.settle()
    assert len(_questions(stage)) == 1
    stage.answer("&Stay")
    stage.window.close()
    assert len(_questions(stage)) == 1, "again"


def test_ending_the_program_with_an_unsent_note_sends_it_and_logs_out(stage: Stage) -> None:
    _in_wrap_up(stage)
    stage.window.close()
    _press_end(stage)
    assert stage.world.switch.asked[-2:] == [WrapUp(CALL, "", "not sent yet", stay=True), LogOut()]
    stage.reply(Done())
    stage.world.switch.reply(Done())
    stage.until(lambda: not stage.window.isVisible())
    assert stage.view.needs_password
    assert stage.shelved() == []


def test_a_program_that_is_ended_with_an_unsent_note_sends_it_and_logs_out(stage: Stage) -> None:
    _in_wrap_up(stage)
    stage.window.end()
    assert stage.world.switch.asked[-2:] == [WrapUp(CALL, "", "not sent yet", stay=True), LogOut()]
    stage.settle()


def test_closing_with_a_note_that_the_switch_has_asks_nothing(stage: Stage) -> None:
    _in_wrap_up(stage)
    stage.desk.keep()
    stage.reply(Done())
    stage.window.close()
    assert _questions(stage) == []
    assert stage.asked() == LogOut()
    stage.settle()


def test_a_program_logs_out_first_when_the_link_came_back_during_the_question(stage: Stage) -> None:
    """The link comes back while the question is open."""
    _in_wrap_up(stage)
    stage.desk.link_state(LinkState.LOST, "silent")
    stage.settle()
    stage.window.close()
    stage.desk.link_state(LinkState.UP)
    stage.settle()
    _press_end(stage)
    assert stage.window.isVisible(), "it logs out first"
    stage.settle()


def _in_wrap_up(stage: Stage) -> None:
    """A desk in wrap-up with an unsent note."""
    stage.log_in(SeatState.OPEN)
    stage.ring(call(SeatState.RINGING), pop())
    stage.talk(call(SeatState.RINGING))
    stage.told(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_until=NOW + 9, wrap_up_call=CALL)))
    while stage.world.switch.open:
        stage.reply(Done())
    stage.window.panel(WrapUpPanel).note.setPlainText("not sent yet")
    stage.settle()


def _questions(stage: Stage) -> list[QMessageBox]:
    return [box for box in stage.window.findChildren(QMessageBox) if box.isVisible()]


def _press_end(stage: Stage) -> None:
    (box,) = _questions(stage)
    next(button for button in box.buttons() if "End" in button.text()).click()
