"""Statements for faxes: each kind's rows and sums, both languages, what is printed of an account."""

import asyncio
import re
from pathlib import Path

import pytest

from shared import aci
from shared.desk import AccountFacts
from shared.desk_fax import DATED, Statement, StatementKind
from shared.enums import Language, Market, Side
from shared.ids import AccountNo, BranchId, ContractNo, Milli, Shares, StockCode
from switch_server.services import fax_statements
from switch_server.services.fax_statements import OrderLine, StatementData
from switch_server.services.statement_maker import StatementMaker
from tests.services.customer_rig import HOLDING, LI, NAMES, Rig, run
from tests.store.samples import NOON

FACTS = AccountFacts(
    AccountNo("60010001"), BranchId("GZ01"), NAMES[BranchId("GZ01")], funds=aci.Funds(12_345_678, 10_000_000, 2_345_678, 55),  # type: ignore[arg-type]
    holdings=(HOLDING, aci.Holding(Market.SZ, StockCode("000001"), "<b>&平安", Shares(10_000), Shares(0), Milli(12_345), Milli(11_980))),
)  # fmt: skip
LINES = (
    OrderLine(NOON, ContractNo("A1"), "600000", "浦发银行", Side.BUY, Milli(9_500), Shares(200), Shares(200), Shares(0)),
    OrderLine(NOON, ContractNo("A2"), "600000", "浦发银行", Side.SELL, Milli(9_600), Shares(100), Shares(50), Shares(50)),
    OrderLine(NOON, ContractNo("A3"), "600000", "浦发银行", Side.SELL, Milli(9_700), Shares(100), Shares(0), Shares(0)),
)  # fmt: skip


def made(of: StatementKind, language: Language = Language.ZH, **more: object) -> str:
    days = ("20251120", "20251125") if of in DATED else None
    data = StatementData(of, "李<小>明", FACTS, NOON, LINES, days, **more)  # type: ignore[arg-type]
    return fax_statements.page(data, language)


def cells(page: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page)]


@pytest.mark.parametrize("of", StatementKind)
@pytest.mark.parametrize("language", Language)
def test_each_kind_has_its_head_and_never_the_whole_account(of: StatementKind, language: Language) -> None:
    page = made(of, language)
    assert fax_statements.title(of, language) in page
    assert "****0001" in page
    assert "60010001" not in page
    assert "李&lt;小&gt;明" in page
    heads, *rows = cells(page)
    assert rows
    assert all(len(row) == len(heads) for row in rows)


def test_figures() -> None:
    assert cells(made(StatementKind.FUNDS))[1:] == [
        ["总资产", "123,457.33"], ["可用资金", "100,000.00"], ["冻结资金", "23,456.78"], ["证券市值", "0.55"],
    ]  # fmt: skip
    assert cells(made(StatementKind.HOLDINGS))[2] == [
        "000001", "&lt;b&gt;&amp;平安", "10,000", "0", "12.345", "11.98", "119,800.00",
    ]  # fmt: skip
    value = sum(each.last_price * each.quantity for each in FACTS.holdings) / 1000
    assert f"市值合计 {value:,.2f}。" in made(StatementKind.HOLDINGS)
    assert [row[1] for row in cells(made(StatementKind.ORDERS))[1:]] == ["A1", "A2", "A3"]
    assert [(row[4], row[6], row[7]) for row in cells(made(StatementKind.FILLS, Language.EN))[1:]] == [
        ("Buy", "200", "1,900.00"), ("Sell", "50", "480.00"),
    ]  # fmt: skip
    assert "买入合计 1,900.00，卖出合计 480.00" in made(StatementKind.SETTLEMENT, of_switch=True)
    assert "经本呼叫中心受理" in made(StatementKind.SETTLEMENT, of_switch=True)


def test_an_empty_table_and_a_very_long_one_say_so() -> None:
    data = StatementData(StatementKind.FILLS, "李", FACTS, NOON, (), ("20251125", "20251125"))
    assert "No entries." in fax_statements.page(data, Language.EN)
    long = StatementData(StatementKind.ORDERS, "李", FACTS, NOON, LINES * 1000, ("20251125", "20251125"))
    page = fax_statements.page(long, Language.ZH)
    assert page.count("<tr>") == fax_statements.ROWS_MOST + 1
    assert "仅列前 2000 行" in page


def test_of_past_days_the_switch_s_own_orders_are_printed(tmp_path: Path) -> None:
    async def main(rig: Rig) -> None:
        maker = StatementMaker(rig.store.read, rig.branches, lambda branch: NAMES.get(branch, {}), rig.clock)
        asked = Statement(LI.id, AccountNo("60010001"), StatementKind.SETTLEMENT, "20251120", "20251124")
        statement = await maker.make(asked)
        assert statement.title == "交割单"
        assert "经本呼叫中心受理" in statement.content.text
        assert rig.branches.asked == []
        await maker.make(Statement(LI.id, AccountNo("60010001"), StatementKind.FILLS, "20251125", "20251125"))
        assert len(rig.branches.asked) == 3

    run(tmp_path, main)


def test_nothing_waits_for_ever(tmp_path: Path) -> None:
    """A branch that is away refuses at once."""

    async def main(rig: Rig) -> None:
        maker = StatementMaker(rig.store.read, rig.branches, lambda branch: NAMES.get(branch, {}), rig.clock)
        asked = Statement(LI.id, AccountNo("none"), StatementKind.FUNDS, "20251125", "20251125")
        with pytest.raises(LookupError):
            await asyncio.wait_for(maker.make(asked), 20)

    run(tmp_path, main)
