"""内部呼叫: calls from seat to seat.

The called seat is the call's first leg; there is no customer, and in the talk both seats have the same rights.
"""

import pytest

from shared import desk
from shared.desk import CameBack, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause, HangingUp, LockReason, SeatState
from shared.ids import AgentId, CallId, LegId, leg_of, recording_of
from switch_server.core import catalogue as ev
from switch_server.core.desks import ShowPop
from switch_server.core.leg import HangUp, PlaceCall, RingDesk
from switch_server.core.switch import Switch
from switch_server.core.words import media
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import BUSY, DAN, FUND, MUSIC, NUMBER, RINGBACK, FloorWorld
from tests.core.world import CARD

CALL = CallId("20261122T093000-0700")
CALLEE, CALLER = leg_of(CALL, 1), leg_of(CALL, 2)


@pytest.fixture
def world() -> FloorWorld:
    world = FloorWorld()
    world.join(ANN, BOB)
    return world


def call_bob(world: FloorWorld) -> object:
    return world.command(desk.CallSeat(BOB), ANN, CALL)


def in_talk(world: FloorWorld) -> None:
    call_bob(world)
    world.run(6.0)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.TALKING, SeatState.TALKING)


def test_a_colleague_is_called(world: FloorWorld) -> None:
    assert call_bob(world) == desk.Done()
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.DIALLING, SeatState.RINGING)
    assert [(world.shown(agent).kind, world.shown(agent).auto) for agent in (ANN, BOB)] == [
        (CallKind.INTERNAL, True), (CallKind.INTERNAL, False),
    ]  # fmt: skip
    world.run(2.5)
    assert [ring.leg for ring in world.all(RingDesk)] == [CALLER, CALLEE], "the phone of who calls comes first"
    assert world.hears(ANN) == {RINGBACK}
    assert world.parties() == [("bob", "ringing")]
    world.run(3.0)
    assert (world.hears(ANN), world.hears(BOB)) == ({"bob"}, {"ann"})
    assert (world.parties(ANN), world.parties(BOB)) == ([("bob", "talking")], [("ann", "talking")])
    assert not world.all(ShowPop)
    assert not world.all(PlaceCall)
    world.put_down()
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.LOCKED, SeatState.LOCKED), "nothing to wrap up"
    world.run(1.0)
    assert CALL not in world.switch.calls
    rows = [(world.talk(leg)["agent"], world.talk(leg)["kind"], world.talk(leg)["outcome"]) for leg in (CALLER, CALLEE)]
    assert rows == [(ANN, "internal", "answered"), (BOB, "internal", "answered")]
    assert CALL not in world.watch.rows["contacts"]
    assert [world.switch.desks.seats[agent].calls_today for agent in (ANN, BOB)] == [0, 0]
    world.finish()


def test_the_called_one_hangs_up(world: FloorWorld) -> None:
    in_talk(world)
    world.put_down(BOB)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.LOCKED, SeatState.LOCKED)
    world.finish()


def test_hold_and_keys_between_seats(world: FloorWorld) -> None:
    in_talk(world)
    assert world.command(desk.SendDigits(CALL, "1")) == desk.Done()
    assert not world.commands(media.SendDigits), "no telephone line listens"
    world.press_button(desk.Hold)
    assert (world.hears(BOB), world.hears(ANN)) == ({MUSIC}, set())
    world.press_button(desk.Retrieve)
    world.press_button(desk.Hold, BOB)
    assert (world.hears(ANN), world.seat(BOB)) == ({MUSIC}, SeatState.HOLDING)
    world.finish()


@pytest.mark.parametrize("how", ["open", "locked"])
def test_who_can_be_rung(world: FloorWorld, how: str) -> None:
    if how == "open":
        world.command(desk.OpenSeat(), BOB)
    in_talk(world)
    world.put_down()
    assert world.seat(BOB) is (SeatState.OPEN if how == "open" else SeatState.LOCKED)
    world.finish()


