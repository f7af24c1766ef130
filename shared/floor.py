"""Floor: the state of the whole centre for a supervisor's desk (班长席), a supervisor's commands, and the targets to which any desk can call or
transfer.

The messages use the link and session of ``shared.desk``. ``WatchFloor`` is answered by all rows (``FloorSnapshot``); after that
``FloorChanged`` brings the changed rows, whole, and the keys of deleted rows, at most once in ``EVERY_S``. The changes are numbered: after a
missing number, or number 0, the desk must ask again. No row changes with the clock alone: a duration is sent as the time of its beginning
(UTC seconds by the switch's clock). Money is fen.
"""

from enum import StrEnum
from typing import Annotated, Final, Protocol, TypeVar

from msgspec import Meta, Struct, field

from shared.desk import Message, Name, Reply, Report, Request, Text
from shared.enums import CallKind, Language, LockReason, Role, SeatState
from shared.ids import AgentId, BranchId, CallId, DeskId, Fen, QueueName, SkillName

EVERY_S: Final = 0.5
"""Seconds between two ``FloorChanged``; twice as long if only the colleagues are watched."""
MOST_SKILLS = 64
MOST_AGENTS = 1000
Skills = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[int, Meta(ge=1, le=99)]],
    Meta(max_length=MOST_SKILLS),
]


class Watch(StrEnum):
    """The part of the floor that a desk watches. ``FLOOR`` includes the colleagues; only supervisors (their group's seats) and managers (all seats) may watch it."""

    OFF = "off"
    COLLEAGUES = "colleagues"
    FLOOR = "floor"


# --- rows; ``key`` identifies a row in its table ---


class ColleagueRow(Struct, frozen=True):
    """A colleague who can be called. ``initials``: of the name's pinyin; several readings are separated by spaces."""

    agent: AgentId
    name: str
    initials: str
    group: str
    state: SeatState

    @property
    def key(self) -> str:
        return self.agent


class TargetRow(Struct, frozen=True):
    """Another target of a transfer. ``kind``: ``queue`` or ``menu`` (a flow of the IVR); ``is_open``: the queue is within its hours."""

    kind: str
    id: str
    title: dict[Language, str]
    is_open: bool = True

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


class SeatRow(Struct, frozen=True):
    """座席. ``since``: of ``state``, ``None`` if no agent has been logged in. ``reason``: why the seat is locked, or will be after the call."""

    agent: AgentId
    name: str
    initials: str
    group: str
    role: Role
    state: SeatState
    skills: dict[SkillName, int]
    calls_today: int
    desk: DeskId | None = None
    since: float | None = None
    reason: LockReason | None = None
    call: CallId | None = None
    kind: CallKind | None = None
    number: str = ""
    """The number of the other side of the call."""
    queue: QueueName | None = None
    target: AgentId | None = None
    """The agent whose call this supervisor listens to."""

    @property
    def key(self) -> str:
        return self.agent


class QueueBoardRow(Struct, frozen=True):
    """排队. ``offered``, ``answered``, ``in_time`` and ``abandoned``: callers of today (Asia/Shanghai); ``staffed``: logged-in seats that serve it.

    ``in_time``: the answered callers who waited at most ``service_level`` (seconds, the queue's present value).
    """

    queue: QueueName
    title: dict[Language, str]
    is_open: bool
    waiting: int
    oldest: float | None
    """Since when the longest-waiting caller waits."""
    open_seats: int
    staffed: int
    service_level: float
    offered: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0

    @property
    def key(self) -> str:
        return self.queue


class WaitingRow(Struct, frozen=True):
    """A caller in a queue. ``priority``: the highest is served first; ``ringing``: a desk rings for this caller now.

    ``consult``: the caller is in an agent's call, and the agent asks the queue for a colleague; such a caller can't be taken out of order.
    """

    call: CallId
    queue: QueueName
    number: str
    since: float
    priority: int
    ringing: bool
    consult: bool = False

    @property
    def key(self) -> str:
        return self.call


