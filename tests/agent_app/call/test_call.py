"""The call in hand: answer, hold, hang up, dial, keys, note and disposition."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, LinkState
from agent_app.model.sound.phone_messages import (
    AnswerCall,
    CallOver,
    CallUp,
    EndCall,
    Expect,
    Forget,
    Mute,
    PhoneReady,
    Ringing,
)
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import Failed
from shared.desk import (
    TEXT_MAX,
    CallChanged,
    CallSeat,
    DeskRefusal,
    Dial,
    Done,
    ExtendWrapUp,
    HangUp,
    Hold,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogOut,
    Monitor,
    OpenSeat,
    PhoneNow,
    PopChanged,
    PopShown,
    Refused,
    Retrieve,
    SeatChanged,
    SendDigits,
    WrapUp,
)
from shared.enums import HangingUp, ListenMode, Role, SeatState
from shared.ids import AgentId, CallId, LegId
from tests.agent_app.fakes import AGENT, CONTACT, SEAT, World, at_work, call, card, pop, seat

LEG = LegId("c1/2")


def in_talk() -> World:
    world = at_work()
    world.ring()
    world.desk.phone_event(Ringing(LEG))
    world.desk.phone_event(CallUp(LEG))
    world.talk()
    return world


# --- ring and answer ---


def test_the_phone_gets_an_expect_command_for_a_ringing_call() -> None:
    world = at_work()
    world.ring()
    assert world.phone.of(Expect) == [Expect(LEG, "token-c1", auto=False)]
    world.report(CallChanged(call(waited=9.0)))  # more about the same call
    assert len(world.phone.of(Expect)) == 1


def test_the_phone_answers_and_the_command_is_pending_until_the_switch_reports_the_talk() -> None:
    world = at_work()
    world.ring()
    world.desk.phone_event(Ringing(LEG))
    world.desk.answer()
    world.desk.answer()
    assert world.phone.of(AnswerCall) == [AnswerCall(LEG)]
    assert world.view.enabled[Action.ANSWER].why == Why.PENDING
    world.desk.phone_event(CallUp(LEG))
    world.talk()
    assert world.view.pending == ()


def test_an_answer_command_before_the_invite_is_done_when_the_invite_comes() -> None:
    world = at_work()
    world.ring()
    world.desk.answer()
    assert world.phone.of(AnswerCall) == []
    world.desk.phone_event(Ringing(LEG))
    assert world.phone.of(AnswerCall) == [AnswerCall(LEG)]


def test_an_answer_without_a_talk_ends_as_timed_out() -> None:
    world = at_work()
    world.ring()
    world.desk.answer()
    world.pass_time(5.6)
    assert (world.problem, world.view.pending) == ("timed_out", ())


def test_a_caller_that_hangs_up_before_the_answer_leaves_no_pending_answer() -> None:
    world = at_work()
    world.ring()
    world.desk.answer()
    world.report(CallChanged(None), SeatChanged(seat()))
    assert (world.view.pending, world.problem) == ((), "")
    world.ring("c2")
    world.desk.phone_event(Ringing(LegId("c2/2")))
    assert world.phone.of(AnswerCall) == []  # the answer command was for the first call


def test_a_call_that_answers_itself_is_not_answered_by_hand() -> None:
    world = at_work(call=call(auto=True))
    assert world.view.enabled[Action.ANSWER].why == Why.ANSWERS_ITSELF
    assert world.phone.of(Expect) == [Expect(LEG, "token-c1", auto=True)]


# --- hang up ---


def test_a_double_click_on_hang_up_sends_one_command() -> None:
    world = in_talk()
    world.desk.hang_up()
    world.desk.hang_up()
    assert world.switch.open(HangUp) == [HangUp(CallId("c1"), HangingUp.END)]
    assert world.phone.of(EndCall) == []


def test_with_the_link_down_the_phone_hangs_up() -> None:
    world = in_talk()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.desk.hang_up()
    assert world.phone.of(EndCall) == [EndCall(LEG)]
    assert not world.switch.open(HangUp)


def test_the_phone_does_a_hang_up_that_could_not_be_sent() -> None:
    world = in_talk()
    world.desk.hang_up()
    world.switch.answer(Failed("never_left"))
    assert world.phone.of(EndCall) == [EndCall(LEG)]
    assert world.problem == "never_left"


def test_a_late_hang_up_does_not_end_the_next_call() -> None:
    world = in_talk()
    world.desk.hang_up()
    world.switch.answer(Refused(DeskRefusal.NO_SUCH_CALL))
    assert world.problem == "no_such_call"
    assert world.phone.of(EndCall) == []


# --- legs that the phone drops ---


def test_a_leg_that_the_phone_still_has_a_second_after_the_end_is_dropped() -> None:
    world = in_talk()
    world.wrap_up()
    world.pass_time(0.5)
    assert world.phone.of(Forget) == []  # the switch's BYE is on its way
    world.pass_time(1.0)
    assert world.phone.of(Forget) == [Forget(LEG)]


def test_a_leg_that_ended_by_itself_needs_no_dropping() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.phone_event(CallOver(LEG, 200, by_us=False))
    world.pass_time(2.0)
    assert LEG not in {leg for told in world.switch.heard if isinstance(told, PhoneNow) for leg in told.legs[-1:]} or (
        world.switch.heard[-1] == PhoneNow(())
    )


def test_a_ring_that_is_over_is_no_longer_expected() -> None:
    world = at_work()
    world.ring()
    world.report(CallChanged(None))
    assert world.phone.of(Forget) == [Forget(LEG)]


def test_a_call_that_the_switchs_snapshot_does_not_have_is_dropped_at_once() -> None:
    world = in_talk()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.open_link()
    world.switch.answer(LoggedIn("s", world.snapshot(seat=SEAT)))
    assert world.phone.of(Forget) == [Forget(LEG)]


def test_a_talk_outlives_a_reconnect() -> None:
    world = in_talk()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.open_link()
    world.switch.answer(LoggedIn("s", world.snapshot(seat=seat(SeatState.TALKING), call=call(state=SeatState.TALKING))))
    world.pass_time(3.0)
    assert world.phone.of(Forget) == []
    assert world.view.state.call is not None


def test_a_restarted_phone_gets_the_expect_command_again() -> None:
    world = at_work()
    world.ring()
    world.desk.phone_event(PhoneReady(CONTACT, "1"))
    assert world.phone.of(Expect) == [Expect(LEG, "token-c1")] * 2


# --- hold, keys, mute ---


def test_hold_and_retrieve() -> None:
    world = in_talk()
    world.desk.toggle_hold()
    world.desk.toggle_hold()
    assert world.switch.open(Hold) == [Hold(CallId("c1"))]
    world.report(CallChanged(call(state=SeatState.HOLDING)))
    world.switch.answer(Done())
    world.desk.toggle_hold()
    assert world.switch.open(Retrieve) == [Retrieve(CallId("c1"))]


@pytest.mark.parametrize(
    ("do", "why"),
    [
        ("hold", Why.NOT_TALKING), ("retrieve", Why.NOT_HOLDING), ("toggle_hold", Why.NOT_TALKING), ("answer", Why.NOT_RINGING),
        ("hang_up", Why.NO_CALL), ("extend_wrap_up", Why.NOT_IN_WRAP_UP), ("call_back", Why.NO_CUSTOMER),
    ],
)  # fmt: skip
def test_commands_in_a_wrong_state_send_nothing_and_say_why(do: str, why: Why) -> None:
    world = at_work()
    sent = len(world.switch.log)
    getattr(world.desk, do)()
    assert (world.problem, len(world.switch.log)) == (why, sent)


def test_keys_are_sent_in_order_one_request_at_a_time() -> None:
    world = in_talk()
    for key in "12#":
        world.desk.press(key)
    assert world.switch.open(SendDigits) == [SendDigits(CallId("c1"), "1")]
    world.switch.answer(Done())
    assert world.switch.open(SendDigits) == [SendDigits(CallId("c1"), "2#")]
    world.desk.press("x")
    assert world.problem == "bad_digits"
    world.desk.press("9")
    world.switch.answer(Failed("timed_out"))
    assert world.switch.open(SendDigits) == []  # keys after lost keys would be a wrong input


def test_unsent_keys_of_a_call_are_not_sent_to_the_next_call() -> None:
    world = in_talk()
    world.desk.press("1")
    world.desk.press("2")
    world.wrap_up()
    world.switch.answer(Refused(DeskRefusal.NO_SUCH_CALL))
    assert world.switch.open(SendDigits) == []


def test_a_mute_ends_with_the_talk() -> None:
    world = in_talk()
    world.desk.mute(on=True)
    assert world.view.audio.muted
    world.wrap_up()
    assert not world.view.audio.muted
    assert world.phone.of(Mute)[-2:] == [Mute(on=True), Mute(on=False)]


def test_mute_works_while_the_link_is_down() -> None:
    world = in_talk()
    world.desk.link_state(LinkState.LOST)
    world.desk.mute(on=True)
    assert world.view.audio.muted


# --- dial ---


def test_dialling_cleans_the_number() -> None:
    world = at_work()
    world.desk.dial("tel:+86-138 0000 1111")
    world.desk.dial("10086")
    assert world.switch.open(Dial) == [Dial("13800001111")]


def test_an_invalid_number_is_not_sent() -> None:
    world = at_work()
    world.desk.dial("call me maybe")
    assert (world.problem, world.switch.open(Dial)) == ("bad_number", [])


def test_call_back_dials_the_number_that_the_customer_called_from() -> None:
    world = at_work(pop=pop(customer=card(phones=("02088888888",))))
    world.desk.call_back()
    assert world.switch.open(Dial) == [Dial("13800001111")]
    assert [pending.action for pending in world.view.pending] == [Action.CALL_BACK]


# --- wrap-up ---


def test_note_and_disposition_are_sent_together_and_the_note_is_cleared_when_the_switch_has_them() -> None:
    world = in_talk()
    world.desk.set_note("asked about fees")
    world.wrap_up()
    assert world.view.note == "asked about fees"
    world.desk.finish_wrap_up("enquiry")
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "enquiry", "asked about fees")]
    world.report(SeatChanged(seat()))
    world.switch.answer(Done())
    assert world.view.note == ""


def test_a_disposition_during_the_talk_keeps_the_note_on_screen() -> None:
    world = in_talk()
    world.desk.set_note("so far")
    world.desk.finish_wrap_up("enquiry", stay=True)
    world.switch.answer(Done())
    assert world.view.note == "so far"


def test_text_typed_while_the_note_is_being_sent_is_kept() -> None:
    world = in_talk()
    world.desk.set_note("a")
    world.wrap_up()
    world.desk.finish_wrap_up("enquiry")
    world.desk.set_note("ab")
    world.switch.answer(Done())
    assert world.view.note == "ab"


def test_a_note_that_could_not_be_sent_is_kept_over_a_reconnect() -> None:
    world = in_talk()
    world.desk.set_note("important")
    world.wrap_up()
    world.desk.finish_wrap_up("enquiry")
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.open_link()
    state = world.snapshot(seat=seat(SeatState.WRAP_UP, wrap_up_call=CallId("c1")))
    world.switch.answer(LoggedIn("s", state))
    assert world.view.note == "important"
    assert world.view.enabled[Action.FINISH_WRAP_UP].on


@pytest.mark.parametrize(
    ("note", "disposition", "code"), [("x" * (TEXT_MAX + 1), "enquiry", "too_long"), ("", "nonsense", "unknown_choice")]
)
def test_a_note_or_disposition_out_of_bounds_is_not_sent_and_not_lost(note: str, disposition: str, code: str) -> None:
    world = in_talk()
    world.desk.set_note(note)
    world.desk.finish_wrap_up(disposition)
    assert (world.problem, world.switch.open(WrapUp), world.view.note) == (code, [], note)


def test_the_seat_cannot_be_opened_with_an_unsent_note() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("not sent yet")
    world.desk.open_seat()
    assert (world.problem, world.switch.open(OpenSeat)) == (Why.NOTE_UNSENT, [])
    world.desk.set_note("")
    world.desk.open_seat()
    assert world.switch.open(OpenSeat)


def test_an_unsent_note_is_kept_when_the_wrap_up_time_ends() -> None:
    world = in_talk()
    world.wrap_up()
    world.pass_time(27.0)
    world.desk.set_note("half a")
    world.pass_time(0.8)
    assert world.switch.open(WrapUp) == []
    world.pass_time(0.4)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "half a", stay=True)]
    world.switch.answer(Done())
    assert (world.view.note, world.view.pending) == ("half a", ())
    world.desk.set_note("half a note")
    world.pass_time(0.4)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "half a note", stay=True)]


def test_no_log_out_with_a_note_unsent() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("not sent yet")
    world.desk.log_out()
    assert world.problem == Why.NOTE_UNSENT


@pytest.mark.parametrize(("who", "reads"), [("8001", "mine"), ("8002", "")])
def test_a_note_is_kept_after_the_session_for_its_writer_only(who: str, reads: str) -> None:
    world = in_talk()
    world.desk.set_note("mine")
    world.report(LoggedOut("operator"))
    assert world.view.note == ""
    world.desk.log_in(who, "password")
    world.switch.answer(LoggedIn("s2", world.snapshot(seat=replace(SEAT, agent=AgentId(who)))), LogIn)
    assert world.view.note == reads


def test_a_note_typed_before_a_call_belongs_to_the_call_and_the_next_note_begins_empty() -> None:
    world = at_work()
    world.desk.set_note("typed early")
    world.ring()
    assert world.view.note == "typed early"
    world.report(CallChanged(None))
    world.ring("c2")
    assert world.view.note == ""
    world.report(CallChanged(None), SeatChanged(seat(wrap_up_call=CallId("c1"))))
    assert world.view.note == "typed early"


# --- notes that the switch does not have ---


def begun_anew(world: World, **state: object) -> World:
    """A new program on the same PC, with the agent's files of the ended one, logged in."""
    after = World()
    after.agent_files = world.agent_files
    after.desk = DeskPresenter(
        after.switch, after.phone, after.settings, lambda: after.now, after.wall, after.views.append, after.diagnostics, after.agent_files
    )  # fmt: skip
    after.log_in(**({"seat": seat()} | state))
    return after