def test_a_busy_seat_is_heard_as_busy(world: FloorWorld) -> None:
    call = world.talks_to(CAT)
    assert world.command(desk.CallSeat(CAT), ANN, CALL) == desk.Done()
    assert world.seat(ANN) is SeatState.DIALLING
    world.run(3.0)
    assert (world.hears(ANN), world.shown().busy) == ({BUSY}, CAT)
    assert world.parties() == [("cat", "asked")]
    assert world.hears(call) == {"cat"}, "the other call goes on"
    assert world.shown(CAT).call == call
    world.run(20.0)
    assert world.seat(ANN) is SeatState.LOCKED
    world.run(1.0)
    assert CALL not in world.switch.calls
    assert world.row("calls", CALL)["cause"] is EndCause.FAR_BUSY
    world.finish()


@pytest.mark.parametrize("how", ["puts down", "returns"])
def test_from_busy_back(world: FloorWorld, how: str) -> None:
    world.talks_to(CAT)
    world.command(desk.CallSeat(CAT), ANN, CALL)
    world.run(3.0)
    assert (world.put_down() if how == "puts down" else world.press_button(desk.Return)) == desk.Done()
    assert world.seat(ANN) is SeatState.LOCKED
    world.run(1.0)
    assert CALL not in world.switch.calls
    world.finish()


def test_a_seat_in_wrap_up_is_busy_too(world: FloorWorld) -> None:
    call = world.talks_to(CAT)
    world.hang_up(call)
    world.command(desk.CallSeat(CAT), ANN, CALL)
    world.run(3.0)
    assert world.hears(ANN) == {BUSY}
    world.finish()


def test_whom_one_can_not_call(world: FloorWorld) -> None:
    assert world.refused(desk.CallSeat(AgentId("nobody")), ANN, CALL) == "not_here"
    assert world.refused(desk.CallSeat(ANN), ANN, CALL) == "wrong_state"
    world.tell(ev.DeskDown(BOB))
    assert world.refused(desk.CallSeat(BOB), ANN, CALL) == "not_here"
    assert CALL not in world.switch.calls
    world.finish()


def test_when_one_can_not_call(world: FloorWorld) -> None:
    call = world.talks_to(CAT)
    assert world.refused(desk.CallSeat(BOB), CAT, CALL) == "in_call"
    assert world.refused(desk.CallSeat(BOB), ANN, call) == "busy"  # the call id is in use
    assert world.refused(desk.CallSeat(BOB), ANN) == "busy"
    world.tell(ev.CardDied(CARD, "killed"))
    assert world.refused(desk.CallSeat(BOB), ANN, CALL) == "busy"  # no card
    world.tell(ev.DeskDown(ANN))
    assert world.refused(desk.CallSeat(BOB), ANN, CALL) == "wrong_state"
    world.finish()


def test_the_called_seat_refuses_an_internal_call(world: FloorWorld) -> None:
    world.reactions.desk = "silent"
    call_bob(world)
    world.run(1.0)
    world.desk_answers(CALLER)
    world.run(1.0)
    assert world.put_down(BOB) == desk.Done()
    assert (world.seat(ANN), world.seat(BOB), world.reason(BOB)) == (
        SeatState.LOCKED,
        SeatState.LOCKED,
        LockReason.LOGGED_IN,
    )
    world.run(1.0)
    assert CALL not in world.switch.calls
    world.finish()


def test_an_internal_call_is_not_answered(world: FloorWorld) -> None:
    world.reactions.desk = "silent"
    world.command(desk.OpenSeat(), BOB)
    call_bob(world)
    world.run(1.0)
    world.desk_answers(CALLER)
    world.run(60.0)
    assert (world.seat(ANN), world.seat(BOB)) == (SeatState.LOCKED, SeatState.OPEN), "a colleague's call is no queue's"
    assert world.notices(ANN) == [("dial_no_answer", BOB)]
    assert world.row("calls", CALL)["cause"] is EndCause.NO_ANSWER
    world.finish()


