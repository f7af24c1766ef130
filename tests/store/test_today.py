"""Today's counts of queues and orders: counted as rows are saved, and the same after a restart."""

from collections.abc import Callable
from pathlib import Path

from shared.ids import BranchId, Fen, QueueName
from switch_server.adapters.store import Store
from switch_server.core.words import SaveRecord
from switch_server.ports.floor import OrderCounts, QueueCounts
from tests.store.samples import NOON, Clock, Posted, cancel, place, report, state

AGENTS, GZ03 = QueueName("agents"), BranchId("GZ03")
HOUR = 3600.0
Test = Callable[[Store, Clock], None]


def opened(folder: Path, clock: Clock) -> Store:
    store = Store(folder / "huawu.db", Posted(), clock=clock)
    store.start()
    return store


def came(store: Store, visit: str, at: float, **more: object) -> None:
    row = {"id": visit, "call": visit, "queue": AGENTS, "kind": "in", "entered_at": at, "service_level_ms": 20_000}
    store.do(SaveRecord("queue_visits", row | more))


def went(store: Store, visit: str, outcome: str, waited_ms: int, at: float = NOON) -> None:
    store.do(SaveRecord("queue_visits", {"id": visit, "left_at": at, "waited_ms": waited_ms, "outcome": outcome}))


def test_queues_of_today(tmp_path: Path) -> None:
    clock = Clock()
    store = opened(tmp_path, clock)
    assert store.today.queues() == {}
    for visit, outcome, waited in (
        ("a", "answered", 20_000), ("b", "answered", 20_001), ("c", "abandoned", 5_000), ("d", "left", 90_000),
    ):  # fmt: skip
        came(store, visit, NOON)
        went(store, visit, outcome, waited)
    came(store, "e", NOON, left_at=NOON, waited_ms=0, outcome="closed")
    came(store, "f", NOON, left_at=NOON, waited_ms=0, outcome="full")
    came(store, "g", NOON, left_at=NOON, waited_ms=3_000, outcome="answered")
    came(store, "h", NOON)
    went(store, "unknown", "answered", 1)
    expected = {AGENTS: QueueCounts(offered=6, answered=3, in_time=2, abandoned=1)}
    assert store.today.queues() == expected
    store.stop()

    store = opened(tmp_path, clock)
    assert store.today.queues() == expected
    went(store, "h", "abandoned", 9_000)
    assert store.today.queues() == expected, "its call was of the run before, and is over"
    store.stop()


def test_a_visit_belongs_to_the_day_on_which_it_began(tmp_path: Path) -> None:
    clock = Clock(NOON + 11.99 * HOUR)
    store = opened(tmp_path, clock)
    came(store, "a", clock.now)
    clock.now += 60.0
    went(store, "a", "answered", 60_000, clock.now)
    assert store.today.queues() == {}
    came(store, "b", clock.now)
    assert store.today.queues() == {AGENTS: QueueCounts(offered=1)}
    store.stop()


def test_orders_of_today(tmp_path: Path) -> None:
    clock = Clock()
    store = opened(tmp_path, clock)
    one, two, three = place(1), place(2), place(3)
    for effect in (one, one, two, three, cancel(4)):
        store.do(effect)
    assert store.today.orders() == {GZ03: OrderCounts({"captured": 3})}
    store.do(state(one, "working", "reported", filled=40))
    store.do(state(one, "working", "reported"))
    store.do(state(two, "filled", "filled", filled=200))
    store.do(state(two, "working", "reported", filled=100))
    store.do(state(three, "refused", "refused"))
    store.do(state(place(9), "working", "reported", filled=100))
    for stranger in ({"branch": "GZ04"}, {"account": "60099999"}):
        store.do(report(one, 7, filled=100, **stranger))
    expected = {GZ03: OrderCounts({"filled": 1, "refused": 1, "working": 1}, Fen(240 * 1035))}
    assert store.today.orders() == expected
    store.stop()

    store = opened(tmp_path, clock)
    assert store.today.orders() == expected
    store.do(state(one, "cancelled", "cancelled", filled=50))
    assert store.today.orders() == {GZ03: OrderCounts({"cancelled": 1, "filled": 1, "refused": 1}, Fen(250 * 1035))}
    clock.now += 13 * HOUR
    assert store.today.orders() == {}
    store.do(state(one, "filled", "filled", filled=100))
    assert store.today.orders() == {}
    store.stop()
