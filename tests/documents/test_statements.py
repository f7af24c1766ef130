"""Statements: each template against the rows' types, formats, sums, pages."""

import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from PIL import Image

from shared.document_jobs import JobRefused, RenderStatement
from shared.documents import AnyStatement, DocumentFault, HoldingsStatement, PageOptions, Resolution
from shared.enums import Language, Market, OrderStatus, Side
from switch_server.documents.cells import rows_of, shown, totals, value_of
from switch_server.documents.template import CellFormat, StatementCell, templates
from switch_server.documents.work import work
from tests.documents.made import HEADER, PLAIN, done, ink, ink_box, near, read, same
from tests.documents.rows import each_statement, fill, head, holding

TYPES = [kind.__name__ for kind in get_args(AnyStatement)]
RULE = 70, 1657
"""First and last column of the rules."""


def drawn(folder: Path, statement: AnyStatement, options: PageOptions = PLAIN) -> list[Image.Image]:
    target = folder / "statement.tif"
    done(RenderStatement(statement, str(target), options))
    return read(target, options.resolution)


def rule_rows(page: Image.Image) -> list[int]:
    """The rows that are black from the table's left edge to its right one."""
    table = page.crop((RULE[0], 0, RULE[1], page.height)).convert("L")
    return [row for row in range(table.height) if not any(table.crop((0, row, table.width, row + 1)).tobytes())]


def test_each_kind_has_a_template() -> None:
    assert sorted(templates().statements) == sorted(TYPES)
    assert {type(each).__name__ for each in each_statement(1)} == set(TYPES)


@pytest.mark.parametrize("language", list(Language))
def test_each_cell_has_its_value_and_its_words(language: Language) -> None:
    for statement in each_statement(1, language):
        for column in templates().statements[type(statement).__name__].columns:
            for cell in column.cells:
                text = shown(cell, value_of(rows_of(statement)[0], cell.value), language)
                assert text.strip(), cell
                assert not cell.shown.is_number or re.fullmatch(r"-?[\d,]+(\.\d{2,3})?", text), text
                assert cell.text(language)


@pytest.mark.parametrize(
    ("shown_as", "value", "text"),
    [
        (CellFormat.YUAN, -123_456_789, "-1,234,567.89"),
        (CellFormat.PRICE, 12_345, "12.345"),
        (CellFormat.PRICE, 12_340, "12.34"),
        (CellFormat.QUANTITY, 1_234_500, "1,234,500"),
        (CellFormat.DAY, "20261130", "2026-11-30"),
        (CellFormat.TIME, 1_796_000_000.0, "08:53:20"),
        (CellFormat.SIDE, Side.SELL, "卖出"),
        (CellFormat.MARKET, Market.SZ, "深"),
        (CellFormat.STATUS, OrderStatus.PART_CANCEL_PENDING, "部成待撤"),
    ],
)
def test_formats(shown_as: CellFormat, value: object, text: str) -> None:
    cell = StatementCell(value="x", shown=shown_as, zh_CN="x", en="x")
    assert shown(cell, value, Language.ZH) == text


def test_every_word_of_an_enumeration_is_there() -> None:
    kinds = {"market": Market, "side": Side, "status": OrderStatus}
    for kind, values in kinds.items():
        for value in values:
            assert templates().word(f"{kind}_{value.value}", Language.EN)


def test_calculated_values_are_whole_fen() -> None:
    row = holding(quantity=333, cost=10_001, last=9_999)
    assert value_of(row, "market_value") == 332_967  # 333 x 9.999 yuan = 3329.667
    assert value_of(row, "profit") == -67  # 333 x -0.002 yuan = -0.666
    assert value_of(fill(), "amount") == 370_200


def test_sums() -> None:
    columns = templates().statements["HoldingsStatement"].columns
    rows = (holding(1, quantity=100), holding(2, quantity=200, last=9_000))
    assert totals(columns, rows) == {"market_value": 123_450 + 180_000, "profit": 23_450 - 20_000}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("resolution", list(Resolution))
