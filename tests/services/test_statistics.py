"""Reports from records, with each figure computed by hand; and rules that hold for any records."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.days import day_after, day_start, shanghai_day
from shared.enums import CallKind, SeatState
from shared.reports import By, ReportRow
from switch_server.core.acd import VisitEnd
from switch_server.core.room import Outcome
from switch_server.ports.statistics import CountedFax, DeskRing, PlacedOrder, QueueVisit, SeatTime
from switch_server.services.day_columns import day_of
from switch_server.services.report_service import MOST_DAYS, BadDays, span
from switch_server.services.statistics import FREE, OFFERED_KINDS, TALK, AgentName, ReportBuilder, ReportQuery

DAY = day_start("20260901")
NINE = DAY + 9 * 3600
END = day_start("20260902")
WHO = {"ann": AgentName("安妮", "east"), "bob": AgentName("Bob", "east"), "cat": AgentName("Cat", "west")}


class Records:
    """A test's records; ``report`` makes the report."""

    def __init__(self) -> None:
        self.seats: list[SeatTime] = []
        self.visits: list[QueueVisit] = []
        self.rings: list[DeskRing] = []
        self.orders: list[PlacedOrder] = []
        self.faxes: list[CountedFax] = []

    def visit(
        self,
        call: str,
        waited: float | None,
        outcome: str | None,
        *,
        at: float = NINE,
        queue: str = "agents",
        **more: Any,
    ) -> None:
        ms = None if waited is None else round(waited * 1000)
        row = {"kind": "in", "service_level_ms": 20_000, **more}
        self.visits.append(QueueVisit(call=call, queue=queue, entered=at, waited_ms=ms, outcome=outcome, **row))

    def ring(
        self, call: str, agent: str, *, rang: float = 5.0, talked: bool = True, at: float = NINE, **more: Any
    ) -> None:
        row = {
            "queue": "agents", "kind": "in", "waited_ms": 3_000, "outcome": "answered" if talked else "no_answer", "disposition": None,
            "transferred_to": None, "service_level_ms": 20_000,
        }  # fmt: skip
        answered = at + rang if talked else None
        self.rings.append(DeskRing(call=call, agent=agent, offered=at, answered=answered, **(row | more)))

    def seat(self, agent: str, state: str, begun: float, ended: float | None, **more: Any) -> None:
        row = {"reason": None, "queue": None, "branch": None}
        self.seats.append(SeatTime(agent=agent, state=state, begun=begun, ended=ended, **(row | more)))

    def report(self, by: By, *, now: float = END, **ask: Any) -> tuple[dict[str, ReportRow], ReportRow]:
        made = ReportBuilder(ReportQuery(by=by, now=now, **ask), WHO)
        visits = sorted(self.visits, key=lambda v: (v.call, v.entered))
        rings = sorted(self.rings, key=lambda r: (r.call, r.offered))
        made.add(day_of(DAY, now, self.seats, visits, rings, self.orders, self.faxes))
        return {row.key: row for row in made.rows()}, made.total()


@pytest.fixture
def records() -> Records:
    return Records()


def counts(row: ReportRow) -> tuple[int, int, int, int, int]:
    return row.offered, row.answered, row.abandoned, row.left, row.within


# --- queues ---


def test_a_queue_s_callers(records: Records) -> None:
    records.visit("1", 12.0, "answered")
    records.visit("2", 20.0, "answered")
    records.visit("3", 20.001, "answered")
    records.visit("4", 90.0, "abandoned")
    records.visit("5", 300.0, "left")
    records.visit("6", 0.0, "closed")
    records.visit("7", 1.0, "lost")
    rows, total = records.report(By.QUEUES)
    row = rows["agents"]
    assert counts(row) == counts(total) == (6, 3, 2, 1, 2)
    assert (row.refused, row.service_level) == (1, 2 / 6)
    assert (row.wait_average_ms, row.wait_longest_ms) == (round(52_001 / 3), 300_000)


