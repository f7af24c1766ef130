"""A day at a desk by mouse alone: each button is clicked at its place."""

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from agent_app.model.sound.phone_messages import AnswerCall, Mute, TellLevels, TestTone, UseDevices
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.history import HistoryPanel, TrailPanel
from agent_app.ui.customer.panel import CustomerPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import PasswordDialog
from agent_app.ui.frame.login import LogInForm
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.topbar import MENU, TopBar
from agent_app.ui.panels.status import StatusBar
from agent_app.ui.sound.audio import DESK_PHONE, HEADSET, AudioDialog
from shared.desk import (
    AskAccount,
    AskCustomer,
    CallChanged,
    ChangePassword,
    DeskSnapshot,
    Dial,
    Done,
    ExtendWrapUp,
    HangUp,
    Hold,
    LockSeat,
    LoggedIn,
    LogIn,
    LogOut,
    OpenSeat,
    PopChanged,
    Retrieve,
    SaveTicket,
    SeatChanged,
    SendDigits,
    WrapUp,
)  # fmt: skip
from shared.enums import HangingUp, LockReason, SeatState
from tests.ui.scenes import CALL, CUSTOMER, DISPOSITIONS, NOW, OTHER, QUEUES, TICKETS, call, pop
from tests.ui.stage import CONTACT, Stage

RINGING = call(SeatState.RINGING, rang_at=NOW)
TALKING = replace(RINGING, state=SeatState.TALKING, hanging_up=HangingUp.END, answered_at=NOW)


def test_a_day(stage: Stage) -> None:
    form = stage.window.panel(LogInForm)
    stage.link_up()
    stage.click(form.agent)
    stage.write("1005")
    stage.click(form.password)
    stage.write("a secret of mine")
    stage.click(form.button)
    assert stage.asked() == LogIn("1005", "a secret of mine", CONTACT)
    seat = stage.seat(SeatState.LOCKED)
    stage.reply(LoggedIn("s", DeskSnapshot(NOW, seat=seat, queues=QUEUES, dispositions=DISPOSITIONS)))
    stage.click(stage.button("seat"))
    assert stage.asked() == OpenSeat()
    stage.done(SeatChanged(stage.seat(SeatState.OPEN)))
    stage.ring(RINGING, pop())
    stage.click(stage.button("answer"))
    assert stage.world.phone.done[-1] == AnswerCall(RINGING.leg)
    stage.talk(RINGING)
    _talk(stage)
    _look(stage)
    _ticket(stage)
    _end(stage)
    _dial(stage)
    _lock(stage)


def _talk(stage: Stage) -> None:
    stage.click(stage.button("hold"))
    assert stage.asked() == Hold(CALL)
    stage.done(CallChanged(replace(TALKING, state=SeatState.HOLDING, held_at=NOW)))
    stage.click(stage.button("hold"))
    assert stage.asked() == Retrieve(CALL)
    stage.done(CallChanged(TALKING))
    stage.click(stage.button("mute"))
    assert stage.world.phone.done[-1] == Mute(on=True)
    stage.click(stage.button("mute"))
    assert stage.world.phone.done[-1] == Mute(on=False)
    stage.click(stage.window.panel(CallPanel).keypad.buttons["5"])
    assert stage.asked() == SendDigits(CALL, "5")
    stage.reply(Done())


