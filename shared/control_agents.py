"""The control protocol's messages about agents (座席员), queues (排队), desks (座席机) and desk phones (桌面话机): see ``shared.control``.

A password crosses the socket once, towards the switch, which keeps only a hash; no reply contains a password.
"""

from typing import Annotated

from msgspec import Meta, field

from shared.bounds import AgentRef, CallRef, Line
from shared.control_base import Limit, Reply, Request
from shared.control_rows import AgentRow, ControlQueueRow, ControlTalkRow, DeskRow, PhoneRow
from shared.enums import Role

ID = r"^[A-Za-z0-9_-]{1,32}\Z"
"""The id of an agent (工号), a desk or a desk phone."""
SKILL = r"^[\w-]{1,32}\Z"
KEY = r"^[0-9a-zA-Z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}\Z"
"""A CURVE key: 32 bytes as Z85 (ZeroMQ RFC 32)."""
TOP_LEVEL = 99
MOST_SKILLS = 64

Id = Annotated[str, Meta(pattern=ID)]
Password = Annotated[str, Meta(max_length=256)]
Skill = Annotated[str, Meta(pattern=SKILL)]
Level = Annotated[int, Meta(ge=0, le=TOP_LEVEL)]


class AskAgents(Request, frozen=True):
    """Answered by ``Agents``."""


class AskQueues(Request, frozen=True):
    """Answered by ``Queues``."""


class AskDesks(Request, frozen=True):
    """Answered by ``ControlDesks``."""


class AskTalks(Request, frozen=True):
    """Answered by ``Talks``, the newest first. ``None``: no restriction."""

    agent: AgentRef | None = None
    call: CallRef | None = None
    since: float = 0.0
    limit: Limit = 50


class PutAgent(Request, frozen=True):
    """Adds an agent (``new``) or changes an agent; a field that is ``None`` stays as it is. Answered by ``AgentPut``.

    ``skills`` are merged into the agent's skills; level 0 removes a skill. An agent without a password can't log in.
    """

    agent: Id
    new: bool
    name: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    role: Role | None = None
    group: Line | None = None
    skills: Annotated[dict[Skill, Level], Meta(max_length=MOST_SKILLS)] = field(default_factory=dict)
    password: Password | None = None
    actor: Line = ""

    def __repr__(self) -> str:
        return f"PutAgent(agent={self.agent!r}, new={self.new}, password=••••)"


class SetPassword(Request, frozen=True):
    """Also ends the agent's log-in, as does every request that takes away the right to log in. Answered by ``Done``."""

    agent: Id
    password: Password
    actor: Line = ""

    def __repr__(self) -> str:
        return f"SetPassword(agent={self.agent!r}, password=••••)"


class DisableAgent(Request, frozen=True):
    """``disabled=False`` lets the agent log in again. Answered by ``Done``."""

    agent: Id
    disabled: bool = True
    actor: Line = ""


class RemoveAgent(Request, frozen=True):
    """Answered by ``Done``. The agent's calls and talks stay in the records."""

    agent: Id
    actor: Line = ""


class LogOutAgent(Request, frozen=True):
    """Answered by ``Done``. A running talk goes to the next agent."""

    agent: Id
    actor: Line = ""


class PutDeskKey(Request, frozen=True):
    """The desk may connect with this public key. ``replace``: in place of the desk's present key. Answered by ``Done``."""

    desk: Id
    key: Annotated[str, Meta(pattern=KEY)]
    replace: bool = False
    actor: Line = ""


class RemoveDeskKey(Request, frozen=True):
    """The desk can't connect any more; the agent who is logged in there is logged out. Answered by ``Done``."""

    desk: Id
    actor: Line = ""


class AskPhones(Request, frozen=True):
    """Answered by ``Phones``."""


class AddPhone(Request, frozen=True):
    """A desk phone may register with this password. ``desk``: the desk whose seat may use the phone; ``None``: any desk. Answered by ``Done``."""

    phone: Id
    password: Password
    desk: Id | None = None
    actor: Line = ""

    def __repr__(self) -> str:
        return f"AddPhone(phone={self.phone!r}, desk={self.desk!r}, password=••••)"


class SetPhonePassword(Request, frozen=True):
    """The phone must register again. Answered by ``Done``."""

    phone: Id
    password: Password
    actor: Line = ""

    def __repr__(self) -> str:
        return f"SetPhonePassword(phone={self.phone!r}, password=••••)"


class RemovePhone(Request, frozen=True):
    """The phone can't be rung any more; a running talk goes on. Answered by ``Done``."""

    phone: Id
    actor: Line = ""


class Agents(Reply, frozen=True):
    at: float
    rows: tuple[AgentRow, ...]


class Queues(Reply, frozen=True):
    at: float
    rows: tuple[ControlQueueRow, ...]


class ControlDesks(Reply, frozen=True, tag="Desks"):
    """``endpoint`` and ``server_key`` (public, Z85): what a desk needs for connecting to the switch."""

    at: float
    endpoint: str
    server_key: str
    rows: tuple[DeskRow, ...]


class Phones(Reply, frozen=True):
    at: float
    rows: tuple[PhoneRow, ...]


class Talks(Reply, frozen=True):
    at: float
    rows: tuple[ControlTalkRow, ...]


class AgentPut(Reply, frozen=True):
    """``unused_skills``: skills that no queue asks for, possibly misspelt."""

    agent: str
    new: bool
    unused_skills: tuple[str, ...] = ()


REQUESTS: tuple[type[Request], ...] = (
    AskAgents, AskQueues, AskDesks, AskTalks, PutAgent, SetPassword, DisableAgent, RemoveAgent, LogOutAgent,
    PutDeskKey, RemoveDeskKey, AskPhones, AddPhone, SetPhonePassword, RemovePhone,
)  # fmt: skip
REPLIES: tuple[type[Reply], ...] = (Agents, Queues, ControlDesks, Phones, Talks, AgentPut)
