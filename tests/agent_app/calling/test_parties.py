"""Calls with more than two parties: consult, transfer, swap, conference, monitoring; the customer's return; notices of a supervisor."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, Returned
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import Failed
from shared.desk import (
    AnyTarget,
    CallChanged,
    CallSeat,
    CameBack,
    Command,
    Consult,
    DeskCall,
    DeskRefusal,
    Dial,
    Done,
    DropParty,
    HangUp,
    Intercept,
    Join,
    Listen,
    LoggedOut,
    Monitor,
    Notice,
    Party,
    QueuesChanged,
    Refused,
    Request,
    Return,
    SeatChanged,
    Swap,
    ToMenu,
    ToNumber,
    ToPin,
    ToQueue,
    ToSeat,
)
from shared.enums import CallKind, HangingUp, ListenMode, PartyState, Role, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName
from tests.agent_app.fakes import SEAT, World, at_work, call, seat

C1 = CallId("c1")
CUSTOMER = Party(LegId("c1/1"), "customer", "", "13800001111", PartyState.WAITING, 10.0)
ASKED = Party(LegId("c1/3"), "seat", "8002", "", PartyState.TALKING, 12.0)


def in_state(state: SeatState, role: Role = Role.AGENT, **fields: object) -> World:
    now = replace(seat(state), role=role)
    return at_work(seat=now, call=call("c1", state, **fields))


def consulting(asked: Party = ASKED) -> World:
    return in_state(SeatState.CONSULTING, parties=(CUSTOMER, asked), held_at=10.0)


def listening(mode: ListenMode = ListenMode.MONITOR) -> World:
    return in_state(
        SeatState.MONITORING, Role.SUPERVISOR, kind=CallKind.MONITOR, listening=mode, target=AgentId("8002"), auto=True
    )


def asked(world: World) -> list[Request]:
    return [request for request, _, _ in world.switch.asked if isinstance(request, Command)]


# --- calls out ---


@pytest.mark.parametrize("state", [SeatState.TALKING, SeatState.HOLDING, SeatState.CONFERENCE])
def test_dialling_in_a_talk_begins_a_consult(state: SeatState) -> None:
    world = in_state(state)
    world.desk.dial("+86 138 0000 1111")
    assert asked(world) == [Consult(C1, ToNumber("13800001111"))]
    assert world.view.enabled[Action.DIAL].why == Why.PENDING


def test_dialling_without_a_call_begins_a_call() -> None:
    world = at_work()
    world.desk.dial("10086")
    world.switch.answer(Done(), Dial)
    world.desk.call_seat(" 8002 ")
    assert asked(world) == [CallSeat(AgentId("8002"))]


def test_calling_a_seat_in_a_talk_begins_a_consult() -> None:
    world = in_state(SeatState.TALKING)
    world.desk.call_seat("8002")
    assert asked(world) == [Consult(C1, ToSeat(AgentId("8002")))]
    assert world.view.pending[0].action is Action.CALL_SEAT


def test_the_called_agent_of_an_internal_call_has_the_same_buttons_as_the_calling_agent() -> None:
    """The leg ``c1/1`` is the called agent's, ``c1/2`` the calling agent's."""
    ann = Party(LegId("c1/2"), "seat", "8001", "", PartyState.TALKING, 10.0)
    for leg, auto in (("c1/1", False), ("c1/2", True)):
        world = in_state(SeatState.TALKING, kind=CallKind.INTERNAL, leg=LegId(leg), auto=auto, parties=(ann,))
        assert world.view.enabled[Action.TRANSFER].on
        world.desk.consult("seat", "8003")
        assert asked(world) == [Consult(C1, ToSeat(AgentId("8003")))]
        world = in_state(SeatState.CONFERENCE, kind=CallKind.INTERNAL, leg=LegId(leg), auto=auto, parties=(ann, ASKED))
        world.desk.drop_party(ASKED.leg)
        assert asked(world) == [DropParty(C1, ASKED.leg)]


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (("seat", "8002"), ToSeat(AgentId("8002"))), (("queue", "orders"), ToQueue(QueueName("orders"))),
        (("number", "138-0000-1111"), ToNumber("13800001111")), (("menu", "main"), ToMenu("main")), (("pin", ""), ToPin()),
        (("pin",), ToPin()),
    ],
)  # fmt: skip
def test_a_transfer_begins_with_a_consult(words: tuple[str, ...], target: AnyTarget) -> None:
    world = in_state(SeatState.TALKING)
    world.desk.consult(*words)
    assert asked(world) == [Consult(C1, target)]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("seat", "  "), "no_target"), (("queue", ""), "no_target"), (("number", "soon"), "bad_number"), (("fax", "1"), "no_target"),
        (("seat", "8" * 65), "no_target"),
    ],
)  # fmt: skip
def test_a_consult_without_a_valid_target_is_not_sent(words: tuple[str, str], problem: str) -> None:
    world = in_state(SeatState.TALKING)
    world.desk.consult(*words)
    assert (world.problem, asked(world)) == (problem, [])
    assert world.view.problem is not None
    assert world.view.problem.action is Action.TRANSFER


def test_a_second_command_is_not_sent_while_a_consult_is_pending() -> None:
    world = in_state(SeatState.TALKING)
    world.desk.dial("10086")
    world.desk.consult("seat", "8002")
    world.desk.call_seat("8003")
    world.desk.call_back()
    assert len(asked(world)) == 1
    assert world.problem == ""


def test_a_refused_or_unanswered_consult_is_a_problem_and_can_be_tried_again() -> None:
    world = in_state(SeatState.TALKING)
    world.desk.consult("seat", "8002")
    world.switch.answer(Refused(DeskRefusal.NOT_HERE))
    assert world.problem == "not_here"
    world.desk.consult("seat", "8002")
    world.switch.answer(Failed("link_lost"))
    assert world.problem == "link_lost"
    world.desk.consult("seat", "8002")
    world.pass_time(5.6)
    assert (world.problem, world.view.pending) == ("timed_out", ())
    assert world.view.enabled[Action.TRANSFER].on


# --- with the consulted party ---


@pytest.mark.parametrize(
    ("press", "command"),
    [(DeskPresenter.return_, Return(C1)), (DeskPresenter.swap, Swap(C1)), (DeskPresenter.join, Join(C1))],
)
def test_return_swap_and_join_in_a_consult(press: Callable[[DeskPresenter], None], command: Command) -> None:
    world = consulting()
    press(world.desk)
    press(world.desk)
    assert asked(world) == [command]


def test_return_ends_a_call_that_is_being_dialled() -> None:
    world = in_state(SeatState.DIALLING, kind=CallKind.OUT)
    world.desk.return_()
    assert asked(world) == [Return(C1)]


def test_swap_is_off_before_the_consulted_party_answers() -> None:
    world = consulting(replace(ASKED, state=PartyState.RINGING))
    world.desk.swap()
    assert (world.problem, asked(world)) == (Why.NOT_ANSWERED, [])


def test_a_party_is_dropped_from_a_conference() -> None:
    world = in_state(SeatState.CONFERENCE, parties=(replace(CUSTOMER, state=PartyState.TALKING), ASKED))
    world.desk.drop_party(ASKED.leg)
    assert asked(world) == [DropParty(C1, ASKED.leg)]


def test_commands_in_a_wrong_state_send_nothing_and_say_why() -> None:
    world = in_state(SeatState.TALKING)
    for press, why in (
        (world.desk.return_, Why.NOT_CONSULTING), (world.desk.swap, Why.NOT_CONSULTING), (world.desk.join, Why.NOT_CONSULTING),
        (lambda: world.desk.drop_party("c1/3"), Why.NOT_IN_CONFERENCE), (world.desk.intercept, Why.NOT_ALLOWED),
        (lambda: world.desk.listen("whisper"), Why.NOT_ALLOWED), (lambda: world.desk.monitor("8002"), Why.NOT_ALLOWED),
    ):  # fmt: skip
        press()
        assert world.problem == why
    assert asked(world) == []


def test_a_hang_up_meant_as_a_hand_over_does_not_cut_the_customer_off() -> None:
    """The consulted party hangs up just before the agent presses the button."""
    world = consulting()
    world.report(CallChanged(call("c1", SeatState.TALKING, came_back=CameBack.HUNG_UP)))
    world.desk.hang_up(by_hand=True)
    assert (world.problem, asked(world)) == ("just_changed", [])
    world.pass_time(0.7)
    world.desk.hang_up(by_hand=True)
    assert asked(world) == [HangUp(C1, HangingUp.END)]


def test_a_hand_over_and_a_script_s_hang_up_are_not_delayed() -> None:
    world = consulting()
    world.desk.hang_up(by_hand=True)
    assert asked(world) == [HangUp(C1, HangingUp.HAND_OVER)]
    other = consulting()
    other.report(CallChanged(call("c1", SeatState.TALKING)))
    other.desk.hang_up()
    assert asked(other) == [HangUp(C1, HangingUp.END)]


def test_a_hang_up_that_crosses_a_change_on_the_link_is_refused_and_shown() -> None:
    """The hang-up names the meaning that the desk showed; the change was on its way meanwhile."""
    world = consulting()
    world.desk.hang_up(by_hand=True)
    world.report(CallChanged(call("c1", SeatState.TALKING, came_back=CameBack.HUNG_UP)))
    world.switch.answer(Refused(DeskRefusal.WRONG_STATE), HangUp)
    assert (world.problem, asked(world)) == ("just_changed", [])
    assert world.view.enabled[Action.HANG_UP].on
    world.pass_time(0.7)
    world.desk.hang_up(by_hand=True)
    assert asked(world) == [HangUp(C1, HangingUp.END)]


def test_a_late_leave_does_not_cut_off_the_customer_that_was_just_handed_over() -> None:
    world = in_state(SeatState.TALKING, kind=CallKind.CONSULT, hanging_up=HangingUp.LEAVE)
    world.report(CallChanged(call("c1", SeatState.TALKING, kind=CallKind.CONSULT)))
    world.desk.hang_up(by_hand=True)
    assert (world.problem, asked(world)) == ("just_changed", [])


def test_another_refusal_of_a_hang_up_is_shown_by_its_own_code() -> None:
    world = consulting()
    world.desk.hang_up()
    world.switch.answer(Refused(DeskRefusal.BUSY), HangUp)
    assert world.problem == "busy"


# --- a supervisor ---


def test_monitor_a_busy_seat() -> None:
    world = at_work(seat=replace(seat(), role=Role.SUPERVISOR))
    world.desk.monitor("8002", "whisper")
    assert asked(world) == [Monitor(AgentId("8002"), ListenMode.WHISPER)]


def test_monitor_needs_no_name_after_a_call_to_a_busy_seat() -> None:
    world = in_state(SeatState.DIALLING, Role.SUPERVISOR, kind=CallKind.INTERNAL, busy=AgentId("8002"))
    world.desk.monitor()
    assert asked(world) == [Monitor(AgentId("8002"))]
    free = at_work(seat=replace(seat(), role=Role.SUPERVISOR))
    free.desk.monitor()
    assert (free.problem, asked(free)) == ("no_target", [])


def test_whisper_and_barge_in_a_monitored_call_one_request_at_a_time() -> None:
    world = listening()
    world.desk.listen("whisper")
    world.desk.listen("barge")
    world.desk.listen("whisper")
    assert asked(world) == [Listen(C1, ListenMode.WHISPER)]
    world.report(CallChanged(call("c1", SeatState.MONITORING, kind=CallKind.MONITOR, listening=ListenMode.WHISPER)))
    world.switch.answer(Done())
    world.desk.listen("barge")
    assert asked(world) == [Listen(C1, ListenMode.BARGE)]


def test_an_intercepted_call_stays_on_the_same_leg() -> None:
    world = listening(ListenMode.BARGE)
    told = len(world.phone.done)
    world.desk.intercept()
    assert asked(world) == [Intercept(C1)]
    world.report(
        CallChanged(call("c1", SeatState.TALKING, kind=CallKind.TAKEN, auto=True)),
        SeatChanged(replace(seat(SeatState.TALKING), role=Role.SUPERVISOR)),
    )
    world.switch.answer(Done())
    assert world.phone.done[told:] == [], "the phone's call stays as it is"
    assert world.view.enabled[Action.HOLD].on


# --- the customer is back ---


def back(why: CameBack, **fields: object) -> DeskCall:
    return call("c1", SeatState.TALKING, came_back=why, **fields)


def test_the_party_that_did_not_take_the_customer_is_shown_until_dismissed() -> None:
    world = consulting(replace(ASKED, state=PartyState.RINGING))
    world.report(CallChanged(back(CameBack.NO_ANSWER)))
    assert world.view.returned == Returned(CameBack.NO_ANSWER, "seat", "8002")
    world.report(CallChanged(back(CameBack.NO_ANSWER, waited=9.0)))
    assert world.view.returned is not None
    world.desk.dismiss_returned()
    world.report(CallChanged(call("c1", SeatState.HOLDING, came_back=CameBack.NO_ANSWER)))
    assert world.view.returned is None, "it was read"


def test_the_next_consult_and_the_end_of_the_call_clear_the_customer_s_return() -> None:
    world = consulting()
    world.report(CallChanged(back(CameBack.HUNG_UP)))
    other = Party(LegId("c1/4"), "outside", "", "02088888888", PartyState.RINGING, 30.0)
    world.report(CallChanged(call("c1", SeatState.CONSULTING, parties=(CUSTOMER, other))))
    assert world.view.returned is None
    world.report(CallChanged(back(CameBack.BUSY)))
    assert world.view.returned == Returned(CameBack.BUSY, "outside", "02088888888")
    world.report(CallChanged(None))
    assert world.view.returned is None


def test_a_second_return_for_the_same_reason_is_shown_again() -> None:
    world = consulting()
    world.report(CallChanged(back(CameBack.NO_ANSWER)))
    world.desk.dismiss_returned()
    world.report(CallChanged(call("c1", SeatState.CONSULTING, parties=(CUSTOMER, ASKED), came_back=CameBack.NO_ANSWER)))
    world.report(CallChanged(back(CameBack.NO_ANSWER)))
    assert world.view.returned == Returned(CameBack.NO_ANSWER, "seat", "8002")


def test_a_whispering_supervisor_is_not_taken_for_the_consulted_party() -> None:
    world = consulting()
    whisperer = Party(LegId("c1/9"), "listener", "8001", "", PartyState.LISTENING, 20.0)
    world.report(CallChanged(call("c1", SeatState.CONSULTING, parties=(CUSTOMER, ASKED, whisperer))))
    world.report(CallChanged(back(CameBack.HUNG_UP)))
    assert world.view.returned == Returned(CameBack.HUNG_UP, "seat", "8002")


def test_an_app_that_started_after_the_consult_shows_the_reason_alone() -> None:
    world = at_work(seat=seat(SeatState.TALKING), call=back(CameBack.PIN_PASSED))
    assert world.view.returned == Returned(CameBack.PIN_PASSED)


# --- notices ---

NOTICE = Notice(1.0, "message", "Li Min", "Please close the talk.")


def test_a_notice_is_shown_once_until_dismissed() -> None:
    world = at_work()
    world.report(NOTICE, Notice(2.0, "locked", "Li Min"))
    assert [each.notice.code for each in world.view.notices] == ["message", "locked"]
    world.desk.told(NOTICE, 1)  # late
    assert len(world.view.notices) == 2
    world.desk.dismiss_notice()
    assert [each.notice for each in world.view.notices] == [NOTICE]
    world.desk.dismiss_notice(world.view.notices[0].id)
    world.desk.dismiss_notice()
    assert world.view.notices == ()


def test_a_lost_notice_is_a_gap_and_the_next_is_shown() -> None:
    world = at_work()
    world.seq += 1
    world.report(NOTICE)
    assert [each.notice for each in world.view.notices] == [NOTICE]
    assert world.view.stale


def test_notices_are_fifty_at_most_and_end_with_the_log_in() -> None:
    world = at_work()
    for number in range(60):
        world.report(Notice(float(number), "message", "Li Min"))
    assert (len(world.view.notices), world.view.notices[-1].notice.at) == (50, 59.0)
    world.report(LoggedOut("operator"))
    assert world.view.notices == ()
    world.report(NOTICE)
    assert world.view.notices == ()


def test_a_notice_changes_nothing_else() -> None:
    world = at_work()
    before = world.view.state
    world.report(NOTICE, QueuesChanged(()))
    assert world.view.state == before
    assert SEAT.agent == AgentId("8001")
