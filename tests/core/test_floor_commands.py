"""Supervisors: listening in, taking over, steering seats; and calls from seat to seat. The oracle runs after each step."""

import pytest

from shared import desk
from shared.desk import Done, ToPin, ToSeat
from shared.enums import CallKind, EndCause, ListenMode, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, DeskId, LegId, leg_of
from switch_server.core import events as ev
from switch_server.core import media
from switch_server.core.effects import Audit, PlaceCall, TellDesk
from tests.core.desk_world import ANN, BOB, CAT, DeskWorld
from tests.core.world import FAR

BOSS, OTHER = AgentId("boss"), AgentId("other")
INTERNAL = CallId("20261122T093000-0800")


@pytest.fixture
def world() -> DeskWorld:
    """Boss is the supervisor of Ann's group, Other of another one."""
    world = DeskWorld()
    for agent, role, group in ((ANN, Role.AGENT, "red"), (BOSS, Role.SUPERVISOR, "red"), (OTHER, Role.SUPERVISOR, "")):
        world.tell(ev.AgentOnline(agent, agent.title(), DeskId(f"desk-{agent}"), "192.0.2.20:5070", role, group=group))
    assert world.command(desk.OpenSeat()) == Done()
    return world


def does(world: DeskWorld, command: desk.AnyCommand, agent: AgentId = BOSS, call: CallId | None = None) -> None:
    assert world.command(command, agent, call) == Done()


def listening(world: DeskWorld, mode: ListenMode = ListenMode.MONITOR) -> CallId:
    call = world.talking()
    does(world, desk.Monitor(ANN, mode))
    assert world.seat(BOSS) is SeatState.DIALLING
    world.run(3.0)
    assert world.seat(BOSS) is SeatState.MONITORING
    return call


def hears(world: DeskWorld, leg: LegId) -> set[str]:
    return {other.rpartition("/")[2] for other in world.watch.desks.sound.of(leg)[0]}


def audited(world: DeskWorld) -> list[tuple[str, str, str]]:
    return [(effect.actor, effect.action, effect.subject) for effect in world.all(Audit)]


def notices(world: DeskWorld, agent: AgentId = ANN) -> list[str]:
    return [r.code for r in world.reports(agent) if isinstance(r, desk.Notice)]


# --- listening ---


def test_monitor_whisper_barge(world: DeskWorld) -> None:
    call = listening(world)
    customer, ann, boss = (leg_of(call, number) for number in (1, 2, 3))
    assert (hears(world, boss), hears(world, customer), hears(world, ann)) == ({"1", "2"}, {"2"}, {"1"})
    shown = world.switch.desk_state(ANN)[1]
    assert shown is not None
    assert [party.kind for party in shown.parties] == ["customer"], "who listens in silence is not shown"
    does(world, desk.Listen(call, ListenMode.WHISPER))
    assert (hears(world, customer), hears(world, ann)) == ({"2"}, {"1", "3"})
    does(world, desk.Listen(call, ListenMode.BARGE))
    assert (hears(world, customer), hears(world, ann), hears(world, boss)) == ({"2", "3"}, {"1", "3"}, {"1", "2"})
    shown, own = world.switch.desk_state(ANN)[1], world.switch.desk_state(BOSS)[1]
    assert shown is not None
    assert own is not None
    assert [party.kind for party in shown.parties] == ["customer", "listener"]
    assert (own.target, own.listening, own.kind) == (ANN, ListenMode.BARGE, CallKind.MONITOR)
    assert world.seat() is SeatState.TALKING
    does(world, desk.HangUp(call))
    assert (world.seat(BOSS), world.seat()) == (SeatState.LOCKED, SeatState.TALKING)
    assert audited(world) == [(BOSS, "monitor", ANN)]
    world.finish()


def test_the_call_ends_and_so_does_listening(world: DeskWorld) -> None:
    call = listening(world)
    does(world, desk.HangUp(call), ANN)
    assert (world.seat(BOSS), world.seat()) == (SeatState.LOCKED, SeatState.WRAP_UP)
    world.finish()


def test_who_is_listened_to_holds(world: DeskWorld) -> None:
    call = listening(world)
    does(world, desk.Hold(call), ANN)
    assert hears(world, leg_of(call, 3)) == {"2"}
    world.finish()


