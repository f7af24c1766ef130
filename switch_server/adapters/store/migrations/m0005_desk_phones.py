"""Desk phones that register at the switch, and the last binding of each."""

from sqlite_utils import Database

DESK_PHONES = {"phone": str, "desk": str, "ha1": str, "added_at": float}
PHONE_BINDINGS = {
    "phone": str,
    "contact": str,
    "target": str,
    "ip": str,
    "port": int,
    "agent": str,
    "since": float,
    "until": float,
}


def apply(db: Database) -> None:
    db.table("desk_phones").create(DESK_PHONES, pk="phone", not_null={"ha1"}, strict=True)
    db.table("phone_bindings").create(PHONE_BINDINGS, pk="phone", not_null=set(PHONE_BINDINGS) - {"phone"}, strict=True)
