"""A whole day at a desk by keyboard alone: the real presenter, the real window, and a switch that answers."""

from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from agent_app.model.sound.phone_messages import AnswerCall, Mute
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.frame.login import LogInForm
from agent_app.ui.frame.topbar import TopBar
from shared.desk import (
    AskCustomer,
    AskRecording,
    CallChanged,
    Customers,
    CustomerShown,
    DeskSnapshot,
    Dial,
    Done,
    ExtendWrapUp,
    FindCustomers,
    HangUp,
    Hold,
    LockSeat,
    LoggedIn,
    LogIn,
    LogOut,
    OpenSeat,
    PopShown,
    Retrieve,
    SaveTicket,
    SeatChanged,
    SendDigits,
    TicketSaved,
    WrapUp,
)  # fmt: skip
from shared.enums import HangingUp, Language, LockReason, SeatState
from tests.ui.scenes import CALL, CUSTOMER, DISPOSITIONS, NOW, OTHER, QUEUES, TICKETS, call, pop
from tests.ui.stage import CONTACT, Stage

RINGING = call(SeatState.RINGING, rang_at=NOW)


def test_a_day(stage: Stage) -> None:
    _log_in(stage)
    _open(stage)
    _ring_and_answer(stage)
    _talk(stage)
    _write(stage)
    _end(stage)
    _search(stage)
    _dial(stage)
    _lock_and_leave(stage)


def _log_in(stage: Stage) -> None:
    stage.link_up()
    assert QApplication.focusWidget() is stage.window.panel(LogInForm).agent
    stage.write("1005")
    stage.keys("Tab")
    stage.write("a secret of mine")
    stage.keys("Return")
    asked = stage.asked()
    assert asked == LogIn("1005", "a secret of mine", CONTACT)
    assert stage.window.panel(LogInForm).password.text() == ""
    assert stage.window.panel(LogInForm).button.text() == "Logging in …"
    seat = stage.seat(SeatState.LOCKED)
    stage.reply(LoggedIn("s", DeskSnapshot(NOW, seat=seat, queues=QUEUES, dispositions=DISPOSITIONS)))
    assert stage.window.places.pages.currentIndex() == 1
    assert stage.window.panel(TopBar).reason.text() == "Just logged in"


def _open(stage: Stage) -> None:
    stage.keys("F7")
    assert stage.asked() == OpenSeat()
    stage.done(SeatChanged(stage.seat(SeatState.OPEN)))
    assert stage.window.panel(TopBar).chip.word.text() == "Open"


def _ring_and_answer(stage: Stage) -> None:
    stage.ring(RINGING, pop())
    assert stage.window.panel(CustomerPanel).name.text() == "王小芳"
    stage.until(lambda: any(isinstance(told, PopShown) for told in stage.world.switch.told))
    shown = [told for told in stage.world.switch.told if isinstance(told, PopShown)]
    assert [told.call for told in shown] == [CALL]
    stage.keys("F2")
    assert stage.world.phone.done[-1] == AnswerCall(RINGING.leg)
    stage.talk(RINGING)
    assert stage.window.panel(TopBar).chip.word.text() == "Talking"


def _talk(stage: Stage) -> None:
    talking = replace(RINGING, state=SeatState.TALKING, hanging_up=HangingUp.END, answered_at=NOW)
    stage.keys("F4")
    assert stage.asked() == Hold(CALL)
    stage.done(
        SeatChanged(stage.seat(SeatState.HOLDING)), CallChanged(replace(talking, state=SeatState.HOLDING, held_at=NOW))
    )
    assert stage.button("hold").text() == "Retrieve\nF4"
    stage.keys("F4")
    assert stage.asked() == Retrieve(CALL)
    stage.done(SeatChanged(stage.seat(SeatState.TALKING)), CallChanged(talking))
    stage.keys("F5")
    assert stage.world.phone.done[-1] == Mute(on=True)
    assert stage.button("mute").text() == "Unmute\nF5"
    stage.keys("F5")
    assert stage.world.phone.done[-1] == Mute(on=False)
    stage.keys("F11", "1", "#")
    assert stage.asked() == SendDigits(CALL, "1")
    stage.reply(Done())
    assert stage.asked() == SendDigits(CALL, "#")
    stage.reply(Done())
    assert stage.window.panel(CallPanel).sent.text() == "••"


