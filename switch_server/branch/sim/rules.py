"""The limits of an order: lots, tick, price limits, fees."""

from decimal import ROUND_HALF_UP, Decimal

from shared.ids import Fen, Milli, Shares
from switch_server.branch.sim.model import StockSpec

LOT = 100
TICK = 10
"""In 1/1000 yuan: the tick of A shares is one fen."""
COMMISSION_PER_MILLE = Decimal("0.3")
COMMISSION_LEAST = 500
STAMP_PER_MILLE = Decimal("0.5")
"""Stamp duty, on sales only."""


def limits(stock: StockSpec, prev_close: Milli) -> tuple[Milli, Milli]:
    """The lowest and the highest price of the day: ±5 % for ST, ±20 % on STAR (688) and ChiNext (300, 301), otherwise ±10 %; half a fen is rounded up."""
    percent = 5 if stock.st else 20 if stock.code.startswith(("688", "300", "301")) else 10
    return _share(prev_close, 100 - percent), _share(prev_close, 100 + percent)


def _share(price: Milli, percent: int) -> Milli:
    fen = (Decimal(price) * percent / 1000).quantize(Decimal(1), ROUND_HALF_UP)
    return Milli(int(fen) * TICK)


def buy_fee(amount: Fen) -> Fen:
    return Fen(max(COMMISSION_LEAST, _mille(amount, COMMISSION_PER_MILLE)))


def sell_fee(amount: Fen) -> Fen:
    return Fen(buy_fee(amount) + _mille(amount, STAMP_PER_MILLE))


def _mille(amount: Fen, per_mille: Decimal) -> int:
    return int((amount * per_mille / 1000).quantize(Decimal(1), ROUND_HALF_UP))


def lot_fits_buy(quantity: Shares) -> bool:
    return quantity > 0 and quantity % LOT == 0


def lot_fits_sell(quantity: Shares, sellable: Shares) -> bool:
    """Whether the quantity is whole lots, or includes the holding's whole odd part."""
    return quantity > 0 and quantity % LOT in {0, sellable % LOT}
