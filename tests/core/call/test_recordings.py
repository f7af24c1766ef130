"""Several recordings of one call: the whole call's, and partial recordings, which a step of a flow begins and ends."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from shared import desk
from shared.desk import ToSeat
from shared.ids import CallId, LegId, RecordingId, leg_of, recording_of
from switch_server.core import catalogue as ev
from switch_server.core.flow import KINDS, IvrState, Menu, Step, Walk, register
from switch_server.core.words import media
from tests.core.a_flow import flow_of
from tests.core.desk_world import ANN, BOB, CAT
from tests.core.floor_world import FloorWorld
from tests.core.world import CARD, World

LONGEST = 60.0
CAUSES = {"hash": "stopped", "hung up": "closed", "too long": "stopped"}


class Message(Step, frozen=True, tag="message", forbid_unknown_fields=True):
    """What the caller says is recorded until ``#``, for a minute at most. ``into``: the variable with the recording's id."""

    FIRST_STATE: ClassVar[IvrState] = IvrState.ASKING

    into: str
    next: str

    def targets(self) -> list[tuple[str, str]]:
        return [("next", self.next)]

    def enter(self, walk: Walk) -> None:
        walk.variables[self.into] = walk.host.record()
        walk.host.timer("step", LONGEST)

    def take_keys(self, walk: Walk) -> bool:
        key = walk.take_key()
        walk.host.key_used(key.digit.reveal(), key.recording_ms)
        walk.go(self.next, "key")
        return True

    def timed_out(self, walk: Walk, name: str) -> None:
        walk.go_on(self.next, "too_long")

    def leave(self, walk: Walk) -> None:
        walk.host.end_recording(walk.variables[self.into])


@pytest.fixture
def world() -> Iterator[World]:
    register(Message)
    menu = Menu(say=("one_moment",), keys={"1": "first", "2": "second"}, on_fail="menu")
    yield World(flow=flow_of("first", {"first": Message("m1", "menu"), "menu": menu, "second": Message("m2", "menu")}))
    del KINDS["message"]


def begun(world: World, call: CallId) -> dict[RecordingId, LegId]:
    return {start.recording: start.leg for start in world.commands(media.StartRecording) if start.leg.startswith(call)}


def rows(world: World, call: CallId) -> list[tuple[str, str]]:
    """The last part of each recording's id, and the cause of the end."""
    found = [row for row in world.watch.rows["recordings"].values() if row["call"] == call]
    return sorted((row["id"].removeprefix(call), row.get("cause", "runs")) for row in found)


def test_a_partial_recording_is_a_file_of_its_own_beside_the_whole_call(world: World) -> None:
    call = world.offer()
    world.run(1.0)
    whole, message = recording_of(call, 1), recording_of(call, 2)
    assert begun(world, call) == {whole: leg_of(call, 1), message: leg_of(call, 1)}
    assert world.row("recordings", message)["path"] == f"/recordings/2026/11/22/{call}r2.wav"
    assert world.row("recordings", message)["call"] == call
    world.press(call, "#")
    world.run(1.0)
    assert [(stop.leg, stop.recording) for stop in world.commands(media.StopRecording)] == [(leg_of(call, 1), message)]
    assert rows(world, call) == [("r1", "runs"), ("r2", "stopped")]
    world.press(call, "2")
    world.run(1.0)
    assert rows(world, call) == [("r1", "runs"), ("r2", "stopped"), ("r3", "runs")]
    world.finish()
    assert rows(world, call) == [("r1", "closed"), ("r2", "stopped"), ("r3", "closed")]
    assert world.row("recordings", whole)["duration_ms"] == 1000


@pytest.mark.parametrize("how", CAUSES)
def test_a_partial_recording_ends_by_key_by_time_or_with_the_caller(world: World, how: str) -> None:
    call = world.offer()
    world.run(1.0)
    if how == "hash":
        world.press(call, "#")
    elif how == "hung up":
        world.hang_up(call)
    world.run(LONGEST + 1.0)
    assert rows(world, call)[1] == ("r2", CAUSES[how])
    world.finish()


def test_a_full_disk_costs_the_one_file(world: World) -> None:
    call = world.offer()
    world.run(1.0)
    leg, message = leg_of(call, 1), recording_of(call, 2)
    for recording in (message, recording_of(call, 9), message):
        world.tell(ev.RecordingEnded(leg, recording, "failed", 400, "no space left"))
    assert rows(world, call) == [("r1", "runs"), ("r2", "failed")]
    world.press(call, "#")
    world.run(1.0)
    assert world.commands(media.StopRecording) == [], "it is over already"
    world.finish()
    assert world.row("recordings", message)["text"] == "no space left"


def test_a_dead_card_ends_all_of_them(world: World) -> None:
    call = world.offer()
    world.run(1.0)
    world.tell(ev.CardDied(CARD, "killed"))
    assert rows(world, call) == [("r1", "card_lost"), ("r2", "card_lost")]
    world.finish()


def test_the_recording_of_the_whole_call_goes_on_with_the_remaining_parties_and_a_partial_one_ends() -> None:
    world, call = FloorWorld(), CallId("20261122T093000-0700")
    world.join(ANN, BOB, CAT)
    world.command(desk.CallSeat(BOB), ANN, call)
    world.run(6.0)
    partial = world.switch.calls[call].record()
    world.asked(ToSeat(CAT))
    world.press_button(desk.Join)
    world.put_down(BOB)
    world.run(1.0)
    moved: list[Any] = world.commands(media.MoveRecording)
    assert [move.recording for move in moved] == [recording_of(call, 1)]
    assert world.row("recordings", partial)["cause"] == "closed"
    world.put_down(ANN)
    world.finish()
