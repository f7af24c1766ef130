"""What the desks' adapter (``adapters.desks``) asks of the customer data centre: agents and keys, screen pops, questions of an agent."""

import re
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from shared import aci
from shared.desk import Pop, Reply, Request
from shared.enums import LockReason, Role
from shared.ids import AgentId, BranchId, CallId, DeskId, SkillName
from switch_server.core.desks import ShowPop


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


_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_Z85 = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def agent_fault(record: AgentRecord) -> str:
    """What is wrong with a record, in English for an operator; ``""``: nothing."""
    if not _ID.fullmatch(record.agent):
        return f"agent id {record.agent!r}: 1 to 32 letters, digits, - and _"
    if not 1 <= len(record.name) <= 64 or _CONTROL.search(record.name):
        return "an agent's name has 1 to 64 characters, none of them a control character"
    if len(record.group) > 64 or _CONTROL.search(record.group):
        return "a group's name has at most 64 characters, none of them a control character"
    for skill, level in record.skills.items():
        if not 1 <= len(skill) <= 64 or _CONTROL.search(skill) or level < 1:
            return f"skill {skill!r}: a name of 1 to 64 characters and a level of 1 or more"
    return ""


def desk_key_fault(desk: DeskId, public_key: str) -> str:
    """What is wrong with a desk's name or key; ``""``: nothing."""
    if not _ID.fullmatch(desk):
        return f"desk {desk!r}: 1 to 32 letters, digits, - and _"
    if not _Z85.fullmatch(public_key):
        return "a CURVE public key has 40 characters (Z85)"
    return ""


class SessionRecord(Struct, frozen=True):
    """A log-in that may be resumed. ``token_hash``: SHA-256 of the token, hex; the token itself is nowhere but at the desk."""

    token_hash: str
    agent: AgentId
    desk: DeskId
    opened_at: float


class AgentBook(Protocol):
    """Agents, desk keys and sessions: read from memory, written behind. From the switch's loop; nothing blocks.

    Nothing is raised but ``ValueError`` by ``put_agent`` and ``put_desk_key``, with what is wrong for the operator to read.
    """

    def agent(self, agent: AgentId) -> AgentRecord | None: ...
    def agents(self) -> tuple[AgentRecord, ...]: ...
    def put_agent(self, record: AgentRecord, actor: str) -> None:
        """A disabled agent's sessions are dropped."""
        ...

    def remove_agent(self, agent: AgentId, actor: str) -> bool: ...

    def desk_for_key(self, public_key: str) -> DeskId | None: ...
    def desk_keys(self) -> dict[DeskId, str]: ...
    def put_desk_key(self, desk: DeskId, public_key: str, actor: str) -> None:
        """The desk's key from now on (Z85, 40 characters); the one before it opens nothing any more."""
        ...

    def remove_desk_key(self, desk: DeskId, actor: str) -> bool: ...

    def session(self, token_hash: str) -> SessionRecord | None: ...
    def put_session(self, record: SessionRecord) -> None:
        """In place of the agent's earlier ones."""
        ...

    def drop_sessions(self, agent: AgentId) -> None: ...

    def lock_before(self, agent: AgentId) -> LockReason | None:
        """The lock that the agent's seat had, or was to get after its call, when the switch was last stopped or killed; ``None``: none."""
        ...

    def calls_today(self, agent: AgentId) -> int:
        """Talks that the agent has had since midnight in Asia/Shanghai."""
        ...


class BranchQuestions(Protocol):
    """Questions to branches that belong to no call's flow."""

    def ask(self, branch: BranchId, query: aci.Request, on_reply: Callable[[aci.Reply], None]) -> None:
        """``on_reply`` is called exactly once, on the loop, at the latest after the link's time-out (maybe before ``ask`` returns).

        A branch that is down, slow or talks nonsense is a ``Refused`` with that code. ``query`` never carries a PIN.
        """
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
    """``shared.desk.QUESTIONS`` and ``shared.desk_reports.QUESTIONS``, with the asking agent's rights. May wait for a disk (in a thread) or a branch; raises nothing but bugs."""

    async def answer(self, agent: AgentRecord, question: Request) -> Reply: ...
