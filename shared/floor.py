"""Floor: what a supervisor's desk (班长席) sees of the whole centre and does to it, and whom any desk can call or transfer to.

Over the same link and session as ``shared.desk``. ``WatchFloor`` is answered by everything (``FloorSnapshot``); from then on ``FloorChanged``
brings what is other than before: whole rows by their key, and the keys that are gone, at most one each ``EVERY_S``. They are numbered: one
that is missing in the numbers, or has number 0, means that the desk must ask again. No row changes by itself: what runs with the clock is
told as the time since when (UTC seconds by the switch's clock). Money is fen.
"""

from enum import StrEnum
from typing import Annotated, Final, Protocol, TypeVar

from msgspec import Meta, Struct, field

from shared.desk import Message, Name, Reply, Report, Request, Text
from shared.enums import CallKind, Language, LockReason, Role, SeatState
from shared.ids import AgentId, BranchId, CallId, DeskId, Fen, QueueName, SkillName

EVERY_S: Final = 0.5
"""Between two ``FloorChanged``; twice as long where only the colleagues are watched."""
MOST_SKILLS = 64
MOST_AGENTS = 1000
Skills = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[int, Meta(ge=1, le=99)]],
    Meta(max_length=MOST_SKILLS),
]


class Watch(StrEnum):
    """How much a desk is told. ``FLOOR`` has the colleagues too; it is a supervisor's (their group's seats) or a manager's (all)."""

    OFF = "off"
    COLLEAGUES = "colleagues"
    FLOOR = "floor"


# --- rows; ``key`` tells them apart in their table ---


class ColleagueRow(Struct, frozen=True):
    """Somebody who can be called at their desk. ``initials``: of the name's pinyin, the readings apart by spaces."""

    agent: AgentId
    name: str
    initials: str
    group: str
    state: SeatState

    @property
    def key(self) -> str:
        return self.agent


class TargetRow(Struct, frozen=True):
    """What else a call can be transferred to. ``kind``: ``queue`` or ``menu`` (a flow of the IVR); ``is_open``: a queue, within its hours."""

    kind: str
    id: str
    title: dict[Language, str]
    is_open: bool = True

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


class SeatRow(Struct, frozen=True):
    """座席. ``since``: of ``state``, ``None`` where nobody has been logged in. ``reason``: why it is locked, or will be after the call."""

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
    """Whom they have in the call: the other side's number."""
    queue: QueueName | None = None
    target: AgentId | None = None
    """Whose call they listen to."""

    @property
    def key(self) -> str:
        return self.agent


class QueueBoardRow(Struct, frozen=True):
    """排队. ``offered``, ``answered``, ``in_time`` and ``abandoned``: callers of today (Asia/Shanghai); ``staffed``: seats logged in for it.

    ``in_time``: of the answered, those who waited no longer than ``service_level`` (seconds, as the queue promises now).
    """

    queue: QueueName
    title: dict[Language, str]
    is_open: bool
    waiting: int
    oldest: float | None
    """Since when the longest waiting waits."""
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
    """A caller in a queue. ``priority``: higher is asked first; ``ringing``: a desk rings for them now.

    ``consult``: an agent has them in a call and asks the queue for a colleague; they can't be taken out of order.
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
    """中继 or voice card (``kind``: ``trunk``, ``card``). ``up``: ``None`` where nobody watches. ``used`` of ``total`` lines or channels."""

    kind: str
    name: str
    up: bool | None
    used: int
    total: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.name}"


class BranchRow(Struct, frozen=True):
    """营业部. ``up``: its link; ``trading``: its trading system, ``None`` where the link has told nothing.

    ``orders``: of today (Asia/Shanghai), cancels apart, how many are in which state (``OrderState`` of the centre's order book).
    ``turnover``: filled quantity times the order's price, summed.
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
    """One of each table. In a snapshot all rows that the desk may see, in a change those that are new or other than before."""

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
    """Answered by ``FloorSnapshot``, from which on changes are told, until it is ``OFF`` or the log-in ends; or ``Refused(NOT_ALLOWED)``."""

    what: Watch


class SetSkills(Request, frozen=True):
    """What an agent can do from now on (``{skill: level}``, instead of all that was). Answered by ``Done``; audited, and the agent is told."""

    agent: Name
    skills: Skills


class SendMessage(Request, frozen=True):
    """A word to agents' screens (``Notice``), to all that the sender supervises if none is named. Answered by ``MessageSent``; audited."""

    text: Annotated[Text, Meta(min_length=1)]
    agents: Annotated[tuple[Name, ...], Meta(max_length=MOST_AGENTS)] = ()


REQUESTS: tuple[type[Request], ...] = (WatchFloor, SetSkills, SendMessage)


# --- replies and the report ---


class FloorSnapshot(Reply, frozen=True):
    """``number``: of the newest change that is in it."""

    what: Watch
    at: float
    number: int
    rows: Rows = Rows()


class MessageSent(Reply, frozen=True):
    """Whose screens it was sent to: those who are logged in."""

    agents: tuple[AgentId, ...]


class FloorChanged(Report, frozen=True):
    """``gone``: table -> keys of rows that are no more. ``number`` 0: what the desk has is void (its rights are other ones now)."""

    at: float
    number: int
    rows: Rows = Rows()
    gone: dict[str, tuple[str, ...]] = field(default_factory=dict)


REPLIES: tuple[type[Reply], ...] = (FloorSnapshot, MessageSent)
REPORTS: tuple[type[Report], ...] = (FloorChanged,)
MESSAGES: tuple[type[Message], ...] = (*REQUESTS, *REPLIES, *REPORTS)


def difference(old: Rows, new: Rows) -> tuple[Rows, dict[str, tuple[str, ...]]] | None:
    """What ``FloorChanged`` says to make ``old`` into ``new``; ``None``: nothing."""
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
