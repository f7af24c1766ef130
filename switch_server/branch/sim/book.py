"""Orders of the day: placing, cancelling, matching. Pure: ``now`` is an argument, nothing is written here.

Status codes are the counter's own digits 0-9 (未报 … 废单). An order goes 2 → 7 → 8; with a cancel 2 → 3 → 6 or 7 → 4 → 5; an order that
the exchange rejects gets 9. Every change is put into ``changed`` for the store and the connections. A refusal raises
``CounterRefusal`` with the counter's error number, and nothing has changed.
"""

from msgspec import Struct

from shared.enums import Market
from shared.ids import AccountNo, ContractNo, Fen, Milli, Shares, StockCode
from shared.money import amount
from switch_server.branch.sim import rules
from switch_server.branch.sim.codes import Error
from switch_server.branch.sim.hours import TradingHours, TradingSession
from switch_server.branch.sim.ledger import LedgerAccount
from switch_server.branch.sim.model import StockSpec
from switch_server.branch.sim.prices import SimMarket

FIRST_CONTRACT = 10_001
BUY, SELL = "0B", "0S"


class CounterRefusal(Exception):  # noqa: N818  # the counter's answer, not a fault
    """The counter refuses."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.name)
        self.error = error


class BookOrder(Struct):
    """One order of the day. ``held``: cash still frozen for it. ``remark``: the caller's remark (the key)."""

    contract: ContractNo
    account: AccountNo
    market: Market
    code: StockCode
    side: str
    price: Milli
    quantity: Shares
    placed_at: float
    remark: str
    held: Fen = Fen(0)
    filled: Shares = Shares(0)
    cancelled: Shares = Shares(0)
    status: str = "2"
    last_price: Milli = Milli(0)
    fees: Fen = Fen(0)

    @property
    def open_quantity(self) -> Shares:
        return Shares(self.quantity - self.filled - self.cancelled)

    @property
    def is_open(self) -> bool:
        return self.status in {"2", "3", "4", "7"}