def _look(stage: Stage) -> None:
    """Accounts, tabs, another customer with the same number, and back."""
    accounts, tabs = stage.window.panel(AccountsPanel), stage.window.places.tabs.tabBar()
    stage.click(accounts.tabs, accounts.tabs.tabRect(1).center())
    assert accounts.state.text() == "The branch doesn't answer."
    stage.click(stage.button("ask_account"))
    assert stage.asked() == AskAccount("20000345")
    assert accounts.state.text() == "Asking the branch …"
    stage.world.switch.open.pop(0)
    stage.click(accounts.tabs, accounts.tabs.tabRect(0).center())
    for at, table in enumerate(
        (
            accounts.holdings,
            accounts.orders,
            stage.window.panel(HistoryPanel).table,
            stage.window.panel(TrailPanel).table,
        )
    ):
        stage.click(tabs, tabs.tabRect(at).center())
        assert table.isVisible()
        assert table.rows.rowCount() > 0
    stage.choose(_opened(stage), 0)
    assert stage.asked() == AskCustomer(OTHER.id)
    stage.world.switch.open.pop(0)
    stage.desk.show_pop()
    stage.settle()
    assert stage.window.panel(CustomerPanel).name.text() == CUSTOMER.name


def _opened(stage: Stage):
    menu = stage.window.panel(CustomerPanel).others.menu()
    menu.popup(
        stage.window.panel(CustomerPanel).others.mapToGlobal(
            stage.window.panel(CustomerPanel).others.rect().bottomLeft()
        )
    )
    stage.settle()
    return menu


def _ticket(stage: Stage) -> None:
    tickets = stage.window.panel(TicketsPanel)
    at = tickets.table.visualRect(tickets.table.rows.index(0, 1)).center()
    QTest.mouseClick(tickets.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    stage.settle()
    assert tickets.title.text() == TICKETS[0].title
    assert tickets.past.toPlainText() == TICKETS[0].text
    stage.click(tickets.note)
    stage.write("the bank has answered")
    stage.click(stage.button("new_ticket"))
    assert tickets.note.toPlainText() == ""
    QTest.mouseClick(tickets.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    stage.settle()
    assert tickets.note.toPlainText() == "the bank has answered", "looking elsewhere loses nothing"
    stage.click(stage.button("save_ticket"))
    assert stage.asked() == SaveTicket(1001, 41, TICKETS[0].title, "waiting", "the bank has answered", CALL)
    stage.world.switch.open.pop(0)


def _end(stage: Stage) -> None:
    stage.click(stage.button("hang_up"))
    assert stage.asked() == HangUp(CALL, HangingUp.END)
    stage.done(CallChanged(None), SeatChanged(stage.seat(SeatState.WRAP_UP, wrap_up_until=NOW + 30, wrap_up_call=CALL)))
    assert stage.window.panel(WrapUpPanel).left.text() == "0:30 left"
    stage.click(stage.button("extend"))
    assert stage.asked() == ExtendWrapUp(CALL)
    stage.reply(Done())
    stage.window.panel(WrapUpPanel).disposition.setCurrentIndex(2)
    stage.click(stage.button("finish"))
    assert stage.asked() == WrapUp(CALL, "order", "")
    stage.done(PopChanged(None), SeatChanged(stage.seat(SeatState.OPEN)))
    assert stage.window.panel(WrapUpPanel).disposition.currentData() == "", "chosen anew for each call"


def _dial(stage: Stage) -> None:
    stage.click(stage.button("dial"))
    stage.write("95500")
    stage.click(stage.window.panel(DialDialog).call_button)
    assert stage.asked() == Dial("95500")
    stage.reply(Done())
    stage.front()


def _lock(stage: Stage) -> None:
    stage.click(stage.button("seat"))  # the seat is open: the button asks for the reason
    stage.choose(stage.window.panel(TopBar).reasons, 3)
    assert stage.asked() == LockSeat(LockReason.MEETING)
    stage.done(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.MEETING)))
    stage.click(stage.window.panel(TopBar).lock)
    stage.choose(stage.window.panel(TopBar).reasons, 0)
    assert stage.asked() == LockSeat(LockReason.BREAK)
    stage.done(SeatChanged(stage.seat(SeatState.LOCKED, reason=LockReason.BREAK)))
    stage.click(stage.window.panel(TopBar).menu_button)
    stage.choose(stage.window.panel(TopBar).menu, MENU.index("log_out"))
    stage.answer("&Log out")
    assert stage.asked() == LogOut()


