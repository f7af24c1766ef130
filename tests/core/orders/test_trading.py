"""Enquiries and orders: read back, confirmed once, accepted, refused, in doubt, reported, recovered."""

from typing import Any

import pytest

from shared import aci
from shared.days import day_after, day_start, shanghai_day
from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, BranchId, CallId, ContractNo, Fen, Milli, OrderKey, Shares
from switch_server.core import catalogue as ev
from switch_server.core.orders import JournalOrder, OrderState, RecordOrderState, Resolve, SendOrder
from switch_server.core.orders.book import KEEP_SETTLED
from switch_server.core.orders.effects import ReportOrigin
from tests.core.world import ACCOUNT, BRANCH, CODE, QUOTE, World, order_row

HOLDING = aci.Holding(Market.SH, CODE, "贵州茅台", Shares(300), Shares(200), Milli(1_400_000), Milli(1_500_000))


def read_back(world: World) -> CallId:
    """A caller who has heard the read-back of 100 shares at 1500.50."""
    call = world.logged_in()
    world.press(call, "3600519")
    world.run(3.0)
    world.press(call, "1500*5#")
    world.run(3.0)
    world.press(call, "100#")
    world.run(4.0)
    assert world.step(call) == "confirm"
    return call


def ordered(world: World) -> OrderKey:
    call = read_back(world)
    world.press(call, "1")
    world.run(0.5)
    [key] = world.switch.book.orders
    return key


def state(world: World, key: OrderKey) -> str:
    return world.switch.book.orders[key].state.value


def report(
    status: OrderStatus,
    key: OrderKey | None,
    seq: int = 1,
    filled: int = 0,
    branch: BranchId = BRANCH,
    account: AccountNo = ACCOUNT,
) -> ev.OrderReported:
    return ev.OrderReported(
        branch,
        aci.OrderReport(
            seq, "20261122", account, ContractNo("880001"), status, Shares(filled), Shares(0), Milli(1), 1.0, key
        ),
    )


def test_an_order_is_read_back_confirmed_sent_and_its_contract_heard() -> None:
    world = World()
    key = ordered(world)
    assert world.reactions.at_branch == {
        key: aci.PlaceOrder(key, ACCOUNT, Market.SH, CODE, Side.BUY, Milli(1_500_500), Shares(100))
    }
    assert world.heard()[-7:] == ["accepted", "num/8", "num/8", "num/0", "num/0", "num/0", "num/yao"]
    [journalled] = world.all(JournalOrder)
    context = journalled.context
    assert (context.account, context.branch) == (ACCOUNT, BRANCH)
    assert context.yes_ms == 1234  # the key's position in the recording
    assert context.read_back_ms is not None
    assert context.recording == f"{context.call}r1"
    assert [r.state for r in world.all(RecordOrderState)] == ["sent", "accepted"]
    assert world.transitions("order") == [
        "new -> confirmed -> captured", "captured -> journalled -> sent", "sent -> accepted -> accepted",
    ]  # fmt: skip
    assert world.switch.snapshot().orders == {"accepted": 1}
    assert world.switch.book.orders[key].contract == "880001"
    world.finish()


def test_no_order_without_the_key_1() -> None:
    world = World()
    call = read_back(world)
    world.hang_up(call)
    world.finish()
    assert world.all(JournalOrder) == []
    assert world.row("calls", call)["ended_at_step"] == "confirm"


@pytest.mark.parametrize("keys", ["2", "*", "7"])
def test_any_other_key_orders_nothing(keys: str) -> None:
    world = World()
    call = read_back(world)
    world.press(call, keys)
    world.run(5.0)
    world.finish()
    assert world.all(JournalOrder) == []


def test_a_doubled_key_1_is_one_order() -> None:
    world = World()
    call = read_back(world)
    world.press(call, "11", every=0.0)
    world.run(20.0)
    assert len(world.all(SendOrder)) == len(world.reactions.at_branch) == 1
    world.finish()


def test_keys_pressed_before_the_read_back_do_not_confirm_it() -> None:
    world = World()
    call = world.logged_in()
    world.press(call, "3600519")
    world.run(3.0)
    world.press(call, "1500#")
    world.run(3.0)
    world.press(call, "5" * 2 + "*", every=0.0)  # back to the price
    world.press(call, "1500#100#1", every=0.0)  # the 1 waits until the max_quantity request is answered
    world.run(3.0)
    assert world.step(call) == "confirm"
    assert world.all(JournalOrder) == []
    world.finish()


