"""The ids that a branch may name, and the replies that are valid for each request. Pure."""

from msgspec import Struct

from shared import aci
from shared.enums import Refusal
from shared.ids import BranchId
from shared.link import Failure

_EXPECTED: dict[type[aci.Request], type[aci.Reply]] = {
    aci.LogIn: aci.LoggedIn,
    aci.AskFunds: aci.Funds,
    aci.AskHoldings: aci.Holdings,
    aci.AskOrders: aci.Orders,
    aci.AskQuote: aci.Quote,
    aci.AskMaxQuantity: aci.MaxQuantity,
    aci.AskStatus: aci.GatewayStatus,
    aci.AskReports: aci.ReportsSent,
}
_FAILURES: dict[Failure, Refusal] = {
    Failure.NEVER_LEFT: Refusal.BRANCH_DOWN,
    Failure.LINK_LOST: Refusal.BRANCH_DOWN,
    Failure.TIMED_OUT: Refusal.BRANCH_SLOW,
    Failure.UNSUPPORTED: Refusal.UNSUPPORTED,
    Failure.REJECTED: Refusal.BAD_ANSWER,
    Failure.BAD_REPLY: Refusal.BAD_ANSWER,
}
NOTHING_DONE = frozenset({Failure.NEVER_LEFT, Failure.REJECTED})
"""The gateway has certainly not acted on the frame."""
OrderRequest = aci.PlaceOrder | aci.CancelOrder | aci.ResolveOrder
OrderReply = aci.OrderAccepted | aci.OrderRefused | aci.OrderVoid | aci.OrderPending


def is_foreign(branch: BranchId, asked: aci.Request | None, said: Struct | Failure) -> bool:
    """Whether the branch names another branch, or another account, code or order than the request.

    A report on an order is checked against the order: in ``core.orders.book``, and in the journal if the core does not hold the order any more.
    """
    if isinstance(asked, OrderRequest) and isinstance(said, OrderReply):
        return said.key != asked.key
    match asked, said:
        case _, aci.GatewayStatus() as status:
            return status.branch != branch
        case _, aci.StatusReport(status):
            return status.branch != branch
        case aci.LogIn(account), aci.LoggedIn() as reply:
            return reply.account != account
        case aci.AskQuote(code), aci.Quote() as reply:
            return reply.code != code
        case _:
            return False


def to_query(branch: BranchId, query: aci.Request, result: Struct | Failure) -> aci.Reply:
    """The reply itself if it is valid for the question, otherwise ``Refused`` with the reason."""
    if isinstance(result, Failure):
        return aci.Refused(_FAILURES[result])
    expected = _EXPECTED.get(type(query))
    if isinstance(result, aci.Refused):
        return result
    foreign = is_foreign(branch, query, result)
    if expected is not None and isinstance(result, expected) and not foreign and _sensible(result):
        return result
    return aci.Refused(Refusal.BAD_ANSWER, type(result).__name__)


def to_order(branch: BranchId, asked: OrderRequest, result: Struct | Failure) -> OrderReply | None:
    """The reply, or ``None``: no valid answer; ``NOTHING_DONE`` tells whether the gateway may have acted."""
    if result is Failure.UNSUPPORTED:
        return aci.OrderRefused(asked.key, Refusal.UNSUPPORTED)
    if isinstance(result, OrderReply) and not is_foreign(branch, asked, result) and _has_contract(result):
        return result
    return None


def _has_contract(reply: OrderReply) -> bool:
    return not isinstance(reply, aci.OrderAccepted) or bool(reply.contract)


def _sensible(reply: aci.Reply) -> bool:
    match reply:
        case aci.Quote() as quote:
            return quote.suspended or quote.last > 0
        case aci.MaxQuantity(quantity):
            return quantity >= 0
        case aci.Holdings(rows):
            return all(0 <= row.sellable <= row.quantity for row in rows)
        case aci.Orders(rows):
            return all(row.quantity > 0 and 0 <= row.filled + row.cancelled <= row.quantity for row in rows)
        case _:
            return True
