"""ACI: what the centre asks a branch (营业部), and what the branch answers and reports.

Requests and reports are different types. Every request is answered by exactly one ``Reply`` (``Refused`` where the branch says
no). The pair of journals behind ``PlaceOrder``, ``CancelOrder`` and ``ResolveOrder`` is DESIGN §7: the key decides, never the
frame. On the wire: ``shared.codec`` frames over a CURVE link (``shared.link``), the branch's gateway being the side that connects.
Times are UTC seconds since 1970 (float); money fen; prices 1/1000 yuan; dates ``YYYYMMDD`` in Asia/Shanghai.
"""

from typing import Literal

from msgspec import Struct

from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, BranchId, ContractNo, Fen, Milli, OrderKey, Shares, StockCode


class Message(Struct, frozen=True, tag=True, tag_field="type", forbid_unknown_fields=False):
    """Root of all that crosses the ACI link. Unknown fields are ignored, unknown types are answered ``unsupported``."""


class Request(Message, frozen=True):
    """Centre to branch."""


class Reply(Message, frozen=True):
    """Branch to centre, to one request."""


class Report(Message, frozen=True):
    """Branch to centre, unasked, numbered; a gap is closed by ``AskReports``."""


class LogIn(Request, frozen=True):
    """Does this PIN open this account? ``pin`` is plain here because CURVE carries it; it is never journalled or logged."""

    account: AccountNo
    pin: str

    def __repr__(self) -> str:
        return f"LogIn(account=…{self.account[-2:]}, pin=••••)"


class AskFunds(Request, frozen=True):
    account: AccountNo


class AskHoldings(Request, frozen=True):
    account: AccountNo


class AskOrders(Request, frozen=True):
    """Today's orders of the account, oldest first."""

    account: AccountNo


class AskQuote(Request, frozen=True):
    code: StockCode


class AskMaxQuantity(Request, frozen=True):
    """可买/可卖数: how many shares the account could buy or sell at this price."""

    account: AccountNo
    code: StockCode
    side: Side
    price: Milli


class PlaceOrder(Request, frozen=True):
    """委托. The same key again is answered with the first result, whatever the other fields say."""

    key: OrderKey
    account: AccountNo
    market: Market
    code: StockCode
    side: Side
    price: Milli
    quantity: Shares
    channel: Literal["phone", "agent"] = "phone"


class CancelOrder(Request, frozen=True):
    """撤单. Has a key of its own, with the same once-only rule."""

    key: OrderKey
    account: AccountNo
    contract: ContractNo
    channel: Literal["phone", "agent"] = "phone"


class ResolveOrder(Request, frozen=True):
    """What became of this key? A key that the gateway has never seen is made void there and then, so that a late frame can't place it."""

    key: OrderKey


class AskReports(Request, frozen=True, omit_defaults=True):
    """Resync: answered by ``ReportsSent``, after which every order report behind number ``after`` of ``trade_date`` comes again, those of
    later days too. An empty ``trade_date`` is the gateway's day.
    """

    after: int
    trade_date: str = ""


class AskStatus(Request, frozen=True):
    """Answered by the ``GatewayStatus`` of the moment."""


class Refused(Reply, frozen=True):
    code: Refusal
    text: str = ""


class LoggedIn(Reply, frozen=True):
    account: AccountNo
    name: str


class Funds(Reply, frozen=True):
    balance: Fen
    available: Fen
    frozen: Fen
    market_value: Fen


class Holding(Struct, frozen=True):
    market: Market
    code: StockCode
    name: str
    quantity: Shares
    sellable: Shares
    """T+1: what was bought today can't be sold today."""
    cost_price: Milli
    last_price: Milli


class Holdings(Reply, frozen=True):
    rows: tuple[Holding, ...]


class OrderRow(Struct, frozen=True):
    contract: ContractNo
    market: Market
    code: StockCode
    name: str
    side: Side
    price: Milli
    quantity: Shares
    filled: Shares
    cancelled: Shares
    status: OrderStatus
    placed_at: float
    key: OrderKey | None = None
    """Where the trading system can carry the centre's key (备注)."""


class Orders(Reply, frozen=True):
    rows: tuple[OrderRow, ...]


class Quote(Reply, frozen=True):
    market: Market
    code: StockCode
    name: str
    last: Milli
    prev_close: Milli
    open: Milli
    high: Milli
    low: Milli
    bid: Milli
    ask: Milli
    volume: Shares
    suspended: bool
    at: float


class MaxQuantity(Reply, frozen=True):
    quantity: Shares


class OrderAccepted(Reply, frozen=True):
    """The branch's trading system took it and gave a contract number; for a cancel, the number of the cancelled order."""

    key: OrderKey
    contract: ContractNo


class OrderRefused(Reply, frozen=True):
    """Final: this key will never be at the exchange."""

    key: OrderKey
    code: Refusal
    text: str = ""


class OrderVoid(Reply, frozen=True):
    """Answer to ``ResolveOrder``: the gateway had never seen the key, and will refuse it from now on. Final."""

    key: OrderKey


class OrderPending(Reply, frozen=True):
    """The gateway has journalled the key and does not know yet what the trading system did. Ask again (``ResolveOrder``)."""

    key: OrderKey


class ReportsSent(Reply, frozen=True):
    last: int


class GatewayStatus(Reply, frozen=True):
    branch: BranchId
    trading_system_up: bool
    trade_date: str
    session: Literal["closed", "call_auction", "open", "noon"]
    pending: int
    """Keys whose result the gateway does not know."""
    last_report: int


class OrderReport(Report, frozen=True):
    """An order changed at the branch: reported, filled in part or whole, cancelled, rejected."""

    seq: int
    """1, 2, 3 … per branch and trade date."""
    trade_date: str
    account: AccountNo
    contract: ContractNo
    status: OrderStatus
    filled: Shares
    cancelled: Shares
    last_price: Milli
    at: float
    key: OrderKey | None = None


class StatusReport(Report, frozen=True):
    """The gateway's state changed: link to the trading system, session, trade date. Also sent on every connect."""

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
