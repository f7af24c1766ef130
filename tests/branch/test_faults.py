"""Faults between centre, gateway and trading system, on the real ones: a clear answer, nothing lost, nothing doubled."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from shared import aci
from shared.enums import OrderStatus, Refusal, Side
from shared.ids import BranchId, CallId, ContractNo, Milli, OrderKey, Shares, StockCode
from shared.link import keys
from shared.secret import Secret
from switch_server.adapters.branches.links import Timeouts
from switch_server.branch.journal import Journal
from switch_server.core.facts import BranchDown, BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, OrderReported, OrderSilent, Resolve, SendOrder
from tests.branch.programs import ACCOUNT, BRANCH, PIN, Branch, Program, branch, order, until

pytestmark = pytest.mark.slow
CALL = CallId("20251125-120000-0001")
K1 = OrderKey("k1")


def run(
    folder: Path, test: Callable[[Branch], Awaitable[None]], trading_timeout: float = 0.6, **options: object
) -> None:
    async def main() -> None:
        async with branch(folder, trading_timeout=trading_timeout, **options) as rig:
            await test(rig)

    asyncio.run(main())


async def ask(rig: Branch, query: aci.Request, pin: str | None = None) -> aci.Reply:
    effect = AskBranch(CALL, 1, BRANCH, query, Secret(pin) if pin else None)
    return (await rig.answer(effect, BranchAnswered)).reply


async def send(rig: Branch, key: OrderKey, **changes: object) -> aci.Reply:
    return (await rig.answer(SendOrder(key, BRANCH, order(key, **changes)), OrderAnswered)).reply


async def fate(rig: Branch, key: OrderKey) -> aci.Reply:
    """Asks about a key until its answer is final."""
    async with asyncio.timeout(30):
        while True:
            reply = (await rig.answer(Resolve(key, BRANCH), OrderAnswered)).reply
            if not isinstance(reply, aci.OrderPending):
                return reply
            await asyncio.sleep(0.05)


async def there(rig: Branch) -> list[OrderKey | None]:
    reply = await ask(rig, aci.AskOrders(ACCOUNT))
    assert isinstance(reply, aci.Orders)
    return [row.key for row in reply.rows]


def test_a_silent_trading_system_leaves_the_order_pending_until_it_speaks(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault("silent")
        assert await ask(rig, aci.AskFunds(ACCOUNT)) == aci.Refused(Refusal.BRANCH_SLOW)
        assert await send(rig, K1) == aci.OrderPending(K1)
        await until(lambda: rig.links.states()[0].pending == 1)
        assert await send(rig, K1) == aci.OrderPending(K1)
        await rig.fault("none")
        accepted = await fate(rig, K1)
        assert isinstance(accepted, aci.OrderAccepted)
        assert await send(rig, K1) == accepted
        assert await there(rig) == [K1]
        await until(lambda: rig.links.states()[0].pending == 0)

    run(tmp_path, test)


def test_a_trading_system_that_receives_nothing_has_no_order(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault("deaf")
        assert await send(rig, K1) == aci.OrderPending(K1)
        await rig.fault("none")
        refused = await fate(rig, K1)
        assert isinstance(refused, aci.OrderRefused)
        assert refused.code is Refusal.BRANCH_DOWN
        assert await send(rig, K1) == refused
        assert await there(rig) == []

    run(tmp_path, test)


def test_a_slow_trading_system_is_waited_for_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault("slow", seconds=1.2)
        assert await send(rig, K1) == aci.OrderPending(K1)
        assert await ask(rig, aci.AskFunds(ACCOUNT)) == aci.Refused(Refusal.BRANCH_SLOW)
        await rig.fault("none")
        assert isinstance(await fate(rig, K1), aci.OrderAccepted)
        assert await there(rig) == [K1]

    run(tmp_path, test)


@pytest.mark.parametrize("mode", ["nonsense", "garbage"])
def test_nonsense_is_not_believed(tmp_path: Path, mode: str) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault(mode)
        codes = {"nonsense": {Refusal.BAD_ANSWER}, "garbage": {Refusal.BRANCH_SLOW, Refusal.BRANCH_DOWN}}
        for query in (aci.AskFunds(ACCOUNT), aci.AskQuote(StockCode("600000")), aci.AskHoldings(ACCOUNT)):
            reply = await ask(rig, query)
            assert isinstance(reply, aci.Refused)
            assert reply.code in codes[mode]
        await rig.trading_up()
        assert await send(rig, K1) == aci.OrderPending(K1)
        await rig.fault("none")
        assert isinstance(await fate(rig, K1), aci.OrderAccepted)
        assert await there(rig) == [K1]

    run(tmp_path, test)


def test_a_trading_system_that_is_away_refuses_and_comes_back(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault("refuse")
        await rig.trading_up(up=False)
        assert await ask(rig, aci.AskFunds(ACCOUNT)) == aci.Refused(Refusal.BRANCH_DOWN)
        await rig.sim.kill()
        assert await send(rig, K1) == aci.OrderRefused(K1, Refusal.BRANCH_DOWN)
        await rig.start_sim()
        await rig.trading_up()
        assert await send(rig, K1) == aci.OrderRefused(K1, Refusal.BRANCH_DOWN)
        assert isinstance(await send(rig, OrderKey("k2")), aci.OrderAccepted)
        assert await there(rig) == ["k2"]

    run(tmp_path, test)


def test_a_gateway_that_does_not_answer_is_slow_and_its_orders_are_in_doubt(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        rig.gateway.freeze(on=True)
        asked = asyncio.create_task(ask(rig, aci.AskFunds(ACCOUNT)))
        silent = await rig.answer(SendOrder(K1, BRANCH, order(K1)), OrderSilent)
        assert silent == OrderSilent(K1, never_left=False)
        assert await asked == aci.Refused(Refusal.BRANCH_SLOW)
        rig.gateway.freeze(on=False)
        assert isinstance(await fate(rig, K1), aci.OrderAccepted)
        assert await there(rig) == [K1]

    run(tmp_path, test, timeouts=Timeouts(ask=0.5, order=1.0))


def test_a_killed_gateway_is_told_of_at_once(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        await rig.fault("silent")
        rig.links.do(SendOrder(K1, BRANCH, order(K1)))
        rig.links.do(AskBranch(CALL, 5, BRANCH, aci.AskFunds(ACCOUNT)))
        await asyncio.sleep(0.2)
        await rig.gateway.kill()
        await rig.event(BranchDown)
        assert await rig.event(OrderSilent) == OrderSilent(K1, never_left=False)
        assert (await rig.event(BranchAnswered)).reply == aci.Refused(Refusal.BRANCH_DOWN)
        assert rig.links.states()[0].up is False
        assert await rig.answer(Resolve(K1, BRANCH), OrderSilent) == OrderSilent(K1, never_left=True)
        await rig.fault("none")
        await rig.start_gateway()
        assert isinstance(await fate(rig, K1), aci.OrderAccepted)
        assert [audit.action for audit in rig.audits] == ["branch_up", "branch_down", "branch_up"]

    run(tmp_path, test, trading_timeout=5.0)


def test_a_gateway_with_a_wrong_key_is_refused_audited_and_disturbs_nobody(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        keys.create(tmp_path / "wrong.key")
        stranger = Program(
            "switch_server.branch", tmp_path / "stranger.log", "--branch", BRANCH, "--centre", rig.endpoint,
            "--centre-key", str(tmp_path / "centre.pub"), "--key", str(tmp_path / "wrong.key"),
            "--state", str(tmp_path / "stranger"), "--trading", f"ipc://{tmp_path}/nobody.sock",
        )  # fmt: skip
        await stranger.start()
        await until(lambda: rig.links.connections["refused_connections"] >= 2)
        (audit,) = [audit for audit in rig.audits if audit.action == "connection_refused"]
        assert audit.subject == "127.0.0.1"
        assert "unknown_key" in audit.detail
        assert isinstance(await send(rig, K1), aci.OrderAccepted)
        assert await stranger.stop() == 0
        assert [event for event in rig.events if isinstance(event, BranchUp | BranchDown)] == [BranchUp(BRANCH)]

    run(tmp_path, test)


def test_an_order_s_life_is_reported_in_order_and_a_rejected_one_too(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        quote = await ask(rig, aci.AskQuote(StockCode("600000")))
        assert isinstance(quote, aci.Quote)
        await send(rig, K1, price=Milli(quote.ask + 100), quantity=Shares(5000))
        done = await rig.event(
            lambda event: isinstance(event, OrderReported) and event.report.status == OrderStatus.FILLED
        )
        assert (done.branch, done.report.key, done.report.filled) == (BRANCH, K1, 5000)
        assert done.report.last_price <= quote.ask + 100
        steps = [event.report for event in rig.reports()]
        assert [report.seq for report in steps] == list(range(1, len(steps) + 1))
        assert steps[0].status is OrderStatus.REPORTED
        assert {report.status for report in steps[1:-1]} <= {OrderStatus.PART_FILLED}
        await rig.fault("none", reject=1)
        accepted = await send(rig, OrderKey("k2"))
        assert isinstance(accepted, aci.OrderAccepted)
        rejected = await rig.event(
            lambda event: isinstance(event, OrderReported) and event.report.status == OrderStatus.REJECTED
        )
        assert rejected.report.contract == accepted.contract

    run(tmp_path, test)


def test_many_reports_come_again_without_costing_the_session(tmp_path: Path) -> None:
    """60,000 reports of an earlier day and the next: the centre was away for long, and the counter was busy. Orders go on meanwhile."""
    days = ("20200102", "20200103")
    reports = [
        aci.OrderReport(
            seq, day, ACCOUNT, ContractNo(str(seq)), OrderStatus.REPORTED, Shares(0), Shares(0), Milli(1), 0.0
        )
        for day in days
        for seq in range(1, 30_001)
    ]

    async def main() -> None:
        rig = Branch(tmp_path)
        rig.prepare()
        Journal(tmp_path / "gateway").close()
        with sqlite3.connect(tmp_path / "gateway" / "gateway.db") as db:
            rows = ((report.trade_date, report.seq, msgspec.json.encode(report)) for report in reports)
            db.executemany("INSERT INTO reports VALUES (?, ?, ?)", rows)
        db.close()
        await rig.start_links(reported={BRANCH: days[0]})
        rig.make_gateway()
        await rig.start_sim()
        try:
            await rig.start_gateway()
            assert isinstance(await send(rig, K1), aci.OrderAccepted)
            new = await rig.event(lambda event: isinstance(event, OrderReported) and event.report.key == K1)
            channel = rig.links._server.channel(BRANCH)
            assert channel is not None
            assert channel.session.counts["in"] < 1000, "a frame for each would run into the session's limit"
        finally:
            await rig.gateway.kill()
            await rig.sim.kill()
            await rig.links.stop()
        told = [event.report for event in rig.reports()]
        assert told[: len(reports)] == reports
        assert (new.report.seq, rig.reports()[len(reports)]) == (1, new)
        assert not any(isinstance(event, BranchDown) for event in rig.events[: rig.events.index(new)])
        assert rig.links.states()[0].resyncs == 1

    asyncio.run(main())


def test_refusals_have_their_reasons(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        quote = await ask(rig, aci.AskQuote(StockCode("600000")))
        assert isinstance(quote, aci.Quote)
        price = quote.last
        expected = {
            Refusal.BAD_LOT: {"quantity": Shares(150)},
            Refusal.OFF_TICK: {"price": Milli(price + 1)},
            Refusal.OFF_LIMIT: {"price": Milli(price * 2)},
            Refusal.SUSPENDED: {"code": StockCode("000001")},
            Refusal.UNKNOWN_CODE: {"code": StockCode("999999")},
            Refusal.NO_CASH: {"account": "60010002"},
            Refusal.UNKNOWN_ACCOUNT: {"account": "99999999"},
            Refusal.NO_SHARES: {"side": Side.SELL, "quantity": Shares(100_000_000)},
        }
        for number, (code, changes) in enumerate(expected.items()):
            key = OrderKey(f"r{number}")
            reply = await send(rig, key, **{"price": price} | changes)
            assert isinstance(reply, aci.OrderRefused)
            assert (reply.key, reply.code) == (key, code)
        for contract, code in (("99", Refusal.UNKNOWN_CONTRACT),):
            cancel = aci.CancelOrder(OrderKey("c1"), ACCOUNT, ContractNo(contract))
            answered = await rig.answer(SendOrder(cancel.key, BRANCH, cancel), OrderAnswered)
            assert answered.reply == aci.OrderRefused(cancel.key, code, "合同号不存在")
        assert await there(rig) == []

    run(tmp_path, test)


def test_no_pin_is_in_any_file(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        wrong = "918273"
        assert await ask(rig, aci.LogIn(ACCOUNT, ""), PIN) == aci.LoggedIn(ACCOUNT, "陈小明")
        refused = await ask(rig, aci.LogIn(ACCOUNT, ""), wrong)
        assert isinstance(refused, aci.Refused)
        assert refused.code is Refusal.WRONG_PIN
        await rig.fault("garbage")
        await ask(rig, aci.LogIn(ACCOUNT, ""), wrong)
        await rig.fault("none")
        await rig.trading_up()
        await send(rig, K1)
        await rig.gateway.stop()
        await rig.sim.stop()
        (tmp_path / "accounts.json").unlink()  # the demo's list of accounts

    run(tmp_path, test)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"gateway.db", "trading.db", "gateway.log", "sim.log"} <= {path.name for path in files}
    for path in files:
        assert PIN.encode() not in path.read_bytes(), path
        assert b"918273" not in path.read_bytes(), path


def test_a_journal_that_can_t_be_written_refuses_new_orders_and_answers_the_rest(tmp_path: Path) -> None:
    """Another writer locks the gateway's journal for longer than the gateway waits."""
    import sqlite3

    async def test(rig: Branch) -> None:
        assert isinstance(await send(rig, K1), aci.OrderAccepted)
        holder = sqlite3.connect(tmp_path / "gateway" / "gateway.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            refused = await send(rig, OrderKey("k2"))
            assert refused == aci.OrderRefused(OrderKey("k2"), Refusal.JOURNAL_FAILED)
            assert isinstance(await ask(rig, aci.AskFunds(ACCOUNT)), aci.Funds)
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        assert await send(rig, OrderKey("k2")) == refused
        assert isinstance(await send(rig, OrderKey("k3")), aci.OrderAccepted)
        assert await there(rig) == [K1, "k3"]

    run(tmp_path, test)


def test_a_state_that_was_never_connected_is_not_listed(tmp_path: Path) -> None:
    async def test(rig: Branch) -> None:
        assert [state.branch for state in rig.links.states()] == [BranchId("GZ01")]
        state = rig.links.states()[0]
        assert (state.up, state.session, state.program) == (True, "open", "branch-gateway 0.1.0")
        assert await ask(rig, aci.AskStatus()) == aci.GatewayStatus(
            BRANCH, trading_system_up=True, trade_date=state.trade_date, session="open", pending=0, last_report=0
        )
        assert rig.links.states()[0].requests == 1

    run(tmp_path, test)