def test_a_note_is_kept_when_the_program_is_killed() -> None:
    world = in_talk()
    world.desk.set_note("a long sto")
    world.pass_time(0.2)
    world.desk.set_note("a long story")
    world.pass_time(1.2)
    talking = {"call": call("c1", SeatState.TALKING), "seat": seat(SeatState.TALKING)}
    assert begun_anew(world, **talking).view.note == "a long story"
    assert begun_anew(world, seat=seat(SeatState.WRAP_UP, wrap_up_call=CallId("c1"))).view.note == "a long story"


def test_an_unsent_note_of_an_ended_call_is_shown_while_there_is_no_other_call() -> None:
    world = in_talk()
    world.desk.set_note("never sent")
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.desk.keep()
    after = begun_anew(world)
    assert after.view.note == "never sent"
    after.ring("c2")
    after.switch.answer(Refused(DeskRefusal.NO_SUCH_CALL), WrapUp)
    assert after.view.note == ""
    after.talk("c2")
    after.desk.set_note("of the second")
    after.wrap_up("c2")
    after.desk.finish_wrap_up("enquiry")
    after.switch.answer(Done(), WrapUp)
    after.report(SeatChanged(seat()))
    assert after.view.note == "never sent"
    after.pass_time(1.2)
    assert after.agent_files.notes == {AGENT: {CallId("c1"): "never sent"}}
    after.desk.set_note("")
    after.pass_time(1.2)
    assert after.agent_files.notes == {AGENT: {}}


