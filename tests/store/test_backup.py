"""Backups of files that are being written."""

import asyncio
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.control import BackupProgress, BackupState, RefusedCode
from switch_server.adapters import backup
from switch_server.adapters.backup import Backups, open_snapshot
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.adapters.store import Store
from switch_server.core.words import Audit
from switch_server.ports.operations import OperationRefused
from tests.store.samples import NOON, Clock, Posted, place, state
from tests.store.test_start import spoil

RUNNING, DONE, FAILED = BackupState.RUNNING, BackupState.DONE, BackupState.FAILED


class Rig:
    """Store, order journal and backups of one state folder."""

    def __init__(self, folder: Path, *, writing: bool = True) -> None:
        self.state = folder / "state"
        (self.state / "keys").mkdir(parents=True)
        (self.state / "keys" / "centre.key").write_text("secret")
        self.store = Store(self.state / "huawu.db", Posted(), clock=Clock())
        self.journal = SqliteOrderJournal(self.state / "orders.db", Posted(), clock=Clock())
        self.audited: list[Audit] = []
        writers = {"orders.db": self.journal.between, "huawu.db": self.store.between}
        self.backups = Backups(self.state, writers, audit=self.audited.append, clock=Clock(), version="9")
        if writing:
            self.store.start()
            self.journal.start()
            self.flush()

    def order(self, number: int) -> None:
        """Journals and stores an order, as the engine does."""
        for effect in (place(number), state(place(number), "sent")):
            self.journal.do(effect)
            self.store.do(effect)

    def flush(self) -> None:
        assert self.store.flush(20.0)
        assert self.journal.flush(20.0)

    async def to_its_end(self, folder: Path) -> BackupProgress:
        await self.backups.begin(folder, "me")
        while (told := self.backups.progress()) is not None and told.state is RUNNING:  # noqa: ASYNC110  a thread makes it
            await asyncio.sleep(0.005)
        assert told is not None
        return told

    def made(self, folder: Path) -> BackupProgress:
        return asyncio.run(self.to_its_end(folder))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.backups.stop()
    made.store.stop()
    made.journal.stop()


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(rig: Rig, folder: Path) -> tuple[RefusedCode, str]:
    with pytest.raises(OperationRefused) as refusal:
        asyncio.run(rig.backups.begin(folder, "me"))
    return refusal.value.code, refusal.value.text


