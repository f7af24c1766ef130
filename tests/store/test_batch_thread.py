"""The thread that writes in groups."""

import threading

import pytest

from switch_server.disk.batch_thread import BatchThread
from tests.store.samples import until


def test_everything_is_written_in_order_in_groups() -> None:
    groups: list[list[int]] = []
    gate = threading.Event()

    def write(batch: list[int]) -> list[int]:
        assert gate.wait(20)
        groups.append(batch)
        return []

    batches = BatchThread("test", write, largest=100)
    batches.start()
    for number in range(1000):
        batches.put(number)
    gate.set()
    assert batches.stop(20.0) == 0
    assert [number for group in groups for number in group] == list(range(1000))
    assert len(groups) <= 12
    assert max(len(group) for group in groups) == 100


def test_kept_items_come_again_before_newer_ones() -> None:
    seen: list[list[str]] = []

    def write(batch: list[str]) -> list[str]:
        seen.append(batch)
        return ["a", "b"] if len(seen) == 1 else []

    batches = BatchThread("test", write, retry=0.01)
    for item in ("a", "b"):
        batches.put(item)
    batches.start()
    until(lambda: seen)
    batches.put("c")
    assert batches.flush(20.0)
    assert [item for batch in seen[1:] for item in batch] == ["a", "b", "c"]
    assert batches.stop(20.0) == 0


def test_a_writer_that_raises_costs_only_its_batch(caplog: pytest.LogCaptureFixture) -> None:
    written: list[int] = []

    def write(batch: list[int]) -> list[int]:
        if 1 in batch:
            raise RuntimeError("our bug")
        written.extend(batch)
        return []

    batches = BatchThread("test", write)
    batches.start()
    batches.put(1)
    assert batches.flush(20.0)
    batches.put(2)
    assert batches.stop(20.0) == 0
    assert written == [2]
    assert batches.faults == 1
    assert "a batch of 1 was dropped" in caplog.text


def test_stop_tells_what_was_not_written() -> None:
    batches = BatchThread[int]("test", lambda batch: batch, retry=0.01)
    batches.start()
    batches.put(1)
    batches.put(2)
    assert not batches.flush(0.05)
    assert batches.stop(0.05) == 2


def test_work_between_two_items_comes_when_all_before_it_is_written() -> None:
    said: list[object] = []
    tries = iter((["b"], []))

    def write(batch: list[str]) -> list[str]:
        kept = next(tries, [])
        said.append([item for item in batch if item not in kept])
        return kept

    batches = BatchThread("test", write, retry=0.01)
    batches.put("a")
    batches.put("b")
    batches.between(lambda: said.append(len(said)))
    batches.put("c")
    batches.start()
    assert batches.stop(20.0) == 0
    assert said == [["a"], ["b"], 2, ["c"]]


def test_more_bytes_than_there_is_room_for_are_not_taken() -> None:
    written: list[bytes] = []

    def write(batch: list[bytes]) -> list[bytes]:
        written.extend(batch)
        return []

    batches = BatchThread("test", write, size=len, most=100)
    assert [batches.put(bytes(size)) for size in (60, 41, 40, 1, 0)] == [True, False, True, False, True]
    assert (batches.waiting_bytes, batches.lost) == (100, 2)
    batches.start()
    assert batches.flush(20.0)
    assert batches.waiting_bytes == 0
    assert batches.put(bytes(100))
    assert batches.stop(20.0) == 0
    assert [len(item) for item in written] == [60, 40, 0, 100]
