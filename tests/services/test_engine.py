"""The loop around the core, with the fakes of all ports: order, deadlines, journal, and adapters that fail."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared import aci
from shared.enums import EndCause, Market, Side
from shared.ids import AccountNo, AgentId, BranchId, CallId, CardId, LegId, Milli, OrderKey, Shares, StockCode
from switch_server.core.facts import CardUp, HangUpOrdered
from switch_server.core.flow import Configured, Input, Say
from switch_server.core.leg import Answer, DigitPressed, DigitUsed, HangUp, LegEnded, LineEffect
from switch_server.core.orders import JournalOrder, OrderContext, RecordOrderState
from switch_server.core.words import Audit, Effect, Event, Limits, SwitchConfig, Transition, Trunk
from switch_server.services import engine as engine_module
from switch_server.services.clock import Clock
from switch_server.services.engine import MOST_AT_ONCE, Adapters, Engine
from tests.core.a_flow import flow_of
from tests.fakes.branches import FakeBranches
from tests.fakes.cards import FakeCards
from tests.fakes.desks import FakeDesks
from tests.fakes.lines import FakeLines
from tests.fakes.order_journal import FakeOrderJournal
from tests.fakes.store import FakeStore

DEADLINE = 20.0
PIN = "314159"
GOODBYE = flow_of("hello", {"hello": Say(("welcome",), "bye")}, "*")
ASKING = flow_of("ask", {"ask": Input(("enter_pin",), "pin", "bye", "bye", min=6, max=6, secret=True)}, "*")


class Log:
    """``ports.EventLogPort``."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.at: list[float] = []

    def append(self, event: Event, at: float) -> int:
        self.events.append(event)
        self.at.append(at)
        return len(self.events)


class Broken:
    """An adapter with a bug: every ``do`` raises."""

    def do(self, effect: Effect) -> None:
        raise RuntimeError(f"no {type(effect).__name__} today")

    def live_legs(self) -> frozenset[LegId]:
        raise RuntimeError("no legs today")


class EngineRig:
    """An engine among fakes; ``cards.play_at_once``: plays end at once."""

    def __init__(self, **instead: Any) -> None:
        self.engine = Engine(Clock())
        post = self.engine.post
        self.log = Log()
        self.lines = FakeLines(post)
        self.cards = FakeCards(post, play_at_once=True)
        self.store = FakeStore(post)
        self.orders = FakeOrderJournal(post)
        self.desks = FakeDesks(post)
        world = {
            "lines": self.lines, "cards": self.cards, "branches": FakeBranches(post), "order_journal": self.orders,
            "store": self.store, "event_log": self.log, "desks": self.desks, "faxes": self.desks,
        }  # fmt: skip
        self.world = Adapters(**(world | instead))

    @property
    def calls(self) -> dict[CallId, Any]:
        return dict(self.engine.switch.calls)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(DEADLINE):
            while not condition():  # noqa: ASYNC110  the core knows no asyncio
                await asyncio.sleep(0.005)


@asynccontextmanager
async def shell(flow: Any = GOODBYE, limits: Limits | None = None, **instead: Any) -> AsyncIterator[EngineRig]:
    made = EngineRig(**instead)
    config = SwitchConfig(trunks=(Trunk("local"),), limits=limits or Limits())
    made.engine.post(Configured(config, (flow,)))
    await made.cards.start()
    made.engine.start(made.world)
    try:
        yield made
    finally:
        await made.engine.stop()


def run(test: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(test(), 2 * DEADLINE))


# --- order ---


def test_after_comes_once_what_was_posted_before_is_handled() -> None:
    async def test() -> None:
        async with shell() as on:
            seen: list[int] = []

            def broken() -> None:
                raise RuntimeError("a bug of an adapter's")

            on.engine.post(HangUpOrdered(CallId("a")))
            on.engine.after(broken)
            on.engine.after(lambda: seen.append(len(on.log.events)))
            on.engine.post(HangUpOrdered(CallId("b")))
            await on.engine.settled()
            assert seen == [3], "Configured, CardUp and the first"
            assert len(on.log.events) == 4
            assert on.engine.switch.counters["faults"] == 1

    run(test)


