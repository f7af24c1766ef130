"""Timers of the SIP thread: order, cancelling, size."""

import gc
import random
import weakref

from hypothesis import given
from hypothesis import strategies as st

from switch_server.adapters.sip.timers import COMPACTED_FROM, SipTimers


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def no_fault() -> None:
    raise AssertionError("a timer failed")


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=200))
def test_what_is_due_runs_in_order_unless_cancelled(wanted) -> None:
    clock, ran = Clock(), []
    timers = SipTimers(clock)
    made = [timers.after(at, lambda i=i: ran.append(i)) for i, (at, _) in enumerate(wanted)]
    for timer, (_, cancelled) in zip(made, wanted, strict=True):
        if cancelled:
            timer.cancel()
            timer.cancel()
    for clock.now in range(51):
        timers.run(no_fault)
    left = [(at, i) for i, (at, cancelled) in enumerate(wanted) if not cancelled]
    assert ran == [i for _, i in sorted(left)]
    assert len(timers) == 0
    assert timers.wait() is None


def test_a_timer_that_sets_and_cancels_others() -> None:
    clock, ran = Clock(), []
    timers = SipTimers(clock)
    later = timers.after(2, lambda: ran.append("later"))

    def first() -> None:
        later.cancel()
        timers.after(0, lambda: ran.append("at once"))
        timers.after(5, lambda: ran.append("next"))

    timers.after(1, first)
    clock.now = 2.0
    timers.run(no_fault)
    assert ran == ["at once"]
    assert timers.wait() == 5.0


def test_a_fault_stops_no_other_timer() -> None:
    timers, seen = SipTimers(Clock()), []

    def fails() -> None:
        raise RuntimeError("a bug")

    timers.after(0, fails)
    timers.after(0, lambda: seen.append("the other"))
    timers.run(lambda: seen.append("fault"))
    assert seen == ["fault", "the other"]


def test_a_cancelled_timer_lets_go_of_its_function_at_once() -> None:
    class Leg:
        def end(self) -> None: ...

    timers, leg = SipTimers(Clock()), Leg()
    gone = weakref.ref(leg)
    timer = timers.after(300, leg.end)
    gc.disable()
    try:
        timer.cancel()
        del leg
        assert gone() is None
    finally:
        gc.enable()


def test_a_hundred_thousand_cancelled_timers_take_no_room() -> None:
    """Two a call, each for minutes, of which nearly all are cancelled: the heap has hardly more than those that wait."""
    clock, rng = Clock(), random.Random(1)
    timers, waiting = SipTimers(clock), []
    most = 0
    for number in range(100_000):
        clock.now += 0.005
        waiting.append(timers.after(rng.choice([32.0, 300.0]), no_fault))
        if len(waiting) > 100:
            waiting.pop(rng.randrange(100)).cancel()
        if number % 100 == 0:
            most = max(most, len(timers))
    assert most <= 2 * (101 + COMPACTED_FROM)
