"""Calls a second: never more than the burst and what has flowed in, and no call waits longer than it must."""

from hypothesis import given
from hypothesis import strategies as st

from switch_server.core.words import CallRate

STEPS = st.lists(st.floats(0, 2), max_size=60)


@given(st.floats(0.5, 50), st.integers(1, 20), STEPS)
def test_never_more_than_the_rate(per_second: float, burst: int, steps: list[float]) -> None:
    rate, now, taken = CallRate(per_second, burst), 100.0, 0
    for step in steps:
        now += step
        room = rate.has_room(now)
        assert rate.take(now) == room
        taken += room
    assert taken <= burst + per_second * (now - 100.0) + 1e-6


def test_a_burst_then_the_rate() -> None:
    rate = CallRate(2.0, 3)
    assert [rate.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert [rate.take(10.5), rate.take(10.5)] == [True, False]
    assert [rate.take(99.0) for _ in range(4)] == [True, True, True, False]


def test_without_a_limit_each_call_goes() -> None:
    rate = CallRate(0.0, 1)
    assert all(rate.take(1.0) for _ in range(1000))
    assert rate.has_room(1.0)
    assert rate.wait(1.0, longest=0.0) == 0.0


def test_calls_that_wait_go_at_the_rate() -> None:
    rate = CallRate(4.0, 1)
    assert [rate.wait(5.0, longest=1.0) for _ in range(6)] == [0.0, 0.25, 0.5, 0.75, 1.0, None]
    assert rate.wait(6.0, longest=1.0) == 0.25


def test_time_that_goes_back_gives_nothing() -> None:
    rate = CallRate(1.0, 1)
    assert rate.take(10.0)
    assert not rate.take(9.0)
    assert not rate.take(10.9)
    assert rate.take(11.0)
