"""``trading.TradingSystem`` in memory: a small book without fills, which can be made to misbehave.

``carries_key`` and ``absence_is_final`` can be switched off, as for most old systems.
"""

import msgspec

from shared.aci import Funds, Holding, OrderRow, PlaceOrder, Quote
from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, ContractNo, Fen, Milli, Shares, StockCode
from switch_server.branch.trading import (
    OrderUpdate,
    TradingDown,
    TradingListener,
    TradingRefused,
    TradingSilent,
    TradingState,
)

DAY = "20251125"


class FakeTrading:
    def __init__(self, accounts: dict[AccountNo, str], codes: frozenset[StockCode]) -> None:
        self.carries_key = True
        self.absence_is_final = True
        self.silent = False
        """Requests are carried out but not answered."""
        self.deaf = False
        """Requests are neither carried out nor answered."""
        self.state = TradingState(up=False)
        self.placed = 0
        self.rows: dict[AccountNo, list[OrderRow]] = {}
        self._accounts = accounts
        self._codes = codes

    async def start(self, listener: TradingListener) -> None:
        self._listener = listener
        self.come(up=True)

    async def stop(self) -> None:
        self.state = TradingState(up=False)

    def come(self, *, up: bool) -> None:
        self.state = TradingState(up, DAY, "open")
        self._listener.state_changed(self.state)

    async def log_in(self, account: AccountNo, pin: str) -> str:
        self._check(account)
        if pin != self._accounts[account]:
            raise TradingRefused(Refusal.WRONG_PIN)
        return "陈小明"

    async def funds(self, account: AccountNo) -> Funds:
        self._check(account)
        return Funds(Fen(100), Fen(100), Fen(0), Fen(0))

    async def holdings(self, account: AccountNo) -> tuple[Holding, ...]:
        self._check(account)
        return ()

    async def orders(self, account: AccountNo) -> tuple[OrderRow, ...]:
        self._check(account)
        return tuple(self.rows.get(account, ()))

    async def quote(self, code: StockCode) -> Quote:
        self._up()
        if code not in self._codes:
            raise TradingRefused(Refusal.UNKNOWN_CODE)
        price = Milli(10_000)
        return Quote(
            Market.SH, code, "浦发银行", price, price, price, price, price, price, price, Shares(0), False, 0.0
        )

    async def max_quantity(self, account: AccountNo, code: StockCode, side: Side, price: Milli) -> Shares:
        self._check(account)
        if code not in self._codes:
            raise TradingRefused(Refusal.UNKNOWN_CODE)
        return Shares(price and (side is Side.BUY) * 100)

    async def place(self, order: PlaceOrder) -> ContractNo:
        self._up()
        if self.deaf:
            raise TradingSilent
        if order.quantity % 100:
            raise TradingRefused(Refusal.BAD_LOT)
        self._check(order.account)
        self.placed += 1
        row = OrderRow(
            contract=ContractNo(str(10_000 + self.placed)),
            market=order.market,
            code=order.code,
            name="浦发银行",
            side=order.side,
            price=order.price,
            quantity=order.quantity,
            filled=Shares(0),
            cancelled=Shares(0),
            status=OrderStatus.REPORTED,
            placed_at=1000.0,
            key=order.key if self.carries_key else None,
        )
        self.rows.setdefault(order.account, []).append(row)
        self._tell(order.account, row)
        return row.contract

    async def cancel(self, account: AccountNo, contract: ContractNo) -> None:
        self._up()
        if self.deaf:
            raise TradingSilent
        self._check(account)
        rows = self.rows.get(account, [])
        found = next((row for row in rows if row.contract == contract), None)
        if found is None:
            raise TradingRefused(Refusal.UNKNOWN_CONTRACT)
        if found.status is not OrderStatus.REPORTED:
            raise TradingRefused(Refusal.NOT_CANCELLABLE)
        changed = _cancelled(found)
        rows[rows.index(found)] = changed
        self._tell(account, changed)

    def _tell(self, account: AccountNo, row: OrderRow) -> None:
        if self.silent:
            raise TradingSilent
        self._listener.order_changed(OrderUpdate(DAY, account, row, Milli(0)))

    def _check(self, account: AccountNo) -> None:
        self._up()
        if account not in self._accounts:
            raise TradingRefused(Refusal.UNKNOWN_ACCOUNT)

    def _up(self) -> None:
        if not self.state.up:
            raise TradingDown


def _cancelled(row: OrderRow) -> OrderRow:
    return msgspec.structs.replace(row, status=OrderStatus.CANCELLED, cancelled=row.quantity)
