"""The rows that reports read from the store's file: those of the right span, with branch and service level."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import desk
from shared.control_reports import AskReport
from shared.days import day_start, shanghai_day
from shared.ids import AgentId
from shared.reports import By
from switch_server.adapters.store import Store
from switch_server.adapters.store.statistics import LONGEST_CALL, LONGEST_STRETCH
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import AgentRecord
from switch_server.ports.errors import StoreError
from switch_server.ports.statistics import DeskRing, PlacedOrder, QueueVisit, SeatTime
from switch_server.services.report_service import ReportService
from tests.store.samples import CONTRACT, NOON, Clock, Posted, place, state
from tests.store.test_core_talks import Rig

DAY = day_start("20251125")
END = day_start("20251126")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(tmp_path / "huawu.db", Posted(), clock=clock)
    store.start()
    yield store
    assert store.stop() == 0
    assert store.counts.refused == 0


def save(store: Store, table: str, *rows: dict[str, object]) -> None:
    for row in rows:
        store.do(SaveRecord(table, row))
    assert store.flush(20.0)


def seat(number: int, begun: float, ended: float | None, **more: object) -> dict[str, object]:
    row = {"shift": "s", "agent": "1001", "desk": "d", "state": "open", "begun_at": begun, "ended_at": ended}
    return {"id": f"1001@{number}"} | row | more


def visit(call: str, at: float, **more: object) -> dict[str, object]:
    row = {"call": call, "queue": "agents", "kind": "in", "entered_at": at, "service_level_ms": 20_000}
    return {"id": f"{call}/agents@{at}"} | row | {"waited_ms": 5, "outcome": "answered"} | more


def test_stretches_that_have_a_part_in_the_span(store: Store) -> None:
    save(store, "calls", {"id": "c", "branch": "GZ01"})
    save(
        store, "seat_states",
        seat(1, DAY - 100, DAY), seat(2, DAY - 50, DAY + 1), seat(3, NOON, NOON + 9, state="talking", call="c", queue="agents"),
        seat(4, NOON + 9, None, state="locked", reason="lunch"), seat(5, END, END + 1), seat(6, DAY - LONGEST_STRETCH - 1, None),
    )  # fmt: skip
    assert sorted(store.statistics.seat_times(DAY, END), key=lambda time: time.begun) == [
        SeatTime("1001", "open", None, None, DAY - 50, DAY + 1),
        SeatTime("1001", "talking", None, "agents", NOON, NOON + 9, "GZ01"),
        SeatTime("1001", "locked", "lunch", None, NOON + 9, None),
    ]


def test_visits_of_calls_that_came_first_in_the_span(store: Store) -> None:
    """A call from before midnight belongs wholly to yesterday; a call that lasts over the next midnight wholly to today."""
    save(
        store, "queue_visits", visit("late", END - 5), visit("late", END + 5, queue="fund"), visit("early", DAY - 5), visit("early", DAY + 5),
        visit("there", NOON, waited_ms=None, outcome=None), visit("old", DAY - LONGEST_CALL - 1), visit("next", END),
    )  # fmt: skip
    save(store, "calls", {"id": "late", "branch": "GZ02"})
    assert list(store.statistics.visits(DAY, END)) == [
        QueueVisit("late", "agents", "in", END - 5, 5, "answered", 20_000, "GZ02"),
        QueueVisit("late", "fund", "in", END + 5, 5, "answered", 20_000, "GZ02"),
        QueueVisit("there", "agents", "in", NOON, None, None, 20_000),
    ]
    assert [each.call for each in store.statistics.visits(DAY - 86_400, DAY)] == ["early", "early"]


def test_rings_with_their_queue_s_service_level(store: Store) -> None:
    save(store, "queue_visits", visit("c", NOON, service_level_ms=15_000), visit("c", NOON + 60, service_level_ms=9))
    save(
        store, "talks",
        {"id": "c/2", "call": "c", "agent": "1001", "queue": "agents", "kind": "in", "offered_at": NOON + 1, "outcome": "no_answer"},
        {
            "id": "c/3", "call": "c", "agent": "1002", "queue": "agents", "kind": "in", "offered_at": NOON + 9, "answered_at": NOON + 12,
            "waited_ms": 9_000.0, "outcome": "answered", "disposition": "order", "transferred_to": "seat:1003",
        },
        {"id": "d/2", "call": "d", "agent": "1001", "kind": "out", "offered_at": DAY},
        {"id": "e/2", "call": "e", "agent": "1001", "kind": "out", "offered_at": END},
        {"id": "f/2", "call": "f", "agent": "1001", "kind": "in", "offered_at": DAY - 9},
        {"id": "f/3", "call": "f", "agent": "1002", "kind": "in", "offered_at": DAY + 9},
    )  # fmt: skip
    assert list(store.statistics.rings(DAY, END)) == [
        DeskRing("c", "1001", "agents", "in", NOON + 1, None, 0, "no_answer", None, None, 15_000),
        DeskRing("c", "1002", "agents", "in", NOON + 9, NOON + 12, 9_000, "answered", "order", "seat:1003", 15_000),
        DeskRing("d", "1001", None, "out", DAY, None, 0, None, None, None),
    ]
    assert [rung.call for rung in store.statistics.rings(DAY - 60, DAY)] == ["f", "f"], (
        "over midnight: yesterday's, whole"
    )


def test_orders_that_the_branch_took(store: Store, clock: Clock) -> None:
    one, two, cancelled = place(1), place(2), place(3, call="20251125-130000-0001")
    for order in (one, two, cancelled):
        store.do(order)
    store.do(state(one, "accepted", contract=CONTRACT))
    store.do(state(one, "filled", "report", filled=100))
    store.do(state(two, "refused", code="no_cash"))
    clock.now = END
    store.do(place(4, call="20251126-000000-0001"))
    save(store, "queue_visits", visit("20251125-120000-0001", NOON, queue="trading"))
    assert list(store.statistics.orders(DAY, END)) == [
        PlacedOrder(NOON, "20251125-120000-0001", None, "GZ03", 10_350, 100, "trading")
    ]


def test_two_reports_at_once_wait_for_each_other(store: Store) -> None:
    save(store, "queue_visits", *(visit(f"c{number:04}", NOON + number) for number in range(500)))
    read: list[int] = []

    def count() -> None:
        read.extend(sum(1 for _ in store.statistics.visits(DAY, END)) for _ in range(5))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert read == [500] * 20


def test_a_report_that_is_being_made_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    save(store, "queue_visits", *(visit(f"c{number:04}", NOON + number) for number in range(500)))
    reading, ended = threading.Event(), []

    def read() -> None:
        try:
            for _ in store.statistics.visits(DAY, END):
                reading.set()
                time.sleep(0.05)
        except StoreError as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(20)
    began = time.monotonic()
    assert store.stop() == 0
    thread.join(20)
    assert time.monotonic() - began < 20  # the whole report takes 25 s
    assert len(ended) == 1
    with pytest.raises(StoreError):
        next(store.statistics.rings(DAY, END))


def test_a_report_of_what_the_core_has_saved(tmp_path: Path) -> None:
    """An answered and an unanswered call, from the core's effects to the report."""
    rig = Rig(tmp_path)
    try:
        world = rig.world
        began = world.now
        rig.store.agents.put_agent(AgentRecord(AgentId("ann"), "安妮", group="east"), "operator")
        answered = world.offer()
        world.run(20.0)
        world.hang_up(answered)
        world.run(40.0)
        world.command(desk.LockSeat())
        gone = world.offer()
        world.run(9.0)
        world.hang_up(gone)
        world.run(1.0)
        rig.written()
        reports = ReportService(rig.store.statistics, rig.store.agents, rig.clock)
        day = shanghai_day(world.now)
        queues = reports.make(AskReport(By.QUEUES, day, day))
        (row,) = queues.rows
        assert (row.key, row.offered, row.answered, row.abandoned, row.within, row.talks) == ("agents", 2, 1, 1, 1, 1)
        agents = reports.make(AskReport(By.AGENTS, day, day))
        (ann,) = agents.rows
        assert (ann.name, ann.offered, ann.answered) == ("安妮", 1, 1)
        assert ann.shift_ms == round(world.now * 1000) - round(began * 1000)
        assert ann.wrap_up_ms == 30_000
        (east,) = reports.make(AskReport(By.GROUPS, day, day)).rows
        assert (east.key, east.talk_ms) == ("east", ann.talk_ms)
    finally:
        assert rig.store.stop() == 0
