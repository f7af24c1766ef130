"""The order journal's file: opening, tables, migrations.

WAL with ``synchronous=FULL``: a commit returns after the fsync of the WAL, so what is acknowledged survives ``kill -9`` and a power cut.
"""

import sqlite3
from pathlib import Path

from switch_server.adapters.integrity import damage, is_small
from switch_server.adapters.order_rows import ADD_ORIGIN
from switch_server.disk.sqlite import open_durable

VERSION = 3
"""``PRAGMA user_version``. A change of the tables is a new entry of ``STEPS``; existing entries are never edited."""

STEPS = {
    1: (
        """
        CREATE TABLE orders (
            key TEXT PRIMARY KEY, at REAL NOT NULL, call TEXT NOT NULL, account TEXT NOT NULL, branch TEXT NOT NULL,
            kind TEXT NOT NULL, market TEXT, code TEXT, side TEXT, price INTEGER, quantity INTEGER, cancels TEXT,
            channel TEXT NOT NULL, agent TEXT, recording TEXT, read_back_ms INTEGER, yes_ms INTEGER,
            state TEXT NOT NULL, contract TEXT, refusal TEXT, filled INTEGER, cancelled INTEGER, branch_status TEXT,
            updated_at REAL NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE order_history (
            id INTEGER PRIMARY KEY, key TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL, event TEXT NOT NULL,
            contract TEXT, refusal TEXT, filled INTEGER, cancelled INTEGER, branch_status TEXT
        ) STRICT
        """,
        "CREATE INDEX undecided ON orders (state) WHERE state IN ('captured', 'in_doubt', 'sent')",
        "CREATE INDEX history_of ON order_history (key)",
    ),
    2: (
        *ADD_ORIGIN,
        "CREATE TABLE reported_days (branch TEXT PRIMARY KEY, trade_date TEXT NOT NULL) STRICT",  # the last trade date of each branch
    ),
    3: (
        """
        INSERT INTO reported_days
        SELECT branch, strftime('%Y%m%d', coalesce(min(at) FILTER (WHERE NOT settled), max(at)) + 28800, 'unixepoch') FROM (
            SELECT branch, at, state IN ('filled', 'cancelled', 'rejected', 'refused', 'void', 'failed')
                OR (kind = 'cancel' AND state = 'accepted') AS settled FROM orders
        ) WHERE true GROUP BY branch ON CONFLICT DO NOTHING
        """,  # in Shanghai, UTC+8: the day of a branch's oldest open order, or of its last order
    ),
}


class OrderJournalUnusable(Exception):  # noqa: N818  the name says what it is
    """At start: the file is damaged, no database, of a newer version, or can't be opened. The text names the file."""


def open_journal(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode with migrated tables; raises ``OrderJournalUnusable``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = open_durable(path)
    except (OSError, sqlite3.Error) as error:
        raise OrderJournalUnusable(f"{path}: {error}") from error
    try:
        _migrate(db, path)
    except sqlite3.Error as error:
        db.close()
        raise OrderJournalUnusable(f"{path}: {error}") from error
    except OrderJournalUnusable:
        db.close()
        raise
    return db


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise OrderJournalUnusable(f"{path}: written by a newer version ({version}, this one knows {VERSION})")
    if is_small(path) and (found := damage(db)):
        raise OrderJournalUnusable(f"{path}: damaged: {found}")
    for number in range(version + 1, VERSION + 1):
        db.execute("BEGIN IMMEDIATE")
        for statement in STEPS[number]:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")


def open_reader(path: Path) -> sqlite3.Connection:
    """A second, read-only connection, rows by column name; for one thread at a time."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA query_only = 1")
    return db
