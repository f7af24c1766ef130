"""Cash and shares of one account, with the part frozen for open orders. Plain arithmetic; ``book`` decides when."""

from msgspec import Struct

from shared.enums import Market
from shared.ids import AccountNo, Fen, Milli, Shares, StockCode
from shared.money import amount


class Position(Struct):
    """Shares of one code. ``sellable`` (T+1) excludes shares bought today and shares held for open sales."""

    market: Market
    code: StockCode
    quantity: Shares
    sellable: Shares
    cost: Milli


class LedgerAccount(Struct):
    """``cash`` is all money, ``frozen`` the part held for open buys. ``pin_hash`` is salted (``pins``)."""

    account: AccountNo
    name: str
    pin_hash: str
    cash: Fen
    frozen: Fen
    positions: dict[StockCode, Position]

    @property
    def available(self) -> Fen:
        return Fen(self.cash - self.frozen)

    def sellable(self, code: StockCode) -> Shares:
        position = self.positions.get(code)
        return position.sellable if position else Shares(0)

    def hold_shares(self, code: StockCode, quantity: Shares) -> None:
        """For a sale; a negative quantity releases shares."""
        position = self.positions[code]
        position.sellable = Shares(position.sellable - quantity)

    def hold_cash(self, fen: Fen) -> None:
        """For a buy; a negative amount releases cash."""
        self.frozen = Fen(self.frozen + fen)

    def bought(self, market: Market, code: StockCode, price: Milli, quantity: Shares, fee: Fen) -> None:
        """Money out, shares in; they can be sold tomorrow. ``book`` releases the held cash."""
        self.cash = Fen(self.cash - amount(price, quantity) - fee)
        position = self.positions.setdefault(code, Position(market, code, Shares(0), Shares(0), Milli(0)))
        worth = position.cost * position.quantity + price * quantity
        position.quantity = Shares(position.quantity + quantity)
        position.cost = Milli(worth // position.quantity)

    def sold(self, code: StockCode, price: Milli, quantity: Shares, fee: Fen) -> None:
        """Money in, shares out; ``hold_shares`` has removed them from the sellable shares before."""
        self.cash = Fen(self.cash + amount(price, quantity) - fee)
        position = self.positions[code]
        position.quantity = Shares(position.quantity - quantity)
        if position.quantity == 0:
            del self.positions[code]

    def next_day(self) -> None:
        """T+1: no order is open, all shares can be sold."""
        self.frozen = Fen(0)
        for position in self.positions.values():
            position.sellable = position.quantity