def test_each_queue_has_its_own_service_level(records: Records) -> None:
    records.visit("1", 25.0, "answered", service_level_ms=30_000)
    records.visit("2", 25.0, "answered", queue="fund")
    rows, total = records.report(By.QUEUES)
    assert (rows["agents"].within, rows["fund"].within, total.within) == (1, 0, 1)


def test_a_transferred_call_is_counted_once_at_its_queue(records: Records) -> None:
    """From Ann to Bob, back into the same queue, and on to another queue: one call at each, one call in all."""
    records.visit("1", 10.0, "answered", at=NINE)
    records.visit("1", 60.0, "answered", at=NINE + 100)
    records.visit("1", 40.0, "abandoned", at=NINE + 200, queue="fund")
    records.ring("1", "ann", at=NINE + 5, transferred_to="seat:bob")
    records.ring("1", "bob", at=NINE + 50, kind="consult", transferred_to="queue:agents")
    records.ring("1", "cat", at=NINE + 150, transferred_to="queue:fund")
    rows, total = records.report(By.QUEUES)
    assert counts(rows["agents"]) == (1, 1, 0, 0, 1)
    assert counts(rows["fund"]) == (1, 0, 1, 0, 0)
    assert counts(total) == (1, 1, 0, 0, 1)
    assert (rows["agents"].wait_average_ms, rows["agents"].transfers, rows["agents"].talks) == (10_000, 3, 3)
    for by in (By.HOURS, By.DAYS, By.BRANCHES):
        [only] = records.report(by)[0].values()
        assert counts(only) == (1, 1, 0, 0, 1), by


def test_a_flow_that_leads_from_queue_to_queue_adds_the_waits(records: Records) -> None:
    records.visit("1", 15.0, "left")
    records.visit("1", 0.0, "full", at=NINE + 15, queue="fund")
    records.visit("1", 15.0, "answered", at=NINE + 15, queue="trading")
    rows, total = records.report(By.QUEUES)
    assert counts(rows["agents"]) == (1, 0, 0, 1, 0)
    assert counts(rows["trading"]) == (1, 1, 0, 0, 1)
    assert rows["fund"].refused == 1
    assert (counts(total), total.wait_average_ms, total.refused) == ((1, 1, 0, 0, 0), 30_000, 0), (
        "30 s in all: too late"
    )


def test_callbacks_are_apart(records: Records) -> None:
    records.visit("1", 50.0, "left")
    records.visit("1b1", 3.0, "answered", kind="callback", at=NINE + 900)
    records.visit("2b1", 3.0, "abandoned", kind="callback", at=NINE + 900)
    records.ring("1b1", "ann", kind="callback", waited_ms=900_000)
    row = records.report(By.QUEUES)[0]["agents"]
    assert (counts(row), row.callbacks, row.talks) == ((1, 0, 0, 1, 0), 1, 1)
    at_desk = records.report(By.AGENTS)[0]["ann"]
    assert (at_desk.offered, at_desk.callbacks, at_desk.wait_average_ms) == (0, 1, None)


def test_who_waits_still_is_offered_and_nothing_else_yet(records: Records) -> None:
    records.visit("1", None, None, at=NINE)
    row = records.report(By.QUEUES, now=NINE + 42)[0]["agents"]
    assert (counts(row), row.wait_longest_ms) == ((1, 0, 0, 1, 0), 42_000)


def test_hours_and_days_are_of_the_call_s_first_visit_in_shanghai(records: Records) -> None:
    records.visit("1", 600.0, "left", at=NINE + 3590)
    records.visit("1", 30.0, "answered", at=NINE + 4190, queue="fund")
    records.visit("2", 5.0, "answered", at=DAY)
    hours, _ = records.report(By.HOURS)
    assert {hour: counts(row) for hour, row in hours.items()} == {"09": (1, 1, 0, 0, 0), "00": (1, 1, 0, 0, 1)}
    assert set(records.report(By.DAYS)[0]) == {"20260901"}


