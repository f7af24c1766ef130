"""The customer data services for tests: a real store's file, branches in memory, an agent of each role."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from shared import aci
from shared.desk import Pop
from shared.enums import Language, Market, OrderStatus, Role, Side
from shared.ids import (
    AccountNo,
    AgentId,
    BranchId,
    CallId,
    ContractNo,
    CustomerId,
    Fen,
    Milli,
    Shares,
    StockCode,
    TrunkName,
)
from switch_server.adapters.store import Store
from switch_server.core.desks import ShowPop
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import AgentRecord
from switch_server.ports.records import Account, Customer
from switch_server.services.customer_questions import CustomerQuestions
from switch_server.services.pop import ScreenPops
from tests.fakes.branches import FakeBranches
from tests.store.samples import NOON, Clock, Posted

CALL = CallId("20251125-120000-0001")
NAMES = {BranchId("GZ01"): {Language.ZH: "天河路营业部", Language.EN: "Tianhe Road"}}
LONG_NAME = "<b>李&amp;小明</b>\u202e" + "龘" * 184
LI = Customer(
    CustomerId(1),
    LONG_NAME,
    ("13900012345",),
    (Account(AccountNo("60010001"), BranchId("GZ01")), Account(AccountNo("60020001"), BranchId("GZ02"))),
    vip=True,
)
TWINS = (
    Customer(CustomerId(2), "陈大", ("02055501111",), (Account(AccountNo("60010002"), BranchId("GZ01")),)),
    Customer(CustomerId(3), "陈二", ("02055501111",), (Account(AccountNo("60010003"), BranchId("GZ01")),)),
)
FUNDS = aci.Funds(Fen(100), Fen(90), Fen(10), Fen(5))
HOLDING = aci.Holding(Market.SH, StockCode("600000"), "浦发银行", Shares(100), Shares(100), Milli(9000), Milli(9500))
ORDER = aci.OrderRow(
    ContractNo("1"),
    Market.SH,
    StockCode("600000"),
    "浦发银行",
    Side.BUY,
    Milli(9500),
    Shares(100),
    Shares(0),
    Shares(0),
    OrderStatus.REPORTED,
    NOON,
)
ANN = AgentRecord(AgentId("1001"), "安妮", Role.AGENT, "east", {}, "$argon2id$secret")
BOB = AgentRecord(AgentId("1002"), "Bob", Role.AGENT, "west")
EVE = AgentRecord(AgentId("2001"), "Eve", Role.SUPERVISOR, "east")
MAX = AgentRecord(AgentId("3001"), "Max", Role.MANAGER)
DEADLINE = 20.0


def script(query: aci.Request) -> aci.Reply | None:
    match query:
        case aci.AskFunds():
            return FUNDS
        case aci.AskHoldings():
            return aci.Holdings((HOLDING,))
        case aci.AskOrders():
            return aci.Orders((ORDER,))
        case _:
            return None


class Rig:
    """``told``: the pops in order, each with its agent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.store = Store(folder / "huawu.db", Posted(), clock=self.clock)
        self.store.start()
        self.store.put_customers([LI, *TWINS])
        for agent in (ANN, BOB, EVE, MAX):
            self.store.agents.put_agent(agent, "operator")
        self.branches = FakeBranches(lambda _event: None, [BranchId("GZ01"), BranchId("GZ02")], script)
        self.recordings = folder / "recordings"
        self.pops = ScreenPops(
            self.store.read_pops,
            self.branches,
            self.store.agents,
            place=lambda trunk: f"of {trunk}",
            branch_name=lambda branch: NAMES.get(branch, {}),
            clock=self.clock,
        )
        self.desk = CustomerQuestions(
            self.store.read,
            self.store,
            self.branches,
            self.store.agents,
            recordings=self.recordings,
            branch_name=lambda branch: NAMES.get(branch, {}),
            has_call=lambda agent, call: (agent, call) == (ANN.agent, CALL),
            audit=self.store.do,
            clock=self.clock,
            on_saved=self.pops.refresh,
        )
        self.told: list[tuple[AgentId, Pop]] = []
        self._changed = asyncio.Event()

    def save(self, table: str, **row: Any) -> None:
        self.store.do(SaveRecord(table, row))

    def talk(self, leg: str, agent: AgentRecord, **row: Any) -> None:
        """Stores an answered talk of an earlier call."""
        call = leg.rpartition("/")[0]
        whole = {"kind": "in", "number": "13900012345", "offered_at": NOON, "answered_at": NOON + 1, "call": call}
        self.save("talks", id=leg, agent=agent.agent, **whole | row)

    def written(self) -> None:
        assert self.store.flush(DEADLINE)
        assert self.store.counts.refused == 0

    def show(self, number: str = "13900012345", agent: AgentRecord = ANN, call: CallId = CALL, **more: Any) -> None:
        values: dict[str, Any] = {"account": None, "customer": None, "trail": ()} | more
        effect = ShowPop(agent.agent, call, number, TrunkName("carrier"), **values)
        self.pops.show(effect, lambda pop: self._tell(agent.agent, pop))

    def _tell(self, agent: AgentId, pop: Pop) -> None:
        self.told.append((agent, pop))
        self._changed.set()

    @property
    def last(self) -> Pop:
        return self.told[-1][1]

    async def pop(self, wanted: Callable[[Pop], bool]) -> Pop:
        """Waits until the last pop is ``wanted``."""
        async with asyncio.timeout(DEADLINE):
            while not (self.told and wanted(self.last)):
                self._changed.clear()
                await self._changed.wait()
        return self.last

    async def whole(self) -> Pop:
        """Waits until no part of the pop is pending."""
        return await self.pop(lambda pop: not pop.pending and not any(each.pending for each in accounts(pop)))

    async def turns(self, number: int = 3) -> None:
        """Lets the loop run ``number`` times."""
        for _ in range(number):
            await asyncio.sleep(0)


def accounts(pop: Pop) -> tuple[Any, ...]:
    return pop.customer.accounts if pop.customer else ()


@asynccontextmanager
async def centre(folder: Path) -> AsyncIterator[Rig]:
    rig = Rig(folder)
    rig.written()
    try:
        yield rig
    finally:
        rig.pops.stop()
        rig.store.stop()


def run(folder: Path, test: Callable[[Rig], Any]) -> None:
    async def main() -> None:
        async with centre(folder) as rig:
            await test(rig)

    asyncio.run(main())
