"""While a call out rings: early media that comes, changes and goes, forwarding and queuing at the far end, redirection; and the network's reason of the end."""

import pytest
from msgspec.structs import replace

from shared import desk
from shared.desk import ToNumber
from shared.enums import EndCause, SeatState
from shared.ids import CallId, LegId, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.leg import HangUp, Reason
from switch_server.core.room.sounds import RINGBACK
from switch_server.core.words import media
from tests.core.desk_world import ANN, DeskWorld
from tests.core.floor_world import FloorWorld
from tests.core.world import FAR, World

NUMBER = "13900139000"
OTHER = replace(FAR, port=4444)


def dialled(world: World) -> tuple[CallId, LegId]:
    """A caller in a ``dial`` step that waits 30 s for an answer."""
    world.reactions.far = "silent"
    call = world.answered()
    world.press(call, "7")
    return call, leg_of(call, 2)


def heard_by(world: World, leg: LegId) -> tuple[LegId, ...] | str:
    """What the card was told last: the legs that this leg hears, or the prompt played to it."""
    told = [
        each
        for each in world.commands(media.CardCommand)
        if isinstance(each, media.Hear | media.Play) and each.leg == leg
    ]
    return told[-1].legs if isinstance(told[-1], media.Hear) else told[-1].segments[0]


def test_a_caller_hears_the_early_media_that_is_there_else_ringback() -> None:
    world = World()
    call, far = dialled(world)
    caller = leg_of(call, 1)
    assert heard_by(world, caller) == "tone:ringback"
    world.tell(ev.MediaLatched(far))  # a packet before any SDP
    world.tell(ev.LegRinging(far, FAR, 183))
    assert world.commands(media.ChangeFar)[-1] == media.ChangeFar(far, FAR)
    assert heard_by(world, caller) == "tone:ringback", "early media is offered, and has not come"
    world.tell(ev.MediaLatched(far))
    assert heard_by(world, caller) == (far,)
    world.tell(ev.LegRinging(far, None, 199))
    assert (heard_by(world, caller), world.state(call)) == ("tone:ringback", "dialling")
    world.tell(ev.LegRinging(far, FAR, 183))
    assert heard_by(world, caller) == (far,), "of the same address, whose packets still come"
    world.tell(ev.LegRinging(far, OTHER, 183))
    assert heard_by(world, caller) == "tone:ringback"
    world.tell(ev.LegAnswered(far, OTHER))
    assert (heard_by(world, caller), world.state(call)) == ((far,), "talking")
    world.finish()
    assert world.row("legs", far)["progress"] == "180 183 199"


def test_an_agent_hears_the_early_media_that_is_there_else_ringback() -> None:
    world = FloorWorld()
    world.reactions.far = "silent"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    assert world.hears(ANN) == {RINGBACK}
    world.tell(ev.LegRinging(leg, FAR, 183))
    assert world.hears(ANN) == {RINGBACK}
    world.tell(ev.MediaLatched(leg))
    assert world.hears(ANN) == {leg}
    world.tell(ev.LegRinging(leg, None, 180))
    assert world.hears(ANN) == {RINGBACK}
    world.hang_up(call)
    world.finish()


@pytest.mark.parametrize("code", [181, 182])
def test_a_call_that_is_forwarded_or_queued_may_ring_longer(code: int) -> None:
    world = World()
    call, far = dialled(world)
    world.run(25.0)
    world.tell(ev.LegRinging(far, None, code))
    world.run(25.0)
    assert world.state(call) == "dialling"
    world.run(6.0)
    assert world.all(HangUp) == [HangUp(far, EndCause.NO_ANSWER)]
    world.finish()
    assert world.row("legs", far)["progress"] == f"180 {code}"


def test_a_far_end_that_queues_without_end_is_not_waited_for() -> None:
    world = World()
    call, far = dialled(world)
    for _ in range(9):
        world.run(20.0)
        world.tell(ev.LegRinging(far, None, 182))
    assert world.state(call) == "dialling"
    world.run(20.0)
    world.tell(ev.LegRinging(far, None, 182))
    world.run(11.0)
    assert world.all(HangUp) == [HangUp(far, EndCause.NO_ANSWER)]
    world.finish()


def test_a_customer_whom_an_agent_dials_may_be_queued() -> None:
    world = DeskWorld()
    world.online()
    world.reactions.far = "silent"
    call = CallId("20261122T093000-0700")
    assert world.command(desk.Dial(NUMBER), call=call) == desk.Done()
    world.run(35.0)
    world.tell(ev.LegRinging(leg_of(call, 1), None, 182))
    world.run(35.0)
    assert world.seat() is SeatState.DIALLING
    world.run(6.0)
    assert HangUp(leg_of(call, 1), EndCause.NO_ANSWER) in world.effects
    world.finish()


def test_an_outside_party_whom_an_agent_asks_may_be_queued() -> None:
    world = FloorWorld()
    world.reactions.far = "silent"
    call = world.talks_to()
    leg = world.asked(ToNumber(NUMBER), wait=1.0)
    world.run(40.0)
    world.tell(ev.LegRinging(leg, None, 181))
    world.run(40.0)
    assert not world.all(HangUp)
    world.run(6.0)
    assert world.all(HangUp) == [HangUp(leg, EndCause.CANCELLED)]
    world.hang_up(call)
    world.finish()


def test_a_desk_phone_that_forwards_does_not_ring_longer() -> None:
    """The seat's ringing time is the queue's."""
    world = DeskWorld()
    world.online()
    world.reactions.desk = "silent"
    call = world.offer()
    world.run(1.0)
    leg = leg_of(call, 2)
    for _ in range(4):
        world.tell(ev.LegRinging(leg, None, 182))
        world.run(5.0)
    assert world.all(HangUp) == [HangUp(leg, EndCause.NO_ANSWER)]
    world.finish()


def test_only_the_begin_of_early_media_is_journalled() -> None:
    """Each leg's media begins once or more, and only while it rings does a replay need it."""
    world = World()
    call, far = dialled(world)
    for event in (ev.MediaLatched(leg_of(call, 1)), ev.MediaLatched(leg_of(call, 9)), ev.MediaLatched(LegId("x/1"))):
        world.tell(event)
    world.tell(ev.LegRinging(far, FAR, 183))
    world.tell(ev.MediaLatched(far))
    assert [event for _, _, event in world.journal if isinstance(event, ev.MediaLatched)] == [ev.MediaLatched(far)]
    world.finish()


def test_a_redirected_call_keeps_both_numbers() -> None:
    world = World()
    _, far = dialled(world)
    world.tell(ev.LegRedirected(far, "02087654321"))
    world.finish()
    row = world.row("legs", far)
    assert (row["dnis"], row["redirected_to"]) == ("10001", "02087654321")


def test_the_networks_reason_is_kept() -> None:
    world = World()
    _, far = dialled(world)
    world.tell(ev.LegEnded(far, EndCause.FAR_REFUSED, 404, Reason(q850=1, text="Unallocated (unassigned) number")))
    world.finish()
    row = world.row("legs", far)
    assert (row["cause"], row["sip_code"], row["q850"], row["reason_sip"], row["reason_text"]) == (
        EndCause.FAR_REFUSED, 404, 1, None, "Unallocated (unassigned) number",
    )  # fmt: skip
    caller = world.row("legs", leg_of(far.rpartition("/")[0], 1))  # type: ignore[arg-type]
    assert [caller[name] for name in ("sip_code", "q850", "reason_text", "progress", "redirected_to")] == [None] * 5
