"""Orders as rows: the same two tables in the order journal (the authority) and in the store (a copy for searching)."""

import sqlite3
from collections.abc import Iterable
from enum import Enum, auto
from typing import Any, Protocol

from msgspec import structs

from shared.aci import PlaceOrder
from shared.ids import AccountNo, BranchId, CallId, OrderKey
from switch_server.core.orders import FINAL, JournalOrder, OrderEvent, OrderState, RecordOrderState
from switch_server.ports.records import OrderRecord, OrderStep

ORDER_COLUMNS = tuple(field.name for field in structs.fields(OrderRecord) if field.name != "history")
STEP_COLUMNS = tuple(field.name for field in structs.fields(OrderStep))
ORIGIN_COLUMNS = ("trade_date", "seq")
"""The branch's report from which a step comes, or NULL: a report occurs once for an order's key."""
ADD_ORIGIN = (
    "ALTER TABLE order_history ADD COLUMN trade_date TEXT",
    "ALTER TABLE order_history ADD COLUMN seq INTEGER",
    "CREATE UNIQUE INDEX reported_once ON order_history (key, trade_date, seq) WHERE seq IS NOT NULL",
)
"""The migration of both files. Existing steps keep NULL."""


def _insert(table: str, columns: Iterable[str]) -> str:
    names = list(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"  # noqa: S608  constants


INSERT_ORDER = _insert("orders", ORDER_COLUMNS) + " ON CONFLICT(key) DO NOTHING"
_INSERT_STEP = (
    _insert("order_history", ("key", *STEP_COLUMNS, *ORIGIN_COLUMNS))
    + " ON CONFLICT (key, trade_date, seq) WHERE seq IS NOT NULL DO NOTHING"
)
_IS_THEIRS = "SELECT branch = :branch AND account = :account FROM orders WHERE key = :key"
_FINAL = ", ".join(f"'{state.value}'" for state in sorted(FINAL))
UPDATE_COPY = (
    "UPDATE orders SET state = :state, contract = coalesce(:contract, contract), refusal = coalesce(:refusal, refusal), "  # noqa: S608  constants
    "filled = coalesce(:filled, filled), cancelled = coalesce(:cancelled, cancelled), "
    f"branch_status = coalesce(:branch_status, branch_status), updated_at = :at WHERE key = :key AND state NOT IN ({_FINAL})"
)
"""No step leads out of a final state."""
UPDATE_ORDER = f"{UPDATE_COPY} AND :state <> '{OrderState.FAILED}'"
"""In the journal: a key that is in the journal can't have failed to be journalled; only its repetition failed."""


class StepOutcome(Enum):
    """The result of writing a step."""

    WRITTEN = auto()
    REPEATED = auto()
    """A report that was written before; after a restart all reports of the day come again."""
    UNKNOWN = auto()
    """No order has the key: it was placed after the backup from which the file was restored."""
    NOT_THEIRS = auto()
    """The order belongs to another branch or another account."""


def put_step(db: sqlite3.Connection, row: dict[str, Any], update: str) -> StepOutcome:
    """Within the caller's transaction: writes the row into the history, and by ``update`` into the order. ``row``: of ``step_row``."""
    if row["branch"] is not None:
        found = db.execute(_IS_THEIRS, row).fetchone()
        if found is None:
            return StepOutcome.UNKNOWN
        if not found[0]:
            return StepOutcome.NOT_THEIRS
    if db.execute(_INSERT_STEP, row).rowcount == 0:
        return StepOutcome.REPEATED
    db.execute(update, row)
    return StepOutcome.WRITTEN


def order_row(effect: JournalOrder, at: float) -> dict[str, Any]:
    """The row of a captured order, by column."""
    row: dict[str, Any] = dict.fromkeys(ORDER_COLUMNS)
    order, context = effect.order, effect.context
    row |= structs.asdict(context) | {"key": effect.key, "at": at, "updated_at": at, "channel": order.channel}
    row["state"] = OrderState.CAPTURED.value
    if isinstance(order, PlaceOrder):
        row |= {"kind": "place", "market": order.market.value, "code": order.code, "side": order.side.value}
        row |= {"price": order.price, "quantity": order.quantity}
    else:
        row |= {"kind": "cancel", "cancels": order.contract}
    return row


def step_row(effect: RecordOrderState, at: float) -> dict[str, Any]:
    """``branch`` and ``account`` of the report are used by ``put_step`` and are no columns."""
    report = effect.report
    return {
        "key": effect.key,
        "at": at,
        "state": str(effect.state),
        "event": str(effect.event),
        "contract": effect.contract,
        "refusal": effect.code,
        "filled": effect.filled,
        "cancelled": effect.cancelled,
        "branch_status": effect.branch_status,
        "branch": report.branch if report else None,
        "account": report.account if report else None,
        "trade_date": report.trade_date if report else None,
        "seq": report.seq if report else None,
    }


class ByName(Protocol):
    """A row whose columns are accessed by name: ``sqlite3.Row`` or a ``dict``."""

    def __getitem__(self, name: str, /) -> Any: ...


def order_record(row: ByName, history: Iterable[ByName]) -> OrderRecord:
    """The record from the rows of both tables. The first step, becoming durable, is the order's own row: one insert less before the fsync."""
    first = OrderStep(row["at"], OrderState.CAPTURED.value, OrderEvent.JOURNALLED.value)
    steps = (first, *(OrderStep(**{name: step[name] for name in STEP_COLUMNS}) for step in history))
    fields = {name: row[name] for name in ORDER_COLUMNS}
    fields |= {"key": OrderKey(row["key"]), "call": CallId(row["call"])}
    fields |= {"account": AccountNo(row["account"]), "branch": BranchId(row["branch"])}
    return OrderRecord(**fields, history=steps)
