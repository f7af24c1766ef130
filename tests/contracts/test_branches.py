"""``ports.BranchesPort``: the same tests for the fake and for the real links, gateway and trading system."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shared import aci
from shared.enums import Refusal
from shared.ids import AccountNo, BranchId, CallId, ContractNo, Fen, OrderKey, Shares, StockCode
from shared.secret import Secret
from switch_server.core.facts import BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, OrderSilent, Resolve, SendOrder
from tests.branch.programs import ACCOUNT, BRANCH, PIN, Branch, branch, order
from tests.fakes.branches import FakeBranches

NOWHERE = BranchId("GZ99")
CALL = CallId("20251125-120000-0001")


class FakeRig(Branch):
    """The fake with the helpers of ``Branch``."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.links: Any = FakeBranches(self.post, [BRANCH], _script)


def _script(request: aci.Request) -> aci.Reply | None:
    match request:
        case aci.LogIn(account):
            return aci.LoggedIn(account, "陈小明")
        case aci.AskFunds():
            return aci.Funds(Fen(1), Fen(1), Fen(0), Fen(0))
        case aci.AskQuote("999999"):
            return aci.Refused(Refusal.UNKNOWN_CODE)
        case aci.PlaceOrder(key, quantity=quantity) if quantity % 100:
            return aci.OrderRefused(key, Refusal.BAD_LOT)
        case _:
            return None


Test = Callable[[Branch], Awaitable[None]]


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.slow)])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Test], None]:
    """Runs an async test on the fake or on the real adapter."""

    async def real(test: Test) -> None:
        async with branch(tmp_path) as rig:
            await test(rig)

    async def fake(test: Test) -> None:
        await test(FakeRig())

    return lambda test: asyncio.run((real if request.param == "real" else fake)(test))


def ask(query: aci.Request, number: int = 1, at: BranchId = BRANCH, pin: str | None = None) -> AskBranch:
    return AskBranch(CALL, number, at, query, Secret(pin) if pin else None)


def test_a_question_is_answered_with_its_number(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        answered = await rig.answer(ask(aci.AskFunds(ACCOUNT), 7), BranchAnswered)
        assert (answered.call, answered.request) == (CALL, 7)
        assert isinstance(answered.reply, aci.Funds)
        logged_in = await rig.answer(ask(aci.LogIn(ACCOUNT, ""), 8, pin=PIN), BranchAnswered)
        assert logged_in.reply == aci.LoggedIn(ACCOUNT, "陈小明")
        refused = await rig.answer(ask(aci.AskQuote(StockCode("999999")), 9), BranchAnswered)
        assert isinstance(refused.reply, aci.Refused)
        assert refused.reply.code is Refusal.UNKNOWN_CODE

    on_both(test)


def test_a_question_outside_calls_is_answered_to_its_sender(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        replies: asyncio.Queue[aci.Reply] = asyncio.Queue()
        events = len(rig.events)
        for at, query, expected in (
            (BRANCH, aci.AskFunds(ACCOUNT), aci.Funds),
            (BRANCH, aci.AskQuote(StockCode("999999")), Refusal.UNKNOWN_CODE),
            (NOWHERE, aci.AskHoldings(ACCOUNT), Refusal.BRANCH_DOWN),
        ):
            rig.links.ask(at, query, replies.put_nowait)
            reply = await asyncio.wait_for(replies.get(), 30)
            assert reply.code is expected if isinstance(reply, aci.Refused) else isinstance(reply, expected)  # type: ignore[arg-type]
        assert replies.empty()
        assert not [event for event in rig.events[events:] if isinstance(event, BranchAnswered)]

    on_both(test)


def test_a_branch_that_is_up_was_told_of_first(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        assert rig.events[0] == BranchUp(BRANCH)

    on_both(test)


def test_an_absent_branch_is_down_and_gets_no_orders(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        answered = await rig.answer(ask(aci.AskFunds(ACCOUNT), at=NOWHERE), BranchAnswered)
        assert answered.reply == aci.Refused(Refusal.BRANCH_DOWN)
        key = OrderKey("k1")
        for effect in (SendOrder(key, NOWHERE, order("k1")), Resolve(key, NOWHERE)):
            assert await rig.answer(effect, OrderSilent) == OrderSilent(key, never_left=True)

    on_both(test)


def test_a_key_is_an_order_once(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        key = OrderKey("k1")
        first = await rig.answer(SendOrder(key, BRANCH, order("k1")), OrderAnswered)
        assert isinstance(first.reply, aci.OrderAccepted)
        assert first.reply.contract
        again = await rig.answer(SendOrder(key, BRANCH, order("k1", quantity=Shares(500))), OrderAnswered)
        assert again == first
        assert await rig.answer(Resolve(key, BRANCH), OrderAnswered) == first
        other = await rig.answer(SendOrder(OrderKey("k2"), BRANCH, order("k2")), OrderAnswered)
        assert isinstance(other.reply, aci.OrderAccepted)
        assert other.reply.contract != first.reply.contract

    on_both(test)


def test_a_refused_order_stays_refused(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        key = OrderKey("k1")
        first = await rig.answer(SendOrder(key, BRANCH, order("k1", quantity=Shares(150))), OrderAnswered)
        assert isinstance(first.reply, aci.OrderRefused)
        assert first.reply.code is Refusal.BAD_LOT
        again = await rig.answer(SendOrder(key, BRANCH, order("k1")), OrderAnswered)
        assert again == first

    on_both(test)


def test_a_key_that_was_never_seen_is_void_for_ever(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        key = OrderKey("k1")
        void = OrderAnswered(key, aci.OrderVoid(key))
        assert await rig.answer(Resolve(key, BRANCH), OrderAnswered) == void
        assert await rig.answer(SendOrder(key, BRANCH, order("k1")), OrderAnswered) == void

    on_both(test)


def test_a_cancel_has_a_key_of_its_own(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        placed = await rig.answer(SendOrder(OrderKey("k1"), BRANCH, order("k1")), OrderAnswered)
        assert isinstance(placed.reply, aci.OrderAccepted)
        cancel = aci.CancelOrder(OrderKey("k2"), ACCOUNT, ContractNo(placed.reply.contract))
        first = await rig.answer(SendOrder(cancel.key, BRANCH, cancel), OrderAnswered)
        assert first.reply == aci.OrderAccepted(cancel.key, placed.reply.contract)
        assert await rig.answer(SendOrder(cancel.key, BRANCH, cancel), OrderAnswered) == first

    on_both(test)


def test_many_at_once_are_each_answered_once(on_both: Callable[[Test], None]) -> None:
    async def test(rig: Branch) -> None:
        for number in range(200):
            rig.links.do(SendOrder(OrderKey(f"m{number}"), BRANCH, order(f"m{number}")))
            rig.links.do(ask(aci.AskFunds(AccountNo(ACCOUNT)), number))
        await rig.event(lambda _event: len(answers(rig)) >= 400)
        assert len(answers(rig)) == len(set(answers(rig))) == 400

    on_both(test)


def answers(rig: Branch) -> list[str | int]:
    keys: list[str | int] = [event.key for event in rig.events if isinstance(event, OrderAnswered)]
    return keys + [event.request for event in rig.events if isinstance(event, BranchAnswered)]
