"""The result of a key whose answer never came, found in today's orders of the trading system. Pure.

The verdict is ``None`` while it can't be decided; such keys stay pending, for a supervisor to settle.
"""

from collections.abc import Iterable, Sequence

from shared.aci import CancelOrder, OrderAccepted, OrderRefused, OrderRow, PlaceOrder
from shared.enums import OrderStatus, Refusal
from shared.ids import ContractNo

BEFORE_S = 5.0
AFTER_S = 120.0
"""An order without our key is taken for the key's order if it was placed between so long before and after the key was journalled."""

_BEING_CANCELLED = {
    OrderStatus.CANCEL_PENDING,
    OrderStatus.PART_CANCEL_PENDING,
    OrderStatus.CANCELLED,
    OrderStatus.PART_CANCELLED,
}
_TOO_LATE = {OrderStatus.FILLED, OrderStatus.REJECTED}
Verdict = OrderAccepted | OrderRefused | None


def placed(
    order: PlaceOrder,
    taken_at: float,
    rows: Sequence[OrderRow],
    claimed: Iterable[ContractNo],
    *,
    carries_key: bool,
    absence_is_final: bool,
) -> Verdict:
    """``claimed``: contract numbers that belong to other keys."""
    if carries_key:
        found = [row for row in rows if row.key == order.key]
    else:
        taken = set(claimed)
        found = [row for row in rows if row.contract not in taken and _looks_like(row, order, taken_at)]
    if len(found) == 1:
        return OrderAccepted(order.key, found[0].contract)
    if not found and absence_is_final:
        return OrderRefused(order.key, Refusal.BRANCH_DOWN, "it never reached the trading system")
    return None


def cancelled(order: CancelOrder, rows: Sequence[OrderRow], *, absence_is_final: bool) -> Verdict:
    row = next((row for row in rows if row.contract == order.contract), None)
    if row is None:
        return OrderRefused(order.key, Refusal.UNKNOWN_CONTRACT) if absence_is_final else None
    if row.status in _BEING_CANCELLED:
        return OrderAccepted(order.key, order.contract)
    if row.status in _TOO_LATE:
        return OrderRefused(order.key, Refusal.NOT_CANCELLABLE)
    if absence_is_final:
        return OrderRefused(order.key, Refusal.BRANCH_DOWN, "the cancel never reached the trading system")
    return None


def _looks_like(row: OrderRow, order: PlaceOrder, taken_at: float) -> bool:
    same = (row.code, row.side, row.price, row.quantity) == (order.code, order.side, order.price, order.quantity)
    return same and taken_at - BEFORE_S <= row.placed_at <= taken_at + AFTER_S
