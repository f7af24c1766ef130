"""What the demo's customers do on the telephone: an endless row of errands, the same for the same seed."""

from collections.abc import Iterator, Mapping
from random import Random

from msgspec import Struct

from shared.ids import Milli, StockCode
from switch_server.demo.telephones.caller import Errand, Press
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
RESULT_WAIT = 5.0
"""Long enough to hear what became of the order."""
WELCOME_WAIT = 1.5
PATIENCE, WATCHED_PATIENCE = 45.0, 240.0
"""How long a caller waits for an agent, and to the end of the talk, before they hang up themselves; longer where a person is the agent."""


class Visit(Struct, frozen=True):
    """An errand and who is calling."""

    customer: DemoCustomer
    errand: Errand


def visits(world: DemoWorld, uri: str, seed: int, patience: float = PATIENCE) -> Iterator[Visit]:
    """Buys most of the time, sells, asks, speaks with an agent, and now and then goes wrong; every customer in turn."""
    random = Random(seed)  # noqa: S311  a play, not a secret
    stocks = {stock.code: stock for stock in world.stocks}
    number = 0
    while True:
        customers = random.sample(world.customers, len(world.customers))
        for customer in customers:
            number += 1
            kind = _KINDS[number % len(_KINDS)]
            yield Visit(customer, _errand(number, uri, kind, customer, stocks, random, patience))


AGENT = "_agent"
"""An errand that ends with an agent has a kind that ends so: ``buy_agent`` buys first."""
_KINDS = (
    "buy", "none_agent", "sell", "buy_agent", "buy", "funds", "none_agent", "buy", "sell_agent", "holdings",
    "buy", "none_agent", "buy_agent", "quote", "sell", "buy", "none_agent", "wrong_pin", "buy", "sell",
)  # fmt: skip
_LISTEN = {"buy": 7.0, "sell": 7.0, "wrong_pin": 4.0}


def _errand(
    number: int, uri: str, kind: str, customer: DemoCustomer, stocks: Mapping[StockCode, DemoStock], random: Random,
    patience: float,
) -> Errand:  # fmt: skip
    first = kind.removesuffix(AGENT)
    first, presses = _script(first, customer, stocks, random)
    if not kind.endswith(AGENT):
        return Errand(number, uri, first, tuple(presses), _LISTEN.get(first, 8.0))
    wait = RESULT_WAIT if presses else WELCOME_WAIT
    name = f"{first}{AGENT}" if presses else AGENT.strip("_")
    return Errand(number, uri, name, (*presses, Press(wait, "0")), patience, hum=_pitch(number))


def _pitch(number: int) -> int:
    """Whose voice it is: each caller's differs from that of the next ones."""
    return 300 + 50 * (number % 9)


def _script(
    kind: str, customer: DemoCustomer, stocks: Mapping[StockCode, DemoStock], random: Random
) -> tuple[str, list[Press]]:
    """What is keyed, and what it came to: who can't afford anything asks for their funds instead."""
    match kind:
        case "none":
            return kind, []
        case "buy":
            affordable = [stock for stock in stocks.values() if _cost(stock.base) < customer.account.cash_fen]
            if affordable:
                return kind, [*_log_in(customer), *_order("1", random.choice(affordable).code)]
        case "sell":
            sellable = [holding.code for holding in customer.account.holdings if holding.sellable >= LOT]
            if sellable:
                return kind, [*_log_in(customer), *_order("2", random.choice(sellable))]
        case "holdings":
            return kind, [*_log_in(customer), Press(0.5, "4"), Press(SAID_WAIT, "2")]
        case "quote":
            return kind, [Press(1.5, "2"), Press(SAID_WAIT, random.choice(list(stocks)))]
        case "wrong_pin":
            return kind, _log_in(customer, pin=customer.account.pin[::-1] + "0")
        case _:
            pass
    return "funds", [*_log_in(customer), Press(0.5, "4"), Press(SAID_WAIT, "1")]


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
