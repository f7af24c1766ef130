"""An agent at work: commands, requests, reports, queues; and desks that send too much."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from shared import desk as wire
from shared.desk import DeskRefusal, Done, LoggedIn, Refused
from shared.enums import SeatState
from shared.ids import AgentId, CallId, CustomerId, LegId
from shared.link import Failure, RequestFailed, Rules
from shared.protocol import Heartbeat, RejectCode
from switch_server.adapters.desks import links as links_module
from switch_server.adapters.desks.inputs import MOST_COMMANDS, MOST_QUESTIONS, RULES
from switch_server.core.desks import AnswerDesk, DeskCommanded, DeskDown, HidePop, PhoneTold, PopSeen
from tests.desks.rig import CHOICES, QUEUE, A, B, Rig, call, pop, refused, rig, until
from tests.fakes.desks import pop_of

Test = Callable[[Rig], Awaitable[None]]


def run(test: Test, **settings: object) -> None:
    async def go() -> None:
        async with rig(**settings) as on:
            await test(on)

    asyncio.run(go())


@pytest.mark.parametrize(
    "request_", [wire.LogOut(), wire.ChangePassword("a", "b"), wire.OpenSeat(), wire.Dial("10086"), wire.FindCustomers("li")]
)  # fmt: skip
def test_nothing_works_before_the_log_in(request_: wire.Request) -> None:
    async def test(on: Rig) -> None:
        client = await on.desk()
        refused(await client.do(request_), DeskRefusal.NOT_LOGGED_IN)
        assert await client.snapshot() == wire.DeskSnapshot(on.now, dispositions=CHOICES)
        client.tell(wire.PhoneNow((LegId("c1/2"),)))
        client.tell(wire.PopShown(CallId("c1"), 1.0))
        await client.snapshot()
        assert on.core.events == []

    run(test)


def test_a_snapshot_has_everything() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.seat(A, SeatState.RINGING)
        on.core.give(A, call())
        on.links.do(pop(A))
        await client.until(lambda: client.state.pop is not None)
        shown = client.state
        assert shown.call == call(token="token of c1/2")
        assert shown.pop == pop_of(pop(A))
        assert shown.queues == (QUEUE,)
        assert await client.snapshot() == shown
        on.links.do(HidePop(A, CallId("c1")))
        await client.until(lambda: client.state.pop is None)

    run(test)


def test_a_pop_that_came_while_the_link_was_down_is_there_after_it() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        client.cut()
        await on.core.wait(DeskDown)
        on.links.do(pop(A))
        on.pops.fill(CallId("c1"))
        await client.until(lambda: client.state.pop is not None)
        assert client.state.pop == replace(pop_of(pop(A)), pending=False)

    run(test)


# --- commands and questions ---


def test_stale_answers_do_nothing() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.replies = lambda _command: None
        channel = await client.link.opened(20)
        results: list[Struct | Failure] = []
        channel.request(wire.OpenSeat(), 10, results.append)
        commanded = await on.core.wait(DeskCommanded)
        client.cut()
        await client.until(lambda: client.sessions == 2 and client.state.seat is not None)
        on.links.do(AnswerDesk(A, commanded.request, Done()))
        on.links.do(AnswerDesk(A, commanded.request, Done()))
        assert results == [Failure.LINK_LOST]
        await client.snapshot()

    run(test)


@pytest.mark.parametrize("command", [wire.Dial("10086"), wire.CallSeat(B)])
def test_what_begins_a_call_is_given_an_id_for_it(command: wire.AnyCommand) -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await client.do(command)
        await client.do(wire.Hold(CallId("c1")))
        begun, held = [commanded.call for commanded in on.core.of(DeskCommanded)]
        assert begun is not None
        assert begun.startswith("fresh-")
        assert held == "c1"

    run(test)


def test_so_many_commands_at_once_and_no_more() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        on.core.replies = lambda _command: None
        asked = [asyncio.create_task(client.do(wire.OpenSeat())) for _ in range(MOST_COMMANDS)]
        await on.core.wait(DeskCommanded, MOST_COMMANDS)
        refused(await client.do(wire.OpenSeat()), DeskRefusal.BUSY)
        for commanded in on.core.of(DeskCommanded):
            on.links.do(AnswerDesk(A, commanded.request, Done()))
        assert await asyncio.gather(*asked) == [Done()] * MOST_COMMANDS

    run(test)


def test_questions_have_the_agent_s_rights_and_a_bug_costs_one_answer() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        found = wire.Customers((wire.CustomerCard(CustomerId(7), "李" * 200, ("13900000001",)),))

        def script(question: wire.Request) -> wire.Reply:
            if question == wire.FindCustomers("bug"):
                raise RuntimeError("a bug of ours")
            return found

        on.questions.script = script
        assert await client.do(wire.FindCustomers("li")) == found
        assert on.questions.asked == [(A, wire.FindCustomers("li"))]
        refused(await client.do(wire.FindCustomers("bug")), DeskRefusal.FAULT)
        assert await client.do(wire.FindCustomers("li")) == found

    run(test)


def test_what_is_too_large_reaches_nobody() -> None:
    """The message does not reach the core, and so no journal."""

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        before = len(on.core.events)
        for huge in (wire.Consult(CallId("c1"), wire.ToSeat(AgentId("x" * 900_000))), wire.Hold(CallId("x" * 65))):
            with pytest.raises(RequestFailed) as failed:
                await client.do(huge)
            assert failed.value.failure is Failure.REJECTED
        client.tell(wire.PhoneNow((LegId("c1/2"),) * 17))
        await client.snapshot()
        assert on.core.events[before:] == []

    run(test)


def test_questions_that_wait_are_bounded_and_not_answered_to_somebody_else() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        go_on = asyncio.Event()

        async def slow(agent: Any, question: wire.Request) -> wire.Reply:
            on.questions.asked.append((agent.agent, question))
            await go_on.wait()
            return wire.Customers(())

        on.questions.answer = slow  # type: ignore[method-assign]
        asked = [asyncio.create_task(client.do(wire.FindCustomers("li"))) for _ in range(MOST_QUESTIONS)]
        await until(lambda: len(on.questions.asked) == MOST_QUESTIONS)
        refused(await client.do(wire.FindCustomers("li")), DeskRefusal.BUSY)
        assert await client.do(wire.LogOut()) == Done()
        assert isinstance(await client.log_in(B), LoggedIn)
        go_on.set()
        assert await asyncio.gather(*asked) == [Refused(DeskRefusal.NOT_LOGGED_IN)] * MOST_QUESTIONS
        on.book.remove_agent(B, "operator")
        refused(await client.do(wire.FindCustomers("li")), DeskRefusal.NOT_LOGGED_IN)

    run(test)


def test_what_is_no_request_is_refused() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        for nonsense in (Done(), wire.PhoneNow(())):
            with pytest.raises(RequestFailed) as failed:
                await client.ask(nonsense)
            assert failed.value.failure in (Failure.UNSUPPORTED, Failure.BAD_REPLY)
        client.tell(wire.OpenSeat())  # type: ignore[arg-type]
        client.tell(Heartbeat())  # type: ignore[arg-type]
        await client.snapshot()
        assert on.core.of(DeskCommanded) == []

    run(test)


def test_what_the_phone_tells_stands_in_the_operator_s_list() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await on.desk("desk-02")
        client.tell(wire.PhoneNow((LegId("c1/2"), LegId("c2/2")), 0.02, 7.5, "no_headset"))
        client.tell(wire.PopShown(CallId("c1"), float("nan")))
        client.tell(wire.PopShown(CallId("c1"), 8.0))
        assert (await on.core.wait(PhoneTold)).legs == ("c1/2", "c2/2")
        assert (await on.core.wait(PopSeen)).after_ms == 8.0
        await until(lambda: len(on.links.states()) == 2)
        first, second = on.links.states()
        assert (first.problem, first.loss, first.jitter_ms, first.since) == ("no_headset", 0.02, 7.5, on.now)
        assert (second.desk, second.agent) == ("desk-02", None)
        assert first.address == "127.0.0.1"

    run(test)


def test_the_same_legs_again_and_again_are_told_once_a_second() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        legs = (LegId("c1/2"),)
        for loss in (0.1, 0.2, 0.3):
            client.tell(wire.PhoneNow(legs, loss))
        client.tell(wire.PhoneNow(()))
        client.tell(wire.PhoneNow(legs, 0.4))
        await client.snapshot()
        assert [event.legs for event in on.core.of(PhoneTold)] == [legs, (), legs]
        assert on.links.states()[0].loss == 0.4
        async with asyncio.timeout(20):
            while len(on.core.of(PhoneTold)) < 4:
                client.tell(wire.PhoneNow(legs))
                await asyncio.sleep(0.1)

    run(test)


def test_a_pc_that_slept_comes_back_by_itself() -> None:
    """The switch has dropped the session; the PC's next message in that session leads to a new one."""

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        channel = await client.link.opened(20)
        awake, channel._send = channel._send, lambda _data: True
        assert await on.core.wait(DeskDown) == DeskDown(A)
        on.core.seat(A, SeatState.LOCKED, since=77.0)
        channel._send = awake
        await client.until(lambda: client.state.seat is not None and client.state.seat.since == 77.0)
        assert client.sessions == 2
        assert await client.snapshot() == client.state

    run(test, rules=Rules(heartbeat_s=0.2, silence_s=0.8, hello_s=5.0))