class LineRow(Struct, frozen=True):
    """A trunk (中继) or voice card (``kind``: ``trunk``, ``card``). ``up``: ``None`` if not watched. ``used`` of ``total`` lines or channels."""

    kind: str
    name: str
    up: bool | None
    used: int
    total: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"


class BranchRow(Struct, frozen=True):
    """营业部. ``up``: its link; ``trading``: its trading system, ``None`` if the gateway has reported no status.

    ``orders``: today's orders (Asia/Shanghai) without cancels, the number by state (``OrderState`` of the centre's order book).
    ``turnover``: the sum of filled quantity times the order's price.
    """

    branch: BranchId
    title: dict[Language, str]
    up: bool
    trading: bool | None
    orders: dict[str, int]
    turnover: Fen

    @property
    def key(self) -> str:
        return self.branch


class Rows(Struct, frozen=True):
    """Rows of all tables. In a snapshot: all rows that the desk may see; in a change: rows that are new or changed."""

    colleagues: tuple[ColleagueRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    seats: tuple[SeatRow, ...] = ()
    queues: tuple[QueueBoardRow, ...] = ()
    waiting: tuple[WaitingRow, ...] = ()
    lines: tuple[LineRow, ...] = ()
    branches: tuple[BranchRow, ...] = ()


TABLES: Final = Rows.__struct_fields__


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


R = TypeVar("R", bound=Keyed)


def by_key(rows: tuple[R, ...]) -> dict[str, R]:
    return {row.key: row for row in rows}


# --- requests ---


class WatchFloor(Request, frozen=True):
    """Answered by ``FloorSnapshot``, after which changes are sent, until ``OFF`` or the end of the log-in; or by ``Refused(NOT_ALLOWED)``."""

    what: Watch


class SetSkills(Request, frozen=True):
    """Sets an agent's skills (``{skill: level}``, replacing all). Answered by ``Done``; audited, and the agent gets a ``Notice``."""

    agent: Name
    skills: Skills


class SendMessage(Request, frozen=True):
    """A message to agents' screens (``Notice``); without agents, to all whom the sender supervises. Answered by ``MessageSent``; audited."""

    text: Annotated[Text, Meta(min_length=1)]
    agents: Annotated[tuple[Name, ...], Meta(max_length=MOST_AGENTS)] = ()


REQUESTS: tuple[type[Request], ...] = (WatchFloor, SetSkills, SendMessage)


# --- replies and the report ---


class FloorSnapshot(Reply, frozen=True):
    """``number``: of the newest change that the snapshot contains."""

    what: Watch
    at: float
    number: int
    rows: Rows = Rows()


class MessageSent(Reply, frozen=True):
    """The agents to whom the message was sent: those who are logged in."""

    agents: tuple[AgentId, ...]


class FloorChanged(Report, frozen=True):
    """``gone``: table -> keys of deleted rows. ``number`` 0: the desk's rows are void, since its rights have changed."""

    at: float
    number: int
    rows: Rows = Rows()
    gone: dict[str, tuple[str, ...]] = field(default_factory=dict)


REPLIES: tuple[type[Reply], ...] = (FloorSnapshot, MessageSent)
REPORTS: tuple[type[Report], ...] = (FloorChanged,)
MESSAGES: tuple[type[Message], ...] = (*REQUESTS, *REPLIES, *REPORTS)


def difference(old: Rows, new: Rows) -> tuple[Rows, dict[str, tuple[str, ...]]] | None:
    """The content of the ``FloorChanged`` that turns ``old`` into ``new``; ``None``: no difference."""
    changed: dict[str, tuple[Keyed, ...]] = {}
    gone: dict[str, tuple[str, ...]] = {}
    for table in TABLES:
        before: dict[str, Keyed] = by_key(getattr(old, table))
        after: tuple[Keyed, ...] = getattr(new, table)
        if rows := tuple(row for row in after if before.pop(row.key, None) != row):
            changed[table] = rows
        if before:
            gone[table] = tuple(before)
    return (Rows(**changed), gone) if changed or gone else None  # type: ignore[arg-type]