@pytest.mark.parametrize("phone", ["dead", "silent"])
def test_the_supervisors_phone_is_not_there(world: DeskWorld, phone: str) -> None:
    call = world.talking()
    world.reactions.desk = phone
    does(world, desk.Monitor(ANN))
    world.run(2.0)
    world.tell(ev.LegEnded(leg_of(call, 3), EndCause.FAR_LOST, 408))
    assert (world.seat(BOSS), world.reason(BOSS)) == (SeatState.LOCKED, LockReason.PHONE_LOST)
    assert world.seat() is SeatState.TALKING, "nobody notices"
    world.finish()


def test_the_supervisor_is_lost(world: DeskWorld) -> None:
    call = listening(world, ListenMode.BARGE)
    world.tell(ev.DeskDown(BOSS))
    assert hears(world, leg_of(call, 1)) == {"2"}
    world.finish()


def test_the_agent_is_gone_before_the_supervisors_phone_answers(world: DeskWorld) -> None:
    call = world.talking()
    world.reactions.desk = "silent"
    does(world, desk.Monitor(ANN))
    world.run(0.5)
    does(world, desk.HangUp(call), ANN)
    assert world.seat(BOSS) is SeatState.LOCKED
    world.finish()


def test_intercept(world: DeskWorld) -> None:
    call = listening(world, ListenMode.WHISPER)
    begun = len(world.commands(media.Hear))
    does(world, desk.Intercept(call))
    assert (world.seat(BOSS), world.seat()) == (SeatState.TALKING, SeatState.WRAP_UP)
    assert hears(world, leg_of(call, 1)) == {"3"}
    assert [h.legs for h in world.commands(media.Hear)[begun:] if h.leg == leg_of(call, 1)] == [(leg_of(call, 3),)], (
        "no gap"
    )
    assert notices(world) == ["intercepted"]
    assert world.talk(leg_of(call, 2))["transferred_to"] == f"seat:{BOSS}"
    assert world.talk(leg_of(call, 3))["kind"] == "monitor"
    does(world, desk.HangUp(call))
    assert world.seat(BOSS) is SeatState.WRAP_UP
    assert world.talk(leg_of(call, 3))["kind"] == "taken"
    assert world.refused(desk.Intercept(call), BOSS) == "no_such_call"
    world.finish()


def test_intercept_in_the_middle_of_a_consult(world: DeskWorld) -> None:
    """Whom the agent asks is called off; another who listens goes on listening."""
    call = listening(world)
    world.tell(ev.AgentSkilled(OTHER, "Other", Role.MANAGER, {}))
    does(world, desk.Monitor(ANN), OTHER)
    world.run(3.0)
    does(world, desk.Consult(call, ToPin()), ANN)
    does(world, desk.Intercept(call))
    assert (world.seat(BOSS), world.seat(OTHER)) == (SeatState.TALKING, SeatState.MONITORING)
    assert hears(world, leg_of(call, 1)) == {"3"}
    assert (
        world.refused(desk.Listen(call, ListenMode.BARGE), BOSS)
        == world.refused(desk.Intercept(call), BOSS)
        == "wrong_state"
    )
    world.finish()


def test_each_listens_to_their_own(world: DeskWorld) -> None:
    """In one call two seats are listened to; when one is taken over, the other is still listened to."""
    call = world.talking()
    world.online(BOB, open_=False)
    world.tell(ev.AgentSkilled(OTHER, "Other", Role.MANAGER, {}))
    does(world, desk.Consult(call, ToSeat(BOB)), ANN)
    world.run(4.0)
    does(world, desk.Monitor(ANN))
    does(world, desk.Monitor(BOB), OTHER)
    world.run(3.0)
    does(world, desk.Intercept(call))
    shown = world.switch.desk_state(OTHER)[1]
    assert shown is not None
    assert (shown.target, world.seat(BOSS), world.seat()) == (BOB, SeatState.CONSULTING, SeatState.WRAP_UP)
    does(world, desk.Return(call))
    assert (world.seat(BOSS), world.seat(OTHER)) == (SeatState.TALKING, SeatState.LOCKED), (
        "Bob is away, and so is who listened to him"
    )
    world.finish()


