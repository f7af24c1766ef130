"""The gateway's order desk and journal on a real file, over a trading system in memory that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from shared import aci
from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, ContractNo, Milli, OrderKey, Shares, StockCode
from switch_server.branch.group_commit import GroupCommit
from switch_server.branch.journal import Journal, KeyEntry, KeyState
from switch_server.branch.numbered_reports import NumberedReports
from switch_server.branch.order_handler import OrderHandler
from switch_server.branch.trading import OrderUpdate, TradingRefused, TradingState
from tests.branch.programs import ACCOUNT, PIN, order, until
from tests.fakes.trading import DAY, FakeTrading

K1, K2 = OrderKey("k1"), OrderKey("k2")
REFUSED = aci.OrderRefused(K1, Refusal.BRANCH_DOWN, "it never reached the trading system")


class Desk:
    """A desk, its journal and its reports; ``again`` is a restart after ``kill -9``."""

    def __init__(self, folder: Path, trading: FakeTrading) -> None:
        self.trading = trading
        self.sent: list[aci.OrderReport] = []
        self.journal = Journal(folder)
        self.desk = OrderHandler(self.journal, trading, lambda: 1000.0, on_pending=lambda: None, on_row=self.found)
        self.reports = NumberedReports(self.journal, self.desk, lambda: 1000.0, self.sent.append)

    def state_changed(self, state: TradingState) -> None:
        if state.up:
            self.desk.wake()

    def found(self, account: AccountNo, row: aci.OrderRow) -> None:
        self.order_changed(OrderUpdate(self.trading.state.trade_date, account, row, row.price))

    def order_changed(self, update: OrderUpdate) -> None:
        self.reports.changed(update)

    async def ask(self, send: Callable[..., None], *values: object) -> msgspec.Struct:
        answered: asyncio.Future[msgspec.Struct] = asyncio.get_running_loop().create_future()
        send(*values, answered.set_result)
        return await asyncio.wait_for(answered, 20)

    async def again(self, after: int, trade_date: str = "") -> aci.ReportsSent:
        page = await self.ask(self.reports.resend, after, trade_date)
        assert isinstance(page, aci.ReportsSent)
        return page

    async def order(self, key: OrderKey, **changes: object) -> msgspec.Struct:
        return await self.ask(self.desk.order, order(key, **changes))

    async def resolve(self, key: OrderKey) -> msgspec.Struct:
        return await self.ask(self.desk.resolve, key)


def new_trading() -> FakeTrading:
    return FakeTrading({ACCOUNT: PIN}, frozenset({StockCode("600000")}))


@asynccontextmanager
async def at_desk(folder: Path, trading: FakeTrading) -> AsyncIterator[Desk]:
    it = Desk(folder, trading)
    await trading.start(it)
    resolver = asyncio.create_task(it.desk.run())
    try:
        yield it
    finally:
        resolver.cancel()
        await it.desk.stop()
        it.journal.close()


Test = Callable[[Desk], Awaitable[None]]


def run(folder: Path, *tests: Test, trading: FakeTrading | None = None) -> None:
    """Runs each test at a new desk over the same file, as after a restart."""

    async def main() -> None:
        for test in tests:
            async with at_desk(folder, shared) as it:
                await test(it)

    shared = trading or new_trading()
    asyncio.run(main())


def test_a_repeated_key_is_answered_with_the_first_result_over_restarts(tmp_path: Path) -> None:
    async def first(it: Desk) -> None:
        assert await it.order(K1) == aci.OrderAccepted(K1, ContractNo("10001"))
        assert await it.order(K2, quantity=Shares(150)) == aci.OrderRefused(K2, Refusal.BAD_LOT)

    async def again(it: Desk) -> None:
        assert await it.order(K1, quantity=Shares(900)) == aci.OrderAccepted(K1, ContractNo("10001"))
        assert await it.order(K2) == aci.OrderRefused(K2, Refusal.BAD_LOT)
        assert await it.resolve(K1) == aci.OrderAccepted(K1, ContractNo("10001"))
        assert it.trading.placed == 1

    run(tmp_path, first, again)


def test_the_same_key_twice_at_once_is_one_order(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        answers = await asyncio.gather(*(it.order(K1) for _ in range(5)))
        assert set(answers) == {aci.OrderAccepted(K1, ContractNo("10001"))}
        assert it.trading.placed == 1

    run(tmp_path, test)


def test_the_resolver_outlives_an_adapters_bug(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(it: Desk) -> None:
        trading, bugs = it.trading, iter((KeyError("a bug of the adapter's"),))
        orders = trading.orders

        async def raises_once(account: AccountNo) -> tuple[aci.OrderRow, ...]:
            if (bug := next(bugs, None)) is not None:
                raise bug
            return await orders(account)

        trading.orders = raises_once  # type: ignore[method-assign]
        trading.silent = True
        assert await it.order(K1) == aci.OrderPending(K1)
        trading.silent = False
        await until(lambda: "the resolver failed" in caplog.text)
        it.desk.wake()
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K1) == aci.OrderAccepted(K1, ContractNo("10001"))

    run(tmp_path, test)


def test_an_answer_whose_callback_raises_does_not_stop_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        commit = GroupCommit(tmp_path / "file.db", "CREATE TABLE IF NOT EXISTS t (x)")
        answered: list[object] = []
        commit.submit(lambda _db: 1, lambda _one: answered[0])  # the callback raises IndexError: a bug of the caller
        commit.submit(lambda _db: 2, answered.append)
        await until(lambda: commit.idle)
        assert answered == [2]
        commit.close()

    asyncio.run(test())
    assert "an answer of a group commit raised" in caplog.text


def test_a_tombstone_holds_over_restarts(tmp_path: Path) -> None:
    async def first(it: Desk) -> None:
        assert await it.resolve(K1) == aci.OrderVoid(K1)

    async def again(it: Desk) -> None:
        assert await it.order(K1) == await it.resolve(K1) == aci.OrderVoid(K1)
        assert it.trading.placed == 0

    run(tmp_path, first, again)


def test_silence_is_pending_and_found_again_by_its_key(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        it.trading.silent = True
        assert await it.order(K1) == aci.OrderPending(K1)
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K1) == aci.OrderAccepted(K1, ContractNo("10001"))

    run(tmp_path, test)


def test_an_order_that_never_arrived_is_refused(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        it.trading.deaf = True
        assert await it.order(K1) == aci.OrderPending(K1)
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K1) == REFUSED

    run(tmp_path, test)


def test_a_key_taken_before_a_kill_is_resolved_after_it(tmp_path: Path) -> None:
    async def first(it: Desk) -> None:
        it.trading.come(up=False)
        taken = asyncio.Event()
        for key, day in ((K1, DAY), (K2, "")):
            it.journal.take(KeyEntry(key, KeyState.TAKEN, day, 1000.0, ACCOUNT, order(key)), lambda _known: taken.set())
        await taken.wait()

    async def again(it: Desk) -> None:
        assert set(it.desk.pending) == {K1, K2}
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K1) == REFUSED
        assert await it.order(K2) == msgspec.structs.replace(REFUSED, key=K2)

    run(tmp_path, first, again)


@pytest.mark.parametrize("carries_key", [True, False])
def test_the_result_of_a_resolved_key_is_reported(tmp_path: Path, *, carries_key: bool) -> None:
    """The trading system reported on the order while the gateway was down, or before the order was matched to its key."""
    trading = new_trading()
    trading.carries_key = carries_key

    async def first(it: Desk) -> None:
        trading.silent = True
        assert await it.order(K1) == aci.OrderPending(K1)
        trading.silent = False
        it.trading.come(up=False)

    async def again(it: Desk) -> None:
        (row,) = it.trading.rows[ACCOUNT]
        it.found(ACCOUNT, row)
        await until(lambda: not it.desk.pending)
        filled = msgspec.structs.replace(row, status=OrderStatus.FILLED, filled=row.quantity)
        for _ in range(2):
            it.found(ACCOUNT, filled)
        await until(lambda: len(it.sent) == (2 if carries_key else 3))
        told = [(report.status, report.key) for report in it.sent]
        of_nobody = [] if carries_key else [(OrderStatus.REPORTED, None)]
        assert told == [*of_nobody, (OrderStatus.REPORTED, K1), (OrderStatus.FILLED, K1)]

    run(tmp_path, first, again, trading=trading)


def test_a_key_of_another_day_stays_pending(tmp_path: Path) -> None:
    """Today's orders don't include yesterday's, so a supervisor must decide."""

    async def first(it: Desk) -> None:
        it.trading.come(up=False)
        taken = asyncio.Event()
        old = KeyEntry(K1, KeyState.TAKEN, "20251124", 1000.0, ACCOUNT, order(K1))
        it.journal.take(old, lambda _known: taken.set())
        await taken.wait()

    async def again(it: Desk) -> None:
        await it.order(K2)
        await it.desk._resolve_all()
        assert await it.resolve(K1) == await it.order(K1) == aci.OrderPending(K1)
        assert it.trading.placed == 1

    run(tmp_path, first, again)


