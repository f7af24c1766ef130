"""挂机 does what the desk showed to the agent, or nothing: a hang-up whose meaning has changed on the way is refused."""

from collections.abc import Callable

import pytest

from shared import desk
from shared.desk import ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import EndCause, HangingUp, SeatState
from shared.ids import AgentId, CallId, leg_of
from switch_server.core import catalogue as ev
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import DAN, FUND, NUMBER, FloorWorld
from tests.core.world import ACCOUNT, PIN

OWN = CallId("20261122T093000-0700")
WRONG = desk.Refused(desk.DeskRefusal.WRONG_STATE)
Act = Callable[[FloorWorld], object]


# --- the meaning of a hang-up ---


def test_a_customer_is_not_left_to_those_who_talk_of_something_else() -> None:
    """A party that the consulted seat has consulted in turn stays when that seat is dropped, but does not get the customer."""
    world = FloorWorld()
    call = world.consulted(BOB)
    world.join(CAT)
    world.asked(ToSeat(CAT), BOB)
    world.asked(ToNumber(NUMBER), CAT)
    world.press_button(desk.Return)
    assert (NUMBER, "talking") in world.parties(CAT)
    assert world.shown().hanging_up is HangingUp.END
    assert world.shown(CAT).hanging_up is HangingUp.LEAVE
    world.put_down(CAT)
    assert (world.seat(CAT), world.hears(ANN)) == (SeatState.LOCKED, {"caller"})
    world.put_down()
    world.run(1.0)
    assert world.row("calls", call)["cause"] is EndCause.AGENT_HUNG_UP
    world.finish()


def rings(world: FloorWorld) -> None:
    world.reactions.desk = "silent"
    world.join(ANN, open_=True)
    world.offer()
    world.run(1.0)


def dials(world: FloorWorld) -> None:
    world.reactions.far = "silent"
    world.join(ANN)
    world.command(desk.Dial(NUMBER), call=OWN)
    world.run(4.0)


def dials_before_the_own_phone_is_up(world: FloorWorld) -> None:
    world.reactions.desk = "silent"
    world.join(ANN)
    world.command(desk.Dial(NUMBER), call=OWN)


def talks(world: FloorWorld) -> None:
    world.talks_to()


def holds(world: FloorWorld) -> None:
    world.talks_to()
    world.press_button(desk.Hold)


def asks_who_rings(world: FloorWorld) -> None:
    world.talks_to()
    world.join(BOB)
    world.reactions.desk = "silent"
    world.asked(ToSeat(BOB), wait=1.0)


def asks_who_talks(world: FloorWorld) -> None:
    world.consulted()


def asks_and_has_swapped(world: FloorWorld) -> None:
    world.consulted()
    world.press_button(desk.Swap)


def asks_an_outside_party(world: FloorWorld) -> None:
    world.talks_to()
    world.asked(ToNumber(NUMBER))


def asks_for_the_pin(world: FloorWorld) -> None:
    world.talks_to()
    world.asked(ToPin())


def is_in_a_conference(world: FloorWorld) -> None:
    world.conference(BOB)


def holds_a_conference(world: FloorWorld) -> None:
    world.conference(BOB)
    world.press_button(desk.Hold)


def is_asked(world: FloorWorld) -> None:
    world.talks_to(BOB)
    world.join(ANN)
    world.asked(ToSeat(ANN), BOB)


def is_asked_and_holds(world: FloorWorld) -> None:
    is_asked(world)
    world.press_button(desk.Hold)


def waits_for_a_colleague_who_asks_for_the_pin(world: FloorWorld) -> None:
    world.conference(BOB)
    world.asked(ToPin(), BOB)


def has_who_waits_for_somebody_who_rings(world: FloorWorld) -> None:
    """Bob has left the conference and handed over to a ringing seat."""
    world.conference(BOB)
    world.join(CAT)
    world.reactions.desk = "silent"
    world.asked(ToSeat(CAT), BOB, wait=1.0)
    world.put_down(BOB)


