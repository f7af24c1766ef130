"""``ports.trunks.LineBlocks``: the card lines that an operator has blocked, read from memory, written later by the store's writer."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sqlite_utils import Database

from shared.ids import TrunkName
from switch_server.adapters.store.writer import Change

Audited = Callable[[str, str, str, str], None]
"""Writes an audit row of actor, action, subject and detail."""


class StoredLineBlocks:
    """On the switch's loop."""

    def __init__(
        self, db: Database, put: Callable[[Change], object], audit: Audited, clock: Callable[[], float]
    ) -> None:
        self._put, self._audit, self._clock = put, audit, clock
        self._blocked: dict[TrunkName, frozenset[int]] = {}
        for row in db.query("SELECT trunk, line FROM blocked_lines"):
            self._set(TrunkName(row["trunk"]), row["line"], blocked=True)

    def blocked(self) -> Mapping[TrunkName, frozenset[int]]:
        return self._blocked

    def put(self, trunk: TrunkName, line: int, actor: str, *, blocked: bool) -> None:
        self._set(trunk, line, blocked=blocked)
        values: dict[str, Any] = {"trunk": trunk, "line": line, "at": self._clock(), "actor": actor}
        sql = (
            "INSERT OR REPLACE INTO blocked_lines (trunk, line, at, actor) VALUES (:trunk, :line, :at, :actor)"
            if blocked
            else "DELETE FROM blocked_lines WHERE trunk = :trunk AND line = :line"
        )

        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        self._put(Change("a line's block", run))
        self._audit(actor, "line_blocked" if blocked else "line_freed", f"{trunk} {line}", "")

    def _set(self, trunk: TrunkName, line: int, *, blocked: bool) -> None:
        others = self._blocked.get(trunk, frozenset()) - {line}
        self._blocked[trunk] = others | {line} if blocked else others