def test_without_a_key_field_an_order_is_found_by_its_looks(tmp_path: Path) -> None:
    trading = new_trading()
    trading.carries_key = False

    async def test(it: Desk) -> None:
        assert await it.order(K2) == aci.OrderAccepted(
            K2, ContractNo("10001")
        )  # looks the same as K1's order, but has a key already
        trading.silent = True
        assert await it.order(K1) == aci.OrderPending(K1)
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K1) == aci.OrderAccepted(K1, ContractNo("10002"))

    run(tmp_path, test, trading=trading)


@pytest.mark.parametrize("twins", [0, 2])
def test_an_order_of_unknown_fate_stays_pending(tmp_path: Path, twins: int) -> None:
    """Without a promise that absence is final, no match or two equal orders without a key decide nothing."""
    trading = new_trading()
    trading.carries_key = trading.absence_is_final = False

    async def test(it: Desk) -> None:
        for number in range(twins):
            await trading.place(order(f"counter{number}"))
        trading.deaf = True
        assert await it.order(K1) == aci.OrderPending(K1)
        for _ in range(3):
            await it.desk._resolve_all()
        assert set(it.desk.pending) == {K1}
        assert await it.order(K1) == aci.OrderPending(K1)

    run(tmp_path, test, trading=trading)


def test_a_silent_cancel_is_judged_by_the_order(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        await it.order(K1)
        it.trading.silent = True
        cancel = aci.CancelOrder(K2, ACCOUNT, ContractNo("10001"))
        assert await it.ask(it.desk.order, cancel) == aci.OrderPending(K2)
        await until(lambda: not it.desk.pending)
        assert await it.resolve(K2) == aci.OrderAccepted(K2, ContractNo("10001"))

    run(tmp_path, test)


def test_a_cancel_that_the_trading_system_never_received_is_void(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        await it.order(K1)
        it.trading.deaf = True
        cancel = aci.CancelOrder(K2, ACCOUNT, ContractNo("10001"))
        assert await it.ask(it.desk.order, cancel) == aci.OrderPending(K2)
        await until(lambda: not it.desk.pending)
        refused = await it.resolve(K2)
        assert isinstance(refused, aci.OrderRefused)
        assert refused.code is Refusal.BRANCH_DOWN

    run(tmp_path, test)


def test_away_is_a_final_no(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        it.trading.come(up=False)
        assert await it.order(K1) == aci.OrderRefused(K1, Refusal.BRANCH_DOWN)
        it.trading.come(up=True)
        assert await it.order(K1) == aci.OrderRefused(K1, Refusal.BRANCH_DOWN)

    run(tmp_path, test)


def test_reports_are_numbered_over_restarts_and_sent_again(tmp_path: Path) -> None:
    async def first(it: Desk) -> None:
        await it.order(K1)
        await it.order(K2)
        await until(lambda: len(it.sent) == 2)
        assert [report.seq for report in it.sent] == [1, 2]

    async def again(it: Desk) -> None:
        assert it.reports.last == 2
        await it.reports.catch_up(it.trading)
        await it.trading.cancel(ACCOUNT, ContractNo("10001"))
        await until(lambda: bool(it.sent))
        (report,) = it.sent
        assert (report.seq, report.key, report.status) == (3, K1, OrderStatus.CANCELLED)
        again = await it.again(1)
        assert (again.more, [each.seq for each in again.rows]) == (False, [2, 3])
        it.reports.new_day("20251126")
        assert await it.again(0) == aci.ReportsSent()
        it.reports.changed(OrderUpdate("20251126", ACCOUNT, counter_row(), Milli(9700)))
        await until(lambda: len(it.sent) == 2)
        again = await it.again(2, DAY)
        assert (it.reports.last, again.more) == (1, False)
        assert [(each.trade_date, each.seq) for each in again.rows] == [(DAY, 3), ("20251126", 1)]

    run(tmp_path, first, again)


def test_reports_are_repeated_by_pages_and_new_ones_follow_the_last(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        for number in range(1, 251):
            row = msgspec.structs.replace(counter_row(), contract=ContractNo(f"c{number}"))
            it.reports.changed(OrderUpdate(DAY, ACCOUNT, row, Milli(9700)))
        pages = [await it.again(after, DAY) for after in (0, 100, 200, 250)]
        assert [(len(page.rows), page.more) for page in pages] == [(100, True), (100, True), (50, False), (0, False)]
        assert [report.seq for page in pages for report in page.rows] == list(range(1, 251))
        it.reports.changed(OrderUpdate(DAY, ACCOUNT, counter_row(), Milli(9700)))
        last = await it.again(250, DAY)  # reported before the page was requested
        assert [report.seq for report in last.rows] == [251]

    run(tmp_path, test)


def test_changes_while_the_trading_system_was_away_are_caught_up(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        await it.order(K1)
        rows = it.trading.rows[ACCOUNT]
        rows[0] = msgspec.structs.replace(rows[0], status=OrderStatus.FILLED, filled=Shares(100))
        await it.reports.catch_up(it.trading)
        await it.reports.catch_up(it.trading)
        await until(lambda: len(it.sent) == 2)
        assert it.sent[-1].status is OrderStatus.FILLED

    run(tmp_path, test)


def test_a_day_with_reports_and_no_orders_of_ours_is_known_after_a_restart(tmp_path: Path) -> None:
    """Orders entered at the branch's own counter: their reports are not repeated under new numbers."""
    update = OrderUpdate("20251126", ACCOUNT, counter_row(), Milli(9700))

    async def first(it: Desk) -> None:
        await it.order(K1)
        it.reports.changed(update)
        await until(lambda: len(it.sent) == 1)

    async def again(it: Desk) -> None:
        it.reports.new_day("20251126")
        assert it.reports.last == 1
        it.reports.changed(update)
        it.reports.changed(msgspec.structs.replace(update, row=counter_row(OrderStatus.FILLED)))
        await until(lambda: len(it.sent) == 1)
        assert [(report.seq, report.status) for report in it.sent] == [(2, OrderStatus.FILLED)]

    run(tmp_path, first, again)


def test_a_contract_number_of_yesterday_is_not_today_s_order(tmp_path: Path) -> None:
    """Contract numbers start again each day: today's first may belong to an order entered at the branch's own counter."""

    async def test(it: Desk) -> None:
        assert await it.order(K1) == aci.OrderAccepted(K1, ContractNo("10001"))
        row = msgspec.structs.replace(counter_row(), contract=ContractNo("10001"))
        it.reports.changed(OrderUpdate(DAY, ACCOUNT, row, Milli(9700)))
        it.reports.changed(OrderUpdate("20251126", ACCOUNT, row, Milli(9700)))
        await until(lambda: len(it.sent) >= 2)
        assert [(report.trade_date, report.key) for report in it.sent][-2:] == [(DAY, K1), ("20251126", None)]

    run(tmp_path, test)


def test_a_remark_that_is_no_key_of_ours_is_none(tmp_path: Path) -> None:
    """Clerks may write any text of any length into the same field."""
    remarks = ["客户于柜台书面委托，" * 8, "柜台委托", None, K1, K2]

    async def first(it: Desk) -> None:
        it.trading.deaf, it.trading.absence_is_final = True, False
        assert await it.order(K1) == aci.OrderPending(K1)  # the key is journalled, its contract number not known yet
        for number, remark in enumerate(remarks):
            row = msgspec.structs.replace(counter_row(), contract=ContractNo(f"c{number}"), key=remark)
            it.reports.changed(OrderUpdate(DAY, ACCOUNT, row, Milli(9700)))
        await until(lambda: len(it.sent) == 5)
        assert [(report.seq, report.key) for report in it.sent] == [(1, None), (2, None), (3, None), (4, K1), (5, None)]
        for report in it.sent:
            on_the_link(report)

    async def again(it: Desk) -> None:
        assert it.reports.last == 5
        again = await it.again(0, DAY)
        assert (it.reports.last, len(again.rows), again.rows[3].seq, again.rows[3].key) == (5, 5, 4, K1)

    run(tmp_path, first, again)


def test_a_report_that_fits_no_bound_gets_no_number(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        for contract in ("7" * 65, "78"):
            row = msgspec.structs.replace(counter_row(), contract=ContractNo(contract))
            it.reports.changed(OrderUpdate(DAY, ACCOUNT, row, Milli(9700)))
        await until(lambda: bool(it.sent))
        assert [(report.seq, report.contract) for report in it.sent] == [(1, "78")]

    run(tmp_path, test)


def test_a_row_beyond_the_bounds_stops_neither_the_start_nor_later_reports(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Older versions wrote such rows. A report number that is left out would be requested again and again."""

    async def first(it: Desk) -> None:
        assert await it.order(K1) == aci.OrderAccepted(K1, ContractNo("10001"))
        await until(lambda: len(it.sent) == 1)
        (body,) = it.journal._read("SELECT body FROM reports")[0]
        rows = [(2, body.replace(b'"k1"', b'"' + b"k" * 65 + b'"')), (3, b"\xff no report")]
        late = [("k7", "taken", "no order", None), ("k8", "refused", "", "x" * 1001)]
        it.journal._commit.submit(
            lambda db: (
                db.executemany("INSERT INTO reports VALUES (?, ?, ?)", [(DAY, *row) for row in rows]),
                db.executemany(
                    "INSERT INTO keys (key, state, trade_date, taken_at, request, code, text) "
                    "VALUES (?, ?, ?, 1.0, ?, 'no_such_code', ?)",
                    [(key, state, DAY, request, text or "") for key, state, request, text in late],
                ),
            ),
            lambda _done: None,
        )
        await it.resolve(K2)

    async def again(it: Desk) -> None:
        assert it.reports.last == 3
        assert set(it.desk.pending) == {"k7"}
        it.reports.changed(OrderUpdate(DAY, ACCOUNT, counter_row(), Milli(9700)))
        await until(lambda: len(it.sent) == 1)
        assert [(report.seq, report.key) for report in it.sent] == [(4, None)]
        again = await it.again(0, DAY)
        assert [(report.seq, report.key) for report in again.rows] == [(1, K1), (2, None), (3, None), (4, None)]
        on_the_link(again)
        assert await it.resolve(OrderKey("k7")) == await it.order(OrderKey("k7")) == aci.OrderPending(OrderKey("k7"))
        assert on_the_link(await it.resolve(OrderKey("k8"))) == aci.OrderRefused(
            OrderKey("k8"), Refusal.BAD_ANSWER, "x" * 1000
        )

    run(tmp_path, first, again)
    assert "can't be read" in caplog.text


def test_reports_that_can_t_be_read_now_are_not_said_to_be_sent(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        await it.order(K1)
        await until(lambda: bool(it.sent))
        it.journal._commit.submit(lambda db: db.execute("ALTER TABLE reports RENAME TO gone"), lambda _done: None)
        assert await it.ask(it.reports.resend, 0, DAY) == aci.Refused(Refusal.JOURNAL_FAILED)

    run(tmp_path, test)


def test_a_refusal_s_text_is_cut(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        async def refuses(_order: aci.PlaceOrder) -> ContractNo:
            raise TradingRefused(Refusal.NO_CASH, "余额不足" * 300)

        it.trading.place = refuses  # type: ignore[method-assign]
        refused = aci.OrderRefused(K1, Refusal.NO_CASH, "余额不足" * 250)
        assert on_the_link(await it.order(K1)) == refused

    run(tmp_path, test)


def on_the_link(message: msgspec.Struct) -> msgspec.Struct:
    """Encodes and decodes a message as on the link; raises where the centre could not read it."""
    return msgspec.json.decode(msgspec.json.encode(message), type=type(message))


def counter_row(status: OrderStatus = OrderStatus.REPORTED) -> aci.OrderRow:
    return aci.OrderRow(
        ContractNo("77"), Market.SH, StockCode("600000"), "x", Side.BUY, Milli(9700), Shares(100), Shares(0), Shares(0),
        status, 1000.0,
    )  # fmt: skip


def test_the_journal_is_durable_at_each_commit(tmp_path: Path) -> None:
    async def test(it: Desk) -> None:
        database = it.journal._commit._connection
        modes = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert modes == ["wal", 2]

    run(tmp_path, test)
