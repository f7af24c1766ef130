"""The distribution of callers to seats: skills, levels, idle seats, priorities, overflow, hours, full queues, announcements to callers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import structs

from shared import desk
from shared.enums import SeatState
from shared.ids import CallId, CustomerId, QueueName, SkillName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.acd import is_open
from switch_server.core.desks.seat import derive
from switch_server.core.words import Hours, Queue, SwitchConfig, media
from switch_server.core.words.config import Overflow
from tests.core.desk_world import AGENTS, ANN, ASKED, BOB, CAT, CONFIG, FLOW, DeskWorld

TRADE = SkillName("trade")


def with_queue(**changes: Any) -> SwitchConfig:
    return structs.replace(CONFIG, queues=(structs.replace(CONFIG.queues[0], **changes),))


def hang_up_and_finish(world: DeskWorld, call: CallId, agent: Any) -> None:
    """Ends the call and its wrap-up, so that the agent is free again."""
    assert world.put_down(agent) == desk.Done()
    assert world.command(desk.WrapUp(call, "other"), agent) == desk.Done()


def news(world: DeskWorld, call: CallId) -> tuple[int, int]:
    return world.switch.acd.position_and_minutes(call)


# --- the seat ---


@pytest.mark.parametrize(
    ("leg", "link", "wrap_up", "locked", "state"),
    [
        *((leg, link, wrap, lock, leg) for leg in (SeatState.RINGING, SeatState.DIALLING, SeatState.TALKING, SeatState.HOLDING)
          for link in (True, False) for wrap in (True, False) for lock in (True, False)),
        *((None, False, wrap, lock, SeatState.OFFLINE) for wrap in (True, False) for lock in (True, False)),
        (None, True, True, True, SeatState.WRAP_UP), (None, True, True, False, SeatState.WRAP_UP),
        (None, True, False, True, SeatState.LOCKED), (None, True, False, False, SeatState.OPEN),
    ],
)  # fmt: skip
def test_a_seats_state_is_derived(
    leg: SeatState | None, link: bool, wrap_up: bool, locked: bool, state: SeatState
) -> None:
    assert derive(leg, link=link, wrap_up=wrap_up, locked=locked) is state


def test_higher_level_then_longest_idle() -> None:
    world = DeskWorld(config=with_queue(skill=TRADE, level=2))
    world.online(ANN, skills={"trade": 2})
    world.run(1.0)
    world.online(BOB, skills={"trade": 3})
    world.online(CAT, skills={"trade": 1})
    first, second = world.offer(), world.offer()
    world.run(4.0)
    assert world.rung_agents() == [BOB, ANN]
    third = world.offer()
    world.run(1.0)
    assert world.state(third) == "queued"  # Cat's level is too low
    hang_up_and_finish(world, second, ANN)
    world.run(4.0)
    assert world.rung_agents() == [BOB, ANN, ANN]
    hang_up_and_finish(world, first, BOB)
    world.tell(ev.AgentSkilled(CAT, "Cat", desk.Role.AGENT, {TRADE: 3}))
    world.offer()
    world.run(1.0)
    assert world.rung_agents()[-1] == CAT  # Cat's level is the same as Bob's, but she is idle for longer
    world.finish()


def test_the_longest_idle_is_asked() -> None:
    world = DeskWorld()
    for agent in (BOB, ANN, CAT):
        world.online(agent)
        world.run(1.0)
    calls = [world.offer() for _ in range(3)]
    world.run(4.0)
    assert world.rung_agents() == [BOB, ANN, CAT]
    for agent, index in ((CAT, 2), (BOB, 0), (ANN, 1)):
        hang_up_and_finish(world, calls[index], agent)
        world.run(1.0)
    world.offer()
    world.run(1.0)
    assert world.rung_agents()[-1] == CAT
    world.finish()


def test_callers_by_priority_then_by_time() -> None:
    world = DeskWorld(ASKED)
    plain, returning, vip, long_ago, urgent = calls = [world.offer() for _ in range(5)]
    world.run(3.0)
    for call in calls:
        world.press(call, "2" if call is urgent else "1")
    now = world.now
    world.tell(ev.CallerFound(returning, None, last_call=now - 100.0))
    world.tell(ev.CallerFound(vip, CustomerId(1), vip=True))
    world.tell(ev.CallerFound(long_ago, CustomerId(2), last_call=now - 90_000.0))
    assert [news(world, call)[0] for call in (vip, returning, urgent, plain, long_ago)] == [1, 2, 3, 4, 5]
    world.run(3.0)
    world.online(ANN)
    order = []
    for _ in range(5):
        world.run(4.0)
        talk = world.switch.desks.seats[ANN].talk
        assert talk is not None
        order.append(talk.call)
        hang_up_and_finish(world, talk.call, ANN)
    assert order == [vip, returning, urgent, plain, long_ago]
    world.finish()


def test_a_caller_identified_before_the_queue_is_identified_in_it() -> None:
    world = DeskWorld(ASKED)
    first, vip = world.offer(), world.offer()
    world.tell(ev.CallerFound(vip, CustomerId(1), vip=True))
    world.run(3.0)
    world.press(first, "1")
    world.press(vip, "1")
    world.online()
    world.run(1.0)
    assert world.rung() == [leg_of(vip, 2)]
    world.finish()


def test_overflow_asks_another_queues_seats_after_a_while() -> None:
    help_ = Queue(QueueName("help"), skill=SkillName("help"))
    own = structs.replace(CONFIG.queues[0], skill=TRADE, overflow=(Overflow(30.0, help_.name),))
    world = DeskWorld(config=structs.replace(CONFIG, queues=(own, help_)))
    world.online(BOB, skills={"help": 9})
    call = world.offer()
    world.run(29.0)
    assert world.rung_agents() == []
    world.run(3.0)
    assert world.rung_agents() == [BOB]
    [row] = [r for r in world.switch.queue_rows() if r.queue == "help"]
    assert (row.open_seats, row.seats) == (0, 1)
    other = world.offer()
    world.run(31.0)
    world.online(ANN, skills={"trade": 1})
    hang_up_and_finish(world, call, BOB)
    assert world.rung_agents()[-1] == ANN  # the queue's own agents come before those of the overflow
    assert world.seat(BOB) is SeatState.OPEN
    world.hang_up(other)
    world.finish()


def test_a_full_queue() -> None:
    world = DeskWorld(config=with_queue(most=2))
    calls = [world.offer() for _ in range(3)]
    world.run(1.0)
    assert [world.step(call) for call in calls] == ["queue", "queue", "full"]
    assert world.switch.counters["queue_full"] == 1
    world.finish()


def test_a_closed_queue() -> None:
    world = DeskWorld(config=with_queue(hours=(Hours("09:00", "15:00", ()),)))
    call = world.offer()
    world.run(1.0)
    assert world.step(call) == "closed"
    assert not world.switch.snapshot().queues[0].is_open
    world.finish()


def test_closed_and_full_lead_to_the_time_out_where_the_flow_says_no_more() -> None:
    world = DeskWorld(ASKED, with_queue(most=0))
    call = world.offer()
    world.run(3.0)
    world.press(call, "2")
    assert world.step(call) == "timeout"
    world.finish()


def at(text: str) -> float:
    """The UTC seconds of a time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - 8 * 3600


