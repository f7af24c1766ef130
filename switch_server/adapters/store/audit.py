"""The audit table: each row has the hash of the row before, so that a later change or deletion is detected."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

GENESIS = "0" * 64
"""``previous`` of the first row."""


def row_hash(row_id: int, at: float, actor: str, action: str, subject: str, detail: str, previous: str) -> str:
    """SHA-256 (FIPS 180-4) of the row's fields as a JSON list, in hex."""
    text = json.dumps([row_id, at, actor, action, subject, detail, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def add_audit(db: sqlite3.Connection, at: float, actor: str, action: str, subject: str, detail: str) -> None:
    """Adds a row at the chain's end; inside the writer's transaction, so that no other row comes between."""
    last = db.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    row_id, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    fields = (row_id, float(at), actor, action, subject, detail, previous)
    db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*fields, row_hash(*fields)))


def first_broken(rows: Iterable[tuple[Any, ...]]) -> int | None:
    """The id of the first row that does not follow from the row before; ``None``: the chain is whole. Rows ordered by id."""
    expected, previous = 1, GENESIS
    for row in rows:
        *fields, digest = row
        if fields[0] != expected or fields[6] != previous or row_hash(*fields) != digest:
            return int(fields[0])
        expected, previous = expected + 1, digest
    return None
