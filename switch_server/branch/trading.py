"""The port to a branch's trading system (柜台): Kingdom, Apex, FIX, or the simulated one. An adapter is a package of its own.

``TradingError``            root
├── ``TradingRefused``      the trading system said no; final, nothing has happened there
├── ``TradingDown``         the request surely did not reach it; nothing has happened there
└── ``TradingSilent``       no answer, or one that makes no sense: what happened is not known
"""

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from shared.aci import Funds, Holding, OrderRow, PlaceOrder, Quote
from shared.bounds import SENTENCE_MAX
from shared.enums import Refusal, Side
from shared.ids import AccountNo, ContractNo, Milli, Shares, StockCode


class TradingError(Exception):
    """Root of what a trading system does to us."""


class TradingRefused(TradingError):  # noqa: N818  # an answer, not a fault
    """No, with a reason; ``text`` is cut to what the link carries."""

    def __init__(self, code: Refusal, text: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self.text = text[:SENTENCE_MAX]


class TradingDown(TradingError):  # noqa: N818
    """Not connected: the request was not sent."""


class TradingSilent(TradingError):  # noqa: N818
    """Sent, and no sensible answer."""

    def __init__(self, reason: str = "silent", *, nonsense: bool = False) -> None:
        super().__init__(reason)
        self.nonsense = nonsense


class TradingState(Struct, frozen=True):
    """``up``: requests can be sent. The rest is the last that was known."""

    up: bool
    trade_date: str = ""
    session: Literal["closed", "call_auction", "open", "noon"] = "closed"


class OrderUpdate(Struct, frozen=True):
    """An order changed, told by the trading system unasked."""

    trade_date: str
    account: AccountNo
    row: OrderRow
    last_price: Milli


class TradingListener(Protocol):
    """What the gateway hears from the adapter, on the loop."""

    def state_changed(self, state: TradingState) -> None: ...

    def order_changed(self, update: OrderUpdate) -> None: ...


class TradingSystem(Protocol):
    """One connection to one branch's trading system. All on one asyncio loop; many requests may be under way at once.

    Every request ends: with its result, or with a ``TradingError``, at the latest after the adapter's time-out. Nothing is ever sent
    twice by the adapter; it reconnects by itself and tells of it by ``state_changed``. Foreign codes are mapped in two-way tables
    inside the adapter and never leave it. A PIN goes out in ``log_in`` and is neither kept nor logged.

    ``carries_key``: ``place`` writes the order's key into a field (备注) that ``orders`` gives back in ``OrderRow.key``.
    What else people write there may come back too: the gateway takes for a key only what it has journalled.
    ``absence_is_final``: the answer to ``orders`` stands behind everything that was sent before, over this and older connections: an
    order that it does not show will never appear. Where a trading system can't promise that, orders of unknown fate stay pending.
    """

    @property
    def carries_key(self) -> bool: ...

    @property
    def absence_is_final(self) -> bool: ...

    @property
    def state(self) -> TradingState: ...

    async def start(self, listener: TradingListener) -> None:
        """Begin to connect; returns at once."""
        ...

    async def stop(self) -> None:
        """Close; what is under way ends with ``TradingSilent``."""
        ...

    async def log_in(self, account: AccountNo, pin: str) -> str:
        """The account's name. ``TradingRefused``: ``WRONG_PIN``, ``UNKNOWN_ACCOUNT``, ``ACCOUNT_LOCKED``."""
        ...

    async def funds(self, account: AccountNo) -> Funds: ...

    async def holdings(self, account: AccountNo) -> tuple[Holding, ...]: ...

    async def orders(self, account: AccountNo) -> tuple[OrderRow, ...]:
        """Today's, oldest first."""
        ...

    async def quote(self, code: StockCode) -> Quote: ...

    async def max_quantity(self, account: AccountNo, code: StockCode, side: Side, price: Milli) -> Shares: ...

    async def place(self, order: PlaceOrder) -> ContractNo:
        """The contract number; the trading system has it durably when this returns."""
        ...

    async def cancel(self, account: AccountNo, contract: ContractNo) -> None:
        """The cancel was taken; that the order is off comes as ``order_changed``."""
        ...


AdapterMaker = Callable[[str, float], TradingSystem]
"""From an endpoint and a time-out in seconds."""
