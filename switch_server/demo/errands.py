"""The errands of the demo's customers: an endless sequence of calls with the keys to press, the same for the same seed."""

from collections.abc import Iterator, Mapping
from random import Random

from msgspec import Struct

from shared.ids import Milli, StockCode
from switch_server.demo.telephones import FAX_NUMBER
from switch_server.demo.telephones.caller import Errand, KeyPress
from switch_server.services.demo_data import DemoCustomer, DemoStock, DemoWorld

LOT = 100
LIMIT_ROOM = 1.12
"""Factor on the price when a stock is chosen: some cash is kept for fees and for a price that rises before the order."""
LOG_IN_WAIT = 2.5
SAID_WAIT = 1.2
PRICE_WAIT = 2.5
"""Longer than the time in which the centre takes a ``#`` for the end of the preceding code."""
READ_BACK_WAIT = 4.0
"""Seconds after which the read-back has begun, so that a "1" confirms it."""
RESULT_WAIT = 5.0
"""Seconds to hear the result of the order."""
WELCOME_WAIT = 1.5
PATIENCE, WATCHED_PATIENCE = 45.0, 240.0
"""Seconds from the last key until a caller hangs up, waiting and talk included; longer where a person is an agent."""


class CustomerCall(Struct, frozen=True):
    """A customer's call: the customer and their errand."""

    customer: DemoCustomer
    errand: Errand


def customer_calls(world: DemoWorld, uri: str, seed: int, patience: float = PATIENCE) -> Iterator[CustomerCall]:
    """Calls of all customers in turn: mostly buys, also sells, enquiries, statements by fax, talks with an agent, and some wrong PINs."""
    random = Random(seed)  # noqa: S311  a play, not a secret
    stocks = {stock.code: stock for stock in world.stocks}
    number = 0
    while True:
        customers = random.sample(world.customers, len(world.customers))
        for customer in customers:
            number += 1
            kind = _KINDS[number % len(_KINDS)]
            yield CustomerCall(customer, _errand(number, uri, kind, customer, stocks, random, patience))


AGENT = "_agent"
"""Suffix of the kinds whose call ends with an agent: ``buy_agent`` buys first."""
_KINDS = (
    "buy", "none_agent", "fax", "buy_agent", "sell", "funds", "none_agent", "buy", "sell_agent", "holdings",
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
    return Errand(number, uri, name, (*presses, KeyPress(wait, "0")), patience, hum=_pitch(number))


def _pitch(number: int) -> int:
    """The pitch of a caller's hum, Hz; it differs from those of the next eight callers."""
    return 300 + 50 * (number % 9)


def _script(
    kind: str, customer: DemoCustomer, stocks: Mapping[StockCode, DemoStock], random: Random
) -> tuple[str, list[KeyPress]]:
    """The kind of the errand and its keys. A customer who can't buy or sell asks for their funds instead."""
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
            return kind, [*_log_in(customer), KeyPress(0.5, "4"), KeyPress(SAID_WAIT, "2")]
        case "fax":
            number = [KeyPress(SAID_WAIT, f"{FAX_NUMBER}#"), KeyPress(READ_BACK_WAIT, "1")]
            menus = [KeyPress(0.5, "4"), KeyPress(SAID_WAIT, "4"), KeyPress(SAID_WAIT, "2")]
            return kind, [*_log_in(customer), *menus, *number, KeyPress(SAID_WAIT, "1")]
        case "quote":
            return kind, [KeyPress(1.5, "2"), KeyPress(SAID_WAIT, random.choice(list(stocks)))]
        case "wrong_pin":
            return kind, _log_in(customer, pin=customer.account.pin[::-1] + "0")
        case _:
            pass
    return "funds", [*_log_in(customer), KeyPress(0.5, "4"), KeyPress(SAID_WAIT, "1")]


def _log_in(customer: DemoCustomer, pin: str | None = None) -> list[KeyPress]:
    english = [KeyPress(1.0, "9")] if customer.language == "en" else []
    return [
        *english,
        KeyPress(1.0, "1"),
        KeyPress(0.8, customer.account.account + "#"),
        KeyPress(0.8, (pin or customer.account.pin) + "#"),
        KeyPress(LOG_IN_WAIT, ""),
    ]


def _order(side: str, code: str) -> list[KeyPress]:
    """The keys of an order of one lot at the present price (a lone ``#``)."""
    return [
        KeyPress(0.0, side),
        KeyPress(0.8, code),
        KeyPress(PRICE_WAIT, "#"),
        KeyPress(SAID_WAIT, f"{LOT}#"),
        KeyPress(READ_BACK_WAIT, "1"),
    ]


def _cost(price: Milli) -> float:
    return price * LOT / 10 * LIMIT_ROOM
