"""Call ids."""

import sys
import threading
import time
from datetime import UTC, datetime

from shared.ids import CallId
from switch_server.services.call_ids import CallIds

AT = datetime(2026, 8, 25, 9, 31, 5, 123_456, tzinfo=UTC).timestamp()


def test_ids_rise_and_contain_their_time() -> None:
    now = [AT]
    ids = CallIds(lambda: now[0])
    assert ids() == "2026082509310512300"
    many = [ids() for _ in range(300)]  # within one millisecond
    now[0] = AT - 5.0  # the clock is set back
    many += [ids() for _ in range(3)]
    assert many == sorted(set(many))
    now[0] = AT + 10.0
    assert ids() == "2026082509311512300"


def test_two_threads_never_get_the_same() -> None:
    ids = CallIds(lambda: AT)
    made: list[CallId] = []

    begin = threading.Barrier(5)

    def make() -> None:
        begin.wait()
        made.extend([ids() for _ in range(5000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    while begin.n_waiting < len(threads):  # all threads have started, with coverage's tracer if there is one
        time.sleep(0.001)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # the threads are switched as often as possible
    try:
        begin.wait()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert len(set(made)) == len(made) == 20_000


def test_after_a_restart_with_a_clock_that_was_set_back() -> None:
    first = CallIds(lambda: AT)
    used = [first() for _ in range(50)]
    second = CallIds(lambda: AT - 3600.0, last=used[-2], seen=AT - 0.1)
    used += [second() for _ in range(50)]
    third = CallIds(lambda: AT - 3500.0, last=used[-2], seen=AT - 0.1)
    used += [third() for _ in range(50)]
    assert used == sorted(set(used))
    assert CallIds(lambda: AT, last=CallId("2026082509300012345b2"), seen=AT - 5.0)() == "2026082509310512300"
    assert CallIds(lambda: AT, last=CallId("c1"))() == "2026082509310512300"