def test_branches_are_of_the_caller_s_account_and_the_unknown_comes_last(records: Records) -> None:
    records.visit("1", 5.0, "answered", branch="GZ02")
    records.visit("2", 5.0, "answered")
    records.seat("ann", "talking", NINE, NINE + 10, queue="agents", branch="GZ02")
    records.seat("ann", "open", NINE + 10, NINE + 90)
    rows, total = records.report(By.BRANCHES)
    assert list(rows) == ["GZ02", ""]
    assert (rows["GZ02"].talk_ms, rows["GZ02"].occupancy, rows["GZ02"].shift_ms) == (10_000, None, 0)
    assert (total.talk_ms, total.open_ms) == (10_000, 0)


# --- agents ---


def test_an_agent_s_calls(records: Records) -> None:
    records.ring("1", "ann", rang=4.0, waited_ms=6_000, disposition="order")
    records.ring("2", "ann", rang=10.5, waited_ms=10_000, disposition="order")
    records.ring("3", "ann", talked=False)
    records.ring("3", "bob", at=NINE + 20, waited_ms=20_000)
    records.ring("4", "ann", talked=False, outcome="caller_gone")
    records.ring("5", "ann", kind="out", queue=None, disposition="enquiry")
    records.ring("6", "ann", kind="internal", queue=None)
    records.ring("7", "ann", kind="monitor")
    rows, total = records.report(By.AGENTS)
    ann = rows["ann"]
    assert ann.name == "安妮"
    assert counts(ann) == (4, 2, 1, 0, 1)
    assert (ann.talks, ann.missed, ann.dialled) == (4, 1, 1)
    assert (ann.wait_average_ms, ann.wait_longest_ms) == (15_250, 20_500)
    assert ann.dispositions == {"enquiry": 1, "order": 2}
    assert counts(rows["bob"]) == (1, 1, 0, 0, 0)
    assert counts(total) == (4, 3, 1, 0, 1), "call 3 rang at two desks and is one call"


def test_who_waited_for_the_first_answer_waited_no_longer_in_the_total(records: Records) -> None:
    """Ann does not answer; Bob answers and transfers the call to Ann."""
    records.ring("1", "ann", talked=False)
    records.ring("1", "bob", rang=4.0, at=NINE + 20, waited_ms=20_000, transferred_to="seat:ann")
    records.ring("1", "ann", rang=9.0, at=NINE + 90, waited_ms=20_000, kind="consult")
    rows, total = records.report(By.AGENTS)
    assert (rows["ann"].wait_longest_ms, rows["bob"].wait_longest_ms) == (29_000, 24_000)
    assert (total.wait_longest_ms, total.wait_average_ms, counts(total)) == (24_000, 24_000, (1, 1, 0, 0, 0))
    assert records.report(By.GROUPS)[0]["east"].wait_longest_ms == 24_000


def test_a_group_has_a_call_once_that_rang_at_two_of_its_desks(records: Records) -> None:
    records.ring("1", "ann", talked=False)
    records.ring("1", "bob", at=NINE + 20)
    records.ring("1", "gone", at=NINE + 40)
    rows, total = records.report(By.GROUPS)
    assert counts(rows["east"]) == (1, 1, 0, 0, 1)
    assert rows["east"].missed == 1
    assert counts(rows[""]) == (1, 1, 0, 0, 1), "an agent who was removed is in no group"
    assert counts(total) == (1, 1, 0, 0, 1)


def test_one_agent_s_hours_count_what_rang_there(records: Records) -> None:
    records.visit("1", 5.0, "answered")
    records.visit("2", 5.0, "answered")
    records.ring("1", "ann")
    records.ring("2", "bob")
    rows, total = records.report(By.HOURS, agent="ann")
    assert counts(rows["09"]) == counts(total) == (1, 1, 0, 0, 1)


