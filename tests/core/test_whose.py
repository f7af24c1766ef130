"""Who may name what (``docs/who-may-name-what.md``): a command that names another seat's call changes nothing."""

from collections.abc import Callable

import pytest

from shared import desk
from shared.enums import HangingUp, ListenMode, SeatState
from shared.ids import CallId, leg_of
from switch_server.core.desks import AnswerDesk
from switch_server.core.words import Transition
from tests.core.desk_world import ANN, BOB
from tests.core.floor_world import FloorWorld

ABOUT_A_CALL: dict[type[desk.Command], Callable[[CallId], desk.AnyCommand]] = {
    desk.HangUp: lambda call: desk.HangUp(call, HangingUp.END),
    desk.Hold: desk.Hold,
    desk.Retrieve: desk.Retrieve,
    desk.Consult: lambda call: desk.Consult(call, desk.ToNumber("13900139000")),
    desk.Return: desk.Return,
    desk.Swap: desk.Swap,
    desk.Join: desk.Join,
    desk.DropParty: lambda call: desk.DropParty(call, leg_of(call, 2)),
    desk.Listen: lambda call: desk.Listen(call, ListenMode.BARGE),
    desk.Intercept: desk.Intercept,
    desk.SendDigits: lambda call: desk.SendDigits(call, "1"),
    desk.WrapUp: lambda call: desk.WrapUp(call, "other", "a note"),
    desk.ExtendWrapUp: desk.ExtendWrapUp,
}


def test_each_command_that_names_a_call_is_looked_at() -> None:
    naming = {kind for kind in desk.COMMANDS if "call" in kind.__struct_fields__}
    assert naming == {*ABOUT_A_CALL, desk.TakeWaiting}, "TakeWaiting is the floor's: test_floor_commands"


@pytest.mark.parametrize("in_call", [False, True], ids=["idle", "in a call of their own"])
@pytest.mark.parametrize("kind", ABOUT_A_CALL, ids=lambda kind: kind.__name__)
def test_another_seat_s_call_is_not_theirs_to_name(kind: type[desk.Command], in_call: bool) -> None:
    world = FloorWorld()
    call = world.talks_to(ANN)
    if in_call:
        world.talks_to(BOB)
    else:
        world.join(BOB)
    before = len(world.effects)
    assert world.refused(ABOUT_A_CALL[kind](call), BOB) == "no_such_call"
    assert [type(each) for each in world.effects[before:]] == [AnswerDesk]
    assert (world.seat(ANN), world.state(call)) == (SeatState.TALKING, "talking")
    world.finish()


@pytest.mark.parametrize("kind", [desk.Listen, desk.Intercept], ids=lambda kind: kind.__name__)
def test_who_talks_listens_to_nobody(kind: type[desk.Command]) -> None:
    """Listening is refused to the agent of the call and to a colleague who was consulted in it."""
    world = FloorWorld()
    call = world.consulted(BOB)
    for agent in (ANN, BOB):
        assert world.refused(ABOUT_A_CALL[kind](call), agent) == "wrong_state"
    world.finish()


@pytest.mark.parametrize("command", [desk.OpenSeat(), desk.LockSeat()], ids=["OpenSeat", "LockSeat"])
def test_a_seat_is_the_one_of_the_link(command: desk.AnyCommand) -> None:
    world = FloorWorld()
    world.join(ANN, BOB, open_=isinstance(command, desk.LockSeat))
    before = len(world.all(Transition))
    assert world.command(command, BOB) == desk.Done()
    assert [each.subject for each in world.all(Transition)[before:]] == [BOB]
    world.finish()
