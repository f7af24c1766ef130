"""Callbacks: the place is kept, dialled when its turn comes, and tried three times."""

from typing import Any

import pytest
from msgspec import structs

from shared import desk
from shared.enums import CallKind, EndCause, SeatState
from shared.ids import CallId, QueueName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.call import FindCaller
from switch_server.core.leg import PlaceCall
from switch_server.core.words import Hours, Queue, Trunk, media
from tests.core.a_flow import OUT, TRUNK
from tests.core.desk_world import AGENTS, ANN, BOB, CONFIG, DeskWorld
from tests.core.world import CARD, FAR

ASKED_AT = CallId("20261121T090000-0007")


def asked(world: DeskWorld) -> CallId:
    """A caller who has waited and asked for a callback."""
    call = world.offer()
    world.run(3.0)
    world.press(call, "1")
    world.run(3.0)
    return call


def recovered(**changes: Any) -> ev.CallbackRecovered:
    whole = ev.CallbackRecovered(ASKED_AT, AGENTS, "13700137000", 999_000.0, 4, "small", "again")
    return structs.replace(whole, **changes)


def test_the_place_is_kept_and_called_when_its_turn_comes() -> None:
    world = DeskWorld()
    call = asked(world)
    later = world.offer()
    world.run(10.0)
    assert call not in world.switch.calls
    row = world.row("callbacks", call)
    assert (row["state"], row["queue"], row["number"], row["flow"], row["step"], row["tries"]) == (
        "waiting", "agents", "13800138000", "small", "again", 0,
    )  # fmt: skip
    assert world.switch.snapshot().queues[0].callbacks == 1
    assert world.switch.acd.position_and_minutes(later)[0] == 2
    since = row["since"]
    world.online(ANN)  # an agent is there: the callback is dialled, and the caller on the line does not wait for it
    assert world.rung_agents() == [ANN]
    back = CallId(f"{call}b1")
    world.run(0.5)
    [placed] = world.all(PlaceCall)
    assert (placed.leg, placed.trunk, placed.dnis, placed.ani) == (leg_of(back, 1), OUT, "13800138000", "02087550000")
    assert FindCaller(back, "13800138000") in world.effects
    assert world.row("callbacks", call)["state"] == "dialling"
    behind = world.offer()
    world.run(6.0)
    assert world.row("callbacks", call)["state"] == "done"
    assert world.step(back) == "queue"
    assert world.switch.calls[back].waiting.since == since  # type: ignore[union-attr]
    world.put_down()
    world.command(desk.WrapUp(later, "other"))
    world.run(4.0)
    shown = world.switch.desk_state(ANN)[1]
    assert shown is not None
    assert (shown.call, shown.kind, shown.number, shown.auto, shown.state) == (
        back, CallKind.CALLBACK, "13800138000", False, SeatState.TALKING,
    )  # fmt: skip
    assert world.state(behind) == "queued"
    world.put_down()
    world.run(1.0)
    assert world.row("calls", back)["direction"] == "out"
    assert world.row("contacts", back)["number"] == "13800138000"
    assert leg_of(back, 1) in [start.leg for start in world.commands(media.StartRecording)]
    world.finish()


def test_three_tries_ten_minutes_apart() -> None:
    world = DeskWorld()
    world.reactions.far = "silent"
    world.tell(recovered())
    world.online(open_=False)
    world.run(5.0)
    assert not world.all(PlaceCall)
    world.command(desk.OpenSeat())
    world.run(45.0)
    assert [p.leg for p in world.all(PlaceCall)] == [leg_of(CallId(f"{ASKED_AT}b1"), 1)]
    assert (world.row("callbacks", ASKED_AT)["state"], world.row("callbacks", ASKED_AT)["tries"]) == ("waiting", 1)
    assert world.row("calls", f"{ASKED_AT}b1")["cause"] is EndCause.NO_ANSWER
    world.run(590.0)
    assert len(world.all(PlaceCall)) == 1
    world.run(20.0)
    assert len(world.all(PlaceCall)) == 2
    world.reactions.far = "busy"
    world.run(700.0)
    assert [p.leg for p in world.all(PlaceCall)][-1] == leg_of(CallId(f"{ASKED_AT}b3"), 1)
    assert (world.row("callbacks", ASKED_AT)["state"], world.row("callbacks", ASKED_AT)["tries"]) == ("failed", 3)
    assert world.switch.counters["callbacks_failed"] == 1
    world.finish()


