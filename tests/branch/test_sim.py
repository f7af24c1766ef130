"""The simulated trading system's parts, without a process: hours, prices, rules, book. Hypothesis checks that the books stay balanced."""

import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.enums import ORDER_STATUS_CODES, Market, Refusal
from shared.ids import AccountNo, BranchId, Fen, Milli, Shares, StockCode
from shared.money import amount
from switch_server.branch.sim import codes as theirs
from switch_server.branch.sim import rules
from switch_server.branch.sim.book import BUY, SELL, Book, CounterRefusal
from switch_server.branch.sim.hours import ZONE, AlwaysOpen, RealHours, TradingSession
from switch_server.branch.sim.ledger import LedgerAccount, Position
from switch_server.branch.sim.model import SpecError, StockSpec, load_accounts, load_stocks
from switch_server.branch.sim.pins import hash_pin, pin_fits
from switch_server.branch.sim.prices import SimMarket
from switch_server.branch.sim_client import codes as ours
from tests.branch.programs import ACCOUNTS, STOCKS

CODE, A = StockCode("600000"), AccountNo("60010001")
STOCK = StockSpec(CODE, "浦发银行", Market.SH, Milli(10_000))


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


NOON = at("2025-11-25 12:00")


# --- hours ---


@pytest.mark.parametrize(
    ("moment", "session", "date"),
    [
        ("2025-11-25 09:14", TradingSession.CLOSED, "20251125"),
        ("2025-11-25 09:15", TradingSession.CALL_AUCTION, "20251125"),
        ("2025-11-25 09:27", TradingSession.CLOSED, "20251125"),
        ("2025-11-25 09:30", TradingSession.OPEN, "20251125"),
        ("2025-11-25 12:59", TradingSession.NOON, "20251125"),
        ("2025-11-25 14:59", TradingSession.OPEN, "20251125"),
        ("2025-11-25 15:00", TradingSession.CLOSED, "20251125"),
        ("2025-11-23 10:00", TradingSession.CLOSED, "20251121"),
    ],
)
def test_real_hours(moment: str, session: TradingSession, date: str) -> None:
    hours = RealHours()
    assert (hours.session(at(moment)), hours.trade_date(at(moment))) == (session, date)


def test_real_prices_stand_still_outside_hours() -> None:
    hours = RealHours()
    assert hours.price_time(at("2025-11-25 12:30")) == at("2025-11-25 11:30")
    assert hours.price_time(at("2025-11-25 20:00")) == at("2025-11-25 15:00")
    assert hours.price_time(at("2025-11-24 08:00")) == at("2025-11-21 15:00")
    assert hours.day_start(at("2025-11-23 08:00")) == at("2025-11-21 09:30")


def test_the_demo_s_day_trades_at_midnight_and_on_sundays() -> None:
    hours = AlwaysOpen()
    assert hours.session(at("2025-11-23 00:00")) is TradingSession.OPEN
    assert hours.trade_date(at("2025-11-23 00:00")) == "20251123"
    assert hours.day_start(at("2025-11-23 08:00")) == at("2025-11-23 00:00")
    assert hours.price_time(5.0) == 5.0


# --- prices ---


def test_all_branches_see_the_same_market() -> None:
    one, other = (SimMarket((STOCK,), AlwaysOpen(), seed=1) for _ in range(2))
    one.quote(CODE, NOON - 7000)  # quoted at other times before
    assert one.quote(CODE, NOON) == other.quote(CODE, NOON)
    assert SimMarket((STOCK,), AlwaysOpen(), seed=2).quote(CODE, NOON) != one.quote(CODE, NOON)


def test_prices_move_stay_on_the_tick_and_within_limits() -> None:
    market = SimMarket((STOCK,), AlwaysOpen(), seed=1)
    low, high = market.limits(CODE, NOON)
    seen = [market.quote(CODE, NOON + second) for second in range(0, 3600, 30)]
    assert len({quote.last for quote in seen}) > 5
    for quote in seen:
        assert low <= quote.low <= quote.last <= quote.high <= high
        assert quote.last % rules.TICK == quote.bid % rules.TICK == quote.ask % rules.TICK == 0
        assert quote.bid <= quote.last <= quote.ask
    steps = [abs(b.last - a.last) for a, b in pairwise(seen)]
    assert max(steps) < 10_000 * 0.02
    assert seen[-1].volume > seen[0].volume