def test_one_group_s_queues_count_what_rang_there(records: Records) -> None:
    records.visit("1", 5.0, "answered")
    records.ring("1", "ann")
    records.ring("2", "cat")
    records.seat("ann", "open", NINE, NINE + 10)
    records.seat("cat", "open", NINE, NINE + 90)
    records.orders += [PlacedOrder(NINE, "1", None, "GZ01", 1, 1), PlacedOrder(NINE, "1", "cat", "GZ01", 1, 1)]
    rows, total = records.report(By.AGENTS, group="west")
    assert set(rows) == {"cat"}
    assert (total.offered, total.shift_ms, total.orders) == (1, 90_000, 1)
    assert counts(records.report(By.QUEUES, group="east")[0]["agents"]) == (1, 1, 0, 0, 1)


# --- time ---


def test_the_parts_of_a_shift_add_up(records: Records) -> None:
    states = [
        ("locked", "logged_in", 60.0), ("open", None, 100.0), ("ringing", None, 5.0), ("talking", None, 200.0), ("holding", None, 30.0),
        ("consulting", None, 20.0), ("conference", None, 10.0), ("wrap_up", None, 25.0), ("locked", "lunch", 1800.0),
        ("offline", None, 7.0), ("locked", "lunch", 3.0), ("monitoring", None, 4.0), ("dialling", None, 6.0), ("offline", None, 0.0),
    ]  # fmt: skip
    at = NINE + 0.123456
    for state, reason, seconds in states:
        records.seat("ann", state, at, at + seconds, reason=reason)
        at += seconds
    ann = records.report(By.AGENTS)[0]["ann"]
    assert (ann.talk_ms, ann.hold_ms, ann.wrap_up_ms) == (230_000, 30_000, 25_000)
    assert ann.locked_ms == {"logged_in": 60_000, "lunch": 1_803_000}
    assert (ann.open_ms, ann.away_ms, ann.busy_ms) == (100_000, 7_000, 300_000)
    assert ann.shift_ms == ann.open_ms + ann.away_ms + ann.busy_ms + sum(ann.locked_ms.values()) == 2_270_000
    assert ann.occupancy == 0.75


def test_a_stretch_is_cut_at_hours_and_days_and_at_the_report_s_ends(records: Records) -> None:
    records.seat("ann", "open", DAY - 600, DAY + 3600 + 60)
    records.seat("ann", "talking", END - 90, None, queue="agents")
    hours, total = records.report(By.HOURS, now=END + 500)
    assert {hour: row.shift_ms for hour, row in hours.items()} == {"00": 3_600_000, "01": 60_000, "23": 90_000}
    assert total.shift_ms == 3_750_000
    assert records.report(By.DAYS, now=END - 30)[0]["20260901"].talk_ms == 60_000


def test_one_queue_has_no_shift(records: Records) -> None:
    records.seat("ann", "open", NINE, NINE + 100)
    records.seat("ann", "talking", NINE + 100, NINE + 130, queue="agents")
    records.seat("ann", "talking", NINE + 130, NINE + 190, queue="fund")
    ann = records.report(By.AGENTS, queue="fund")[0]["ann"]
    assert (ann.talk_ms, ann.shift_ms, ann.open_ms, ann.occupancy) == (60_000, 0, 0, None)


def test_one_talk_s_handling(records: Records) -> None:
    for call, begun in (("1", NINE), ("2", NINE + 100)):
        records.visit(call, 1.0, "answered")
        records.ring(call, "ann", at=begun)
        records.seat("ann", "talking", begun, begun + 40, queue="agents")
        records.seat("ann", "wrap_up", begun + 40, begun + 55, queue="agents")
    assert records.report(By.QUEUES)[0]["agents"].handle_average_ms == 55_000


# --- faxes ---


def faxed(row: ReportRow) -> tuple[int, int, int, int, int]:
    return row.faxes_sent, row.fax_pages_sent, row.faxes_failed, row.faxes_received, row.fax_pages_received