def test_a_note_that_the_switch_has_is_not_kept_on_this_pc() -> None:
    world = in_talk()
    world.desk.set_note("sent")
    world.pass_time(1.2)
    assert world.agent_files.notes == {AGENT: {CallId("c1"): "sent"}}
    world.wrap_up()
    world.desk.finish_wrap_up("enquiry")
    world.switch.answer(Done(), WrapUp)
    world.pass_time(1.2)
    assert world.agent_files.notes == {AGENT: {}}


def test_a_note_that_was_lost_at_the_end_of_the_wrap_up_is_sent_again() -> None:
    world = in_talk()
    world.wrap_up()
    world.pass_time(27.8)
    world.desk.set_note("half a note")
    world.pass_time(0.4)
    world.switch.answer(Failed("link_lost"), WrapUp)
    world.pass_time(2.2)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "half a note", stay=True)]
    assert world.agent_files.notes == {AGENT: {CallId("c1"): "half a note"}}


def test_a_note_is_sent_when_the_link_is_back_after_the_wrap_up_time() -> None:
    world = in_talk()
    world.wrap_up()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.desk.set_note("written while it was down")
    world.pass_time(60.0)
    world.open_link()
    state = world.snapshot(seat=seat(SeatState.OPEN, wrap_up_call=CallId("c1")))
    world.switch.answer(LoggedIn("s", state))
    world.pass_time(0.4)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "written while it was down", stay=True)]
    world.switch.answer(Done(), WrapUp)
    world.pass_time(1.2)
    assert world.agent_files.notes == {AGENT: {}}
    world.desk.set_note("and one word more")
    world.pass_time(1.0)
    assert world.switch.open(WrapUp) == [], "not at each key"
    world.pass_time(1.2)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "and one word more", stay=True)]


