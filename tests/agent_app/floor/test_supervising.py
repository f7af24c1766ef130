"""A supervisor's acts: which are on for which row, their requests, and interception that begins with monitoring."""

import pytest
from msgspec.structs import replace

from agent_app.model.desk.actions import NEEDS, Why
from agent_app.model.desk.view import Action, DeskView
from agent_app.model.floor import supervising
from agent_app.model.floor.supervising import SEAT_NEEDS, WAITING_NEEDS, SeatAct, WaitingAct, seat_why_not
from agent_app.presenters.parts.ports import Failed
from shared.desk import (
    TEXT_MAX,
    CallChanged,
    DeskCall,
    DeskRefusal,
    Done,
    ForceSeat,
    Intercept,
    Listen,
    LoggedOut,
    Monitor,
    Refused,
    TakeWaiting,
)
from shared.enums import CallKind, ListenMode, LockReason, Role, SeatState
from shared.floor import MessageSent, SeatRow, SendMessage, SetSkills, WaitingRow
from shared.ids import AgentId, CallId, QueueName
from tests.agent_app.fakes import AGENT, World, at_work, call, seat

BOB = AgentId("8002")
ROW = SeatRow(BOB, "Bob", "b", "east", Role.AGENT, SeatState.TALKING, {}, 3, call=CallId("c9"))
WAITING = WaitingRow(CallId("w1"), QueueName("agents"), "139", 5.0, 0, ringing=False)
CHIEF = seat(role=Role.SUPERVISOR)


def chief(**state: object) -> World:
    return at_work(**({"seat": CHIEF} | state))


def monitoring(agent: AgentId = BOB, mode: ListenMode = ListenMode.MONITOR) -> DeskCall:
    return call("c9", SeatState.MONITORING, kind=CallKind.MONITOR, target=agent, listening=mode, auto=True)


def whys(view: DeskView, row: SeatRow | None = ROW) -> dict[SeatAct, str]:
    return {act: str(seat_why_not(act, view, row) or "") for act in SeatAct}


LISTENING = (SeatAct.MONITOR, SeatAct.WHISPER, SeatAct.BARGE, SeatAct.INTERCEPT)


# --- the table ---


def test_each_act_has_its_needs_and_an_action_of_the_desk() -> None:
    assert set(SEAT_NEEDS) == set(SeatAct)
    assert set(WAITING_NEEDS) == set(WaitingAct)
    assert all(action in NEEDS for action, _ in SEAT_NEEDS.values())


def test_every_act_is_on_for_a_seat_in_a_talk() -> None:
    assert set(whys(chief().view).values()) == {""}


def test_every_act_is_off_for_an_agent() -> None:
    assert set(whys(at_work().view).values()) == {Why.NOT_ALLOWED}
    view = at_work().view
    assert supervising.waiting_enabled(WaitingAct.TAKE, view, WAITING, 5).why == Why.NOT_ALLOWED


def test_every_act_is_off_without_a_row() -> None:
    assert set(whys(chief().view, None).values()) == {Why.NO_ROW}
    assert supervising.waiting_enabled(WaitingAct.TAKE, chief().view, None, 5).why == Why.NO_ROW


def test_acts_that_are_off_for_the_supervisor_s_own_seat() -> None:
    found = whys(chief().view, replace(ROW, agent=AGENT))
    off = {act for act, why in found.items() if why == Why.OWN_SEAT}
    assert off == {*LISTENING, SeatAct.LOG_OUT, SeatAct.MESSAGE}


@pytest.mark.parametrize("state", list(SeatState))
def test_acts_by_the_seat_s_state(state: SeatState) -> None:
    found = whys(chief().view, replace(ROW, state=state, call=ROW.call if state in supervising.HEARD else None))
    heard = state in supervising.HEARD
    assert {found[act] for act in LISTENING} == {"" if heard else Why.NOTHING_TO_HEAR}
    offline = Why.SEAT_OFFLINE if state is SeatState.OFFLINE else ""
    assert found[SeatAct.OPEN] == (offline or (Why.SEAT_OPEN if state is SeatState.OPEN else ""))
    assert {found[act] for act in (SeatAct.LOCK, SeatAct.LOG_OUT, SeatAct.MESSAGE)} == {offline}
    assert found[SeatAct.SKILLS] == ""


def test_monitoring_is_off_while_the_supervisor_is_in_a_call() -> None:
    found = whys(chief(call=call(state=SeatState.TALKING)).view)
    assert {found[act] for act in LISTENING} == {Why.IN_CALL}
    assert found[SeatAct.LOCK] == ""


def test_while_monitoring_a_seat_its_other_ways_are_on() -> None:
    view = chief(seat=replace(CHIEF, state=SeatState.MONITORING), call=monitoring()).view
    found = whys(view)
    assert (found[SeatAct.MONITOR], found[SeatAct.WHISPER], found[SeatAct.BARGE], found[SeatAct.INTERCEPT]) == (
        Why.THIS_WAY_ALREADY, "", "", "",
    )  # fmt: skip
    other = whys(view, replace(ROW, agent=AgentId("8003")))
    assert {other[act] for act in LISTENING} == {Why.MONITORING}
    assert supervising.seat_enabled(SeatAct.MONITOR, view, ROW).on is False


def test_a_caller_that_an_agent_consults_the_queue_for_is_not_taken() -> None:
    asked_for = replace(WAITING, consult=True)
    assert {supervising.waiting_enabled(act, chief().view, asked_for, 5).why for act in WaitingAct} == {Why.ASKED_FOR}


