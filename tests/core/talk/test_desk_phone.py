"""A seat whose voice is a desk phone: the handset ends talks, and reports of the app's phone do not concern it."""

import pytest
from msgspec.structs import replace

from shared import desk
from shared.enums import Direction, EndCause, LockReason, SeatState
from shared.ids import CallId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.leg import HangUp, RingDesk
from switch_server.core.words import media
from tests.core.desk_world import ANN, BOB, DeskWorld
from tests.core.world import FAR

PHONE = "phone:front-1"
DIALLED = CallId("20261122T093000-0700")


@pytest.fixture
def world() -> DeskWorld:
    world = DeskWorld()
    world.online(contact=PHONE)
    return world


def dial(world: DeskWorld) -> None:
    assert world.command(desk.Dial("13900139000"), call=DIALLED) == desk.Done()


def test_a_desk_phone_rings_by_its_name(world: DeskWorld) -> None:
    call = world.offer()
    world.run(1.0)
    [ring] = world.all(RingDesk)
    assert (ring.leg, ring.contact, ring.auto) == (leg_of(call, 2), PHONE, False)
    world.finish()


def test_the_agent_hangs_up_with_the_handset(world: DeskWorld) -> None:
    call = world.talking()
    world.desk_ended(leg_of(call, 2))
    assert world.seat() is SeatState.WRAP_UP
    assert world.reason() is None
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [(leg_of(call, 1), EndCause.AGENT_HUNG_UP)]
    assert world.talk(leg_of(call, 2))["outcome"] == "answered"
    world.run(5.0)
    assert world.row("calls", call)["cause"] is EndCause.AGENT_HUNG_UP
    world.finish()


def test_the_handset_on_hold_ends_the_talk_too(world: DeskWorld) -> None:
    call = world.talking()
    world.command(desk.Hold(call))
    world.desk_ended(leg_of(call, 2))
    assert world.seat() is SeatState.WRAP_UP
    world.finish()


def test_a_desk_phone_that_is_lost_in_a_talk_is_no_hang_up(world: DeskWorld) -> None:
    call = world.talking()
    world.desk_ended(leg_of(call, 2), EndCause.FAR_LOST, 408)
    assert world.reason() is LockReason.PHONE_LOST
    assert world.talk(leg_of(call, 2))["outcome"] == "lost"
    assert world.state(call) == "queued"
    world.finish()


def test_one_that_has_not_registered_is_passed_over(world: DeskWorld) -> None:
    world.online(BOB)
    call = world.offer()
    world.run(0.9)
    first, second = world.rung_agents()[0], BOB
    assert first == ANN
    world.desk_ended(leg_of(call, 2), EndCause.FAR_LOST, 404)
    world.run(4.0)
    assert world.reason(ANN) is LockReason.PHONE_LOST
    assert world.seat(second) is SeatState.TALKING
    world.finish()


def test_the_apps_phone_that_has_no_legs_repairs_nothing(world: DeskWorld) -> None:
    world.talking()
    world.run(20.0)
    for _ in range(3):
        world.tell(ev.PhoneTold(ANN, ()))
        world.run(5.0)
    assert world.seat() is SeatState.TALKING
    world.put_down()
    world.tell(ev.PhoneTold(ANN, ()))
    world.finish()


def test_a_call_that_the_agent_asked_for_comes_with_auto_answer(world: DeskWorld) -> None:
    dial(world)
    world.run(1.0)
    [ring] = world.all(RingDesk)
    assert (ring.contact, ring.auto) == (PHONE, True)
    world.finish()


def test_a_handset_that_is_not_lifted_is_not_broken(world: DeskWorld) -> None:
    """A phone without auto-answer is not answered; the agent may dial again."""
    world.reactions.desk = "silent"
    dial(world)
    world.run(20.0)
    assert world.seat() is SeatState.OPEN
    assert world.reason() is None
    assert world.talk(leg_of(DIALLED, 2))["outcome"] == "no_answer"
    world.finish()


def test_hung_up_while_the_customer_rings(world: DeskWorld) -> None:
    world.reactions.far = "silent"
    dial(world)
    world.run(3.0)
    world.desk_ended(leg_of(DIALLED, 2))
    world.run(2.0)
    assert world.seat() is SeatState.OPEN
    assert world.row("calls", DIALLED)["cause"] is EndCause.AGENT_HUNG_UP
    assert world.talk(leg_of(DIALLED, 2))["outcome"] == "refused"
    world.finish()


def changes(world: DeskWorld, call: CallId, direction: Direction) -> None:
    world.tell(ev.LegChanged(leg_of(call, 2), replace(FAR, direction=direction)))


@pytest.mark.parametrize("direction", [Direction.SENDONLY, Direction.INACTIVE])
def test_the_hold_key_of_the_phone(world: DeskWorld, direction: Direction) -> None:
    call = world.talking()
    changes(world, call, direction)
    assert world.seat() is SeatState.HOLDING
    assert world.commands(media.Play)[-1].segments == ("music/hold",)
    changes(world, call, direction)  # a session refresh
    assert world.seat() is SeatState.HOLDING
    changes(world, call, Direction.SENDRECV)
    assert world.seat() is SeatState.TALKING
    changes(world, call, Direction.SENDRECV)
    assert world.seat() is SeatState.TALKING
    world.hang_up(call)
    world.finish()


def test_held_by_the_app_the_phones_key_changes_nothing(world: DeskWorld) -> None:
    call = world.talking()
    world.command(desk.Hold(call))
    changes(world, call, Direction.SENDRECV)
    assert world.seat() is SeatState.HOLDING
    changes(world, call, Direction.INACTIVE)
    assert world.seat() is SeatState.HOLDING
    world.command(desk.Retrieve(call))
    changes(world, call, Direction.SENDRECV)
    assert world.seat() is SeatState.TALKING
    world.finish()


def test_the_apps_own_phone_has_no_such_key(world: DeskWorld) -> None:
    world.tell(ev.AgentOffline(ANN))
    world.online(BOB)
    call = world.talking(BOB)
    changes(world, call, Direction.INACTIVE)
    assert world.seat(BOB) is SeatState.TALKING
    world.finish()
