"""Customers and their accounts, contacts, calls, legs, recordings, audit, branch keys.

Times are REAL UTC seconds, ids TEXT, flags INTEGER 0/1. The core saves ``contacts``, ``calls``, ``legs`` and ``recordings`` in parts, so their
columns may be NULL until their values are known.
"""

from sqlite_utils import Database

CUSTOMERS = {"id": int, "name": str, "pinyin": str, "initials": str, "vip": int, "language": str}
PHONES = {"phone": str, "customer": int}
ACCOUNTS = {"account": str, "branch": str, "customer": int, "locked_at": float}
WRONG_PINS = {"account": str, "day": str, "failures": int}
CONTACTS = {
    "id": str,
    "call": str,
    "channel": str,
    "direction": str,
    "number": str,
    "customer": int,
    "account": str,
    "started_at": float,
    "ended_at": float,
    "ended_at_step": str,
    "cause": str,
    "summary": str,
}
CALLS = {
    "id": str,
    "trunk": str,
    "direction": str,
    "ani": str,
    "dnis": str,
    "flow": str,
    "card": str,
    "language": str,
    "account": str,
    "branch": str,
    "customer": int,
    "started_at": float,
    "answered_at": float,
    "ended_at": float,
    "ended_at_step": str,
    "cause": str,
}
LEGS = {
    "id": str,
    "call": str,
    "trunk": str,
    "direction": str,
    "ani": str,
    "dnis": str,
    "card": str,
    "law": str,
    "started_at": float,
    "answered_at": float,
    "ended_at": float,
    "cause": str,
    "sip_code": int,
    "packets_in": int,
    "packets_out": int,
    "lost": int,
    "late": int,
    "strangers": int,
    "jitter_ms": float,
    "round_trip_ms": float,
    "far_lost": int,
    "mos": float,
}
RECORDINGS = {
    "id": str,
    "call": str,
    "leg": str,
    "path": str,
    "started_at": float,
    "ended_at": float,
    "duration_ms": int,
    "cause": str,
    "text": str,
}
AUDIT = {
    "id": int,
    "at": float,
    "actor": str,
    "action": str,
    "subject": str,
    "detail": str,
    "previous": str,
    "hash": str,
}
BRANCH_KEYS = {"public_key": str, "branch": str, "added_at": float}


def apply(db: Database) -> None:
    db.table("customers").create(CUSTOMERS, pk="id", not_null={"name", "language"}, strict=True)
    db.table("customer_phones").create(PHONES, pk=("phone", "customer"), strict=True)
    db.table("accounts").create(ACCOUNTS, pk="account", not_null={"branch"}, strict=True)
    db.table("wrong_pins").create(WRONG_PINS, pk=("account", "day"), strict=True)
    db.table("contacts").create(CONTACTS, pk="id", strict=True)
    db.table("calls").create(CALLS, pk="id", strict=True)
    db.table("legs").create(LEGS, pk="id", strict=True)
    db.table("recordings").create(RECORDINGS, pk="id", strict=True)
    db.table("audit").create(AUDIT, pk="id", not_null=set(AUDIT) - {"id"}, strict=True)
    db.table("branch_keys").create(BRANCH_KEYS, pk="public_key", not_null={"branch"}, strict=True)
    for table, columns in (
        ("customers", ["name"]),
        ("customer_phones", ["customer"]),
        ("accounts", ["customer"]),
        ("contacts", ["call"]),
        ("contacts", ["customer", "started_at"]),
        ("calls", ["started_at"]),
        ("calls", ["account", "started_at"]),
        ("legs", ["call"]),
        ("recordings", ["call"]),
    ):
        db.table(table).create_index(columns)
