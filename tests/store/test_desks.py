"""The store's tables for desks: migration of an older file, history, tickets, callbacks, callers."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.ids import AccountNo, AgentId, BranchId, CallId, CardId, CustomerId, QueueName, TicketId
from switch_server.adapters.store import Store
from switch_server.adapters.store.history import joined
from switch_server.adapters.store.tickets import MOST_TEXT
from switch_server.adapters.store.writer import Change
from switch_server.core.acd import CallbackRecovered
from switch_server.core.call import CallerFound, FindCaller
from switch_server.core.words import SaveRecord, phone_key
from switch_server.ports.records import NoSuchRecord, NotWritten, PastContact, RecordFull, TicketDraft
from tests.store.samples import NOON, Clock, Posted, customer, older_file

CALL = CallId("20251125-120000-0001")
ANN, BOB = AgentId("1001"), AgentId("1002")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def store(tmp_path: Path, posted: Posted, clock: Clock) -> Iterator[Store]:
    store = opened(tmp_path, posted, clock)
    store.put_customers([customer(1, "李小明", phones=("13900012345",), account="60010001")])
    assert store.flush(20.0)
    yield store
    store.stop()


def opened(folder: Path, posted: Posted, clock: Clock) -> Store:
    store = Store(folder / "huawu.db", posted, clock=clock)
    store.start()
    return store


def save(store: Store, table: str, **row: object) -> None:
    store.do(SaveRecord(table, row))


def test_a_file_of_the_version_before_keeps_what_it_has(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    db = older_file(tmp_path / "huawu.db", 2)
    db.execute(
        "INSERT INTO contacts (id, call, direction, number, started_at) VALUES ('c', 'c', 'in', '13900012345', ?)",
        [NOON],
    )
    db.execute("INSERT INTO customers VALUES (1, '李小明', 'lixiaoming', 'lxm', 1, 'zh_CN')")
    db.execute("INSERT INTO customer_phones VALUES ('13900012345', 1)")
    db.conn.commit()
    db.close()
    store = opened(tmp_path, posted, clock)
    store.do(FindCaller(CALL, "13900012345"))
    assert posted.wait(1) == [CallerFound(CALL, CustomerId(1), vip=True, last_call=NOON)]
    save(store, "contacts", id="c", agent="1001", queue="agents", disposition="enquiry")
    save(store, "calls", id="c", agent="1001", queue="agents")
    assert store.flush(20.0)
    assert store.counts.refused == 0
    (row,) = store.read.contacts()
    assert (row["number"], row["agent"]) == ("13900012345", "1001")
    store.stop()


# --- callers ---


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("+86 139-0001-2345", "13900012345"),
        ("8613900012345", "13900012345"),
        ("008613900012345", "13900012345"),
        ("013900012345", "13900012345"),
        ("13900012345", "13900012345"),
        ("+86 20 5550 1234", "02055501234"),
        ("00862055501234", "02055501234"),
        ("02055501234", "02055501234"),
        ("01062345678", "01062345678"),
        ("95500", "95500"),
        ("+1 415 555 0100", "14155550100"),
        ("anonymous", ""),
        ("٣٤٥", ""),
        ("", ""),
        ("+86", ""),
    ],
)
def test_numbers_have_one_form(number: str, key: str) -> None:
    assert phone_key(number) == key


def test_a_caller_is_found_however_the_trunk_shows_the_number(store: Store, posted: Posted) -> None:
    for number in ("+8613900012345", "8613900012345", "013900012345", "139 0001 2345"):
        store.do(FindCaller(CALL, number))
        assert store.read.customers_by_phone(number)[0].id == 1
    assert posted.wait(4) == [CallerFound(CALL, CustomerId(1))] * 4
    assert store.read.customers_by_phone("") == store.read.customers_by_phone("0") == []


def test_a_number_goes_with_its_customer(store: Store, posted: Posted) -> None:
    store.put_customers([customer(2, "李雷", phones=("13900012345", "13900012345"))])
    store.put_customers([customer(1, "李小明", phones=("13700000001",))])
    store.do(FindCaller(CALL, "13900012345"))
    store.put_customers([customer(2, "李雷")])
    store.do(FindCaller(CALL, "13900012345"))
    assert [event.customer for event in posted.wait(2) if isinstance(event, CallerFound)] == [2, None]


def test_who_called_a_month_ago_is_not_remembered(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    store = opened(tmp_path, posted, clock)
    save(store, "contacts", id="a", direction="in", number="111", started_at=NOON - 30 * 86400)
    save(store, "contacts", id="b", direction="in", number="222", started_at=NOON - 60)
    store.stop()
    store = opened(tmp_path, posted, clock)
    for number in ("111", "222"):
        store.do(FindCaller(CALL, number))
    assert [event.last_call for event in posted.wait(2) if isinstance(event, CallerFound)] == [None, NOON - 60]
    store.stop()


def test_an_account_is_found_with_its_customer(store: Store) -> None:
    found = store.read.account(AccountNo("60010001"))
    assert found is not None
    assert (found[0].branch, found[0].locked, found[1]) == (BranchId("GZ01"), False, 1)
    assert store.read.account(AccountNo("1")) is None


# --- after a crash ---


def test_talks_open_at_a_crash_are_lost_and_others_stay(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    store = opened(tmp_path, posted, clock)
    save(store, "talks", id="a/2", agent="1001", offered_at=1.0, answered_at=2.0, ended_at=3.0, outcome="agent_hung_up")
    save(store, "talks", id="b/2", agent="1001", offered_at=4.0, answered_at=5.0)
    store.stop()
    store = opened(tmp_path, posted, clock)
    store.close_open_records("switch_stopped")
    assert store.flush(20.0)
    assert [(row["id"], row["ended_at"], row["outcome"]) for row in store.read.talks()] == [
        ("b/2", 5.0, "lost"),
        ("a/2", 3.0, "agent_hung_up"),
    ]
    store.stop()


def test_who_waits_for_a_callback_waits_on(store: Store) -> None:
    row = {"queue": "agents", "number": "13900012345", "priority": 10, "flow": "main", "step": "back"}
    save(store, "callbacks", id="c2", since=200.0, tries=1, state="dialling", card="card-1", **row)
    save(store, "callbacks", id="c1", since=100.0, tries=0, state="waiting", card=None, **row)
    save(store, "callbacks", id="c0", since=50.0, tries=0, state="waiting", card=None, **row)
    save(store, "callbacks", id="c0", state="done")
    assert store.flush(20.0)
    first = CallbackRecovered(CallId("c1"), QueueName("agents"), "13900012345", 100.0, 10, "main", "back")
    second = CallbackRecovered(
        CallId("c2"), QueueName("agents"), "13900012345", 200.0, 10, "main", "back", 1, CardId("card-1")
    )
    assert store.callbacks_waiting() == [first, second]


def test_talks_for_the_operator(store: Store) -> None:
    for number, agent in enumerate((ANN, BOB, ANN), 1):
        save(store, "talks", id=f"c{number}/2", agent=agent, call=f"c{number}", offered_at=100.0 * number)
    assert store.flush(20.0)
    assert [row["id"] for row in store.read.talks()] == ["c3/2", "c2/2", "c1/2"]
    assert [row["id"] for row in store.read.talks(agent=ANN)] == ["c3/2", "c1/2"]
    assert [row["id"] for row in store.read.talks(since=200.0, limit=1)] == ["c3/2"]
    assert [row["id"] for row in store.read.talks(call=CallId("c2"))] == ["c2/2"]


# --- history ---


def test_every_channel_is_in_one_list_with_what_agents_said(store: Store) -> None:
    save(
        store,
        "contacts",
        id="s",
        channel="sms",
        direction="out",
        customer=1,
        number="139",
        started_at=50.0,
        summary="成交回报",
    )
    save(
        store, "contacts", id="c1", call="c1", channel="phone", direction="in", customer=1, number="139", started_at=100.0,
        ended_at=160.0, summary="…", agent="1002",
    )  # fmt: skip
    save(store, "recordings", id="c1", call="c1", path="c1.wav")
    talk = {"call": "c1", "kind": "in", "customer": 1}
    save(
        store,
        "talks",
        id="c1/2",
        agent="1001",
        offered_at=105.0,
        answered_at=106.0,
        note="要转人工",
        disposition="account",
        **talk,
    )
    save(store, "talks", id="c1/3", agent="1003", offered_at=120.0, ended_at=140.0, **talk)
    save(
        store,
        "talks",
        id="c1/4",
        agent="1002",
        offered_at=141.0,
        answered_at=142.0,
        note="已办",
        disposition="enquiry",
        **talk,
    )
    save(
        store, "talks", id="c2/1", call="c2", kind="out", customer=1, number="139", agent="1001", offered_at=200.0,
        answered_at=210.0, ended_at=250.0,
    )  # fmt: skip
    save(store, "contacts", id="x", call="x", customer=2, started_at=300.0)
    assert store.flush(20.0)
    assert store.counts.refused == 0
    assert store.read.history(CustomerId(1)) == [
        PastContact(
            id="c2", channel="phone", direction="out", at=200.0, number="139", agents=(ANN,), seconds=40.0, call=CallId("c2")
        ),
        PastContact(
            id="c1", channel="phone", direction="in", at=100.0, number="139", agents=(ANN, BOB), seconds=60.0,
            disposition="enquiry", summary="要转人工\n已办", call=CallId("c1"), recorded=True,
        ),
        PastContact(id="s", channel="sms", direction="out", at=50.0, number="139", summary="成交回报"),
    ]  # fmt: skip
    assert store.read.agents_of(CallId("c1")) == {ANN, BOB}
    assert [each.id for each in store.read.history(CustomerId(1), 1)] == ["c2"]


def test_a_talk_that_goes_on_is_a_contact_already(store: Store) -> None:
    save(store, "talks", id="c1/2", call="c1", kind="in", customer=1, agent="1001", offered_at=5.0, answered_at=6.0)
    assert store.flush(20.0)
    (only,) = store.read.history(CustomerId(1))
    assert (only.id, only.agents, only.seconds, only.recorded) == ("c1", (ANN,), 0.0, False)


def test_rows_of_which_little_is_known_are_shown_nevertheless() -> None:
    names = ("call", "channel", "direction", "number", "started_at", "ended_at", "disposition", "summary")
    contact = dict.fromkeys(names) | {"id": "a", "agent": "1001"}
    (only,) = joined([contact], [], set())
    assert only == PastContact(id="a", channel="", direction="", at=0.0, agents=(ANN,))
    of = ("call", "kind", "number", "agent", "offered_at", "ended_at", "disposition", "note")
    (only,) = joined([], [dict.fromkeys(of) | {"id": "b/2", "answered_at": 3.0}], set())
    assert only == PastContact(id="b/2", channel="phone", direction="in", at=3.0)


# --- tickets ---


def draft(
    ticket: int | None = None, *, state: str = "open", entry: str = "note", of: int = 1, title: str = "交割单"
) -> TicketDraft:
    number = None if ticket is None else TicketId(ticket)
    return TicketDraft(
        agent=ANN, customer=CustomerId(of), ticket=number, title=title, state=state, entry=entry, call=CALL
    )


def test_a_ticket_is_opened_added_to_and_closed_with_a_trail(store: Store, clock: Clock) -> None:
    first = store.save_ticket(draft(entry="first"))
    assert (first.id, first.opened_at, first.opened_by, first.text, first.call) == (1, NOON, ANN, "first", CALL)
    clock.now += 5
    same = store.save_ticket(draft(1, entry="", state="waiting"))
    assert (same.text, same.state, same.updated_at, same.opened_at) == ("first", "waiting", NOON + 5, NOON)
    closed = store.save_ticket(draft(1, entry="second", state="closed", title="交割单 2"))
    assert (closed.text, closed.title) == ("first\nsecond", "交割单 2")
    second = store.save_ticket(draft(entry=""))
    assert store.read.tickets(CustomerId(1)) == [second, closed]
    trail = [(row["actor"], row["action"], row["subject"], row["detail"]) for row in reversed(store.read.audit())]
    assert trail == [
        (ANN, "ticket_opened", "1", "customer 1, open"),
        (ANN, "ticket_changed", "1", "customer 1, open -> waiting"),
        (ANN, "ticket_changed", "1", "customer 1, waiting -> closed"),
        (ANN, "ticket_opened", "2", "customer 1, open"),
    ]


def test_a_ticket_of_nobody_or_of_somebody_else_is_refused(store: Store) -> None:
    store.save_ticket(draft())
    store.put_customers([customer(2, "李雷")])
    for wrong in (draft(of=99), draft(7), draft(1, of=2)):
        with pytest.raises(NoSuchRecord):
            store.save_ticket(wrong)
    assert len(store.read.audit()) == 1


def test_a_ticket_that_is_full_is_told_and_keeps_what_it_has(store: Store) -> None:
    store.save_ticket(draft(entry="x" * (MOST_TEXT - 3)))
    with pytest.raises(RecordFull, match="ticket 1"):
        store.save_ticket(draft(1, entry="note"))
    closed = store.save_ticket(draft(1, entry="", state="closed"))
    assert len(closed.text) == MOST_TEXT - 3


def test_a_ticket_that_the_disk_did_not_take_is_not_written_later(tmp_path: Path, store: Store) -> None:
    other = sqlite3.connect(tmp_path / "huawu.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotWritten, match="disk"):
        store.save_ticket(draft(), seconds=0.2)
    other.execute("COMMIT")
    other.close()
    again = store.save_ticket(draft(), seconds=20.0)
    assert store.read.tickets(CustomerId(1)) == [again]
    assert len(store.read.audit()) == 1


def test_a_ticket_that_can_t_be_stored_is_told(store: Store) -> None:
    with pytest.raises(NotWritten, match="store"):
        store.save_ticket(draft(entry="\ud800"))
    assert store.read.tickets(CustomerId(1)) == []


def test_a_ticket_is_on_the_disk_before_it_is_answered(store: Store) -> None:
    """By an fsync, as for orders; other records survive a ``kill -9``, and a power cut only after the next sign of life."""
    said: list[str] = []
    store._db.conn.set_trace_callback(said.append)
    levels: list[int] = []

    def level(db: sqlite3.Connection) -> None:
        levels.append(db.execute("PRAGMA synchronous").fetchone()[0])

    for durable in (False, True, False):
        store._writer.put(Change("a look", level, durable=durable))
        assert store.flush(20.0)
    assert levels == [1, 2, 1]
    said.clear()
    store.save_ticket(draft())
    store.sign_of_life()
    assert store.flush(20.0)
    store.do(SaveRecord("calls", {"id": "c9", "started_at": 1.0}))
    assert store.flush(20.0)
    words = [
        each.split()[1 if each.startswith("PRAGMA") else 2]
        for each in said
        if each.startswith(("PRAGMA", "INSERT INTO"))
    ]
    turns = [word for word, _ in itertools.groupby(words)]  # SQLite's trace repeats the statement for a trigger's work
    assert turns == ["synchronous", "tickets", "audit", "life", "synchronous", "calls"]