@pytest.mark.parametrize("how", ["puts down", "returns", "phone dead", "phone silent", "offline"])
def test_the_calling_seat_gives_up_or_is_lost(world: FloorWorld, how: str) -> None:
    world.reactions.desk = "dead" if how == "phone dead" else "silent"
    call_bob(world)
    world.run(1.0)
    if how in ("puts down", "returns"):
        world.desk_answers(CALLER)
        world.run(1.0)
        assert world.seat(BOB) is SeatState.RINGING
        assert (world.put_down() if how == "puts down" else world.press_button(desk.Return)) == desk.Done()
    elif how == "offline":
        world.tell(ev.AgentOffline(ANN))
    world.run(16.0)
    assert CALL not in world.switch.calls
    assert world.seat(BOB) is SeatState.LOCKED
    if how != "offline":
        assert world.reason(ANN) is (LockReason.PHONE_LOST if how.startswith("phone") else LockReason.LOGGED_IN)
    world.finish()


def test_the_caller_may_hang_up_before_its_own_phone_answers(world: FloorWorld) -> None:
    world.reactions.desk = "silent"
    call_bob(world)
    assert world.put_down() == desk.Done()
    world.run(1.0)
    assert CALL not in world.switch.calls
    world.finish()


@pytest.mark.parametrize("how", ["offline", "phone", "bye"])
@pytest.mark.parametrize("when", ["rings", "talks"])
def test_the_called_one_is_lost(world: FloorWorld, how: str, when: str) -> None:
    call_bob(world)
    world.run(2.5 if when == "rings" else 6.0)
    if how == "offline":
        world.tell(ev.AgentOffline(BOB))
    else:
        world.desk_ended(
            CALLEE, EndCause.FAR_LOST if how == "phone" else EndCause.FAR_HUNG_UP, 408 if how == "phone" else 0
        )
    assert world.seat(ANN) is SeatState.LOCKED
    world.run(1.0)
    assert CALL not in world.switch.calls
    world.finish()


def test_the_calling_seat_is_lost_in_the_talk(world: FloorWorld) -> None:
    in_talk(world)
    world.tell(ev.AgentOffline(ANN))
    assert world.seat(BOB) is SeatState.LOCKED
    world.run(1.0)
    assert world.row("calls", CALL)["cause"] is EndCause.DESK_LOST
    world.finish()


BOTH = pytest.mark.parametrize(("one", "other"), [(ANN, BOB), (BOB, ANN)], ids=["who called", "who was called"])


def is_over(world: FloorWorld, *agents: AgentId) -> bool:
    """Checks that the call has ended: no seat shows it, and the switch has dropped it."""
    world.run(1.0)
    return CALL not in world.switch.calls and all(world.seat(agent) is SeatState.LOCKED for agent in agents)


@BOTH
def test_either_may_ask_a_third(world: FloorWorld, one: AgentId, other: AgentId) -> None:
    in_talk(world)
    world.join(CAT)
    for target in (ToQueue(FUND), ToMenu("main"), ToPin()):
        assert world.refused(desk.Consult(CALL, target), one) == "wrong_state"  # there is no customer
    world.asked(ToSeat(CAT), one)
    assert (world.hears(other), world.hears(one), world.hears(CAT)) == ({MUSIC}, {"cat"}, {one})
    assert world.parties(one) == [(other, "waiting"), ("cat", "talking")]
    world.press_button(desk.Swap, one)
    assert (world.hears(other), world.hears(one), world.hears(CAT)) == ({one}, {other}, {MUSIC})
    world.press_button(desk.Join, one)
    assert [world.seat(agent) for agent in (one, other, CAT)] == [SeatState.CONFERENCE] * 3
    assert world.hears(CAT) == {one, other}
    assert world.shown(one).hanging_up is HangingUp.LEAVE
    world.put_down(one)
    assert (world.hears(CAT), world.hears(other), world.seat(one)) == ({other}, {"cat"}, SeatState.LOCKED)
    world.run(1.0)
    assert world.hears(CAT) == {other}, "a leg that has ended is nothing to those who go on"
    world.put_down(CAT)
    assert is_over(world, one, other, CAT)
    world.finish()