def test_faxes_by_agent_group_and_day(records: Records) -> None:
    records.faxes += [
        CountedFax(NINE, "ann", "east", "out", "sent", 3),
        CountedFax(NINE, "ann", "east", "out", "failed", 1),
        CountedFax(NINE, "bob", "west", "out", "waiting", 0),
        CountedFax(NINE, None, None, "out", "sent", 2),  # asked for by a caller
        CountedFax(NINE, None, "east", "in", "new", 4),  # nobody has taken it
        CountedFax(NINE, "bob", "east", "in", "done", 1),
        CountedFax(NINE, None, "east", "in", "failed", 0),
    ]
    agents, total = records.report(By.AGENTS)
    assert {key: faxed(row) for key, row in agents.items()} == {"ann": (1, 4, 1, 0, 0), "bob": (0, 0, 0, 1, 1)}
    assert faxed(total) == (1, 4, 1, 1, 1)
    groups = records.report(By.GROUPS)[0]
    assert {key: faxed(row) for key, row in groups.items()} == {"east": (1, 4, 1, 2, 5), "west": (0, 0, 0, 0, 0)}
    days, total = records.report(By.DAYS)
    assert [faxed(row) for row in days.values()] == [(2, 6, 1, 2, 5)] == [faxed(total)]
    assert faxed(records.report(By.HOURS, agent="ann")[1]) == (1, 4, 1, 0, 0)
    assert faxed(records.report(By.DAYS, group="west")[1]) == (0, 0, 0, 0, 0)
    assert records.report(By.QUEUES)[0] == records.report(By.DAYS, queue="fund")[0] == {}


# --- orders ---


def test_orders_and_turnover(records: Records) -> None:
    records.orders += [
        PlacedOrder(NINE, "1", "ann", "GZ01", 10_355, 300, "agents"),
        PlacedOrder(NINE + 1, "2", None, "GZ02", 1_001, 5, None),
        PlacedOrder(NINE + 2, "3", "bob", "GZ01", 9_999, 0, "fund"),
    ]
    branches, total = records.report(By.BRANCHES)
    assert {key: (row.orders, row.turnover) for key, row in branches.items()} == {
        "GZ01": (2, 310_650),
        "GZ02": (1, 501),
    }
    assert (total.orders, total.turnover) == (3, 311_151)
    agents, total = records.report(By.AGENTS)
    assert {key: row.orders for key, row in agents.items()} == {"ann": 1, "bob": 1}
    assert total.orders == 2, "what customers ordered by themselves is no agent's"
    assert {key: row.orders for key, row in records.report(By.QUEUES)[0].items()} == {"agents": 1, "fund": 1}
    assert records.report(By.DAYS, queue="fund")[1].orders == 1


# --- whatever the records ---

BRANCHES = {"c1": "GZ01", "c2": "GZ02", "c3": "GZ01"}
CALLS = st.sampled_from([f"c{number}" for number in range(8)])
AT = st.floats(DAY, END - 1, allow_nan=False)
VISITS = st.builds(
    QueueVisit, CALLS, st.sampled_from(["agents", "fund"]), st.sampled_from(["in", "in", "in", "callback"]), AT,
    st.one_of(st.none(), st.integers(0, 90_000)), st.sampled_from([None, *VisitEnd]), st.just(20_000),
).map(lambda visit: visit._replace(branch=BRANCHES.get(visit.call)))  # fmt: skip
RINGS = st.builds(
    DeskRing, CALLS, st.sampled_from(["ann", "bob", "cat", "gone"]), st.sampled_from([None, "agents", "fund"]), st.sampled_from(CallKind),
    AT, st.one_of(st.none(), AT), st.integers(0, 90_000), st.sampled_from([None, *Outcome]), st.sampled_from([None, "order", ""]),
    st.sampled_from([None, "seat:bob"]), st.sampled_from([None, 10_000]),
).map(lambda rung: rung._replace(branch=BRANCHES.get(rung.call)))  # fmt: skip


