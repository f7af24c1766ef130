"""The desks' adapter with a scripted core, over real ZeroMQ with CURVE."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from msgspec.structs import replace

from shared import desk as wire
from shared.desk import Choice, DeskCall, QueueRow, Seat
from shared.enums import CallKind, HangingUp, Language, LockReason, Role, SeatState
from shared.floor import Rows
from shared.ids import AgentId, CallId, DeskId, LegId, QueueName, TrunkName
from shared.link import KeyPair, Rules, keys
from switch_server.adapters.desks import DeskLinks, DeskSources, Passwords
from switch_server.core.desks import AgentOffline, AgentOnline, AnswerDesk, DeskCommanded, DeskDown, ShowPop
from switch_server.core.talk import TellDesk
from switch_server.core.words import Audit, Event
from switch_server.ports.desks import Questions
from tests.desk_client import DEADLINE, DeskClient
from tests.fakes.desks import FakeBook, FakePops, FakeQuestions, agent, fake_check, fake_make
from tests.fakes.phones import FakePhones, phone

E = TypeVar("E", bound=Event)
SERVER = keys.make()
A, B = AgentId("1001"), AgentId("1002")
CHOICES = (Choice("other", {Language.EN: "Other"}),)
QUEUE = QueueRow(QueueName("agents"), {Language.ZH: "人工"}, 0, 0.0, 1, 1)
FAST = Rules(heartbeat_s=0.3, silence_s=5.0, hello_s=5.0, rate=5000, burst=20_000)


def call(number: int = 1, **more: Any) -> DeskCall:
    made = DeskCall(
        CallId(f"c{number}"), LegId(f"c{number}/2"), "", auto=False, kind=CallKind.IN, state=SeatState.RINGING,
        hanging_up=HangingUp.REFUSE, number="13900000001", dnis="95500", queue=QueueName("agents"), waited=1.0, rang_at=5.0,
    )  # fmt: skip
    return replace(made, **more)


def pop(agent: AgentId, number: int = 1) -> ShowPop:
    return ShowPop(agent, CallId(f"c{number}"), "13900000001", TrunkName("city"), None, None, ())


class FakeFloor:
    """``ports.floor.FloorRowsPort`` with a test's rows; ``asked``: the number of times they were made."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.asked = 0

    def directory(self) -> Rows:
        self.asked += 1
        return Rows(colleagues=self.rows.colleagues, targets=self.rows.targets)

    def whole(self) -> Rows:
        self.asked += 1
        return self.rows


