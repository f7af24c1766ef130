"""The centre's durable order journal: group commit in one thread, an answer after each fsync.

With a full disk new orders are refused (``OrderJournalFailed``: an order that can't be made durable is not sent), and history rows wait:
they are kept in memory, in order, and written when the disk works again. Only reports on orders that the core does not hold are
limited there (``MOST_BYTES``): the branches send those again after a restart.
"""

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.aci import PlaceOrder
from shared.days import shanghai_day
from shared.enums import Market, Side
from shared.ids import BranchId, Milli, OrderKey, Shares, StockCode
from switch_server.adapters.order_journal.tables import OrderJournalUnusable, open_journal, open_reader
from switch_server.adapters.order_rows import (
    INSERT_ORDER,
    UPDATE_ORDER,
    StepOutcome,
    order_record,
    order_row,
    put_step,
    step_row,
)
from switch_server.core.orders import (
    UNDECIDED,
    JournalOrder,
    OrderJournalFailed,
    OrderJournalled,
    OrderRecovered,
    RecordOrderState,
)
from switch_server.disk.batch_thread import BatchThread
from switch_server.disk.errors import StoreError
from switch_server.disk.sqlite import commit_group
from switch_server.ports import Post
from switch_server.ports.records import OrderRecord

log = logging.getLogger(__name__)
Item = tuple[float, JournalOrder | RecordOrderState]
_STATES = ", ".join(
    f"'{state}'" for state in sorted(UNDECIDED)
)  # word for word as in the partial index, otherwise SQLite does not use it
UNFINISHED = f"SELECT * FROM orders WHERE state IN ({_STATES}) ORDER BY at, rowid"  # noqa: S608  constants

MOST_BYTES = 64 << 20
REPORT_BYTES = 1000
"""The bytes of a report in memory, with its texts."""
LOG_EACH = 10_000
"""The number of dropped reports for each line in the log."""
_FIRST_DAY = "INSERT INTO reported_days VALUES (?, ?) ON CONFLICT DO NOTHING"
_NEW_DAY = (
    "INSERT INTO reported_days VALUES (:branch, :trade_date) "
    "ON CONFLICT(branch) DO UPDATE SET trade_date = max(trade_date, excluded.trade_date)"
)


class JournalCounts(Struct):
    """Since start, for the operator."""

    journalled: int = 0
    duplicates: int = 0
    failed: int = 0
    """Orders refused because they could not be made durable."""
    steps: int = 0
    repeated: int = 0
    """Reports that had been written before."""
    not_theirs: int = 0
    """Reports refused: their order belongs to another branch or account."""
    unknown: int = 0
    """Reports passed over: the journal has no such order."""
    lost: int = 0
    """Reports on orders outside the core's memory that were not taken, since too many waited for the disk."""
    troubles: int = 0
    """Groups that could not be written."""
    faults: int = 0
    """Rows that fit no table: our bugs."""