def test_a_program_that_ends_sends_the_note_if_it_can() -> None:
    world = in_talk()
    world.desk.set_note("the last word")
    world.desk.keep()
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "the last word", stay=True)]
    assert world.agent_files.notes == {AGENT: {CallId("c1"): "the last word"}}
    world.desk.keep()
    assert len(world.switch.open(WrapUp)) == 1


def test_twenty_unsent_notes_are_kept() -> None:
    world = at_work()
    for number in range(25):
        world.ring(f"c{number}")
        world.talk(f"c{number}")
        world.desk.set_note(f"note {number}")
        world.report(CallChanged(None))
    world.pass_time(1.2)
    assert list(world.agent_files.notes[AGENT]) == [f"c{number}" for number in range(5, 25)]


def test_with_more_notes_than_are_kept_nothing_is_written_again() -> None:
    world = at_work()
    writes = []
    keep = world.agent_files.write_notes
    world.agent_files.write_notes = lambda agent, notes: (writes.append(notes), keep(agent, notes))  # type: ignore[method-assign,func-returns-value,assign]
    for number in range(25):
        world.ring(f"c{number}")
        world.talk(f"c{number}")
        world.desk.set_note(f"note {number}")
        world.report(CallChanged(None))
    world.pass_time(5.0)
    assert len(writes) == 1


