"""A busy centre for the benchmark of the supervisor's board: the real core with 200 seats and 1,000 lines in use, the floor service and
the desks' link. Lines, cards and other desks are simulated and answer at once, as in the core's tests. The core's clock is the wall clock.
"""

import asyncio
import itertools
import time
from collections import deque
from random import Random
from typing import Any

from shared.desk import HangUp, OpenSeat, WrapUp
from shared.enums import Language, Role, SeatState
from shared.floor import Rows
from shared.ids import AgentId, BranchId, CallId, CardId, DeskId, Fen, QueueName, SkillName, TrunkName, leg_of
from shared.link import KeyPair
from switch_server.adapters.desks import DeskLinks, DeskSources, Passwords
from switch_server.core import catalogue as ev
from switch_server.core.desks import AnswerDesk, HidePop, ShowPop
from switch_server.core.talk import TellDesk
from switch_server.core.words import Queue, SwitchConfig, Trunk
from switch_server.ports.desks import AgentRecord
from switch_server.ports.floor import OrderCounts, QueueCounts
from switch_server.ports.operations import BranchState
from switch_server.services.config_file import BranchSettings
from switch_server.services.floor import FloorRows, FloorSources
from tests.core.desk_world import ASKED, DeskWorld
from tests.core.world import FAR
from tests.fakes.desks import FakeBook, FakePops, FakeQuestions, fake_check, fake_hash, fake_make

SEATS, LINES = 200, 1000
CHIEF, PASSWORD = AgentId("chief"), "invented for the bench"
DESK = DeskId("board")
GROUP = "east"
STEP_S = 0.02
PRESSES_S = 20.0
"""Callers a second who ask for an agent; as many talks end."""
NAMES = ("advice", "orders", "complaints", "night")


class NoRules:
    """Replaces the rules of the core's tests, which check the whole state after each event."""

    def __getattr__(self, _name: str) -> Any:
        return self

    def __call__(self, *_args: object, **_kwargs: object) -> None:
        pass


class TimedFloorRows:
    """``ports.floor.FloorRowsPort``, with the CPU time of making the rows."""

    def __init__(self, floor: FloorRows) -> None:
        self._floor = floor
        self.spent = 0.0

    def directory(self) -> Rows:
        return self._timed(self._floor.directory)

    def whole(self) -> Rows:
        return self._timed(self._floor.whole)

    def _timed(self, make: Any) -> Rows:
        begin = time.thread_time()
        rows: Rows = make()
        self.spent += time.thread_time() - begin
        return rows


