"""Small pure parts of the ACI link: valid answers, numbering, matching, foreign fields, the gateway's settings."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import aci
from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, BranchId, ContractNo, Fen, Milli, OrderKey, Shares, StockCode
from shared.link import Failure
from switch_server.adapters.branches import answers
from switch_server.adapters.branches.report_numbers import NumberingVerdict, ReportNumbering
from switch_server.branch import __main__ as program
from switch_server.branch import config, matching
from switch_server.branch.sim_client import rows, wire
from tests.branch.programs import ACCOUNT, BRANCH, order

K, N, C = OrderKey("k"), ContractNo("10001"), StockCode("600000")


def quote(**changes: Any) -> aci.Quote:
    price = Milli(9000)
    good = aci.Quote(Market.SH, C, "x", price, price, price, price, price, price, price, Shares(1), False, 0.0)
    return msgspec.structs.replace(good, **changes)


def row(**changes: Any) -> aci.OrderRow:
    good = aci.OrderRow(
        N, Market.SH, C, "x", Side.BUY, Milli(9700), Shares(100), Shares(0), Shares(0), OrderStatus.REPORTED, 1000.0, K
    )
    return msgspec.structs.replace(good, **changes)


# --- answers ---


@pytest.mark.parametrize(
    ("query", "result", "code"),
    [
        (aci.AskFunds(ACCOUNT), Failure.NEVER_LEFT, Refusal.BRANCH_DOWN),
        (aci.AskFunds(ACCOUNT), Failure.LINK_LOST, Refusal.BRANCH_DOWN),
        (aci.AskFunds(ACCOUNT), Failure.TIMED_OUT, Refusal.BRANCH_SLOW),
        (aci.AskFunds(ACCOUNT), Failure.UNSUPPORTED, Refusal.UNSUPPORTED),
        (aci.AskFunds(ACCOUNT), Failure.BAD_REPLY, Refusal.BAD_ANSWER),
        (aci.AskFunds(ACCOUNT), aci.Holdings(()), Refusal.BAD_ANSWER),
        (aci.AskFunds(ACCOUNT), aci.Refused(Refusal.NO_CASH), Refusal.NO_CASH),
        (aci.LogIn(ACCOUNT, ""), aci.LoggedIn(AccountNo("60010002"), "李雷"), Refusal.BAD_ANSWER),
        (aci.AskQuote(C), quote(code=StockCode("600001")), Refusal.BAD_ANSWER),
        (aci.AskQuote(C), quote(last=Milli(0)), Refusal.BAD_ANSWER),
        (aci.AskMaxQuantity(ACCOUNT, C, Side.BUY, Milli(1)), aci.MaxQuantity(Shares(-1)), Refusal.BAD_ANSWER),
        (aci.AskOrders(ACCOUNT), aci.Orders((row(filled=Shares(300)),)), Refusal.BAD_ANSWER),
        (aci.ResolveOrder(K), aci.ReportsSent(), Refusal.BAD_ANSWER),
        (aci.AskStatus(), aci.GatewayStatus(BranchId("GZ02"), True, "20251125", "open", 0, 1), Refusal.BAD_ANSWER),
    ],
)
def test_a_question_that_gets_no_sense_is_refused(query: aci.Request, result: Any, code: Refusal) -> None:
    reply = answers.to_query(BRANCH, query, result)
    assert isinstance(reply, aci.Refused)
    assert reply.code is code


def test_sense_is_passed_on() -> None:
    funds = aci.Funds(Fen(1), Fen(1), Fen(0), Fen(0))
    assert answers.to_query(BRANCH, aci.AskFunds(ACCOUNT), funds) is funds
    suspended = quote(last=Milli(0), suspended=True)
    assert answers.to_query(BRANCH, aci.AskQuote(C), suspended) is suspended
    assert answers.to_query(BRANCH, aci.AskStatus(), status(1)) == status(1)


@pytest.mark.parametrize(
    "result",
    [
        aci.OrderAccepted(OrderKey("other"), N),
        aci.OrderAccepted(K, ContractNo("")),
        aci.Refused(Refusal.NO_CASH),
        Failure.TIMED_OUT,
    ],
)
def test_an_order_s_nonsense_is_silence(result: Any) -> None:
    assert answers.to_order(BRANCH, order(K), result) is None


def test_an_order_s_answers() -> None:
    assert answers.to_order(BRANCH, order(K), aci.OrderPending(K)) == aci.OrderPending(K)
    assert answers.to_order(BRANCH, order(K), Failure.UNSUPPORTED) == aci.OrderRefused(K, Refusal.UNSUPPORTED)


OTHER_BRANCH = aci.GatewayStatus(BranchId("GZ02"), True, "20251125", "open", 0, 1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (None, aci.StatusReport(OTHER_BRANCH)),
        (aci.AskStatus(), OTHER_BRANCH),
        (aci.LogIn(ACCOUNT, ""), aci.LoggedIn(AccountNo("60010002"), "李雷")),
        (aci.AskQuote(C), quote(code=StockCode("600001"))),
        (order(K), aci.OrderAccepted(OrderKey("other"), N)),
        (aci.CancelOrder(K, ACCOUNT, N), aci.OrderRefused(OrderKey("other"), Refusal.NO_CASH)),
        (aci.ResolveOrder(K), aci.OrderVoid(OrderKey("other"))),
    ],
)
def test_a_branch_names_only_what_is_its_own_and_was_asked_about(asked: aci.Request | None, said: Any) -> None:
    assert answers.is_foreign(BRANCH, asked, said)


def test_a_message_without_an_account_is_not_foreign() -> None:
    for asked, said in ((aci.AskFunds(ACCOUNT), Failure.TIMED_OUT), (None, report(1)), (order(K), aci.OrderVoid(K))):
        assert not answers.is_foreign(BRANCH, asked, said)
    assert not answers.is_foreign(BRANCH, None, aci.StatusReport(status(1)))


# --- numbering ---


def report(seq: int, date: str = "20251125") -> aci.OrderReport:
    return aci.OrderReport(seq, date, ACCOUNT, N, OrderStatus.FILLED, Shares(1), Shares(0), Milli(1), 0.0)


def status(last: int, date: str = "20251125") -> aci.GatewayStatus:
    return aci.GatewayStatus(BRANCH, True, date, "open", 0, last)


def test_reports_in_order_gaps_repeats_and_days() -> None:
    it = ReportNumbering()
    taken = [it.take(report(seq)) for seq in (1, 2, 2, 4, 5, 3, 4, 5, 1)]
    post, drop, resync = NumberingVerdict.POST, NumberingVerdict.DROP, NumberingVerdict.RESYNC
    assert taken == [post, post, drop, resync, resync, post, post, post, drop]
    assert it.take(report(1, "20251126")) is post
    assert it.take(report(6)) is drop
    assert not it.behind(status(9))
    assert it.trade_date == "20251126"
    assert it.behind(status(2, "20251126"))
    assert not it.behind(status(1, "20251126"))
    assert it.behind(status(1, "20251127"))
    assert (it.trade_date, it.last) == ("20251126", 1), "what is missing of this day is asked for first"


def test_numbering_goes_on_with_the_last_day_of_an_earlier_run() -> None:
    it = ReportNumbering("20251125")
    assert it.behind(status(0, "20251126"))
    assert [it.take(report(seq)) for seq in (1, 2)] == [NumberingVerdict.POST] * 2
    assert it.take(report(1, "20251126")) is NumberingVerdict.POST
    assert it.take(report(1, "20251124")) is NumberingVerdict.DROP


@given(st.lists(st.integers(1, 8), max_size=60))
def test_each_report_is_posted_once_and_in_order(seqs: list[int]) -> None:
    it = ReportNumbering()
    posted = [seq for seq in seqs if it.take(report(seq)) is NumberingVerdict.POST]
    assert posted == list(range(1, len(posted) + 1))


# --- matching ---


def match(
    *found: aci.OrderRow, carries_key: bool = True, final: bool = True, claimed: tuple[ContractNo, ...] = ()
) -> matching.Verdict:
    return matching.placed(order(K), 1000.0, found, claimed, carries_key=carries_key, absence_is_final=final)


def test_matching_by_key() -> None:
    assert match(row(), row(key=None, contract=ContractNo("2"))) == aci.OrderAccepted(K, N)
    assert isinstance(match(row(key=None)), aci.OrderRefused)
    assert match(row(key=None), final=False) is None
    assert match(row(), row()) is None


@pytest.mark.parametrize(
    "other", [{"price": Milli(9710)}, {"side": Side.SELL}, {"quantity": Shares(200)}, {"placed_at": 1200.0}, {"placed_at": 990.0}, {"code": StockCode("1")}]
)  # fmt: skip
def test_matching_by_looks(other: dict[str, Any]) -> None:
    assert match(row(key=None), carries_key=False) == aci.OrderAccepted(K, N)
    assert isinstance(match(row(key=None, **other), carries_key=False), aci.OrderRefused)
    assert isinstance(match(row(key=None), carries_key=False, claimed=(N,)), aci.OrderRefused)
    assert match(row(key=None), row(key=None, contract=ContractNo("2")), carries_key=False) is None


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (OrderStatus.CANCEL_PENDING, aci.OrderAccepted(K, N)),
        (OrderStatus.PART_CANCELLED, aci.OrderAccepted(K, N)),
        (OrderStatus.FILLED, aci.OrderRefused(K, Refusal.NOT_CANCELLABLE)),
        (
            OrderStatus.PART_FILLED,
            aci.OrderRefused(K, Refusal.BRANCH_DOWN, "the cancel never reached the trading system"),
        ),
    ],
)
def test_matching_a_cancel(found: OrderStatus, verdict: aci.Reply) -> None:
    cancel = aci.CancelOrder(K, ACCOUNT, N)
    assert matching.cancelled(cancel, [row(status=found)], absence_is_final=True) == verdict


def test_a_cancel_of_nothing() -> None:
    cancel = aci.CancelOrder(K, ACCOUNT, N)
    assert matching.cancelled(cancel, [], absence_is_final=True) == aci.OrderRefused(K, Refusal.UNKNOWN_CONTRACT)
    assert matching.cancelled(cancel, [], absence_is_final=False) is None
    assert matching.cancelled(cancel, [row()], absence_is_final=False) is None


# --- foreign fields and bytes ---


@given(st.integers(0, 10**9))
def test_prices_travel_as_text(price: int) -> None:
    assert rows.milli(rows.price_text(Milli(price))) == price


@pytest.mark.parametrize("text", ["", "x", "1.2345", "-1.000", "1,0", "1e5", "٣"])
def test_invalid_prices(text: str) -> None:
    with pytest.raises(ValueError):
        rows.milli(text)


def test_money_may_be_negative() -> None:
    assert rows.fen("-12.3") == -1230


@given(
    st.lists(st.dictionaries(st.sampled_from(["A", "B"]), st.sampled_from(["浦发银行", "x" * 50, ""])), max_size=5),
    st.data(),
)
def test_messages_survive_any_cut(messages: list[dict[str, str]], data: st.DataObject) -> None:
    stream, splitter, found = b"".join(map(wire.pack, messages)), wire.Splitter(), list[dict[str, Any]]()
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:cut])
        stream = stream[cut:]
    assert found == messages


@pytest.mark.parametrize("junk", [b"GET / HTTP/1.1", b"000003abc", b"000002[]", b"000002\xff\xff"])
def test_foreign_bytes_end_the_connection(junk: bytes) -> None:
    with pytest.raises(wire.ForeignBytes):
        wire.Splitter().feed(junk)


# --- settings ---

_FLAGS = [
    "--branch",
    "GZ01",
    "--centre",
    "tcp://c:1",
    "--centre-key",
    "c.pub",
    "--key",
    "g.key",
    "--state",
    "s",
    "--trading",
    "tcp://t:2",
]


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gateway.yaml"
    path.write_text(
        "branch: GZ09\ncentre: tcp://c:1\ncentre_key: c.pub\nkey: g.key\nstate: s\ntrading: tcp://t:2\ntrading_timeout: 3\n"
    )
    read = config.read(["--config", str(path), "--branch", "GZ01"])
    assert (read.branch, read.trading_timeout, read.key, read.adapter) == (BranchId("GZ01"), 3.0, Path("g.key"), "sim")
    assert config.read(_FLAGS).trading_timeout == 5.0


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("branch: GZ01\n", "centre"),
        ("- a\n", "mapping"),
        ("a: [\n", "line"),
        ("colour: red\n", "colour"),
        (None, "No such file"),
    ],
)
def test_wrong_settings_are_named(
    tmp_path: Path, content: str | None, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gateway.yaml"
    if content is not None:
        path.write_text(content)
    assert program.main(["--config", str(path)]) == 2
    told = capsys.readouterr().err
    assert word in told
    assert "gateway.yaml" in told


def test_an_unknown_trading_system_is_named() -> None:
    with pytest.raises(config.GatewayConfigError, match="'apex': not one of sim"):
        config.read([*_FLAGS, "--adapter", "apex"])


@pytest.mark.parametrize("fields", [{"TRADE_DATE": "2025-11-25"}, {"TRADE_DATE": "99999999"}, {"TRADE_DATE": 20251125}])
def test_an_impossible_day_is_nonsense(fields: rows.Fields) -> None:
    """The gateway's day never goes back, so a day in the year 9999 would be its last."""
    with pytest.raises((ValueError, TypeError)):
        rows.trade_date(fields)
    assert rows.trade_date({"TRADE_DATE": "20251125"}) == "20251125"


@pytest.mark.parametrize(("number", "fits"), [("", False), ("7" * 64, True), ("7" * 65, False), (7, False)])
def test_a_contract_number_fits_an_id(number: object, fits: bool) -> None:
    try:
        assert (rows.contract({"ORDER_ID": number}) == number) is fits
    except ValueError:
        assert not fits
