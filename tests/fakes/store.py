"""A store in memory that keeps ``ports.Store``'s contract: records are there at once, answers are posted before ``do`` returns."""

from typing import Any

from shared.ids import AccountNo, BranchId, CallId, CustomerId
from switch_server.core.effects import Audit, CountWrongPin, FindAccount, FindCaller, SaveRecord
from switch_server.core.events import AccountFound, CallerFound, WrongPinCounted
from switch_server.ports import Post

KEYED_BY_ID = ("calls", "legs", "recordings", "contacts", "talks", "callbacks", "queue_visits", "seat_states")


class FakeStore:
    """``rows``: table → id → row. ``put_account`` and ``put_phone`` are the set-up; ``refused`` counts records of tables that do not exist."""

    def __init__(self, post: Post, *, wrong_pin_limit: int = 5) -> None:
        self._post, self._limit = post, wrong_pin_limit
        self._accounts: dict[AccountNo, tuple[BranchId, CustomerId]] = {}
        self._phones: dict[str, list[tuple[CustomerId, bool]]] = {}
        self._failures: dict[AccountNo, int] = {}
        self._locked: set[AccountNo] = set()
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

    def do(self, effect: FindAccount | FindCaller | CountWrongPin | SaveRecord | Audit) -> None:
        match effect:
            case FindAccount(call, request, account):
                branch, customer = self._accounts.get(account, (None, None))
                self._post(AccountFound(call, request, account, branch, customer, account in self._locked))
            case FindCaller(call, number):
                self._post(self._caller(call, number))
            case CountWrongPin(call, request, account):
                failures = self._failures[account] = self._failures.get(account, 0) + 1
                if failures >= self._limit and account in self._accounts:
                    self._locked.add(account)
                self._post(WrongPinCounted(call, request, failures, account in self._locked))
            case SaveRecord(table, row):
                self._save(table, row)
            case Audit():
                self.audits.append(effect)

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
