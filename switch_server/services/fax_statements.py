"""Statements of an account as HTML for the fax's renderer: 资金, 持仓, 委托, 成交, 交割单. Pure; texts in the customer's language.

Of the moment, and of today, the branch's own data are printed. Of other days the switch has only the orders that it placed itself; a line under the table
says so. A settlement has no fees, which the switch does not know.
"""

import html
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from shared.days import SHANGHAI
from shared.desk import AccountFacts
from shared.desk_fax import StatementKind
from shared.enums import Language, Side
from shared.ids import Fen, Milli, Shares
from shared.money import amount, format_price, format_yuan

TITLES: dict[StatementKind, tuple[str, str]] = {
    StatementKind.HOLDINGS: ("持仓清单", "Holdings"),
    StatementKind.FUNDS: ("资金对账单", "Funds"),
    StatementKind.ORDERS: ("委托清单", "Orders"),
    StatementKind.FILLS: ("成交清单", "Fills"),
    StatementKind.SETTLEMENT: ("交割单", "Settlement"),
}
_HEADS: dict[str, str] = {
    "代码": "Code", "名称": "Name", "数量": "Quantity", "可用": "Sellable", "成本价": "Cost", "现价": "Last", "市值": "Value",
    "时间": "Time", "方向": "Side", "价格": "Price", "成交": "Filled", "撤单": "Cancelled", "合同号": "Contract", "金额": "Amount",
    "项目": "Item", "总资产": "Total assets", "可用资金": "Available", "冻结资金": "Frozen", "证券市值": "Market value",
}  # fmt: skip
_SIDES = {Side.BUY: ("买入", "Buy"), Side.SELL: ("卖出", "Sell")}
STYLE = (
    "body{font-size:11pt} h1{font-size:16pt} table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #000;padding:3px 6px} th{text-align:left} td.n{text-align:right}"
)
_NUMBERS = frozenset({"数量", "可用", "成本价", "现价", "市值", "价格", "成交", "撤单", "金额"})
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
    return TITLES[of][language is not Language.ZH]


def page(data: StatementData, language: Language) -> str:
    """The whole page. The account number is printed with its last four digits only."""
    zh = language is Language.ZH
    facts, name = data.facts, title(data.of, language)
    branch = facts.branch_name.get(language) or str(facts.branch)
    labels = (
        ("客户", "资金账号", "营业部", "打印时间", "日期")
        if zh
        else ("Customer", "Account", "Branch", "Made at", "Days")
    )
    values = [data.customer_name, f"****{facts.account[-4:]}", branch, _time(data.at, "%Y-%m-%d %H:%M")]
    if data.days is not None:
        values.append(" – ".join(dict.fromkeys(_day(day) for day in data.days)))
    lines = "".join(
        f"<p>{html.escape(label)}: {html.escape(value)}</p>" for label, value in zip(labels, values, strict=False)
    )
    heads, rows = _table(data, zh=zh)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in _notes(data, len(rows), zh=zh))
    table = _html_table(heads, rows[:ROWS_MOST], zh=zh)
    return f'<html><head><meta charset="utf-8"><style>{STYLE}</style></head><body><h1>{html.escape(name)}</h1>{lines}{table}{notes}</body></html>'


def _table(data: StatementData, *, zh: bool) -> tuple[list[str], list[list[str]]]:
    facts = data.facts
    match data.of:
        case StatementKind.FUNDS:
            funds = facts.funds
            assert funds is not None
            items = (
                ("总资产", funds.balance + funds.market_value), ("可用资金", funds.available),
                ("冻结资金", funds.frozen), ("证券市值", funds.market_value),
            )  # fmt: skip
            return ["项目", "金额"], [[name if zh else _HEADS[name], format_yuan(Fen(fen))] for name, fen in items]
        case StatementKind.HOLDINGS:
            return ["代码", "名称", "数量", "可用", "成本价", "现价", "市值"], [
                [row.code, row.name, f"{row.quantity:,}", f"{row.sellable:,}", format_price(row.cost_price), format_price(row.last_price),
                 format_yuan(amount(row.last_price, row.quantity))]
                for row in facts.holdings
            ]  # fmt: skip
        case StatementKind.ORDERS:
            return ["时间", "合同号", "代码", "名称", "方向", "价格", "数量", "成交", "撤单"], [
                [_time(row.at), row.contract, row.code, row.name, _side(row.side, zh=zh), format_price(row.price), f"{row.quantity:,}",
                 f"{row.filled:,}", f"{row.cancelled:,}"]
                for row in data.orders
            ]  # fmt: skip
        case StatementKind.FILLS | StatementKind.SETTLEMENT:
            return ["时间", "合同号", "代码", "名称", "方向", "价格", "成交", "金额"], [
                [_time(row.at), row.contract, row.code, row.name, _side(row.side, zh=zh), format_price(row.price), f"{row.filled:,}",
                 format_yuan(amount(row.price, row.filled))]
                for row in data.orders if row.filled
            ]  # fmt: skip


def _html_table(heads: Iterable[str], rows: Iterable[Sequence[str]], *, zh: bool) -> str:
    heads = list(heads)
    head = "".join(f"<th>{html.escape(each if zh else _HEADS[each])}</th>" for each in heads)
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


def _notes(data: StatementData, rows: int, *, zh: bool) -> list[str]:
    notes = []
    if not rows:
        notes.append("无记录。" if zh else "No entries.")
    if rows > ROWS_MOST:
        notes.append(f"仅列前 {ROWS_MOST} 行。" if zh else f"The first {ROWS_MOST} rows only.")
    if data.of is StatementKind.SETTLEMENT and rows:
        bought, sold = (
            sum(amount(row.price, row.filled) for row in data.orders if row.side is side)
            for side in (Side.BUY, Side.SELL)
        )
        sums = (format_yuan(Fen(bought)), format_yuan(Fen(sold)))
        notes.append(
            (
                "买入合计 {}，卖出合计 {}，按委托价计，不含费用。"
                if zh
                else "Bought {}, sold {}, at the orders' prices, without fees."
            ).format(*sums)
        )
    if data.of_switch:
        notes.append("仅含经本呼叫中心受理的委托。" if zh else "Orders placed through this call centre only.")
    notes.append("以营业部记录为准。" if zh else "The branch's records are decisive.")
    return notes


def _side(side: Side, *, zh: bool) -> str:
    return _SIDES[side][not zh]


def _time(at: float, form: str = "%m-%d %H:%M:%S") -> str:
    return (datetime.fromtimestamp(at, UTC) + SHANGHAI).strftime(form)


def _day(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"