def test_no_more_are_called_than_there_are_seats_for() -> None:
    world = DeskWorld()
    for number in range(3):
        world.tell(recovered(id=CallId(f"20261121T090000-000{number}"), since=900_000.0 + number))
    world.tell(recovered(id=CallId("20261121T090000-0000")))  # a second time
    world.online(ANN)
    world.online(BOB)
    world.run(1.0)
    assert [p.leg for p in world.all(PlaceCall)] == [
        leg_of(CallId("20261121T090000-0000b1"), 1), leg_of(CallId("20261121T090000-0001b1"), 1),
    ]  # fmt: skip
    world.run(8.0)
    assert world.seat(ANN) is world.seat(BOB) is SeatState.TALKING
    world.finish()


def test_without_a_line_or_a_channel_a_callback_waits() -> None:
    world = DeskWorld(
        config=structs.replace(CONFIG, trunks=(Trunk(TRUNK, direction="in"), Trunk(OUT, lines=0, direction="out")))
    )
    world.tell(recovered())
    world.online()
    world.run(20.0)
    assert not world.all(PlaceCall)
    world.tell(ev.Configured(CONFIG, world.switch.flows))
    world.tell(ev.CardDied(CARD, "killed"))
    world.run(6.0)
    assert not world.all(PlaceCall)
    world.tell(ev.CardUp(CARD, 10))
    world.run(6.0)
    assert len(world.all(PlaceCall)) == 1
    world.finish()


def test_nobody_is_called_while_the_queue_is_closed() -> None:
    closed = Queue(AGENTS, hours=(Hours("00:00", "24:00", ()),))
    world = DeskWorld(config=structs.replace(CONFIG, queues=(closed,)))
    world.tell(recovered())
    world.online()
    world.run(200.0)
    assert not world.all(PlaceCall)
    world.tell(ev.Configured(CONFIG, world.switch.flows))
    world.run(1.0)
    assert len(world.all(PlaceCall)) == 1
    world.finish()


ABROAD = ("+13105550123", "0013105550123", "+85221234567", "12025550123")
SERVICES = (
    "110",
    "10086",
    "95500",
    "16812345",
    "4008001234",
    "8008001234",
    "96123456",
    "02016812345",
    "+862016812345",
    "+864008001234",
    "04008001234",
    "+868008101234",
    "09550012345",
)


@pytest.mark.parametrize("ani", ["", "anonymous", "12", "138001380001", *ABROAD, *SERVICES])
def test_a_number_that_nobody_can_call(ani: str) -> None:
    world = DeskWorld()
    call = world.offer(ani=ani)
    world.run(3.0)
    world.press(call, "1")
    assert world.step(call) == "no_place"
    assert bool(world.all(FindCaller)) == bool(ani)
    world.finish()


@pytest.mark.parametrize(
    "ani",
    [
        "13800138000",
        "+8613800138000",
        "008613800138000",
        "013800138000",
        "02087550000",
        "+862087550000",
        "075583000000",
        "87550000",
    ],
)
def test_a_number_that_is_called(ani: str) -> None:
    world = DeskWorld()
    call = world.offer(ani=ani)
    world.run(3.0)
    world.press(call, "1")
    assert world.step(call) == "kept"
    world.finish()


def asks(world: DeskWorld, ani: str = "13800138000") -> bool:
    """A caller asks for a callback; returns whether they hear the confirmation."""
    call = world.offer(ani=ani)
    world.run(3.0)
    world.press(call, "1")
    told = world.step(call)
    world.run(3.0)
    if call in world.switch.calls:
        world.hang_up(call)
    return told == "kept"


