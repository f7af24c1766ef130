"""The orders of the day (委托簿): captures and sends orders, resolves those in doubt, and applies the branches' reports.

``core.orders.order`` has the states of one order; this module has the effects. A key in doubt is asked about at once when its branch comes up,
and again after 2 s, 4 s, 8 s … (``RESOLVE_EVERY``, ``RESOLVE_AT_MOST``) while the branch is up, until the branch has decided. An order that the
branch has, and that is still open at midnight in Shanghai, is removed from memory: a later report on it goes to the journal only.
"""

from collections import Counter
from typing import Protocol, assert_never

from shared.aci import (
    CancelOrder,
    OrderAccepted,
    OrderPending,
    OrderRefused,
    OrderReport,
    OrderVoid,
    PlaceOrder,
    Refused,
    Reply,
)
from shared.days import day_after, day_start, shanghai_day
from shared.enums import Refusal
from shared.ids import BranchId, OrderKey
from switch_server.core.orders.effects import (
    JournalOrder,
    OrderContext,
    RecordOrderState,
    ReportOrigin,
    Resolve,
    SendOrder,
)
from switch_server.core.orders.facts import (
    OrderAnswered,
    OrderJournalFailed,
    OrderJournalled,
    OrderRecovered,
    OrderReported,
    OrderSilent,
)
from switch_server.core.orders.order import FINAL, OPEN, REPORT_EVENTS, Order, OrderEvent, OrderState
from switch_server.core.words import Switchboard, Transition

RESOLVE_EVERY = 2.0
"""Seconds before a key in doubt is asked about again; doubles each time, up to ``RESOLVE_AT_MOST``."""
RESOLVE_AT_MOST = 30.0
KEEP_SETTLED = 600.0
"""Seconds that a settled order stays in memory, for late answers and the operator's table; the store keeps it permanently."""

OrderFact = OrderJournalled | OrderJournalFailed | OrderAnswered | OrderSilent | OrderReported | OrderRecovered


class OrderSwitchboard(Switchboard, Protocol):
    def branch_is_up(self, branch: BranchId) -> bool: ...
    def order_moved(self, order: Order) -> None: ...