def listens(world: FloorWorld) -> None:
    world.talks_to(BOB)
    world.listens(DAN, BOB)


def calls_a_seat(world: FloorWorld) -> None:
    world.join(ANN, BOB)
    world.command(desk.CallSeat(BOB), ANN, OWN)
    world.run(6.0)


def is_called_by_a_seat(world: FloorWorld) -> None:
    world.join(ANN, BOB)
    world.command(desk.CallSeat(ANN), BOB, OWN)
    world.run(6.0)


MEANS: tuple[tuple[Act, HangingUp], ...] = (
    (rings, HangingUp.REFUSE), (dials, HangingUp.GIVE_UP), (dials_before_the_own_phone_is_up, HangingUp.GIVE_UP), (talks, HangingUp.END),
    (holds, HangingUp.END), (asks_who_rings, HangingUp.HAND_OVER), (asks_who_talks, HangingUp.HAND_OVER),
    (asks_and_has_swapped, HangingUp.HAND_OVER), (asks_an_outside_party, HangingUp.HAND_OVER), (asks_for_the_pin, HangingUp.HAND_OVER),
    (is_in_a_conference, HangingUp.LEAVE), (holds_a_conference, HangingUp.LEAVE), (is_asked, HangingUp.LEAVE),
    (is_asked_and_holds, HangingUp.LEAVE), (waits_for_a_colleague_who_asks_for_the_pin, HangingUp.LEAVE),
    (has_who_waits_for_somebody_who_rings, HangingUp.LEAVE), (calls_a_seat, HangingUp.END), (is_called_by_a_seat, HangingUp.END),
)  # fmt: skip