@BOTH
@pytest.mark.parametrize("when", ["rings", "talks", "swapped"])
def test_either_hands_the_other_over(world: FloorWorld, one: AgentId, other: AgentId, when: str) -> None:
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT), one, wait=1.0 if when == "rings" else 4.0)
    if when == "swapped":
        world.press_button(desk.Swap, one)
    world.put_down(one)
    assert world.seat(one) is SeatState.LOCKED
    if when == "rings":
        assert world.hears(other) == {RINGBACK}
        world.run(4.0)
    assert (world.hears(other), world.hears(CAT)) == ({"cat"}, {other})
    assert world.talk(CALLER if one is ANN else CALLEE)["transferred_to"] == "seat:cat"
    world.asked(ToNumber(NUMBER), CAT)
    world.press_button(desk.Return, CAT)
    assert world.hears(CAT) == {other}
    world.put_down(other)
    assert is_over(world, one, other, CAT)
    world.finish()


@BOTH
def test_a_party_handed_to_a_seat_that_does_not_answer_is_hung_up(
    world: FloorWorld, one: AgentId, other: AgentId
) -> None:
    in_talk(world)
    world.join(CAT)
    world.reactions.desk = "silent"
    world.asked(ToSeat(CAT), one, wait=1.0)
    world.put_down(one)
    world.run(31.0)
    assert is_over(world, one, other, CAT)
    assert world.row("calls", CALL)["cause"] is EndCause.DESK_LOST
    world.finish()


@BOTH
def test_who_waits_goes_before_the_third_answers(world: FloorWorld, one: AgentId, other: AgentId) -> None:
    """The consulting seat and the consulted one then talk to each other."""
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT), one, wait=1.0)
    world.put_down(other)
    assert world.seat(one) is SeatState.CONSULTING
    world.run(4.0)
    assert (world.seat(one), world.seat(CAT), world.hears(one)) == (SeatState.TALKING, SeatState.TALKING, {"cat"})
    world.put_down(one)
    assert is_over(world, one, other, CAT)
    world.finish()


@BOTH
@pytest.mark.parametrize("how", ["puts down", "returns", "no answer"])
def test_both_go_before_the_third_answers(world: FloorWorld, one: AgentId, other: AgentId, how: str) -> None:
    in_talk(world)
    world.join(CAT)
    world.reactions.desk = "silent"
    world.asked(ToSeat(CAT), one, wait=1.0)
    world.put_down(other)
    if how == "puts down":
        world.put_down(one)
    elif how == "returns":
        world.press_button(desk.Return, one)
    else:
        world.run(31.0)
    assert is_over(world, one, other, CAT)
    world.finish()


@BOTH
@pytest.mark.parametrize("how", ["offline", "phone", "channel"])
def test_one_of_three_seats_is_lost(world: FloorWorld, one: AgentId, other: AgentId, how: str) -> None:
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT), one)
    world.press_button(desk.Join, one)
    leg = world.leg(one)
    if how == "offline":
        world.tell(ev.AgentOffline(one))
    elif how == "phone":
        world.desk_ended(leg, EndCause.FAR_LOST, 408)
    else:
        world.tell(ev.ChannelClosed(leg, media.MediaStats()))
    world.run(1.0)
    assert (world.hears(other), world.hears(CAT)) == ({"cat"}, {other})
    world.put_down(CAT)
    assert is_over(world, other, CAT)
    world.finish()


def test_the_called_one_has_a_desk_phone() -> None:
    """The phone's hold key and handset act as the app's buttons, also in a call of three."""
    world = FloorWorld()
    world.join(ANN, CAT)
    world.online(BOB, open_=False, contact="phone:front-1")
    call_bob(world)
    world.run(6.0)
    world.asked(ToSeat(CAT), BOB)
    world.desk_ended(CALLEE)
    assert (world.hears(ANN), world.hears(CAT), world.seat(BOB)) == ({"cat"}, {"ann"}, SeatState.LOCKED)
    assert world.reason(BOB) is LockReason.LOGGED_IN
    world.put_down(ANN)
    assert is_over(world, ANN, BOB, CAT)
    world.finish()


def test_a_third_is_an_outside_number_that_is_busy(world: FloorWorld) -> None:
    in_talk(world)
    world.reactions.far = "busy"
    world.asked(ToNumber(NUMBER))
    assert (world.shown().came_back, world.hears(BOB)) == (CameBack.BUSY, {"ann"})
    world.finish()


