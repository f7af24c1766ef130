"""The order journal on SQLite, beyond its contract: reading, restart, bad rows and bad files."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from shared.ids import Milli
from switch_server.adapters.order_journal import OrderJournalUnusable, SqliteOrderJournal, tables
from switch_server.adapters.order_journal import journal as journal_file
from switch_server.adapters.order_journal.tables import STEPS
from switch_server.adapters.order_rows import INSERT_ORDER, order_row
from switch_server.core.orders import OrderJournalFailed, OrderJournalled
from tests.store.samples import CONTRACT, Clock, Posted, cancel, place, report, state, until


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, posted: Posted, clock: Clock) -> Iterator[SqliteOrderJournal]:
    journal = _open(tmp_path, posted, clock)
    yield journal
    assert journal.stop() == 0


def _open(folder: Path, posted: Posted, clock: Clock) -> SqliteOrderJournal:
    journal = SqliteOrderJournal(folder / "orders.db", posted, clock=clock)
    journal.start()
    return journal


def test_the_journal_is_durable_at_each_commit(journal: SqliteOrderJournal) -> None:
    modes = [journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert modes == ["wal", 2]


def test_an_answered_order_is_in_the_file_when_it_is_told(tmp_path: Path, clock: Clock) -> None:
    """Read through another connection, from within the answer's callback."""
    other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None, check_same_thread=False)
    seen: list[int] = []
    posted = Posted()

    def answered(event: object) -> None:
        assert isinstance(event, OrderJournalled)
        seen.append(other.execute("SELECT count(*) FROM orders WHERE key = ?", [event.key]).fetchone()[0])
        posted(event)

    journal = SqliteOrderJournal(tmp_path / "orders.db", answered, clock=clock)
    journal.start()
    for number in range(1, 51):
        journal.do(place(number))
    posted.wait(50)
    journal.stop()
    other.close()
    assert seen == [1] * 50


def test_an_order_is_read_with_all_that_is_known_of_it(journal: SqliteOrderJournal, clock: Clock) -> None:
    bought = place(1)
    began = clock.now
    journal.do(bought)
    clock.now += 1.5
    journal.do(state(bought, "sent"))
    journal.do(state(bought, "accepted", "accepted", contract="0000042"))
    journal.do(state(bought, "filled", "filled", filled=100, cancelled=0, branch_status="filled"))
    assert journal.flush()
    found = journal.order(bought.key)
    assert found is not None
    assert (found.at, found.updated_at) == (began, began + 1.5)
    assert (found.account, found.branch, found.call) == ("60012345", "GZ03", bought.context.call)
    assert (found.kind, found.market, found.side, found.code) == ("place", "SH", "buy", "600000")
    assert (found.price, found.quantity, found.channel) == (10_350, 100, "phone")
    assert (found.recording, found.read_back_ms, found.yes_ms) == ("rec-1", 41_000, 47_250)
    assert (found.state, found.contract, found.filled, found.branch_status) == ("filled", "0000042", 100, "filled")
    steps = [(step.state, step.event, step.contract) for step in found.history]
    assert steps == [
        ("captured", "journalled", None),
        ("sent", "journalled", None),
        ("accepted", "accepted", "0000042"),
        ("filled", "filled", None),
    ]
    assert journal.order(place(2).key) is None


def test_a_cancel_names_the_contract(journal: SqliteOrderJournal) -> None:
    journal.do(cancel(1))
    assert journal.flush()
    found = journal.order(cancel(1).key)
    assert found is not None
    assert (found.kind, found.cancels, found.code, found.price) == ("cancel", CONTRACT, None, None)


def test_orders_come_newest_first(journal: SqliteOrderJournal, clock: Clock) -> None:
    for number in range(1, 6):
        journal.do(place(number))
        clock.now += 1
    journal.do(place(1, call="20251125-130000-0009"))
    assert journal.flush()
    assert [order.key for order in journal.orders(limit=2)] == [place(1, call="20251125-130000-0009").key, place(5).key]
    assert len(journal.orders(call="20251125-120000-0001")) == 5
    assert len(journal.orders(since=clock.now - 1)) == 2


