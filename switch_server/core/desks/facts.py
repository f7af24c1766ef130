"""Facts of seats, from the desks' links and the operators."""

from msgspec import field

from shared.desk import AnyCommand
from shared.enums import LockReason, Role
from shared.ids import (
    AgentId,
    CallId,
    DeskId,
    LegId,
    SkillName,
)
from switch_server.core.words import Event


class AgentOnline(Event, frozen=True):
    """An agent has logged in, or is back after a lost link; password or session have been checked. A seat that comes back keeps its state.

    ``anew``: the log-in was by password. An existing seat is locked then, after its talk if it has one.
    """

    agent: AgentId
    name: str
    desk: DeskId
    contact: str
    """``shared.desk.VoiceContact``: the app's phone, or a desk phone."""
    role: Role = Role.AGENT
    skills: dict[SkillName, int] = field(default_factory=dict)
    """Level of each skill, at least 1."""
    calls_today: int = 0
    lock: LockReason | None = None
    """For a new seat: the lock that the agent's seat had when the switch was stopped or killed. An existing seat ignores it."""
    group: str = ""
    anew: bool = False


class AgentSkilled(Event, frozen=True):
    """The operator or a supervisor has changed an agent's skills, role, name or group."""

    agent: AgentId
    name: str
    role: Role
    skills: dict[SkillName, int]
    group: str = ""


class AgentOffline(Event, frozen=True):
    """The agent is logged out. ``code``: ``logged_out`` (by the agent), or a ``LoggedOut`` code; the caller of a running talk goes to the next agent."""

    agent: AgentId
    code: str = "logged_out"


class DeskDown(Event, frozen=True):
    """The desk's link is lost; ``AgentOnline`` may follow."""

    agent: AgentId


class DeskCommanded(Event, frozen=True):
    """A command of an agent; answered by ``AnswerDesk``. ``call``: the call that the command names; for ``Dial`` and ``CallSeat``, a new id for
    the call that the command makes.
    """

    agent: AgentId
    request: int
    command: AnyCommand
    call: CallId | None = None


class PhoneTold(Event, frozen=True):
    """The legs that the desk's phone has (each 5 s and at each change). A leg that differs twice in a row is repaired and counted."""

    agent: AgentId
    legs: tuple[LegId, ...]


class PopSeen(Event, frozen=True):
    """The screen pop was shown ``after_ms`` ms after the app had received the report of the ring."""

    agent: AgentId
    call: CallId
    after_ms: float