def test_what_was_posted_before_the_start_is_handled_first_and_in_order() -> None:
    async def test() -> None:
        async with shell() as on:
            on.engine.post(HangUpOrdered(CallId("later")))
            await on.until(lambda: len(on.log.events) >= 3)
            assert [type(event).__name__ for event in on.log.events] == ["Configured", "CardUp", "HangUpOrdered"]

    run(test)


def test_posts_of_several_threads_keep_the_order_of_each() -> None:
    names = [[CallId(f"{thread}-{number}") for number in range(400)] for thread in range(4)]

    async def test() -> None:
        async with shell() as on:

            def post(mine: list[CallId]) -> None:
                for name in mine:
                    on.engine.post(HangUpOrdered(name))

            threads = [threading.Thread(target=post, args=(mine,)) for mine in names[1:]]
            for thread in threads:
                thread.start()
            for name in names[0]:  # the loop's own thread is one of them
                on.engine.post(HangUpOrdered(name))
                await asyncio.sleep(0)
            await on.until(lambda: len(on.log.events) == 2 + 1600)
            for thread in threads:
                thread.join()
            handled = [event.call for event in on.log.events if isinstance(event, HangUpOrdered)]
            for number, mine in enumerate(names):
                assert [name for name in handled if name.startswith(f"{number}-")] == mine
            assert on.log.at == sorted(on.log.at)

    run(test)


def test_events_posted_now_are_handled_at_once_behind_what_is_queued() -> None:
    async def test() -> None:
        async with shell() as on:
            await on.until(lambda: len(on.log.events) == 2)
            on.engine.post_now([HangUpOrdered(CallId("1")), HangUpOrdered(CallId("2"))])
            assert [event.call for event in on.log.events if isinstance(event, HangUpOrdered)] == ["1", "2"]
            on.engine.post(HangUpOrdered(CallId("3")))
            on.engine.post_now([HangUpOrdered(CallId("4"))])
            await on.until(lambda: len(on.log.events) == 2 + 4)
            assert [event.call for event in on.log.events if isinstance(event, HangUpOrdered)] == ["1", "2", "3", "4"]

    run(test)


def test_many_events_do_not_block_the_loop() -> None:
    async def test() -> None:
        async with shell() as on:
            await on.until(lambda: len(on.log.events) == 2)
            for number in range(5 * MOST_AT_ONCE):
                on.engine.post(HangUpOrdered(CallId(str(number))))
            seen = []
            while len(on.log.events) < 2 + 5 * MOST_AT_ONCE:
                await asyncio.sleep(0)
                seen.append(len(on.log.events))
            assert max(b - a for a, b in zip([2, *seen], seen, strict=False)) <= MOST_AT_ONCE

    run(test)


def test_stopping_handles_what_is_queued_and_nothing_more() -> None:
    async def test() -> EngineRig:
        async with shell() as on:
            for number in range(3 * MOST_AT_ONCE):
                on.engine.post(HangUpOrdered(CallId(str(number))))
        assert len(on.log.events) == 2 + 3 * MOST_AT_ONCE
        on.engine.post(HangUpOrdered(CallId("late")))
        await asyncio.sleep(0)
        assert len(on.log.events) == 2 + 3 * MOST_AT_ONCE
        return on

    after = asyncio.run(test())
    after.engine.post(HangUpOrdered(CallId("the loop is closed")))


def test_a_post_to_a_closed_loop_is_passed_over() -> None:
    engine = Engine(Clock())

    async def test() -> None:
        engine.start(EngineRig().world)

    asyncio.run(test())  # the loop ends without a stop
    engine._scheduled = False
    engine.post(HangUpOrdered(CallId("late")))


# --- a call ---