def test_a_lone_hash_takes_the_last_price() -> None:
    world = World()
    call = world.logged_in()
    world.press(call, "4600519")
    world.run(3.0)
    world.press(call, "#")
    world.run(3.0)
    world.press(call, "100#")
    world.run(4.0)
    world.press(call, "1")
    world.run(1.0)
    [order] = world.reactions.at_branch.values()
    assert isinstance(order, aci.PlaceOrder)
    assert (order.side, order.price) == (Side.SELL, QUOTE.last)
    world.finish()


def test_a_price_goes_back_by_two_stars() -> None:
    world = World()
    call = world.logged_in()
    world.press(call, "3600519")
    world.run(3.0)
    world.press(call, "12**")
    assert world.step(call) == "code"
    world.finish()


def test_a_refused_order_is_told() -> None:
    world = World()
    world.reactions.order_reply = lambda key: aci.OrderRefused(key, Refusal.NO_CASH)
    key = ordered(world)
    assert world.heard()[-1] == "refusal/no_cash"
    assert state(world, key) == "refused"
    world.tell(ev.OrderAnswered(key, aci.OrderAccepted(key, ContractNo("9"))))
    assert state(world, key) == "refused"
    assert world.switch.counters["order_events_ignored"] == 1
    world.run(KEEP_SETTLED)
    assert key not in world.switch.book.orders
    world.finish()


def test_an_order_that_is_not_durable_is_not_sent() -> None:
    world = World()
    world.reactions.journal = False
    key = ordered(world)
    assert world.heard()[-1] == "refusal/journal_failed"
    assert world.all(SendOrder) == []
    assert state(world, key) == "failed"
    world.finish()


def test_a_frame_that_never_left_is_a_refusal() -> None:
    world = World()
    world.reactions.order_reply = lambda _: None
    key = ordered(world)
    world.tell(ev.OrderSilent(key, never_left=True))
    assert world.heard()[-1] == "refusal/branch_down"
    assert state(world, key) == "refused"
    world.finish()


def test_silence_is_doubt_and_is_asked_about_until_decided() -> None:
    world = World()
    world.reactions.order_reply = lambda _: None
    world.reactions.resolve_reply = aci.OrderPending
    key = ordered(world)
    world.run(13.0)
    assert "in_doubt" in world.heard()
    assert state(world, key) == "in_doubt"
    world.run(20.0)
    asked = len(world.all(Resolve))
    assert asked >= 3
    world.tell(ev.BranchDown(BRANCH))
    world.run(100.0)
    assert len(world.all(Resolve)) == asked
    world.reactions.resolve_reply = aci.OrderVoid
    world.tell(ev.BranchUp(BranchId("GZ02")))  # another branch has no answer to it
    assert len(world.all(Resolve)) == asked
    world.tell(ev.BranchUp(BRANCH))
    world.run(1.0)
    assert state(world, key) == "void"
    assert len(world.all(SendOrder)) == 1
    world.finish()


def test_an_answer_that_makes_no_sense_is_doubt() -> None:
    world = World()
    world.reactions.order_reply = lambda _: aci.ReportsSent()
    world.reactions.resolve_reply = lambda _: aci.OrderPending(OrderKey("x"))
    key = ordered(world)
    assert state(world, key) == "in_doubt"
    world.finish()


def test_a_report_resolves_and_the_caller_hears_the_contract() -> None:
    world = World()
    world.reactions.order_reply = lambda _: None
    key = ordered(world)
    world.tell(report(OrderStatus.REPORTED, key))
    assert state(world, key) == "working"
    assert "accepted" in world.heard()
    world.finish()


def test_reports_in_any_order_never_shrink_or_leave_the_end() -> None:
    world = World()
    key = ordered(world)
    world.tell(report(OrderStatus.PART_FILLED, key, seq=3, filled=60))
    world.tell(report(OrderStatus.REPORTED, key, seq=2))
    order = world.switch.book.orders[key]
    assert (order.filled, order.status) == (60, OrderStatus.PART_FILLED)
    world.tell(report(OrderStatus.FILLED, key, seq=4, filled=100))
    world.tell(report(OrderStatus.CANCELLED, key, seq=5))
    assert state(world, key) == "filled"
    assert world.switch.counters["order_reports_after_end"] == 1
    world.tell(ev.OrderAnswered(key, aci.OrderAccepted(key, ContractNo("1"))))
    assert order.contract == "880001"
    world.finish()


