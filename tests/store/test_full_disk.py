"""A full disk: orders are refused, records and events wait; once there is space, nothing is missing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.store.samples import python

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Runs in a process of its own, since the file-size limit that simulates a full disk holds for a whole process."""
    folder: Path = tmp_path_factory.mktemp("full")
    process = python("tests.store.writing", "full", str(folder))
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_orders_are_refused_while_it_is_full(told: dict[str, Any]) -> None:
    orders = told["orders"]
    assert orders["again"], "the refused order was not taken when there was room again"
    assert orders["kept"], "the history row did not wait"
    assert orders["state"] == "accepted"
    assert orders["journalled"] == orders["expected"]
    assert orders["troubles"][-1] == ""
    assert orders["troubles"][0]


def test_records_wait_and_questions_are_answered(told: dict[str, Any]) -> None:
    store = told["store"]
    assert store["answers"] == ["WrongPinCounted"] * 5 + ["AccountFound"]
    assert store["waited"]
    assert store["delayed"]
    assert store["whole"], "records are missing or out of order"
    assert store["locked"], "the lock was not written"
    assert store["chain"] is None
    assert store["ticket"] == [True, True], "refused while it was full, then written once"
    assert store["lost"] == 0
    assert store["troubles"][0]
    assert store["troubles"][-1] == ""


def test_events_wait_and_keep_their_numbers(told: dict[str, Any]) -> None:
    events = told["events"]
    assert events["whole"]
    assert events["many"]
    assert events["lost"] == 0
    assert events["troubles"][-1] == ""


def test_what_memory_has_no_room_for_is_counted(told: dict[str, Any]) -> None:
    bounded = told["bounded"]
    assert 0 < bounded["most"]["store"] <= 1 << 20
    assert 0 < bounded["most"]["journal"] <= 1 << 20
    assert [kept + lost for kept, lost in zip(bounded["kept"], bounded["lost"], strict=True)] == [20_000, 20_001]
    assert min(bounded["kept"]) > 100
    assert bounded["left"] == [0, 0]


def test_a_backup_that_has_no_room_leaves_nothing(told: dict[str, Any]) -> None:
    assert told["backup"]["state"] == "failed"
    assert told["backup"]["text"] in {"disk I/O error", "database or disk is full"}
    assert told["backup"]["left"] == []
