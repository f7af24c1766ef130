"""The port to a branch's trading system (柜台): Kingdom, Apex, FIX, or the simulated one. Each adapter is a package.

``TradingError``            root
├── ``TradingRefused``      the trading system refused; final, the request had no effect
├── ``TradingDown``         the request certainly did not reach the trading system and had no effect
└── ``TradingSilent``       no answer, or a malformed one: the effect of the request is not known
"""

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from shared.aci import Funds, Holding, OrderRow, PlaceOrder, Quote
from shared.bounds import SENTENCE_MAX
from shared.enums import Refusal, Side
from shared.ids import AccountNo, ContractNo, Milli, Shares, StockCode


class TradingError(Exception):
    """The root of the errors of a request to a trading system."""


class TradingRefused(TradingError):  # noqa: N818  # an answer, not a fault
    """The refusal with its reason; ``text`` is cut to the link's bound."""

    def __init__(self, code: Refusal, text: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self.text = text[:SENTENCE_MAX]


class TradingDown(TradingError):  # noqa: N818
    """Not connected: the request was not sent."""


class TradingSilent(TradingError):  # noqa: N818
    """Sent, but no valid answer came."""

    def __init__(self, reason: str = "silent", *, nonsense: bool = False) -> None:
        super().__init__(reason)
        self.nonsense = nonsense


class TradingState(Struct, frozen=True):
    """``up``: requests can be sent. The other fields have the last known values."""

    up: bool
    trade_date: str = ""
    session: Literal["closed", "call_auction", "open", "noon"] = "closed"


class OrderUpdate(Struct, frozen=True):
    """A change of an order, reported by the trading system unasked."""

    trade_date: str
    account: AccountNo
    row: OrderRow
    last_price: Milli


class TradingListener(Protocol):
    """The adapter's callbacks into the gateway, on the loop."""

    def state_changed(self, state: TradingState) -> None: ...

    def order_changed(self, update: OrderUpdate) -> None: ...


class TradingSystem(Protocol):
    """One connection to one branch's trading system. All on one asyncio loop; many requests may be under way at once.

    Every request ends with its result or with a ``TradingError``, at the latest after the adapter's time-out. The adapter never sends a request
    twice; it reconnects by itself and reports that by ``state_changed``. Foreign codes are mapped in two-way tables
    inside the adapter and never leave it. A PIN is sent in ``log_in``, and neither kept nor logged.

    ``carries_key``: ``place`` writes the order's key into a field (备注) that ``orders`` returns in ``OrderRow.key``.
    Other remarks of people may be returned too: the gateway regards only journalled keys as keys.
    ``absence_is_final``: the answer to ``orders`` reflects everything that was sent before, over this and older connections: an
    order that is missing in it will never appear. If a trading system can't guarantee that, orders with an unknown result stay pending.
    """

    @property
    def carries_key(self) -> bool: ...

    @property
    def absence_is_final(self) -> bool: ...

    @property
    def state(self) -> TradingState: ...

    async def start(self, listener: TradingListener) -> None:
        """Begins to connect; returns at once."""
        ...

    async def stop(self) -> None:
        """Closes; requests without an answer end with ``TradingSilent``."""
        ...

    async def log_in(self, account: AccountNo, pin: str) -> str:
        """Returns the account's name. ``TradingRefused``: ``WRONG_PIN``, ``UNKNOWN_ACCOUNT``, ``ACCOUNT_LOCKED``."""
        ...

    async def funds(self, account: AccountNo) -> Funds: ...

    async def holdings(self, account: AccountNo) -> tuple[Holding, ...]: ...

    async def orders(self, account: AccountNo) -> tuple[OrderRow, ...]:
        """Today's orders, oldest first."""
        ...

    async def quote(self, code: StockCode) -> Quote: ...

    async def max_quantity(self, account: AccountNo, code: StockCode, side: Side, price: Milli) -> Shares: ...

    async def place(self, order: PlaceOrder) -> ContractNo:
        """Returns the contract number; the trading system has the order durably by then."""
        ...

    async def cancel(self, account: AccountNo, contract: ContractNo) -> None:
        """The cancel was accepted; the order's end is reported by ``order_changed``."""
        ...


AdapterMaker = Callable[[str, float], TradingSystem]
"""Makes an adapter of an endpoint and a time-out in seconds."""
