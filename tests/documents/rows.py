"""Statements with invented rows."""

from typing import Any

from shared.aci import Funds, Holding, OrderRow
from shared.documents import (
    AnyStatement,
    Fill,
    FillsStatement,
    FundsStatement,
    HoldingsStatement,
    OrdersStatement,
    Settlement,
    SettlementStatement,
)
from shared.enums import Language, Market, OrderStatus, Side
from shared.ids import AccountNo, ContractNo, Fen, Milli, Shares, StockCode

AT = 1_796_000_000.0
"""2026-11-30 08:53:20 in Shanghai."""
NAMES = ("浦发银行", "贵州茅台", "平安银行", "工商银行")


def head(language: Language = Language.ZH) -> dict[str, Any]:
    return {
        "language": language,
        "house": "华务证券",
        "customer": "张三",
        "account": AccountNo("310100012345"),
        "at": AT,
    }


def holding(number: int = 0, *, quantity: int = 1000, cost: int = 10_000, last: int = 12_345) -> Holding:
    return Holding(
        Market.SH, StockCode(f"{600_000 + number}"), NAMES[number % 4], Shares(quantity), Shares(quantity), Milli(cost), Milli(last)
    )  # fmt: skip


def order(number: int = 0, status: OrderStatus = OrderStatus.FILLED) -> OrderRow:
    return OrderRow(
        ContractNo(f"1000{number:04}"), Market.SZ, StockCode(f"00{number:04}"), NAMES[number % 4], Side.SELL, Milli(12_340), Shares(300),
        Shares(300), Shares(0), status, AT - number,
    )  # fmt: skip


def fill(number: int = 0) -> Fill:
    return Fill(
        ContractNo(f"1000{number:04}"),
        Market.SH,
        StockCode("600000"),
        NAMES[number % 4],
        Side.BUY,
        Milli(12_340),
        Shares(300),
        AT,
    )


def settlement(number: int = 0) -> Settlement:
    return Settlement(
        "20261130", ContractNo(f"1000{number:04}"), Market.SH, StockCode("600000"), NAMES[number % 4], Side.BUY, Milli(12_340), Shares(300),
        Fen(500), Fen(185), Fen(4), Fen(-370_889), Fen(12_345_678), Shares(1300),
    )  # fmt: skip


def each_statement(rows: int, language: Language = Language.ZH) -> list[AnyStatement]:
    return [
        FundsStatement(funds=Funds(Fen(12_345_678), Fen(12_000_000), Fen(345_678), Fen(98_765_432)), **head(language)),
        HoldingsStatement(rows=tuple(map(holding, range(rows))), **head(language)),
        OrdersStatement(rows=tuple(map(order, range(rows))), **head(language)),
        FillsStatement(rows=tuple(map(fill, range(rows))), **head(language)),
        SettlementStatement(rows=tuple(map(settlement, range(rows))), **head(language)),
    ]