class Core:
    """A core with a test's seats. Events are handled one turn of the loop later, as by the engine."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.seats: dict[AgentId, Seat] = {}
        self.calls: dict[AgentId, DeskCall] = {}
        self.queues: tuple[QueueRow, ...] = (QUEUE,)
        self.floor = FakeFloor()
        self.replies: Callable[[DeskCommanded], wire.Reply | None] = lambda _command: wire.Done()
        self.links: DeskLinks
        self._numbers = itertools.count(1)
        self._came = asyncio.Event()

    # --- given to the adapter ---

    def post(self, event: Event) -> None:
        asyncio.get_running_loop().call_soon(self._handle, event)

    def after(self, function: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(function)

    def desk_state(self, agent: AgentId) -> tuple[Seat | None, DeskCall | None]:
        return self.seats.get(agent), self.calls.get(agent)

    def sources(self) -> DeskSources:
        return DeskSources(self.desk_state, lambda: self.queues, lambda: CHOICES, self.floor)

    def new_call_id(self) -> CallId:
        return CallId(f"fresh-{next(self._numbers)}")

    # --- actions of a test ---

    def seat(self, agent: AgentId, state: SeatState, **more: Any) -> None:
        self.seats[agent] = replace(self.seats[agent], state=state, **more)
        self.links.do(TellDesk(agent, wire.SeatChanged(self.seats[agent])))

    def give(self, agent: AgentId, call: DeskCall | None) -> None:
        self.calls.pop(agent, None)
        if call is not None:
            self.calls[agent] = call
        self.links.do(TellDesk(agent, wire.CallChanged(call)))

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait(self, kind: type[E], number: int = 1) -> E:
        """Waits for event number ``number`` of this kind."""
        async with asyncio.timeout(DEADLINE):
            while len(self.of(kind)) < number:
                self._came.clear()
                await self._came.wait()
        return self.of(kind)[number - 1]

    # --- inside ---

    def _handle(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()
        match event:
            case AgentOnline(agent, name, desk):
                before = self.seats.get(agent)
                seat = Seat(agent, name, event.role, desk, SeatState.LOCKED, 1.0, LockReason.LOGGED_IN)
                self.seats[agent] = replace(before, desk=desk, state=SeatState.OPEN) if before else seat
                self.links.do(TellDesk(agent, wire.SeatChanged(self.seats[agent])))
            case AgentOffline(agent, code):
                self.seats.pop(agent, None)
                self.calls.pop(agent, None)
                if code != "logged_out":
                    self.links.do(TellDesk(agent, wire.LoggedOut(code)))
                self.links.do(TellDesk(agent, wire.SeatChanged(None)))
            case DeskDown(agent) if agent in self.seats:
                self.seats[agent] = replace(self.seats[agent], state=SeatState.OFFLINE)
            case DeskCommanded(agent, request):
                reply = self.replies(event)
                if reply is not None:
                    assert isinstance(reply, wire.Done | wire.Refused)
                    self.links.do(AnswerDesk(agent, request, reply))


class Rig:
    """``book`` and the keys outlive ``restart``, as files do."""

    def __init__(self, *desks: str) -> None:
        self.keys = {name: keys.make() for name in (desks or ("desk-01", "desk-02"))}
        self.book = FakeBook(agent(A), agent(B), keys={DeskId(n): k.public.decode() for n, k in self.keys.items()})
        self.phones = FakePhones(phone("front-1", desk="desk-01"), phone("any-1"))
        self.audits: list[Audit] = []
        self.now = 1000.0
        self.clients: list[DeskClient] = []
        self.endpoint = "tcp://127.0.0.1:0"
        self.rules = FAST
        self.passwords = Passwords(fake_check, fake_make)
        self.in_front: Callable[[Questions], Questions] = lambda rest: rest
        """Puts a service in front of ``questions``."""

    async def start(self) -> None:
        self.core, self.pops, self.questions = Core(), FakePops(), FakeQuestions()
        self.links = self.core.links = DeskLinks(
            self.core.post, self.core.after, endpoint=self.endpoint, server_key=SERVER, book=self.book, phones=self.phones,
            pops=self.pops,
            questions=self.in_front(self.questions), tokens=lambda leg: f"token of {leg}", passwords=self.passwords, sources=self.core.sources(),
            new_call_id=self.core.new_call_id, audit=self.audits.append, clock=lambda: self.now, rules=self.rules,
        )  # fmt: skip
        self.endpoint = await self.links.start()

    async def stop(self) -> None:
        await self.links.stop()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def desk(self, name: str = "desk-01", keys: KeyPair | None = None, **more: Any) -> DeskClient:
        """A desk's link; it is up if the switch admits it."""
        client = DeskClient(self.endpoint, keys or self.keys[name], SERVER.public, rules=FAST, **more)
        self.clients.append(client)
        return await client.start()

    async def logged_in(self, agent: AgentId = A, name: str = "desk-01") -> DeskClient:
        client = await self.desk(name)
        reply = await client.log_in(agent)
        assert isinstance(reply, wire.LoggedIn), reply
        return client

    def said(self, action: str) -> list[Audit]:
        return [audit for audit in self.audits if audit.action == action]


@asynccontextmanager
async def rig(*desks: str, **settings: Any) -> AsyncIterator[Rig]:
    it = Rig(*desks)
    for name, value in settings.items():
        setattr(it, name, value)
    await it.start()
    try:
        yield it
    finally:
        for client in it.clients:
            await client.stop()
        await it.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  for what has no event on this side
            await asyncio.sleep(0.005)


def refused(reply: object, code: wire.DeskRefusal) -> wire.Refused:
    assert isinstance(reply, wire.Refused), reply
    assert reply.code is code, reply
    return reply


__all__ = ["CHOICES", "QUEUE", "A", "B", "Core", "Rig", "Role", "call", "pop", "refused", "rig", "until"]
