"""The statements of a start: none takes longer with more past calls; and damage of the files is still found."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from switch_server.adapters import integrity
from switch_server.adapters.integrity import FileCheck
from switch_server.adapters.order_journal import OrderJournalUnusable, SqliteOrderJournal
from switch_server.adapters.store import Store, StoreUnusable
from switch_server.branch.journal import Journal
from tests.bench._past_calls import fill
from tests.store.samples import NOON, Clock, Posted

GROW = ("calls", "legs", "recordings", "contacts", "talks", "queue_visits", "seat_states", "orders", "order_history", "audit",
        "wrong_pins", "keys", "reports", "report_days")  # fmt: skip
"""Tables that grow with each call or day."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that is run on a database, with its values."""
    said: list[str] = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def traced(*where: object, **how: object) -> sqlite3.Connection:
        connection = connect(*where, **how)
        connection.set_trace_callback(said.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    yield said
    monkeypatch.undo()


def scans(path: Path, statements: list[str]) -> list[str]:
    """The query plans that read a growing table from end to end; scans of a partial index of open rows are left out."""
    found = []
    db = sqlite3.connect(path)
    partial = {
        name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'")
    }
    for statement in statements:
        if statement.split(" ")[0].upper() not in {"SELECT", "UPDATE", "DELETE"}:
            continue
        for *_, plan in db.execute(f"EXPLAIN QUERY PLAN {statement}"):
            scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", plan)
            if scan and scan[1] in GROW and scan[2] not in partial:
                found.append(f"{statement}: {plan}")
    db.close()
    return found


def test_the_store_reads_no_table_from_end_to_end(tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "huawu.db"
    fill(path, 1000, NOON)
    asked.clear()
    store = Store(path, Posted(), clock=Clock())
    store.close_open_records("switch_stopped")
    store.start()
    assert store.callbacks_waiting() == []
    assert store.flush(20.0)
    store.stop()
    assert len(asked) > 20
    assert scans(path, asked) == []


def test_the_order_journal_reads_no_table_from_end_to_end(tmp_path: Path, asked: list[str]) -> None:
    journal = SqliteOrderJournal(tmp_path / "orders.db", Posted(), clock=Clock())
    journal.unfinished()
    journal.stop()
    assert scans(tmp_path / "orders.db", asked) == []


async def _open_and_read(folder: Path) -> None:
    journal = Journal(folder)
    day = journal.day()
    journal.pending(), journal.accepted(day), journal.last_reports(day)
    journal.close()


def test_a_gateways_journal_reads_no_table_from_end_to_end(tmp_path: Path, asked: list[str]) -> None:
    asyncio.run(_open_and_read(tmp_path))
    assert scans(tmp_path / "gateway.db", asked) == []


# --- damage ---


def spoil(path: Path, table: str) -> None:
    """Damages the first page of a table that a start does not read."""
    db = sqlite3.connect(path)
    (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", [table]).fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def _checked(*paths: Path) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    check = FileCheck(paths, lambda name, text: told.append((name, text)))
    check.start()
    check._thread.join(20.0)
    assert not check._thread.is_alive()
    return told


def test_a_small_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huawu.db"
    fill(path, 1000, NOON)
    spoil(path, "legs")
    with pytest.raises(StoreUnusable, match=r"huawu\.db: "):
        Store(path, Posted(), clock=Clock())


def test_a_large_damaged_file_is_told_behind_the_running_switch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "AT_START", 0)
    path, other = tmp_path / "huawu.db", tmp_path / "orders.db"
    fill(path, 1000, NOON)
    SqliteOrderJournal(other, Posted(), clock=Clock()).stop()
    assert _checked(other, path) == []
    spoil(path, "legs")
    store = Store(path, Posted(), clock=Clock())
    ((name, text),) = _checked(other, path)
    assert name == "huawu.db"
    assert text
    store.stop()


def test_what_is_met_at_start_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "AT_START", 0)
    path, journal = tmp_path / "huawu.db", tmp_path / "orders.db"
    fill(path, 1000, NOON)
    spoil(path, "accounts")
    with pytest.raises(StoreUnusable, match=r"huawu\.db: database disk image is malformed"):
        Store(path, Posted(), clock=Clock())
    SqliteOrderJournal(journal, Posted(), clock=Clock()).stop()
    spoil(journal, "undecided")
    orders = SqliteOrderJournal(journal, Posted(), clock=Clock())
    with pytest.raises(OrderJournalUnusable, match=r"orders\.db: database disk image is malformed"):
        orders.unfinished()


@pytest.mark.parametrize(
    ("part", "read"),
    [
        ("idx_callbacks_state", Store.callbacks_waiting),
        ("callbacks", Store.callbacks_counted),
        ("sqlite_autoindex_calls_1", Store.last_call),
    ],
)
def test_what_the_store_reads_once_it_is_open_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, read: Callable[[Store], object]
) -> None:
    monkeypatch.setattr(integrity, "AT_START", 0)
    path = tmp_path / "huawu.db"
    fill(path, 1000, NOON)
    spoil(path, part)
    with pytest.raises(StoreUnusable, match=r"huawu\.db: database disk image is malformed"):
        read(Store(path, Posted(), clock=Clock()))


def test_a_check_ends_when_the_switch_does(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    path = tmp_path / "huawu.db"
    fill(path, 1000, NOON)
    check = FileCheck([path] * 10_000, lambda name, text: told.append((name, text)))
    check.start()
    check.stop()
    assert not check._thread.is_alive()
    assert told == []


def test_a_file_that_cannot_be_checked_is_no_damaged_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert _checked(tmp_path / "no folder" / "huawu.db") == []
    assert "could not be checked" in caplog.text
