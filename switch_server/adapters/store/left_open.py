"""The remains of a run of the switch that was stopped or killed: records without an end, and the locks of seats whose agents may come back.

The time of the end is unknown. The **last sign of life** is used: the switch writes one every ``EVERY`` seconds, and the beginning of a call, a
talk, a visit of a queue or a seat's stretch, which is written within some 20 ms, counts, too.
"""

import sqlite3
from typing import Any

from sqlite_utils import Database

from shared.enums import LockReason
from shared.ids import AgentId

EVERY = 5.0
ALIVE = "INSERT INTO life VALUES (1, :at) ON CONFLICT(id) DO UPDATE SET at = excluded.at"
SIGNS = (
    ("life", "at"),
    ("seat_states", "begun_at"),
    ("queue_visits", "entered_at"),
    ("talks", "offered_at"),
    ("calls", "started_at"),
)
_CAUSE = ("calls", "legs", "recordings", "contacts")


def last_sign(db: Database, now: float) -> float:
    """UTC seconds; ``now`` for a new file."""
    seen = [next(iter(db.query(f"SELECT max({column}) AS at FROM {table}")))["at"] for table, column in SIGNS]  # noqa: S608
    return max((at for at in seen if at is not None), default=now)


def close(db: sqlite3.Connection, cause: str, at: float) -> None:
    """Sets the end of records without one to ``at``, or to their beginning if that is later. Ends that exist stay as they are."""
    values: dict[str, Any] = {"at": at, "cause": cause}
    for table in _CAUSE:
        answered = ", coalesce(answered_at, 0)" if table in ("calls", "legs") else ""
        db.execute(
            f"UPDATE {table} SET ended_at = max(:at, coalesce(started_at, 0){answered}), cause = :cause WHERE ended_at IS NULL",  # noqa: S608
            values,
        )
    db.execute(
        "UPDATE talks SET ended_at = max(:at, coalesce(answered_at, offered_at, 0)), outcome = 'lost' WHERE ended_at IS NULL",
        values,
    )
    db.execute(
        "UPDATE queue_visits SET left_at = max(:at, entered_at), waited_ms = round(1000 * (max(:at, entered_at) - entered_at)), "
        "outcome = 'lost' WHERE left_at IS NULL",
        values,
    )
    db.execute("UPDATE fax_tries SET ended = max(:at, began), result = 'stopped' WHERE ended IS NULL", values)
    db.execute(
        "UPDATE faxes SET ended = max(:at, created), result = 'stopped', state = iif(pages > 0, 'new', 'failed') "
        "WHERE direction = 'in' AND state = 'receiving'",
        values,
    )
    db.execute(
        "UPDATE seat_states SET ended_at = max(:at, begun_at), ended_by = :cause WHERE ended_at IS NULL",
        values,
    )


def locks(db: Database, agents: set[AgentId], cause: str = "switch_stopped") -> dict[AgentId, LockReason]:
    """By agent whose seat was ended by a stop of the switch, not by a log-out: the lock of the seat, or the one requested for after the call."""
    found: dict[AgentId, LockReason] = {}
    for agent in agents:
        last = db.query(
            "SELECT lock, ended_at, ended_by FROM seat_states WHERE agent = ? ORDER BY begun_at DESC LIMIT 1", [agent]
        )
        for row in last:
            if row["lock"] in set(LockReason) and (row["ended_at"] is None or row["ended_by"] == cause):
                found[agent] = LockReason(row["lock"])
    return found
