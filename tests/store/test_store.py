"""The store on SQLite, beyond its contract: the operator's queries, and errors."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from shared.ids import AccountNo, BranchId, CallId, CustomerId
from shared.secret import Secret
from switch_server.adapters.order_rows import INSERT_ORDER, order_row
from switch_server.adapters.store import Store, StoreTooNew, StoreUnusable, reader
from switch_server.adapters.store.callers import CallerIndex
from switch_server.adapters.store.migrations import MODULES
from switch_server.core.ivr import AccountFound, CountWrongPin, FindAccount, GiveBackPinTry, WrongPinCounted
from switch_server.core.words import Audit, MediaStats, SaveRecord
from tests.store.samples import NOON, Clock, Posted, customer, place, report, state, until

CALL = CallId("20251125-120000-0001")
ACCOUNT = AccountNo("60012345")
DAY = 24 * 3600.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def store(tmp_path: Path, posted: Posted, clock: Clock) -> Iterator[Store]:
    store = Store(tmp_path / "huawu.db", posted, clock=clock)
    store.start()
    yield store
    assert store.stop() == 0


def _again(tmp_path: Path, posted: Posted, clock: Clock) -> Store:
    store = Store(tmp_path / "huawu.db", posted, clock=clock)
    store.start()
    return store


# --- customers ---

NAMES = [
    customer(1, "李小明", phones=("13900012345", "020-55501111"), account="60010001"),
    customer(2, "单雄信", phones=("+86 139 0009 9999",), account="60010002"),
    customer(3, "吕丽萍", account="2040001"),
    customer(4, "Alice Example", account="2040002"),
    customer(5, "李晓敏", account="60020001", branch="GZ02"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13900012345", [1]),
        ("139-0001-2345", [1]),
        ("55501111", [1]),
        ("13900099999", [2]),
        ("+8613900099999", [2]),
        ("60010002", [2]),
        ("2040", [3, 4]),
        ("李", [1, 5]),
        ("小明", [1]),
        ("lixiaoming", [1]),
        ("LiXiao", [1, 5]),
        ("li xiao ming", [1]),
        ("lxm", [1, 5]),
        ("shanxiongxin", [2]),
        ("dxx", [2]),
        ("sxx", [2]),
        ("lvliping", [3]),
        ("luliping", [3]),
        ("alice", [4]),
        ("Example", [4]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE customers; --", []),
        ("", []),
        ("   ", []),
    ],
)
def test_search(searchable: Store, text: str, found: list[int]) -> None:
    assert sorted(each.id for each in searchable.read.search_customers(text)) == found


@pytest.fixture(scope="module")
def searchable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("search") / "huawu.db", Posted(), clock=Clock())
    store.put_customers(NAMES)
    store.start()
    assert store.flush(20.0)
    yield store
    store.stop()


def test_a_customer_who_is_put_again_is_replaced_and_stays_locked(store: Store, posted: Posted) -> None:
    store.put_customers([customer(1, "李小明", phones=("111", "222"), account=ACCOUNT)])
    for request in range(5):
        store.do(CountWrongPin(CALL, request, ACCOUNT))
    store.put_customers([customer(1, "李大明", phones=("333",), account=ACCOUNT, branch="GZ02")])
    store.do(FindAccount(CALL, 9, ACCOUNT))
    assert posted.wait(6)[-1] == AccountFound(CALL, 9, ACCOUNT, BranchId("GZ02"), CustomerId(1), locked=True)
    assert store.flush(20.0)
    (found,) = store.read.search_customers("李大明")
    assert found.phones == ("333",)
    assert found.accounts[0].locked
    assert store.read.search_customers("李小明") == []


# --- wrong PINs ---


def test_wrong_pins_are_counted_by_the_day_in_shanghai(store: Store, posted: Posted, clock: Clock) -> None:
    store.put_customers([customer(1, "李小明", account=ACCOUNT)])
    clock.now = NOON + 11.9 * 3600  # 23:54
    store.do(CountWrongPin(CALL, 1, ACCOUNT))
    store.do(CountWrongPin(CALL, 2, ACCOUNT))
    clock.now = NOON + 12.1 * 3600  # 00:06 of the next day, still the same day in UTC
    store.do(CountWrongPin(CALL, 3, ACCOUNT))
    assert [event.failures_today for event in posted.wait(3) if isinstance(event, WrongPinCounted)] == [1, 2, 1]


def test_counts_and_locks_survive_a_restart(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    first = _again(tmp_path, posted, clock)
    first.put_customers([customer(1, "李小明", account=ACCOUNT)])
    for request in range(4):
        first.do(CountWrongPin(CALL, request, ACCOUNT))
    first.stop()

    second = _again(tmp_path, posted, clock)
    second.do(CountWrongPin(CALL, 5, ACCOUNT))
    assert posted.wait(5)[-1] == WrongPinCounted(CALL, 5, 5, locked=True)
    second.stop()

    clock.now += 3 * DAY
    third = _again(tmp_path, posted, clock)
    assert third.account_locked(ACCOUNT), "a lock ends when it is unlocked, not with the day"
    assert third.unlock_account(ACCOUNT, "supervisor")
    third.stop()

    fourth = _again(tmp_path, posted, clock)
    assert not fourth.account_locked(ACCOUNT)
    actions = [(row["actor"], row["action"]) for row in fourth.read.audit()]
    assert actions == [("supervisor", "account_unlocked"), ("store", "account_locked")]
    fourth.stop()


def test_tries_under_way_survive_a_kill_as_wrong_ones(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    """Tries of accounts and of numbers; tries that were given back don't count."""
    first = _again(tmp_path, posted, clock)
    first.put_customers([customer(1, "李小明", account=ACCOUNT)])
    for number in range(4):
        first.do(FindAccount(CallId(f"c{number}"), 1, ACCOUNT, "+86 139-0001-2345"))
    first.do(GiveBackPinTry(CallId("c0")))
    assert first.flush(20.0)  # then the store is killed: nothing else is written
    second = _again(tmp_path, posted, clock)
    for number in range(3):
        second.do(FindAccount(CallId(f"d{number}"), 1, ACCOUNT, "13900012345"))
    found = [event.busy for event in posted.events[-3:] if isinstance(event, AccountFound)]
    assert found == [False, False, True]
    assert second.flush(20.0)
    assert {row["failures"] for row in second._db.query("SELECT failures FROM wrong_pins_from")} == {5}
    second.stop()
    first.stop()


