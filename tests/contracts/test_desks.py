"""``ports.DesksPort``: the same tests for the fake and for real links with CURVE."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace

from shared import desk as wire
from shared.desk import Done, Refused, StateReport
from shared.enums import LockReason, Role, SeatState
from shared.ids import AgentId, CallId, DeskId, LegId
from switch_server.core.desks import (
    AgentOffline,
    AgentOnline,
    AnswerDesk,
    DeskCommanded,
    DeskDown,
    HidePop,
    PhoneTold,
    PopSeen,
)
from switch_server.core.talk import TellDesk
from switch_server.core.words import Event
from switch_server.ports import DesksPort
from tests.desk_client import DEADLINE, DeskClient
from tests.desks.rig import A, B, Rig, call, pop, rig
from tests.fakes.desks import FakeDesks, pop_of

E = TypeVar("E", bound=Event)
SEAT = wire.Seat(A, "agent 1001", Role.AGENT, DeskId("desk-01"), SeatState.OPEN, 2.0)


class FakeRig:
    """An agent's actions, for the fake."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.fake = FakeDesks(self.events.append, lambda leg: f"token of {leg}")
        self.desks: DesksPort = self.fake

    async def log_in(self, agent: AgentId) -> None:
        self.fake.log_in(agent)

    async def log_out(self, agent: AgentId) -> None:
        self.fake.log_out(agent)

    async def down(self, agent: AgentId) -> None:
        self.fake.go_down(agent)

    async def told(self, agent: AgentId, number: int) -> list[StateReport]:
        return self.fake.told.get(agent, [])[:number]

    async def command(self, agent: AgentId, command: wire.AnyCommand) -> DeskCommanded:
        self.fake.command(agent, command)
        commanded = self.events[-1]
        assert isinstance(commanded, DeskCommanded)
        return commanded

    async def answer(self, request: int) -> wire.Reply:
        return self.fake.answers[request]

    async def tell(self, agent: AgentId, told: wire.Told) -> None:
        match told:
            case wire.PhoneNow(legs):
                self.fake.phone_has(agent, *legs)
            case wire.PopShown(shown, after_ms):
                self.fake.saw_pop(agent, shown, after_ms)

    async def wait(self, kind: type[E]) -> E:
        return next(event for event in self.events if isinstance(event, kind))


class RealRig:
    def __init__(self, on: Rig) -> None:
        self._on = on
        on.core.replies = lambda _command: None
        self.desks: DesksPort = on.links
        self.wait: Callable[[type[Any]], Awaitable[Any]] = on.core.wait
        self._clients: dict[AgentId, DeskClient] = {}
        self._asked: dict[int, asyncio.Task[Any]] = {}

    async def log_in(self, agent: AgentId) -> None:
        name = "desk-01" if agent == A else "desk-02"
        self._clients[agent] = await self._on.logged_in(agent, name)

    async def log_out(self, agent: AgentId) -> None:
        assert await self._clients[agent].do(wire.LogOut()) == Done()
        self._clients[agent].reports.clear()

    async def down(self, agent: AgentId) -> None:
        await self._clients[agent].stop()
        await self._on.core.wait(DeskDown)

    async def told(self, agent: AgentId, number: int) -> list[StateReport]:
        """The first ``number`` reports, after a snapshot has shown that all reports sent before it have arrived."""
        client = self._clients[agent]
        if client.link.channel is not None:
            await client.snapshot()
        return client.reports[:number]  # type: ignore[return-value]

    async def command(self, agent: AgentId, command: wire.AnyCommand) -> DeskCommanded:
        number = len(self._on.core.of(DeskCommanded)) + 1
        task = asyncio.create_task(self._clients[agent].do(command))
        commanded = await self._on.core.wait(DeskCommanded, number)
        self._asked[commanded.request] = task
        return commanded

    async def answer(self, request: int) -> wire.Reply:
        reply = await self._asked[request]
        assert isinstance(reply, wire.Reply)
        return reply

    async def tell(self, agent: AgentId, told: wire.Told) -> None:
        self._clients[agent].tell(told)


AnyRig = FakeRig | RealRig
Test = Callable[[AnyRig], Awaitable[None]]


@asynccontextmanager
async def made(kind: str) -> AsyncIterator[AnyRig]:
    if kind == "fake":
        yield FakeRig()
    else:
        async with rig() as on:
            yield RealRig(on)


