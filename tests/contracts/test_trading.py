"""``trading.TradingSystem``: the same tests for the fake and for the adapter to the simulated trading system."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.aci import PlaceOrder
from shared.enums import OrderStatus, Refusal, Side
from shared.ids import AccountNo, ContractNo, Shares, StockCode
from switch_server.branch.sim_client import SimTrading
from switch_server.branch.trading import OrderUpdate, TradingDown, TradingRefused, TradingState, TradingSystem
from tests.branch.programs import ACCOUNT, PIN, Branch, order, until
from tests.fakes.trading import FakeTrading

NOBODY = AccountNo("99999999")
CODE = StockCode("600000")


class Heard:
    """A ``trading.TradingListener`` that records the calls."""

    def __init__(self) -> None:
        self.states: list[TradingState] = []
        self.updates: list[OrderUpdate] = []

    def state_changed(self, state: TradingState) -> None:
        self.states.append(state)

    def order_changed(self, update: OrderUpdate) -> None:
        self.updates.append(update)


Test = Callable[[TradingSystem, Heard], Awaitable[None]]


@asynccontextmanager
async def _fake(_folder: Path) -> AsyncIterator[TradingSystem]:
    yield FakeTrading({ACCOUNT: PIN}, frozenset({CODE}))


@asynccontextmanager
async def _sim(folder: Path) -> AsyncIterator[TradingSystem]:
    rig = Branch(folder)
    rig.prepare()
    await rig.start_sim()
    yield SimTrading(f"ipc://{folder}/sim.sock", 5.0)
    await rig.sim.kill()


@pytest.fixture(params=["fake", pytest.param("sim", marks=pytest.mark.slow)])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Test], None]:
    async def main(test: Test) -> None:
        async with (_sim if request.param == "sim" else _fake)(tmp_path) as trading:
            heard = Heard()
            await trading.start(heard)
            await until(lambda: trading.state.up)
            try:
                await test(trading, heard)
            finally:
                await trading.stop()

    return lambda test: asyncio.run(main(test))


def placed(key: str, **changes: object) -> PlaceOrder:
    return order(key, **changes)


def test_the_state_of_a_trading_system_that_is_up(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, heard: Heard) -> None:
        assert heard.states[-1] == trading.state
        assert trading.state.session == "open"
        assert len(trading.state.trade_date) == 8

    on_both(test)


def test_questions(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, _heard: Heard) -> None:
        assert await trading.log_in(ACCOUNT, PIN) == "陈小明"
        with pytest.raises(TradingRefused) as refused:
            await trading.log_in(ACCOUNT, "000000")
        assert refused.value.code is Refusal.WRONG_PIN
        funds = await trading.funds(ACCOUNT)
        assert funds.balance == funds.available + funds.frozen
        for row in await trading.holdings(ACCOUNT):
            assert row.sellable <= row.quantity
        quote = await trading.quote(CODE)
        assert (quote.code, quote.name) == (CODE, "浦发银行")
        assert quote.low <= quote.last <= quote.high
        most = await trading.max_quantity(ACCOUNT, CODE, Side.BUY, quote.last)
        assert most > 0
        assert most % 100 == 0
        with pytest.raises(TradingRefused, match="unknown_code"):
            await trading.quote(StockCode("999999"))
        for question in (trading.funds, trading.holdings, trading.orders):
            with pytest.raises(TradingRefused, match="unknown_account"):
                await question(NOBODY)

    on_both(test)


def test_an_order_is_in_today_s_orders_and_told_of(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, heard: Heard) -> None:
        assert await trading.orders(ACCOUNT) == ()
        first = await trading.place(placed("k1"))
        second = await trading.place(placed("k2"))
        assert first != second
        rows = await trading.orders(ACCOUNT)
        assert [(row.contract, row.key, row.status) for row in rows] == [
            (first, "k1", OrderStatus.REPORTED),
            (second, "k2", OrderStatus.REPORTED),
        ]
        await until(lambda: {update.row.contract for update in heard.updates} == {first, second})
        assert {(update.account, update.trade_date) for update in heard.updates} == {
            (ACCOUNT, trading.state.trade_date)
        }

    on_both(test)


def test_a_day_of_many_orders_is_told_whole(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, _heard: Heard) -> None:
        contracts = await asyncio.gather(*(trading.place(placed(f"m{number}")) for number in range(2300)))
        assert [row.contract for row in await trading.orders(ACCOUNT)] == contracts

    on_both(test)


def test_a_cancel_takes_the_order_off_once(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, heard: Heard) -> None:
        contract = await trading.place(placed("k1", quantity=Shares(300)))
        await trading.cancel(ACCOUNT, contract)
        await until(lambda: any(update.row.status is OrderStatus.CANCELLED for update in heard.updates))
        (row,) = await trading.orders(ACCOUNT)
        assert (row.status, row.cancelled) == (OrderStatus.CANCELLED, 300)
        with pytest.raises(TradingRefused, match="not_cancellable"):
            await trading.cancel(ACCOUNT, contract)
        with pytest.raises(TradingRefused, match="unknown_contract"):
            await trading.cancel(ACCOUNT, ContractNo("1"))

    on_both(test)


def test_a_refused_order_is_nowhere(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, _heard: Heard) -> None:
        with pytest.raises(TradingRefused, match="bad_lot"):
            await trading.place(placed("k1", quantity=Shares(150)))
        with pytest.raises(TradingRefused, match="unknown_account"):
            await trading.place(placed("k2", account=NOBODY))
        assert await trading.orders(ACCOUNT) == ()

    on_both(test)


def test_a_stopped_trading_system_is_down(on_both: Callable[[Test], None]) -> None:
    async def test(trading: TradingSystem, _heard: Heard) -> None:
        await trading.stop()
        with pytest.raises(TradingDown):
            await trading.funds(ACCOUNT)
        with pytest.raises(TradingDown):
            await trading.place(placed("k1"))

    on_both(test)
