"""The presenter of a desk with a desk phone: the app's own phone is off, and fewer buttons are on."""

import pytest

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, LinkState, PhoneState
from agent_app.model.sound.phone_messages import CallUp, PhoneEvent, PhoneProblem, PhoneReady
from shared.desk import CallChanged, DeskRefusal, HangUp, Hold, LoggedIn, LogIn, PhoneNow, Refused, Resume, SendDigits
from shared.enums import CallKind, SeatState
from shared.ids import LegId
from tests.agent_app.fakes import AGENT, CONTACT, PASSWORD, SEAT, World, call

LEG = LegId("c1/2")


def desk_phone_world() -> World:
    """A desk with the desk phone front-07, logged in, the seat open."""
    world = World(desk_phone="front-07")
    world.open_link()
    world.switch.answer(world.snapshot())
    world.desk.log_in(AGENT, PASSWORD)
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, "phone:front-07")]
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)))
    return world


def test_a_desk_phone_is_ready_at_once_and_the_app_s_phone_is_off() -> None:
    world = World(desk_phone="front-07")
    assert (world.view.phone, world.view.desk_phone, world.phone.on) == (PhoneState.READY, "front-07", False)
    assert World().phone.on
    assert World(desk_phone="no name").view.desk_phone == ""  # as in a settings file that was edited by hand


def test_a_call_rings_and_is_answered_at_the_phone() -> None:
    world = desk_phone_world()
    world.ring()
    assert world.view.enabled[Action.ANSWER].why == Why.ANSWER_ON_PHONE
    world.desk.answer()
    assert world.problem == Why.ANSWER_ON_PHONE
    assert world.phone.done == []
    world.talk()
    assert (world.view.pending, world.view.problem and world.view.problem.code) == ((), Why.ANSWER_ON_PHONE)
    assert world.view.enabled[Action.MUTE].why == Why.MUTE_ON_PHONE
    for action in (Action.HANG_UP, Action.HOLD, Action.SEND_DIGITS):
        assert world.view.enabled[action].on, action
    world.desk.hold()
    world.desk.press("12")
    world.desk.hang_up()
    assert [type(request) for request in world.switch.log[-3:]] == [Hold, SendDigits, HangUp]
    world.wrap_up()  # by the handset, or by the command
    assert world.view.enabled[Action.FINISH_WRAP_UP].on


def test_a_call_out_rings_the_phone() -> None:
    world = desk_phone_world()
    assert world.view.enabled[Action.DIAL].on
    world.report(CallChanged(call(state=SeatState.DIALLING, kind=CallKind.OUT, auto=True)))
    assert world.view.enabled[Action.ANSWER].why == Why.NOT_RINGING
    assert world.view.enabled[Action.HANG_UP].on
    assert world.phone.done == []


def test_while_the_link_is_down_only_the_handset_can_hang_up() -> None:
    world = desk_phone_world()
    world.ring()
    world.talk()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    assert world.view.enabled[Action.HANG_UP].why == Why.LINK_DOWN
    world.desk.hang_up()
    assert world.phone.done == []


def test_phone_reports_to_the_switch_have_no_legs_and_no_problem() -> None:
    world = desk_phone_world()
    world.ring()
    world.talk()
    world.pass_time(6.0)
    assert {told for told in world.switch.heard if isinstance(told, PhoneNow)} == {PhoneNow(())}


@pytest.mark.parametrize("event", [PhoneReady(CONTACT, "1"), PhoneProblem("phone_down"), CallUp(LEG)])
def test_late_events_of_the_app_s_phone_are_ignored(event: PhoneEvent) -> None:
    world = desk_phone_world()
    before = world.view
    world.desk.phone_event(event)
    assert world.view == before
    assert world.switch.open(Resume) == []


def test_the_voice_is_chosen_before_the_log_in() -> None:
    world = World()
    world.connect()
    world.desk.use_desk_phone(" front-07 ")
    assert (world.view.desk_phone, world.view.phone, world.phone.on) == ("front-07", PhoneState.READY, False)
    assert world.settings["desk_phone"] == "front-07"
    world.desk.use_desk_phone("")
    assert (world.view.desk_phone, world.view.phone, world.phone.on) == ("", PhoneState.STARTING, True)
    assert world.view.enabled[Action.LOG_IN].why == Why.PHONE_NOT_READY
    world.desk.phone_event(PhoneReady("127.0.0.1:5099", "1"))
    world.desk.log_in(AGENT, PASSWORD)
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, "127.0.0.1:5099")]
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)))
    world.desk.use_desk_phone("front-07")
    assert (world.problem, world.view.desk_phone) == (Why.LOGGED_IN, "")


@pytest.mark.parametrize("name", ["front 07", "前台", "x" * 33, "phone:front"])
def test_an_invalid_desk_phone_name(name: str) -> None:
    world = World()
    world.desk.use_desk_phone(name)
    assert (world.problem, world.view.desk_phone, "desk_phone" in world.settings) == ("bad_phone_name", "", False)


def test_a_desk_phone_that_the_switch_does_not_know() -> None:
    world = World(desk_phone="front-99")
    world.open_link()
    world.switch.answer(world.snapshot())
    world.desk.log_in(AGENT, PASSWORD)
    world.switch.answer(Refused(DeskRefusal.NO_SUCH_PHONE, "front-99"))
    assert (world.problem, world.view.needs_password) == ("no_such_phone", True)
    world.desk.use_desk_phone("front-07")
    world.desk.log_in(AGENT, PASSWORD)
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, "phone:front-07")]


def test_after_a_reconnect_the_session_is_resumed_with_the_desk_phone() -> None:
    world = desk_phone_world()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.open_link()
    assert world.switch.open(Resume) == [Resume("session-1", "phone:front-07")]
