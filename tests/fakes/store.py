"""A store in memory that fulfils the contract of ``ports.StorePort``; records are stored at once, answers posted before ``do`` returns."""

from typing import Any

from msgspec.structs import replace

from shared.ids import AccountNo, BranchId, CallId, CustomerId
from switch_server.core.call import CallerFound, FindCaller
from switch_server.core.fax import FaxKeepFailed, FaxKept, KeepFax
from switch_server.core.ivr import AccountFound, CountWrongPin, FindAccount, GiveBackPinTry, WrongPinCounted
from switch_server.core.words import Audit, SaveRecord
from switch_server.ports import Post

KEYED_BY_ID = (
    "calls",
    "legs",
    "recordings",
    "contacts",
    "talks",
    "callbacks",
    "queue_visits",
    "seat_states",
    "faxes",
    "fax_tries",
)


class FakeStore:
    """``rows``: table → id → row. ``put_account`` and ``put_phone`` are for the set-up; ``refused`` counts records of unknown tables."""

    def __init__(self, post: Post, *, wrong_pin_limit: int = 5, number_limit: int = 20) -> None:
        self._post, self._limit, self._number_limit = post, wrong_pin_limit, number_limit
        self._accounts: dict[AccountNo, tuple[BranchId, CustomerId]] = {}
        self._phones: dict[str, list[tuple[CustomerId, bool]]] = {}
        self._failures: dict[AccountNo, int] = {}
        self._locked: set[AccountNo] = set()
        self._failures_from: dict[str, int] = {}
        self._tries: dict[CallId, tuple[AccountNo, str]] = {}
        self.rows: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in KEYED_BY_ID}
        self.audits: list[Audit] = []
        self.refused = 0

    def put_account(self, account: AccountNo, branch: BranchId, customer: CustomerId) -> None:
        self._accounts[account] = (branch, customer)

    def put_phone(self, number: str, customer: CustomerId, *, vip: bool = False) -> None:
        self._phones.setdefault(number, []).append((customer, vip))

    def unlock_account(self, account: AccountNo, actor: str) -> bool:
        self._locked.discard(account)
        self._failures.pop(account, None)
        self.audits.append(Audit(actor, "account_unlocked", account))
        return account in self._accounts

    def unlock_number(self, number: str, actor: str) -> bool:
        self.audits.append(Audit(actor, "number_unlocked", number))
        return self._failures_from.pop(number, None) is not None

    def do(
        self, effect: FindAccount | FindCaller | CountWrongPin | GiveBackPinTry | SaveRecord | Audit | KeepFax
    ) -> None:
        match effect:
            case FindAccount():
                self._post(self._find(effect))
            case GiveBackPinTry(call):
                self._tries.pop(call, None)
            case FindCaller(call, number):
                self._post(self._caller(call, number))
            case CountWrongPin(call, request, account, number):
                self._tries.pop(call, None)
                failures = self._failures[account] = self._failures.get(account, 0) + 1
                self._failures_from[number] = self._failures_from.get(number, 0) + 1
                if failures >= self._limit and account in self._accounts:
                    self._locked.add(account)
                number_locked = self._failures_from[number] >= self._limit_of(number)
                self._post(WrongPinCounted(call, request, failures, account in self._locked, number_locked))
            case SaveRecord(table, row):
                self._save(table, row)
            case KeepFax(fax, row):
                refused = self.refused
                self._save("faxes", row)
                self._post((FaxKept if self.refused == refused else FaxKeepFailed)(fax))
            case Audit():
                self.audits.append(effect)

    def _find(self, ask: FindAccount) -> AccountFound:
        branch, customer = self._accounts.get(ask.account, (None, None))
        found = AccountFound(ask.call, ask.request, ask.account, branch, customer, ask.account in self._locked)
        if branch is None or found.locked:
            return found
        wrong, wrong_from = self._failures.get(ask.account, 0), self._failures_from.get(ask.number, 0)
        if wrong_from >= self._limit_of(ask.number):
            return replace(found, number_locked=True)
        others = [each for call, each in self._tries.items() if call != ask.call]
        of_account = sum(account == ask.account for account, _ in others)
        of_number = sum(number == ask.number for _, number in others)
        if wrong + of_account >= self._limit or wrong_from + of_number >= self._limit_of(ask.number):
            return replace(found, busy=True)
        self._tries[ask.call] = ask.account, ask.number
        return found

    def _limit_of(self, number: str) -> int:
        return self._number_limit if number else 10 * self._number_limit

    def _caller(self, call: CallId, number: str) -> CallerFound:
        known = self._phones.get(number, [])
        calls = [
            row["started_at"]
            for row in self.rows["contacts"].values()
            if row.get("number") == number and row.get("direction") == "in"
        ]
        vip = any(vip for _, vip in known)
        return CallerFound(call, known[0][0] if len(known) == 1 else None, vip, max(calls, default=None))

    def _save(self, table: str, row: dict[str, Any]) -> None:
        if table not in self.rows or "id" not in row:
            self.refused += 1
            return
        self.rows[table].setdefault(row["id"], {}).update(row)
