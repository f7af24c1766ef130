"""What the operator's control (``adapters.control``) may ask of the switch.

Answers are the structs that cross the wire (``shared.control``), made by ``services.operations``.
"""

from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from shared.aci import GatewayStatus
from shared.control import (
    AskAudit,
    AskCalls,
    AskOrders,
    AskRecording,
    AuditTrail,
    BackupProgress,
    Branches,
    CallDetail,
    Calls,
    Cards,
    Counters,
    Customers,
    Done,
    FindCustomers,
    Lines,
    Orders,
    RecordingPart,
    RefusedCode,
    Reloaded,
    Status,
)
from shared.control_agents import (
    AddPhone,
    AgentPut,
    Agents,
    AskTalks,
    ControlDesks,
    Phones,
    PutAgent,
    PutDeskKey,
    Queues,
    Talks,
)
from shared.control_reports import AskReport, ControlReport
from shared.ids import AccountNo, AgentId, BranchId, CallId, DeskId, PhoneName
from switch_server.ports.records import Customer, OrderRecord


class OperationRefused(Exception):  # noqa: N818  the name says what it is
    """The switch did not do it; becomes a ``RequestRefused``."""

    def __init__(self, code: RefusedCode, text: str = "") -> None:
        super().__init__(f"{code.value}: {text}" if text else code.value)
        self.code = code
        self.text = text


class Staff(Protocol):
    """Agents, queues, desks and desk phones, as ``Operations``. Who loses the right to be logged in is logged out."""

    def agents(self) -> Agents: ...
    def queues(self) -> Queues: ...
    def desks(self) -> ControlDesks: ...
    async def talks(self, ask: AskTalks) -> Talks: ...
    async def report(self, ask: AskReport) -> ControlReport: ...
    async def put_agent(self, put: PutAgent) -> AgentPut: ...
    async def set_password(self, agent: AgentId, password: str, actor: str) -> Done: ...
    def disable(self, agent: AgentId, actor: str, *, disabled: bool) -> Done: ...
    def remove(self, agent: AgentId, actor: str) -> Done: ...
    def log_out(self, agent: AgentId, actor: str) -> Done: ...
    def put_desk_key(self, put: PutDeskKey) -> Done: ...
    def remove_desk_key(self, desk: DeskId, actor: str) -> Done: ...
    def phones(self) -> Phones: ...
    def add_phone(self, add: AddPhone) -> Done: ...
    def set_phone_password(self, phone: PhoneName, password: str, actor: str) -> Done: ...
    def remove_phone(self, phone: PhoneName, actor: str) -> Done: ...


class Operations(Protocol):
    """Called on the switch's loop. Plain methods return at once; coroutines may wait for a disk, in a thread of their own.

    All may raise ``OperationRefused``. Whatever else is raised is our bug: logged, and answered ``fault``.
    ``actor`` is who asks, for the audit; an empty one is written as ``operator``.
    """

    @property
    def staff(self) -> Staff: ...

    def status(self) -> Status: ...
    def lines(self) -> Lines: ...
    def cards(self) -> Cards: ...
    def branches(self) -> Branches: ...
    def counters(self) -> Counters: ...
    def hang_up(self, call: CallId, actor: str) -> Done: ...
    def drain(self, actor: str, *, now: bool) -> Done: ...
    async def calls(self, ask: AskCalls) -> Calls: ...
    async def call(self, call: CallId) -> CallDetail: ...
    async def orders(self, ask: AskOrders) -> Orders: ...
    async def recording(self, ask: AskRecording) -> RecordingPart: ...
    async def customers(self, ask: FindCustomers) -> Customers: ...
    async def audit(self, ask: AskAudit) -> AuditTrail: ...
    async def reload(self, actor: str) -> Reloaded: ...
    async def backup(self, folder: str, actor: str) -> BackupProgress: ...
    def backup_progress(self) -> BackupProgress: ...
    async def unlock(self, account: AccountNo, actor: str) -> Done: ...
    def unlock_number(self, number: str, actor: str) -> Done:
        """Empty: all who withhold theirs."""
        ...


class BranchState(Struct, frozen=True):
    """How a branch's link stands. ``status``: what its gateway last told.

    ``foreign``: messages refused since they named orders, accounts or branches that are not its own.
    """

    link_up: bool
    status: GatewayStatus | None = None
    round_trip_ms: float | None = None
    requests: int = 0
    failures: int = 0
    foreign: int = 0


class DeskState(Struct, frozen=True):
    """How a desk's link stands, while it stands. ``agent``: who is logged in on it; ``problem``: of its phone (``shared.desk.PhoneNow``)."""

    desk: DeskId
    address: str = ""
    round_trip_ms: float | None = None
    agent: AgentId | None = None
    problem: str = ""
    program: str = ""
    since: float = 0.0
    """UTC seconds: of the log-in, or of the link where nobody is logged in."""
    loss: float = 0.0
    """Of the packets that the phone received, 0 to 1."""
    jitter_ms: float = 0.0
    desk_phone: PhoneName | None = None
    """Where the seat's voice is, if not at the app's own phone."""


class DeskLinksPort(Protocol):
    """The operator's side of ``adapters.desks``; on the loop, nothing is raised."""

    def states(self) -> tuple[DeskState, ...]:
        """Of the links that are up."""
        ...

    def log_out(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        """Ends the agent's log-in for good (sessions, ``LoggedOut(code)``, ``AgentOffline``), with an audit. ``False``: not logged in."""
        ...

    def disconnect(self, desk: DeskId) -> bool:
        """Ends the desk's link: its key opens nothing any more. ``False``: there was none."""
        ...


class BackupsPort(Protocol):
    """``adapters.backup``. On the loop."""

    async def begin(self, folder: Path, actor: str) -> BackupProgress:
        """Into a new folder: what the store and the order journal were told before this returns. Raises ``OperationRefused``. Its end is audited."""
        ...

    def progress(self) -> BackupProgress | None:
        """Of the last one; ``None``: there was none since the start."""
        ...


class Records(Protocol):
    """What is read of the store; from any thread, blocking, raising ``StoreError``. Rows are of the store's columns, the newest first."""

    def call(self, call: CallId) -> dict[str, Any] | None: ...
    def calls(self, limit: int = 100, *, since: float = 0.0) -> list[dict[str, Any]]: ...
    def recordings(self, call: CallId) -> list[dict[str, Any]]: ...
    def orders(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        account: AccountNo | None = None,
        branch: BranchId | None = None,
        call: CallId | None = None,
        state: str | None = None,
    ) -> list[OrderRecord]: ...
    def talks(
        self, limit: int = 100, *, since: float = 0.0, agent: AgentId | None = None, call: CallId | None = None
    ) -> list[dict[str, Any]]: ...
    def search_customers(self, text: str, limit: int = 50) -> list[Customer]: ...
    def audit(self, limit: int = 100) -> list[dict[str, Any]]: ...
    def audit_broken(self) -> int | None: ...
