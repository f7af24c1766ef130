"""An order journal in memory that fulfils the contract of ``ports.OrderJournalPort``; ``full`` simulates a full disk."""

from collections import Counter

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import BranchId, OrderKey
from switch_server.core.orders import (
    UNDECIDED,
    JournalOrder,
    OrderJournalFailed,
    OrderJournalled,
    OrderRecovered,
    OrderState,
    RecordOrderState,
)
from switch_server.ports import Post


class FakeOrderJournal:
    """``states``: key → the order's states so far, ``captured`` first."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._orders: dict[OrderKey, JournalOrder] = {}
        self.states: dict[OrderKey, list[str]] = {}
        self.not_theirs: Counter[BranchId] = Counter()
        self._reports: set[tuple[OrderKey, str, int]] = set()
        self.full = False

    def do(self, effect: JournalOrder | RecordOrderState) -> None:
        if isinstance(effect, RecordOrderState):
            self._step(effect)
        elif self.full:
            self._post(OrderJournalFailed(effect.key, "disk is full"))
        elif effect.key in self._orders:
            self._post(OrderJournalFailed(effect.key, "already journalled"))
        else:
            self._orders[effect.key] = effect
            self.states[effect.key] = [OrderState.CAPTURED]
            self._post(OrderJournalled(effect.key))

    def _step(self, effect: RecordOrderState) -> None:
        order, report = self._orders.get(effect.key), effect.report
        if report is not None:
            if order is None:
                return
            if (order.context.branch, order.context.account) != (report.branch, report.account):
                self.not_theirs[report.branch] += 1
                return
            if (effect.key, report.trade_date, report.seq) in self._reports:
                return
            self._reports.add((effect.key, report.trade_date, report.seq))
        if order is not None and effect.state != OrderState.FAILED:
            self.states[effect.key].append(effect.state)

    def unfinished(self) -> list[OrderRecovered]:
        return [_recovered(effect) for key, effect in self._orders.items() if self.states[key][-1] in UNDECIDED]


def _recovered(effect: JournalOrder) -> OrderRecovered:
    order, context = effect.order, effect.context
    return OrderRecovered(
        effect.key,
        context.call,
        context.branch,
        order if isinstance(order, PlaceOrder) else None,
        order.contract if isinstance(order, CancelOrder) else None,
    )
