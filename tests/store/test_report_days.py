"""Days that are kept for reports: a report always equals the plain reference over all records, after any changes in any order."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.control_reports import AskReport
from shared.days import day_after, day_start
from shared.enums import CallKind, Role, SeatState
from shared.ids import AgentId
from shared.reports import By
from switch_server.adapters.store import Store
from switch_server.adapters.store import statistics as store_statistics
from switch_server.core.acd import VisitEnd
from switch_server.core.room import Outcome
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import AgentRecord
from switch_server.ports.errors import StoreError
from switch_server.services import day_columns
from switch_server.services.periodic import every
from switch_server.services.report_service import KEPT_DAYS, ReportService
from tests.services.plain_statistics import Who, plain_report
from tests.store.samples import Clock, Posted

FIRST = "20251124"
DAYS = tuple(day_after(FIRST, number) for number in range(5))
STARTS = tuple(day_start(day) for day in DAYS)
MIDNIGHT = STARTS[2]
GROUPS = {"ann": "east", "bob": "east", "cat": "west"}
TABLES = ("queue_visits", "talks", "seat_states", "orders", "calls", "faxes")


class Rig:
    """A store, a second connection that writes into its file, and the agents' present groups."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(STARTS[0])
        self.store = Store(folder / "huawu.db", Posted(), clock=self.clock)
        self.store.start()
        self.db = sqlite3.connect(folder / "huawu.db", isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")
        self.groups = dict(GROUPS)
        self.reports = ReportService(self.store.statistics, self, self.clock)  # type: ignore[arg-type]

    def agents(self) -> list[AgentRecord]:
        return [AgentRecord(AgentId(agent), agent, Role.AGENT, group) for agent, group in self.groups.items()]

    def put(self, table: str, row: dict[str, Any]) -> None:
        """Writes a row as the store does: whole, or only some columns."""
        key = KEYS[table]
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != key)
        self.db.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)}) "
            f"ON CONFLICT({key}) DO UPDATE SET {changes}",
            row,
        )

    def check(self, asked: AskReport) -> None:
        made = self.reports.make(asked)
        who = {agent: Who(agent, group) for agent, group in self.groups.items()}
        assert (made.rows, made.total) == plain_report(self.db, asked, who, self.clock.now)

    def kept(self) -> set[str]:
        assert self.store.flush(20.0)
        return {day for day in DAYS if day_start(day) in self.store.statistics.days_kept()}

    def emptied(self) -> "Rig":
        for table in (*TABLES, "report_days"):
            self.db.execute(f"DELETE FROM {table}")
        self.groups = dict(GROUPS)
        return self

    def close(self) -> None:
        self.db.close()
        assert self.store.stop() == 0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    made = Rig(tmp_path_factory.mktemp("store"))
    yield made
    made.close()


# --- whatever the records, and whatever is done to them ---

CALLS = {
    f"c{number}": MIDNIGHT + before
    for number, before in enumerate((-90_000, -7_200, -1.5, -0.0003, 0.0, 0.25, 40_000, 90_000))
}
"""The begin of each call; none is longer than a day."""
AGENTS, QUEUES = ("ann", "bob", "cat", "gone"), ("agents", "fund")
WITHIN = st.one_of(st.sampled_from((0.0, 0.0004, 0.3, 2.0, 1800.0, 7200.0)), st.floats(0, 60_000, allow_nan=False))
CALL_TIMES = st.tuples(st.sampled_from(sorted(CALLS)), WITHIN).map(lambda pair: (pair[0], CALLS[pair[0]] + pair[1]))
WAITS = st.one_of(*(st.integers(0, 90_000) for _ in range(9)), st.none())
"""Waiting times; few are None (still waiting), since such days are not kept."""