def _write(stage: Stage) -> None:
    stage.keys("F12")
    stage.write("wants a STAR account")
    assert stage.view.note == "wants a STAR account"
    stage.keys("Ctrl+T")
    stage.write("STAR account")
    stage.keys("Tab", "Tab")
    stage.write("papers sent")
    stage.keys("Ctrl+S")
    assert stage.asked() == SaveTicket(1001, None, "STAR account", "open", "papers sent", CALL)
    made = replace(TICKETS[0], id=77, title="STAR account", state="open", text="papers sent", updated_at=NOW)
    stage.reply(TicketSaved(made))
    assert stage.window.panel(TicketsPanel).note.toPlainText() == ""
    assert stage.window.panel(TicketsPanel).table.rows.find(77) >= 0
    stage.keys("Ctrl+3", "Ctrl+P")
    assert isinstance(stage.asked(), AskRecording)
    stage.reply(Done())  # a wrong reply: shows a problem and closes the player
    stage.keys("Esc")
    assert stage.view.problem is None


def _end(stage: Stage) -> None:
    stage.keys("F3")
    assert stage.asked() == HangUp(CALL, HangingUp.END)
    wrapping = stage.seat(SeatState.WRAP_UP, wrap_up_until=NOW + 30, wrap_up_call=CALL)
    stage.done(CallChanged(None), SeatChanged(wrapping))
    stage.keys("Shift+F8")
    assert stage.asked() == ExtendWrapUp(CALL)
    stage.done(SeatChanged(replace(wrapping, wrap_up_until=NOW + 60)))
    stage.keys("F8")  # no disposition is chosen yet: F8 only moves the focus to the list
    assert not isinstance(stage.asked(), WrapUp)
    stage.keys("Esc", "Shift+F12", "Down")
    assert stage.window.panel(WrapUpPanel).disposition.currentText() == "Advice given"
    stage.keys("F8")
    assert stage.asked() == WrapUp(CALL, "advice", "wants a STAR account")
    stage.done(SeatChanged(stage.seat(SeatState.OPEN)))
    assert stage.window.panel(WrapUpPanel).note.toPlainText() == ""


def _search(stage: Stage) -> None:
    stage.keys("F9")
    stage.write("wxf")
    stage.pass_time(0.3)
    assert stage.asked() == FindCustomers("wxf")
    stage.reply(Customers((CUSTOMER, OTHER)))
    assert stage.window.places.middle.currentIndex() == 1
    stage.keys("Down", "Down", "Return")
    assert stage.asked() == AskCustomer(OTHER.id)
    stage.reply(CustomerShown(OTHER))
    assert stage.window.places.middle.currentIndex() == 0
    assert stage.window.panel(CustomerPanel).name.text() == "王大明"
    assert stage.window.panel(CustomerPanel).verified.text.text() == "Looked up, not in this call"


def _dial(stage: Stage) -> None:
    stage.keys("F6")
    stage.write("020 8555 1234")
    stage.keys("Return")
    assert stage.asked() == Dial("02085551234")
    out = call(SeatState.DIALLING, call="out-1", leg="out-1/1", number="02085551234")
    stage.done(SeatChanged(stage.seat(SeatState.DIALLING)), CallChanged(out))
    stage.front()
    assert stage.button("hang_up").text() == "Give up\nF3"
    stage.keys("F3")
    assert stage.asked() == HangUp("out-1", HangingUp.GIVE_UP)
    stage.done(CallChanged(None), SeatChanged(stage.seat(SeatState.OPEN)))


def _lock_and_leave(stage: Stage) -> None:
    stage.keys("F7", "2")
    assert stage.asked() == LockSeat(LockReason.LUNCH)
    stage.done(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.LUNCH)))
    stage.keys("Ctrl+L")
    assert stage.view.language is Language.ZH
    assert stage.window.panel(TopBar).chip.word.text() == "闭锁"
    assert stage.button("answer").text() == "接听\nF2"
    stage.keys("Ctrl+L", "F1")
    assert stage.window.panel(HelpDialog).isVisible()
    stage.keys("Esc")
    assert not stage.window.panel(HelpDialog).isVisible()
    stage.front()
    stage.keys("Ctrl+Shift+Q")
    assert stage.asked() != LogOut(), "it asks first"
    stage.keys("Tab", "Space")
    assert stage.asked() == LogOut()
    stage.reply(Done())
    stage.front()
    assert stage.window.places.pages.currentIndex() == 0
    assert QApplication.focusWidget() is stage.window.panel(LogInForm).password, (
        "the number of the last agent stands there"
    )
