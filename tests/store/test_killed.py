"""``kill -9`` while writing: all acknowledged orders and events are kept."""

from pathlib import Path

import pytest

from switch_server.adapters.event_journal import EventJournal, read_journal
from switch_server.adapters.order_journal import SqliteOrderJournal
from tests.store.samples import NOON, Clock, Posted, kill, python


def _kill_after(lines: int, mode: str, folder: Path) -> list[str]:
    process = python("tests.store.writing", mode, str(folder))
    assert process.stdout is not None
    seen = [process.stdout.readline().strip() for _ in range(lines)]
    assert seen[-1], "it ended by itself"
    return seen + kill(process)


@pytest.mark.parametrize("lines", [1, 700, 2000])
def test_every_acknowledged_order_is_journalled(tmp_path: Path, lines: int) -> None:
    keys = _kill_after(lines, "orders", tmp_path)
    journal = SqliteOrderJournal(tmp_path / "orders.db", Posted(), clock=Clock())
    found = {recovered.key for recovered in journal.unfinished()}
    journal.stop()
    assert found >= set(keys)
    assert len(keys) == len(set(keys)) >= lines


def test_every_flushed_event_is_there_and_numbering_goes_on(tmp_path: Path) -> None:
    from switch_server.core.facts import Draining

    last = int(_kill_after(5, "events", tmp_path)[-1])
    journal = EventJournal(tmp_path)
    journal.start()
    after = journal.append(Draining(), NOON)
    journal.stop()
    seqs = [entry.seq for entry in read_journal(tmp_path)]
    assert after > last
    assert seqs == list(range(1, after + 1))
