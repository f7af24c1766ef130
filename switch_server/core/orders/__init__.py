"""Orders (委托), each sent at most once: captured on the caller's "1", journalled before it is sent, asked about while in doubt, then moved by
the branch's reports.

In: ``capture`` and the facts of journal and branches. Out: ``JournalOrder``, ``SendOrder``, ``Resolve``, and a row for each change of state.
A newcomer may change the states and events of an order (one table in ``order``), and the effects of each (``book``).
"""

from switch_server.core.orders.book import OrderBook, OrderFact
from switch_server.core.orders.effects import JournalOrder, OrderContext, RecordOrderState, Resolve, SendOrder
from switch_server.core.orders.facts import (
    OrderAnswered,
    OrderJournalFailed,
    OrderJournalled,
    OrderRecovered,
    OrderReported,
    OrderSilent,
)
from switch_server.core.orders.keys import call_of_key, key_of
from switch_server.core.orders.order import AT_BRANCH, FINAL, UNDECIDED, Order, OrderEvent, OrderState

__all__ = [
    "AT_BRANCH",
    "FINAL",
    "UNDECIDED",
    "JournalOrder",
    "Order",
    "OrderAnswered",
    "OrderBook",
    "OrderContext",
    "OrderEvent",
    "OrderFact",
    "OrderJournalFailed",
    "OrderJournalled",
    "OrderRecovered",
    "OrderReported",
    "OrderSilent",
    "OrderState",
    "RecordOrderState",
    "Resolve",
    "SendOrder",
    "call_of_key",
    "key_of",
]
