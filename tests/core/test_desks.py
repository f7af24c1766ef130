"""From the queue to a talk with an agent and to the end of the wrap-up."""

from shared import desk
from shared.enums import CallKind, EndCause, SeatState
from shared.ids import leg_of
from switch_server.core import media
from switch_server.core.effects import HangUp, HidePop, RingDesk, ShowPop
from tests.core.desk_world import ANN, DeskWorld


def test_a_caller_reaches_an_agent_who_talks_hangs_up_and_wraps_up() -> None:
    world = DeskWorld()
    world.online()
    call = world.offer()
    world.run(1.0)
    leg = leg_of(call, 2)
    assert world.rung() == [leg]
    [shown] = world.all(ShowPop)
    assert (shown.agent, shown.call, shown.number) == (ANN, call, "13800138000")
    assert world.effects.index(shown) < world.effects.index(world.all(RingDesk)[0])
    seat, ringing = world.switch.desk_state(ANN)
    assert seat is not None
    assert ringing is not None
    assert (seat.state, ringing.state, ringing.kind, ringing.token, ringing.auto) == (
        SeatState.RINGING, SeatState.RINGING, CallKind.IN, "", False,
    )  # fmt: skip
    world.run(2.0)
    assert world.seat() is SeatState.TALKING
    assert world.state(call) == "talking"
    hears = [(hear.leg, hear.legs) for hear in world.commands(media.Hear)]
    assert hears == [(leg_of(call, 1), (leg,)), (leg, (leg_of(call, 1),))]
    assert world.command(desk.HangUp(call)) == desk.Done()
    assert world.seat() is SeatState.WRAP_UP
    assert [(h.leg, h.cause) for h in world.all(HangUp)] == [
        (leg, EndCause.AGENT_HUNG_UP), (leg_of(call, 1), EndCause.AGENT_HUNG_UP),
    ]  # fmt: skip
    world.run(5.0)
    assert call not in world.switch.calls
    assert world.command(desk.WrapUp(call, "enquiry", "asked for the time")) == desk.Done()
    assert world.seat() is SeatState.OPEN
    assert world.states() == ["locked", "open", "ringing", "talking", "wrap_up", "open"]
    assert world.all(HidePop) == [HidePop(ANN, call)]
    talk = world.talk(leg)
    assert (talk["agent"], talk["kind"], talk["outcome"], talk["disposition"], talk["note"]) == (
        ANN, "in", "answered", "enquiry", "asked for the time",
    )  # fmt: skip
    contact = world.row("contacts", call)
    assert (contact["agent"], contact["queue"], contact["disposition"]) == (ANN, "agents", "enquiry")
    world.finish()
