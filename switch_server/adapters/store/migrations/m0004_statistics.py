"""The records of seat management: the states of each seat, the visits of each queue, the target of a transfer, the sign of life.

``seat_states`` is one row for each stretch of a seat's shift (``core.desks.records``), ``queue_visits`` one for each request of a caller to wait
in a queue (``core.acd.records``); both have no end while they last. ``talks.transferred_to`` is ``seat:8002``, ``queue:fund``,
``number:13900139000``, ``menu:main``, or NULL. ``life`` has one row: when the switch was last seen alive.
"""

from sqlite_utils import Database

SEAT_STATES = {
    "id": str,
    "shift": str,
    "agent": str,
    "desk": str,
    "state": str,
    "reason": str,
    "call": str,
    "queue": str,
    "kind": str,
    "lock": str,
    "begun_at": float,
    "ended_at": float,
    "ended_by": str,
}
QUEUE_VISITS = {
    "id": str,
    "call": str,
    "queue": str,
    "kind": str,  # in | callback
    "entered_at": float,
    "left_at": float,
    "waited_ms": int,
    "outcome": str,
    "service_level_ms": int,
}
LIFE = {"id": int, "at": float}


def apply(db: Database) -> None:
    db.table("seat_states").create(SEAT_STATES, pk="id", strict=True)
    db.table("queue_visits").create(QUEUE_VISITS, pk="id", strict=True)
    db.table("life").create(LIFE, pk="id", not_null={"at"}, strict=True)
    db.table("talks").add_column("transferred_to", str)
    for table, columns in (
        ("seat_states", ["begun_at"]),
        ("seat_states", ["ended_at"]),
        ("seat_states", ["agent", "begun_at"]),
        ("queue_visits", ["entered_at"]),
        ("queue_visits", ["call"]),
    ):
        db.table(table).create_index(columns)
