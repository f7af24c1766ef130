"""``ports.phones.DeskPhoneBook``: desk phones and bindings, read from memory, written later by the store's writer."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import msgspec
from sqlite_utils import Database

from shared.ids import DeskId, PhoneName
from switch_server.adapters.store.writer import Change
from switch_server.ports.phones import Binding, PhoneRecord, phone_fault

Audited = Callable[[str, str, str, str], None]
"""Writes an audit row of actor, action, subject and detail."""
_PUT_BINDING = (
    "INSERT OR REPLACE INTO phone_bindings (phone, contact, target, ip, port, agent, since, until) "
    "VALUES (:phone, :contact, :target, :ip, :port, :agent, :since, :until)"
)


class DeskPhones:
    """From any thread. Memory changes at once, so a response to a phone never waits for a disk."""

    def __init__(
        self, db: Database, put: Callable[[Change], object], audit: Audited, clock: Callable[[], float]
    ) -> None:
        self._put, self._audit, self._clock = put, audit, clock
        self._lock = threading.Lock()  # memory and queue must change together
        self._phones = {
            PhoneName(row["phone"]): PhoneRecord(
                PhoneName(row["phone"]), DeskId(row["desk"]) if row["desk"] else None, row["ha1"]
            )
            for row in db.query("SELECT * FROM desk_phones")
        }
        self._bindings = {
            PhoneName(row["phone"]): msgspec.convert(row, Binding)
            for row in db.query("SELECT * FROM phone_bindings WHERE until > ?", [clock()])
        }

    # --- phones ---

    def phone(self, phone: PhoneName) -> PhoneRecord | None:
        return self._phones.get(phone)

    def phones(self) -> tuple[PhoneRecord, ...]:
        return tuple(record for _, record in sorted(self._phones.items()))

    def put_phone(self, record: PhoneRecord, actor: str) -> None:
        if fault := phone_fault(record):
            raise ValueError(fault)
        with self._lock:
            old = self._phones.get(record.phone)
            self._phones = self._phones | {record.phone: record}
            self._change(
                "a desk phone",
                "INSERT INTO desk_phones (phone, desk, ha1, added_at) VALUES (:phone, :desk, :ha1, :at) "
                "ON CONFLICT(phone) DO UPDATE SET desk = excluded.desk, ha1 = excluded.ha1",
                phone=record.phone,
                desk=record.desk,
                ha1=record.ha1,
                at=self._clock(),
            )
            if old is not None and old.ha1 != record.ha1:
                self._drop(record.phone)
        self._audit(actor, "phone_added" if old is None else "phone_changed", record.phone, _difference(old, record))

    def remove_phone(self, phone: PhoneName, actor: str) -> bool:
        with self._lock:
            if phone not in self._phones:
                return False
            self._phones = {each: record for each, record in self._phones.items() if each != phone}
            self._change("a desk phone", "DELETE FROM desk_phones WHERE phone = :phone", phone=phone)
            self._drop(phone)
        self._audit(actor, "phone_removed", phone, "")
        return True

    def audit_blocked(self, phone: PhoneName, ip: str, seconds: float) -> None:
        subject = phone if phone in self._phones else "unknown phone"  # an unknown name may be a password
        self._audit(f"phone at {ip}", "phone_refused", subject, f"wrong passwords, refused for {seconds:.0f} s")

    # --- bindings ---

    def binding(self, phone: PhoneName, now: float) -> Binding | None:
        found = self._bindings.get(phone)
        return found if found is not None and found.until > now else None

    def bindings(self, now: float) -> tuple[Binding, ...]:
        return tuple(each for _, each in sorted(self._bindings.items()) if each.until > now)

    def put_binding(self, binding: Binding) -> None:
        with self._lock:
            if binding.phone in self._phones:
                self._bindings = self._bindings | {binding.phone: binding}
                self._change("a phone's binding", _PUT_BINDING, **msgspec.structs.asdict(binding))

    def drop_binding(self, phone: PhoneName) -> None:
        with self._lock:
            self._drop(phone)

    def _drop(self, phone: PhoneName) -> None:
        if phone in self._bindings:
            self._bindings = {each: binding for each, binding in self._bindings.items() if each != phone}
            self._change("a phone's binding", "DELETE FROM phone_bindings WHERE phone = :phone", phone=phone)

    def _change(self, what: str, sql: str, **values: Any) -> None:
        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        self._put(Change(what, run))


def _difference(old: PhoneRecord | None, new: PhoneRecord) -> str:
    """For the audit: the changed fields; of the password only the name."""
    told = [f"desk={new.desk or ''}"] if old is None or old.desk != new.desk else []
    if old is not None and old.ha1 != new.ha1:
        told.append("password changed")
    return ", ".join(told)
