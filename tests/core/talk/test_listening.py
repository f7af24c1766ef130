"""Monitor, whisper, barge, intercept: who hears whom, who sees it, and the supervisor's state when the seat goes on to another call."""

import pytest

from shared import desk
from shared.desk import CameBack, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause, ListenMode, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, LegId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.desks import ShowPop
from switch_server.core.leg import HangUp, RefreshLeg
from switch_server.core.words import Audit, media
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import DAN, EVE, FUND, MUSIC, NUMBER, FloorWorld
from tests.core.world import ACCOUNT, PIN


@pytest.fixture
def world() -> FloorWorld:
    return FloorWorld()


def ended(world: FloorWorld, leg: LegId) -> list[EndCause]:
    return [hang.cause for hang in world.all(HangUp) if hang.leg == leg]


# --- the modes ---


def test_a_monitoring_supervisor_hears_both_and_is_heard_by_no_party(world: FloorWorld) -> None:
    call = world.talks_to()
    leg = world.listens()
    assert (world.hears(DAN), world.hears(ANN), world.hears(call)) == ({"caller", "ann"}, {"caller"}, {"ann"})
    assert world.parties() == [("13800138000", "talking")], "unseen"
    shown = world.shown(DAN)
    assert (shown.kind, shown.auto, shown.listening, shown.target) == (CallKind.MONITOR, True, ListenMode.MONITOR, ANN)
    assert world.parties(DAN) == [("13800138000", "talking"), ("ann", "talking")]
    assert [(a.actor, a.action, a.subject, a.detail) for a in world.all(Audit)] == [(DAN, "monitor", ANN, call)]
    assert DAN not in [pop.agent for pop in world.all(ShowPop)]
    assert world.put_down(DAN) == desk.Done()
    assert (world.seat(DAN), world.seat(ANN), ended(world, leg)) == (
        SeatState.LOCKED,
        SeatState.TALKING,
        [EndCause.AGENT_HUNG_UP],
    )
    assert world.last_talk(DAN)["outcome"] == "answered"
    assert not world.notices(ANN)
    world.finish()


def test_a_whisper_is_heard_by_the_agent_only(world: FloorWorld) -> None:
    call = world.talks_to()
    leg = world.listens(mode=ListenMode.WHISPER)
    assert (world.hears(ANN), world.hears(call), world.hears(DAN)) == ({"caller", "dan"}, {"ann"}, {"caller", "ann"})
    assert world.parties() == [("13800138000", "talking"), ("dan", "listening")]
    assert all(leg not in hear.legs for hear in world.commands(media.Hear) if hear.leg == leg_of(call, 1))
    world.finish()