@pytest.mark.parametrize(
    ("when", "opened"),
    [
        ("2026-11-23T08:59", False), ("2026-11-23T09:00", True), ("2026-11-23T14:59", True), ("2026-11-23T15:00", False),
        ("2026-11-22T10:00", False), ("2026-11-24T10:00", False), ("2026-11-27T21:59", False), ("2026-11-27T23:00", True),
        ("2026-11-28T01:59", True), ("2026-11-28T02:00", False), ("2026-11-29T01:00", False),
    ],
)  # fmt: skip
def test_hours_and_holidays(when: str, opened: bool) -> None:
    hours = (Hours("09:00", "15:00"), Hours("22:00", "24:00", (5,)), Hours("00:00", "02:00", (6,)))
    queue = Queue(AGENTS, hours=hours, holidays=("20261124",))
    assert is_open(queue, at(when)) is opened
    assert is_open(structs.replace(queue, hours=()), at(when)) is (when[:10] != "2026-11-24")


def test_position_and_minutes_are_said() -> None:
    world = DeskWorld()
    calls = [world.offer() for _ in range(3)]
    world.run(1.0)
    said = [p.segments for p in world.commands(media.Play) if p.segments[0] == "zh_CN/agents_busy"]
    assert [segments[1:] for segments in said] == [
        ("zh_CN/num/1", "zh_CN/num/3"), ("zh_CN/num/2", "zh_CN/num/6"), ("zh_CN/num/3", "zh_CN/num/9"),
    ]  # fmt: skip
    world.hang_up(calls[0])
    world.online(ANN)
    world.online(BOB)
    world.run(20.0)
    assert world.rung_agents() == [ANN, BOB]
    world.finish()