def test_there_is_no_customer_to_take_over(world: DeskWorld) -> None:
    world.tell(ev.AgentSkilled(OTHER, "Other", Role.MANAGER, {}))
    calls(world, ANN)
    world.run(5.0)
    does(world, desk.Monitor(ANN), OTHER)
    world.run(3.0)
    assert world.seat(OTHER) is SeatState.MONITORING
    assert world.refused(desk.Intercept(INTERNAL), OTHER) == "wrong_state"
    world.finish()


def test_who_may_listen(world: DeskWorld) -> None:
    assert world.refused(desk.Monitor(ANN), BOSS) == "not_in_call"
    assert world.refused(desk.Monitor(CAT), BOSS) == "not_here"
    call = world.talking()
    world.online(BOB, open_=False)
    for agent in (BOB, OTHER):
        assert world.refused(desk.Monitor(ANN), agent) == "not_allowed"
    assert world.refused(desk.Monitor(BOSS), BOSS) == "not_allowed"
    does(world, desk.Monitor(ANN))
    world.run(3.0)
    assert world.refused(desk.Monitor(ANN), BOSS) == "in_call"
    assert world.refused(desk.Hold(call), BOSS) == world.refused(desk.SendDigits(call, "1"), BOSS) == "wrong_state"
    assert (
        world.refused(desk.Join(call), BOSS)
        == world.refused(desk.DropParty(call, leg_of(call, 1)), BOSS)
        == "wrong_state"
    )
    world.finish()


# --- seat to seat ---


def calls(world: DeskWorld, other: AgentId, call: CallId = INTERNAL) -> None:
    does(world, desk.CallSeat(other), BOSS, call)


def test_an_internal_call(world: DeskWorld) -> None:
    calls(world, ANN)
    assert (world.seat(BOSS), world.seat()) == (SeatState.DIALLING, SeatState.RINGING)
    world.run(5.0)
    assert (world.seat(BOSS), world.seat()) == (SeatState.TALKING, SeatState.TALKING)
    assert not world.all(PlaceCall)
    assert not world.pops(), "no customer comes with it"
    does(world, desk.Hold(INTERNAL), ANN)
    assert world.watch.desks.sound.of(leg_of(INTERNAL, 2)) == ((), "music/hold")
    does(world, desk.Retrieve(INTERNAL), ANN)
    assert world.refused(desk.Consult(INTERNAL, ToSeat(OTHER)), ANN) == "wrong_state", "who was called can't hand on"
    assert world.refused(desk.Consult(INTERNAL, ToPin()), BOSS) == "wrong_state"
    does(world, desk.Consult(INTERNAL, ToSeat(OTHER)))
    world.run(3.0)
    does(world, desk.HangUp(INTERNAL))
    assert (world.seat(BOSS), world.seat(), world.seat(OTHER)) == (
        SeatState.LOCKED,
        SeatState.TALKING,
        SeatState.TALKING,
    )
    does(world, desk.HangUp(INTERNAL), ANN)
    assert (world.seat(), world.seat(OTHER)) == (SeatState.OPEN, SeatState.LOCKED), "no wrap-up"
    world.run(2.0)
    assert INTERNAL not in world.watch.rows["contacts"]
    world.finish()


@pytest.mark.parametrize("who", [ANN, BOSS])
def test_either_side_of_an_internal_call_is_lost(world: DeskWorld, who: AgentId) -> None:
    calls(world, ANN)
    world.run(5.0)
    world.tell(ev.DeskDown(who))
    world.run(6.0)
    assert INTERNAL not in world.switch.calls
    world.finish()


@pytest.mark.parametrize("how", ["silent", "refuse"])
def test_a_colleague_does_not_answer(world: DeskWorld, how: str) -> None:
    calls(world, ANN)
    world.run(1.5)
    world.reactions.desk = how
    world.run(45.0)
    assert (world.seat(BOSS), world.seat()) == (SeatState.LOCKED, SeatState.OPEN), "not locked for it"
    world.finish()


def test_a_colleague_refuses_by_the_button(world: DeskWorld) -> None:
    calls(world, ANN)
    does(world, desk.HangUp(INTERNAL), ANN)
    assert (world.seat(BOSS), world.seat()) == (SeatState.LOCKED, SeatState.OPEN)
    world.finish()