def test_a_call_from_ring_to_goodbye() -> None:
    async def test() -> None:
        async with shell() as on:
            leg = on.lines.offer()
            await on.until(lambda: on.engine.switch.counters["ended_goodbye"])
            assert not on.calls
            assert [type(effect).__name__ for effect in on.lines.effects] == ["Ring", "Answer", "HangUp"]
            assert leg not in on.lines.live_legs()
            (row,) = on.store.rows["calls"].values()
            assert row["cause"] == "goodbye"

    run(test)


def test_a_deadline_passes_without_an_event() -> None:
    async def test() -> None:
        waiting = flow_of("ask", {"ask": Input(("enter_pin",), "code", "bye", "bye", first_digit=0.05, tries=1)}, "*")
        async with shell(waiting) as on:
            on.lines.offer()
            await on.until(
                lambda: on.engine.switch.counters["ended_no_input"] + on.engine.switch.counters["ended_goodbye"]
            )
        async with shell(GOODBYE, Limits(call_max=0.05), cards=Silent()) as on:
            on.engine.post(CardUp(CardId("card-1"), 9))
            on.lines.offer()
            await on.until(lambda: any(isinstance(effect, HangUp) for effect in on.lines.effects))


class Silent:
    """Cards that answer no command."""

    def do(self, effect: Effect) -> None: ...

    def flush(self) -> None: ...


# --- the journal ---


def test_the_journal_has_what_the_core_says_and_never_a_key_of_a_secret() -> None:
    async def test() -> None:
        async with shell(ASKING) as on:
            leg = on.lines.offer()
            await on.until(lambda: on.cards.channels and any(leg in legs for legs in on.cards.channels.values()))
            on.lines.press(leg, PIN)
            await on.until(lambda: not on.calls and on.engine.switch.counters["ended_goodbye"])
            kinds = [type(event) for event in on.log.events]
            assert DigitPressed not in kinds
            assert kinds.count(DigitUsed) == len(PIN)
            assert {event.digit for event in on.log.events if isinstance(event, DigitUsed)} == {"•"}
            assert PIN not in repr(on.log.events)
            assert LegEnded in kinds

    run(test)


def order(key: str = "c1/1") -> JournalOrder:
    place = aci.PlaceOrder(
        key=OrderKey(key), account=AccountNo("1"), market=Market.SH, code=StockCode("600519"), side=Side.BUY,
        price=Milli(1), quantity=Shares(100),
    )  # fmt: skip
    return JournalOrder(
        OrderKey(key), place, OrderContext(CallId("c1"), AccountNo("1"), BranchId("GZ01"), None, None, None)
    )


class Both:
    """Order journal and store in one, to observe their order."""

    def __init__(self, told: list[tuple[str, Effect]], name: str) -> None:
        self._told, self._name = told, name

    def do(self, effect: Effect) -> None:
        self._told.append((self._name, effect))


def test_the_order_journal_comes_before_the_store() -> None:
    told: list[tuple[str, Effect]] = []

    async def test() -> None:
        async with shell(order_journal=Both(told, "journal"), store=Both(told, "store")) as on:
            effects = [order(), RecordOrderState(OrderKey("c1/1"), "accepted", "answer")]
            on.engine._out(effects)
            assert told == [(name, effect) for effect in effects for name in ("journal", "store")]

    run(test)


def test_no_journal_no_store() -> None:
    """An order that the journal refused is not in the store either."""
    told: list[tuple[str, Effect]] = []

    async def test() -> None:
        async with shell(order_journal=Broken(), store=Both(told, "store")) as on:
            on.engine._out([order()])
            assert told == []
            assert on.engine.switch.counters["faults"] == 1

    run(test)


# --- failures ---


