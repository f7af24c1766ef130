"""A store with the past calls of a large centre, written by SQLite itself, with legs, contacts, recordings, talks and orders.

20,000 calls a day, every fourth with an agent, every tenth with an order; one customer for each fifty calls. Ten of the last calls have no
end, as after a ``kill -9``.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from switch_server.adapters.store.schema import open_store

PER_DAY = 20_000
LEFT_OPEN = 10
_ID = "printf('2%018d', n)"
_AT = ":until - (:calls - n) * 86400.0 / :per_day"
_END = f"CASE WHEN n > :calls - {LEFT_OPEN} THEN NULL ELSE {_AT} + 90.5 END"
_NUMBER = "printf('139%08d', n * 7919 % :customers)"
_ACCOUNT = "printf('6%07d', n * 7919 % :customers)"
_ROWS: dict[str, tuple[dict[str, str], str]] = {
    "calls": (
        {
            "id": _ID, "trunk": "'city'", "direction": "'in'", "ani": _NUMBER, "dnis": "'95500'", "flow": "'main'", "card": "'card-1'",
            "language": "'zh_CN'", "account": _ACCOUNT, "branch": "'GZ01'", "customer": "n * 7919 % :customers", "started_at": _AT,
            "answered_at": f"{_AT} + 0.5", "ended_at": _END, "ended_at_step": "'goodbye'", "cause": "'normal'",
        },
        "1",
    ),
    "legs": (
        {
            "id": f"{_ID} || '/1'", "call": _ID, "trunk": "'city'", "direction": "'in'", "ani": _NUMBER, "dnis": "'95500'",
            "card": "'card-1'", "law": "'A'", "started_at": _AT, "answered_at": f"{_AT} + 0.5", "ended_at": _END, "cause": "'normal'",
            "sip_code": "200", "packets_in": "4500", "packets_out": "4500", "jitter_ms": "1.5", "mos": "4.3",
        },
        "1",
    ),
    "recordings": (
        {
            "id": f"{_ID} || '/r'", "call": _ID, "leg": f"{_ID} || '/1'", "path": f"'/var/lib/huawu/recordings/20260901/' || {_ID} || '.wav'",
            "started_at": f"{_AT} + 0.5", "ended_at": _END, "duration_ms": "90000",
        },
        "1",
    ),
    "contacts": (
        {
            "id": _ID, "call": _ID, "channel": "'phone'", "direction": "'in'", "number": _NUMBER, "customer": "n * 7919 % :customers",
            "account": _ACCOUNT, "started_at": _AT, "ended_at": _END, "ended_at_step": "'goodbye'", "cause": "'normal'",
        },
        "1",
    ),
    "queue_visits": (
        {
            "id": f"{_ID} || '/q'", "call": _ID, "queue": "'trading'", "kind": "'in'", "entered_at": f"{_AT} + 10",
            "left_at": f"CASE WHEN n > :calls - {LEFT_OPEN} THEN NULL ELSE {_AT} + 25 END", "waited_ms": "15000", "outcome": "'answered'",
            "service_level_ms": "20000",
        },
        "n % 4 = 0",
    ),
    "talks": (
        {
            "id": f"{_ID} || '/2'", "call": _ID, "agent": "8001 + n / 4 % 200", "queue": "'trading'", "kind": "'in'", "number": _NUMBER,
            "customer": "n * 7919 % :customers", "offered_at": f"{_AT} + 22", "answered_at": f"{_AT} + 25", "ended_at": _END,
            "hold_ms": "0", "waited_ms": "12000", "outcome": "'answered'", "disposition": "'enquiry'", "pop_ms": "12.5",
        },
        "n % 4 = 0",
    ),
    "seat_states": (
        {
            "id": f"{_ID} || '/s'", "shift": "'s'", "agent": "8001 + n / 4 % 200", "desk": "'desk-1'", "state": "'talking'", "call": _ID,
            "queue": "'trading'", "kind": "'in'", "begun_at": f"{_AT} + 25", "ended_at": _END,
        },
        "n % 4 = 0",
    ),
    "orders": (
        {
            "key": f"{_ID} || '-1'", "at": f"{_AT} + 60", "call": _ID, "account": _ACCOUNT, "branch": "'GZ01'", "kind": "'place'",
            "market": "'SH'", "code": "'600519'", "side": "'buy'", "price": "1500000", "quantity": "100", "channel": "'phone'",
            "state": "'filled'", "contract": "printf('%07d', n)", "filled": "100", "updated_at": f"{_AT} + 61",
        },
        "n % 10 = 0",
    ),
}  # fmt: skip
_CUSTOMERS = """
    INSERT OR IGNORE INTO customers (id, name, vip, language) SELECT n, '客户' || n, n % 50 = 0, 'zh_CN' FROM numbers WHERE n < :customers;
    INSERT OR IGNORE INTO customer_phones SELECT printf('139%08d', n), n FROM numbers WHERE n < :customers;
    INSERT OR IGNORE INTO accounts SELECT printf('6%07d', n), 'GZ01', n, NULL FROM numbers WHERE n < :customers;
    INSERT OR IGNORE INTO wrong_pins SELECT printf('6%07d', n * 31 % :customers), date(:until - n * 60, 'unixepoch'), 1 FROM numbers WHERE n < :customers;
"""


def fill(path: Path, calls: int, until: float) -> None:
    """Writes ``calls`` calls, the last at ``until`` (UTC seconds), into the file of a store that is not open."""
    open_store(path).close()
    values = {"calls": calls, "customers": max(calls // 50, 20), "until": until, "per_day": PER_DAY}
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -400000")
        db.execute("PRAGMA temp_store = FILE")
        later = list(
            db.execute("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql NOT NULL")
        )
        for kind, name, _ in later:
            db.execute(f"DROP {kind} {name}")
        db.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        db.execute(
            "WITH RECURSIVE up (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM up WHERE n < :calls) INSERT INTO numbers SELECT n FROM up",
            values,
        )
        for table, (columns, which) in _ROWS.items():
            names, content = ", ".join(columns), ", ".join(columns.values())
            db.execute(f"INSERT OR IGNORE INTO {table} ({names}) SELECT {content} FROM numbers WHERE {which}", values)
        for statement in _CUSTOMERS.split(";")[:-1]:
            db.execute(statement, values)
        for _, _, sql in later:
            db.execute(sql)
        db.execute("PRAGMA journal_mode = WAL")
