"""Indexes for the start, so that its time does not grow with the past: records without an end, and a day's wrong PINs."""

from sqlite_utils import Database

ENDS = {
    "calls": "ended_at",
    "legs": "ended_at",
    "recordings": "ended_at",
    "contacts": "ended_at",
    "talks": "ended_at",
    "queue_visits": "left_at",
}
"""``seat_states`` has had its index since migration 4."""


def apply(db: Database) -> None:
    for table, end in ENDS.items():
        db.execute(f"CREATE INDEX idx_{table}_open ON {table} (id) WHERE {end} IS NULL")
    for table in ("wrong_pins", "wrong_pins_from"):
        db.table(table).create_index(["day"])