def test_the_called_one_is_not_a_customer_to_intercept(world: FloorWorld) -> None:
    in_talk(world)
    world.listens(DAN, BOB)
    assert world.hears(DAN) == {"ann", "bob"}
    assert world.wrong(desk.Intercept, DAN)
    assert world.seat(BOB) is SeatState.TALKING
    world.finish()


def test_a_party_of_a_conference_of_seats(world: FloorWorld) -> None:
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT))
    world.press_button(desk.Join)
    assert world.refused(desk.DropParty(CALL, CALLER)) == "not_allowed"  # the seat itself
    assert world.command(desk.DropParty(CALL, CALLEE)) == desk.Done()
    assert [hang.leg for hang in world.all(HangUp)] == [CALLEE]
    assert world.hears(ANN) == {"cat"}
    world.finish()


def test_the_called_one_sends_a_third_away(world: FloorWorld) -> None:
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB)
    world.press_button(desk.Join, BOB)
    assert world.command(desk.DropParty(CALL, world.leg(CAT)), BOB) == desk.Done()
    assert [hang.leg for hang in world.all(HangUp)] == [leg_of(CALL, 3)]
    assert world.hears(BOB) == {"ann"}
    world.finish()


def moves(world: FloorWorld) -> list[tuple[LegId, LegId]]:
    return [(move.leg, move.to) for move in world.commands(media.MoveRecording)]


def test_the_recording_goes_on_after_the_called_seat_hands_over(world: FloorWorld) -> None:
    in_talk(world)
    world.asked(ToNumber(NUMBER), BOB)
    world.put_down(BOB)
    outside = leg_of(CALL, 3)
    assert world.hears(ANN) == {outside}
    assert moves(world) == [(CALLEE, outside)], "rather an outside party than a seat"
    assert len(world.commands(media.StartRecording)) == 1
    world.run(60.0)
    assert "ended_at" not in world.row("recordings", recording_of(CALL, 1))
    world.put_down(ANN)
    world.run(1.0)
    assert world.row("recordings", recording_of(CALL, 1))["ended_at"] == pytest.approx(
        world.row("calls", CALL)["ended_at"], abs=0.2
    )
    assert world.row("recordings", recording_of(CALL, 1))["cause"] == "closed"
    world.finish()


def test_the_recording_goes_from_hand_to_hand(world: FloorWorld) -> None:
    in_talk(world)
    world.join(CAT)
    for one, gone in ((ANN, BOB), (CAT, ANN)):
        world.asked(ToSeat(CAT if one is ANN else BOB), one)
        world.press_button(desk.Join, one)
        world.put_down(gone)
    assert moves(world) == [(CALLEE, CALLER), (CALLER, leg_of(CALL, 3))]
    world.put_down(CAT)
    assert is_over(world, ANN, BOB, CAT)
    world.finish()


def test_a_recording_that_failed_is_not_moved(world: FloorWorld) -> None:
    in_talk(world)
    world.join(CAT)
    world.asked(ToSeat(CAT))
    world.press_button(desk.Join)
    world.tell(ev.RecordingEnded(CALLEE, recording_of(CALL, 1), "failed", 4000, "no space left"))
    world.put_down(BOB)
    assert moves(world) == []
    assert world.hears(ANN) == {"cat"}


def test_desks_that_hang_up_by_handset() -> None:
    world = FloorWorld()
    world.join(ANN)
    world.online(BOB, open_=False, contact="phone:front-1")
    call_bob(world)
    world.run(6.0)
    world.desk_ended(CALLEE)
    assert (world.seat(ANN), world.reason(BOB)) == (SeatState.LOCKED, LockReason.LOGGED_IN)
    world.finish()


def test_nobody_is_logged_in_at_a_replay() -> None:
    """The journal's event of such a call recreates it without a seat."""
    world = FloorWorld()
    world.join(ANN, BOB)
    in_talk(world)
    [dialled] = [event for _, _, event in world.journal if isinstance(event, ev.CallPlaced)]
    switch = Switch()
    switch.handle(dialled, world.now)
    assert list(switch.calls[CALL].desk.talks) == [CALLER, CALLEE]
    world.finish()
