"""The desks' queries of the store: customers, their contacts over every channel, tickets, and the agents of a call."""

import threading
from pathlib import Path
from typing import Any

from shared.desk import Ticket
from shared.enums import Language
from shared.ids import AccountNo, AgentId, BranchId, CallId, CustomerId
from switch_server.adapters.store.history import joined
from switch_server.adapters.store.schema import open_reader
from switch_server.adapters.store.tickets import ticket_of
from switch_server.core.words import phone_key
from switch_server.disk.sqlite import as_store_failed
from switch_server.ports.records import Account, Customer, PastContact

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
_BY_PHONE = """
    SELECT DISTINCT customer AS id FROM customer_phones WHERE phone IN (:key, '0' || :key, '86' || :key) ORDER BY customer LIMIT :limit
"""
_TALKS = """
    SELECT * FROM talks WHERE answered_at IS NOT NULL AND (customer = :customer OR call IN (
        SELECT call FROM contacts WHERE customer = :customer ORDER BY started_at DESC LIMIT :limit))
    ORDER BY offered_at DESC, id DESC LIMIT :talks
"""
_RECORDED = """
    SELECT DISTINCT call FROM recordings WHERE call IN (
        SELECT call FROM contacts WHERE customer = :customer UNION SELECT call FROM talks WHERE customer = :customer)
"""
_SPEAKERS = """
    SELECT agent FROM talks WHERE call = :call AND answered_at IS NOT NULL AND agent IS NOT NULL
    UNION SELECT agent FROM calls WHERE id = :call AND agent IS NOT NULL
"""


class CustomerReader:
    """``ports.records.CustomerRecords``."""

    def __init__(self, path: Path) -> None:
        self._db = open_reader(path)
        self._lock = threading.Lock()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def search_customers(self, text: str, limit: int = 50) -> list[Customer]:
        """By phone number (any part), account (its start), name (any part), pinyin or its initials (their start); ordered by name, at most ``limit``."""
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

    def customers_by_phone(self, number: str, limit: int = 20) -> list[Customer]:
        """All customers with this number, by id; in whatever form the trunk shows the number."""
        if not (key := phone_key(number)):
            return []
        rows = self._rows(_BY_PHONE, {"key": key, "limit": limit})
        return [customer for row in rows if (customer := self.customer(CustomerId(row["id"])))]

    def account(self, account: AccountNo) -> tuple[Account, CustomerId | None] | None:
        """Branch and lock of an account, and its customer."""
        rows = self._rows("SELECT * FROM accounts WHERE account = :account", {"account": account})
        return (_account(rows[0]), rows[0]["customer"]) if rows else None

    def history(self, customer: CustomerId, limit: int = 100) -> list[PastContact]:
        """Contacts over every channel with the agents' notes, the newest first; a contact that still goes on shows its last talk."""
        values = {"customer": customer, "limit": limit, "talks": 3 * limit}
        contacts = self._rows(
            "SELECT * FROM contacts WHERE customer = :customer ORDER BY started_at DESC, id DESC LIMIT :limit", values
        )
        recorded = {row["call"] for row in self._rows(_RECORDED, values)}
        return joined(contacts, self._rows(_TALKS, values), recorded)[:limit]

    def tickets(self, customer: CustomerId, limit: int = 30) -> list[Ticket]:
        """Tickets that are not closed first, in each group the latest changed first."""
        rows = self._rows(
            "SELECT * FROM tickets WHERE customer = :customer ORDER BY state = 'closed', updated_at DESC, id DESC LIMIT :limit",
            {"customer": customer, "limit": limit},
        )
        return [ticket_of(row) for row in rows]

    def agents_of(self, call: CallId) -> frozenset[AgentId]:
        """The agents who talked in this call."""
        return frozenset(AgentId(row["agent"]) for row in self._rows(_SPEAKERS, {"call": call}))

    def recordings(self, call: CallId) -> list[Row]:
        return self._rows("SELECT * FROM recordings WHERE call = :call ORDER BY started_at, id", {"call": call})

    def _rows(self, sql: str, values: Row) -> list[Row]:
        with self._lock, as_store_failed():
            return list(self._db.query(sql, values))


def _account(row: Row) -> Account:
    return Account(AccountNo(row["account"]), BranchId(row["branch"]), row["locked_at"] is not None)