@pytest.mark.parametrize("later", [0.0, DAY])
def test_a_kill_at_the_last_try_locks_the_account(
    tmp_path: Path, posted: Posted, clock: Clock, caplog: pytest.LogCaptureFixture, later: float
) -> None:
    """The account is locked as by a fifth wrong PIN, whenever the switch starts again; once unlocked, it stays unlocked."""
    first = _again(tmp_path, posted, clock)
    first.put_customers([customer(1, "李小明", account=ACCOUNT)])
    for _ in range(4):
        first.do(CountWrongPin(CALL, 1, ACCOUNT, ""))
    first.do(FindAccount(CALL, 2, ACCOUNT, ""))
    first.sign_of_life()
    assert first.flush(20.0)  # then the store is killed
    clock.now += later
    second = _again(tmp_path, posted, clock)
    assert second.account_locked(ACCOUNT)
    assert "account …45 locked after 5 wrong PINs" in caplog.text
    second.stop()
    clock.now += DAY
    third = _again(tmp_path, posted, clock)
    assert third.account_locked(ACCOUNT)
    third.unlock_account(ACCOUNT, "supervisor")
    third.stop()
    fourth = _again(tmp_path, posted, clock)
    assert not fourth.account_locked(ACCOUNT)
    audited = [(row["action"], row["subject"], row["detail"]) for row in fourth.read.audit()]
    assert audited == [("account_unlocked", ACCOUNT, ""), ("account_locked", ACCOUNT, "5 wrong PINs on 20251125")]
    fourth.stop()
    first.stop()


def test_a_log_in_with_the_right_pin_leaves_no_row(store: Store) -> None:
    store.put_customers([customer(1, "李小明", account=ACCOUNT)])
    store.do(FindAccount(CALL, 1, ACCOUNT, "13900012345"))
    store.do(GiveBackPinTry(CALL))
    store.do(GiveBackPinTry(CALL))
    assert store.flush(20.0)
    assert (
        list(store._db.query("SELECT * FROM wrong_pins"))
        == list(store._db.query("SELECT * FROM wrong_pins_from"))
        == []
    )