def test_a_day_begins_where_the_last_one_ended() -> None:
    market = SimMarket((STOCK,), AlwaysOpen(), seed=1)
    midnight = at("2025-11-26 00:00")
    assert abs(market.last(CODE, midnight - 1) - market.prev_close(CODE, midnight + 1)) <= 2 * rules.TICK


# --- rules ---


@pytest.mark.parametrize(
    ("code", "st", "close", "low", "high"),
    [
        ("600000", False, 10_000, 9_000, 11_000),
        ("600000", True, 10_000, 9_500, 10_500),
        ("688001", False, 10_050, 8_040, 12_060),
        ("300750", False, 180_000, 144_000, 216_000),
        ("000001", False, 11_050, 9_950, 12_160),  # 9.945 and 12.155, half up
    ],
)
def test_limits(code: str, st: bool, close: int, low: int, high: int) -> None:
    stock = StockSpec(StockCode(code), "x", Market.SH, Milli(close), st=st)
    assert rules.limits(stock, Milli(close)) == (low, high)


def test_lots() -> None:
    assert [rules.lot_fits_buy(Shares(n)) for n in (0, 50, 100, 150, 200)] == [False, False, True, False, True]
    assert [rules.lot_fits_sell(Shares(n), Shares(250)) for n in (0, 50, 100, 130, 250)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_fees() -> None:
    assert rules.buy_fee(Fen(100_000)) == 500
    assert rules.buy_fee(Fen(10_000_000)) == 3_000
    assert rules.sell_fee(Fen(10_000_000)) == 8_000


def test_pins() -> None:
    hashed = hash_pin("271828")
    assert "271828" not in hashed
    assert pin_fits("271828", hashed)
    assert not pin_fits("271829", hashed)
    assert hash_pin("271828") != hashed


# --- codes ---


def test_the_adapter_knows_every_code_of_the_counter() -> None:
    numbers = {error.value for error in theirs.Error} - {theirs.Error.NONE.value}
    assert numbers == set(ours.REFUSALS)
    assert len(ours.REFUSALS) == len(ours.REFUSAL_CODES)
    assert set(ours.STATUSES) == set(ORDER_STATUS_CODES.values()) == set("0123456789")
    assert ours.REFUSALS[theirs.Error.NO_CASH] is Refusal.NO_CASH
    assert set(theirs.TEXTS) == set(theirs.Error)


# --- files ---


def test_files_are_read_and_errors_name_them(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([*ACCOUNTS, ACCOUNTS[0] | {"branch": "GZ02", "account": "60020001"}]))
    assert [spec.account for spec in load_accounts(path, BranchId("GZ01"))] == ["60010001", "60010002"]
    assert "271828" not in repr(load_accounts(path, BranchId("GZ01")))
    stocks = tmp_path / "s.yaml"
    stocks.write_text(json.dumps(STOCKS), encoding="utf-8")
    assert load_stocks(stocks)[0].code == CODE
    for content in ('[{"code": "6"}]', "{", "- code: [", '[{"code": "600000", "colour": 1}]'):
        stocks.write_text(content)
        with pytest.raises(SpecError, match=r"s\.yaml"):
            load_stocks(stocks)
    with pytest.raises(SpecError, match="nothere"):
        load_stocks(tmp_path / "nothere.yaml")


# --- the book ---


def account(cash: int = 1_000_000_00, shares: int = 1_050) -> LedgerAccount:
    positions = {CODE: Position(Market.SH, CODE, Shares(shares), Shares(shares), Milli(9000))} if shares else {}
    return LedgerAccount(A, "陈小明", "", Fen(cash), Fen(0), positions)


def new_book(**changes: int) -> Book:
    hours = AlwaysOpen()
    book = Book(SimMarket((STOCK,), hours, seed=1), hours, {A: account(**changes)})
    book.next_day(hours.trade_date(NOON))
    return book


def test_t_plus_1() -> None:
    book = new_book(shares=0)
    quote = book._market.quote(CODE, NOON)
    book.place(A, CODE, BUY, quote.ask + 200, 100, "k", NOON)
    book.match(NOON)
    assert book.accounts[A].positions[CODE].quantity == 100
    with pytest.raises(CounterRefusal) as refused:
        book.place(A, CODE, SELL, quote.last, 100, "k2", NOON)
    assert refused.value.error is theirs.Error.NO_SHARES
    book.next_day("20251126")
    assert book.place(A, CODE, SELL, quote.last, 100, "k3", NOON).contract == "10001"


def test_a_closed_market_takes_nothing() -> None:
    book = new_book()
    book._hours = RealHours()
    with pytest.raises(CounterRefusal) as refused:
        book.place(A, CODE, BUY, 10_000, 100, "k", at("2025-11-23 10:00"))
    assert refused.value.error is theirs.Error.CLOSED


def test_open_orders_lapse_at_the_day_s_end() -> None:
    book = new_book()
    before = account()
    low, high = book._market.limits(CODE, NOON)
    book.place(A, CODE, BUY, low, 100, "k", NOON)
    book.place(A, CODE, SELL, high, 1_050, "k2", NOON)
    assert book.accounts[A].frozen > 0
    book.next_day("20251126")
    assert (book.accounts[A], book.orders) == (before, {})


class Trading(RuleBasedStateMachine):
    """After any orders, cancels and matches, shares and fen have changed only by trades."""

    def __init__(self) -> None:
        super().__init__()
        self.book = new_book()
        self.now = NOON
        self.start = account()

    @rule(
        buy=st.booleans(), lots=st.integers(1, 60), odd=st.sampled_from([0, 0, 0, 50, 30]), ticks=st.integers(-60, 60)
    )
    def place(self, buy: bool, lots: int, odd: int, ticks: int) -> None:
        price = self.book._market.last(CODE, self.now) + ticks * rules.TICK
        try:
            self.book.place(A, CODE, BUY if buy else SELL, price, lots * 100 + odd, "k", self.now)
        except CounterRefusal:
            return

    @precondition(lambda self: self.book.orders)
    @rule(pick=st.integers(0, 1000))
    def cancel(self, pick: int) -> None:
        contracts = list(self.book.orders)
        order = self.book.orders[contracts[pick % len(contracts)]]
        if order.status in {"2", "7"}:
            assert self.book.cancel(A, order.contract).status in {"3", "4"}
            return
        with pytest.raises(CounterRefusal) as refused:
            self.book.cancel(A, order.contract)
        assert refused.value.error is theirs.Error.NO_CANCEL

    @rule(seconds=st.integers(1, 600))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.book.match(self.now)

    @invariant()
    def books_balance(self) -> None:
        it, orders = self.book.accounts[A], list(self.book.orders.values())
        assert it.frozen == sum(order.held for order in orders) >= 0
        assert it.available >= 0
        bought = sum(order.filled for order in orders if order.side == BUY)
        sold = sum(order.filled for order in orders if order.side == SELL)
        waiting = sum(order.open_quantity for order in orders if order.side == SELL and order.is_open)
        shares = it.positions.get(CODE)
        owned = shares.quantity if shares else 0
        assert owned == self.start.positions[CODE].quantity + bought - sold
        assert it.sellable(CODE) == self.start.positions[CODE].quantity - sold - waiting
        for order in orders:
            assert order.open_quantity >= 0
            assert order.status in "0123456789"
            assert order.is_open or order.held == 0
            if order.status == "8":
                assert order.filled == order.quantity
        fees = sum(order.fees for order in orders)
        assert it.cash <= self.start.cash + amount(Milli(12_000), Shares(sold)) - fees


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=40, stateful_step_count=30)
