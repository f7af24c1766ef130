"""Agents with their desks and log-ins, tickets, talks and callbacks.

``talks`` has one row for each desk leg (``id``), rung, dialled or talked; ``callbacks`` one for each caller who asked to be called back
(``id``: the call in which they asked). The core saves both in parts, so their columns may be NULL until their values are known.
"""

from sqlite_utils import Database

AGENTS = {
    "agent": str,
    "name": str,
    "role": str,
    "grp": str,
    "skills": str,  # JSON: skill -> level
    "password": str,  # argon2id, PHC string
    "disabled": int,
    "added_at": float,
}
DESK_KEYS = {"desk": str, "public_key": str, "added_at": float}
DESK_SESSIONS = {"token_hash": str, "agent": str, "desk": str, "opened_at": float}
TICKETS = {
    "id": int,
    "customer": int,
    "title": str,
    "state": str,  # open | waiting | closed
    "opened_at": float,
    "opened_by": str,
    "updated_at": float,
    "text": str,
    "call": str,
}
TALKS = {
    "id": str,
    "call": str,
    "agent": str,
    "queue": str,
    "kind": str,  # in | out | callback
    "number": str,
    "customer": int,
    "offered_at": float,
    "answered_at": float,
    "ended_at": float,
    "hold_ms": float,
    "waited_ms": float,
    "outcome": str,
    "disposition": str,
    "note": str,
    "pop_ms": float,
}
CALLBACKS = {
    "id": str,
    "queue": str,
    "number": str,
    "since": float,
    "priority": int,
    "flow": str,
    "step": str,
    "tries": int,
    "state": str,
    "card": str,
    "updated_at": float,
}


def apply(db: Database) -> None:
    db.table("agents").create(AGENTS, pk="agent", not_null={"name", "role", "skills", "disabled"}, strict=True)
    db.table("desk_keys").create(DESK_KEYS, pk="desk", not_null={"public_key"}, strict=True)
    db.table("desk_sessions").create(DESK_SESSIONS, pk="token_hash", not_null={"agent", "desk"}, strict=True)
    db.table("tickets").create(TICKETS, pk="id", not_null=set(TICKETS) - {"id", "call"}, strict=True)
    db.table("talks").create(TALKS, pk="id", strict=True)
    db.table("callbacks").create(CALLBACKS, pk="id", strict=True)
    for table, names in (("contacts", ("agent", "queue", "disposition")), ("calls", ("agent", "queue"))):
        for name in names:
            db.table(table).add_column(name, str)
    db.table("desk_keys").create_index(["public_key"], unique=True)
    for table, columns in (
        ("desk_sessions", ["agent"]),
        ("tickets", ["customer", "updated_at"]),
        ("talks", ["call"]),
        ("talks", ["customer", "offered_at"]),
        ("talks", ["agent", "offered_at"]),
        ("talks", ["offered_at"]),
        ("callbacks", ["state"]),
        ("contacts", ["started_at"]),
    ):
        db.table(table).create_index(columns)
