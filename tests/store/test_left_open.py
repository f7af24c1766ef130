"""The records of a killed switch: open ones end at its last sign of life, and a seat gets its lock back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.enums import LockReason
from shared.ids import AgentId, DeskId
from switch_server.adapters.store import Store
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import SessionRecord
from tests.store.samples import NOON, Clock, Posted

ANN, BOB = AgentId("1001"), AgentId("1002")
Open = Callable[[], Store]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def again(tmp_path: Path, clock: Clock) -> Iterator[Open]:
    """Stops the present store, and opens another on the same file."""
    made: list[Store] = []

    def opened() -> Store:
        for store in made:
            assert store.stop() == 0
        made[:] = [Store(tmp_path / "huawu.db", Posted(), clock=clock)]
        made[0].start()
        return made[0]

    yield opened
    made[0].stop()


def save(store: Store, table: str, **row: object) -> None:
    store.do(SaveRecord(table, row))


def stretch(store: Store, agent: AgentId, begun: float, **more: Any) -> None:
    row = {"shift": "x", "agent": agent, "desk": "d", "state": "open", "begun_at": begun, "ended_at": None}
    save(store, "seat_states", **({"id": f"{agent}@{begun:.0f}"} | row | more))


def rows(store: Store, table: str) -> dict[str, dict[str, Any]]:
    assert store.flush(20.0)
    return {row["id"]: row for row in store.read._rows(f"SELECT * FROM {table}", {})}


def after_a_kill(again: Open, clock: Clock) -> Store:
    clock.now = NOON + 9_000
    store = again()
    store.close_open_records("switch_stopped")
    return store


def test_open_records_end_at_the_last_sign_of_life(again: Open, clock: Clock) -> None:
    store = again()
    stretch(store, ANN, NOON, state="locked", reason="lunch")
    stretch(store, BOB, NOON, ended_at=NOON + 1, ended_by="ring")
    save(store, "calls", id="c", started_at=NOON + 1, answered_at=NOON + 2)
    save(store, "talks", id="c/2", offered_at=NOON + 3, answered_at=NOON + 4)
    save(store, "queue_visits", id="c/q1", call="c", queue="agents", entered_at=NOON + 2)
    clock.now = NOON + 65.5
    store.sign_of_life()
    store = after_a_kill(again, clock)
    seats = rows(store, "seat_states")
    assert [(row["ended_at"], row["ended_by"]) for row in seats.values()] == [
        (NOON + 65.5, "switch_stopped"),
        (NOON + 1, "ring"),
    ]
    assert rows(store, "calls")["c"]["ended_at"] == NOON + 65.5
    assert rows(store, "talks")["c/2"]["ended_at"] == NOON + 65.5
    visit = rows(store, "queue_visits")["c/q1"]
    assert (visit["left_at"], visit["waited_ms"], visit["outcome"]) == (NOON + 65.5, 63_500, "lost")


def test_a_record_begun_after_it_is_a_sign_of_life(again: Open, clock: Clock) -> None:
    store = again()
    store.sign_of_life()
    stretch(store, ANN, NOON - 50)
    stretch(store, BOB, NOON + 3)
    save(store, "calls", id="c", started_at=NOON + 1, answered_at=NOON + 4)
    store = after_a_kill(again, clock)
    assert {row["ended_at"] for row in rows(store, "seat_states").values()} == {NOON + 3}
    assert rows(store, "calls")["c"]["ended_at"] == NOON + 4, "nothing ends before it was answered"


def test_a_new_file_has_nothing_to_close(again: Open, clock: Clock) -> None:
    store = after_a_kill(again, clock)
    save(store, "calls", id="c", started_at=clock.now)
    assert rows(store, "calls")["c"]["ended_at"] is None


def test_the_lock_of_a_seat_is_there_after_a_kill(again: Open, clock: Clock) -> None:
    store = again()
    for agent in (ANN, BOB):
        store.agents.put_session(SessionRecord(f"hash-{agent}", agent, DeskId("d"), NOON))
    stretch(store, ANN, NOON, state="locked", reason="break", lock="break", ended_at=NOON + 1, ended_by="ring")
    stretch(store, ANN, NOON + 1, state="talking", lock="lunch")
    stretch(store, BOB, NOON, lock=None)
    for _ in range(3):  # a switch that dies at once, before any agent has come back, changes nothing
        store = after_a_kill(again, clock)
        assert (store.agents.lock_before(ANN), store.agents.lock_before(BOB)) == (LockReason.LUNCH, None)


@pytest.mark.parametrize("lock", ["lunch", "a word of a later version"])
def test_no_lock_of_who_logged_out_or_of_a_word_that_is_not_known(again: Open, clock: Clock, lock: str) -> None:
    store = again()
    store.agents.put_session(SessionRecord("hash", ANN, DeskId("d"), NOON))
    code = "logged_out" if lock == "lunch" else "switch_stopped"
    stretch(store, ANN, NOON, state="offline", lock=lock, ended_at=NOON, ended_by=code)
    assert after_a_kill(again, clock).agents.lock_before(ANN) is None
