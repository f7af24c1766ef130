"""What the operator's control asks of the store: on a connection of its own that only reads, so a busy writer keeps nobody waiting.

Rows are of what has been committed: a record that was queued this moment shows up to 20 ms later (``Store.flush`` waits for it).
Methods may be called from any thread, one at a time goes.
"""

import threading
from pathlib import Path
from typing import Any

from shared.enums import Language
from shared.ids import AccountNo, BranchId, CallId, CustomerId, OrderKey
from switch_server.adapters.order_rows import order_record
from switch_server.adapters.store.audit import first_broken
from switch_server.adapters.store.schema import open_reader
from switch_server.ports.records import Account, Customer, OrderRecord

Row = dict[str, Any]

_BY_DIGITS = """
    SELECT id FROM customers WHERE id IN (
        SELECT customer FROM customer_phones WHERE phone LIKE :anywhere
        UNION SELECT customer FROM accounts WHERE account LIKE :start)
"""
_BY_NAME = r"""
    SELECT id FROM customers WHERE name LIKE :anywhere ESCAPE '\'
        OR ' ' || pinyin LIKE :word ESCAPE '\' OR ' ' || initials LIKE :word ESCAPE '\'
"""


class Reader:
    def __init__(self, path: Path) -> None:
        self._db = open_reader(path)
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def search_customers(self, text: str, limit: int = 50) -> list[Customer]:
        """By phone number (any part), account (its start), name (any part), pinyin or its initials (their start); by name, at most ``limit``."""
        text = "".join(text.split()).lower()
        if not text:
            return []
        digits = text.replace("-", "").removeprefix("+86")
        if digits.isascii() and digits.isdecimal():
            sql, values = _BY_DIGITS, {"anywhere": f"%{digits}%", "start": f"{digits}%"}
        else:
            escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
            sql, values = _BY_NAME, {"anywhere": f"%{escaped}%", "word": f"% {escaped}%"}
        rows = self._rows(f"{sql} ORDER BY name, id LIMIT :limit", values | {"limit": limit})
        return [customer for row in rows if (customer := self.customer(CustomerId(row["id"])))]

    def customer(self, customer: CustomerId) -> Customer | None:
        rows = self._rows("SELECT * FROM customers WHERE id = :id", {"id": customer})
        if not rows:
            return None
        phones = self._rows("SELECT phone FROM customer_phones WHERE customer = :id ORDER BY phone", {"id": customer})
        accounts = self._rows("SELECT * FROM accounts WHERE customer = :id ORDER BY account", {"id": customer})
        return Customer(
            id=customer,
            name=rows[0]["name"],
            phones=tuple(row["phone"] for row in phones),
            accounts=tuple(
                Account(AccountNo(row["account"]), BranchId(row["branch"]), row["locked_at"] is not None)
                for row in accounts
            ),
            vip=bool(rows[0]["vip"]),
            language=Language(rows[0]["language"]),
        )

    def call(self, call: CallId) -> Row | None:
        """The row of ``calls`` with ``legs`` and ``recordings`` as lists of rows."""
        rows = self._rows("SELECT * FROM calls WHERE id = :call", {"call": call})
        if not rows:
            return None
        legs = self._rows("SELECT * FROM legs WHERE call = :call ORDER BY started_at, id", {"call": call})
        return rows[0] | {"legs": legs, "recordings": self.recordings(call)}

    def calls(self, limit: int = 100, *, since: float = 0.0, account: AccountNo | None = None) -> list[Row]:
        """The newest first; ``since`` in UTC seconds."""
        return self._rows(
            "SELECT * FROM calls WHERE coalesce(started_at, :since) >= :since AND (:account IS NULL OR account = :account) "
            "ORDER BY started_at DESC, id DESC LIMIT :limit",
            {"since": since, "account": account, "limit": limit},
        )

    def recordings(self, call: CallId) -> list[Row]:
        return self._rows("SELECT * FROM recordings WHERE call = :call ORDER BY started_at, id", {"call": call})

    def contacts(self, limit: int = 100, *, since: float = 0.0, customer: CustomerId | None = None) -> list[Row]:
        """Customer contacts, the newest first."""
        return self._rows(
            "SELECT * FROM contacts WHERE coalesce(started_at, :since) >= :since "
            "AND (:customer IS NULL OR customer = :customer) ORDER BY started_at DESC, id DESC LIMIT :limit",
            {"since": since, "customer": customer, "limit": limit},
        )

    def order(self, key: OrderKey) -> OrderRecord | None:
        rows = self._rows("SELECT * FROM orders WHERE key = :key", {"key": key})
        return self._order(rows[0]) if rows else None

    def orders(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        account: AccountNo | None = None,
        branch: BranchId | None = None,
        call: CallId | None = None,
        state: str | None = None,
    ) -> list[OrderRecord]:
        """The newest first, with their history."""
        rows = self._rows(
            "SELECT * FROM orders WHERE at >= :since AND (:account IS NULL OR account = :account) "
            "AND (:branch IS NULL OR branch = :branch) AND (:call IS NULL OR call = :call) "
            "AND (:state IS NULL OR state = :state) ORDER BY at DESC, rowid DESC LIMIT :limit",
            {"since": since, "account": account, "branch": branch, "call": call, "state": state, "limit": limit},
        )
        return [self._order(row) for row in rows]

    def _order(self, row: Row) -> OrderRecord:
        history = self._rows("SELECT * FROM order_history WHERE key = :key ORDER BY id", {"key": row["key"]})
        return order_record(row, history)

    def audit(self, limit: int = 100) -> list[Row]:
        """The newest first."""
        return self._rows("SELECT * FROM audit ORDER BY id DESC LIMIT :limit", {"limit": limit})

    def audit_broken(self) -> int | None:
        """The id of the first audit row that was tampered with, or follows a gap; ``None``: the chain is whole."""
        return first_broken([tuple(row.values()) for row in self._rows("SELECT * FROM audit ORDER BY id", {})])

    def _rows(self, sql: str, values: Row) -> list[Row]:
        with self._lock:
            return list(self._db.query(sql, values))
