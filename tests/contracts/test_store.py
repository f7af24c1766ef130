"""``ports.StorePort``: the same tests for the fake and for the real one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.fax import FaxId
from shared.ids import AccountNo, BranchId, CallId, CustomerId
from switch_server.adapters.store import Store
from switch_server.core.call import CallerFound, FindCaller
from switch_server.core.fax import FaxKeepFailed, FaxKept, KeepFax
from switch_server.core.ivr import AccountFound, CountWrongPin, FindAccount, GiveBackPinTry, WrongPinCounted
from switch_server.core.words import Audit, SaveRecord
from switch_server.ports.records import Customer
from tests.fakes.store import FakeStore
from tests.store.samples import Clock, Posted, customer

CALL = CallId("20251125-120000-0001")
ACCOUNT = AccountNo("60012345")
ONE, SHARED, NOBODY = "13900012345", "02055501111", "02088888888"
CALLERS = (
    Customer(CustomerId(11), "陈一", (ONE,), vip=True),
    Customer(CustomerId(12), "陈二", (SHARED,)),
    Customer(CustomerId(13), "陈三", (SHARED,), vip=True),
)


def account(number: int) -> AccountNo:
    return AccountNo(f"6009000{number}")


class Rig:
    """A store with one customer, and a method to read its rows."""

    def __init__(self, store: FakeStore | Store, posted: Posted) -> None:
        self.store, self.posted = store, posted

    def find(self, call: int, account: AccountNo = ACCOUNT, number: str = ONE) -> AccountFound:
        self.store.do(FindAccount(CallId(f"c{call}"), 1, account, number))
        found = self.posted.events[-1]
        assert isinstance(found, AccountFound)
        return found

    def wrong(self, call: int, account: AccountNo = ACCOUNT, number: str = ONE) -> WrongPinCounted:
        self.store.do(CountWrongPin(CallId(f"c{call}"), 2, account, number))
        counted = self.posted.events[-1]
        assert isinstance(counted, WrongPinCounted)
        return counted

    def give_back(self, call: int) -> None:
        self.store.do(GiveBackPinTry(CallId(f"c{call}")))

    def row(self, call: str) -> dict[str, Any] | None:
        if isinstance(self.store, FakeStore):
            return self.store.rows["calls"].get(call)
        assert self.store.flush(5.0)
        return self.store.read.call(CallId(call))

    def refused(self) -> int:
        return self.store.refused if isinstance(self.store, FakeStore) else self.store.counts.refused

    def audits(self) -> list[tuple[str, str, str]]:
        if isinstance(self.store, FakeStore):
            return [(audit.actor, audit.action, audit.subject) for audit in self.store.audits]
        assert self.store.flush(5.0)
        return [(row["actor"], row["action"], row["subject"]) for row in reversed(self.store.read.audit())]


@pytest.fixture(params=["fake", "sqlite"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    posted = Posted()
    if request.param == "fake":
        fake = FakeStore(posted, wrong_pin_limit=3, number_limit=4)
        for number in range(1, 9):
            fake.put_account(account(number), BranchId("GZ03"), CustomerId(number))
        fake.put_account(ACCOUNT, BranchId("GZ03"), CustomerId(7))
        for each in CALLERS:
            fake.put_phone(each.phones[0], each.id, vip=each.vip)
        yield Rig(fake, posted)
        return
    store = Store(tmp_path / "huawu.db", posted, clock=Clock(), wrong_pin_limit=3, number_limit=4)
    store.put_customers([customer(number, "王", account=account(number), branch="GZ03") for number in range(1, 9)])
    store.put_customers([customer(7, "李小明", account=ACCOUNT, branch="GZ03"), *CALLERS])
    store.start()
    yield Rig(store, posted)
    store.stop()


def test_finds_an_account(rig: Rig) -> None:
    rig.store.do(FindAccount(CALL, 1, ACCOUNT))
    assert rig.posted.wait(1) == [AccountFound(CALL, 1, ACCOUNT, BranchId("GZ03"), CustomerId(7), locked=False)]


def test_an_unknown_account_has_no_branch(rig: Rig) -> None:
    rig.store.do(FindAccount(CALL, 2, AccountNo("99999999")))
    assert rig.posted.wait(1) == [AccountFound(CALL, 2, AccountNo("99999999"), None)]


def test_too_many_wrong_pins_lock_until_unlocked(rig: Rig) -> None:
    for request in (1, 2, 3, 4):
        rig.store.do(CountWrongPin(CALL, request, ACCOUNT))
    rig.store.do(FindAccount(CALL, 5, ACCOUNT))
    *counted, found = rig.posted.wait(5)
    assert counted == [WrongPinCounted(CALL, n, n, n >= 3) for n in (1, 2, 3, 4)]
    assert isinstance(found, AccountFound)
    assert found.locked

    assert rig.store.unlock_account(ACCOUNT, "operator")
    rig.store.do(CountWrongPin(CALL, 6, ACCOUNT))
    assert rig.posted.wait(6)[-1] == WrongPinCounted(CALL, 6, 1, locked=False)
    assert ("operator", "account_unlocked", ACCOUNT) in rig.audits()


def test_calls_side_by_side_have_no_more_tries_than_are_left(rig: Rig) -> None:
    first = [rig.find(call, number=f"0205550000{call}") for call in range(1, 5)]
    assert [(found.locked, found.busy) for found in first] == [(False, False)] * 3 + [(False, True)]
    assert rig.find(1).busy is False, "the same call's next try"
    rig.give_back(3)
    rig.give_back(3)
    assert rig.find(5, number=SHARED).busy is False
    assert rig.find(6, number=NOBODY).busy
    assert [rig.wrong(1).locked, rig.wrong(2).locked, rig.wrong(5).locked] == [False, False, True]
    assert rig.find(7, number=NOBODY).locked


def test_a_number_has_its_own_limit_whatever_the_account(rig: Rig) -> None:
    for number in range(1, 5):
        assert not rig.find(number, account(number)).busy
    assert rig.find(5, account(5)).busy
    assert not rig.find(5, account(5), SHARED).busy
    assert [rig.wrong(number, account(number)).number_locked for number in range(1, 5)] == [False, False, False, True]
    found = rig.find(6, account(6))
    assert (found.locked, found.number_locked, found.busy) == (False, True, False)
    assert not rig.find(6, account(6), SHARED).number_locked
    assert rig.store.unlock_number(ONE, "operator")
    assert not rig.store.unlock_number(ONE, "operator")
    assert not rig.find(6, account(6)).number_locked
    assert ("operator", "number_unlocked", ONE) in rig.audits()


def test_all_who_withhold_their_number_have_ten_times_as_many(rig: Rig) -> None:
    counted = [rig.wrong(call, AccountNo("99999999"), "") for call in range(1, 41)]
    assert [each.number_locked for each in counted] == [False] * 39 + [True]
    assert rig.find(50, account(1), "").number_locked
    assert not rig.find(50, account(1)).number_locked


def test_a_record_is_inserted_then_changed_by_its_key(rig: Rig) -> None:
    rig.store.do(SaveRecord("calls", {"id": CALL, "ani": "02055501234", "started_at": 100.5}))
    rig.store.do(SaveRecord("calls", {"id": CALL, "ended_at": 160.0, "cause": "goodbye"}))
    row = rig.row(CALL)
    assert row is not None
    assert (row["ani"], row["started_at"], row["ended_at"], row["cause"]) == ("02055501234", 100.5, 160.0, "goodbye")


def test_an_unknown_table_is_counted_and_harms_nothing(rig: Rig) -> None:
    rig.store.do(SaveRecord("customers", {"id": 1, "name": "x"}))
    rig.store.do(SaveRecord("calls", {"ani": "no key"}))
    rig.store.do(SaveRecord("calls", {"id": CALL, "ani": "1"}))
    assert rig.row(CALL) is not None
    assert rig.refused() == 2


def test_audit_is_kept_in_order(rig: Rig) -> None:
    for subject in ("1", "2", "3"):
        rig.store.do(Audit("operator", "flows_reloaded", subject))
    assert rig.audits() == [("operator", "flows_reloaded", subject) for subject in ("1", "2", "3")]


def test_a_caller_is_known_by_the_number_unless_several_have_it(rig: Rig) -> None:
    for number in (ONE, SHARED, NOBODY, ""):
        rig.store.do(FindCaller(CALL, number))
    assert rig.posted.wait(4) == [
        CallerFound(CALL, CustomerId(11), vip=True),
        CallerFound(CALL, None, vip=True),
        CallerFound(CALL, None),
        CallerFound(CALL, None),
    ]


def test_the_last_call_from_a_number_is_known_as_soon_as_it_was_saved(rig: Rig) -> None:
    for at, number, direction in (
        (100.0, NOBODY, "in"),
        (300.0, ONE, "in"),
        (200.0, NOBODY, "in"),
        (400.0, NOBODY, "out"),
    ):
        row = {"id": f"c{at}", "number": number, "direction": direction, "started_at": at}
        rig.store.do(SaveRecord("contacts", row))
    rig.store.do(FindCaller(CALL, NOBODY))
    rig.store.do(FindCaller(CALL, ONE))
    assert [event.last_call for event in rig.posted.wait(2) if isinstance(event, CallerFound)] == [200.0, 300.0]


def test_talks_and_callbacks_are_records(rig: Rig) -> None:
    rig.store.do(SaveRecord("talks", {"id": f"{CALL}/2", "call": CALL, "agent": "1001", "waited_ms": 12}))
    rig.store.do(SaveRecord("callbacks", {"id": CALL, "state": "waiting"}))
    rig.store.do(SaveRecord("callbacks", {"id": CALL, "state": "done"}))
    rig.store.do(SaveRecord("calls", {"id": CALL}))
    assert rig.row(CALL) is not None
    assert rig.refused() == 0


def test_a_fax_is_answered_when_it_is_kept(rig: Rig) -> None:
    row = {"id": "f1", "direction": "out", "number": ONE, "state": "waiting", "pages": 3, "created": 100.0}
    rig.store.do(KeepFax(FaxId("f1"), row))
    assert rig.posted.wait(1) == [FaxKept(FaxId("f1"))]
    rig.store.do(KeepFax(FaxId("f2"), {"number": "a row without its key"}))
    assert rig.posted.wait(2)[1:] == [FaxKeepFailed(FaxId("f2"))]
    rig.store.do(SaveRecord("faxes", {"id": "f1", "state": "sent"}))
    rig.store.do(SaveRecord("fax_tries", {"id": "f1/1", "fax": "f1", "number": 1}))
    assert rig.row(CALL) is None
    assert rig.refused() == 1