def test_a_locked_number_is_an_alarm_until_the_next_day(
    tmp_path: Path, posted: Posted, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "huawu.db", posted, clock=clock, wrong_pin_limit=2, number_limit=3)
    store.start()
    for number in range(4):
        store.do(CountWrongPin(CALL, number, AccountNo(f"6000000{number}"), "86-139-0001-2345"))
    for number in range(30):
        store.do(CountWrongPin(CALL, number, AccountNo(f"600100{number:02}"), "anonymous"))
    assert store.locked_numbers() == ["", "13900012345"]
    assert caplog.text.count("number 13900012345 locked after 3 wrong PINs") == 1
    assert store.flush(20.0)
    locked = [(row["subject"], row["detail"]) for row in store.read.audit() if row["action"] == "number_locked"]
    assert locked == [("withheld", "30 wrong PINs on 20251125"), ("13900012345", "3 wrong PINs on 20251125")]
    store.stop()
    store = Store(tmp_path / "huawu.db", posted, clock=clock, wrong_pin_limit=2, number_limit=3)
    assert store.locked_numbers() == ["", "13900012345"]
    clock.now += DAY
    assert store.locked_numbers() == []
    store.start()
    store.stop()


def test_an_unknown_account_is_not_unlocked(store: Store) -> None:
    assert not store.unlock_account(AccountNo("99999999"), "supervisor")
    assert not store.account_locked(AccountNo("99999999"))


# --- records ---


def test_a_call_is_read_with_its_legs_and_recordings(store: Store) -> None:
    for number in (1, 2):
        row = {"id": f"{CALL}/{number}", "call": CALL, "started_at": 100.0 + number, "cause": None, "mos": 4.4}
        store.do(SaveRecord("legs", row))
    store.do(SaveRecord("recordings", {"id": "r1", "call": CALL, "path": "2025/r1.wav", "duration_ms": 1234}))
    store.do(SaveRecord("contacts", {"id": CALL, "call": CALL, "customer": 7, "channel": "phone", "started_at": 1.0}))
    store.do(SaveRecord("calls", {"id": CALL, "started_at": 100.0}))
    store.do(SaveRecord("calls", {"id": "later", "started_at": 200.0, "account": ACCOUNT}))
    assert store.flush(20.0)
    found = store.read.call(CALL)
    assert found is not None
    assert [leg["id"] for leg in found["legs"]] == [f"{CALL}/1", f"{CALL}/2"]
    assert found["recordings"][0]["duration_ms"] == 1234
    assert [row["id"] for row in store.read.calls()] == ["later", CALL]
    assert [row["id"] for row in store.read.calls(since=150.0)] == ["later"]
    assert [row["id"] for row in store.read.calls(account=ACCOUNT)] == ["later"]
    assert [row["id"] for row in store.read.contacts(customer=CustomerId(7))] == [CALL]
    assert store.read.call(CallId("nobody")) is None


def test_the_statistics_of_a_channel_have_their_columns(store: Store) -> None:
    import msgspec

    row = {"id": "c/1", "call": "c", "law": "pcma", **msgspec.to_builtins(MediaStats(packets_in=7, mos=4.1))}
    store.do(SaveRecord("legs", row))
    assert store.flush(20.0)
    assert store.counts.refused == 0


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("nonsense", {"id": "x"}),
        ("calls", {"id": "x", "nonsense": 1}),
        ("calls", {"ani": "no key"}),
        ("calls", {"id": "x", "started_at": "noon"}),
        ("calls", {"id": "x", "customer": 2**70}),
        ("calls", {"id": "x", "ani": Secret("873839")}),
        ("calls", {"id": "x", "ani": [Secret("873839")]}),
        ("calls", {"id": "x", "ani": object()}),
        ("calls", {"id": "x", "ani": "\ud800"}),
    ],
)
def test_a_record_that_fits_no_table_is_told_and_costs_no_other(
    store: Store, caplog: pytest.LogCaptureFixture, table: str, row: dict[str, object]
) -> None:
    store.do(SaveRecord("calls", {"id": "before", "started_at": 1.0}))
    store.do(SaveRecord(table, row))
    store.do(SaveRecord("calls", {"id": "after", "started_at": 2.0}))
    assert store.flush(20.0)
    assert [found["id"] for found in store.read.calls()] == ["after", "before"]
    assert store.counts.refused == 1
    assert "refused" in caplog.text
    assert "873839" not in caplog.text