def test_what_the_operator_and_the_desks_see() -> None:
    world = DeskWorld()
    world.online(ANN, skills={"trade": 2})
    world.online(BOB, open_=False)
    first = world.talking(ANN)
    world.offer()
    world.run(5.0)
    view = world.switch.snapshot()
    [queue] = view.queues
    assert (queue.waiting, queue.open_seats, queue.seats, queue.answered, queue.is_open) == (1, 0, 2, 1, True)
    assert 4.0 < queue.longest_s <= 5.0
    assert [(s.agent, s.state, s.reason, s.call, s.queue) for s in view.seats] == [
        (ANN, "talking", None, first, "agents"), (BOB, "locked", "logged_in", None, None),
    ]  # fmt: skip
    assert view.seats[0].skills == {"trade": 2}
    [row] = world.switch.queue_rows()
    assert (row.queue, row.waiting, row.longest, row.open_seats, row.seats) == ("agents", 1, queue.longest_s, 0, 2)
    world.finish()


def test_what_supervisors_see() -> None:
    world = DeskWorld(ASKED)
    world.online(ANN)
    talked_to = world.offer()
    world.run(2.0)
    world.press(talked_to, "1")
    world.run(4.0)
    plain, vip = world.offer(), world.offer()
    world.run(2.0)
    world.press(plain, "1")
    world.press(vip, "2")
    world.run(2.0)
    later = world.switch.now + 30.0
    view = world.switch.floor(later)
    [queue] = view.queues
    assert queue.oldest is not None
    assert queue.longest_s == pytest.approx(later - queue.oldest)
    number = world.switch.calls[plain].number
    assert {(w.call, w.queue, w.number, w.priority, w.ringing) for w in view.waiting} == {
        (plain, "agents", number, 0, False), (vip, "agents", number, 3, False),
    }  # fmt: skip
    used = {(each.trunk, each.lines, each.used_in, each.used_out) for each in view.trunks}
    assert used == {("trunk-1", 30, 3, 0), ("trunk-out", 3, 0, 0)}
    assert sum(card.used for card in view.cards) == 4
    world.finish()


def test_a_place_without_its_call_costs_the_board_a_number() -> None:
    world = DeskWorld()
    call = world.offer()
    world.run(2.0)
    gone = world.switch.calls.pop(call)
    assert [(w.call, w.number) for w in world.switch.floor(world.switch.now).waiting] == [(call, "")]
    world.switch.calls[call] = gone
    world.finish()


def test_talks_make_the_estimate() -> None:
    world = DeskWorld()
    world.talking()
    world.run(600.0)
    waiting = world.offer()
    world.run(1.0)
    before = news(world, waiting)
    world.put_down()
    assert world.switch.acd.stats[AGENTS].talk_s > 200.0
    assert news(world, waiting) >= before
    world.finish()


def test_a_queue_that_a_reload_took_away_is_served_by_anybody() -> None:
    world = DeskWorld()
    call = world.offer()
    world.run(1.0)
    world.tell(ev.Configured(structs.replace(CONFIG, queues=()), (FLOW,)))
    world.online()
    world.run(4.0)
    assert world.state(call) == "talking"
    world.put_down()
    assert world.seat() is SeatState.WRAP_UP
    world.finish()
