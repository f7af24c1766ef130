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
    """Seconds from arrival to the first effect, of the calls taken in the second half."""
    seconds: float


def simulate(
    capacity: float, offered: dict[str, float], seconds: float, seed: int, *, talk: float = 0.2, slower: float = 1.0
) -> Outcome:
    """One queue: half of a call's work at its begin, half at its end, ``talk`` seconds later. ``offered``: calls a second by source.

    In the second half of the time the switch is ``slower`` times slower.
    """
    chance, gate, order = random.Random(seed), Overload(), itertools.count()
    taken, refused, delays = Counter[str](), Counter[str](), list[float]()
    todo: list[tuple[float, int, str, str]] = []
    for source, rate in offered.items():
        at = 0.0
        while (at := at + chance.expovariate(rate)) < seconds:
            heapq.heappush(todo, (at, next(order), "offer", source))
    free_at, arrivals = 0.0, {}
    while todo:
        at, number, what, source = heapq.heappop(todo)
        now = max(at, free_at)
        work = (slower if at > seconds / 2 else 1.0) / capacity / 2
        if what == "offer":
            if not gate.admits(source, number, now, now - at):
                free_at = now + REFUSAL_S
                refused[source] += 1
                continue
            gate.begins(str(number), source, at)
            arrivals[number] = at
            free_at = now + work
            heapq.heappush(todo, (free_at + CARD_S, number, "answer", source))
        elif what == "answer":
            gate.answered(str(number), now)
            if now > seconds / 2:
                delays.append(now - arrivals[number])
            heapq.heappush(todo, (now + talk, number, "bye", source))
        else:
            free_at = now + work
            if at < seconds:
                taken[source] += 1
    return Outcome(taken, refused, sorted(delays), seconds)


@settings(max_examples=25, deadline=None)
@given(st.floats(30, 800), st.floats(1.2, 4.0), st.integers(0, 2**32))
def test_overload_costs_a_tenth_of_the_capacity_at_most(capacity: float, times: float, seed: int) -> None:
    told = simulate(capacity, {"a": capacity * times}, 12.0, seed)
    at_most = capacity * (1 - REFUSAL_S * capacity * times)  # refusals are work, too
    assert told.taken["a"] >= 0.9 * at_most * (told.seconds - 0.5)
    assert told.delays[len(told.delays) * 95 // 100] < max(4 * TARGET, 12 / capacity)


@settings(max_examples=15, deadline=None)
@given(st.floats(60, 400), st.floats(0.1, 0.7), st.integers(0, 2**32))
def test_below_the_capacity_nobody_is_refused(capacity: float, share: float, seed: int) -> None:
    told = simulate(capacity, {"a": capacity * share}, 10.0, seed)
    assert sum(told.refused.values()) <= 0.01 * sum(told.taken.values())


@settings(max_examples=10, deadline=None)
@given(st.floats(100, 400), st.integers(0, 2**32))
def test_a_switch_that_becomes_slower_is_followed(capacity: float, seed: int) -> None:
    told = simulate(capacity, {"a": capacity * 0.8}, 20.0, seed, slower=3.0)
    assert told.taken["a"] >= 0.85 * (capacity * 0.8 * 10 + capacity / 3 * 10) * 0.95
    assert told.delays[len(told.delays) // 2] < 4 * TARGET


@settings(max_examples=15, deadline=None)
@given(st.floats(100, 400), st.integers(1, 5), st.integers(0, 2**32))
def test_one_source_leaves_others_what_they_ask_for_within_their_share(
    capacity: float, others: int, seed: int
) -> None:
    fair = capacity / (others + 1)
    offered = {"flood": 5.0 * capacity} | {f"o{number}": 0.4 * fair for number in range(others)}
    told = simulate(capacity, offered, 10.0, seed)
    for name in set(offered) - {"flood"}:
        assert told.taken[name] >= 0.8 * (told.taken[name] + told.refused[name])


def test_an_invite_that_waited_too_long_is_refused_and_counted_for_the_alarm() -> None:
    gate = Overload()
    assert gate.refused_lately(5.0) == 0
    assert not gate.admits("a", "one", 10.0, LATE + 0.01)
    assert gate.admits("a", "two", 10.0, LATE / 2)
    assert [gate.refused_lately(at) for at in (10.0, 69.0, 71.0)] == [1, 1, 0]
    assert not gate.admits("a", "three", 100.0, LATE + 0.01)
    assert gate.refused_lately(100.0) == 1


def test_the_repeat_of_a_refused_invite_is_refused() -> None:
    gate = Overload()
    assert not gate.admits("a", "one", 10.0, LATE + 0.01)
    assert not gate.admits("a", "one", 10.5)
    assert gate.admits("a", "two", 10.5)
    for number in range(REMEMBERED):
        gate.admits("a", number, 11.0, LATE + 0.01)
    assert gate.admits("a", "one", 12.0), "so many are remembered, no more"


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