def test_a_copy_does_not_start_anew_while_others_commit(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE t (n INTEGER, x BLOB)")
        writer.execute(
            "WITH RECURSIVE up (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM up WHERE n < 500) INSERT INTO t SELECT n, zeroblob(3000) FROM up"
        )
        source, left_to_do = open_snapshot(path), list[int]()

        def copied(_status: int, remaining: int, _pages: int) -> None:
            left_to_do.append(remaining)
            writer.execute("UPDATE t SET n = n + 1000")
            writer.execute("INSERT INTO t VALUES (0, zeroblob(3000))")

        with closing(sqlite3.connect(tmp_path / "b.db")) as target:
            source.backup(target, pages=20, progress=copied)
        source.close()
    assert len(left_to_do) > 20
    assert left_to_do == sorted(set(left_to_do), reverse=True), "each page once"
    assert rows(tmp_path / "b.db", "SELECT count(*), min(n), max(n) FROM t") == [(500, 1, 500)]


def test_both_files_are_of_one_moment_while_orders_run(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 8)  # so that the backup takes a while
    for number in range(200):
        rig.order(number)
    rig.flush()

    async def orders_run() -> tuple[BackupProgress, int]:
        making = asyncio.create_task(rig.to_its_end(tmp_path / "backup"))
        number = 200
        while not making.done():
            for _ in range(5):
                rig.order(number)
                number += 1
            await asyncio.sleep(0.002)
        return making.result(), number

    told, number = asyncio.run(orders_run())
    folder = tmp_path / "backup"
    assert (told.state, told.folder, told.text) == (DONE, str(folder), "")
    assert told.done == told.whole > 100_000
    copied = [rows(folder / name, "SELECT key, state FROM orders ORDER BY key") for name in ("orders.db", "huawu.db")]
    assert copied[0] == copied[1]
    steps = [
        rows(folder / name, "SELECT key, state FROM order_history ORDER BY key") for name in ("orders.db", "huawu.db")
    ]
    assert steps[0] == steps[1]
    assert 200 <= len(copied[0]) < number, "orders went on"
    assert left(folder) == ["backup.json", "huawu.db", "keys", "orders.db"]
    assert left(tmp_path) == ["backup", "state"]
    assert rig.audited == [Audit("me", "backup_done", str(folder), "")]


def test_the_files_of_a_backup(rig: Rig, tmp_path: Path) -> None:
    rig.order(1)
    assert rig.made(tmp_path / "backup").state is DONE
    folder = tmp_path / "backup"
    assert (folder / "keys" / "centre.key").read_text() == "secret"
    note = json.loads((folder / "backup.json").read_text())
    assert note == {
        "format": 1, "made_at": NOON, "version": "9",
        "bytes": {name: (folder / name).stat().st_size for name in ("huawu.db", "orders.db")},
    }  # fmt: skip
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {0o700, 0o600}
    assert stat.S_IMODE((folder / "huawu.db").stat().st_mode) == 0o600
    journal = SqliteOrderJournal(folder / "orders.db", Posted(), clock=Clock())
    assert [found.key for found in journal.unfinished()] == [place(1).key]
    journal.stop()


def test_nothing_is_overwritten(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    assert refused(rig, tmp_path / "there") == (RefusedCode.FOLDER_EXISTS, str(tmp_path / "there"))
    assert refused(rig, tmp_path / "link")[0] is RefusedCode.FOLDER_EXISTS
    assert refused(rig, tmp_path / "no" / "where") == (
        RefusedCode.FOLDER_FAILED, f"{tmp_path / 'no'}: No such file or directory",
    )  # fmt: skip
    assert refused(rig, Path("here"))[0] is RefusedCode.BAD_VALUE
    assert rig.backups.progress() is None
    assert left(tmp_path) == ["link", "state", "there"]


def test_after_a_begin_that_failed_the_next_one_goes(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = refused(rig, tmp_path / "a\0b")
    assert code is RefusedCode.BAD_VALUE
    assert text.startswith(f"'{tmp_path}/a\\x00b': ")
    with monkeypatch.context() as broken:
        broken.setattr(backup, "_part_of", None)  # stands for any bug
        with pytest.raises(TypeError):
            asyncio.run(rig.backups.begin(tmp_path / "first", "me"))
    assert rig.backups.progress() is None
    assert rig.made(tmp_path / "second").state is DONE


def test_a_folder_that_appears_meanwhile_is_kept(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = backup._Snapshots.wait

    def late(moment: backup._Snapshots) -> dict[str, sqlite3.Connection]:
        (tmp_path / "backup").mkdir()
        return wait(moment)

    monkeypatch.setattr(backup._Snapshots, "wait", late)
    told = rig.made(tmp_path / "backup")
    assert (told.state, told.text) == (FAILED, f"{tmp_path / 'backup'} is there already")
    assert left(tmp_path / "backup") == []


def test_one_at_a_time_and_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PATIENCE", 0.3)
    rig = Rig(tmp_path, writing=False)  # no writer thread runs, as on a full disk: the backup's turn never comes

    async def two() -> BackupProgress:
        making = asyncio.create_task(rig.to_its_end(tmp_path / "first"))
        await asyncio.sleep(0)
        with pytest.raises(OperationRefused) as refusal:
            await rig.backups.begin(tmp_path / "second", "me")
        assert (refusal.value.code, refusal.value.text) == (RefusedCode.BACKUP_RUNS, str(tmp_path / "first"))
        return await making

    told = asyncio.run(two())
    assert (told.state, told.text) == (FAILED, "the disk does not take what waits to be written")
    assert left(tmp_path) == ["state"]
    assert rig.audited == [Audit("me", "backup_failed", str(tmp_path / "first"), told.text)]
    rig.store.start()  # the backup's turn comes too late: it must not keep the WAL from being truncated
    rig.journal.start()
    rig.flush()
    with closing(sqlite3.connect(rig.state / "huawu.db")) as db:
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    rig.store.stop()
    rig.journal.stop()


def test_damage_is_told(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.store.stop()
    rig.journal.stop()
    spoil(rig.state / "huawu.db", "legs")
    writers = {"huawu.db": lambda work: work()}  # no other thread writes the file
    rig.backups = Backups(rig.state, writers, audit=rig.audited.append, clock=Clock(), version="9")
    told = rig.made(tmp_path / "backup")
    assert told.state is FAILED
    assert told.text.startswith("huawu.db is damaged: ")
    assert left(tmp_path) == ["state"]


def test_a_stop_cancels_the_backup(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "PAGES", 1)

    async def stopped() -> BackupProgress | None:
        await rig.backups.begin(tmp_path / "backup", "me")
        rig.backups.stop()
        return rig.backups.progress()

    told = asyncio.run(stopped())
    assert told is not None
    assert (told.state, told.text) == (FAILED, "the switch stops")
    assert left(tmp_path) == ["state"]
