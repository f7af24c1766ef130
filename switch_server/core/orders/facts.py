"""Facts about orders, from the order journal and the branches."""

from shared.aci import OrderReport, PlaceOrder, Reply
from shared.ids import (
    BranchId,
    CallId,
    OrderKey,
)
from switch_server.core.words import Event


class OrderJournalled(Event, frozen=True):
    """The captured order is durable, so it may be sent."""

    key: OrderKey


class OrderJournalFailed(Event, frozen=True):
    key: OrderKey
    text: str


class OrderAnswered(Event, frozen=True):
    """A branch's answer to ``SendOrder`` or ``Resolve``: ``OrderAccepted``, ``OrderRefused``, ``OrderVoid``, ``OrderPending`` or ``Refused``."""

    key: OrderKey
    reply: Reply


class OrderSilent(Event, frozen=True):
    """No answer to ``SendOrder`` or ``Resolve`` in time, or the link broke meanwhile. ``never_left``: the frame was certainly not sent."""

    key: OrderKey
    never_left: bool = False


class OrderReported(Event, frozen=True):
    branch: BranchId
    report: OrderReport


class OrderRecovered(Event, frozen=True):
    """At start, from the order journal: an order without a final answer.

    ``order``: as captured; ``None`` for a cancel, whose contract number is ``cancels``.
    """

    key: OrderKey
    call: CallId
    branch: BranchId
    order: PlaceOrder | None
    cancels: str | None = None