def test_a_note_that_is_refused_is_not_sent_again_at_once() -> None:
    world = in_talk()
    world.desk.set_note("half a note")
    world.wrap_up()
    for _ in range(50):
        world.pass_time(0.2)
        if world.switch.open(WrapUp):
            world.switch.answer(Refused(DeskRefusal.BUSY), WrapUp)
    assert len([asked for asked in world.switch.log if isinstance(asked, WrapUp)]) in {4, 5}


def test_the_reply_to_an_older_note_does_not_count_for_a_newer_one() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("a")
    world.desk.keep()
    world.desk.set_note("ab")
    world.desk.keep()
    world.switch.answer(Refused(DeskRefusal.BUSY), WrapUp)
    world.desk.keep()
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "ab", stay=True)], "on its way already"
    world.switch.answer(Done(), WrapUp)
    assert not world.view.note_unsent


@pytest.mark.parametrize(
    ("begin", "command"),
    [
        (lambda desk: desk.dial("10086"), Dial("10086")),
        (lambda desk: desk.call_back(), Dial("13800001111")),
        (lambda desk: desk.call_seat("8002"), CallSeat(AgentId("8002"))),
        (lambda desk: desk.monitor("8002"), Monitor(AgentId("8002"), ListenMode.MONITOR)),
    ],
)
def test_a_note_is_sent_before_a_command_that_begins_a_call(
    begin: Callable[[DeskPresenter], None], command: Dial | CallSeat | Monitor
) -> None:
    """The switch forgets a talk as soon as the next one begins."""
    world = at_work(seat=seat(role=Role.SUPERVISOR))
    world.ring(customer=card())
    world.talk()
    world.desk.set_note("typed in wrap-up")
    until = world.wall() + 30
    world.report(
        CallChanged(None),
        SeatChanged(seat(SeatState.WRAP_UP, role=Role.SUPERVISOR, wrap_up_call=CallId("c1"), wrap_up_until=until)),
    )
    begin(world.desk)
    assert world.switch.log[-2:] == [WrapUp(CallId("c1"), "", "typed in wrap-up", stay=True), command]
    dialled = call("c2", SeatState.DIALLING)
    world.report(CallChanged(dialled), SeatChanged(seat(SeatState.DIALLING, role=Role.SUPERVISOR)))
    world.switch.answer(Done(), WrapUp)
    world.report(CallChanged(None), SeatChanged(seat(role=Role.SUPERVISOR)))
    world.pass_time(1.2)
    assert (world.view.note, world.agent_files.notes) == ("", {AGENT: {}})


