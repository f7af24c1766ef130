"""Orders (委托), once: captured on the caller's "1", journalled before they are sent, asked about while in doubt, followed by the branches' reports.

In: ``capture`` and the facts of journal and branches. Out: orders to the journal, sends and questions to the branches, a row for each change of state.
New here: a state or an event of an order (one table), what is done about it (``book``).
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
