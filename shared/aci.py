"""ACI: the centre's requests to a branch (营业部), and the branch's replies and reports.

Requests and reports are different types. Every request is answered by exactly one ``Reply`` (``Refused`` where the branch refuses).
How the journals of the centre and of the branch make ``PlaceOrder``, ``CancelOrder`` and ``ResolveOrder`` safe to repeat:
``docs/protocol.md``, An order. The key identifies an order, never the frame. On the wire: ``shared.codec`` frames over a CURVE link
(``shared.link``); the branch's gateway connects.
Times are UTC seconds since 1970 (float); money fen; prices 1/1000 yuan; dates ``YYYYMMDD`` in Asia/Shanghai.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.bounds import (
    REPORTS_MAX,
    ROWS_MAX,
    AccountRef,
    BranchRef,
    CodeRef,
    ContractRef,
    Count,
    FullName,
    Line,
    Money,
    OrderRef,
    Price,
    Quantity,
    Sentence,
)
from shared.enums import Market, OrderStatus, Refusal, Side


class Message(Struct, frozen=True, tag=True, tag_field="type", forbid_unknown_fields=False):
    """The root of all messages on the ACI link. Unknown fields are ignored, unknown types are answered ``unsupported``."""


class Request(Message, frozen=True):
    """Centre to branch."""


class Reply(Message, frozen=True):
    """Branch to centre, to one request."""


class Report(Message, frozen=True):
    """Branch to centre, unasked, numbered. ``AskReports`` closes a gap in the numbers."""


class LogIn(Request, frozen=True):
    """Checks the account's PIN. ``pin`` is plain here because CURVE encrypts the link; the PIN is never journalled or logged."""

    account: AccountRef
    pin: Line

    def __repr__(self) -> str:
        return f"LogIn(account=…{self.account[-2:]}, pin=••••)"


class AskFunds(Request, frozen=True):
    account: AccountRef


class AskHoldings(Request, frozen=True):
    account: AccountRef


class AskOrders(Request, frozen=True):
    """Today's orders of the account, oldest first."""

    account: AccountRef


class AskQuote(Request, frozen=True):
    code: CodeRef


class AskMaxQuantity(Request, frozen=True):
    """可买/可卖数: how many shares the account could buy or sell at this price."""

    account: AccountRef
    code: CodeRef
    side: Side
    price: Price


class PlaceOrder(Request, frozen=True):
    """委托. The same key again is answered with the first result, whatever the other fields say."""

    key: OrderRef
    account: AccountRef
    market: Market
    code: CodeRef
    side: Side
    price: Price
    quantity: Quantity
    channel: Literal["phone", "agent"] = "phone"


class CancelOrder(Request, frozen=True):
    """撤单. Has a key of its own, with the same once-only rule."""

    key: OrderRef
    account: AccountRef
    contract: ContractRef
    channel: Literal["phone", "agent"] = "phone"


class ResolveOrder(Request, frozen=True):
    """Asks for the result of this key. The gateway makes a key that it has never seen void at once, so that a late frame can't place it."""

    key: OrderRef


class AskReports(Request, frozen=True, omit_defaults=True):
    """Resync: the first page of the order reports of ``trade_date`` after number ``after``, and of all later days.
    An empty ``trade_date`` is the gateway's current day.
    """

    after: Count
    trade_date: Line = ""


class AskStatus(Request, frozen=True):
    """Answered by ``GatewayStatus``."""


class Refused(Reply, frozen=True):
    code: Refusal
    text: Sentence = ""


class LoggedIn(Reply, frozen=True):
    account: AccountRef
    name: FullName


class Funds(Reply, frozen=True):
    balance: Money
    available: Money
    frozen: Money
    market_value: Money


class Holding(Struct, frozen=True):
    market: Market
    code: CodeRef
    name: FullName
    quantity: Quantity
    sellable: Quantity
    """T+1: shares bought today can't be sold today."""
    cost_price: Price
    last_price: Price


class Holdings(Reply, frozen=True):
    rows: Annotated[tuple[Holding, ...], Meta(max_length=ROWS_MAX)]


class OrderRow(Struct, frozen=True):
    contract: ContractRef
    market: Market
    code: CodeRef
    name: FullName
    side: Side
    price: Price
    quantity: Quantity
    filled: Quantity
    cancelled: Quantity
    status: OrderStatus
    placed_at: float
    key: OrderRef | None = None
    """The centre's key, if the trading system carries it (备注)."""


class Orders(Reply, frozen=True):
    rows: Annotated[tuple[OrderRow, ...], Meta(max_length=ROWS_MAX)]


class Quote(Reply, frozen=True):
    market: Market
    code: CodeRef
    name: FullName
    last: Price
    prev_close: Price
    open: Price
    high: Price
    low: Price
    bid: Price
    ask: Price
    volume: Quantity
    suspended: bool
    at: float


class MaxQuantity(Reply, frozen=True):
    quantity: Quantity


class OrderAccepted(Reply, frozen=True):
    """The branch's trading system took the order and gave a contract number; for a cancel, the number of the cancelled order."""

    key: OrderRef
    contract: ContractRef


class OrderRefused(Reply, frozen=True):
    """Final: the order of this key will never reach the exchange."""

    key: OrderRef
    code: Refusal
    text: Sentence = ""


class OrderVoid(Reply, frozen=True):
    """Answer to ``ResolveOrder``: the gateway had never seen the key and will refuse the key from now on. Final."""

    key: OrderRef


class OrderPending(Reply, frozen=True):
    """The gateway has journalled the key; the trading system's result is not known yet. Ask again (``ResolveOrder``)."""

    key: OrderRef


class OrderReport(Report, frozen=True):
    """An order changed at the branch: reported, filled in part or whole, cancelled, rejected."""

    seq: Count
    """1, 2, 3 … for each branch and trade date."""
    trade_date: Line
    account: AccountRef
    contract: ContractRef
    status: OrderStatus
    filled: Quantity
    cancelled: Quantity
    last_price: Price
    at: float
    key: OrderRef | None = None


class ReportsSent(Reply, frozen=True, omit_defaults=True):
    """A page of the reports that ``AskReports`` asked for, in order. ``more``: another page must be asked for; otherwise later reports
    arrive unasked. Gateways of earlier versions also send ``last``, which is ignored.
    """

    rows: Annotated[tuple[OrderReport, ...], Meta(max_length=REPORTS_MAX)] = ()
    more: bool = False


class GatewayStatus(Reply, frozen=True):
    branch: BranchRef
    trading_system_up: bool
    trade_date: Line
    session: Literal["closed", "call_auction", "open", "noon"]
    pending: Count
    """The number of keys whose result the gateway does not know."""
    last_report: Count


class StatusReport(Report, frozen=True):
    """The gateway's state changed: link to the trading system, session or trade date. Also sent on every connect."""

    status: GatewayStatus


REQUESTS: tuple[type[Request], ...] = (
    LogIn, AskFunds, AskHoldings, AskOrders, AskQuote, AskMaxQuantity,
    PlaceOrder, CancelOrder, ResolveOrder, AskReports, AskStatus,
)  # fmt: skip
REPLIES: tuple[type[Reply], ...] = (
    Refused, LoggedIn, Funds, Holdings, Orders, Quote, MaxQuantity,
    OrderAccepted, OrderRefused, OrderVoid, OrderPending, ReportsSent, GatewayStatus,
)  # fmt: skip
REPORTS: tuple[type[Report], ...] = (OrderReport, StatusReport)
