"""Overload control by a simulated switch: what it takes at twice its capacity, how long callers wait, and what one source can take from others."""

import heapq
import itertools
import random
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.adapters.sip_lines.overload import LATE, LOST_S, REMEMBERED, TARGET, Overload

CARD_S = 0.02
"""The card answers at its next tick."""
REFUSAL_S = 0.0001


class Outcome(NamedTuple):
    taken: Counter[str]
    refused: Counter[str]
    delays: list[float]
    """Seconds from arrival to the first effect, of the calls taken in the second half, in order."""
    refusals: list[float]
    """Seconds from arrival to the refusal, in the second half, in order."""
    seconds: float


def simulate(
    lines: float,
    core: float,
    offered: dict[str, float],
    seconds: float,
    seed: int,
    *,
    talk: float = 0.2,
    slower: float = 1.0,
) -> Outcome:
    """Two queues, each with a capacity in calls a second: *lines* (INVITE, ACK and BYE in the order in which they come) and *core*.

    ``offered``: calls a second by source. In the second half of the time both are ``slower`` times slower.
    """
    chance, gate, order = random.Random(seed), Overload(), itertools.count()
    taken, refused, delays, refusals = Counter[str](), Counter[str](), list[float](), list[float]()
    todo: list[tuple[float, int, str, str]] = []
    for source, rate in offered.items():
        at = 0.0
        while (at := at + chance.expovariate(rate)) < seconds:
            heapq.heappush(todo, (at, next(order), "invite", source))
    lines_free, core_free = 0.0, 0.0
    arrivals: dict[int, float] = {}

    def work(capacity: float, at: float) -> float:
        return (slower if at > seconds / 2 else 1.0) / capacity / 3

    while todo:
        at, number, what, source = heapq.heappop(todo)
        if what in ("offered", "confirmed", "ended"):
            core_free = max(at, core_free) + work(core, at)
            if what == "offered":
                heapq.heappush(todo, (core_free + CARD_S, number, "answer", source))
            continue
        if what == "answer":  # before the datagrams that wait
            gate.answered(str(number), at)
            delays.append(at - arrivals[number])
            heapq.heappush(todo, (at + 0.001, number, "ack", source))
            heapq.heappush(todo, (at + talk, number, "bye", source))
            continue
        now = max(at, lines_free)
        if what == "invite" and not gate.admits(source, number, now, now - at):
            lines_free = now + REFUSAL_S
            refused[source] += 1
            refusals.append(lines_free - at)
            continue
        lines_free = now + work(lines, at)
        if what == "invite":
            gate.begins(str(number), source, now)
            arrivals[number] = at
        taken[source] += what == "bye" and now < seconds
        heapq.heappush(todo, (lines_free, number, {"invite": "offered", "ack": "confirmed"}.get(what, "ended"), source))
    return Outcome(taken, refused, sorted(delays[len(delays) // 2 :]), sorted(refusals[len(refusals) // 2 :]), seconds)


SPEEDS = st.tuples(st.floats(30, 800), st.floats(30, 800))


@settings(max_examples=40, deadline=None)
@given(SPEEDS, st.floats(1.5, 4.0), st.integers(0, 2**32))
def test_overload_costs_a_tenth_of_the_capacity_at_most(speeds: tuple[float, float], times: float, seed: int) -> None:
    capacity = min(speeds)
    told = simulate(*speeds, {"a": capacity * times}, 12.0, seed)
    at_most = capacity * (1 - REFUSAL_S * capacity * times)  # refusals are work, too
    assert told.taken["a"] >= 0.9 * at_most * (told.seconds - 0.5)
    assert told.delays[len(told.delays) * 95 // 100] < max(4 * TARGET, 20 / capacity)
    if times <= 2:
        assert told.refusals[len(told.refusals) * 99 // 100] < 0.1 + 2 / capacity


def test_a_process_that_gets_the_processor_now_and_then_refuses_nobody() -> None:
    """Each 0.1 s all INVITEs of that time are read: the last have not waited."""
    gate, number = Overload(), 0
    for turn in range(1, 200):
        for waited in (0.09, 0.07, 0.05, 0.03, 0.01):
            number += 1
            assert gate.admits("a", number, turn / 10, waited)
            gate.begins(str(number), "a", turn / 10)
        for answered in range(number - 9, number - 4):
            gate.answered(str(answered), turn / 10 + 0.05)


@settings(max_examples=15, deadline=None)
@given(SPEEDS, st.floats(0.1, 0.6), st.integers(0, 2**32))
def test_below_the_capacity_hardly_anybody_is_refused(speeds: tuple[float, float], share: float, seed: int) -> None:
    told = simulate(*speeds, {"a": min(speeds) * share}, 10.0, seed)
    assert sum(told.refused.values()) <= 0.02 * sum(told.taken.values()) + 2


@settings(max_examples=10, deadline=None)
@given(SPEEDS, st.integers(0, 2**32))
def test_a_switch_that_becomes_slower_is_followed(speeds: tuple[float, float], seed: int) -> None:
    capacity = min(speeds)
    told = simulate(*speeds, {"a": capacity * 0.8}, 20.0, seed, slower=3.0)
    assert told.taken["a"] >= 0.8 * (capacity * 0.8 * 10 + capacity / 3 * 10)
    assert told.delays[len(told.delays) // 2] < max(4 * TARGET, 20 / capacity)


@settings(max_examples=25, deadline=None)
@given(st.tuples(st.floats(100, 400), st.floats(100, 400)), st.integers(1, 5), st.integers(0, 2**32))
def test_one_source_leaves_others_what_they_ask_for_within_their_share(
    speeds: tuple[float, float], others: int, seed: int
) -> None:
    capacity = min(speeds)
    fair = capacity / (others + 1)
    offered = {"flood": 5.0 * capacity} | {f"o{number}": 0.4 * fair for number in range(others)}
    told = simulate(*speeds, offered, 10.0, seed)
    asked = sum(told.taken[name] + told.refused[name] for name in offered if name != "flood")
    assert sum(told.taken[name] for name in offered if name != "flood") >= 0.8 * asked


def late(gate: Overload, source: str, begin: int, end: int, waited: float = LATE + 0.01) -> list[bool]:
    """Whether INVITEs each 10 ms are admitted, from and to these times in 10 ms, each of which has waited so long."""
    found = []
    for number in range(begin, end):
        found.append(gate.admits(source, number, number / 100, waited))
        if found[-1]:
            gate.begins(str(number), source, number / 100)
            gate.answered(str(number), number / 100 + 0.02)
    return found


def test_after_a_stall_nobody_is_refused() -> None:
    gate = Overload()
    assert all(late(gate, "a", 100, 200, 0.0))
    assert all(late(gate, "a", 230, 245, 0.3))
    assert all(late(gate, "a", 245, 300, 0.0))


def test_an_invite_in_a_queue_that_stands_is_refused_and_counted_for_the_alarm() -> None:
    gate = Overload()
    late(gate, "a", 100, 200, 0.0)
    admitted = late(gate, "a", 200, 300)
    assert admitted[:15] == [True] * 15
    assert admitted[30:] == [False] * 70
    assert late(gate, "a", 300, 301, 0.0) == [True]
    assert late(gate, "a", 301, 311)[-4:] == [False] * 4, "it stands again, and sooner"
    refused = gate.refused_lately(3.11)
    assert [gate.refused_lately(at) for at in (60.0, 64.0)] == [refused, 0]
    assert late(gate, "a", 6500, 6510, 0.0) == [True] * 10
    assert late(gate, "a", 6510, 6511) == [True]


def test_who_has_had_less_than_a_share_is_taken_from_a_queue_that_stands() -> None:
    gate = Overload()
    late(gate, "a", 100, 200, 0.0)
    late(gate, "a", 200, 240)
    assert late(gate, "b", 240, 250).count(True) >= 8


def test_a_queue_of_other_messages_keeps_no_call_out() -> None:
    gate = Overload()
    assert gate.admits("a", "one", 100.0, 3.0)
    assert gate.admits("a", "two", 101.0, 3.0)


def test_the_repeat_of_a_refused_invite_is_refused() -> None:
    gate = Overload()
    late(gate, "a", 100, 200, 0.0)
    assert late(gate, "a", 200, 240)[-1] is False
    assert not gate.admits("a", 239, 20.0)
    assert gate.admits("a", "two", 20.5)
    for number in range(REMEMBERED + 10):
        late(gate, "a", 3000 + number, 3001 + number)
    assert len(gate._refused) <= REMEMBERED
    assert gate.admits("a", "three", 200.0)
    assert not gate._refused, "forgotten once nobody repeats them"


def test_calls_that_end_in_set_up_leave_room() -> None:
    gate = Overload()
    for number in range(39):
        assert gate.admits("a", number, 1.0)
        gate.begins(str(number), "a", 1.0)
    gate.gone("7")
    gate.gone("7")
    gate.answered("none", 1.01)
    assert gate.in_set_up == 38


@pytest.mark.parametrize("sources", [1, 3])
def test_a_call_that_nobody_answers_holds_its_room_for_a_while_only(sources: int) -> None:
    gate = Overload()
    for number in range(8):
        gate.begins(str(number), f"s{number % sources}", 1.0)
    for step in range(200):
        gate.admits("other", step, 1.0 + LOST_S + step / 5)
    assert gate.in_set_up == 0
    assert gate.admits("s0", "new", 100.0)
