"""Groups of changes in one transaction: what one fault costs the others."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from switch_server.branch.group_commit import GroupCommit
from switch_server.disk.errors import NotStorable, StoreError, StoreFailed
from switch_server.disk.sqlite import GroupResult, commit_group, open_durable

TABLE = "CREATE TABLE IF NOT EXISTS t (x INTEGER NOT NULL) STRICT"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_durable(tmp_path / "file.db", timeout=0.05)
    db.execute(TABLE)
    yield db
    db.close()


def commit(db: sqlite3.Connection, *items: object) -> GroupResult[object]:
    def apply(item: object) -> object:
        if isinstance(item, Exception):
            raise item
        db.execute("INSERT INTO t VALUES (?)", (item,))
        return item

    return commit_group(db, items, apply)


def stored(db: sqlite3.Connection) -> list[int]:
    return [x for (x,) in db.execute("SELECT x FROM t ORDER BY rowid")]


def test_a_group_is_one_transaction(db: sqlite3.Connection) -> None:
    begun: list[str] = []
    db.set_trace_callback(begun.append)
    assert commit(db, 1, 2, 3) == GroupResult([1, 2, 3])
    assert [sql for sql in begun if not sql.startswith("INSERT")] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert stored(db) == [1, 2, 3]


@pytest.mark.parametrize("bad", [None, "no number", 1 << 64, "\ud800", RuntimeError("our bug"), StoreError("ours")])
def test_an_item_that_can_t_be_stored_costs_no_other_its_place(db: sqlite3.Connection, bad: object) -> None:
    group = commit(db, 1, bad, 3)
    assert [group.results[0], group.results[2], group.trouble] == [1, 3, ""]
    assert isinstance(group.results[1], type(bad) if isinstance(bad, StoreError) else NotStorable)
    assert stored(db) == [1, 3]


def test_items_after_a_trouble_wait_behind_it(db: sqlite3.Connection) -> None:
    assert commit(db, 1, sqlite3.OperationalError("database or disk is full"), 3) == GroupResult(
        [1], "database or disk is full"
    )
    assert stored(db) == [1]


def test_a_locked_file_refuses_the_whole_group(db: sqlite3.Connection, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "file.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert commit(db, 1, 2) == GroupResult([], "database is locked", of_file=True)
    holder.close()
    assert commit(db, 1, 2) == GroupResult([1, 2])


def answers(path: Path, *works: Callable[[sqlite3.Connection], object]) -> list[object]:
    """Of works that are handed over in one turn of the loop."""

    async def main() -> list[object]:
        commit = GroupCommit(path, TABLE)
        found = [asyncio.get_running_loop().create_future() for _ in works]
        for work, answer in zip(works, found, strict=True):
            commit.submit(work, answer.set_result)
        async with asyncio.timeout(20):
            results = await asyncio.gather(*found)
        commit.close()
        return results

    return asyncio.run(main())


def test_each_work_of_a_branch_has_its_own_answer(tmp_path: Path) -> None:
    def insert(db: sqlite3.Connection) -> int:
        return db.execute("INSERT INTO t VALUES (1)").rowcount

    found = answers(
        tmp_path / "file.db",
        insert,
        lambda db: db.execute("SELECT 1 FROM gone"),
        lambda db: db.execute("INSERT INTO t VALUES (NULL)"),
        insert,
    )
    assert (found[0], found[3]) == (1, 1)
    assert [type(error) for error in found[1:3]] == [StoreFailed, NotStorable]


def test_a_branch_s_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError):
        answers(tmp_path / "file.db")
