"""An agent's log-in and log-out at a desk: checked by ``log_in_checks``, told to the core, then shown."""

from collections.abc import Callable

from shared import desk as wire
from shared.desk import DeskRefusal, Done, LoggedIn, Refused, desk_phone
from shared.enums import LockReason
from shared.ids import AgentId, PhoneName
from shared.link import Answer
from switch_server.adapters.desks.link import DeskLink
from switch_server.adapters.desks.log_in_checks import LogInChecks
from switch_server.adapters.desks.register import DeskRegister
from switch_server.core.desks import AgentOffline, AgentOnline
from switch_server.core.words import Audit
from switch_server.ports import Post
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.phones import DeskPhoneBook

After = Callable[[Callable[[], None]], None]
"""Calls a function on the loop once the events posted so far have been handled and their effects carried out."""


class LogIns:
    """On the loop; each method answers once."""

    def __init__(
        self,
        register: DeskRegister,
        checks: LogInChecks,
        book: AgentBook,
        phones: DeskPhoneBook,
        post: Post,
        after: After,
        audit: Callable[[Audit], None],
    ) -> None:
        self._register, self._checks, self._book, self._phones = register, checks, book, phones
        self._post, self._after, self._audit = post, after, audit

    # --- log-in ---

    async def log_in(self, desk: DeskLink, asked: wire.LogIn, answer: Answer) -> None:
        """To be called after ``desk.checking``."""
        try:
            proven = await self._checks.log_in(desk.id, asked)
        finally:
            alive = desk.checked()
        if not alive:
            answer(Refused(DeskRefusal.SESSION_OVER))
        elif isinstance(proven, Refused):
            answer(proven)
        elif (refusal := self._no_voice(desk, proven.agent, asked.contact)) is not None or (
            refusal := self._elsewhere(desk, proven.agent, take_over=asked.take_over)
        ) is not None:
            answer(refusal)
        else:
            session = self._checks.open_session(desk.id, proven.agent)
            self._audit(Audit(proven.agent, "agent_logged_in", desk.id, desk.channel.address))
            self._enter(desk, proven, asked.contact, session, answer)

    def resume(self, desk: DeskLink, asked: wire.Resume, answer: Answer) -> None:
        record = self._checks.resume(desk.id, asked)
        if record is None:
            answer(Refused(DeskRefusal.SESSION_OVER))
        elif (refusal := self._no_voice(desk, record.agent, asked.contact)) is not None or (
            refusal := self._elsewhere(desk, record.agent, take_over=False)
        ) is not None:
            answer(refusal)
        else:
            lock = self._book.lock_before(record.agent)
            self._enter(desk, record, asked.contact, asked.session, answer, lock, anew=False)

    def _no_voice(self, desk: DeskLink, agent: AgentId, contact: str) -> Refused | None:
        """A desk phone must exist, be free, and belong to this desk or to none. It need not have registered yet: it may be starting."""
        name = desk_phone(contact)
        if name is None:
            return None
        record = self._phones.phone(PhoneName(name))
        if record is None or record.desk not in (None, desk.id):
            return Refused(DeskRefusal.NO_SUCH_PHONE, name)
        others = (other for who, other in self._register.by_agent.items() if other is not desk and who != agent)
        taken = next((other.id for other in others if other.phone_name == name), None)
        return Refused(DeskRefusal.PHONE_TAKEN, taken) if taken is not None else None

    def _elsewhere(self, desk: DeskLink, agent: AgentId, *, take_over: bool) -> Refused | None:
        """Refuses a second agent on a link, and a second link of an agent."""
        if desk.agent not in (None, agent):
            return Refused(DeskRefusal.DESK_TAKEN)
        other = self._register.by_agent.get(agent)
        if other is None or other is desk:
            return None
        if not take_over:
            return Refused(DeskRefusal.ALREADY_LOGGED_IN, other.id)
        if self._register.sources.desk_state(agent)[1] is not None:
            return Refused(DeskRefusal.IN_CALL, other.id)
        self._register.end_log_in(agent, "displaced")
        self._post(AgentOffline(agent, "displaced"))
        self._audit(Audit(agent, "agent_displaced", other.id, f"by {desk.id}"))
        return None

    def _enter(
        self, desk: DeskLink, record: AgentRecord, contact: str, session: str, answer: Answer, lock: LockReason | None = None,
        *, anew: bool = True,
    ) -> None:  # fmt: skip
        """``lock``: the seat's lock before a restart of the switch."""
        agent = record.agent
        desk.enter(agent, contact)
        self._register.by_agent[agent] = desk
        today = self._book.calls_today(agent)
        self._post(
            AgentOnline(
                agent, record.name, desk.id, contact, record.role, record.skills, today, lock, record.group, anew
            )
        )
        self._after(lambda: self._entered(desk, agent, session, answer))

    def _entered(self, desk: DeskLink, agent: AgentId, session: str, answer: Answer) -> None:
        """The core has handled the log-in: from here on its effects are sent."""
        if desk.agent != agent or self._register.by_agent.get(agent) is not desk:
            answer(Refused(DeskRefusal.SESSION_OVER))
            return
        desk.taken(self._register.clock())
        answer(LoggedIn(session, self._register.snapshot(desk)))

    # --- while logged in ---

    async def change_password(self, desk: DeskLink, agent: AgentId, asked: wire.ChangePassword, answer: Answer) -> None:
        """To be called after ``desk.checking``."""
        try:
            reply = await self._checks.change(desk.id, agent, asked)
        finally:
            desk.checked()
        answer(reply)

    # --- log-out ---

    def log_out(self, desk: DeskLink, agent: AgentId, answer: Answer) -> None:
        if self._register.sources.desk_state(agent)[1] is not None:
            answer(Refused(DeskRefusal.IN_CALL))
            return
        self._register.logged_out(desk, agent)
        self._book.drop_sessions(agent)
        self._audit(Audit(agent, "agent_logged_out", desk.id))
        self._post(AgentOffline(agent))
        self._after(lambda: answer(Done()))

    def ended_by_core(self, agent: AgentId, code: str) -> None:
        """Works also if the agent's link is down; has no effect on a log-in that the core has not handled yet."""
        desk = self._register.by_agent.get(agent)
        if desk is None or desk.is_shown:
            self._book.drop_sessions(agent)
            self._register.end_log_in(agent, code)

    def ended_by_operator(self, agent: AgentId, actor: str, code: str) -> bool:
        """Works also if the agent's link is down. ``False``: not logged in."""
        known = agent in self._register.by_agent or self._register.sources.desk_state(agent)[0] is not None
        self._book.drop_sessions(agent)
        self._register.end_log_in(agent, code)
        if known:
            self._audit(Audit(actor, "agent_logged_out", agent, code))
            self._post(AgentOffline(agent, code))
        return known
