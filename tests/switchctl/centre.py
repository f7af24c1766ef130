"""The parts behind ``services.operations``: a real core and a real store; lines, cards and links to branches and desks are faked."""

from pathlib import Path

from msgspec import structs

from shared.aci import GatewayStatus
from shared.control_rows import Trouble
from shared.enums import Language
from shared.ids import AgentId, BranchId, CardId, DeskId, QueueName, SkillName, TrunkName
from switch_server.adapters.backup import Backups
from switch_server.adapters.sip_lines.card_lines import CardLineTable
from switch_server.adapters.store import Store
from switch_server.core.snapshot import QueueView, SeatView, SwitchSnapshot
from switch_server.core.words import Audit, CardLines, CardLoad, Effect, Event, Queue, SaveRecord, SwitchConfig
from switch_server.ports.operations import BranchState, DeskState
from switch_server.ports.trunks import CardLine, FarEnd, RegistrationView
from switch_server.services.operations import OperationSources, SwitchOperations
from switch_server.services.report_service import ReportService
from switch_server.services.staff import StaffSources, SwitchStaff
from switch_server.services.strict_yaml import Complaint, ConfigError
from switch_server.services.trunk_operations import TrunkOperations, TrunkSources
from tests.switchctl.fake import NOW, NoFaxes
from tests.switchctl.small import SmallSwitch

QUEUES = SwitchConfig(
    queues=(
        Queue(QueueName("agents")),
        Queue(QueueName("trading"), {Language.ZH: "交易", Language.EN: "Trading"}, SkillName("trading"), level=2),
    )
)


class FakeDeskLinks:
    """``ports.operations.DeskLinksPort``: the links in ``up``; ``done`` has the log-outs and the disconnections."""

    def __init__(self) -> None:
        self.up: tuple[DeskState, ...] = ()
        self.done: list[tuple[str, ...]] = []

    def states(self) -> tuple[DeskState, ...]:
        return self.up

    def log_out(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        self.done.append(("log_out", agent, actor, code))
        return any(state.agent == agent for state in self.up)

    def disconnect(self, desk: DeskId) -> bool:
        self.done.append(("disconnect", desk))
        return any(state.desk == desk for state in self.up)


class FakeTrunks:
    """``ports.trunks.TrunksPort``: the trunk ``city`` with one address, and three lines of a box."""

    def __init__(self) -> None:
        self.registered: dict[TrunkName, RegistrationView] = {}
        self.box = CardLineTable(CardLines(("1-3",)))

    def far_ends(self) -> dict[TrunkName, tuple[FarEnd, ...]]:
        return {TrunkName("city"): (FarEnd("192.0.2.1:5060", "up", 0.0, 3, 8, 1),), TrunkName("gone"): ()}

    def registrations(self) -> dict[TrunkName, RegistrationView]:
        return self.registered

    def card_lines(self) -> dict[TrunkName, tuple[CardLine, ...]]:
        return {TrunkName("city"): self.box.view(0.0)}

    def block_line(self, trunk: TrunkName, line: int, *, blocked: bool) -> None:
        (self.box.block if blocked else self.box.free)(line)


class Centre:
    """A core and a store behind ``services.operations`` and ``services.staff``."""

    def __init__(self, folder: Path) -> None:
        self.switch = SmallSwitch(recordings=str(folder / "recordings"))
        self.store = Store(folder / "huawu.db", lambda _event: None, clock=lambda: self.switch.now)
        self.store.start()
        self.switch.carry = self._carry
        self.drained: list[bool] = []
        self.wrong: list[Complaint] = []
        self.states = {BranchId("GZ01"): BranchState(link_up=True, status=STATUS, round_trip_ms=0.8, requests=3)}
        self.troubles: tuple[Trouble, ...] = ()
        self.links = FakeDeskLinks()
        self.seats: tuple[SeatView, ...] = ()
        self.queues: tuple[QueueView, ...] = ()
        self.posted: list[Event] = []
        self.backups = Backups(
            folder,
            {"huawu.db": self.store.between},
            audit=self.store.do,
            clock=lambda: self.switch.now,
            version="0.1.0",
        )
        self.staff = SwitchStaff(self._staff_sources())
        self.lines = FakeTrunks()
        self.operations = SwitchOperations(
            self._sources(), self.staff, TrunkOperations(self._trunk_sources()), NoFaxes()
        )

    def _carry(self, effect: Effect) -> None:
        if isinstance(effect, SaveRecord | Audit):
            self.store.do(effect)

    def _sources(self) -> OperationSources:
        core = self.switch.core
        return OperationSources(
            version="0.1.0", pid=4711, started_at=NOW, clock=lambda: self.switch.now, config=lambda: core.config,
            snapshot=self._snapshot, trunk_states=lambda: {TrunkName("city"): "down"}, line_counters=lambda: {"messages": 9},
            card_loads=lambda: {CardId("card-1"): LOAD}, card_restarts=lambda: {CardId("card-1"): 1},
            branch_states=lambda: self.states, counters=lambda: {"store": {"rows": 5}}, troubles=lambda: self.troubles,
            records=self.store.read, post=self._post, audit=self.store.do,
            unlock=self.store.unlock_account, unlock_number=self.store.unlock_number, locked_numbers=self.store.locked_numbers,
            reload=self._reload, drain=self._drain, stops_at=lambda: self.switch.now + 300.0 if self.drained else None,
            backups=self.backups,
        )  # fmt: skip

    def _trunk_sources(self) -> TrunkSources:
        core = self.switch.core
        return TrunkSources(
            clock=lambda: self.switch.now, config=lambda: core.config, snapshot=self._snapshot, lines=self.lines, blocks=self.store.line_blocks
        )  # fmt: skip

    def _staff_sources(self) -> StaffSources:
        return StaffSources(
            clock=lambda: self.switch.now, config=lambda: QUEUES, snapshot=self._snapshot, book=self.store.agents, phones=self.store.desk_phones,
            links=self.links, records=self.store.read, post=self.posted.append,
            reports=ReportService(self.store.statistics, self.store.agents, lambda: self.switch.now),
            endpoint=lambda: "tcp://192.0.2.1:5581", server_key="s" * 40,
        )  # fmt: skip

    def _snapshot(self) -> SwitchSnapshot:
        """The core's snapshot, with the seats and queues that a test has set."""
        return structs.replace(self.switch.core.snapshot(), seats=self.seats, queues=self.queues)

    def _post(self, event: Event) -> None:
        self.switch.tell(event)

    def _drain(self, *, now: bool) -> None:
        self.drained.append(now)

    async def _reload(self) -> tuple[str, ...]:
        if self.wrong:
            raise ConfigError(*self.wrong)
        return ("hello",)

    def settle(self) -> None:
        assert self.store.flush(20.0)


STATUS = GatewayStatus(
    BranchId("GZ01"), trading_system_up=True, trade_date="20250825", session="open", pending=0, last_report=4
)
LOAD = CardLoad(CardId("card-1"), 1, 12.5, 1.25, 1000, 1001, 2, 3, 0)