def test_a_supervisor_that_barges_in_is_heard_by_all(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.listens(mode=ListenMode.BARGE)
    assert (world.hears(ANN), world.hears(BOB)) == ({"caller", "bob", "dan"}, {"caller", "ann", "dan"})
    assert (world.hears(call), world.hears(DAN)) == ({"ann", "bob", "dan"}, {"caller", "ann", "bob"})
    assert ("dan", "listening") in world.parties(BOB)
    world.finish()


def test_from_one_mode_to_another(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens()
    for mode, ann, customer in (
        (ListenMode.WHISPER, {"caller", "dan"}, {"ann"}),
        (ListenMode.BARGE, {"caller", "dan"}, {"ann", "dan"}),
        (ListenMode.WHISPER, {"caller", "dan"}, {"ann"}),
        (ListenMode.MONITOR, {"caller"}, {"ann"}),
    ):
        assert world.command(desk.Listen(call, mode), DAN) == desk.Done()
        assert (world.hears(ANN), world.hears(call), world.shown(DAN).listening) == (ann, customer, mode)
    assert world.refused(desk.Listen(call, ListenMode.BARGE), ANN) == "wrong_state"
    world.finish()


def test_two_supervisors_hear_each_other_as_far_as_they_are_heard(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens(DAN, mode=ListenMode.BARGE)
    world.listens(EVE)
    assert (world.hears(EVE), world.hears(DAN), world.hears(call)) == (
        {"caller", "ann", "dan"},
        {"caller", "ann"},
        {"ann", "dan"},
    )
    world.command(desk.Listen(call, ListenMode.WHISPER), EVE)
    assert (world.hears(ANN), world.hears(DAN)) == ({"caller", "dan", "eve"}, {"caller", "ann"})
    world.finish()


# --- rights, and when ---


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (DAN, ""),
        (EVE, ""),
        (BOB, "not_allowed"),
        (AgentId("other group"), "not_allowed"),
        (AgentId("no group"), "not_allowed"),
    ],
)
def test_who_may(world: FloorWorld, who: AgentId, code: str) -> None:
    world.talks_to()
    if who in (DAN, EVE, BOB):
        world.join(who)
    else:
        world.online(who, open_=False, role=Role.SUPERVISOR, group="blue" if who == "other group" else "")
    expected = desk.Refused(desk.DeskRefusal(code)) if code else desk.Done()
    assert world.command(desk.Monitor(ANN), who) == expected
    assert bool(world.all(Audit)) is not bool(code)
    world.finish()


def test_whom_one_can_listen_to(world: FloorWorld) -> None:
    world.join(DAN, ANN, EVE)
    assert world.refused(desk.Monitor(AgentId("nobody")), DAN) == "not_here"
    assert world.refused(desk.Monitor(EVE), EVE) == "not_allowed"  # the seat itself
    assert world.refused(desk.Monitor(ANN), DAN) == "not_in_call"
    world.reactions.desk = "silent"
    world.command(desk.OpenSeat())
    call = world.offer()
    world.run(2.0)
    assert world.seat() is SeatState.RINGING
    assert world.refused(desk.Monitor(ANN), DAN) == "not_in_call"
    world.desk_answers(leg_of(call, 2))
    world.tell(ev.Draining())
    assert world.refused(desk.Monitor(ANN), DAN) == "not_in_call"
    world.finish()


def test_from_which_states(world: FloorWorld) -> None:
    world.talks_to()
    world.join(DAN, open_=True)
    own = world.offer()
    world.run(4.0)
    assert world.seat(DAN) is SeatState.TALKING
    assert world.refused(desk.Monitor(ANN), DAN) == "in_call"
    world.hang_up(own)
    assert world.seat(DAN) is SeatState.WRAP_UP
    assert world.command(desk.Monitor(ANN), DAN) == desk.Done()
    assert world.refused(desk.Monitor(ANN), DAN) == "in_call"
    world.run(3.0)
    assert world.refused(desk.Monitor(ANN), DAN) == "in_call"
    world.finish()


def test_not_without_a_link(world: FloorWorld) -> None:
    world.talks_to()
    world.join(DAN)
    world.tell(ev.DeskDown(DAN))
    assert world.refused(desk.Monitor(ANN), DAN) == "wrong_state"
    world.finish()


def test_while_the_seat_is_heard_as_busy(world: FloorWorld) -> None:
    """内部呼叫, 忙音, 同步监听: the call with busy tone ends, and the phone rings for the monitoring."""
    call = world.talks_to()
    world.join(DAN)
    own = CallId("20261122T093000-0700")
    assert world.command(desk.CallSeat(ANN), DAN, own) == desk.Done()
    world.run(3.0)
    assert (world.hears(DAN), world.shown(DAN).busy) == ({"tone:busy"}, ANN)
    world.join(BOB)
    assert world.refused(desk.Monitor(BOB), DAN) == "in_call"  # Bob is not in the call that has busy tone
    assert world.command(desk.Monitor(ANN), DAN) == desk.Done()
    world.run(3.0)
    assert (world.seat(DAN), world.hears(DAN)) == (SeatState.MONITORING, {"caller", "ann"})
    assert own not in world.switch.calls
    assert (world.talk_rows(DAN)[0]["outcome"], world.row("calls", own)["cause"]) == ("refused", EndCause.AGENT_HUNG_UP)
    assert call in world.switch.calls
    world.finish()


# --- the phone of the supervisor ---


@pytest.mark.parametrize("how", ["dead", "gives up", "offline", "no channel"])
def test_the_supervisors_phone_does_not_come(world: FloorWorld, how: str) -> None:
    call = world.talks_to()
    world.join(DAN)
    world.reactions.desk = "dead" if how == "dead" else "silent"
    world.reactions.channel = "full" if how == "no channel" else ""
    world.command(desk.Monitor(ANN), DAN)
    world.run(0.3)
    if how == "gives up":
        assert world.put_down(DAN) == desk.Done()
    elif how == "offline":
        world.tell(ev.AgentOffline(DAN))
    world.run(2.0)
    assert (world.hears(call), world.seat()) == ({"ann"}, SeatState.TALKING)
    if how != "offline":
        assert world.seat(DAN) is SeatState.LOCKED
        assert world.reason(DAN) is (LockReason.PHONE_LOST if how == "dead" else LockReason.LOGGED_IN)
    world.finish()


def test_the_seats_call_ends_before_the_supervisors_phone_is_up(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.join(DAN)
    world.reactions.desk = "silent"
    world.command(desk.Monitor(ANN), DAN)
    world.run(1.0)
    world.put_down()
    assert (world.seat(DAN), world.hears(call)) == (SeatState.LOCKED, {"bob"})
    world.finish()


@pytest.mark.parametrize("how", ["app", "phone", "log-out"])
def test_the_supervisor_is_lost(world: FloorWorld, how: str) -> None:
    call = world.talks_to()
    world.listens(mode=ListenMode.WHISPER)
    if how == "app":
        world.tell(ev.DeskDown(DAN))
        assert RefreshLeg(world.leg(ANN)) not in world.effects
    elif how == "phone":
        world.desk_ended(world.leg(DAN), EndCause.FAR_LOST, 408)
        assert world.reason(DAN) is LockReason.PHONE_LOST
    else:
        world.tell(ev.AgentOffline(DAN))
    assert (world.hears(ANN), world.hears(call), world.seat()) == ({"caller"}, {"ann"}, SeatState.TALKING)
    world.finish()


# --- the seat moves on ---


@pytest.mark.parametrize("how", ["agent", "customer", "lost"])
def test_the_seats_call_ends(world: FloorWorld, how: str) -> None:
    call = world.talks_to()
    leg = world.listens()
    if how == "agent":
        world.put_down()
    elif how == "customer":
        world.hang_up(call)
    else:
        world.tell(ev.AgentOffline(ANN))
    assert world.seat(DAN) is SeatState.LOCKED
    assert ended(world, leg)
    world.finish()


def test_the_seat_consults_and_the_supervisor_hears_what_it_hears(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens()
    world.join(BOB)
    world.asked(ToSeat(BOB), wait=1.0)
    assert (world.hears(DAN), world.hears(call)) == ({"ann"}, {MUSIC})
    assert world.parties(DAN) == [("13800138000", "waiting"), ("ann", "talking"), ("bob", "ringing")]
    world.run(3.0)
    assert world.hears(DAN) == {"ann", "bob"}
    world.press_button(desk.Swap)
    assert world.hears(DAN) == {"ann", "caller"}
    world.press_button(desk.Join)
    assert world.hears(DAN) == {"ann", "bob", "caller"}
    world.put_down()
    assert (world.seat(DAN), world.hears(call)) == (SeatState.LOCKED, {"bob"})
    world.finish()


def test_on_hold_a_whisper_still_reaches_the_agent(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens(mode=ListenMode.WHISPER)
    world.press_button(desk.Hold)
    assert (world.hears(ANN), world.hears(call), world.hears(DAN)) == ({"dan"}, {MUSIC}, {"ann"})
    world.press_button(desk.Retrieve)
    world.command(desk.Listen(call, ListenMode.BARGE), DAN)
    world.press_button(desk.Hold)
    assert (world.hears(ANN), world.hears(call)) == ({"dan"}, {MUSIC})
    world.finish()


def test_no_party_hears_the_keys_of_the_pin(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens(mode=ListenMode.BARGE)
    world.asked(ToPin())
    assert world.hears(DAN) == {"ann"}
    world.press(call, f"{ACCOUNT}#")
    world.run(2.0)
    world.press(call, f"{PIN}#")
    world.run(4.0)
    assert world.hears(DAN) == {"ann", "caller"}
    world.finish()


def test_early_media_is_heard_too(world: FloorWorld) -> None:
    world.reactions.far = "early"
    world.talks_to()
    world.listens(mode=ListenMode.BARGE)
    far = world.asked(ToNumber(NUMBER), wait=1.0)
    assert (world.hears(DAN), world.hears(far), world.hears(ANN)) == ({"ann", far}, {"ann", "dan"}, {far, "dan"})
    world.finish()


# --- intercept ---


def test_intercept(world: FloorWorld) -> None:
    call = world.talks_to()
    customer = leg_of(call, 1)
    world.listens()
    before = len(world.effects)
    assert world.press_button(desk.Intercept, DAN) == desk.Done()
    assert (world.hears(call), world.hears(DAN)) == ({"dan"}, {"caller"})
    assert (world.seat(ANN), world.seat(DAN)) == (SeatState.WRAP_UP, SeatState.TALKING)
    assert world.shown(DAN).kind is CallKind.TAKEN
    assert world.notices(ANN) == [("intercepted", "dan")]
    assert [pop.agent for pop in world.all(ShowPop)] == [ANN, DAN]
    told = [
        e.command for e in world.effects[before:] if hasattr(e, "command") and getattr(e.command, "leg", "") == customer
    ]
    assert told == [media.Hear(customer, (world.leg(DAN),))], "no gap, no music"
    row = world.last_talk(ANN)
    assert (row["outcome"], row["transferred_to"]) == ("answered", "seat:dan")
    world.put_down(DAN)
    assert world.seat(DAN) is SeatState.WRAP_UP
    world.run(1.0)
    assert (world.row("contacts", call)["agent"], world.kinds(DAN)) == (DAN, [CallKind.TAKEN])
    assert len(world.commands(media.StartRecording)) == 1
    world.finish()


def test_an_intercepted_customer_may_be_on_hold(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens()
    world.press_button(desk.Hold)
    world.press_button(desk.Intercept, DAN)
    assert (world.hears(call), world.seat(DAN)) == ({MUSIC}, SeatState.HOLDING)
    assert world.press_button(desk.Retrieve, DAN) == desk.Done()
    assert world.hears(call) == {"dan"}
    world.finish()


@pytest.mark.parametrize("target", [ToSeat(BOB), ToNumber(NUMBER), ToQueue(FUND), ToPin()])
def test_a_consult_of_the_intercepted_seat_is_ended(world: FloorWorld, target: desk.AnyTarget) -> None:
    call = world.talks_to()
    world.listens()
    world.join(BOB)
    world.asked(target, wait=1.0)
    assert world.press_button(desk.Intercept, DAN) == desk.Done()
    assert (world.hears(call), world.hears(DAN), world.seat(BOB)) == ({"dan"}, {"caller"}, SeatState.LOCKED)
    assert not world.switch.acd.waiting
    world.finish()


def test_in_a_consult_the_supervisor_has_both_sides(world: FloorWorld) -> None:
    call = world.consulted()
    world.listens()
    world.press_button(desk.Intercept, DAN)
    assert (world.hears(call), world.hears(DAN), world.hears(BOB)) == ({MUSIC}, {"bob"}, {"dan"})
    assert world.press_button(desk.Return, DAN) == desk.Done()
    assert (world.hears(call), world.seat(BOB)) == ({"dan"}, SeatState.LOCKED)
    world.finish()


def test_a_consulted_seat_is_intercepted_and_the_consult_goes_on_with_the_supervisor(world: FloorWorld) -> None:
    call = world.consulted()
    world.listens(DAN, BOB)
    world.press_button(desk.Intercept, DAN)
    assert (world.hears(ANN), world.hears(DAN), world.hears(call)) == ({"dan"}, {"ann"}, {MUSIC})
    assert world.shown().came_back is None
    world.press_button(desk.Return)
    assert (world.hears(call), world.seat(DAN), world.shown().came_back) == (
        {"ann"},
        SeatState.LOCKED,
        CameBack.CANCELLED,
    )
    world.finish()


def test_intercepted_in_a_conference_the_others_stay(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.listens()
    world.press_button(desk.Intercept, DAN)
    assert (world.hears(call), world.seat(DAN)) == ({"bob", "dan"}, SeatState.CONFERENCE)
    world.finish()


def test_another_supervisor_listens_on(world: FloorWorld) -> None:
    call = world.talks_to()
    world.listens(DAN)
    world.listens(EVE, mode=ListenMode.WHISPER)
    world.press_button(desk.Intercept, DAN)
    assert (world.hears(EVE), world.hears(DAN), world.shown(EVE).target) == ({"caller", "dan"}, {"caller", "eve"}, DAN)
    world.put_down(DAN)
    assert world.seat(EVE) is SeatState.LOCKED
    assert world.hears(call) == set()
    world.finish()


def test_who_listens_to_another_seat_of_the_call_stays_with_that(world: FloorWorld) -> None:
    call = world.conference(BOB)
    world.listens(DAN, ANN)
    world.listens(EVE, BOB, ListenMode.WHISPER)
    world.press_button(desk.Intercept, DAN)
    assert (world.shown(EVE).target, world.hears(BOB)) == (BOB, {"caller", "dan", "eve"})
    assert world.hears(call) == {"bob", "dan"}
    world.finish()


def test_a_dialled_call_without_an_answer_is_not_intercepted(world: FloorWorld) -> None:
    """Ann has dialled, but there is no customer yet; the command is refused without effect."""
    world.join(ANN, DAN)
    dialled = CallId("20261122T093000-0700")
    world.reactions.far = "silent"
    world.command(desk.Dial(NUMBER), ANN, dialled)
    world.run(4.0)
    world.listens()
    assert world.hears(DAN) == {"ann"}
    assert world.wrong(desk.Intercept, DAN)
    assert world.seat() is SeatState.DIALLING
    world.finish()


def test_intercepting_a_seat_without_another_party(world: FloorWorld) -> None:
    """Bob was asked by Ann, asks Cat, and Ann is lost, while the customer goes on with another party."""
    call = world.talks_to()
    outside = world.asked(ToNumber(NUMBER))
    world.press_button(desk.Join)
    world.join(BOB, CAT)
    world.asked(ToSeat(BOB))
    world.listens(DAN, BOB)
    world.reactions.desk = "silent"
    world.asked(ToSeat(CAT), BOB, wait=1.0)
    world.tell(ev.AgentOffline(ANN))
    assert world.hears(call) == {outside}
    assert world.wrong(desk.Intercept, DAN)
    assert [world.seat(agent) for agent in (BOB, CAT, DAN)] == [SeatState.LOCKED] * 3
    assert world.hears(call) == {outside}
    world.finish()
