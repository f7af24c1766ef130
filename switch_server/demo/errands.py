"""What the demo's customers do on the telephone: an endless row of errands, the same for the same seed."""

from collections.abc import Iterator, Mapping
from random import Random

from msgspec import Struct

from shared.ids import Milli, StockCode
from switch_server.demo.caller import Errand, Press
from switch_server.services.demo_data import DemoCustomer, DemoStock, DemoWorld

LOT = 100
LIMIT_ROOM = 1.12
"""Cash is kept for the price to move before the order is placed, and for fees."""
LOG_IN_WAIT = 2.5
SAID_WAIT = 1.2
PRICE_WAIT = 2.5
"""Longer than the centre takes a ``#`` for the end of the code before."""
READ_BACK_WAIT = 4.0
"""Long enough that the "1" comes after the read-back has begun."""


class Visit(Struct, frozen=True):
    """An errand and who is calling."""

    customer: DemoCustomer
    errand: Errand


def visits(world: DemoWorld, uri: str, seed: int) -> Iterator[Visit]:
    """Buys most of the time, sells, cancels, asks, and now and then goes wrong; every customer in turn."""
    random = Random(seed)  # noqa: S311  a play, not a secret
    stocks = {stock.code: stock for stock in world.stocks}
    number = 0
    while True:
        customers = random.sample(world.customers, len(world.customers))
        for customer in customers:
            number += 1
            kind = _KINDS[number % len(_KINDS)]
            kind, presses, listen = _script(kind, customer, stocks, random)
            yield Visit(customer, Errand(number, uri, kind, tuple(presses), listen))


_KINDS = ("buy", "buy", "sell", "buy", "funds", "buy", "holdings", "sell", "buy", "quote", "buy", "wrong_pin", "sell")


def _script(
    kind: str, customer: DemoCustomer, stocks: Mapping[StockCode, DemoStock], random: Random
) -> tuple[str, list[Press], float]:
    match kind:
        case "buy":
            affordable = [stock for stock in stocks.values() if _cost(stock.base) < customer.account.cash_fen]
            if affordable:
                return kind, [*_log_in(customer), *_order("1", random.choice(affordable).code)], 7.0
        case "sell":
            sellable = [holding.code for holding in customer.account.holdings if holding.sellable >= LOT]
            if sellable:
                return kind, [*_log_in(customer), *_order("2", random.choice(sellable))], 7.0
        case "holdings":
            return kind, [*_log_in(customer), Press(0.5, "4"), Press(SAID_WAIT, "2")], 8.0
        case "quote":
            return kind, [Press(1.5, "2"), Press(SAID_WAIT, random.choice(list(stocks)))], 8.0
        case "wrong_pin":
            return kind, _log_in(customer, pin=customer.account.pin[::-1] + "0"), 4.0
        case _:
            pass
    return "funds", [*_log_in(customer), Press(0.5, "4"), Press(SAID_WAIT, "1")], 8.0


def _log_in(customer: DemoCustomer, pin: str | None = None) -> list[Press]:
    english = [Press(1.0, "9")] if customer.language == "en" else []
    return [
        *english,
        Press(1.0, "1"),
        Press(0.8, customer.account.account + "#"),
        Press(0.8, (pin or customer.account.pin) + "#"),
        Press(LOG_IN_WAIT, ""),
    ]


def _order(side: str, code: str) -> list[Press]:
    """At the present price (a lone ``#``), one lot."""
    return [
        Press(0.0, side),
        Press(0.8, code),
        Press(PRICE_WAIT, "#"),
        Press(SAID_WAIT, f"{LOT}#"),
        Press(READ_BACK_WAIT, "1"),
    ]


def _cost(price: Milli) -> float:
    return price * LOT / 10 * LIMIT_ROOM
