"""A supervisor's commands to agents that do not concern the core: skills and messages. All are audited, and shown to the agents."""

from collections.abc import Callable

from msgspec.structs import replace

from shared.desk import DeskRefusal, Done, Notice, Refused, Reply
from shared.enums import Role
from shared.floor import MessageSent, SendMessage, SetSkills
from shared.ids import AgentId, SkillName
from switch_server.adapters.desks.register import DeskRegister
from switch_server.core.desks import AgentSkilled
from switch_server.core.words import Audit
from switch_server.ports import Post
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.floor import supervises

AUDITED = 200
"""The characters of a message that the audit keeps."""


class SupervisorCommands:
    def __init__(self, register: DeskRegister, book: AgentBook, post: Post, audit: Callable[[Audit], None]) -> None:
        self._register, self._book, self._post, self._audit = register, book, post, audit

    def do(self, actor: AgentRecord, request: SetSkills | SendMessage) -> Reply:
        if actor.role is Role.AGENT:
            return Refused(DeskRefusal.NOT_ALLOWED)
        return self._set_skills(actor, request) if isinstance(request, SetSkills) else self._send(actor, request)

    def _set_skills(self, actor: AgentRecord, asked: SetSkills) -> Reply:
        """The agent book writes the audit row."""
        record = self._book.agent(AgentId(asked.agent))
        if record is None or record.disabled:
            return Refused(DeskRefusal.NOT_FOUND)
        if not supervises(actor, record.group):
            return Refused(DeskRefusal.NOT_ALLOWED)
        skills = {SkillName(skill): level for skill, level in asked.skills.items()}
        try:
            self._book.put_agent(replace(record, skills=skills), actor.agent)
        except ValueError as wrong:
            return Refused(DeskRefusal.NOT_FOUND, str(wrong))
        if record.agent in self._register.by_agent:
            self._post(AgentSkilled(record.agent, record.name, record.role, skills, record.group))
            told = " ".join(f"{skill} {level}" for skill, level in sorted(skills.items()))
            self._notice(actor, record.agent, "skills", told)
        return Done()

    def _send(self, actor: AgentRecord, asked: SendMessage) -> Reply:
        if not asked.text.strip():
            return Refused(DeskRefusal.NOT_FOUND)
        named = [self._book.agent(AgentId(agent)) for agent in asked.agents]
        others = [record for record in self._book.agents() if record.agent != actor.agent]
        if any(record is not None and not supervises(actor, record.group) for record in named):
            return Refused(DeskRefusal.NOT_ALLOWED)
        known = [record for record in (named or others) if record is not None and supervises(actor, record.group)]
        there = tuple(record.agent for record in known if record.agent in self._register.by_agent)
        if not there:
            return Refused(DeskRefusal.NOT_HERE)
        for agent in there:
            self._notice(actor, agent, "message", asked.text)
        self._audit(Audit(actor.agent, "message_sent", ", ".join(there), asked.text[:AUDITED]))
        return MessageSent(there)

    def _notice(self, actor: AgentRecord, agent: AgentId, code: str, text: str) -> None:
        self._register.tell(agent, Notice(self._register.clock(), code, actor.name, text))