class BusyCentre:
    def __init__(self, server_key: KeyPair, desk_key: KeyPair) -> None:
        self._chance = Random(2026)
        queues = tuple(
            Queue(QueueName(name), {Language.EN: name}, wrap_up=3.0, most=5000) for name in ("agents", *NAMES)
        )
        trunks = tuple(Trunk(TrunkName(f"line-{number:04}"), lines=1, direction="in") for number in range(LINES))
        config = SwitchConfig(trunks=trunks, branches=(BranchId("GZ01"),), recordings="/recordings", queues=queues)
        self.world = DeskWorld(ASKED, config)
        self.world.watch = NoRules()  # type: ignore[assignment]
        self.world.now = time.time()
        self.world.tell(ev.CardUp(CardId("card-1"), 3 * LINES))
        self._calls = itertools.count(1)
        self._asking: deque[CallId] = deque()
        self._free = deque(TrunkName(trunk.name) for trunk in trunks)
        self.lines: dict[CallId, TrunkName] = {}
        self.book = FakeBook(
            AgentRecord(CHIEF, "王主任", Role.SUPERVISOR, GROUP, {}, fake_hash(PASSWORD)),
            *(
                AgentRecord(AgentId(f"{2000 + n}"), f"座席{n}", Role.AGENT, GROUP, {SkillName("zh"): 1 + n % 5})
                for n in range(SEATS)
            ),
            keys={DESK: desk_key.public.decode()},
        )
        self.floor = TimedFloorRows(self._floor())
        switch = self.world.switch
        self.links = DeskLinks(
            self._post, self._after, endpoint="tcp://127.0.0.1:0", server_key=server_key, book=self.book, phones=None,  # type: ignore[arg-type]
            pops=FakePops(), questions=FakeQuestions(), tokens=str, passwords=Passwords(fake_check, fake_make),
            sources=DeskSources(switch.desk_state, switch.queue_rows, lambda: switch.config.dispositions, self.floor),
            new_call_id=lambda: CallId(f"dialled-{next(self._calls)}"), audit=lambda _audit: None, clock=time.time,
        )  # fmt: skip

    def _floor(self) -> FloorRows:
        switch, orders = self.world.switch, OrderCounts({"filled": 61, "working": 12}, Fen(184_322_450))
        counts = QueueCounts(143, 128, 101, 9)
        return FloorRows(
            FloorSources(
                clock=time.time, config=lambda: switch.config, flows=lambda: switch.flows, branches=lambda: (BranchSettings(BranchId("GZ01"), "天河"),),
                floor=switch.floor, desk_state=switch.desk_state, book=self.book, trunk_states=dict,
                branch_states=lambda: {BranchId("GZ01"): BranchState(link_up=True)},
                queue_counts=lambda: {QueueName(name): counts for name in NAMES}, order_counts=lambda: {BranchId("GZ01"): orders},
            )
        )  # fmt: skip

    # --- the engine's protocol, as the link uses it ---

    def _post(self, event: ev.Event) -> None:
        asyncio.get_running_loop().call_soon(self._handle, event)

    def _after(self, function: Any) -> None:
        asyncio.get_running_loop().call_soon(function)

    def _handle(self, event: ev.Event) -> None:
        self.world.tell(event)
        self._tell_desks()

    def _tell_desks(self) -> None:
        for effect in self.world.effects:
            if isinstance(effect, TellDesk | AnswerDesk | ShowPop | HidePop) and effect.agent == CHIEF:
                self.links.do(effect)
        self.world.effects.clear()
        self.world.journal.clear()

    # --- the day ---

    def fill(self) -> None:
        """Opens all seats and puts a call on each line."""
        for number in range(SEATS):
            agent = AgentId(f"{2000 + number}")
            self.world.tell(
                ev.AgentOnline(agent, f"座席{number}", DeskId(f"d{number}"), "192.0.2.20:5070", group=GROUP)
            )
            self.world.command(OpenSeat(), agent)
            self._tell_desks()
        self._ring_in()

    def step(self) -> None:
        """The events since the last step: calls on free lines, callers who ask for an agent, ends of talks."""
        self.world.run(max(0.0, time.time() - self.world.now))
        calls = self.world.switch.calls
        for call in [call for call in self.lines if call not in calls]:
            self._free.append(self.lines.pop(call))
        self._ring_in()
        if self._chance.random() < PRESSES_S * STEP_S:
            self._ask_for_an_agent()
            self._end_a_talk()
        self._tell_desks()

    def _ring_in(self) -> None:
        while self._free:
            call, trunk = CallId(f"call-{next(self._calls):06}"), self._free.popleft()
            self.lines[call] = trunk
            self._asking.append(call)
            number = f"138{self._chance.randrange(10**8):08}"
            self.world.tell(ev.CallOffered(leg_of(call, 1), trunk, number, ASKED.numbers[0], FAR))

    def _ask_for_an_agent(self) -> None:
        """A caller in the menu presses 1."""
        calls = self.world.switch.calls
        while self._asking:
            call = self._asking.popleft()
            if call in calls and calls[call].ivr.step_name == "ask":
                self.world.press(call, "1", every=0.0)
                return

    def _end_a_talk(self) -> None:
        seats = [seat for seat in self.world.switch.desks.seats.values() if seat.state is SeatState.TALKING]
        if len(seats) > SEATS // 2:
            seat = self._chance.choice(seats)
            if seat.talk is not None:
                call = seat.talk.call
                self.world.command(HangUp(call, seat.talk.hanging_up), seat.agent)
                self.world.command(WrapUp(call, "other", stay=True), seat.agent)
