"""What the desks' link and the operators tell of seats."""

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
    """Logged in, or back after the link was lost; password or session have been checked. A seat that comes back keeps its state.

    ``anew``: by password. A seat that the core still knows is locked then, after its talk if there is one.
    """

    agent: AgentId
    name: str
    desk: DeskId
    contact: str
    """``shared.desk.VoiceContact``: the app's phone, or a desk phone."""
    role: Role = Role.AGENT
    skills: dict[SkillName, int] = field(default_factory=dict)
    """Level of each, 1 and more."""
    calls_today: int = 0
    lock: LockReason | None = None
    """That a seat had when the switch was stopped or killed: it gets it back. Of a seat that the core knows it means nothing."""
    group: str = ""
    anew: bool = False


class AgentSkilled(Event, frozen=True):
    """The operator changed what an agent can do."""

    agent: AgentId
    name: str
    role: Role
    skills: dict[SkillName, int]
    group: str = ""


class AgentOffline(Event, frozen=True):
    """Logged out on purpose. ``code``: ``logged_out``, or a ``LoggedOut`` code; a talk that runs goes to the next agent."""

    agent: AgentId
    code: str = "logged_out"


class DeskDown(Event, frozen=True):
    """The desk's link is gone; ``AgentOnline`` may follow."""

    agent: AgentId


class DeskCommanded(Event, frozen=True):
    """Answered by ``AnswerDesk``. ``call``: the one that the command names; for a ``Dial``, a fresh id for the call that it makes."""

    agent: AgentId
    request: int
    command: AnyCommand
    call: CallId | None = None


class PhoneTold(Event, frozen=True):
    """The legs that the desk's phone has (each 5 s and at each change): what differs twice running is repaired and counted."""

    agent: AgentId
    legs: tuple[LegId, ...]


class PopSeen(Event, frozen=True):
    """The pop stood on the agent's screen so many ms after the app heard of the ring."""

    agent: AgentId
    call: CallId
    after_ms: float