@pytest.mark.parametrize(
    ("state", "open_seats", "take", "give"),
    [
        (SeatState.OPEN, 2, "", ""),
        (SeatState.LOCKED, 0, "", Why.NO_OPEN_SEAT),
        (SeatState.WRAP_UP, 1, Why.SEAT_BUSY, ""),
        (SeatState.TALKING, 1, Why.SEAT_BUSY, ""),
    ],
)
def test_take_and_give_by_the_supervisor_s_state(state: SeatState, open_seats: int, take: str, give: str) -> None:
    view = chief(seat=replace(CHIEF, state=state)).view
    assert supervising.waiting_enabled(WaitingAct.TAKE, view, WAITING, open_seats).why == take
    assert supervising.waiting_enabled(WaitingAct.GIVE, view, WAITING, open_seats).why == give


# --- what is sent ---


def test_each_act_sends_its_request() -> None:
    world = chief()
    floor = world.desk.floor
    floor.listen_to(BOB, ListenMode.WHISPER)
    floor.force(BOB, "lock", LockReason.MEETING)
    floor.take(WAITING.call)
    floor.set_skills(BOB, {"zh": 3})
    floor.send(" 开会 ", (BOB,))
    assert world.switch.log[-5:] == [
        Monitor(BOB, ListenMode.WHISPER), ForceSeat(BOB, "lock", LockReason.MEETING), TakeWaiting(WAITING.call), SetSkills(BOB, {"zh": 3}),
        SendMessage("开会", (BOB,)),
    ]  # fmt: skip
    asked = {pending.action for pending in world.view.pending}
    assert asked == {
        Action.MONITOR, Action.FORCE_SEAT, Action.TAKE_WAITING, Action.SET_SKILLS, Action.SEND_MESSAGE,
    }  # fmt: skip
    for kind in (Monitor, ForceSeat, TakeWaiting, SetSkills):
        world.switch.answer(Done(), kind)
    world.switch.answer(Refused(DeskRefusal.NOT_HERE), SendMessage)
    assert (world.problem, world.view.pending) == (DeskRefusal.NOT_HERE, ())


def test_an_agent_s_acts_send_nothing() -> None:
    world = at_work()
    before = len(world.switch.log)
    floor = world.desk.floor
    floor.listen_to(BOB, ListenMode.MONITOR)
    floor.intercept(BOB)
    floor.force(BOB, "open")
    floor.take(WAITING.call, BOB)
    floor.set_skills(BOB, {})
    floor.send("hello")
    assert len(world.switch.log) == before
    assert world.problem == Why.NOT_ALLOWED


def test_the_seats_that_a_message_reached_are_shown() -> None:
    world = chief()
    world.desk.floor.send("hello")
    assert world.desk.floor.view.reached is None
    world.switch.answer(MessageSent((BOB,)), SendMessage)
    assert world.desk.floor.view.reached == (BOB,)
    world.desk.floor.send("again")
    assert world.desk.floor.view.reached is None
    before = len(world.switch.log)
    world.desk.floor.send(" \n ")
    world.switch.answer(Failed("timed_out"), SendMessage)
    world.desk.floor.send("x" * (TEXT_MAX + 1))
    assert world.problem == "too_long"
    assert len(world.switch.log) == before


def test_another_listen_mode_for_the_monitored_seat() -> None:
    world = chief()
    world.report(CallChanged(monitoring()))
    world.desk.floor.listen_to(BOB, ListenMode.BARGE)
    assert world.switch.log[-1] == Listen(CallId("c9"), ListenMode.BARGE)


# --- interception ---


def test_intercept_while_monitoring() -> None:
    world = chief()
    world.report(CallChanged(monitoring()))
    world.desk.floor.intercept(BOB)
    assert world.switch.log[-1] == Intercept(CallId("c9"))


def test_intercept_from_a_row_monitors_first() -> None:
    world = chief()
    world.desk.floor.intercept(BOB)
    assert world.switch.log[-1] == Monitor(BOB, ListenMode.MONITOR)
    world.report(CallChanged(replace(monitoring(), state=SeatState.RINGING)))
    world.switch.answer(Done(), Monitor)
    world.pass_time(0.4)
    assert world.switch.open(Intercept) == []
    world.report(CallChanged(monitoring()))
    assert world.switch.open(Intercept) == [Intercept(CallId("c9"))]
    world.report(CallChanged(call("c9", SeatState.TALKING, kind=CallKind.TAKEN)))
    world.switch.answer(Done(), Intercept)
    world.report(CallChanged(monitoring()))
    assert world.switch.open(Intercept) == [], "once"


@pytest.mark.parametrize("end", ["refused", "late", "over", "listened", "logged out"])
def test_an_interception_that_failed_is_forgotten(end: str) -> None:
    world = chief()
    world.desk.floor.intercept(BOB)
    match end:
        case "refused":
            world.switch.answer(Refused(DeskRefusal.NOT_IN_CALL), Monitor)
            world.pass_time(0.2)
        case "late":
            world.pass_time(6.0)
        case "over":
            world.report(CallChanged(replace(monitoring(), state=SeatState.RINGING)))
            world.switch.answer(Done(), Monitor)
            world.report(CallChanged(None))
        case "listened":
            world.desk.floor.listen_to(BOB, ListenMode.MONITOR)
        case "logged out":
            world.report(LoggedOut("operator"))
    world.report(CallChanged(monitoring()))
    assert world.switch.open(Intercept) == []
