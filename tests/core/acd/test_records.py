"""The stored rows of queues: one row for each visit of a caller, with its end."""

from typing import Any

import pytest
from msgspec.structs import replace

from shared.enums import EndCause, SeatState
from shared.ids import CallId, QueueName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.words import Hours, Queue, QueuePlace
from tests.core.desk_world import ANN, BOB, CONFIG, DeskWorld

FAR_AWAY = (Hours("00:00", "00:01", (7,)),)


def visit(world: DeskWorld, call: CallId) -> dict[str, Any]:
    """The only visit of the call."""
    (row,) = [row for row in world.watch.rows["queue_visits"].values() if row["call"] == call]
    return dict(row)


def test_an_answered_caller_waited_until_the_answer() -> None:
    world = DeskWorld()
    call = world.offer()
    world.run(10.0)
    row = visit(world, call)
    assert (row["call"], row["queue"], row["kind"], row["service_level_ms"]) == (call, "agents", "in", 20_000)
    assert "outcome" not in row
    entered = row["entered_at"]
    world.online()
    world.run(5.0)
    assert world.seat() is SeatState.TALKING
    talk = world.talk(leg_of(call, 2))
    row = visit(world, call)
    assert (row["outcome"], row["left_at"]) == ("answered", talk["answered_at"])
    assert row["waited_ms"] == round((row["left_at"] - entered) * 1000) > 10_000


def test_a_caller_that_hangs_up_counts_as_abandoned() -> None:
    world = DeskWorld()
    call = world.offer()
    world.run(8.0)
    world.hang_up(call)
    row = visit(world, call)
    assert row["outcome"] == "abandoned"
    assert 7_000 < row["waited_ms"] <= 8_000


def test_a_caller_that_asks_for_a_callback_counts_as_left_and_has_a_second_visit() -> None:
    world = DeskWorld()
    call = world.offer()
    world.run(8.0)
    world.press(call, "1")
    world.run(5.0)
    assert visit(world, call)["outcome"] == "left"
    world.online()
    world.run(30.0)
    back = CallId(f"{call}b1")
    row = visit(world, back)
    assert (row["kind"], row["outcome"]) == ("callback", "answered")
    assert row["waited_ms"] < 10_000, "since they were called, not since they asked"


@pytest.mark.parametrize(("verdict", "change"), [("closed", {"hours": FAR_AWAY}), ("full", {"most": 0})])
def test_a_caller_refused_by_the_queue(verdict: str, change: dict[str, Any]) -> None:
    queue = replace(CONFIG.queues[0], **change)
    world = DeskWorld(config=replace(CONFIG, queues=(queue,)))
    call = world.offer()
    world.run(5.0)
    row = visit(world, call)
    assert (row["outcome"], row["waited_ms"], row["queue"]) == (verdict, 0, "agents")
    assert row["left_at"] == row["entered_at"]


def test_a_visit_stays_answered_if_the_agent_is_lost() -> None:
    """A visit stays answered if the agent is lost, whether another agent answers or none."""
    world = DeskWorld()
    call = world.talking()
    first = visit(world, call)
    world.tell(ev.LegEnded(leg_of(call, 2), EndCause.FAR_LOST))
    world.run(5.0)
    world.hang_up(call)
    assert visit(world, call) == first
    assert first["outcome"] == "answered"


def test_ringing_at_a_desk_without_an_answer_is_part_of_the_wait() -> None:
    world = DeskWorld()
    world.reactions.desk = "silent"
    world.online(ANN)
    call = world.offer()
    world.run(20.0)
    world.reactions.desk = "answer"
    world.online(BOB)
    world.run(5.0)
    assert visit(world, call)["waited_ms"] > 15_000


def test_a_place_without_a_caller_s_request_is_saved_at_its_end() -> None:
    """An agent's place in a queue, on behalf of a caller, does not change the call's own visit."""
    world = DeskWorld()
    call = world.talking()
    asked_at = world.now
    acd, place = world.switch.acd, QueuePlace(call, QueueName("fund"), 0, asked_at)
    world.run(3.0)
    for answered in (True, False):
        acd.waiting[call] = place
        acd.leave(call, answered=answered)
    world.tell(ev.DeskDown(BOB))  # any event, since the effects are read after it
    first, second = [row for row in world.watch.rows["queue_visits"].values() if row["call"] == call]
    assert (first["queue"], first["outcome"]) == ("agents", "answered")
    assert (second["queue"], second["outcome"], second["entered_at"]) == ("fund", "answered", asked_at)
    assert (second["waited_ms"], second["service_level_ms"]) == (3_000, Queue(place.queue).service_level * 1000)
