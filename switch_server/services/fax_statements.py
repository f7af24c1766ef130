"""Statements of an account as HTML for the fax's renderer: 资金, 持仓, 委托, 成交, 交割单. Texts in the customer's language.

Of the moment, and of today, the branch's own data are printed. Of other days the switch has only the orders that it placed itself; a line under the table
says so. A settlement has no fees, which the switch does not know.
"""

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from shared.days import SHANGHAI
from shared.desk import AccountFacts
from shared.desk_fax import StatementKind
from shared.enums import Language, Side
from shared.ids import Fen, Milli, Shares
from shared.money import amount, format_price, format_yuan
from switch_server.services.document_texts import document_text

STYLE = (
    "body{font-size:11pt} h1{font-size:16pt} table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #000;padding:3px 6px} th{text-align:left} td.n{text-align:right}"
)
_NUMBERS = frozenset({"quantity", "sellable", "cost", "last", "value", "price", "filled", "cancelled", "amount"})
ROWS_MOST = 2000
"""Longer tables are cut, and a line says so: some 50 pages."""


class OrderLine(Struct, frozen=True):
    """An order of a statement, from the branch or from the switch's own journal. ``at``: UTC seconds."""

    at: float
    contract: str
    code: str
    name: str
    side: Side
    price: Milli
    quantity: Shares
    filled: Shares
    cancelled: Shares


class StatementData(Struct, frozen=True):
    """``days``: first and last, ``YYYYMMDD``, for statements of days. ``of_switch``: the orders are those that the switch has placed."""

    of: StatementKind
    customer_name: str
    facts: AccountFacts
    at: float
    orders: Sequence[OrderLine] = ()
    days: tuple[str, str] | None = None
    of_switch: bool = False


def title(of: StatementKind, language: Language) -> str:
    return document_text(f"statement_{of.value}", language)


def page(data: StatementData, language: Language) -> str:
    """The whole page. The account number is printed with its last four digits only."""
    facts, name = data.facts, title(data.of, language)
    values = {
        "customer": data.customer_name,
        "account": f"****{facts.account[-4:]}",
        "branch": facts.branch_name.get(language) or str(facts.branch),
        "made_at": _time(data.at, "%Y-%m-%d %H:%M"),
    }
    if data.days is not None:
        values["days"] = " – ".join(dict.fromkeys(_day(day) for day in data.days))
    lines = "".join(
        _paragraph(f"{document_text(f'statement_{key}', language)}: {value}") for key, value in values.items()
    )
    heads, rows = _table(data, language)
    notes = "".join(map(_paragraph, _notes(data, len(rows), language)))
    table = _html_table(heads, rows[:ROWS_MOST], language)
    return f'<html><head><meta charset="utf-8"><style>{STYLE}</style></head><body><h1>{html.escape(name)}</h1>{lines}{table}{notes}</body></html>'


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _table(data: StatementData, language: Language) -> tuple[list[str], list[list[str]]]:
    """The heads' names, and the rows."""
    facts = data.facts
    match data.of:
        case StatementKind.FUNDS:
            funds = facts.funds
            assert funds is not None
            items = {
                "assets": funds.balance + funds.market_value, "available": funds.available, "frozen": funds.frozen,
                "market_value": funds.market_value,
            }  # fmt: skip
            return ["item", "amount"], [
                [document_text(f"item_{name}", language), format_yuan(Fen(fen))] for name, fen in items.items()
            ]
        case StatementKind.HOLDINGS:
            return ["code", "name", "quantity", "sellable", "cost", "last", "value"], [
                [row.code, row.name, f"{row.quantity:,}", f"{row.sellable:,}", format_price(row.cost_price), format_price(row.last_price),
                 format_yuan(amount(row.last_price, row.quantity))]
                for row in facts.holdings
            ]  # fmt: skip
        case StatementKind.ORDERS:
            return ["time", "contract", "code", "name", "side", "price", "quantity", "filled", "cancelled"], [
                [_time(row.at), row.contract, row.code, row.name, _side(row.side, language), format_price(row.price), f"{row.quantity:,}",
                 f"{row.filled:,}", f"{row.cancelled:,}"]
                for row in data.orders
            ]  # fmt: skip
        case StatementKind.FILLS | StatementKind.SETTLEMENT:
            return ["time", "contract", "code", "name", "side", "price", "filled", "amount"], [
                [_time(row.at), row.contract, row.code, row.name, _side(row.side, language), format_price(row.price), f"{row.filled:,}",
                 format_yuan(amount(row.price, row.filled))]
                for row in data.orders if row.filled
            ]  # fmt: skip


def _html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], language: Language) -> str:
    head = "".join(f"<th>{html.escape(document_text(f'head_{name}', language))}</th>" for name in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=n' if name in _NUMBERS else ''}>{html.escape(cell)}</td>"
            for name, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _notes(data: StatementData, rows: int, language: Language) -> Iterator[str]:
    if not rows:
        yield document_text("note_none", language)
    if rows > ROWS_MOST:
        yield document_text("note_cut", language, rows=ROWS_MOST)
    if data.of is StatementKind.HOLDINGS and rows:
        value = sum(amount(row.last_price, row.quantity) for row in data.facts.holdings)
        yield document_text("note_value", language, value=format_yuan(Fen(value)))
    if data.of is StatementKind.SETTLEMENT and rows:
        bought, sold = (
            sum(amount(row.price, row.filled) for row in data.orders if row.side is side)
            for side in (Side.BUY, Side.SELL)
        )
        yield document_text("note_sums", language, bought=format_yuan(Fen(bought)), sold=format_yuan(Fen(sold)))
    if data.of_switch:
        yield document_text("note_of_switch", language)
    yield document_text("note_branch", language)


def _side(side: Side, language: Language) -> str:
    return document_text(f"side_{side.value}", language)


def _time(at: float, form: str = "%m-%d %H:%M:%S") -> str:
    return (datetime.fromtimestamp(at, UTC) + SHANGHAI).strftime(form)


def _day(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"