def test_every_entry_of_the_menu_is_a_command() -> None:
    shown = {name for name in MENU if name}
    assert shown <= {command.id for command in PANELS.commands}


def test_sound_settings(stage: Stage) -> None:
    stage.log_in()
    dialog = stage.window.panel(AudioDialog)
    dialog.go()
    stage.settle()
    assert stage.world.phone.done[-1] == TellLevels(on=True)
    dialog.devices["ring"].setCurrentIndex(1)
    dialog.devices["ring"].activated.emit(1)
    assert stage.world.settings.get("ring") == "none"
    assert any(isinstance(done, UseDevices) and done.ring == "none" for done in stage.world.phone.done)
    dialog.volumes["speaker"].setValue(150)
    assert stage.view.audio.speaker_volume == 1.5
    stage.click(dialog.tone)
    assert stage.world.phone.done[-1] == TestTone()
    stage.click(dialog.ring_tone)
    assert stage.world.phone.done[-1] == TestTone(on_ring=True)
    stage.click(dialog.close_button)
    assert stage.world.phone.done[-1] == TellLevels(on=False)


def test_the_voice_by_a_desk_phone(stage: Stage) -> None:
    dialog = stage.window.panel(AudioDialog)
    dialog.go()
    stage.settle()
    assert not dialog.phone_name.isVisible()
    dialog.voice.setCurrentIndex(DESK_PHONE)
    dialog.voice.activated.emit(DESK_PHONE)
    assert dialog.phone_name.isVisible()
    dialog.phone_name.setText("front-07")
    dialog.phone_name.editingFinished.emit()
    stage.settle()
    assert (stage.view.desk_phone, stage.world.settings.get("desk_phone")) == ("front-07", "front-07")
    assert not dialog.devices["speaker"].isEnabled()
    assert "front-07" in stage.window.panel(StatusBar).phone.text.text()
    stage.log_in()
    assert not dialog.voice.isEnabled()
    stage.ring(RINGING, pop())
    assert stage.window.commands.actions["answer"].isEnabled() is False
    assert "front-07" in stage.window.panel(CallPanel).heading.text()
    dialog.close()


def test_back_to_the_headset(stage: Stage) -> None:
    stage.desk.use_desk_phone("front-07")
    dialog = stage.window.panel(AudioDialog)
    dialog.go()
    stage.settle()
    assert (dialog.voice.currentIndex(), dialog.phone_name.text()) == (DESK_PHONE, "front-07")
    dialog.voice.setCurrentIndex(HEADSET)
    dialog.voice.activated.emit(HEADSET)
    stage.settle()
    assert stage.view.desk_phone == ""
    assert dialog.devices["speaker"].isEnabled()
    dialog.close()


def test_a_new_password(stage: Stage) -> None:
    stage.log_in()
    dialog = stage.window.panel(PasswordDialog)
    dialog.go()
    for field, text in zip(dialog.fields, ("a secret of mine", "another secret", "another secre"), strict=True):
        field.setText(text)
    stage.click(dialog.button)
    assert dialog.problem.text() == "The two new passwords differ."
    dialog.fields[2].setText("another secret")
    stage.click(dialog.button)
    assert stage.asked() == ChangePassword("a secret of mine", "another secret")
    stage.reply(Done())
    assert not dialog.isVisible()
    assert all(not field.text() for field in dialog.fields), "nothing of it stays"


def test_a_short_new_password_is_refused_without_a_request(stage: Stage) -> None:
    stage.log_in()
    stage.window.panel(PasswordDialog).go()
    for field, text in zip(stage.window.panel(PasswordDialog).fields, ("old one here", "short", "short"), strict=True):
        field.setText(text)
    stage.click(stage.window.panel(PasswordDialog).button)
    assert stage.window.panel(PasswordDialog).problem.text() == "A password needs 8 characters or more."
    assert not any(isinstance(asked, ChangePassword) for asked in stage.world.switch.asked)
