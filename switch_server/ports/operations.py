"""The requests of the operator's control (``adapters.control``) to the switch.

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
    TracedNumber,
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
from shared.control_fax import ControlFaxDetail, ControlFaxes, FaxFileTaken, ListFaxes, SendFaxFile
from shared.control_reports import AskReport, ControlReport
from shared.fax import FaxId
from shared.ids import AccountNo, AgentId, BranchId, CallId, DeskId, PhoneName, RecordingId
from switch_server.ports.records import Customer, OrderRecord
from switch_server.ports.trunks import TrunkOperator

DEFAULT_ACTOR = "operator"
"""Who stands in the audit for a request without a name."""


class OperationRefused(Exception):  # noqa: N818  the name says what it is
    """The switch refused; becomes a ``RequestRefused``."""

    def __init__(self, code: RefusedCode, text: str = "") -> None:
        super().__init__(f"{code.value}: {text}" if text else code.value)
        self.code = code
        self.text = text


class Staff(Protocol):
    """Agents, queues, desks and desk phones, with the rules of ``Operations``. An agent who loses the right to be logged in is logged out."""

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


class FaxOperator(Protocol):
    """Faxes, with the rules of ``Operations``."""

    async def faxes(self, ask: ListFaxes) -> ControlFaxes: ...
    async def fax(self, fax: FaxId, actor: str) -> ControlFaxDetail: ...
    async def send_file(self, send: SendFaxFile) -> FaxFileTaken: ...
    async def try_again(self, fax: FaxId, actor: str) -> Done: ...
    async def drop(self, fax: FaxId, actor: str) -> Done: ...


class Operations(Protocol):
    """Called on the switch's loop. Plain methods return at once; coroutines may wait for a disk, in a thread of their own.

    All may raise ``OperationRefused``. Any other exception is our bug: logged, and answered ``fault``.
    ``actor`` is the name of the asking operator, for the audit; an empty name is written as ``operator``.
    """

    @property
    def staff(self) -> Staff: ...
    @property
    def trunks(self) -> TrunkOperator: ...
    @property
    def faxes(self) -> FaxOperator: ...

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
    async def traced_number(self, call: CallId, actor: str) -> TracedNumber: ...
    async def customers(self, ask: FindCustomers) -> Customers: ...
    async def audit(self, ask: AskAudit) -> AuditTrail: ...
    async def reload(self, actor: str) -> Reloaded: ...
    async def backup(self, folder: str, actor: str) -> BackupProgress: ...
    def backup_progress(self) -> BackupProgress: ...
    async def unlock(self, account: AccountNo, actor: str) -> Done: ...
    def unlock_number(self, number: str, actor: str) -> Done:
        """Empty: all callers who withhold their number."""
        ...


class BranchState(Struct, frozen=True):
    """The state of a branch's link. ``status``: the last one that its gateway reported.

    ``foreign``: messages refused since they named orders, accounts or branches that are not its own.
    """

    link_up: bool
    status: GatewayStatus | None = None
    round_trip_ms: float | None = None
    requests: int = 0
    failures: int = 0
    foreign: int = 0


class DeskState(Struct, frozen=True):
    """The state of a desk's link while it is up. ``agent``: who is logged in; ``problem``: of the desk's phone (``shared.desk.PhoneNow``)."""

    desk: DeskId
    address: str = ""
    round_trip_ms: float | None = None
    agent: AgentId | None = None
    problem: str = ""
    program: str = ""
    since: float = 0.0
    """UTC seconds: of the log-in, or of the link's opening if no agent is logged in."""
    loss: float = 0.0
    """The share of lost packets, 0 to 1."""
    jitter_ms: float = 0.0
    desk_phone: PhoneName | None = None
    """The desk phone with the seat's voice; ``None``: the app's own phone."""


class DeskLinksPort(Protocol):
    """The operator's side of ``adapters.desks``; on the loop, nothing is raised."""

    def states(self) -> tuple[DeskState, ...]:
        """The desks whose links are up."""
        ...

    def log_out(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        """Ends the agent's log-in for good (sessions, ``LoggedOut(code)``, ``AgentOffline``), audited. ``False``: the agent was not logged in."""
        ...

    def disconnect(self, desk: DeskId) -> bool:
        """Ends the desk's link, whose key is not valid any more. ``False``: there was no link."""
        ...


class BackupsPort(Protocol):
    """Implemented in ``adapters.backup``. On the loop."""

    async def begin(self, folder: Path, actor: str) -> BackupProgress:
        """Copies everything that the store and the order journal were given before this call into a new folder. Raises ``OperationRefused``.
        The end of the backup is audited.
        """
        ...

    def progress(self) -> BackupProgress | None:
        """The progress of the last backup; ``None``: no backup since the start."""
        ...


class Records(Protocol):
    """Reads of the store; from any thread, blocking, raising ``StoreError``. Rows have the store's columns, the newest first."""

    def call(self, call: CallId) -> dict[str, Any] | None: ...
    def calls(self, limit: int = 100, *, since: float = 0.0) -> list[dict[str, Any]]: ...
    def recordings(self, call: CallId) -> list[dict[str, Any]]:
        """The recording of the whole call first."""
        ...

    def traced_number(self, call: CallId) -> str | None:
        """The number that the call's caller withholds."""
        ...

    def recording(self, recording: RecordingId) -> dict[str, Any] | None: ...
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