def test_a_busy_seat_is_heard_as_busy_then_listened_to(world: DeskWorld) -> None:
    call = world.talking()
    calls(world, ANN)
    world.run(3.0)
    shown = world.switch.desk_state(BOSS)[1]
    assert shown is not None
    assert (shown.busy, shown.state) == (ANN, SeatState.DIALLING)
    assert world.watch.desks.sound.of(leg_of(INTERNAL, 2)) == ((), "tone:busy")
    assert world.seat() is SeatState.TALKING
    does(world, desk.Monitor(ANN))
    world.run(3.0)
    assert (world.seat(BOSS), INTERNAL in world.switch.calls) == (SeatState.MONITORING, False)
    does(world, desk.HangUp(call))
    calls(world, ANN, CallId("20261122T093000-0801"))
    world.run(30.0)
    assert world.seat(BOSS) is SeatState.LOCKED, "busy tone does not go on for ever"
    world.finish()


def test_who_can_t_be_called(world: DeskWorld) -> None:
    for other, code in ((CAT, "not_here"), (BOSS, "wrong_state")):
        assert world.refused(desk.CallSeat(other), BOSS, INTERNAL) == code
    world.tell(ev.CardUp(ev.CardId("card-1"), 1))
    assert world.refused(desk.CallSeat(ANN), BOSS, INTERNAL) == "busy"
    world.finish()


# --- waiting callers and seats ---


def test_a_waiting_caller_is_taken_out_of_order(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    does(world, desk.LockSeat(LockReason.LUNCH), ANN)
    first, second = world.offer(), world.offer()
    world.run(1.0)
    assert world.refused(desk.TakeWaiting(second), ANN) == "not_allowed"
    assert world.refused(desk.TakeWaiting(second, CAT), BOSS) == "not_here"
    assert world.refused(desk.TakeWaiting(second, OTHER), BOSS) == "not_allowed"
    assert world.refused(desk.TakeWaiting(second, ANN), BOSS) == "seat_busy", "she is at lunch"
    assert world.refused(desk.TakeWaiting(CallId("gone")), BOSS) == "no_such_call"
    does(world, desk.TakeWaiting(second))
    shown = world.switch.desk_state(BOSS)[1]
    assert shown is not None
    assert (shown.call, shown.auto, shown.queue) == (second, True, "agents")
    world.run(0.5)
    world.desk_answers(shown.leg)
    assert world.seat(BOSS) is SeatState.TALKING
    assert world.state(first) == "queued"
    does(world, desk.HangUp(second))
    assert world.seat(BOSS) is SeatState.WRAP_UP
    world.finish()


def test_a_caller_who_rings_elsewhere_is_taken(world: DeskWorld) -> None:
    world.reactions.desk = "silent"
    call = world.offer()
    world.run(1.0)
    assert world.seat() is SeatState.RINGING
    does(world, desk.TakeWaiting(call))
    assert (world.seat(), world.reason(), world.seat(BOSS)) == (SeatState.OPEN, None, SeatState.DIALLING)
    world.finish()


def test_seats_are_steered(world: DeskWorld) -> None:
    does(world, desk.ForceSeat(ANN, "lock", LockReason.TRAINING))
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, LockReason.TRAINING)
    does(world, desk.ForceSeat(ANN, "open"))
    assert world.seat() is SeatState.OPEN
    assert world.refused(desk.ForceSeat(ANN, "lock", LockReason.NO_ANSWER), BOSS) == "unknown_choice"
    assert (
        world.refused(desk.ForceSeat(ANN, "open"), OTHER)
        == world.refused(desk.ForceSeat(BOSS, "open"), ANN)
        == "not_allowed"
    )
    assert world.refused(desk.ForceSeat(CAT, "open"), BOSS) == "not_here"
    assert notices(world) == ["locked", "opened"]
    does(world, desk.ForceSeat(ANN, "log_out"))
    assert ANN not in world.switch.desks.seats
    assert desk.LoggedOut("operator") in [e.report for e in world.all(TellDesk)]
    assert [action for _, action, _ in audited(world)] == ["force_lock", "force_open", "force_log_out"]
    world.finish()


def test_words_about_calls_that_are_gone(world: DeskWorld) -> None:
    gone = CallId("gone")
    world.switch.take(ev.Consulted(gone, leg_of(gone, 2), ToPin(), leg_of(gone, 3)))
    world.switch.take(
        ev.ListenerCame(gone, leg_of(gone, 3), BOSS, "192.0.2.20:5070", leg_of(gone, 2), ListenMode.MONITOR)
    )
    assert FAR
    world.finish()