def test_an_adapter_that_raises_does_not_stop_the_other_effects(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with shell(store=Broken()) as on:
            on.lines.offer()
            await on.until(lambda: on.engine.switch.counters["ended_goodbye"])
            assert any(isinstance(effect, Answer) for effect in on.lines.effects)
            assert on.engine.switch.counters["faults"] > 1

    run(test)
    assert "could not carry out SaveRecord" in caplog.text


def test_an_event_that_makes_the_core_raise_is_told_and_the_next_are_handled(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with shell() as on:
            on.engine.post("nonsense")  # type: ignore[arg-type]
            on.lines.offer()
            await on.until(lambda: on.engine.switch.counters["ended_goodbye"])
            assert on.engine.switch.counters["faults"] == 1

    run(test)
    assert "fault while handling" in caplog.text


def test_every_effect_has_an_adapter() -> None:
    async def test() -> None:
        async with shell() as on:
            orphans = {
                kind for kind in leaves(Effect)
                if kind not in on.engine._carry and kind is not Transition and not issubclass(kind, LineEffect)
            }  # fmt: skip
            assert orphans == set()

    run(test)


def leaves(kind: type) -> set[type]:
    below = kind.__subclasses__()
    return set().union(*map(leaves, below)) if below else {kind}


def test_transitions_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with shell() as on:
            on.engine._out([Transition("order", "c1/1", "sent", "answered", "accepted"), Audit("a", "b", "c")])
            assert on.store.audits == [Audit("a", "b", "c")]

    with caplog.at_level(logging.INFO, "huawu.transitions"):
        run(test)
    assert "order c1/1: sent -> answered -> accepted" in caplog.text


# --- reconcile ---


def test_legs_are_compared_with_those_of_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "RECONCILE_EVERY", 0.02)

    async def test() -> None:
        async with shell() as on:
            on.cards._at_once = False  # plays no longer end, so the call goes on
            leg = on.lines.offer()
            await on.until(lambda: any(effect.leg == leg for effect in on.lines.effects))
            on.lines._live.clear()  # the lines no longer have the call's leg
            on.lines._live[LegId("stray.1")] = True  # and have a leg that the core does not know
            await on.until(lambda: not on.calls and HangUp(LegId("stray.1"), EndCause.RECONCILED) in on.lines.effects)
            assert on.engine.switch.counters["repaired_legs"] >= 2
            assert on.engine.switch.counters["ended_reconciled"] == 1
            assert LegEnded(leg, EndCause.RECONCILED) in on.log.events

    run(test)


def test_the_comparison_survives_lines_that_raise(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_module, "RECONCILE_EVERY", 0.01)

    async def test() -> None:
        async with shell(lines=Broken()) as on:
            await on.until(lambda: caplog.text.count("fault while handling reconcile") >= 2)
            assert on.engine.switch.counters["faults"] >= 2
            assert on.engine._reconciler is not None
            assert not on.engine._reconciler.done()

    run(test)


def test_the_comparison_survives_the_core(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(engine_module, "RECONCILE_EVERY", 0.01)

    async def test() -> None:
        async with shell() as on:
            on.engine.switch.desks.seats[AgentId("1001")] = None  # type: ignore[assignment]  # a bug of ours
            on.lines.live_legs = lambda: None  # type: ignore[method-assign,assignment,return-value]
            await on.until(lambda: on.engine.switch.counters["faults"] >= 2)
            del on.lines.live_legs
            faults = on.engine.switch.counters["faults"]
            await on.until(lambda: on.engine.switch.counters["faults"] > faults)
            assert on.engine._reconciler is not None
            assert not on.engine._reconciler.done()
        assert "fault while handling reconcile" in caplog.text

    run(test)


def test_an_event_that_cannot_be_handled_keeps_none_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """The journal raises: later events are still handled, and deadlines pass."""

    async def test() -> None:
        async with shell() as on:
            await on.engine.settled()
            journal, on.engine.switch._journal = on.engine.switch._journal, _raises
            on.engine.post(HangUpOrdered(CallId("nobody")))
            await on.engine.settled()
            on.engine.switch._journal = journal
            assert on.engine.switch.counters["faults"] == 1
            on.lines.offer()
            await on.until(lambda: on.engine.switch.counters["calls_taken"] == 1)
        assert "fault while handling HangUpOrdered" in caplog.text

    run(test)


def _raises(event: Event, at: float) -> None:
    raise RuntimeError(f"{type(event).__name__} at {at}")
