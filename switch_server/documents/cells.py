"""The cells of statements' rows: calculated values, formats, totals. Money is integer fen throughout."""

from typing import Any

from shared.aci import Funds, Holding
from shared.days import shanghai_day
from shared.documents import AnyStatement, Fill, FundsStatement, Settlement
from shared.enums import Language
from shared.ids import Fen, Milli, Shares
from shared.money import MILLI_PER_FEN, amount, format_price, format_yuan
from switch_server.documents.canvas import clock, date
from switch_server.documents.template import CellFormat, StatementCell, StatementColumn, templates

AnyRow = Any
"""A row of any statement: its fields are named by the template, which the tests compare."""


def rows_of(statement: AnyStatement) -> tuple[AnyRow, ...]:
    return (statement.funds,) if isinstance(statement, FundsStatement) else statement.rows


def value_of(row: AnyRow, name: str) -> Any:
    match row, name:
        case Holding(), "market_value":
            return amount(row.last_price, row.quantity)
        case Holding(), "profit":
            return _profit(row)
        case ((Fill() | Settlement()), "amount"):
            return amount(row.price, row.quantity)
        case Funds(), "assets":
            return Fen(row.balance + row.market_value)
        case _:
            return getattr(row, name)


def _profit(row: Holding) -> Fen:
    """Unrealised, half a fen away from zero."""
    milli = (row.last_price - row.cost_price) * row.quantity
    fen = (abs(milli) + MILLI_PER_FEN // 2) // MILLI_PER_FEN
    return Fen(fen if milli >= 0 else -fen)


def shown(cell: StatementCell, value: Any, language: Language) -> str:
    """A value as its text."""
    match cell.shown:
        case CellFormat.QUANTITY:
            return f"{Shares(value):,}"
        case CellFormat.PRICE:
            return format_price(Milli(value))
        case CellFormat.YUAN:
            return format_yuan(Fen(value))
        case CellFormat.DAY:
            return date(str(value))
        case CellFormat.TIME:
            return clock(value, seconds=True)
        case CellFormat.TEXT:
            return str(value)
        case CellFormat.MARKET | CellFormat.SIDE | CellFormat.STATUS as kind:
            return templates().word(f"{kind.value}_{value.value}", language)


def totals(columns: tuple[StatementColumn, ...], rows: tuple[AnyRow, ...]) -> dict[str, int]:
    """Sums of the cells that have a total."""
    names = [cell.value for column in columns for cell in column.cells if cell.total]
    return {name: sum(value_of(row, name) for row in rows) for name in names}


def as_of(at: float) -> str:
    return f"{date(shanghai_day(at))} {clock(at, seconds=True)}"