# --- queues ---


def test_queues_are_told_when_they_differ_and_at_most_once_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_module, "QUEUES_EVERY_S", 0.1)

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        two = (replace(QUEUE, waiting=2),)
        for waiting in range(50):
            on.core.queues = (replace(QUEUE, waiting=waiting),)
        on.core.queues = two
        await client.until(lambda: client.state.queues == two)
        await asyncio.sleep(0.35)
        assert client.reports == [wire.QueuesChanged(two)]
        on.core.queues = (QUEUE,)
        await client.snapshot()
        await asyncio.sleep(0.25)
        assert len(client.reports) == 1, "the snapshot said it already"

    run(test)
    assert links_module.QUEUES_EVERY_S == 0.1


# --- too much ---


def test_a_flood_ends_its_own_link_only() -> None:
    async def test(on: Rig) -> None:
        good, bad = await on.logged_in(A), await on.logged_in(B, "desk-02")
        on.core.replies = lambda _command: None
        before = len(on.core.events)
        channel = await bad.link.opened(20)
        for _ in range(20_000):
            if not channel.is_open:
                break
            channel.report(wire.PhoneNow(()))
        await bad.until(lambda: bad.ended)
        assert bad.ended[0][0] in (RejectCode.RATE, RejectCode.LOST)
        assert await on.core.wait(DeskDown) == DeskDown(B)
        assert len(on.core.events) - before <= 3 * RULES.burst
        assert (await good.snapshot()).seat is not None
        await bad.until(lambda: bad.sessions == 2 and bad.state.seat is not None)

    run(test, rules=Rules(rate=RULES.rate, burst=RULES.burst))


def test_a_desk_that_reads_nothing_gets_a_new_session() -> None:
    """When its queue is full, reports would be missing; so the link is ended, and a new session begins with a snapshot."""

    async def test(on: Rig) -> None:
        client = await on.logged_in()
        (desk,) = on.links._register.desks.values()
        send, desk.channel._send = desk.channel._send, lambda _data: False
        on.core.seat(A, SeatState.OPEN)
        assert await on.core.wait(DeskDown) == DeskDown(A)
        desk.channel._send = send
        client.cut()  # the client would also notice by the silence
        await client.until(lambda: client.sessions == 2 and client.state.seat is not None)
        assert await client.snapshot() == client.state

    run(test)
