"""The accounts in memory: what the hot path asks is answered without the file."""

import threading
from collections.abc import Iterable

from msgspec import Struct
from sqlite_utils import Database

from shared.days import shanghai_day
from shared.ids import AccountNo, BranchId, CustomerId


class Known(Struct, gc=False):
    """One account; ``locked``: its phone channel."""

    branch: BranchId
    customer: CustomerId | None
    locked: bool


class Count(Struct, frozen=True):
    """Wrong PINs of an account on a day (Asia/Shanghai); ``locked_now``: this one locked it."""

    day: str
    failures: int
    locked: bool
    locked_now: bool


class AccountIndex:
    """account → branch, lock and today's wrong PINs. Its methods may be called from any thread; each takes microseconds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[AccountNo, Known] = {}
        self._failures: dict[AccountNo, int] = {}
        self._day = ""
        self._lock = threading.Lock()

    def load(self, db: Database, now: float) -> None:
        self._day = shanghai_day(now)
        with self._lock:
            accounts = db.conn.execute("SELECT account, branch, customer, locked_at NOT NULL FROM accounts")
            self._known = {
                account: Known(branch, customer, bool(locked)) for account, branch, customer, locked in accounts
            }
            for row in db.query("SELECT account, failures FROM wrong_pins WHERE day = ?", [self._day]):
                self._failures[row["account"]] = row["failures"]

    def find(self, account: AccountNo) -> tuple[BranchId | None, CustomerId | None, bool]:
        """Branch (``None``: no such account), customer, locked."""
        with self._lock:
            known = self._known.get(account)
            return (known.branch, known.customer, known.locked) if known else (None, None, False)

    def put(self, accounts: Iterable[tuple[AccountNo, BranchId, CustomerId]]) -> None:
        """New accounts, or others' branches; a lock stays."""
        with self._lock:
            for account, branch, customer in accounts:
                old = self._known.get(account)
                self._known[account] = Known(branch, customer, old.locked if old else False)

    def count_wrong_pin(self, account: AccountNo, now: float) -> Count:
        with self._lock:
            self._turn_page(shanghai_day(now))
            failures = self._failures[account] = self._failures.get(account, 0) + 1
            known = self._known.get(account)
            locks = known is not None and not known.locked and failures >= self._limit
            if known and locks:
                known.locked = True
            return Count(self._day, failures, known is not None and known.locked, locks)

    def _turn_page(self, day: str) -> None:
        if day != self._day:
            self._day = day
            self._failures.clear()

    def unlock(self, account: AccountNo) -> bool:
        """Opens the phone channel and forgets today's wrong PINs, else the next one would lock it again. ``False``: no such account."""
        with self._lock:
            known = self._known.get(account)
            if known is None:
                return False
            known.locked = False
            self._failures.pop(account, None)
            return True
