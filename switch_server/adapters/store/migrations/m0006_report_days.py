"""The kept columns of past days for reports, and the index for a day's stretches of seats.

``report_days`` has one row for each day: its ``start`` (UTC seconds), a ``mark`` of the reader, and then its ``content``
(``services.day_columns``). Triggers delete the row when a record changes from which the day's figures are computed, so that the day is read
again. Nothing else depends on the table: it may be emptied at any time.

A call is counted on the day of its first record, so a change of one of its records may affect each day from its first to its last.
"""

from collections.abc import Callable
from functools import partial

from sqlite_utils import Database

OVER_MIDNIGHT = (
    "(ended_at IS NULL OR CAST((ended_at + 28800) / 86400 AS INTEGER) > CAST((begun_at + 28800) / 86400 AS INTEGER))"
)
"""Whether a stretch contains a midnight of Shanghai, or has no end yet."""

OF_CALLS = {
    "queue_visits": ("entered_at", "call, queue, kind, entered_at, waited_ms, outcome, service_level_ms"),
    "talks": (
        "offered_at",
        "call, agent, queue, kind, offered_at, answered_at, waited_ms, outcome, disposition, transferred_to",
    ),
    "orders": ("at", "at, call, agent, branch, kind, price, contract, filled"),
}
"""Table -> the time of a record, and the columns that reports read."""
SEAT_COLUMNS = ("agent", "state", "reason", "queue", "call", "begun_at")
NEVER, EVER = "-9e99", "9e99"


def apply(db: Database) -> None:
    db.execute("CREATE TABLE report_days (start INTEGER PRIMARY KEY, mark INTEGER NOT NULL, content BLOB) STRICT")
    db.execute(f"CREATE INDEX idx_seat_states_over_midnight ON seat_states (begun_at) WHERE {OVER_MIDNIGHT}")
    for table, (at, columns) in OF_CALLS.items():
        on_changes(db, table, columns, ("call", at), partial(_of_call, "call", at))
    # The branch of a call's seat stretches is the call's; they go on (wrap-up) after its last ring. None is read for longer than 31 days.
    on_changes(db, "calls", "id, branch", ("id",), partial(_of_call, "id", "started_at", after=32 * 86_400))
    on_changes(db, "seat_states", ", ".join(SEAT_COLUMNS), SEAT_COLUMNS, _of_stretch)
    # An end after the end of the day changes nothing in that day: seats that are open over midnight do not invalidate yesterday.
    old, new = (f"coalesce({row}.ended_at, {EVER})" for row in ("OLD", "NEW"))
    _trigger(
        db, "seat_states_end", "seat_states", "UPDATE OF ended_at", _between(f"min({old}, {new})", f"max({old}, {new})")
    )


def _of_call(call: str, at: str, row: str, after: int = 0) -> str:
    """The days from the call's first record to its last, and ``after`` seconds more. ``call``, ``at``: columns of the changed row."""
    firsts, lasts = (
        [
            f"coalesce((SELECT {which}({time}) FROM {table} WHERE call = {row}.{call}), {none})"  # noqa: S608
            for table, (time, _) in OF_CALLS.items()
        ]
        for which, none in (("min", EVER), ("max", NEVER))
    )
    first = f"min(coalesce({row}.{at}, {EVER}), {', '.join(firsts)})"
    last = f"max(coalesce({row}.{at}, {NEVER}), {', '.join(lasts)})"
    return f"start > {first} - 86400 AND start <= {last} + {after}"


def _of_stretch(row: str) -> str:
    return _between(f"{row}.begun_at", f"coalesce({row}.ended_at, {EVER})")


def _between(begun: str, ended: str) -> str:
    return f"start > {begun} - 86400 AND start < {ended}"


def on_changes(db: Database, table: str, columns: str, moving: tuple[str, ...], days: Callable[[str], str]) -> None:
    """``days(row)``: the days on which a row counts; if one of ``moving`` changes, the row's old days count, too."""
    moves = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in moving)
    _trigger(db, f"{table}_new", table, "INSERT", days("NEW"))
    _trigger(db, f"{table}_change", table, f"UPDATE OF {columns}", days("NEW"))
    _trigger(db, f"{table}_move", table, f"UPDATE OF {columns}", days("OLD"), moves)
    _trigger(db, f"{table}_gone", table, "DELETE", days("OLD"))


def _trigger(db: Database, name: str, table: str, event: str, days: str, when: str = "1") -> None:
    db.execute(
        f"CREATE TRIGGER report_{name} AFTER {event} ON {table} WHEN {when} BEGIN DELETE FROM report_days WHERE {days}; END"  # noqa: S608
    )