class SqliteOrderJournal:
    """``ports.OrderJournalPort``. Opening raises ``OrderJournalUnusable``; afterwards nothing is raised.

    ``post`` is called from the journal's thread, in the order of the ``do`` calls, and ``on_trouble(text)``, too: once when
    writing begins to fail and once (empty text) when it works again. ``clock`` gives UTC seconds.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        *,
        clock: Callable[[], float],
        on_trouble: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._path = path
        self._db = open_journal(path)
        self._reader = open_reader(path)
        self._reading = threading.Lock()
        self._post, self._clock, self._on_trouble = post, clock, on_trouble
        self._batches = BatchThread[Item]("order-journal", self._write, eager=True, size=_size, most=MOST_BYTES)
        self._trouble = ""
        self.counts = JournalCounts()
        self.not_theirs: Counter[BranchId] = Counter()
        """``counts.not_theirs`` by branch; the first report of each branch is logged."""
        self._days = self._known_days()

    def start(self) -> None:
        self._batches.start()

    def stop(self, seconds: float = 5.0) -> int:
        """Writes the queue and closes the file; returns how many history rows could not be written (0 unless the disk is in trouble)."""
        lost = self._batches.stop(seconds)
        if lost:
            log.error("order journal: %d rows not written at stop: %s", lost, self._trouble)
        with self._reading:
            self._reader.close()
        self._db.close()
        return lost

    def do(self, effect: JournalOrder | RecordOrderState) -> None:
        if self._batches.put((self._clock(), effect)):
            return
        self.counts.lost += 1
        if self.counts.lost % LOG_EACH == 1:
            log.error(
                "order journal: a report is left to the next start, too many wait for the disk: %s", self._trouble
            )

    def flush(self, seconds: float = 5.0) -> bool:
        """Waits until every effect given before is durable (or refused)."""
        return self._batches.flush(seconds)

    def between(self, work: Callable[[], None]) -> None:
        """Calls ``work`` in the journal's thread once every effect given before is durable (or refused), and before any later effect is."""
        self._batches.between(work)

    @property
    def waiting(self) -> int:
        return self._batches.waiting

    # --- reading, from any thread ---

    def unfinished(self) -> list[OrderRecovered]:
        """At restart: the orders without a known result (captured, sent, in doubt), oldest first. Raises ``OrderJournalUnusable``."""
        try:
            return [_recovered(row) for row in self._rows(UNFINISHED, {})]
        except sqlite3.Error as error:
            raise OrderJournalUnusable(f"{self._path}: {error}") from error

    def reported_days(self) -> dict[BranchId, str]:
        """By branch: the last trade date, not in the future, of a report on the branch's own order; else the day of its first order."""
        return {BranchId(row["branch"]): row["trade_date"] for row in self._rows("SELECT * FROM reported_days", {})}

    def _known_days(self) -> dict[BranchId, str]:
        try:
            return self.reported_days()
        except sqlite3.Error as error:
            self._reader.close()
            self._db.close()
            raise OrderJournalUnusable(f"{self._path}: {error}") from error

    def order(self, key: OrderKey) -> OrderRecord | None:
        rows = self._rows("SELECT * FROM orders WHERE key = :key", {"key": key})
        return self._record(rows[0]) if rows else None

    def orders(self, limit: int = 100, *, since: float = 0.0, call: str | None = None) -> list[OrderRecord]:
        """The newest first; ``since`` in UTC seconds."""
        rows = self._rows(
            "SELECT * FROM orders WHERE at >= :since AND (:call IS NULL OR call = :call) "
            "ORDER BY rowid DESC LIMIT :limit",
            {"since": since, "call": call, "limit": limit},
        )
        return [self._record(row) for row in rows]

    def _record(self, row: sqlite3.Row) -> OrderRecord:
        return order_record(
            row, self._rows("SELECT * FROM order_history WHERE key = :key ORDER BY id", {"key": row["key"]})
        )

    def _rows(self, sql: str, values: dict[str, Any]) -> list[sqlite3.Row]:
        with self._reading:
            return self._reader.execute(sql, values).fetchall()

    # --- writing, in the journal's thread ---

    def _write(self, batch: list[Item]) -> list[Item]:
        group = commit_group(self._db, batch, self._apply)
        for (at, effect), result in zip(batch, group.results, strict=False):
            if isinstance(effect, JournalOrder):
                self._days.setdefault(effect.context.branch, shanghai_day(at))
            if isinstance(result, StoreError):
                self._not_storable(effect, result)
            elif isinstance(result, tuple):
                self._count(*result)
            else:
                self._answer(result)
        if rest := batch[len(group.results) :]:
            return self._failed(rest, group.trouble)
        self._works_again()
        return []

    def _apply(self, item: Item) -> OrderJournalled | OrderJournalFailed | tuple[StepOutcome, dict[str, Any]]:
        """Returns the answer to an order, or the outcome of a history row."""
        at, effect = item
        return self._insert(effect, at) if isinstance(effect, JournalOrder) else self._step(step_row(effect, at))

    def _insert(self, effect: JournalOrder, at: float) -> OrderJournalled | OrderJournalFailed:
        branch = effect.context.branch
        if branch not in self._days:
            self._db.execute(_FIRST_DAY, (branch, shanghai_day(at)))
        if self._db.execute(INSERT_ORDER, order_row(effect, at)).rowcount == 0:
            return OrderJournalFailed(effect.key, "already journalled")
        return OrderJournalled(effect.key)

    def _step(self, row: dict[str, Any]) -> tuple[StepOutcome, dict[str, Any]]:
        step = put_step(self._db, row, UPDATE_ORDER)
        if step is StepOutcome.WRITTEN and self._is_new_day(row):
            self._db.execute(_NEW_DAY, row)
        return step, row

    def _is_new_day(self, row: dict[str, Any]) -> bool:
        """Always ``False`` after a report was dropped: the next start requests reports from that day on."""
        if row["seq"] is None or self.counts.lost:
            return False
        day: str = row["trade_date"]
        return self._days.get(row["branch"], "") < day <= shanghai_day(row["at"])

    def _count(self, step: StepOutcome, row: dict[str, Any]) -> None:
        match step:
            case StepOutcome.WRITTEN:
                self.counts.steps += 1
                if self._is_new_day(row):
                    self._days[row["branch"]] = row["trade_date"]
            case StepOutcome.REPEATED:
                self.counts.repeated += 1
            case StepOutcome.UNKNOWN:
                self.counts.unknown += 1
            case StepOutcome.NOT_THEIRS:
                self.counts.not_theirs += 1
                self.not_theirs[row["branch"]] += 1
                if self.not_theirs[row["branch"]] == 1:
                    log.warning(
                        "order journal: branch %s reports on order %.40r, not its own", row["branch"], row["key"]
                    )

    def _not_storable(self, effect: JournalOrder | RecordOrderState, error: StoreError) -> None:
        """Our bug: only this row is refused."""
        self.counts.faults += 1
        log.error("order journal: %s of %s is not storable: %s", type(effect).__name__, effect.key, error)
        if isinstance(effect, JournalOrder):
            self.counts.failed += 1
            self._post(OrderJournalFailed(effect.key, f"not storable: {error}"))

    def _failed(self, batch: list[Item], text: str) -> list[Item]:
        """Refuses the orders, keeps the history rows for the next try."""
        self.counts.troubles += 1
        if not self._trouble:
            log.error("order journal: cannot write: %s", text)
            self._on_trouble(text)
        self._trouble = text
        for _, effect in batch:
            if isinstance(effect, JournalOrder):
                self.counts.failed += 1
                self._post(OrderJournalFailed(effect.key, text))
        return [item for item in batch if not isinstance(item[1], JournalOrder)]

    def _works_again(self) -> None:
        if self._trouble:
            log.warning("order journal: writes again")
            self._trouble = ""
            self._on_trouble("")

    def _answer(self, answer: OrderJournalled | OrderJournalFailed) -> None:
        if isinstance(answer, OrderJournalled):
            self.counts.journalled += 1
        else:
            self.counts.duplicates += 1
        self._post(answer)


def _size(item: Item) -> int:
    """Zero, except for reports that may be dropped."""
    effect = item[1]
    droppable = isinstance(effect, RecordOrderState) and effect.report is not None and not effect.report.held
    return REPORT_BYTES if droppable else 0


def _recovered(row: sqlite3.Row) -> OrderRecovered:
    record = order_record(row, ())
    order = None
    if record.kind == "place":
        order = PlaceOrder(
            key=record.key,
            account=record.account,
            market=Market(row["market"]),
            code=StockCode(row["code"]),
            side=Side(row["side"]),
            price=Milli(row["price"]),
            quantity=Shares(row["quantity"]),
            channel=row["channel"],
        )
    return OrderRecovered(record.key, record.call, record.branch, order, record.cancels)
