"""The ports that the desks' adapter (``adapters.desks``) uses: agents and keys, screen pops, answers to agents' questions."""

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
    """An agent's record in the store. ``password``: argon2id, PHC string; never leaves the switch."""

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
    """The fault of a record, in English for an operator; ``""``: none."""
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
    """The fault of a desk's name or key; ``""``: none."""
    if not _ID.fullmatch(desk):
        return f"desk {desk!r}: 1 to 32 letters, digits, - and _"
    if not _Z85.fullmatch(public_key):
        return "a CURVE public key has 40 characters (Z85)"
    return ""


class SessionRecord(Struct, frozen=True):
    """A log-in that may be resumed. ``token_hash``: SHA-256 of the token, hex; only the desk has the token itself."""

    token_hash: str
    agent: AgentId
    desk: DeskId
    opened_at: float


class AgentBook(Protocol):
    """Agents, desk keys and sessions: read from memory, written later. From the switch's loop; nothing blocks.

    Only ``put_agent`` and ``put_desk_key`` raise: ``ValueError`` with the fault, for the operator to read.
    """

    def agent(self, agent: AgentId) -> AgentRecord | None: ...
    def agents(self) -> tuple[AgentRecord, ...]: ...
    def put_agent(self, record: AgentRecord, actor: str) -> None:
        """Drops the sessions of an agent who is disabled."""
        ...

    def remove_agent(self, agent: AgentId, actor: str) -> bool: ...

    def desk_for_key(self, public_key: str) -> DeskId | None: ...
    def desk_keys(self) -> dict[DeskId, str]: ...
    def put_desk_key(self, desk: DeskId, public_key: str, actor: str) -> None:
        """Sets the desk's key (Z85, 40 characters); the former key is not valid any more."""
        ...

    def remove_desk_key(self, desk: DeskId, actor: str) -> bool: ...

    def session(self, token_hash: str) -> SessionRecord | None: ...
    def put_session(self, record: SessionRecord) -> None:
        """Replaces the agent's earlier sessions."""
        ...

    def drop_sessions(self, agent: AgentId) -> None: ...

    def lock_before(self, agent: AgentId) -> LockReason | None:
        """The seat's lock, or the lock requested for after the call, when the switch was last stopped or killed; ``None``: none."""
        ...

    def calls_today(self, agent: AgentId) -> int:
        """The agent's talks since midnight in Asia/Shanghai."""
        ...


class BranchQuestions(Protocol):
    """Questions to branches outside a call's flow."""

    def ask(self, branch: BranchId, query: aci.Request, on_reply: Callable[[aci.Reply], None]) -> None:
        """``on_reply`` is called exactly once, on the loop, at the latest after the link's time-out (maybe before ``ask`` returns).

        If the branch is down, slow or answers nonsense, the reply is a ``Refused`` with that code. ``query`` never carries a PIN.
        """
        ...


class Pops(Protocol):
    """Screen pops: built from the store and the branches, kept for each call until it is over, so that the call's next agent gets the pop at once."""

    def show(self, effect: ShowPop, tell: Callable[[Pop], None]) -> None:
        """Calls ``tell`` before it returns, with the facts known so far, and again, on the loop, whenever a part arrives, until ``forget``
        or a ``show`` for another agent of the same call. Never raises; never waits for a branch.
        """
        ...

    def forget(self, call: CallId) -> None: ...


class Questions(Protocol):
    """Answers the ``QUESTIONS`` of ``shared.desk``, ``shared.desk_reports`` and ``shared.desk_fax`` with the asking agent's rights.

    May wait for a disk (in a thread) or a branch; raises nothing but bugs.
    """

    async def answer(self, agent: AgentRecord, question: Request) -> Reply: ...
