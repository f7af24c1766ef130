"""The counter's functions: from a request's fields to an answer's fields. Texts and numbers only, as on the wire."""

from collections.abc import Callable

from shared.ids import Fen, Milli, StockCode
from shared.money import amount
from switch_server.branch.sim.book import SELL, Book, BookOrder, CounterRefusal
from switch_server.branch.sim.codes import TEXTS, Error, Function
from switch_server.branch.sim.hours import TradingHours
from switch_server.branch.sim.pins import pin_fits
from switch_server.branch.sim.prices import SimMarket
from switch_server.branch.sim.wire import Fields

MARKETS = {"SH": "1", "SZ": "0"}
PAGE = 1000
"""The most orders in one answer; ``NEXT`` says that there are more, ``FROM`` asks for them."""
WRONG_PINS = 10
"""The limit for a day and account; the centre's own limit is far lower."""


def yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def price_text(milli: int) -> str:
    return f"{milli // 1000}.{milli % 1000:03d}"


def _milli(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0")[:3] or "0")


class TradingCounter:
    """One branch's counter. ``answer`` raises nothing, whatever the request contains."""

    def __init__(self, book: Book, market: SimMarket, hours: TradingHours) -> None:
        self._book = book
        self._market = market
        self._hours = hours
        self._wrong_pins: dict[str, int] = {}
        self._functions: dict[str, Callable[[Fields, float], Fields]] = {
            Function.STATE: lambda _fields, now: self.state(now),
            Function.LOG_IN: self._log_in,
            Function.FUNDS: self._funds,
            Function.HOLDINGS: self._holdings,
            Function.ORDERS: self._orders,
            Function.QUOTE: self._quote,
            Function.MOST: self._most,
            Function.ORDER: self._order,
            Function.CANCEL: self._cancel,
        }

    def answer(self, fields: Fields, now: float) -> Fields:
        """The answer's fields, with ``RET`` and ``MSG``."""
        function = self._functions.get(str(fields.get("FUNC")))
        if function is None:
            return _failed(Error.BAD_REQUEST)
        try:
            return {"RET": Error.NONE.value, "MSG": TEXTS[Error.NONE], **function(fields, now)}
        except CounterRefusal as refusal:
            return _failed(refusal.error)
        except (KeyError, ValueError, TypeError):
            return _failed(Error.BAD_REQUEST)

    def state(self, now: float) -> Fields:
        return {"TRADE_DATE": self._book.trade_date, "SESSION": self._hours.session(now).value}

    def next_day(self, trade_date: str) -> None:
        self._wrong_pins.clear()
        self._book.next_day(trade_date)

    def order_fields(self, order: BookOrder) -> Fields:
        stock = self._market.stocks.get(order.code)
        return {
            "ORDER_ID": order.contract,
            "ACCOUNT": order.account,
            "MARKET": MARKETS[order.market],
            "SECU_CODE": order.code,
            "SECU_NAME": stock.name if stock else order.code,
            "TRD_ID": order.side,
            "PRICE": price_text(order.price),
            "QTY": str(order.quantity),
            "MATCHED_QTY": str(order.filled),
            "WITHDRAWN_QTY": str(order.cancelled),
            "MATCHED_PRICE": price_text(order.last_price),
            "STATUS": order.status,
            "TIME": f"{order.placed_at:.3f}",
            "OP_REMARK": order.remark,
        }

    # --- functions ---

    def _log_in(self, fields: Fields, _now: float) -> Fields:
        account = self._book.account(fields["ACCOUNT"])
        wrong = self._wrong_pins.get(account.account, 0)
        if wrong >= WRONG_PINS:
            raise CounterRefusal(Error.LOCKED)
        if not pin_fits(str(fields["PASSWORD"]), account.pin_hash):
            self._wrong_pins[account.account] = wrong + 1
            raise CounterRefusal(Error.WRONG_PIN)
        self._wrong_pins.pop(account.account, None)
        return {"ACCOUNT": account.account, "NAME": account.name}

    def _funds(self, fields: Fields, now: float) -> Fields:
        account = self._book.account(fields["ACCOUNT"])
        worth = sum(
            amount(self._market.last(code, now), position.quantity) for code, position in account.positions.items()
        )
        return {
            "BALANCE": yuan(account.cash),
            "AVAILABLE": yuan(account.available),
            "TRD_FRZ": yuan(account.frozen),
            "MKT_VALUE": yuan(Fen(worth)),
        }

    def _holdings(self, fields: Fields, now: float) -> Fields:
        account = self._book.account(fields["ACCOUNT"])
        rows = [
            {
                "MARKET": MARKETS[position.market],
                "SECU_CODE": code,
                "SECU_NAME": self._market.stocks[code].name,
                "SHARE_BLN": str(position.quantity),
                "SHARE_AVL": str(position.sellable),
                "COST_PRICE": price_text(position.cost),
                "CURR_PRICE": price_text(self._market.last(code, now)),
            }
            for code, position in sorted(account.positions.items())
        ]
        return {"ROWS": rows}

    def _orders(self, fields: Fields, _now: float) -> Fields:
        account = self._book.account(fields["ACCOUNT"])
        orders, start = self._book.orders_of(account.account), int(fields.get("FROM", "0"))
        page = orders[start : start + PAGE]
        more = "1" if len(orders) > start + PAGE else "0"
        return {"ROWS": [self.order_fields(order) for order in page], "NEXT": more}

    def _quote(self, fields: Fields, now: float) -> Fields:
        stock = self._market.stocks.get(StockCode(fields["SECU_CODE"]))
        if stock is None:
            raise CounterRefusal(Error.NO_CODE)
        quote = self._market.quote(stock.code, now)
        prices = {
            "LAST": quote.last,
            "PREV_CLOSE": quote.prev_close,
            "OPEN": quote.open,
            "HIGH": quote.high,
            "LOW": quote.low,
            "BID1": quote.bid,
            "ASK1": quote.ask,
        }
        return {
            "MARKET": MARKETS[stock.market],
            "SECU_CODE": stock.code,
            "SECU_NAME": stock.name,
            **{name: price_text(price) for name, price in prices.items()},
            "VOLUME": str(quote.volume),
            "SUSPENDED": "1" if stock.suspended else "0",
            "TIME": f"{now:.3f}",
        }

    def _most(self, fields: Fields, now: float) -> Fields:
        price = _milli(fields.get("PRICE", "0")) if fields["TRD_ID"] != SELL else 0
        return {"QTY": str(self._book.most(fields["ACCOUNT"], fields["SECU_CODE"], fields["TRD_ID"], price, now))}

    def _order(self, fields: Fields, now: float) -> Fields:
        side = fields["TRD_ID"]
        if side not in {"0B", "0S"}:
            raise CounterRefusal(Error.BAD_REQUEST)
        order = self._book.place(
            fields["ACCOUNT"],
            fields["SECU_CODE"],
            side,
            Milli(_milli(fields["PRICE"])),
            int(fields["QTY"]),
            str(fields.get("OP_REMARK", "")),
            now,
        )
        return {"ORDER_ID": order.contract}

    def _cancel(self, fields: Fields, _now: float) -> Fields:
        return {"ORDER_ID": self._book.cancel(fields["ACCOUNT"], fields["ORDER_ID"]).contract}


def _failed(error: Error) -> Fields:
    return {"RET": error.value, "MSG": TEXTS[error]}