class OrderBook:
    """All orders that are undecided, open at the branch, or settled at most ``KEEP_SETTLED`` seconds ago."""

    def __init__(self, switch: OrderSwitchboard) -> None:
        self._switch = switch
        self.orders: dict[OrderKey, Order] = {}
        self.states: Counter[OrderState] = Counter()
        """Number of orders in each state."""
        self._day_ends = 0.0
        self.foreign: Counter[BranchId] = Counter()
        """Number of refused reports by sender: a branch reported on an order of another branch or another account."""

    def concerns(self, event: OrderReported) -> bool:
        """Whether the report is on an order in memory, and comes from that order's branch and account. Other reports change no order here."""
        report = event.report
        order = self.orders.get(report.key) if report.key is not None else None
        return order is not None and order.is_of(event.branch, report.account)

    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder, context: OrderContext) -> None:
        """Takes the order of a confirmed read-back. A known key is the same order again: it is only counted."""
        if key in self.orders:
            self._switch.count("orders_repeated")
            return
        self._hold(Order(key, context.branch, context.call, order, is_cancel=isinstance(order, CancelOrder)))
        self._switch.emit(Transition("order", key, "new", "confirmed", OrderState.CAPTURED.value))
        self._switch.emit(JournalOrder(key, order, context))

    def handle(self, event: OrderFact) -> None:
        match event:
            case OrderJournalled(key=key):
                self._journalled(key)
            case OrderJournalFailed(key=key):
                self._step(key, OrderEvent.JOURNAL_FAILED, Refusal.JOURNAL_FAILED)
            case OrderAnswered(key=key, reply=reply):
                self._answered(key, reply)
            case OrderSilent(key=key, never_left=never_left):
                self._step(key, OrderEvent.NEVER_LEFT if never_left else OrderEvent.SILENT, Refusal.BRANCH_DOWN)
            case OrderReported(branch=branch, report=report):
                self._reported(branch, report)
            case OrderRecovered():
                self._recovered(event)
            case _:
                assert_never(event)

    def branch_up(self, branch: BranchId) -> None:
        """Asks at once about every key in doubt of that branch."""
        for order in list(self.orders.values()):
            if order.branch == branch and order.state is OrderState.IN_DOUBT:
                self._ask_again(order)

    def timed_out(self, key: OrderKey) -> None:
        """The order's timer: asks again about a key in doubt, or removes a settled order from memory."""
        order = self.orders.get(key)
        if order is None:
            return
        if order.state is OrderState.IN_DOUBT:
            if self._switch.branch_is_up(order.branch):
                self._ask_again(order)
        else:
            self._forget(order)

    def day_over(self) -> None:
        """Midnight in Shanghai: orders are good for a day."""
        for order in [order for order in self.orders.values() if order.state in OPEN]:
            self._forget(order)

    # --- inside ---

    def _hold(self, order: Order) -> None:
        self.orders[order.key] = order
        self.states[order.state] += 1

    def _forget(self, order: Order) -> None:
        del self.orders[order.key]
        self.states[order.state] -= 1
        self._switch.timer(f"order:{order.key}", None)

    def _journalled(self, key: OrderKey) -> None:
        order = self._step(key, OrderEvent.JOURNALLED)
        if order is not None and order.order is not None and order.state is OrderState.SENT:
            self._switch.emit(SendOrder(key, order.branch, order.order))

    def _answered(self, key: OrderKey, reply: Reply) -> None:
        match reply:
            case OrderAccepted(contract=contract):
                order = self.orders.get(key)
                if order is not None and order.state not in FINAL:
                    order.contract = contract
                self._step(key, OrderEvent.ACCEPTED)
            case OrderRefused(code=code) | Refused(code=code):
                self._step(key, OrderEvent.REFUSED, code)
            case OrderVoid():
                self._step(key, OrderEvent.VOID, Refusal.BRANCH_DOWN)
            case OrderPending():
                self._step(key, OrderEvent.PENDING)
            case _:
                self._step(key, OrderEvent.SILENT)

    def _reported(self, branch: BranchId, report: OrderReport) -> None:
        origin = ReportOrigin(branch, report.account, report.trade_date, report.seq, held=report.key in self.orders)
        if report.key is None:  # the order was entered at the branch's own counter
            self._switch.count("order_reports_of_others")
        elif (order := self.orders.get(report.key)) is None:
            self._switch.count("order_reports_looked_up")
            self._record_report(report.key, report, origin)
        elif not order.is_of(branch, report.account):
            self._switch.count("order_reports_refused")
            self.foreign[branch] += 1
        elif order.state in FINAL:
            self._switch.count("order_reports_after_end")
        else:
            order.apply_report(report)
            self._step(report.key, REPORT_EVENTS[report.status], origin=origin)

    def _recovered(self, event: OrderRecovered) -> None:
        if event.key in self.orders:
            return
        order = Order(event.key, event.branch, event.call, event.order, is_cancel=event.cancels is not None)
        order.state = OrderState.IN_DOUBT
        self._hold(order)
        self._switch.emit(Transition("order", event.key, "journal", "recovered", order.state.value))
        self._record(order, "recovered")
        if self._switch.branch_is_up(order.branch):
            self._ask_again(order)

    def _step(
        self, key: OrderKey, event: OrderEvent, code: Refusal | None = None, origin: ReportOrigin | None = None
    ) -> Order | None:
        order = self.orders.get(key)
        if order is None:
            self._switch.count("order_events_unknown")
            return None
        old, new = order.step(event)
        self._switch.emit(Transition("order", key, old.value, event.value, new.value if new else "ignored"))
        if new is None:
            self._switch.count("order_events_ignored")
            return None
        self.states[old] -= 1
        self.states[new] += 1
        if new in (OrderState.REFUSED, OrderState.VOID, OrderState.FAILED):
            order.code = code.value if code else None
        self._record(order, event.value, origin)
        self._set_timer(order)
        self._switch.order_moved(order)
        return order

    def _set_timer(self, order: Order) -> None:
        if order.state is OrderState.IN_DOUBT:
            wait = min(RESOLVE_EVERY * 2 ** min(order.resolves, 5), RESOLVE_AT_MOST)
            self._switch.timer(f"order:{order.key}", wait)
        elif order.state in FINAL or (order.state is OrderState.ACCEPTED and order.is_cancel):
            self._switch.timer(f"order:{order.key}", KEEP_SETTLED)
        else:
            self._switch.timer(f"order:{order.key}", None)
        if self._switch.now >= self._day_ends and order.state in OPEN:
            self._day_ends = day_start(day_after(shanghai_day(self._switch.now)))
            self._switch.timer("orders:day", self._day_ends - self._switch.now)

    def _ask_again(self, order: Order) -> None:
        order.resolves += 1
        self._switch.timer(f"order:{order.key}", None)
        self._switch.emit(Resolve(order.key, order.branch))

    def _record(self, order: Order, event: str, origin: ReportOrigin | None = None) -> None:
        filled, cancelled = order.filled or None, order.cancelled or None
        status = order.status.value if order.status else None
        state = order.state.value
        self._switch.emit(
            RecordOrderState(order.key, state, event, order.contract, order.code, filled, cancelled, status, origin)
        )

    def _record_report(self, key: OrderKey, report: OrderReport, origin: ReportOrigin) -> None:
        """Records a report on an order that is not in memory (settled, or of before a restart). The order journal checks it by ``origin``."""
        shadow = Order(key, origin.branch, None, None)
        shadow.state = OrderState.ACCEPTED
        shadow.apply_report(report)
        shadow.step(REPORT_EVENTS[report.status])
        self._record(shadow, REPORT_EVENTS[report.status].value, origin)