def test_a_caller_who_asks_twice_has_one_place() -> None:
    """A second request hears that the place is kept, also during the callback and with another format of the number."""
    world = DeskWorld()
    assert [asks(world), asks(world, "+8613800138000"), asks(world, "13700137000")] == [True, True, True]
    assert len(world.switch.acd.callbacks.items) == 2
    assert (world.switch.counters["callback_kept"], world.switch.counters["callback_there"]) == (2, 1)
    world.reactions.far = "silent"
    world.online()
    world.run(2.0)
    assert world.row("callbacks", next(iter(world.switch.acd.callbacks.items)))["state"] == "dialling"
    world.command(desk.LockSeat())
    assert asks(world)
    assert world.switch.counters["callback_there"] == 2
    world.finish()


def test_a_number_is_called_so_often_a_day() -> None:
    world = DeskWorld()
    world.tell(ev.CallbacksCounted({"13800138000": 1, "+8613800138000": 1}))
    world.reactions.desk = "silent"

    def called() -> bool:
        kept = asks(world)
        world.switch.acd.callbacks.items.clear()  # the callback was made and answered
        return kept

    assert [called(), called()] == [True, False]
    assert asks(world, "13700137000"), "others may"
    world.run(24 * 3600.0)
    assert called(), "tomorrow"
    world.watch.rows["callbacks"].clear()
    world.finish()


def test_a_queue_owes_no_more_callbacks_than_it_has_places() -> None:
    world = DeskWorld(config=structs.replace(CONFIG, queues=(Queue(AGENTS, most=2),)))
    assert [asks(world, f"1380013800{number}") for number in range(3)] == [True, True, False]
    world.tell(ev.CallbackJudged(CallId("old"), 1, "kept"))  # as in a replay
    world.finish()


def test_no_trunk_carries_such_a_number() -> None:
    config = structs.replace(CONFIG, trunks=(Trunk(TRUNK, direction="in"), Trunk(OUT, numbers=("10001", "020*"))))
    world = DeskWorld(config=config)
    call = world.offer()
    local = world.offer(ani="02085551234")
    world.run(3.0)
    world.press(call, "1")
    world.press(local, "1")
    assert (world.step(call), world.step(local)) == ("no_place", "kept")
    world.finish()


@pytest.mark.parametrize("change", [{"flow": "gone"}, {"step": "gone"}])
def test_a_flow_that_a_reload_took_away(change: dict[str, str]) -> None:
    world = DeskWorld()
    world.tell(recovered(**change, tries=2))
    world.online()
    world.run(1.0)
    assert not world.all(PlaceCall)
    assert world.row("callbacks", ASKED_AT)["state"] == "failed"
    world.finish()


def test_a_stop_leaves_a_callback_to_the_next_start() -> None:
    world = DeskWorld()
    world.reactions.far = "silent"
    world.tell(recovered())
    world.online()
    world.run(2.0)
    world.tell(ev.Draining())
    world.run(20.0)
    assert world.row("callbacks", ASKED_AT)["state"] == "waiting"
    assert len(world.all(PlaceCall)) == 1
    world.finish()


def test_the_customer_hangs_up_in_the_queue() -> None:
    world = DeskWorld()
    world.reactions.desk = "silent"
    world.tell(recovered())
    world.online()
    world.run(7.0)
    back = CallId(f"{ASKED_AT}b1")
    assert world.seat() is SeatState.RINGING
    world.hang_up(back)
    assert world.seat() is SeatState.OPEN
    world.run(2000.0)
    assert len(world.all(PlaceCall)) == 1
    world.finish()


def test_early_media_of_a_customer_who_is_called_back() -> None:
    world = DeskWorld()
    world.reactions.far = "silent"
    world.tell(recovered(queue=QueueName("elsewhere")))
    world.online()
    world.run(1.0)
    leg = leg_of(CallId(f"{ASKED_AT}b1"), 1)
    world.tell(ev.LegRinging(leg, FAR))
    assert not world.commands(media.Hear)
    world.tell(ev.LegAnswered(leg, FAR))
    world.run(5.0)  # the flow leads to another queue, where no place is kept for them
    place = world.switch.calls[CallId(f"{ASKED_AT}b1")].waiting
    assert place is not None
    assert place.priority == 0
    world.finish()
