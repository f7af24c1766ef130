"""Faxes in the store: what a new start goes on with, the lists of agents, and received faxes as work."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.fax import FaxId, FaxModem, FaxPriority, FaxResult
from shared.ids import AgentId, CustomerId
from switch_server.adapters.store import Store
from switch_server.core.fax import FaxJob, KeepFax
from switch_server.core.fax.session import kept_row
from switch_server.core.words import SaveRecord
from tests.store.samples import NOON, Clock, Posted

ANN, BOB = AgentId("1001"), AgentId("1002")
JOB = FaxJob(
    fax=FaxId("f20251125120000000001"), number="02083001234", document="/fax/documents/d1.tif", pages=30, by="agent:1001", title="对账单",
    digest="d1", priority=FaxPriority.URGENT, created=NOON, not_before=NOON + 60, customer=CustomerId(7), agent=ANN, group="east",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    yield store
    store.stop()


def received(store: Store, fax: str, at: float, **row: object) -> FaxId:
    store.do(
        SaveRecord(
            "faxes",
            {"id": fax, "direction": "in", "state": "new", "created": at, "group_name": "east", "pages": 1, **row},
        )
    )
    return FaxId(fax)


def test_a_kept_fax_is_read_back_whole(store: Store) -> None:
    store.do(KeepFax(JOB.fax, kept_row(JOB, live=False)))
    assert store.flush(5.0)
    assert store.faxes_open().jobs == (JOB,)
    row = store.read.fax.fax(JOB.fax)
    assert row is not None
    assert (row.state, row.asked_by, row.live, row.ended) == ("waiting", "agent:1001", False, None)


def test_a_new_start_goes_on_where_the_killed_one_was(tmp_path: Path) -> None:
    path = tmp_path / "huawu.db"
    killed = Store(path, Posted(), clock=Clock())
    killed.start()
    killed.do(KeepFax(JOB.fax, kept_row(JOB, live=False)))
    under_way = {
        "state": "sending",
        "pages_done": 28,
        "dials": 2,
        "tries": 1,
        "same": 1,
        "result": "training",
        "fastest": "v29",
        "seconds": 40.0,
    }
    killed.do(SaveRecord("faxes", {"id": JOB.fax, **under_way}))
    killed.do(SaveRecord("fax_tries", {"id": f"{JOB.fax}/2", "fax": JOB.fax, "number": 2, "began": NOON}))
    for state in ("sent", "failed", "cancelled"):
        killed.do(KeepFax(FaxId(state), kept_row(JOB, live=False) | {"id": state, "state": state}))
    received(killed, "r1", NOON, state="receiving", pages=2)
    received(killed, "r2", NOON, state="receiving", pages=0)
    killed.stop()
    store = Store(path, Posted(), clock=Clock())
    [job] = store.faxes_open().jobs
    assert (job.fax, job.pages_done, job.dials, job.tries, job.last, job.fastest, job.seconds) == (
        JOB.fax, 28, 2, 1, FaxResult.TRAINING, FaxModem.V29, 40.0,
    )  # fmt: skip
    store.close_open_records("switch_stopped")
    store.start()
    assert store.flush(5.0)
    states = {row.id: (row.state, row.result) for row in store.read.fax.faxes(direction="in")}
    assert states == {"r1": ("new", "stopped"), "r2": ("failed", "stopped")}
    [tried] = store.read.fax.fax_tries(JOB.fax)
    assert (tried.result, tried.ended) == ("stopped", NOON)
    store.stop()


def test_lists(store: Store) -> None:
    for number in range(4):
        fax = FaxId(f"f{number}")
        agent, state = (ANN, "waiting") if number % 2 else (BOB, "sent")
        changes = {"id": fax, "created": NOON + number, "agent": agent, "state": state, "customer": number}
        store.do(KeepFax(fax, kept_row(JOB, live=False) | changes))
    received(store, "r1", NOON)
    received(store, "r2", NOON + 1, group_name="west")
    received(store, "r3", NOON + 2, group_name="west", agent=ANN)
    assert store.flush(5.0)
    book = store.read.fax
    assert [row.id for row in book.faxes(2, direction="out")] == ["f3", "f2"]
    assert [row.id for row in book.faxes(direction="out", before=NOON + 2)] == ["f1", "f0"]
    assert {row.id for row in book.faxes(agent=ANN, direction="out")} == {"f1", "f3"}
    assert [row.id for row in book.faxes(customer=CustomerId(2))] == ["f2"]
    assert {row.id for row in book.faxes(open_only=True)} == {"f1", "f3", "r1", "r2", "r3"}
    assert [row.id for row in book.inbox(ANN, "east")] == ["r3", "r1"]
    assert [row.id for row in book.inbox(ANN, "")] == ["r3"]
    assert [row.id for row in book.inbox(BOB, None)] == ["r3", "r2", "r1"]
    assert [row.id for row in book.inbox(BOB, None, before=NOON + 1)] == ["r1"]


def test_a_received_fax_is_taken_by_one_agent(store: Store) -> None:
    fax, work = received(store, "r1", NOON), store.fax_work
    assert work.take(fax, ANN)
    assert work.take(fax, ANN)
    assert not work.take(fax, BOB)
    assert not work.take(FaxId("none"), BOB)
    row = store.read.fax.fax(fax)
    assert row is not None
    assert (row.state, row.taken_by) == ("taken", ANN)
    assert work.forward(fax, ANN, agent=BOB, group="west")
    assert work.take(fax, BOB)
    assert store.flush(5.0)
    actions = [(row["actor"], row["action"], row["subject"]) for row in reversed(store.read.audit())]
    assert actions[-2:] == [("agent:1001", "fax_forwarded", "r1"), ("agent:1002", "fax_taken", "r1")]


def test_a_received_fax_is_filed_to_a_customer_with_its_contact(store: Store) -> None:
    fax = received(store, "r1", NOON)
    store.do(
        SaveRecord(
            "contacts", {"id": "r1", "channel": "fax", "direction": "in", "started_at": NOON, "ended_at": NOON + 60}
        )
    )
    assert store.fax_work.file_to(fax, CustomerId(7), ANN)
    [contact] = store.read.history(CustomerId(7))
    assert (contact.id, contact.channel, contact.seconds) == ("r1", "fax", 60.0)
    assert not store.fax_work.file_to(FaxId("none"), CustomerId(7), ANN)
