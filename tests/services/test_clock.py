"""The switch's clock."""

import itertools

from switch_server.services.clock import ALARM, RATE, Clock


class Times:
    """The system's two clocks, which change only when the test sets them."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_764_043_200.0, 1000.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def made() -> tuple[Times, Clock]:
    times = Times()
    return times, Clock(lambda: times.wall, lambda: times.steady)


def test_the_clock_never_goes_back() -> None:
    clock = Clock()
    times = [clock() for _ in range(1000)]
    assert times == sorted(times)


def test_the_clock_begins_at_the_system_s_time_and_advances_evenly() -> None:
    times, clock = made()
    for _ in range(100):
        times.pass_(0.1)
        assert abs(clock() - times.wall) < 1e-6
    assert clock.behind() == 0.0


def test_a_change_of_the_system_s_clock_is_adjusted_gradually() -> None:
    for change in (30.0, -30.0):
        times, clock = made()
        before = clock()
        times.wall += change
        assert clock() == before, "no jump"
        seen = [clock()]
        for _ in range(400):
            times.pass_(10.0)
            seen.append(clock())
        steps = [after - at for at, after in itertools.pairwise(seen)]
        assert min(steps) > 10 * (1 - RATE) - 1e-6
        assert max(steps) < 10 * (1 + RATE) + 1e-6
        assert abs(clock() - times.wall) < 1e-6
        assert sum(abs(step - 10) > 0.01 for step in steps) == 300, "30 s at 1 %"


def test_a_large_difference_is_told_until_it_is_made_up_for() -> None:
    times, clock = made()
    times.wall += 3600.0
    assert round(clock.behind()) == 3600
    times.wall -= 7200.0
    assert round(clock.behind()) == -3600
    times.wall += 3600.0 + ALARM - 0.1
    assert clock.behind() == 0.0