@pytest.fixture(params=["fake", "real"])
def on_both(request: pytest.FixtureRequest) -> Callable[[Test], None]:
    def run(test: Test) -> None:
        async def go() -> None:
            async with made(request.param) as on, asyncio.timeout(2 * DEADLINE):
                await test(on)

        asyncio.run(go())

    return run


def test_log_ins_and_lost_links_are_posted(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        online = await on.wait(AgentOnline)
        assert (online.agent, online.name, online.desk) == (A, "agent 1001", "desk-01")
        await on.log_out(A)
        assert await on.wait(AgentOffline) == AgentOffline(A)
        await on.log_in(B)
        await on.down(B)
        assert await on.wait(DeskDown) == DeskDown(B)

    on_both(test)


def test_reports_leave_in_order_with_the_token_of_the_leg(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        seats = [replace(SEAT, since=float(number)) for number in range(20)]
        for seat in seats:
            on.desks.do(TellDesk(A, wire.SeatChanged(seat)))
        on.desks.do(TellDesk(A, wire.CallChanged(call())))
        on.desks.do(TellDesk(A, wire.CallChanged(None)))
        ringing = wire.CallChanged(call(token="token of c1/2"))
        expected = [*map(wire.SeatChanged, seats), ringing, wire.CallChanged(None)]
        assert await on.told(A, len(expected)) == expected

    on_both(test)


def test_a_report_reaches_its_agent_only(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        await on.log_in(B)
        on.desks.do(TellDesk(B, wire.CallChanged(None)))
        on.desks.do(TellDesk(AgentId("nobody"), wire.CallChanged(None)))
        assert await on.told(A, 1) == []
        assert await on.told(B, 1) == [wire.CallChanged(None)]

    on_both(test)


def test_effects_for_a_desk_that_is_down_are_dropped(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        await on.down(A)
        on.desks.do(TellDesk(A, wire.CallChanged(call())))
        on.desks.do(AnswerDesk(A, 99, Done()))
        assert await on.told(A, 1) == []

    on_both(test)


def test_a_command_is_answered_once_after_what_it_changed(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        lock = await on.command(A, wire.LockSeat(LockReason.LUNCH))
        hold = await on.command(A, wire.Hold(CallId("c1")))
        assert (lock.agent, lock.command, lock.call) == (A, wire.LockSeat(LockReason.LUNCH), None)
        assert (hold.command, hold.call) == (wire.Hold(CallId("c1")), "c1")
        assert hold.request > lock.request
        no = Refused(wire.DeskRefusal.NO_SUCH_CALL)
        on.desks.do(AnswerDesk(A, hold.request, no))
        on.desks.do(TellDesk(A, wire.SeatChanged(SEAT)))
        on.desks.do(AnswerDesk(A, lock.request, Done()))
        on.desks.do(AnswerDesk(A, 12345, Done()))  # an unknown request number
        assert await on.answer(hold.request) == no
        assert await on.answer(lock.request) == Done()
        assert await on.told(A, 1) == [wire.SeatChanged(SEAT)]

    on_both(test)


def test_a_dial_gets_a_call_of_its_own(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        first, second = [await on.command(A, wire.Dial("10086")) for _ in range(2)]
        assert first.call
        assert second.call
        assert first.call != second.call
        for each in (first, second):
            on.desks.do(AnswerDesk(A, each.request, Done()))
            assert await on.answer(each.request) == Done()

    on_both(test)


def test_a_pop_is_shown_and_hidden(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        on.desks.do(pop(A))
        on.desks.do(HidePop(A, CallId("another")))
        on.desks.do(HidePop(A, CallId("c1")))
        on.desks.do(HidePop(A, CallId("c1")))
        assert await on.told(A, 9) == [wire.PopChanged(pop_of(pop(A))), wire.PopChanged(None)]

    on_both(test)


def test_messages_of_a_desk(on_both: Callable[[Test], None]) -> None:
    async def test(on: AnyRig) -> None:
        await on.log_in(A)
        await on.tell(A, wire.PhoneNow((LegId("c1/2"),), 0.01, 4.0))
        assert await on.wait(PhoneTold) == PhoneTold(A, (LegId("c1/2"),))
        await on.tell(A, wire.PopShown(CallId("c1"), 12.5))
        assert await on.wait(PopSeen) == PopSeen(A, CallId("c1"), 12.5)

    on_both(test)