def test_each_kind_is_drawn(tmp_path: Path, language: Language, resolution: Resolution) -> None:
    pages = [drawn(tmp_path, each, PageOptions(resolution=resolution)) for each in each_statement(5, language)]
    assert all(len(each) == 1 for each in pages)
    assert len({page.tobytes() for (page,) in pages}) == len(pages)
    assert all(ink(page) > 4000 for (page,) in pages)


def test_numbers_end_at_the_same_column_and_names_begin_there(tmp_path: Path) -> None:
    """The last column of holdings: amounts of different lengths, one right edge; the first: codes, one left edge."""
    rows = tuple(holding(number, last=10_000 + 10**number) for number in range(6))
    (page,) = drawn(tmp_path, HoldingsStatement(rows=rows, **head()))
    lines = [line for line in rule_rows(page) if line > 400]
    between = [(top + 1, bottom) for top, bottom in pairwise(lines) if bottom - top > 20][:6]
    assert len(between) == 6
    rights = [ink_box(page.crop((1430, top, 1728, bottom)))[2] for top, bottom in between]
    lefts = [ink_box(page.crop((0, top, 200, bottom)))[0] for top, bottom in between]
    assert max(rights) - min(rights) <= 3
    assert max(lefts) - min(lefts) <= 3
    widths = [ink_box(page.crop((1430, top, 1728, bottom)))[0] for top, bottom in between]
    assert widths[0] > widths[-1]


def test_heads_stand_on_each_page_and_all_rows_are_drawn(tmp_path: Path) -> None:
    pages = drawn(tmp_path, HoldingsStatement(rows=tuple(map(holding, range(100))), **head()))
    assert len(pages) == 3
    tops = [page.crop((0, HEADER, 1728, 414)) for page in pages]
    assert ink(tops[0]) > 5000
    assert same(tops[0], tops[1])
    assert same(tops[0], tops[2])
    rows = sum(len([row for row in rule_rows(page) if row > 424]) for page in pages)
    assert rows == 2 * 100 + 4 - 2, (
        "two black rows of pixels below each row of the table, four before the sums in place of the last two"
    )


def test_no_row_is_drawn_over_the_foot(tmp_path: Path) -> None:
    pages = drawn(tmp_path, HoldingsStatement(rows=tuple(map(holding, range(100))), **head()))
    for page in pages:
        foot = page.crop((0, 2200, 1728, 2292))
        assert rule_rows(foot) == []
        assert ink(foot) > 500


def test_no_rows(tmp_path: Path) -> None:
    (page,) = drawn(tmp_path, HoldingsStatement(rows=(), **head()))
    assert 300 < ink(page.crop((0, 440, 1728, 600))) < 4000


def test_a_number_that_is_too_wide_is_made_smaller(tmp_path: Path) -> None:
    """It stays within its column, and no digit is cut."""
    (usual,) = drawn(tmp_path, HoldingsStatement(rows=(holding(),), **head()))
    (wide,) = drawn(tmp_path, HoldingsStatement(rows=(holding(quantity=99_999_999_999, cost=1),), **head()))
    assert ink_box(wide)[2] <= RULE[1] + 1
    assert near(ink_box(wide)[2], ink_box(usual)[2], 2)


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    statement = HoldingsStatement(rows=tuple(map(holding, range(10_000))), **head())
    reply = work(RenderStatement(statement, str(tmp_path / "out.tif"), PageOptions()))
    assert isinstance(reply, JobRefused)
    assert (reply.fault, reply.fields["limit"]) == (DocumentFault.TOO_MANY_PAGES, 100)
    assert not (tmp_path / "out.tif").exists()


def test_statements_cross_the_wire() -> None:
    for statement in each_statement(2):
        assert msgspec.json.decode(msgspec.json.encode(statement), type=AnyStatement) == statement