def test_reports_of_orders_that_are_not_held_bring_their_rows_up_to_date() -> None:
    world = World()
    world.tell(report(OrderStatus.FILLED, None))
    world.tell(report(OrderStatus.PART_FILLED, OrderKey("20261101T000000-0001-1"), seq=4, filled=10))
    assert world.switch.counters["order_reports_of_others"] == 1
    assert world.switch.counters["order_reports_looked_up"] == 1
    [row] = world.all(RecordOrderState)
    assert (row.state, row.filled) == ("working", 10)
    assert row.report == ReportOrigin(BRANCH, ACCOUNT, "20261122", 4, held=False)
    assert not [event for _, _, event in world.journal if isinstance(event, ev.OrderReported)]
    world.finish()


@pytest.mark.parametrize(
    "strange", [{"branch": BranchId("GZ02")}, {"account": AccountNo("1000999999")}], ids=["branch", "account"]
)
def test_a_report_of_another_branch_or_account_moves_nothing(strange: dict[str, Any]) -> None:
    world = World()
    key = ordered(world)
    written = len(world.all(RecordOrderState))
    world.tell(report(OrderStatus.FILLED, key, filled=100, **strange))
    order = world.switch.book.orders[key]
    assert (order.state, order.filled, order.status) == (OrderState.ACCEPTED, 0, None)
    assert len(world.all(RecordOrderState)) == written
    assert not [event for _, _, event in world.journal if isinstance(event, ev.OrderReported)]
    assert world.switch.counters["order_reports_refused"] == 1
    assert world.switch.book.foreign == {strange.get("branch", BRANCH): 1}
    world.tell(report(OrderStatus.FILLED, key, filled=100))
    assert state(world, key) == "filled"
    world.finish()


def test_a_recovered_cancel_takes_the_reports_of_its_branch() -> None:
    """Its account is not in memory, but its branch is."""
    world = World()
    key = OrderKey("20261121T100000-0001-1")
    world.reactions.resolve_reply = lambda _: None
    world.tell(ev.OrderRecovered(key, CallId("20261121T100000-0001"), BRANCH, None, "880001"))
    world.tell(report(OrderStatus.REPORTED, key, branch=BranchId("GZ02")))
    assert state(world, key) == "in_doubt"
    world.tell(report(OrderStatus.REPORTED, key))
    assert state(world, key) == "working"
    world.finish()


def test_an_order_that_is_never_filled_leaves_the_memory_with_its_day() -> None:
    """The day is Shanghai's. Later reports by its branch go to the journal, which still has the order."""
    world = World()
    key = ordered(world)
    undecided = OrderKey("20261121T100000-0002-1")
    world.tell(ev.OrderRecovered(undecided, CallId("20261121T100000-0002"), BranchId("GZ02"), None))
    midnight = day_start(day_after(shanghai_day(world.now)))
    world.run(midnight - world.now - 60.0)
    later = OrderKey("20261121T100000-0003-1")
    world.tell(ev.OrderRecovered(later, CallId("20261121T100000-0003"), BRANCH, None))
    world.run(1.0)
    assert world.switch.snapshot().orders == {"accepted": 2, "in_doubt": 1}
    world.run(60.0)
    assert list(world.switch.book.orders) == [undecided]
    assert world.switch.snapshot().orders == {"in_doubt": 1}
    world.tell(report(OrderStatus.FILLED, key, filled=100))
    assert [(row.key, row.state) for row in world.all(RecordOrderState)][-1] == (key, "filled")
    world.tell(ev.BranchUp(BranchId("GZ02")))
    world.run(1.0)
    assert world.switch.snapshot().orders == {"accepted": 1}
    world.run(24 * 3600.0)
    assert world.switch.snapshot().orders == {}
    world.finish()


def test_a_cancel_is_read_back_and_sent_once() -> None:
    world = World()
    world.reactions.replies[aci.AskOrders] = aci.Orders((order_row("880777"),))
    call = world.logged_in()
    world.press(call, "6880777#")
    world.run(3.0)
    assert world.step(call) == "confirm_cancel"
    world.press(call, "1")
    world.run(0.5)
    [(key, order)] = world.reactions.at_branch.items()
    assert order == aci.CancelOrder(key, ACCOUNT, ContractNo("880777"))
    assert world.switch.book.orders[key].is_cancel
    world.run(KEEP_SETTLED + 1)
    assert not world.switch.book.orders
    world.finish()


def test_an_unknown_contract_is_asked_again() -> None:
    world = World()
    call = world.logged_in()
    world.press(call, "6880777#")
    world.run(1.0)
    assert world.step(call) == "contract"
    world.finish()