def added(rows: Iterable[ReportRow], name: str) -> int:
    return sum(getattr(row, name) for row in rows)


@pytest.mark.slow
@given(st.lists(VISITS, max_size=30), st.lists(RINGS, max_size=30), st.sampled_from(By))
def test_every_call_is_in_one_place(visits: list[QueueVisit], rings: list[DeskRing], by: By) -> None:
    records = Records()
    records.visits, records.rings = visits, rings
    by_key, total = records.report(by)
    rows = by_key.values()
    for row in (*rows, total):
        assert 0 <= row.within <= row.answered <= row.offered
        if by not in (By.AGENTS, By.GROUPS):
            assert row.offered == row.answered + row.abandoned + row.left
    for name in ("talks", "dialled", "missed", "transfers"):
        assert added(rows, name) == getattr(total, name), name
    for name in ("offered", "answered"):
        assert added(rows, name) >= getattr(total, name) >= max((getattr(row, name) for row in rows), default=0), name
    if by in (By.HOURS, By.DAYS):
        assert added(rows, "offered") == total.offered
        queued = {v.call for v in visits} - {v.call for v in visits if v.kind == "callback"}
        let_in = {v.call for v in visits if v.outcome not in ("closed", "full")}
        assert total.offered == len(queued & let_in)
    if by is By.AGENTS:
        back = {r.call for r in rings if r.kind is CallKind.CALLBACK}
        assert total.offered == len({r.call for r in rings if r.kind in OFFERED_KINDS} - back)


@given(
    st.lists(st.tuples(st.sampled_from(SeatState), st.floats(0, 30_000, allow_nan=False)), min_size=1, max_size=12),
    st.sampled_from((By.AGENTS, By.GROUPS, By.HOURS, By.DAYS)),
    st.floats(-40_000, 80_000),
)
def test_durations_add_up_whatever_they_are(parts: list[tuple[SeatState, float]], by: By, begun: float) -> None:
    records, at = Records(), DAY + begun
    for state, seconds in parts:
        records.seat("ann", state, at, at + seconds, reason="lunch" if state is SeatState.LOCKED else None)
        at += seconds
    rows, total = records.report(by)
    first, last = max(round((DAY + begun) * 1000), round(DAY * 1000)), min(round(at * 1000), round(END * 1000))
    assert total.shift_ms == max(0, last - first) == added(rows.values(), "shift_ms")
    for row in (*rows.values(), total):
        assert row.shift_ms == row.open_ms + row.busy_ms + row.away_ms + sum(row.locked_ms.values())


def test_each_state_is_somewhere() -> None:
    """Each value of ``SeatState`` is counted as talk, hold, wrap-up, no work, or busy; a new value must be assigned too."""
    busy_only = {SeatState.RINGING, SeatState.DIALLING, SeatState.MONITORING}
    named = TALK | FREE | busy_only | {SeatState.HOLDING, SeatState.WRAP_UP}
    assert named == set(SeatState)


# --- days ---


def test_days_are_shanghai_s() -> None:
    assert shanghai_day(day_start("20260901")) == "20260901"
    assert shanghai_day(day_start("20260901") - 0.001) == "20260831"
    assert [day_after("20240228"), day_after("20261231"), day_after("20260301", -1)] == [
        "20240229",
        "20270101",
        "20260228",
    ]
    assert span("20260901", "20260902") == (DAY, DAY + 2 * 86_400)


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("20260230", "20260301", "day"), ("20260902", "20260901", "after"), ("2026090", "20260901", "YYYYMMDD"),
        ("20250101", "20260901", f"{MOST_DAYS} days"), ("２０２６０９０１", "20260901", "YYYYMMDD"), ("99991231", "99991231", "range"),
    ],
)  # fmt: skip
def test_invalid_days(first: str, last: str, wrong: str) -> None:
    with pytest.raises(BadDays, match=wrong):
        span(first, last)
