"""Remarks that clerks write at the branch's own counter (柜台), over a real link: no remark breaks the link."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from shared import aci
from shared.enums import Market, Refusal
from shared.ids import CallId, ContractNo, Fen, Milli, OrderKey, Shares, StockCode
from shared.secret import Secret
from switch_server.branch.gateway import Gateway
from switch_server.branch.journal import Journal
from switch_server.branch.trading import OrderUpdate
from switch_server.core.facts import BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, SendOrder
from tests.branch.programs import ACCOUNT, BRANCH, PIN, Branch, order, until
from tests.fakes.trading import DAY, FakeTrading

CALL = CallId("20251125-120000-0001")
CODE = StockCode("600000")
_T = TypeVar("_T", bound=aci.Reply)
KEY = OrderKey("k1")
LONG = "客户于柜台书面委托，" * 40


class Counter(FakeTrading):
    """A trading system with names and a remark of any length."""

    async def log_in(self, account: str, pin: str) -> str:
        return LONG

    async def holdings(self, account: str) -> tuple[aci.Holding, ...]:
        one = Shares(1)
        return (aci.Holding(Market.SH, CODE, LONG, one, one, Milli(1), Milli(1)),)

    async def funds(self, account: str) -> aci.Funds:
        return aci.Funds(*[Fen(2**60)] * 4)

    async def quote(self, code: StockCode) -> aci.Quote:
        return msgspec.structs.replace(await super().quote(code), name=LONG)


def test_a_remark_of_any_length_cuts_nothing_off(tmp_path: Path) -> None:
    trading = Counter({ACCOUNT: PIN}, frozenset({CODE}))

    async def test(rig: Branch, gateway: Gateway) -> None:
        accepted = await rig.answer(SendOrder(KEY, BRANCH, order(KEY)), OrderAnswered)
        assert accepted.reply == aci.OrderAccepted(KEY, ContractNo("10001"))
        for number in range(3):
            there = len(rig.reports())
            row = msgspec.structs.replace(trading.rows[ACCOUNT][0], contract=ContractNo(f"{there}"), key=LONG)
            if number == 0:
                trading.rows[ACCOUNT][1:] = [msgspec.structs.replace(row, name=LONG)]
            gateway.order_changed(OrderUpdate(DAY, ACCOUNT, row, Milli(9700)))
            await until(lambda there=there: len(rig.reports()) > there)  # type: ignore[misc]
        assert [row.key for row in (await ask(rig, aci.AskOrders(ACCOUNT), aci.Orders)).rows] == [KEY, None]
        assert [(told.report.seq, told.report.key) for told in rig.reports()][:2] == [(1, KEY), (2, None)]

    run(tmp_path, trading, test, test)


def test_a_name_is_cut_and_what_fits_no_bound_is_a_bad_answer(tmp_path: Path) -> None:
    async def test(rig: Branch, _gateway: Gateway) -> None:
        name = LONG[:256]
        assert (await ask(rig, aci.LogIn(ACCOUNT, ""), aci.LoggedIn)).name == name
        assert (await ask(rig, aci.AskHoldings(ACCOUNT), aci.Holdings)).rows[0].name == name
        assert (await ask(rig, aci.AskQuote(CODE), aci.Quote)).name == name
        assert (await ask(rig, aci.AskFunds(ACCOUNT), aci.Refused)).code is Refusal.BAD_ANSWER

    run(tmp_path, Counter({ACCOUNT: PIN}, frozenset({CODE})), test)


def test_orders_are_told_without_their_keys_where_the_journal_fails(tmp_path: Path) -> None:
    async def test(rig: Branch, gateway: Gateway) -> None:
        await rig.answer(SendOrder(KEY, BRANCH, order(KEY)), OrderAnswered)
        gateway._journal._commit.submit(lambda db: db.execute("ALTER TABLE keys RENAME TO gone"), lambda _done: None)
        (row,) = (await ask(rig, aci.AskOrders(ACCOUNT), aci.Orders)).rows
        assert (row.contract, row.key) == ("10001", None)

    run(tmp_path, FakeTrading({ACCOUNT: PIN}, frozenset({CODE})), test)


def run(folder: Path, trading: FakeTrading, *tests: Callable[[Branch, Gateway], Awaitable[None]]) -> None:
    """Runs each test with a new gateway over the same files, as after a restart."""

    async def main() -> None:
        rig = Branch(folder)
        rig.prepare()
        await rig.start_links()
        try:
            for test in tests:
                gateway = Gateway(
                    BRANCH, Journal(folder / "gateway"), trading, centre=rig.endpoint, keys=rig.gateway_keys,
                    centre_key=rig.centre_keys.public,
                )  # fmt: skip
                after = len(rig.events)
                await gateway.start()
                try:
                    await rig.event(BranchUp, after=after)
                    await test(rig, gateway)
                finally:
                    await gateway.stop()
        finally:
            await rig.links.stop()

    asyncio.run(main())


async def ask(rig: Branch, query: aci.Request, wanted: type[_T]) -> _T:
    pin = Secret(PIN) if isinstance(query, aci.LogIn) else None
    reply = (await rig.answer(AskBranch(CALL, 1, BRANCH, query, pin), BranchAnswered)).reply
    assert isinstance(reply, wanted), reply
    return reply