def test_a_restart_finds_what_is_undecided(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    first = _open(tmp_path, posted, clock)
    for number in (1, 2, 3):
        first.do(place(number))
    first.do(state(place(1), "refused", "refused", code="no_cash"))
    first.do(state(place(3), "sent"))
    first.stop()
    second = _open(tmp_path, posted, clock)
    assert [(found.key, found.order) for found in second.unfinished()] == [
        (place(2).key, place(2).order),
        (place(3).key, place(3).order),
    ]
    second.do(place(2))
    assert isinstance(posted.wait(4)[-1], OrderJournalFailed)
    second.stop()


def test_a_row_that_is_not_storable_is_refused_alone(
    journal: SqliteOrderJournal, posted: Posted, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad, other = place(1), place(2), place(3)
    bad = msgspec.structs.replace(bad, order=msgspec.structs.replace(bad.order, price=Milli(2**70)))
    for effect in (good, bad, state(good, "sent", filled=2**70), other):
        journal.do(effect)
    first, second, third = posted.wait(3)
    assert first == OrderJournalled(good.key)
    assert isinstance(second, OrderJournalFailed)
    assert third == OrderJournalled(other.key)
    assert journal.flush()
    assert journal.counts.faults == 2
    assert caplog.text.count("not storable") == 2


def test_a_locked_file_refuses_orders_and_keeps_history(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    troubles: list[str] = []
    journal = SqliteOrderJournal(tmp_path / "orders.db", posted, clock=clock, on_trouble=troubles.append)
    journal.start()
    journal.do(place(1))
    posted.wait(1)
    other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal.do(state(place(1), "sent"))
    journal.do(state(place(1), "accepted", "accepted", contract="0000042"))
    journal.do(place(2))
    failed = posted.wait(2)[1]
    assert isinstance(failed, OrderJournalFailed)
    assert "locked" in failed.text
    other.execute("COMMIT")
    other.close()
    until(lambda: troubles[-1:] == [""])
    assert journal.flush(20.0)
    found = journal.order(place(1).key)
    assert found is not None
    assert [step.state for step in found.history] == ["captured", "sent", "accepted"]
    assert journal.order(place(2).key) is None
    assert journal.stop() == 0


def test_more_reports_than_there_is_room_for_are_left_to_the_next_start(
    tmp_path: Path, posted: Posted, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports about orders that the core does not hold, while the disk is full. Nothing else is dropped, and no later day hides the dropped reports."""
    monkeypatch.setattr(journal_file, "MOST_BYTES", 10 * journal_file.REPORT_BYTES)
    journal = SqliteOrderJournal(tmp_path / "orders.db", posted, clock=clock)
    settled, held = place(1), place(2)
    journal.do(settled)
    for seq in range(1, 31):
        journal.do(report(settled, seq, held=False))
    for seq in range(1, 31):
        journal.do(report(held, seq))
    journal.do(held)
    journal.do(state(held, "sent"))
    assert (journal.waiting, journal.counts.lost) == (1 + 10 + 30 + 2, 20)
    journal.start()
    clock.now += 24 * 3600
    assert journal.flush()
    journal.do(report(settled, 1, day="20251126", held=False))
    assert journal.flush()
    assert len(journal.order(settled.key).history) == 1 + 10 + 1  # type: ignore[union-attr]
    assert journal.reported_days() == {"GZ03": "20251125"}
    assert journal.stop() == 0


def test_a_file_that_can_t_be_used_is_named(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    path = tmp_path / "orders.db"
    path.write_bytes(b"no database at all\n" * 400)
    with pytest.raises(OrderJournalUnusable, match=r"orders\.db: file is not a database"):
        SqliteOrderJournal(path, posted, clock=clock)
    with pytest.raises(OrderJournalUnusable, match=r"orders\.db"):
        SqliteOrderJournal(path / "below" / "orders.db", posted, clock=clock)


def test_a_newer_program_s_file_is_left_alone(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    _open(tmp_path, posted, clock).stop()
    other = sqlite3.connect(tmp_path / "orders.db")
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(OrderJournalUnusable, match=r"newer version \(99"):
        SqliteOrderJournal(tmp_path / "orders.db", posted, clock=clock)


def test_a_restart_does_not_read_all_orders(journal: SqliteOrderJournal) -> None:
    from switch_server.adapters.order_journal.journal import UNFINISHED

    plan = " ".join(row[3] for row in journal._db.execute(f"EXPLAIN QUERY PLAN {UNFINISHED}"))
    assert "USING INDEX undecided" in plan


def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    """Its history stays unchanged; from now on each report is one row."""
    old = sqlite3.connect(tmp_path / "orders.db")
    for statement in STEPS[1]:
        old.execute(statement)
    old.execute("PRAGMA user_version = 1")
    row = order_row(place(1), clock.now)
    old.execute(INSERT_ORDER, row)
    for _ in range(2):
        old.execute(
            "INSERT INTO order_history (key, at, state, event) VALUES (?, 1.0, 'working', 'reported')", [row["key"]]
        )
    old.commit()
    old.close()
    journal = _open(tmp_path, posted, clock)
    for _ in range(2):
        journal.do(report(place(1), 1, filled=40))
    assert journal.flush()
    found = journal.order(place(1).key)
    assert found is not None
    assert [step.filled for step in found.history] == [None, None, None, 40]
    assert (journal.counts.steps, journal.counts.repeated, journal.counts.not_theirs) == (1, 1, 0)
    journal.stop()


def test_a_branch_that_has_not_reported_is_asked_from_its_first_order_on(
    tmp_path: Path, posted: Posted, clock: Clock
) -> None:
    journal = _open(tmp_path, posted, clock)
    journal.do(place(1))
    assert journal.flush()
    clock.now += 24 * 3600
    journal.do(place(2))
    journal.do(report(place(1), 1, day="20251124"))
    assert journal.flush()
    assert journal.reported_days() == {"GZ03": "20251125"}
    journal.do(report(place(2), 1, day="20251126"))
    assert journal.flush()
    assert journal.reported_days() == {"GZ03": "20251126"}
    journal.stop()


@pytest.mark.parametrize("version", [1, 2])
def test_branches_of_a_version_before_are_asked_from_their_oldest_open_order_on(
    tmp_path: Path, posted: Posted, clock: Clock, version: int
) -> None:
    """A branch whose orders are all settled is asked from its last order on. Days that version 2 has written stay."""
    old = sqlite3.connect(tmp_path / "orders.db")
    for number in range(1, version + 1):
        for statement in STEPS[number]:
            old.execute(statement)
    old.execute(f"PRAGMA user_version = {version}")
    days = {day: clock.now + day * 24 * 3600 for day in range(4)}
    orders = [
        ("GZ01", 0, "filled"), ("GZ01", 1, "working"), ("GZ01", 2, "in_doubt"), ("GZ01", 3, "filled"),
        ("GZ02", 1, "filled"), ("GZ02", 2, "void"),
    ]  # fmt: skip
    for number, (branch, day, state_then) in enumerate(orders):
        row = order_row(place(number), days[day]) | {"branch": branch, "state": state_then}
        old.execute(INSERT_ORDER, row)
    old.execute(INSERT_ORDER, order_row(cancel(9), days[0]) | {"branch": "GZ02", "state": "accepted"})
    if version == 2:
        old.execute("INSERT INTO reported_days VALUES ('GZ02', '20251120')")
    old.commit()
    old.close()
    journal = _open(tmp_path, posted, clock)
    assert journal.reported_days() == {"GZ01": "20251126", "GZ02": "20251127" if version == 1 else "20251120"}
    journal.stop()


def test_a_damaged_file_that_is_too_large_to_be_checked_is_named(
    tmp_path: Path, posted: Posted, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _open(tmp_path, posted, clock)
    (page,) = journal._db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'reported_days'").fetchone()
    journal.stop()
    with (tmp_path / "orders.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    monkeypatch.setattr(tables, "is_small", lambda _path: False)
    with pytest.raises(OrderJournalUnusable, match=r"orders\.db"):
        SqliteOrderJournal(tmp_path / "orders.db", posted, clock=clock)


def test_a_branch_that_reports_on_others_orders_is_told_of_once(
    journal: SqliteOrderJournal, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(200):
        journal.do(place(number))
        journal.do(report(place(number), 1, branch="GZ66"))
    assert journal.flush()
    assert journal.not_theirs == {"GZ66": journal.counts.not_theirs} == {"GZ66": 200}
    assert [record.getMessage() for record in caplog.records] == [
        f"order journal: branch GZ66 reports on order {place(0).key!r}, not its own"
    ]
    (rows,) = journal._db.execute("SELECT count(*) FROM order_history").fetchone()
    assert rows == 0


def test_a_report_on_an_order_that_the_journal_has_not_is_no_alarm(
    journal: SqliteOrderJournal, caplog: pytest.LogCaptureFixture
) -> None:
    """Such a report comes from a remark at the branch's own counter or, after a restore, for an order placed after the backup."""
    journal.do(report(place(1), 1))
    assert journal.flush()
    assert (journal.counts.unknown, journal.counts.not_theirs, journal.counts.steps) == (1, 0, 0)
    assert not journal.not_theirs
    assert not caplog.records


def test_the_last_day_that_a_branch_reported_on_is_known_after_a_restart(
    tmp_path: Path, posted: Posted, clock: Clock
) -> None:
    """A future day is not kept: a wrong date would hide the reports of the days before it."""
    journal = _open(tmp_path, posted, clock)
    journal.do(place(1))
    for day in ("20251124", "20251125", "20251123", "20251126"):
        journal.do(report(place(1), 1, day=day))
    journal.do(report(place(1), 1, day="20251125", branch="GZ04"))
    assert journal.flush()
    assert journal.reported_days() == {"GZ03": "20251125"}
    journal.stop()
    journal = _open(tmp_path, posted, clock)
    assert journal.reported_days() == {"GZ03": "20251125"}
    journal.stop()
