"""The customers of a calling number, in memory: ``FindCaller`` comes for every call before it reaches a queue."""

import threading
from typing import Any

from sqlite_utils import Database

from shared.ids import CustomerId
from switch_server.core.words import phone_key
from switch_server.ports.records import Customer

REMEMBERED = 7 * 24 * 3600.0
"""Seconds for which a number's last call is kept: an older call gives no precedence in a queue."""
PRUNE_EVERY = 24 * 3600.0


class CallerIndex:
    """number → customers, VIP, last call. The methods may be called from any thread; each takes microseconds."""

    def __init__(self) -> None:
        self._by_phone: dict[str, tuple[CustomerId, ...]] = {}
        self._phones: dict[CustomerId, tuple[str, ...]] = {}
        self._vips: set[CustomerId] = set()
        self._last: dict[str, float] = {}
        self._prune_at = 0.0
        self._lock = threading.Lock()

    def load(self, db: Database, now: float) -> None:
        known, phones = self._by_phone, self._phones
        for phone, customer in db.conn.execute("SELECT phone, customer FROM customer_phones"):
            if key := phone_key(phone):
                known[key] = (*known[key], customer) if key in known else (customer,)
                phones[customer] = (*phones[customer], key) if customer in phones else (key,)
        self._vips = {CustomerId(customer) for (customer,) in db.conn.execute("SELECT id FROM customers WHERE vip")}
        calls = db.conn.execute(
            "SELECT number, max(started_at) FROM contacts WHERE started_at > ? AND direction = 'in' GROUP BY number",
            [now - REMEMBERED],
        )
        for number, at in calls:
            if key := phone_key(number or ""):
                self._last[key] = max(at, self._last.get(key, at))

    def find(self, number: str) -> tuple[CustomerId | None, bool, float | None]:
        """The customer (``None``: none, or several), whether any of them is a VIP, UTC seconds of the last call from this number."""
        key = phone_key(number)
        with self._lock:
            found = self._by_phone.get(key, ())
            vip = any(customer in self._vips for customer in found)
            return found[0] if len(found) == 1 else None, vip, self._last.get(key)

    def put(self, customer: Customer) -> None:
        """Replaces the earlier data of this customer."""
        with self._lock:
            self._set(customer.id, customer.phones)
            (self._vips.add if customer.vip else self._vips.discard)(customer.id)

    def on_contact_row(self, row: dict[str, Any]) -> None:
        """To be called with each row of ``contacts``: an incoming call."""
        key, at = phone_key(row.get("number") or ""), row.get("started_at")
        if key and isinstance(at, int | float) and row.get("direction") == "in":
            with self._lock:
                self._last[key] = max(at, self._last.get(key, at))
                if at >= self._prune_at:
                    self._prune_at = at + PRUNE_EVERY
                    self._last = {number: last for number, last in self._last.items() if last > at - REMEMBERED}

    def _set(self, customer: CustomerId, phones: "list[str] | tuple[str, ...]") -> None:
        for key in self._phones.pop(customer, ()):
            rest = tuple(each for each in self._by_phone[key] if each != customer)
            if rest:
                self._by_phone[key] = rest
            else:
                del self._by_phone[key]
        keys = tuple(dict.fromkeys(key for phone in phones if (key := phone_key(phone))))
        for key in keys:
            self._by_phone[key] = (*self._by_phone.get(key, ()), customer)
        if keys:
            self._phones[customer] = keys
