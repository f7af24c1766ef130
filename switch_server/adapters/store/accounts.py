"""The accounts in memory: lookups on the path of a call need no file."""

import threading
from collections.abc import Iterable

from msgspec import Struct
from sqlite_utils import Database

from shared.ids import AccountNo, BranchId, CustomerId


class IndexedAccount(Struct, gc=False):
    """One account; ``locked``: its phone channel is locked."""

    branch: BranchId
    customer: CustomerId | None
    locked: bool


class AccountIndex:
    """account → branch and lock. The methods may be called from any thread; each takes microseconds."""

    def __init__(self) -> None:
        self._known: dict[AccountNo, IndexedAccount] = {}
        self._lock = threading.Lock()

    def load(self, db: Database) -> None:
        with self._lock:
            accounts = db.conn.execute("SELECT account, branch, customer, locked_at NOT NULL FROM accounts")
            self._known = {
                account: IndexedAccount(branch, customer, bool(locked))
                for account, branch, customer, locked in accounts
            }

    def find(self, account: AccountNo) -> tuple[BranchId | None, CustomerId | None, bool]:
        """Branch (``None``: no such account), customer, whether locked."""
        with self._lock:
            known = self._known.get(account)
            return (known.branch, known.customer, known.locked) if known else (None, None, False)

    def put(self, accounts: Iterable[tuple[AccountNo, BranchId, CustomerId]]) -> None:
        """New accounts, or new branches of known accounts; a lock stays."""
        with self._lock:
            for account, branch, customer in accounts:
                old = self._known.get(account)
                self._known[account] = IndexedAccount(branch, customer, old.locked if old else False)

    def lock(self, account: AccountNo) -> bool:
        """Locks the phone channel; ``False``: it was locked, or there is no such account."""
        with self._lock:
            known = self._known.get(account)
            if known is None or known.locked:
                return False
            known.locked = True
            return True

    def unlock(self, account: AccountNo) -> bool:
        """Unlocks the phone channel; ``False``: no such account."""
        with self._lock:
            known = self._known.get(account)
            if known is None:
                return False
            known.locked = False
            return True