@pytest.mark.parametrize(("act", "means"), MEANS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_the_desk_shows_is_done_and_nothing_else(act: Act, means: HangingUp) -> None:
    world = FloorWorld()
    act(world)
    call, before = world.call_of(ANN), world.shown()
    assert before.hanging_up is means
    for other in HangingUp:
        if other is not means:
            assert world.put_down(means=other) == WRONG
            assert world.shown() == before
    assert world.put_down() == desk.Done()
    assert world.switch.desks.seats[ANN].talk is None
    if means in (HangingUp.END, HangingUp.GIVE_UP):
        assert call.cause is EndCause.AGENT_HUNG_UP
    else:
        assert call.cause is None
    world.finish()


def test_a_listening_supervisor_leaves() -> None:
    world = FloorWorld()
    listens(world)
    assert world.shown(DAN).hanging_up is HangingUp.STOP_LISTENING
    assert world.put_down(DAN, HangingUp.END) == WRONG
    assert world.put_down(DAN) == desk.Done()
    assert world.seat(BOB) is SeatState.TALKING
    world.finish()


# --- crossings ---


def bob_puts_down(world: FloorWorld) -> None:
    """Bob hangs up: by the state, he refuses, ends, leaves, or hands over."""
    world.put_down(BOB)


def bob_lets_it_ring(world: FloorWorld) -> None:
    world.run(31.0)


def bob_is_lost(world: FloorWorld) -> None:
    world.tell(ev.AgentOffline(BOB))


def bob_joins(world: FloorWorld) -> None:
    world.press_button(desk.Join, BOB)


def the_outside_party_hangs_up(world: FloorWorld) -> None:
    world.hang_up(world.call_of(ANN).id, 3)


def the_pin_is_right(world: FloorWorld) -> None:
    call = world.call_of(ANN).id
    world.press(call, f"{ACCOUNT}#")
    world.run(2.0)
    world.press(call, f"{PIN}#")
    world.run(4.0)


def the_phone_is_answered(world: FloorWorld) -> None:
    world.desk_answers(world.leg(ANN))


def the_customer_answers(world: FloorWorld) -> None:
    world.desk_answers(leg_of(OWN, 1))


def who_rings_does_not_come(world: FloorWorld) -> None:
    world.run(31.0)


CROSSINGS: tuple[tuple[Act, Act, HangingUp], ...] = (
    (asks_who_rings, bob_puts_down, HangingUp.END), (asks_who_rings, bob_lets_it_ring, HangingUp.END), (asks_who_rings, bob_is_lost, HangingUp.END),
    (asks_who_talks, bob_puts_down, HangingUp.END), (asks_who_talks, bob_is_lost, HangingUp.END), (asks_and_has_swapped, bob_puts_down, HangingUp.END),
    (asks_an_outside_party, the_outside_party_hangs_up, HangingUp.END), (asks_for_the_pin, the_pin_is_right, HangingUp.END),
    (is_in_a_conference, bob_puts_down, HangingUp.END), (is_in_a_conference, bob_is_lost, HangingUp.END), (holds_a_conference, bob_puts_down, HangingUp.END),
    (is_asked, bob_puts_down, HangingUp.END), (is_asked_and_holds, bob_puts_down, HangingUp.END),
    (has_who_waits_for_somebody_who_rings, who_rings_does_not_come, HangingUp.END),
    (rings, the_phone_is_answered, HangingUp.END), (dials, the_customer_answers, HangingUp.END),
)  # fmt: skip
"""What Ann's desk showed, what happens while her hang-up is on its way, and its new meaning."""


@pytest.mark.parametrize(("act", "meanwhile", "then"), CROSSINGS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_hang_up_that_crosses_a_change_cuts_no_party_off(act: Act, meanwhile: Act, then: HangingUp) -> None:
    world = FloorWorld()
    act(world)
    call, meant = world.call_of(ANN), world.shown().hanging_up
    meanwhile(world)
    assert world.put_down(means=meant) == WRONG
    assert (call.cause, world.shown().hanging_up) == (None, then)
    assert world.put_down() == desk.Done(), "she has looked, and means it"
    assert call.cause is EndCause.AGENT_HUNG_UP
    world.finish()


SAME: tuple[tuple[Act, Act], ...] = (
    (is_asked, bob_joins),
    (talks, lambda world: world.press_button(desk.Hold)),
    (holds, lambda world: world.press_button(desk.Retrieve)),
    (asks_who_rings, lambda world: world.desk_answers(world.leg(BOB))),
    (asks_who_talks, lambda world: world.press_button(desk.Swap)),
    (talks, lambda world: world.listens(DAN)),
    (is_in_a_conference, lambda world: world.press_button(desk.Hold, BOB)),
    (dials_before_the_own_phone_is_up, lambda world: world.desk_answers(leg_of(OWN, 2))),
)


@pytest.mark.parametrize(("act", "meanwhile"), SAME)
def test_a_hang_up_is_done_after_a_change_that_leaves_its_meaning(act: Act, meanwhile: Act) -> None:
    world = FloorWorld()
    act(world)
    meant = world.shown().hanging_up
    meanwhile(world)
    assert world.put_down(means=meant) == desk.Done()
    world.finish()


@pytest.mark.parametrize("target", [ToQueue(FUND), ToMenu("main")])
def test_return_before_a_hand_over(target: desk.AnyTarget) -> None:
    """The agent's own commands arrive in order: Return, then a hand-over that was shown before."""
    world = FloorWorld()
    world.talks_to()
    world.join(AgentId("eve"))
    world.asked(target, wait=1.0)
    world.press_button(desk.Return)
    assert world.put_down(means=HangingUp.HAND_OVER) == WRONG
    assert world.seat() is SeatState.TALKING
    world.finish()


def test_a_handset_s_hang_up_has_no_meaning_attached() -> None:
    """A desk phone's BYE has no meaning attached, and can't be refused."""
    world = FloorWorld()
    world.online(ANN, contact="phone:front-1")
    call = world.talking()
    world.join(BOB)
    world.asked(ToSeat(BOB))
    world.put_down(BOB)
    world.desk_ended(world.leg(ANN))
    assert world.switch.calls[call].cause is EndCause.AGENT_HUNG_UP
    world.finish()
