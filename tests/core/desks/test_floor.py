"""A supervisor's actions on seats and waiting callers: a caller taken out of order, a seat opened, locked, logged out. Each is audited."""

import pytest
from msgspec import structs

from shared import desk
from shared.desk import ToQueue
from shared.enums import CallKind, EndCause, LockReason, Role, SeatState
from shared.ids import AgentId, CallId
from switch_server.core import catalogue as ev
from switch_server.core.desks import Seat
from switch_server.core.desks.floor import may_supervise
from switch_server.core.leg import HangUp
from switch_server.core.words import Audit
from tests.core.a_flow import MAIN
from tests.core.desk_world import ANN, BOB, CAT, FLOW
from tests.core.floor_world import DAN, EVE, FLOOR, FUND, FloorWorld


@pytest.fixture
def world() -> FloorWorld:
    return FloorWorld()


def audits(world: FloorWorld) -> list[tuple[str, str, str, str]]:
    return [(audit.actor, audit.action, audit.subject, audit.detail) for audit in world.all(Audit)]


@pytest.mark.parametrize(
    ("role", "group", "others", "may"),
    [
        (Role.AGENT, "red", "red", False), (Role.SUPERVISOR, "red", "red", True), (Role.SUPERVISOR, "red", "blue", False),
        (Role.SUPERVISOR, "", "", False), (Role.MANAGER, "", "red", True), (Role.MANAGER, "red", "", True),
    ],
)  # fmt: skip
def test_the_supervisor_of_a_seat(role: Role, group: str, others: str, may: bool) -> None:
    one = Seat(ev.AgentOnline(DAN, "Dan", desk.DeskId("d"), "192.0.2.20:5070", role, group=group), 0.0)
    other = Seat(ev.AgentOnline(ANN, "Ann", desk.DeskId("a"), "192.0.2.20:5070", group=others), 0.0)
    assert may_supervise(one, other) is may


# --- a waiting caller is taken out of order ---


def two_wait(world: FloorWorld) -> tuple[CallId, CallId]:
    calls = world.offer(), world.offer()
    world.run(1.0)
    assert list(world.switch.acd.waiting) == [*calls]
    return calls


def test_to_the_supervisors_own_locked_seat(world: FloorWorld) -> None:
    world.join(DAN)
    first, second = two_wait(world)
    assert world.command(desk.TakeWaiting(second), DAN) == desk.Done()
    shown = world.shown(DAN)
    assert (shown.call, shown.auto, shown.kind, shown.queue) == (second, True, CallKind.IN, "agents")
    world.run(3.0)
    assert (world.hears(second), world.state(first)) == ({"dan"}, "queued")
    assert audits(world) == [(DAN, "take_waiting", DAN, second)]
    assert world.visits(second) == [("agents", "answered")]
    world.put_down(DAN)
    assert world.seat(DAN) is SeatState.WRAP_UP
    world.finish()


def test_the_desk_that_rang_is_told_that_another_seat_takes_the_call(world: FloorWorld) -> None:
    """A desk phone lists no missed call then (RFC 3326)."""
    world.join(DAN)
    world.join(ANN, open_=True)
    call = world.offer()
    world.run(1.0)
    rang = world.shown(ANN).leg
    assert world.command(desk.TakeWaiting(call), DAN) == desk.Done()
    assert [h.cause for h in world.all(HangUp) if h.leg == rang] == [EndCause.ANSWERED_ELSEWHERE]
    world.run(3.0)
    assert world.hears(call) == {"dan"}
    world.finish()


def test_to_another_seat_that_is_open(world: FloorWorld) -> None:
    """Ann has no skill of this queue, but the supervisor may give her the caller."""
    queues = tuple(structs.replace(queue, skill="gold") for queue in FLOOR.queues)
    world.tell(ev.Configured(structs.replace(FLOOR, queues=queues), (FLOW, MAIN)))
    world.join(DAN)
    world.join(ANN, open_=True)
    _, second = two_wait(world)
    assert world.command(desk.TakeWaiting(second, ANN), DAN) == desk.Done()
    assert (world.shown(ANN).auto, world.seat()) == (False, SeatState.RINGING)
    world.run(3.0)
    assert world.hears(second) == {"ann"}
    assert audits(world) == [(DAN, "take_waiting", ANN, second)]
    world.finish()


def test_while_another_desk_rings_for_them(world: FloorWorld) -> None:
    world.join(DAN)
    world.join(ANN, open_=True)
    call = world.offer()
    world.run(1.0)
    assert world.seat(ANN) is SeatState.RINGING
    assert world.command(desk.TakeWaiting(call), DAN) == desk.Done()
    assert (world.seat(ANN), world.reason(ANN)) == (SeatState.OPEN, None), "not blamed"
    assert world.last_talk(ANN)["outcome"] == "caller_gone"
    world.run(3.0)
    assert world.hears(call) == {"dan"}
    world.finish()


def test_their_desk_does_not_answer_and_the_queue_goes_on(world: FloorWorld) -> None:
    world.join(DAN)
    world.reactions.desk = "silent"
    call = world.offer()
    world.run(1.0)
    world.command(desk.TakeWaiting(call), DAN)
    world.run(16.0)
    assert world.state(call) == "queued"
    assert world.switch.acd.waiting[call].ringing is False
    assert world.reason(DAN) is LockReason.LOGGED_IN
    world.finish()


