"""The desk's copy of the floor: rows by key in tables, numbered changes. See ``shared.floor``.

A table without a change stays the same object, and so does each unchanged row of a changed table: drawing code compares with ``is``.
"""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from agent_app.model.desk.mirror import ReportVerdict
from shared.floor import (
    TABLES,
    BranchRow,
    ColleagueRow,
    FloorChanged,
    FloorSnapshot,
    Keyed,
    LineRow,
    QueueBoardRow,
    SeatRow,
    TargetRow,
    WaitingRow,
    Watch,
    by_key,
)
from shared.ids import AgentId


class FloorDeskView(Struct, frozen=True):
    """``what``: the watch that the switch has confirmed. ``stale``: the rows are old, and new ones are requested.

    ``refused``: the ``DeskRefusal`` of the requested watch.
    """

    what: Watch = Watch.OFF
    stale: bool = True
    refused: str = ""
    at: float = 0.0
    """The time of the rows: UTC seconds by the switch's clock."""
    reached: tuple[AgentId, ...] | None = None
    """Agents to whose screens the last message was sent; ``None``: no message was sent yet, or one is pending."""
    colleagues: Mapping[str, ColleagueRow] = field(default_factory=dict)
    targets: Mapping[str, TargetRow] = field(default_factory=dict)
    seats: Mapping[str, SeatRow] = field(default_factory=dict)
    queues: Mapping[str, QueueBoardRow] = field(default_factory=dict)
    waiting: Mapping[str, WaitingRow] = field(default_factory=dict)
    lines: Mapping[str, LineRow] = field(default_factory=dict)
    branches: Mapping[str, BranchRow] = field(default_factory=dict)


class FloorMirror:
    """``view`` is a new value after each change."""

    def __init__(self) -> None:
        self.view = FloorDeskView()
        self._number = 0

    def take(self, snapshot: FloorSnapshot) -> None:
        """Replaces all tables; unchanged rows stay the same objects."""
        self._number = snapshot.number
        tables = {table: _kept(getattr(self.view, table), by_key(getattr(snapshot.rows, table))) for table in TABLES}
        self.view = replace(self.view, what=snapshot.what, stale=False, refused="", at=snapshot.at, **tables)

    def told(self, changed: FloorChanged) -> ReportVerdict:
        """Applies a change. ``GAP``: a snapshot is due; number 0 empties the copy."""
        if changed.number == 0:
            self.forget()
            return ReportVerdict.GAP
        if changed.number <= self._number:
            return ReportVerdict.OLD
        verdict = ReportVerdict.APPLIED if changed.number == self._number + 1 else ReportVerdict.GAP
        self._number = changed.number
        tables: dict[str, Mapping[str, Keyed]] = {}
        for table in TABLES:
            rows, gone = getattr(changed.rows, table), changed.gone.get(table, ())
            if rows or gone:
                was: Mapping[str, Keyed] = getattr(self.view, table)
                tables[table] = {key: row for key, row in {**was, **by_key(rows)}.items() if key not in gone}
        stale = self.view.stale or verdict is ReportVerdict.GAP
        self.view = replace(self.view, at=changed.at, stale=stale, **tables)
        return verdict

    def sent(self, reached: tuple[AgentId, ...] | None) -> None:
        self.view = replace(self.view, reached=reached)

    def old(self) -> None:
        """The rows are old until the next snapshot."""
        self.view = replace(self.view, stale=True)

    def forget(self, refused: str = "") -> None:
        self.view = FloorDeskView(refused=refused)


def _kept(was: Mapping[str, Keyed], now: dict[str, Keyed]) -> Mapping[str, Keyed]:
    kept = {key: was[key] if was.get(key) == row else row for key, row in now.items()}
    return was if kept == was else kept


def in_time(row: QueueBoardRow) -> float | None:
    """The service level as in reports (``docs/statistics.md``): of today's callers, without those who still wait, the part that was answered
    within the queue's promised time; ``None``: there were no callers.
    """
    over = row.offered - row.waiting
    return min(row.in_time / over, 1.0) if over > 0 else None


ORDER_GROUPS = {
    "working": ("captured", "sent", "accepted", "working"),
    "filled": ("filled",),
    "cancelled": ("cancelled",),
    "refused": ("refused", "rejected", "void", "failed"),
    "in_doubt": ("in_doubt",),
}
"""The order book's states, grouped for the supervisor's desk."""


def order_counts(row: BranchRow) -> dict[str, int]:
    """Counts by ``ORDER_GROUPS``; ``all`` counts states of a newer switch too."""
    groups = {name: sum(row.orders.get(state, 0) for state in states) for name, states in ORDER_GROUPS.items()}
    return groups | {"all": sum(row.orders.values())}
