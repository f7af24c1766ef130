"""An order journal in memory that keeps ``ports.OrderJournal``'s contract; ``full`` plays a disk that is full."""

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import OrderKey
from switch_server.core.effects import JournalOrder, RecordOrderState
from switch_server.core.events import OrderJournalFailed, OrderJournalled, OrderRecovered
from switch_server.core.order import UNDECIDED, OrderState
from switch_server.ports import Post


class FakeOrderJournal:
    """``states``: key → its states so far, ``captured`` first."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._orders: dict[OrderKey, JournalOrder] = {}
        self.states: dict[OrderKey, list[str]] = {}
        self.full = False

    def do(self, effect: JournalOrder | RecordOrderState) -> None:
        if isinstance(effect, RecordOrderState):
            if effect.key in self._orders and effect.state != OrderState.FAILED:
                self.states[effect.key].append(effect.state)
        elif self.full:
            self._post(OrderJournalFailed(effect.key, "disk is full"))
        elif effect.key in self._orders:
            self._post(OrderJournalFailed(effect.key, "already journalled"))
        else:
            self._orders[effect.key] = effect
            self.states[effect.key] = [OrderState.CAPTURED]
            self._post(OrderJournalled(effect.key))

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
