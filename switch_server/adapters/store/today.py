"""Today's counts of queues and orders, in memory, for the supervisors' board. On the switch's loop."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from shared.days import shanghai_day
from shared.ids import AccountNo, BranchId, Fen, QueueName
from switch_server.adapters.store.talks_today import midnight
from switch_server.core.acd import VisitEnd
from switch_server.core.orders import FINAL
from switch_server.ports.floor import OrderCounts, QueueCounts

NOT_LET_IN = frozenset({VisitEnd.CLOSED.value, VisitEnd.FULL.value})
_FINAL = frozenset(state.value for state in FINAL)


class QueuesToday:
    """Counts of the rows of ``queue_visits``. A visit belongs to the day on which it began."""

    def __init__(self) -> None:
        self._day = ""
        self._counts: Counter[tuple[QueueName, str]] = Counter()
        self._open: dict[str, tuple[QueueName, int]] = {}
        """Visit -> queue and its service level, ms."""

    def load(self, db: Database, now: float) -> None:
        """Loads the visits of an earlier run, which have ended."""
        self._reset_on_new_day(now)
        for row in db.query("SELECT * FROM queue_visits WHERE entered_at >= ?", [midnight(now)]):
            self.on_row(row, now)
        self._open.clear()

    def on_row(self, row: dict[str, Any], now: float) -> None:
        """To be called with each row: whole, its beginning, or its end."""
        self._reset_on_new_day(now)
        visit, outcome = str(row.get("id")), row.get("outcome")
        if "queue" in row and outcome not in NOT_LET_IN:
            self._open[visit] = QueueName(row["queue"]), row.get("service_level_ms") or 0
            self._counts[self._open[visit][0], "offered"] += 1
        if outcome is not None and visit in self._open:
            self._end(*self._open.pop(visit), outcome, row.get("waited_ms") or 0)

    def _end(self, queue: QueueName, promised: int, outcome: str, waited: int) -> None:
        if outcome in (VisitEnd.ANSWERED, VisitEnd.ABANDONED):
            self._counts[queue, str(outcome)] += 1
        if outcome == VisitEnd.ANSWERED and waited <= promised:
            self._counts[queue, "in_time"] += 1

    def counts(self, now: float) -> dict[QueueName, QueueCounts]:
        self._reset_on_new_day(now)
        queues = {queue for queue, _ in self._counts}
        fields = QueueCounts.__struct_fields__
        return {queue: QueueCounts(*(self._counts[queue, field] for field in fields)) for queue in queues}

    def _reset_on_new_day(self, now: float) -> None:
        if (day := shanghai_day(now)) != self._day:
            self._day = day
            self._counts.clear()
            self._open.clear()


class _Order(Struct):
    branch: BranchId
    account: AccountNo
    state: str
    price: int
    filled: int = 0

    def is_of(self, branch: BranchId | None, account: AccountNo | None) -> bool:
        """``None``: the step comes from the switch itself."""
        return branch is None or (branch, account) == (self.branch, self.account)


class OrdersToday:
    """Counts of the orders as they are copied into the store; no step leads out of a final state."""

    def __init__(self) -> None:
        self._day = ""
        self._orders: dict[str, _Order] = {}
        self._states: dict[BranchId, Counter[str]] = {}
        self._turnover: Counter[BranchId] = Counter()
        """In 1/1000 yuan."""

    def load(self, db: Database, now: float) -> None:
        self._reset_on_new_day(now)
        for row in db.query("SELECT * FROM orders WHERE at >= ?", [midnight(now)]):
            self.captured(row, now)

    def captured(self, row: dict[str, Any], now: float) -> None:
        """A row of ``orders``, new or in its present state; a known key is the same order."""
        self._reset_on_new_day(now)
        if row["kind"] != "place" or row["key"] in self._orders:
            return
        order = self._orders[row["key"]] = _Order(
            BranchId(row["branch"]), AccountNo(row["account"]), row["state"], row["price"]
        )
        self._states.setdefault(order.branch, Counter())[order.state] += 1
        self._fill(order, row["filled"])

    def moved(self, row: dict[str, Any], now: float) -> None:
        """A step of ``order_history``; steps of other days' orders are ignored."""
        self._reset_on_new_day(now)
        order = self._orders.get(row["key"])
        if order is None or order.state in _FINAL or not order.is_of(row["branch"], row["account"]):
            return
        self._states[order.branch][order.state] -= 1
        order.state = row["state"]
        self._states[order.branch][order.state] += 1
        self._fill(order, row["filled"])

    def _fill(self, order: _Order, filled: int | None) -> None:
        """The filled quantity never shrinks."""
        more = max((filled or 0) - order.filled, 0)
        order.filled += more
        self._turnover[order.branch] += more * order.price

    def counts(self, now: float) -> dict[BranchId, OrderCounts]:
        self._reset_on_new_day(now)
        return {
            branch: OrderCounts(
                {state: n for state, n in sorted(states.items()) if n}, Fen(self._turnover[branch] // 10)
            )
            for branch, states in self._states.items()
        }

    def _reset_on_new_day(self, now: float) -> None:
        if (day := shanghai_day(now)) != self._day:
            self._day = day
            self._orders.clear()
            self._states.clear()
            self._turnover.clear()


class Today:
    """Both counts, as the store keeps them."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queues, self._orders = QueuesToday(), OrdersToday()
        self._queues.load(db, clock())
        self._orders.load(db, clock())

    def queue_visit(self, row: dict[str, Any]) -> None:
        self._queues.on_row(row, self._clock())

    def order(self, row: dict[str, Any]) -> None:
        self._orders.captured(row, self._clock())

    def order_found(self, row: dict[str, Any]) -> None:
        """A row of ``orders`` in its present state, of any day, that the store did not have or had in an earlier state."""
        if row["at"] >= midnight(self._clock()):
            self.order(row)
            self.order_step(row | {"branch": None})

    def order_step(self, row: dict[str, Any]) -> None:
        self._orders.moved(row, self._clock())

    def queues(self) -> dict[QueueName, QueueCounts]:
        return self._queues.counts(self._clock())

    def orders(self) -> dict[BranchId, OrderCounts]:
        return self._orders.counts(self._clock())
