"""What journal and branches tell of an order."""

from shared.aci import OrderReport, PlaceOrder, Reply
from shared.ids import (
    BranchId,
    CallId,
    OrderKey,
)
from switch_server.core.words import Event


class OrderJournalled(Event, frozen=True):
    """``captured`` is durable: now it may be sent."""

    key: OrderKey


class OrderJournalFailed(Event, frozen=True):
    key: OrderKey
    text: str


class OrderAnswered(Event, frozen=True):
    """``OrderAccepted | OrderRefused | OrderVoid | OrderPending`` to a send or a resolve."""

    key: OrderKey
    reply: Reply


class OrderSilent(Event, frozen=True):
    """No answer to a send or a resolve in time, or the link broke meanwhile. ``never_left``: the frame surely was not sent."""

    key: OrderKey
    never_left: bool = False


class OrderReported(Event, frozen=True):
    branch: BranchId
    report: OrderReport


class OrderRecovered(Event, frozen=True):
    """At start, from the journal: an order without a final answer. ``order`` is a ``PlaceOrder`` or ``CancelOrder`` as captured."""

    key: OrderKey
    call: CallId
    branch: BranchId
    order: PlaceOrder | None
    cancels: str | None = None