def test_a_called_back_customer(world: FloorWorld) -> None:
    world.join(DAN)
    world.tell(
        ev.CallbackRecovered(
            CallId("20261121T090000-0001"), FLOOR.queues[0].name, "13700137000", world.now - 5.0, 0, "small", "queue", 0
        )
    )
    world.join(ANN, open_=True)  # so that the callback is dialled
    world.run(1.0)
    world.command(desk.LockSeat())
    world.run(5.0)
    [call] = world.switch.acd.waiting
    assert world.command(desk.TakeWaiting(call), DAN) == desk.Done()
    assert world.shown(DAN).kind is CallKind.CALLBACK
    world.finish()


def test_taking_is_refused(world: FloorWorld) -> None:
    world.join(ANN, BOB, CAT, DAN)
    call, _ = two_wait(world)
    assert world.refused(desk.TakeWaiting(call), BOB) == "not_allowed"
    assert world.refused(desk.TakeWaiting(call, ANN), BOB) == "not_allowed"
    assert world.refused(desk.TakeWaiting(call, CAT), DAN) == "not_allowed"  # Cat is of another group
    assert world.refused(desk.TakeWaiting(call, AgentId("nobody")), DAN) == "not_here"
    assert world.refused(desk.TakeWaiting(CallId("gone")), DAN) == "no_such_call"
    assert world.refused(desk.TakeWaiting(call, ANN), DAN) == "seat_busy"  # Ann has a break
    world.command(desk.TakeWaiting(call), DAN)
    assert world.refused(desk.TakeWaiting(call), DAN) == "seat_busy"
    world.run(3.0)
    assert world.refused(desk.TakeWaiting(call), EVE) == "not_logged_in"
    world.join(EVE)
    assert world.refused(desk.TakeWaiting(call), EVE) == "no_such_call"  # another seat has the caller
    assert audits(world) == [(DAN, "take_waiting", DAN, call)]
    world.finish()


def test_not_the_place_that_an_agent_waits_in(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(DAN)
    world.asked(ToQueue(FUND))
    assert world.refused(desk.TakeWaiting(call), DAN) == "no_such_call"
    world.finish()


# --- a seat is forced ---


def test_opened_by_a_supervisor(world: FloorWorld) -> None:
    world.join(ANN, DAN)
    assert world.command(desk.ForceSeat(ANN, "open"), DAN) == desk.Done()
    assert world.seat() is SeatState.OPEN
    assert (world.notices(ANN), audits(world)) == ([("opened", "Dan")], [(DAN, "force_open", ANN, "")])
    world.finish()


def test_locked_by_a_supervisor(world: FloorWorld) -> None:
    world.join(ANN, open_=True)
    world.join(DAN)
    assert world.command(desk.ForceSeat(ANN, "lock", LockReason.TRAINING), DAN) == desk.Done()
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.TRAINING)
    assert (world.notices(ANN), audits(world)) == ([("locked", "Dan")], [(DAN, "force_lock", ANN, "training")])
    assert world.refused(desk.ForceSeat(ANN, "lock", LockReason.PHONE_LOST), DAN) == "unknown_choice"
    world.finish()


def test_a_lock_in_a_call_takes_effect_after_it(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(DAN)
    world.command(desk.ForceSeat(ANN, "lock"), DAN)
    assert (world.seat(), world.hears(call)) == (SeatState.TALKING, {"ann"})
    world.put_down()
    world.command(desk.WrapUp(call, "other"))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.OTHER)
    world.finish()


def test_logged_out_by_a_supervisor(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(EVE)
    assert world.command(desk.ForceSeat(ANN, "log_out"), EVE) == desk.Done()
    assert ANN not in world.switch.desks.seats
    assert world.reports(ANN)[-1] == desk.LoggedOut("operator")
    assert audits(world) == [(EVE, "force_log_out", ANN, "")]
    assert (world.state(call), world.heard()[-1]) == ("queued", "agent_lost")
    world.finish()


def test_oneself_logged_out_by_force(world: FloorWorld) -> None:
    world.join(EVE)
    assert world.command(desk.ForceSeat(EVE, "log_out"), EVE) == desk.Done()
    assert EVE not in world.switch.desks.seats
    world.finish()


@pytest.mark.parametrize("act", ["open", "lock", "log_out"])
def test_forcing_is_refused(world: FloorWorld, act: str) -> None:
    world.join(ANN, BOB, CAT, DAN)
    assert world.refused(desk.ForceSeat(AgentId("nobody"), act), DAN) == "not_here"
    assert world.refused(desk.ForceSeat(CAT, act), DAN) == "not_allowed"
    assert world.refused(desk.ForceSeat(ANN, act), BOB) == "not_allowed"
    assert not audits(world)
    assert not world.notices(ANN)
    world.finish()


def test_opened_in_wrap_up(world: FloorWorld) -> None:
    call = world.talks_to()
    world.join(DAN)
    world.hang_up(call)
    assert world.seat() is SeatState.WRAP_UP
    assert world.command(desk.ForceSeat(ANN, "open"), DAN) == desk.Done()
    assert world.seat() is SeatState.OPEN
    world.finish()
