"""From the counter's fields to our structs. Raises ``KeyError`` or ``ValueError`` on invalid fields."""

from typing import Any

from shared.aci import Funds, Holding, OrderRow, Quote
from shared.bounds import ID_MAX
from shared.days import day_start
from shared.ids import AccountNo, ContractNo, Fen, Milli, OrderKey, Shares, StockCode
from switch_server.branch.sim_client import codes
from switch_server.branch.trading import OrderUpdate

Fields = dict[str, Any]


def milli(text: str) -> Milli:
    """``"12.340"`` -> 12340. Zero is allowed: no price yet."""
    return Milli(_scaled(text, 3))


def fen(text: str) -> Fen:
    return Fen(_scaled(text, 2))


def count(text: str) -> Shares:
    value = int(text)
    if value < 0:
        raise ValueError(f"a negative count: {text}")
    return Shares(value)


def price_text(price: Milli) -> str:
    return f"{price // 1000}.{price % 1000:03d}"


def contract(fields: Fields) -> ContractNo:
    number = fields["ORDER_ID"]
    if not isinstance(number, str) or not 0 < len(number) <= ID_MAX:
        raise ValueError("no contract number")
    return ContractNo(number)


def trade_date(fields: Fields) -> str:
    day: str = fields["TRADE_DATE"]
    day_start(day)
    return day


def funds(fields: Fields) -> Funds:
    return Funds(
        balance=fen(fields["BALANCE"]),
        available=fen(fields["AVAILABLE"]),
        frozen=fen(fields["TRD_FRZ"]),
        market_value=fen(fields["MKT_VALUE"]),
    )


def holding(fields: Fields) -> Holding:
    return Holding(
        market=codes.MARKETS[fields["MARKET"]],
        code=StockCode(fields["SECU_CODE"]),
        name=fields["SECU_NAME"],
        quantity=count(fields["SHARE_BLN"]),
        sellable=count(fields["SHARE_AVL"]),
        cost_price=milli(fields["COST_PRICE"]),
        last_price=milli(fields["CURR_PRICE"]),
    )


def order(fields: Fields) -> OrderRow:
    return OrderRow(
        contract=contract(fields),
        market=codes.MARKETS[fields["MARKET"]],
        code=StockCode(fields["SECU_CODE"]),
        name=fields["SECU_NAME"],
        side=codes.SIDES[fields["TRD_ID"]],
        price=milli(fields["PRICE"]),
        quantity=count(fields["QTY"]),
        filled=count(fields["MATCHED_QTY"]),
        cancelled=count(fields["WITHDRAWN_QTY"]),
        status=codes.STATUSES[fields["STATUS"]],
        placed_at=float(fields["TIME"]),
        key=OrderKey(fields["OP_REMARK"]) if fields["OP_REMARK"] else None,
    )


def update(fields: Fields) -> OrderUpdate:
    account = AccountNo(fields["ACCOUNT"])
    return OrderUpdate(trade_date(fields), account, order(fields), milli(fields["MATCHED_PRICE"]))


def quote(fields: Fields) -> Quote:
    return Quote(
        market=codes.MARKETS[fields["MARKET"]],
        code=StockCode(fields["SECU_CODE"]),
        name=fields["SECU_NAME"],
        last=milli(fields["LAST"]),
        prev_close=milli(fields["PREV_CLOSE"]),
        open=milli(fields["OPEN"]),
        high=milli(fields["HIGH"]),
        low=milli(fields["LOW"]),
        bid=milli(fields["BID1"]),
        ask=milli(fields["ASK1"]),
        volume=count(fields["VOLUME"]),
        suspended=fields["SUSPENDED"] == "1",
        at=float(fields["TIME"]),
    )


def _scaled(text: str, places: int) -> int:
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    if not text.isascii() or not whole.isdigit() or (part and not part.isdigit()) or len(part) > places:
        raise ValueError(f"not a decimal: {text!r}")
    if sign < 0 and places == 3:
        raise ValueError(f"a negative price: {text}")
    return sign * (int(whole) * int(10**places) + int(part.ljust(places, "0") or "0"))