class Book:
    """The counter and its exchange. ``changed``/``touched``: orders and accounts to be written and reported."""

    def __init__(self, market: SimMarket, hours: TradingHours, accounts: dict[AccountNo, LedgerAccount]) -> None:
        self.accounts = accounts
        self.orders: dict[ContractNo, BookOrder] = {}
        self.changed: dict[ContractNo, BookOrder] = {}
        self.touched: dict[AccountNo, LedgerAccount] = {}
        self.trade_date = ""
        self.reject_next = 0
        """The exchange rejects so many of the next orders (废单); set by tests."""
        self._market = market
        self._hours = hours
        self._open: dict[StockCode, dict[ContractNo, BookOrder]] = {}
        self._by_account: dict[AccountNo, list[BookOrder]] = {}

    # --- questions ---

    def account(self, number: str) -> LedgerAccount:
        account = self.accounts.get(AccountNo(number))
        if account is None:
            raise CounterRefusal(Error.NO_ACCOUNT)
        return account

    def orders_of(self, number: AccountNo) -> list[BookOrder]:
        return self._by_account.get(number, [])

    def most(self, number: str, code: str, side: str, price: int, now: float) -> Shares:
        """可买/可卖数 at this price."""
        account = self.account(number)
        self._stock(code)
        if side == SELL:
            return account.sellable(StockCode(code))
        self._check_price(StockCode(code), Milli(price), now)
        lots = account.available * rules.TICK // (price * rules.LOT)
        while lots > 0 and self._cost(Milli(price), Shares(lots * rules.LOT)) > account.available:
            lots -= 1
        return Shares(lots * rules.LOT)

    # --- orders ---

    def place(self, number: str, code: str, side: str, price: int, quantity: int, remark: str, now: float) -> BookOrder:
        """委托. Raises ``CounterRefusal``."""
        account = self.account(number)
        if self._hours.session(now) is TradingSession.CLOSED:
            raise CounterRefusal(Error.CLOSED)
        stock = self._stock(code)
        if stock.suspended:
            raise CounterRefusal(Error.SUSPENDED)
        self._check_price(stock.code, Milli(price), now)
        contract = ContractNo(str(FIRST_CONTRACT + len(self.orders)))
        order = BookOrder(
            contract, account.account, stock.market, stock.code, side, Milli(price), Shares(quantity), now, remark
        )
        self._hold(account, order)
        if self.reject_next > 0:
            self.reject_next -= 1
            self._undo_hold(account, order)
            order.status = "9"
        self.add(order)
        self._mark(order)
        return order

    def cancel(self, number: str, contract: str) -> BookOrder:
        """撤单: marks the order; the exchange cancels it at the next match. Raises ``CounterRefusal``."""
        account = self.account(number)
        order = self.orders.get(ContractNo(contract))
        if order is None or order.account != account.account:
            raise CounterRefusal(Error.NO_CONTRACT)
        if order.status not in {"2", "7"}:
            raise CounterRefusal(Error.NO_CANCEL)
        order.status = "3" if order.status == "2" else "4"
        self._mark(order)
        return order

    def add(self, order: BookOrder) -> None:
        """Adds a new order, or one of today's orders from the store."""
        self.orders[order.contract] = order
        self._by_account.setdefault(order.account, []).append(order)
        if order.is_open:
            self._open.setdefault(order.code, {})[order.contract] = order

    # --- the exchange ---

    def match(self, now: float) -> None:
        """One step of the exchange: executes cancels, fills the orders that the price allows, oldest first."""
        trading = self._hours.session(now) is TradingSession.OPEN
        for code, orders in self._open.items():
            for order in [order for order in orders.values() if order.status in {"3", "4"}]:
                self._take_off(order)
            if trading and orders:
                self._fill(code, orders, now)

    def next_day(self, trade_date: str) -> None:
        """Changes to ``trade_date``: open orders lapse, T+1 shares become sellable, contract numbers begin again."""
        for orders in self._open.values():
            for order in list(orders.values()):
                self._take_off(order)
        for account in self.accounts.values():
            account.next_day()
            self.touched[account.account] = account
        self.orders.clear()
        self._open.clear()
        self._by_account.clear()
        self.changed.clear()
        self.trade_date = trade_date

    def _fill(self, code: StockCode, orders: dict[ContractNo, BookOrder], now: float) -> None:
        quote = self._market.quote(code, now)
        depth = {BUY: self._market.depth(code, now), SELL: self._market.depth(code, now + 0.5)}
        for order in list(orders.values()):
            price = quote.ask if order.side == BUY else quote.bid
            crosses = order.price >= price if order.side == BUY else order.price <= price
            if crosses and depth[order.side] > 0:
                quantity = Shares(min(order.open_quantity, depth[order.side]))
                depth[order.side] = Shares(depth[order.side] - quantity)
                self._trade(order, price, quantity)

    def _trade(self, order: BookOrder, price: Milli, quantity: Shares) -> None:
        account = self.accounts[order.account]
        turnover = amount(price, quantity)
        order.filled = Shares(order.filled + quantity)
        order.last_price = price
        if order.side == BUY:
            fee = _fee_step(order, rules.buy_fee(turnover))
            spent = Fen(min(order.held, turnover + fee))
            account.hold_cash(Fen(-spent))
            order.held = Fen(order.held - spent)
            account.bought(order.market, order.code, price, quantity, fee)
        else:
            account.sold(order.code, price, quantity, _fee_step(order, rules.sell_fee(turnover)))
        order.status = "8" if order.open_quantity == 0 else "7"
        if order.status == "8":
            self._close(order)
        self._mark(order)

    def _take_off(self, order: BookOrder) -> None:
        account = self.accounts[order.account]
        self._undo_hold(account, order)
        order.cancelled = order.open_quantity
        order.status = "5" if order.filled else "6"
        self._close(order)
        self._mark(order)

    # --- inside ---

    def _stock(self, code: str) -> StockSpec:
        stock = self._market.stocks.get(StockCode(code))
        if stock is None:
            raise CounterRefusal(Error.NO_CODE)
        return stock

    def _hold(self, account: LedgerAccount, order: BookOrder) -> None:
        if order.side == BUY:
            if not rules.lot_fits_buy(order.quantity):
                raise CounterRefusal(Error.BAD_LOT)
            order.held = self._cost(order.price, order.quantity)
            if order.held > account.available:
                raise CounterRefusal(Error.NO_CASH)
            account.hold_cash(order.held)
            return
        sellable = account.sellable(order.code)
        if not rules.lot_fits_sell(order.quantity, sellable):
            raise CounterRefusal(Error.BAD_LOT if sellable else Error.NO_SHARES)
        if order.quantity > sellable:
            raise CounterRefusal(Error.NO_SHARES)
        account.hold_shares(order.code, order.quantity)

    def _undo_hold(self, account: LedgerAccount, order: BookOrder) -> None:
        if order.side == SELL:
            account.hold_shares(order.code, Shares(-order.open_quantity))
        self._release(account, order)

    def _release(self, account: LedgerAccount, order: BookOrder) -> None:
        account.hold_cash(Fen(-order.held))
        order.held = Fen(0)

    def _close(self, order: BookOrder) -> None:
        if order.held:
            self._release(self.accounts[order.account], order)
        self._open.get(order.code, {}).pop(order.contract, None)

    def _check_price(self, code: StockCode, price: Milli, now: float) -> None:
        if price <= 0 or price % rules.TICK:
            raise CounterRefusal(Error.OFF_TICK)
        low, high = self._market.limits(code, now)
        if not low <= price <= high:
            raise CounterRefusal(Error.OFF_LIMIT)

    def _cost(self, price: Milli, quantity: Shares) -> Fen:
        turnover = amount(price, quantity)
        return Fen(turnover + rules.buy_fee(turnover))

    def _mark(self, order: BookOrder) -> None:
        self.changed[order.contract] = order
        self.touched[order.account] = self.accounts[order.account]


def _fee_step(order: BookOrder, fee: Fen) -> Fen:
    """The minimum commission is due once for an order, not for each fill."""
    step = fee if not order.fees else Fen(max(0, fee - rules.COMMISSION_LEAST))
    order.fees = Fen(order.fees + step)
    return step
