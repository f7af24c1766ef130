"""What the desks' adapter (``adapters.desks``) asks of the customer data centre: agents and keys, screen pops, questions of an agent."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from shared.desk import Pop, Reply, Request
from shared.enums import Role
from shared.ids import AgentId, CallId, DeskId, SkillName
from switch_server.core.effects import ShowPop


class AgentRecord(Struct, frozen=True):
    """An agent as the store knows them. ``password``: argon2id, PHC string; never leaves the switch."""

    agent: AgentId
    name: str
    role: Role = Role.AGENT
    group: str = ""
    skills: dict[SkillName, int] = {}
    password: str = ""
    disabled: bool = False

    def __repr__(self) -> str:
        return f"AgentRecord(agent={self.agent!r}, role={self.role.value!r}, password=••••)"


class SessionRecord(Struct, frozen=True):
    """A log-in that may be resumed. ``token_hash``: SHA-256 of the token, hex; the token itself is nowhere but at the desk."""

    token_hash: str
    agent: AgentId
    desk: DeskId
    opened_at: float


class AgentBook(Protocol):
    """Agents, desk keys and sessions: read from memory, written behind. From the switch's loop; nothing blocks, nothing is raised."""

    def agent(self, agent: AgentId) -> AgentRecord | None: ...
    def agents(self) -> tuple[AgentRecord, ...]: ...
    def put_agent(self, record: AgentRecord, actor: str) -> None: ...
    def remove_agent(self, agent: AgentId, actor: str) -> bool: ...

    def desk_for_key(self, public_key: str) -> DeskId | None: ...
    def desk_keys(self) -> dict[DeskId, str]: ...
    def put_desk_key(self, desk: DeskId, public_key: str, actor: str) -> None:
        """The desk's key from now on (Z85, 40 characters); the one before it opens nothing any more."""
        ...

    def remove_desk_key(self, desk: DeskId, actor: str) -> bool: ...

    def session(self, token_hash: str) -> SessionRecord | None: ...
    def put_session(self, record: SessionRecord) -> None: ...
    def drop_sessions(self, agent: AgentId) -> None: ...

    def calls_today(self, agent: AgentId) -> int:
        """Talks that the agent has had since midnight in Asia/Shanghai."""
        ...


class Pops(Protocol):
    """Screen pops: built from the store and the branches, kept for each call until it is over, so that the next agent has it at once."""

    def show(self, effect: ShowPop, tell: Callable[[Pop], None]) -> None:
        """Calls ``tell`` before it returns with what is known, and again, on the loop, whenever a part comes in, until ``forget``
        or a ``show`` for another agent of the same call. Never raises; never waits for a branch.
        """
        ...

    def forget(self, call: CallId) -> None: ...


class Questions(Protocol):
    """``shared.desk.QUESTIONS``, with the asking agent's rights. May wait for a disk (in a thread) or a branch; raises nothing but bugs."""

    async def answer(self, agent: AgentRecord, question: Request) -> Reply: ...
