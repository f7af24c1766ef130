"""The control protocol's words for agents (座席员), queues (排队), desks (座席机) and desk phones (桌面话机): see ``shared.control``.

A password crosses the socket once, towards the switch, which keeps a hash of it; nothing answers or shows it.
"""

from typing import Annotated

from msgspec import Meta, field

from shared.bounds import AgentRef, CallRef, Line
from shared.control_base import Limit, Reply, Request
from shared.control_rows import AgentRow, ControlQueueRow, ControlTalkRow, DeskRow, PhoneRow
from shared.enums import Role

ID = r"^[A-Za-z0-9_-]{1,32}\Z"
"""Of agents (工号), desks and desk phones."""
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
    """Answered by ``Talks``, the newest first. ``None``: any."""

    agent: AgentRef | None = None
    call: CallRef | None = None
    since: float = 0.0
    limit: Limit = 50


class PutAgent(Request, frozen=True):
    """Add an agent (``new``) or change one; ``None`` stays as it is. Answered by ``AgentPut``.

    ``skills`` are laid over those that there are; level 0 takes a skill away. An agent without a password can't log in.
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
    """Ends the agent's log-in, as does all that takes their right to it. Answered by ``Done``."""

    agent: Id
    password: Password
    actor: Line = ""

    def __repr__(self) -> str:
        return f"SetPassword(agent={self.agent!r}, password=••••)"


class DisableAgent(Request, frozen=True):
    """``disabled=False`` lets them in again. Answered by ``Done``."""

    agent: Id
    disabled: bool = True
    actor: Line = ""


class RemoveAgent(Request, frozen=True):
    """Answered by ``Done``. What they did stays in the records."""

    agent: Id
    actor: Line = ""


class LogOutAgent(Request, frozen=True):
    """Answered by ``Done``. A talk that runs goes to the next agent."""

    agent: Id
    actor: Line = ""


class PutDeskKey(Request, frozen=True):
    """The desk may connect with this public key. ``replace``: instead of the one that it has. Answered by ``Done``."""

    desk: Id
    key: Annotated[str, Meta(pattern=KEY)]
    replace: bool = False
    actor: Line = ""


class RemoveDeskKey(Request, frozen=True):
    """The desk may connect no more, and who is logged in there is logged out. Answered by ``Done``."""

    desk: Id
    actor: Line = ""


class AskPhones(Request, frozen=True):
    """Answered by ``Phones``."""


class AddPhone(Request, frozen=True):
    """A desk phone may register with this password. ``desk``: whose seat may use it; ``None``: any. Answered by ``Done``."""

    phone: Id
    password: Password
    desk: Id | None = None
    actor: Line = ""

    def __repr__(self) -> str:
        return f"AddPhone(phone={self.phone!r}, desk={self.desk!r}, password=••••)"


class SetPhonePassword(Request, frozen=True):
    """The phone has to register anew. Answered by ``Done``."""

    phone: Id
    password: Password
    actor: Line = ""

    def __repr__(self) -> str:
        return f"SetPhonePassword(phone={self.phone!r}, password=••••)"


class RemovePhone(Request, frozen=True):
    """It can't be rung any more; a talk that runs goes on. Answered by ``Done``."""

    phone: Id
    actor: Line = ""


class Agents(Reply, frozen=True):
    at: float
    rows: tuple[AgentRow, ...]


class Queues(Reply, frozen=True):
    at: float
    rows: tuple[ControlQueueRow, ...]


class ControlDesks(Reply, frozen=True, tag="Desks"):
    """``endpoint`` and ``server_key`` (public, Z85): what a desk must know of the switch."""

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
    """``unused_skills``: that no queue asks for, which may be a slip of the pen."""

    agent: str
    new: bool
    unused_skills: tuple[str, ...] = ()


REQUESTS: tuple[type[Request], ...] = (
    AskAgents, AskQueues, AskDesks, AskTalks, PutAgent, SetPassword, DisableAgent, RemoveAgent, LogOutAgent,
    PutDeskKey, RemoveDeskKey, AskPhones, AddPhone, SetPhonePassword, RemovePhone,
)  # fmt: skip
REPLIES: tuple[type[Reply], ...] = (Agents, Queues, ControlDesks, Phones, Talks, AgentPut)