def test_records_wait_for_a_locked_file_in_order(tmp_path: Path, posted: Posted) -> None:
    troubles: list[str] = []
    store = Store(tmp_path / "huawu.db", posted, clock=Clock(), on_trouble=troubles.append)
    store.put_customers([customer(1, "李小明", account=ACCOUNT)])
    store.start()
    assert store.flush(20.0)
    other = sqlite3.connect(tmp_path / "huawu.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for number in range(10):
        store.do(SaveRecord("calls", {"id": f"c{number}", "started_at": float(number)}))
    until(lambda: troubles)
    store.do(FindAccount(CALL, 1, ACCOUNT))
    assert isinstance(posted.wait(1)[0], AccountFound)
    assert store.waiting == 11  # ten records and the try
    assert store.read.calls() == []
    other.execute("COMMIT")
    other.close()
    assert store.flush(20.0)
    assert [row["id"] for row in reversed(store.read.calls())] == [f"c{number}" for number in range(10)]
    assert "locked" in troubles[0]
    assert troubles[-1] == ""
    assert store.counts.delayed == 10
    assert store.stop() == 0


# --- orders ---


def test_orders_are_copied_with_their_history(store: Store, clock: Clock) -> None:
    first, second = place(1), place(2, call="20251125-130000-0002")
    store.do(first)
    store.do(state(first, "sent"))
    clock.now += 0.25
    store.do(state(first, "accepted", "accepted", contract="0000042"))
    store.do(state(first, "working", "reported", filled=100, branch_status="part_filled"))
    store.do(second)
    store.do(state(second, "refused", "refused", code="no_cash"))
    assert store.flush(20.0)
    found = store.read.order(first.key)
    assert found is not None
    assert (found.state, found.contract, found.filled, found.branch_status) == (
        "working",
        "0000042",
        100,
        "part_filled",
    )
    assert (found.side, found.code, found.price, found.quantity) == ("buy", "600000", 10_350, 100)
    assert (found.recording, found.read_back_ms, found.yes_ms) == ("rec-1", 41_000, 47_250)
    assert [step.state for step in found.history] == ["captured", "sent", "accepted", "working"]
    assert found.history[2].at - found.history[1].at == pytest.approx(0.25)
    assert [order.key for order in store.read.orders()] == [second.key, first.key]
    assert [order.refusal for order in store.read.orders(state="refused")] == ["no_cash"]
    assert [order.key for order in store.read.orders(call=first.context.call)] == [first.key]
    assert store.read.orders(branch=BranchId("GZ06")) == []


# --- audit ---


def test_a_changed_or_missing_audit_row_shows(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    store = _again(tmp_path, posted, clock)
    for number in range(1, 6):
        store.do(Audit("operator", "hang_up", f"call-{number}", "话务"))
    assert store.flush(20.0)
    assert store.read.audit_broken() is None
    assert [row["id"] for row in store.read.audit(limit=2)] == [5, 4]
    other = sqlite3.connect(tmp_path / "huawu.db", isolation_level=None)
    other.execute("UPDATE audit SET subject = 'call-9' WHERE id = 3")
    assert store.read.audit_broken() == 3
    other.execute("UPDATE audit SET subject = 'call-3' WHERE id = 3")
    assert store.read.audit_broken() is None
    other.execute("DELETE FROM audit WHERE id = 4")
    assert store.read.audit_broken() == 5
    other.close()
    store.stop()


def test_the_chain_is_looked_at_page_by_page(
    tmp_path: Path, posted: Posted, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "AUDIT_PAGE", 2)
    store = _again(tmp_path, posted, clock)
    for number in range(1, 6):
        store.do(Audit("operator", "hang_up", f"call-{number}"))
    assert store.flush(20.0)
    assert store.read.audit_broken() is None
    other = sqlite3.connect(tmp_path / "huawu.db", isolation_level=None)
    other.execute("UPDATE audit SET subject = 'call-9' WHERE id = 5")
    assert store.read.audit_broken() == 5
    other.execute("UPDATE audit SET id = 0 WHERE id = 1")
    assert store.read.audit_broken() == 0
    other.close()
    store.stop()


def test_the_chain_goes_on_after_a_restart(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    for _ in range(2):
        store = _again(tmp_path, posted, clock)
        store.do(Audit("operator", "started", "switch"))
        store.flush(20.0)
        assert store.read.audit_broken() is None
        store.stop()


# --- branches' keys ---


# --- the file ---


def test_a_file_that_is_no_database_is_named(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    path = tmp_path / "huawu.db"
    path.write_bytes(b"this is no database\n" * 500)
    with pytest.raises(StoreUnusable, match=r"huawu\.db: file is not a database"):
        Store(path, posted, clock=clock)


def test_a_damaged_file_is_named(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    store = _again(tmp_path, posted, clock)
    store.put_customers([customer(n, "李小明" * 20) for n in range(500)])
    store.stop()
    path = tmp_path / "huawu.db"
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xff" * (len(content) - 8192 - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"huawu\.db: "):
        Store(path, posted, clock=clock)


def test_a_folder_in_the_file_s_place_is_named(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    (tmp_path / "huawu.db").mkdir()
    with pytest.raises(StoreUnusable, match=r"huawu\.db: "):
        Store(tmp_path / "huawu.db", posted, clock=clock)


def test_a_newer_program_s_file_is_left_alone(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    _again(tmp_path, posted, clock).stop()
    other = sqlite3.connect(tmp_path / "huawu.db")
    other.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('store', 'm9999_future', '')"
    )
    other.commit()
    other.close()
    with pytest.raises(StoreTooNew, match=r"huawu\.db: .*m9999_future"):
        Store(tmp_path / "huawu.db", posted, clock=clock)


def test_migrations_are_numbered_without_a_gap() -> None:
    from switch_server.adapters.store.migrations import MODULES

    numbers = [int(module.__name__.rpartition(".m")[2][:4]) for module in MODULES]
    assert numbers == list(range(1, len(MODULES) + 1))


def test_a_report_is_copied_once_and_only_for_an_order_of_its_branch(store: Store) -> None:
    bought = place(1)
    store.do(bought)
    for step in (report(bought, 1), report(bought, 1), report(bought, 2, branch="GZ04"), report(place(2), 1)):
        store.do(step)
    assert store.flush(20.0)
    [found] = store.read.orders()
    assert [step.state for step in found.history] == ["captured", "working"]
    assert store.read.order(place(2).key) is None


def test_numbers_that_have_not_called_for_a_week_are_forgotten() -> None:
    callers = CallerIndex()
    for day in range(30):
        for number in range(10):
            callers.on_contact_row(
                {"number": f"1390000{day:02}{number:02}", "direction": "in", "started_at": NOON + day * DAY}
            )
    assert len(callers._last) == 10 * 7
    assert callers.find("13900002905")[2] == NOON + 29 * DAY
    assert callers.find("13900000005")[2] is None


def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path, posted: Posted, clock: Clock) -> None:
    """The file has orders with their history, a wrong PIN of today, and a key that is no longer used."""
    old = Database(tmp_path / "huawu.db")
    older = Migrations("store")
    for module in MODULES[:6]:
        older(name=module.__name__.rpartition(".")[2])(module.apply)
    older.apply(old)
    bought = order_row(place(1), clock.now)
    with old.conn:
        old.execute(INSERT_ORDER, bought)
        old.execute(
            "INSERT INTO order_history (key, at, state, event) VALUES (?, 1.0, 'working', 'reported')", [bought["key"]]
        )
        old.execute("INSERT INTO accounts VALUES (?, 'GZ01', NULL, NULL)", [ACCOUNT])
        old.execute("INSERT INTO wrong_pins VALUES (?, '20251125', 4)", [ACCOUNT])
        old.execute("INSERT INTO branch_keys VALUES ('k', 'GZ01', 1.0)")
    old.close()
    store = _again(tmp_path, posted, clock)
    for _ in range(2):
        store.do(report(place(1), 1))
    store.do(CountWrongPin(CALL, 1, ACCOUNT, "13900012345"))
    assert posted.wait(1) == [WrongPinCounted(CALL, 1, 5, locked=True)]
    assert store.flush(20.0)
    found = store.read.order(place(1).key)
    assert found is not None
    assert [step.state for step in found.history] == ["captured", "working", "working"]
    store.stop()