def test_a_note_is_sent_two_seconds_after_the_last_key_of_the_wrap_up() -> None:
    """A supervisor may end the wrap-up by opening the seat, so the note is sent early."""
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("half a")
    world.pass_time(1.8)
    assert world.switch.open(WrapUp) == [], "not at each key"
    world.pass_time(0.4)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "half a", stay=True)]
    assert world.view.note_unsent
    world.switch.answer(Done(), WrapUp)
    assert (world.view.note, world.view.note_unsent) == ("half a", False)
    assert world.view.enabled[Action.OPEN_SEAT].on
    world.report(SeatChanged(seat()))
    assert world.view.note == "", "the wrap-up is over, the switch has it"


def test_an_unfinished_note_is_sent_when_the_next_call_rings() -> None:
    """The agent still types after the end of the wrap-up time."""
    world = in_talk()
    world.report(CallChanged(None), SeatChanged(seat(wrap_up_call=CallId("c1"))))
    world.desk.set_note("typed until it ra")
    world.ring("c2")
    assert (world.view.note, world.view.note_unsent) == ("", False)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "typed until it ra", stay=True)]
    world.switch.answer(Done(), WrapUp)
    world.pass_time(1.2)
    assert not world.agent_files.notes.get(AGENT)


def test_a_note_typed_while_a_supervisor_opens_the_seat_is_sent_afterwards() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("half a")
    world.report(SeatChanged(seat()))
    world.desk.set_note("half a note")
    world.pass_time(2.2)
    assert world.switch.open(WrapUp) == [WrapUp(CallId("c1"), "", "half a note", stay=True)]
    world.switch.answer(Done(), WrapUp)
    assert not world.view.note_unsent


def test_a_note_whose_call_the_switch_no_longer_knows_is_tried_once() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("half a")
    world.report(SeatChanged(seat()))
    world.pass_time(2.2)
    world.switch.answer(Refused(DeskRefusal.NO_SUCH_CALL), WrapUp)
    world.pass_time(10.0)
    assert (world.switch.open(WrapUp), world.view.note, world.problem) == ([], "half a", "")
    assert world.agent_files.notes == {AGENT: {CallId("c1"): "half a"}}


def test_leaving_sends_the_note_before_the_log_out() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.set_note("the last word")
    assert world.view.note_unsent
    world.desk.leave()
    assert world.switch.log[-2:] == [WrapUp(CallId("c1"), "", "the last word", stay=True), LogOut()]
    world.switch.answer(Done(), WrapUp)
    world.switch.answer(Done(), LogOut)
    assert (world.view.needs_password, world.agent_files.notes) == (True, {AGENT: {}})


def test_a_note_is_sent_before_a_log_out_after_the_wrap_up_time() -> None:
    world = in_talk()
    world.report(CallChanged(None), SeatChanged(seat(wrap_up_call=CallId("c1"))))
    world.desk.set_note("one word more")
    world.desk.log_out()
    assert world.switch.log[-2:] == [WrapUp(CallId("c1"), "", "one word more", stay=True), LogOut()]


def test_leaving_is_refused_in_a_call() -> None:
    world = in_talk()
    world.desk.leave()
    assert (world.problem, world.switch.open(LogOut)) == (Why.IN_CALL, [])


def test_extending_the_wrap_up() -> None:
    world = in_talk()
    world.wrap_up()
    world.desk.extend_wrap_up()
    assert world.switch.open(ExtendWrapUp) == [ExtendWrapUp(CallId("c1"))]


# --- the pop's time ---


def test_pop_shown_is_reported_once_a_call_with_its_time() -> None:
    world = at_work()
    world.ring(customer=card())
    world.now += 0.04
    world.desk.pop_painted(CallId("c1"))
    world.desk.pop_painted(CallId("c1"))
    world.desk.pop_painted(CallId("stranger"))
    told = [each for each in world.switch.heard if isinstance(each, PopShown)]
    assert told == [PopShown(CallId("c1"), pytest.approx(40.0))]


def test_a_pop_that_comes_before_its_call_counts_from_the_pop() -> None:
    world = at_work()
    world.report(PopChanged(pop()))
    world.now += 0.01
    world.desk.pop_painted(CallId("c1"))
    world.report(CallChanged(call()))
    assert [each.after_ms for each in world.switch.heard if isinstance(each, PopShown)] == [pytest.approx(10.0)]