def test_orders_of_before_the_restart_are_asked_about() -> None:
    world = World()
    old = [OrderKey(f"20261121T100000-0001-{n}") for n in (1, 2)]
    down = OrderKey("20261121T100000-0002-1")
    for key, cancels in zip(old, (None, "880001"), strict=True):
        world.tell(ev.OrderRecovered(key, CallId("20261121T100000-0001"), BRANCH, None, cancels))
    world.tell(ev.OrderRecovered(down, CallId("20261121T100000-0002"), BranchId("GZ02"), None))
    world.tell(ev.OrderRecovered(down, CallId("20261121T100000-0002"), BranchId("GZ02"), None))
    world.run(1.0)
    assert [r.key for r in world.all(Resolve)] == old
    assert state(world, old[0]) == "accepted"
    assert state(world, down) == "in_doubt"
    world.run(KEEP_SETTLED)
    assert old[1] not in world.switch.book.orders  # the cancel has ended, the order has not
    assert old[0] in world.switch.book.orders
    world.finish()


def test_a_key_that_is_known_is_the_same_order() -> None:
    world = World()
    key = ordered(world)
    [journalled] = world.all(JournalOrder)
    world.switch.capture(key, journalled.order, journalled.context)
    assert world.switch.counters["orders_repeated"] == 1
    world.tell(ev.OrderJournalled(key))
    assert len(world.all(SendOrder)) == 1
    world.switch.book.timed_out(key)  # a timer of a former state
    world.switch.book.timed_out(OrderKey("gone"))
    world.finish()


def test_an_order_goes_on_without_its_caller() -> None:
    world = World()
    call = read_back(world)
    world.press(call, "1", every=0.0)
    world.hang_up(call)
    world.run(1.0)
    assert [order.state.value for order in world.switch.book.orders.values()] == ["accepted"]
    world.finish()


def test_questions_are_answered_in_words() -> None:
    world = World()
    world.reactions.replies[aci.AskHoldings] = aci.Holdings((HOLDING,) * 3)
    world.reactions.replies[aci.AskOrders] = aci.Orders((order_row("12"),))
    call = world.logged_in()
    world.press(call, "5")
    world.run(4.0)
    assert "available" in world.heard()
    world.press(call, "#")
    world.run(4.0)
    assert world.heard().count("stock/600519") == 2  # the newest two of three
    world.press(call, "A")
    world.run(2.5)
    assert world.heard()[-4:-2] != []
    world.press(call, "2600519")
    world.run(3.0)
    assert "last_price" in world.heard()
    world.finish()


def test_an_empty_list_has_words_of_its_own() -> None:
    world = World()
    call = world.logged_in()
    world.press(call, "#")
    world.run(1.0)
    assert world.heard()[-1] == "none"
    world.finish()


def test_questions_need_a_log_in_and_a_branch() -> None:
    world = World()
    call = world.answered()
    world.press(call, "5")
    assert world.heard()[-1] == "refusal/not_logged_in"
    world.run(6.0)
    world.tell(ev.BranchDown(BRANCH))
    world.press(call, "2600519")
    assert world.heard()[-1] == "refusal/branch_down"
    world.finish()


def test_a_branch_that_is_slow_refuses_or_talks_nonsense() -> None:
    world = World()
    call = world.logged_in()
    replies = world.reactions.replies
    for reply, heard in (
        (None, "refusal/branch_slow"),
        (aci.Refused(Refusal.MARKET_CLOSED), "refusal/market_closed"),
        (aci.MaxQuantity(Shares(3)), "refusal/bad_answer"),
    ):
        replies[aci.AskFunds] = reply
        world.press(call, "5")
        world.run(9.5)
        assert heard in world.heard()
    world.finish()


def test_times_and_amounts_out_of_all_reason_are_spoken() -> None:
    world = World()
    row = order_row("12")
    odd = aci.OrderRow(*(getattr(row, name) for name in row.__struct_fields__[:-2]), placed_at=1e300, key=None)
    world.reactions.replies[aci.AskOrders] = aci.Orders((odd,))
    world.reactions.replies[aci.AskFunds] = aci.Funds(*(Fen(value) for value in (-1, -(10**18), 0, 10**15)))
    call = world.logged_in()
    world.press(call, "A")
    world.run(6.0)
    world.press(call, "5")
    world.run(2.0)
    assert world.heard().count("available") == 1
    world.finish()


def test_a_confirmation_is_used_once() -> None:
    world = World()
    call = read_back(world)
    services = world.switch.calls[call].services
    services.run("place_order")  # as in a flow without a read-back before this step
    assert world.all(JournalOrder) == []
    world.finish()
    assert AccountNo(ACCOUNT) == ACCOUNT
