"""Erlang C compared with independent results: exact fractions of the textbook's sum, printed tables, and a simulated queue."""

import heapq
import math
import random
from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.services.erlang import MOST_LOAD, blocking, load_of, staffing, waiting


def exact(agents: int, load: Fraction) -> Fraction:
    """The textbook's formula, without recurrence and without rounding."""
    top = load**agents / math.factorial(agents) * agents / (agents - load)
    return top / (sum(load**k / math.factorial(k) for k in range(agents)) + top)


def exact_b(agents: int, load: Fraction) -> Fraction:
    return load**agents / math.factorial(agents) / sum(load**k / math.factorial(k) for k in range(agents + 1))


def b(agents: int, load: float) -> float:
    return next(islice(blocking(load), agents, None))


def c(agents: int, load: float) -> float:
    return waiting(agents, load, b(agents, load))


@given(st.integers(1, 150), st.fractions(Fraction(1, 50), 140, max_denominator=50))
def test_as_the_sum_of_fractions(agents: int, load: Fraction) -> None:
    assert b(agents, float(load)) == pytest.approx(float(exact_b(agents, load)), rel=1e-9, abs=1e-300)
    if agents > load:
        assert c(agents, float(load)) == pytest.approx(float(exact(agents, load)), rel=1e-9, abs=1e-300)
    else:
        assert c(agents, float(load)) == 1.0


@pytest.mark.parametrize(
    ("lines", "loss", "load"),
    [(1, 0.01, 0.0101), (5, 0.01, 1.361), (10, 0.01, 4.461), (20, 0.01, 12.03), (30, 0.05, 24.80), (100, 0.01, 84.06)],
)
def test_as_the_printed_tables_of_erlang_b(lines: int, loss: float, load: float) -> None:
    """The traffic that ``lines`` lines carry at this loss, to the digits of the printed tables."""
    assert b(lines, load) == pytest.approx(loss, rel=5e-3)


def test_two_agents_and_one_erlang() -> None:
    """By hand: A = 1, n = 2: B = (1/2) / (1 + 1 + 1/2) = 1/5, C = 1/3."""
    assert b(2, 1.0) == pytest.approx(1 / 5)
    assert c(2, 1.0) == pytest.approx(1 / 3)


def test_a_large_centre_neither_overflows_nor_vanishes() -> None:
    """20! is 2e18, and 4,000! exceeds a float."""
    assert 0 < c(4_050, 4_000.0) < 1
    assert c(9_999, MOST_LOAD) == 1.0
    assert 10_000 < staffing(200_000.0, 180.0, 0.99, 10.0).agents < 10_400, "some square roots of the load above it"


@pytest.mark.parametrize(("agents", "target"), [(10, 0.65), (11, 0.8)])
def test_as_a_simulated_queue(agents: int, target: float) -> None:
    """Random callers, served in order; none gives up. 8 erlang."""
    dice, now, aht = random.Random(1917), 0.0, 180.0
    free = [0.0] * agents
    waits = []
    for _ in range(200_000):
        now += dice.expovariate(160 / 3600)
        start = max(now, heapq.heappop(free))
        heapq.heappush(free, start + dice.expovariate(1 / aht))
        waits.append(start - now)
    computed = staffing(160.0, aht, target, 20.0)
    assert computed.agents == agents
    assert sum(wait > 0 for wait in waits) / len(waits) == pytest.approx(computed.waiting, abs=0.015)
    assert sum(wait <= 20 for wait in waits) / len(waits) == pytest.approx(computed.service_level, abs=0.015)
    assert sum(waits) / len(waits) == pytest.approx(computed.wait_average, rel=0.08)


@given(
    st.floats(1, 2_000), st.floats(10, 900), st.floats(0.05, 0.99), st.floats(1, 120), st.sampled_from((0.0, 0.25, 0.5))
)
def test_the_fewest_that_reach_the_target(calls: float, aht: float, target: float, within: float, off: float) -> None:
    found = staffing(calls, aht, target, within, off)
    load = load_of(calls, aht)
    assert found.service_level >= target
    assert found.agents > load
    assert found.occupancy == pytest.approx(load / found.agents)
    assert (found.rostered - 1) * (1 - off) < found.agents <= found.rostered * (1 - off) + 1e-6
    fewer = found.agents - 1
    if fewer > load:
        level = 1 - c(fewer, load) * math.exp(-(fewer - load) * within / aht)
        assert level < target


def test_nobody_calls() -> None:
    nobody = staffing(0.0, 180.0, 0.8, 20.0, 0.3)
    assert (nobody.agents, nobody.rostered, nobody.service_level) == (0, 0, 1.0)


def test_too_large_is_said() -> None:
    with pytest.raises(ValueError, match="erlang"):
        staffing(1e9, 180.0, 0.8, 20.0)