@st.composite
def visits(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    call, at = draw(CALL_TIMES)
    return "queue_visits", {
        "id": draw(st.sampled_from("abcde")), "call": call, "queue": draw(st.sampled_from(QUEUES)),
        "kind": draw(st.sampled_from(("in", "in", "callback"))), "entered_at": at, "waited_ms": draw(WAITS),
        "outcome": draw(st.sampled_from((None, *(end.value for end in VisitEnd)))), "service_level_ms": draw(st.sampled_from((20_000, 9_000))),
    }  # fmt: skip


@st.composite
def talks(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    call, at = draw(CALL_TIMES)
    return "talks", {
        "id": draw(st.sampled_from("abcde")), "call": call, "agent": draw(st.sampled_from(AGENTS)),
        "queue": draw(st.sampled_from((None, *QUEUES))), "kind": draw(st.sampled_from(CallKind)).value, "offered_at": at,
        "answered_at": draw(st.one_of(st.none(), st.floats(0, 90).map(lambda after: at + after))),
        "waited_ms": draw(st.one_of(st.none(), st.floats(0, 90_000))), "outcome": draw(st.sampled_from((None, *(o.value for o in Outcome)))),
        "disposition": draw(st.sampled_from((None, "order", "enquiry", ""))), "transferred_to": draw(st.sampled_from((None, "seat:bob"))),
    }  # fmt: skip


@st.composite
def stretches(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    call, at = draw(CALL_TIMES)
    lasts = draw(
        st.one_of(st.none(), st.sampled_from((0.0, 0.0004, 3600.0, 86_400.0)), st.floats(0, 250_000, allow_nan=False))
    )
    with_call = draw(st.booleans())
    return "seat_states", {
        "id": draw(st.sampled_from("abcde")), "agent": draw(st.sampled_from(AGENTS)), "state": draw(st.sampled_from(SeatState)).value,
        "reason": draw(st.sampled_from((None, "lunch"))), "queue": draw(st.sampled_from((None, *QUEUES))),
        "call": call if with_call else None, "begun_at": at, "ended_at": None if lasts is None else at + lasts,
    }  # fmt: skip


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    call, at = draw(CALL_TIMES)
    return "orders", {
        "key": draw(st.sampled_from("abcd")), "at": at, "call": call, "agent": draw(st.sampled_from((None, *AGENTS))),
        "branch": draw(st.sampled_from(("GZ01", "GZ02"))), "kind": draw(st.sampled_from(("place", "place", "cancel"))),
        "price": draw(st.integers(1, 99_999)), "contract": draw(st.sampled_from((None, "1", "2"))),
        "filled": draw(st.sampled_from((None, 0, 100, 300))),
    }  # fmt: skip


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    call = draw(st.sampled_from(sorted(CALLS)))
    return "calls", {"id": call, "started_at": CALLS[call], "branch": draw(st.sampled_from((None, "GZ01", "GZ02")))}


@st.composite
def faxes(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    _, at = draw(CALL_TIMES)
    return "faxes", {
        "id": draw(st.sampled_from("abcd")), "created": at, "direction": draw(st.sampled_from(("in", "out"))),
        "agent": draw(st.sampled_from((None, *AGENTS))), "taken_by": draw(st.sampled_from((None, *AGENTS))),
        "group_name": draw(st.sampled_from((None, "", "east", "west"))),
        "state": draw(st.sampled_from(("waiting", "sent", "failed", "new", "taken"))), "pages_done": draw(st.integers(0, 9)),
    }  # fmt: skip


RECORDS = st.one_of(visits(), talks(), talks(), stretches(), stretches(), orders(), calls(), faxes())
TIMES = ("entered_at", "offered_at", "at", "begun_at", "created")
KEYS = {table: "key" if table == "orders" else "id" for table in TABLES}


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Any]:
    """A change of a possible record (the whole row, one column, or its deletion), or of an agent's group. No call gets longer than a day."""
    table, row = draw(RECORDS)
    what = draw(st.sampled_from(("put", "put", "correct", "correct", "delete", "group")))
    if what == "correct":
        column = draw(st.sampled_from(sorted(set(row) - {KEYS[table], "call", "started_at", *TIMES})))
        return what, (table, row[KEYS[table]], column, row[column])
    if what == "delete":
        return what, (table, row[KEYS[table]])
    return (
        (what, (table, row))
        if what == "put"
        else (what, draw(st.tuples(st.sampled_from(AGENTS), st.sampled_from(("east", "west")))))
    )


@st.composite
def asks(draw: st.DrawFn) -> AskReport:
    first = draw(st.integers(0, len(DAYS) - 1))
    last = draw(st.integers(first, len(DAYS) - 1))
    only = draw(st.sampled_from(("", "", "", "queue", "agent", "group")))
    return AskReport(
        draw(st.sampled_from(By)), DAYS[first], DAYS[last], draw(st.sampled_from(QUEUES)) if only == "queue" else None,
        draw(st.sampled_from(AGENTS)) if only == "agent" else None, draw(st.sampled_from(("east", "west", ""))) if only == "group" else None,
    )  # fmt: skip


CHANGES = st.lists(st.tuples(changes(), st.floats(0, 60_000), st.sampled_from(By), asks()), max_size=12)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(RECORDS, max_size=25), st.floats(STARTS[2], STARTS[4]), CHANGES)
def test_a_report_equals_the_plain_reference(lasting: Rig, records: list[Any], now: float, changes: list[Any]) -> None:
    rig = lasting.emptied()
    rig.clock.now = now
    for record in records:
        rig.put(*record)
    for by in By:
        rig.check(AskReport(by, DAYS[0], DAYS[-1]))
    for (what, content), seconds, by, ask in changes:
        change(rig, what, content)
        rig.clock.now += seconds
        rig.check(AskReport(by, DAYS[0], DAYS[-1]))
        rig.check(ask)


def change(rig: Rig, what: str, content: Any) -> None:
    match what, content:
        case "put", (table, row):
            rig.put(table, row)
        case "correct", (table, key, column, value):
            rig.db.execute(f"UPDATE {table} SET {column} = ? WHERE {KEYS[table]} = ?", [value, key])
        case "delete", (table, key):
            rig.db.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", [key])
        case "group", (agent, group):
            rig.groups[agent] = group


# --- kept days, and how long they are kept ---


def talk(call: str, at: float, **more: Any) -> dict[str, Any]:
    row = {
        "id": f"{call}/2",
        "call": call,
        "agent": "ann",
        "queue": "agents",
        "kind": "in",
        "offered_at": at,
        "answered_at": at + 2,
    }
    return row | {"outcome": "answered"} | more


def ask_all(rig: Rig) -> None:
    rig.check(AskReport(By.AGENTS, DAYS[0], DAYS[-1]))


def test_days_that_are_over_are_kept_and_today_is_not(rig: Rig) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.clock.now = STARTS[2] + 1
    ask_all(rig)
    assert rig.kept() == {DAYS[0], DAYS[1]}
    rig.clock.now = STARTS[3]
    ask_all(rig)
    assert rig.kept() == set(DAYS[:3])


NOON = STARTS[1] + 43_200.0
ROWS: dict[str, dict[str, Any]] = {
    "queue_visits": {
        "id": "v", "call": "c", "queue": "agents", "kind": "in", "entered_at": NOON, "waited_ms": 5, "outcome": "answered",
        "service_level_ms": 9,
    },
    "talks": {
        "id": "t", "call": "c", "agent": "ann", "queue": "agents", "kind": "in", "offered_at": NOON, "answered_at": NOON + 2, "waited_ms": 5.0,
        "outcome": "answered", "disposition": "order", "transferred_to": "seat:bob",
    },
    "orders": {
        "key": "o", "at": NOON, "call": "c", "agent": "ann", "branch": "GZ01", "kind": "place", "price": 9, "contract": "1", "filled": 3,
    },
    "seat_states": {
        "id": "s", "agent": "ann", "state": "open", "reason": "x", "queue": "agents", "call": "c", "begun_at": NOON, "ended_at": NOON + 9,
    },
    "calls": {"id": "c", "branch": "GZ01", "started_at": NOON},
    "faxes": {
        "id": "f", "created": NOON, "direction": "out", "agent": "ann", "taken_by": "bob", "group_name": "east", "state": "sent", "pages_done": 3,
    },
}  # fmt: skip
CORRECTIONS = [
    (
        table,
        column,
        NOON + 8 if isinstance(value, float) or column in TIMES else 8 if isinstance(value, int) else "other",
    )
    for table, row in ROWS.items()
    for column, value in row.items()
    if column not in ("id", "key", "started_at")
]


def all_kept(rig: Rig, *tables: str) -> None:
    """Writes rows at noon of the second day, and has all days but the last kept."""
    for table in tables:
        rig.put(table, ROWS[table])
    rig.clock.now = STARTS[4]
    ask_all(rig)
    assert rig.kept() == set(DAYS[:4])


@pytest.mark.parametrize(("table", "column", "value"), CORRECTIONS)
def test_each_column_that_a_figure_is_made_of(lasting: Rig, table: str, column: str, value: Any) -> None:
    rig = lasting.emptied()
    all_kept(rig, *ROWS)
    rig.db.execute(f"UPDATE {table} SET {column} = ?", [value])
    assert DAYS[0] in rig.kept()
    assert DAYS[1] not in rig.kept()
    ask_all(rig)


@pytest.mark.parametrize("table", ROWS)
def test_a_record_that_comes_late_goes_or_moves_to_another_day(lasting: Rig, table: str) -> None:
    rig = lasting.emptied()
    all_kept(rig)
    rig.put(table, ROWS[table] | ({"ended_at": None} if table == "seat_states" else {}))
    assert DAYS[1] not in rig.kept()
    all_kept(rig)
    at = next((column for column in TIMES if column in ROWS[table]), None)
    if at is not None:
        rig.db.execute(f"UPDATE {table} SET {at} = ?", [STARTS[3] - 9])
        assert not {DAYS[1], DAYS[2]} & rig.kept()
        all_kept(rig)
        rig.db.execute(f"UPDATE {table} SET {at} = ?", [STARTS[0] + 9])
        assert not {DAYS[0], DAYS[2]} & rig.kept()
        all_kept(rig)
    rig.db.execute(f"DELETE FROM {table}")
    assert (DAYS[1] if at is None else DAYS[0]) not in rig.kept()
    ask_all(rig)


def test_a_record_that_goes_to_another_call(rig: Rig) -> None:
    """The move also changes the meaning of the other records of both calls."""
    for table in ("queue_visits", "talks", "orders"):
        at = next(column for column in TIMES if column in ROWS[table])
        rig.put(table, ROWS[table] | {KEYS[table]: "other", "call": "d", at: STARTS[3] - 9})
    all_kept(rig, *ROWS)
    for table in ("queue_visits", "talks", "orders"):
        rig.db.execute(f"UPDATE {table} SET call = 'd' WHERE call = 'c'")
        assert not {DAYS[1], DAYS[2]} & rig.kept(), table
        ask_all(rig)


def test_a_call_that_gets_another_id(rig: Rig) -> None:
    rig.put("calls", {"id": "c", "branch": "GZ01"})
    all_kept(rig, "talks")
    rig.db.execute("UPDATE calls SET id = 'e'")
    assert DAYS[1] not in rig.kept()
    rig.check(AskReport(By.BRANCHES, DAYS[1], DAYS[1]))


def test_a_branch_that_is_corrected_after_a_wrap_up_of_days(rig: Rig) -> None:
    rig.put("seat_states", ROWS["seat_states"] | {"state": "wrap_up", "ended_at": None})
    all_kept(rig, "calls", "talks")
    rig.db.execute("UPDATE calls SET branch = 'GZ02'")
    rig.check(AskReport(By.BRANCHES, DAYS[0], DAYS[-1]))


def test_a_correction_makes_only_its_day_anew(rig: Rig) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.put("talks", talk("d", STARTS[2] + 9))
    rig.clock.now = STARTS[4]
    ask_all(rig)
    rig.store.do(SaveRecord("talks", {"id": "c/2", "disposition": "complaint"}))
    assert rig.kept() == {DAYS[0], DAYS[2], DAYS[3]}
    ask_all(rig)
    assert rig.kept() == set(DAYS[:4])
    rig.store.do(SaveRecord("talks", {"id": "c/2", "note": "no figure"}))
    assert rig.kept() == set(DAYS[:4])


def test_a_call_over_midnight_is_yesterday_s_whatever_comes_of_it(rig: Rig) -> None:
    rig.put("talks", talk("c", STARTS[2] - 9))
    rig.clock.now = STARTS[2] + 60
    ask_all(rig)
    rig.put("talks", talk("c", STARTS[2] + 99, id="c/3", agent="bob", kind="consult"))
    assert rig.kept() == {DAYS[0]}
    ask_all(rig)


def test_a_day_s_work_does_not_undo_yesterday(rig: Rig) -> None:
    """Seats that were locked overnight are opened, and calls come: these records belong to today."""
    rig.put(
        "seat_states", {"id": "a", "agent": "ann", "state": "locked", "begun_at": STARTS[1] + 64_800, "ended_at": None}
    )
    rig.clock.now = STARTS[2] + 28_800
    ask_all(rig)
    for table, row in (
        ("seat_states", {"id": "a", "ended_at": STARTS[2] + 28_800, "ended_by": "OpenSeat"}),
        ("seat_states", {"id": "b", "agent": "ann", "state": "open", "begun_at": STARTS[2] + 28_800}),
        ("calls", {"id": "c", "started_at": STARTS[2] + 28_900, "branch": "GZ01"}),
        ("queue_visits", {"id": "v", "call": "c", "queue": "agents", "kind": "in", "entered_at": STARTS[2] + 28_901, "service_level_ms": 9}),
        ("talks", talk("c", STARTS[2] + 28_902)),
    ):  # fmt: skip
        rig.store.do(SaveRecord(table, row))
    assert rig.kept() == {DAYS[0], DAYS[1]}
    ask_all(rig)


def test_an_end_that_is_found_out_later_shortens_the_day(rig: Rig) -> None:
    """A switch that was killed in the evening and started in the morning ends its records as of the evening."""
    rig.put(
        "seat_states", {"id": "a", "agent": "ann", "state": "open", "begun_at": STARTS[1] + 64_800, "ended_at": None}
    )
    rig.clock.now = STARTS[2] + 28_800
    ask_all(rig)
    rig.store.do(SaveRecord("seat_states", {"id": "a", "ended_at": STARTS[1] + 64_900}))
    assert rig.kept() == {DAYS[0]}
    ask_all(rig)


def test_a_day_on_which_somebody_waits_still_is_not_kept(rig: Rig) -> None:
    visit = {
        "id": "v",
        "call": "c",
        "queue": "agents",
        "kind": "in",
        "entered_at": STARTS[2] - 9,
        "service_level_ms": 20_000,
    }
    rig.put("queue_visits", visit)
    rig.clock.now = STARTS[2] + 9
    rig.check(AskReport(By.QUEUES, DAYS[1], DAYS[1]))
    assert rig.kept() == set()
    rig.put("queue_visits", {"id": "v", "left_at": STARTS[2] + 10, "waited_ms": 19_000, "outcome": "answered"})
    rig.check(AskReport(By.QUEUES, DAYS[1], DAYS[1]))
    assert rig.kept() == {DAYS[1]}


def test_a_record_that_changes_while_its_day_is_read(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.clock.now = STARTS[2]
    read = day_columns.read

    def slowly(*span: Any) -> day_columns.Day:
        day = read(*span)
        rig.put("talks", {"id": "c/2", "disposition": "order"})
        return day

    monkeypatch.setattr(day_columns, "read", slowly)
    rig.reports.make(AskReport(By.AGENTS, DAYS[1], DAYS[1]))
    assert rig.kept() == set()
    monkeypatch.undo()
    rig.check(AskReport(By.AGENTS, DAYS[1], DAYS[1]))


def test_kept_days_in_another_format_are_made_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.clock.now = STARTS[2]
    monkeypatch.setattr(day_columns, "FORMAT", day_columns.FORMAT + 1)
    ask_all(rig)
    monkeypatch.undo()
    ask_all(rig)
    assert DAYS[1] in rig.kept()
    ((content,),) = rig.db.execute("SELECT content FROM report_days WHERE start = ?", [int(STARTS[1])])
    assert day_columns.unpacked(STARTS[1], content) is not None


@pytest.mark.parametrize(
    "content", [b"", b"\xc1", b"\x93\x01\x90\xc4", msgspec.msgpack.encode((1, (None,), b"123", b"", b"", b""))]
)
def test_damaged_kept_days_are_made_again(rig: Rig, content: bytes) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.clock.now = STARTS[2]
    ask_all(rig)
    assert DAYS[1] in rig.kept()
    rig.db.execute("UPDATE report_days SET content = ? WHERE start = ?", [content, int(STARTS[1])])
    ask_all(rig)
    assert DAYS[1] in rig.kept()


def test_days_are_kept_without_being_asked_for(rig: Rig) -> None:
    """The last day first, one at a time; each is tried once a day, so that a day that can't be kept does not delay the others."""
    visit = {
        "id": "v",
        "call": "c",
        "queue": "agents",
        "kind": "in",
        "entered_at": STARTS[3] + 9,
        "service_level_ms": 20_000,
    }
    rig.put("queue_visits", visit)
    rig.clock.now = STARTS[4] + 9
    for kept in ((), (2,), (2, 1), (2, 1, 0)):
        rig.reports.keep_one()
        assert rig.kept() == {DAYS[number] for number in kept}
    for _ in range(KEPT_DAYS):
        rig.reports.keep_one()
    assert rig.store.flush(20.0)
    assert len(rig.store.statistics.days_kept()) == KEPT_DAYS - 1
    rig.clock.now += 86_400
    rig.put("queue_visits", {"id": "v", "waited_ms": 5, "outcome": "answered"})
    rig.reports.keep_one()
    rig.reports.keep_one()
    assert {DAYS[3], DAYS[4]} <= rig.kept()


def test_the_running_switch_keeps_days_and_goes_on_after_a_trouble(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig.clock.now = STARTS[4]
    keep_one, tries = rig.reports.keep_one, iter((StoreError("disk I/O error"),))
    enough = asyncio.Event()

    def keep() -> None:
        if (trouble := next(tries, None)) is not None:
            raise trouble
        keep_one()
        if len(rig.store.statistics.days_kept()) >= 3:
            loop.call_soon_threadsafe(enough.set)

    async def run() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        keeping = asyncio.create_task(every(0.0, rig.reports.keep_next, pytest.fail))
        await asyncio.wait_for(enough.wait(), 30)
        keeping.cancel()

    loop: asyncio.AbstractEventLoop
    monkeypatch.setattr(rig.reports, "keep_one", keep)
    asyncio.run(run())
    assert "disk I/O error" in caplog.text
    assert {DAYS[3], DAYS[2]} <= rig.kept()


def test_a_disk_in_trouble_keeps_nothing_and_holds_up_no_report(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.put("talks", talk("c", STARTS[1] + 9))
    rig.clock.now = STARTS[2]
    monkeypatch.setattr(store_statistics, "PATIENCE", store_statistics.LOOK)
    rig.db.execute("BEGIN IMMEDIATE")
    ask_all(rig)
    rig.db.execute("ROLLBACK")
    assert rig.kept() == set()
    ask_all(rig)
    assert rig.kept() == {DAYS[0], DAYS[1]}


def test_a_day_is_not_kept_by_a_store_that_closes(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.close()
    with pytest.raises(StoreError):
        rig.store.statistics.watch(STARTS[1])


def test_a_day_that_is_being_kept_when_the_store_closes_is_no_lost_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, read = Rig(tmp_path), day_columns.read
    rig.clock.now = STARTS[2]

    def close_meanwhile(*span: Any) -> day_columns.Day:
        day = read(*span)
        rig.close()
        return day

    monkeypatch.setattr(day_columns, "read", close_meanwhile)
    with pytest.raises(StoreError, match="closing"):
        rig.reports.make(AskReport(By.AGENTS, DAYS[1], DAYS[1]))
    assert rig.store.waiting == 0
