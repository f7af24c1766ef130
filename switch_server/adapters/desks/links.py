"""``DeskLinks``: what desks ask becomes events, what the core tells them becomes replies and reports."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared import desk as wire
from shared.desk import AnyCommand, DeskRefusal, DeskSnapshot, Done, LoggedIn, Refused
from shared.ids import AgentId, CallId, DeskId, LegId
from shared.link import Answer, Channel, Identity, KeyPair, LinkServer, Refusal, Rules, Silent
from shared.protocol import RejectCode
from switch_server.adapters.desks import shapes
from switch_server.adapters.desks.desk import Ask, Desk, Place, ask_of
from switch_server.adapters.desks.door import Door
from switch_server.adapters.desks.pops import PopBoard
from switch_server.adapters.desks.shapes import MOST_COMMANDS, MOST_QUESTIONS, Passwords, Sight
from switch_server.core.effects import AnswerDesk, Audit, HidePop, ShowPop, TellDesk
from switch_server.core.events import AgentOffline, AgentOnline, DeskCommanded, DeskDown, PhoneTold, PopSeen
from switch_server.ports import Post
from switch_server.ports.desks import AgentBook, AgentRecord, Pops, Questions
from switch_server.ports.operations import DeskState

_log = logging.getLogger(__name__)
QUEUES_EVERY_S = 1.0
Tokens = Callable[[LegId], str]
After = Callable[[Callable[[], None]], None]
"""Calls a function on the loop once the events posted so far have been handled and their effects carried out."""


class DeskLinks(Silent):
    """``ports.Desks`` and ``ports.operations.Desks``. ``endpoint``: where desks connect, each with a key that ``book`` knows.

    ``tokens`` and ``new_call_id`` are the lines' own. ``audit`` is given log-ins, their ends and refusals. ``start`` raises ``LinkError``
    where the endpoint can't be bound. Everything on one loop.
    """

    def __init__(
        self,
        post: Post,
        after: After,
        *,
        endpoint: str,
        server_key: KeyPair,
        book: AgentBook,
        pops: Pops,
        questions: Questions,
        tokens: Tokens,
        passwords: Passwords,
        sight: Sight,
        new_call_id: Callable[[], CallId],
        audit: Callable[[Audit], None],
        clock: Callable[[], float],
        rules: Rules = shapes.RULES,
        version: str = "0.1.0",
    ) -> None:
        self.endpoint = endpoint
        self._post, self._after = post, after
        self._book, self._questions = book, questions
        self._tokens, self._sight = tokens, sight
        self._new_call_id, self._audit, self._clock = new_call_id, audit, clock
        self._door = Door(book, passwords, audit, clock)
        self._pops = PopBoard(pops, lambda agent, pop: self._tell(agent, wire.PopChanged(pop)))
        self._desks: dict[DeskId, Desk] = {}
        self._by_agent: dict[AgentId, Desk] = {}
        self._numbers = itertools.count(1)
        self._pending: dict[int, tuple[Desk, Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = LinkServer(
            endpoint,
            messages=(*wire.REQUESTS, *wire.TOLD),
            identity=Identity("switch-server", version),
            handler=self,
            keys=server_key,
            lookup=lambda key: book.desk_for_key(key.decode("ascii", "replace")),
            on_refused=self._refused,
            rules=rules,
        )

    async def start(self) -> str:
        """Bind; returns the endpoint with its real port."""
        self._loop = asyncio.get_running_loop()
        self.endpoint = await self._server.start()
        self._ticker = self._loop.call_later(QUEUES_EVERY_S, self._tick)
        return self.endpoint

    async def stop(self) -> None:
        """Say goodbye to every desk; sessions stay, for after the restart."""
        self._ticker.cancel()
        await self._server.stop()
        for task in self._tasks:
            task.cancel()
        self._door.stop()
        self._pops.stop()

    # --- ports.Desks ---

    def do(self, effect: TellDesk | AnswerDesk | ShowPop | HidePop) -> None:
        match effect:
            case TellDesk(agent, wire.LoggedOut(code)):
                self._logged_out(agent, code)
            case TellDesk(agent, wire.CallChanged(call)):
                self._tell(agent, wire.CallChanged(self._with_token(call)))
            case TellDesk(agent, report):
                self._tell(agent, report)
            case AnswerDesk(_, request, reply):
                desk, answer = self._pending.pop(request, (None, None))
                if desk is not None and answer is not None:
                    answer(reply)
            case ShowPop():
                self._pops.show(effect)
            case HidePop():
                self._pops.hide(effect)

    def _logged_out(self, agent: AgentId, code: str) -> None:
        """By the core; not of a log-in that it has not heard of yet."""
        desk = self._by_agent.get(agent)
        if desk is not None and desk.is_shown:
            self._book.drop_sessions(agent)
            self._put_out(agent, code)

    def _tell(self, agent: AgentId, report: wire.StateReport) -> None:
        desk = self._by_agent.get(agent)
        if desk is not None:
            desk.report(report)

    def _with_token(self, call: wire.DeskCall | None) -> wire.DeskCall | None:
        return replace(call, token=self._tokens(call.leg)) if call is not None and not call.token else call

    # --- ports.operations.Desks ---

    def states(self) -> tuple[DeskState, ...]:
        return tuple(_state(desk) for _, desk in sorted(self._desks.items()))

    def log_out(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        """Also of an agent whose link is down. ``code``: of ``shared.desk.LoggedOut``."""
        known = agent in self._by_agent or self._sight.desk_state(agent)[0] is not None
        self._book.drop_sessions(agent)
        self._put_out(agent, code)
        if known:
            self._audit(Audit(actor, "agent_logged_out", agent, code))
            self._post(AgentOffline(agent, code))
        return known

    def disconnect(self, desk: DeskId) -> bool:
        """Ends a desk's link: its key has been taken away."""
        link = self._desks.get(desk)
        if link is not None:
            link.channel.close(RejectCode.UNKNOWN_KEY)
        return link is not None

    # --- the link (shared.link.Handler) ---

    def opened(self, channel: Channel) -> None:
        desk = Desk(channel, self._clock())
        self._desks[desk.id] = desk
        _log.info("desk %s: link up from %s, %s", desk.id, channel.address, channel.program)

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:  # noqa: ARG002
        desk = self._desk(channel)
        if desk is None:
            return
        del self._desks[desk.id]
        agent = desk.gone()
        self._pending = {number: each for number, each in self._pending.items() if each[0] is not desk}
        _log.info("desk %s: link down (%s)", desk.id, code)
        if agent is not None and self._by_agent.get(agent) is desk:
            del self._by_agent[agent]
            self._post(DeskDown(agent))

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:
        desk, ask = self._desk(channel), ask_of(type(message))
        if desk is None or ask is None:
            super().asked(channel, message, answer)
            return
        refusal = desk.verdict(ask)
        if refusal is not None:
            answer(Refused(refusal))
        elif isinstance(message, wire.Request) and not shapes.is_bounded(message):
            answer(Refused(DeskRefusal.NOT_FOUND))
        else:
            self._take(desk, ask, message, answer)

    def told(self, channel: Channel, message: Struct, seq: int) -> None:  # noqa: ARG002
        desk = self._desk(channel)
        if desk is None or desk.agent is None or not desk.is_shown:
            return
        if isinstance(message, wire.PhoneNow):
            desk.phone = shapes.phone_now(message)
            self._post(PhoneTold(desk.agent, desk.phone.legs))
        elif isinstance(message, wire.PopShown) and shapes.is_sensible(message):
            self._post(PopSeen(desk.agent, message.call, message.after_ms))

    def _desk(self, channel: Channel) -> Desk | None:
        desk = self._desks.get(DeskId(channel.name))
        return desk if desk is not None and desk.channel is channel else None

    # --- requests ---

    def _take(self, desk: Desk, ask: Ask, message: Any, answer: Answer) -> None:
        match ask:
            case Ask.SNAPSHOT:
                answer(self._snapshot(desk))
            case Ask.LOG_IN if isinstance(message, wire.Resume):
                self._resume(desk, message, answer)
            case Ask.LOG_IN:
                desk.checking()
                self._run(self._log_in(desk, message, answer), answer)
            case Ask.PASSWORD:
                desk.checking()
                self._run(self._change_password(desk, message, answer), answer)
            case Ask.LOG_OUT:
                self._log_out(desk, answer)
            case Ask.COMMAND:
                self._command(desk, message, answer)
            case Ask.QUESTION:
                self._question(desk, message, answer)

    def _command(self, desk: Desk, command: AnyCommand, answer: Answer) -> None:
        if desk.agent is None or sum(each is desk for each, _ in self._pending.values()) >= MOST_COMMANDS:
            answer(Refused(DeskRefusal.BUSY))
            return
        number = next(self._numbers)
        self._pending[number] = desk, answer
        call = self._new_call_id() if isinstance(command, wire.Dial) else getattr(command, "call", None)
        self._post(DeskCommanded(desk.agent, number, command, call))

    def _question(self, desk: Desk, question: wire.Request, answer: Answer) -> None:
        record = self._book.agent(desk.agent) if desk.agent is not None else None
        if record is None:
            answer(Refused(DeskRefusal.NOT_LOGGED_IN))
        elif desk.questions >= MOST_QUESTIONS:
            answer(Refused(DeskRefusal.BUSY))
        else:
            desk.questions += 1
            self._run(self._ask(desk, record, question, answer), answer)

    async def _ask(self, desk: Desk, record: AgentRecord, question: wire.Request, answer: Answer) -> None:
        try:
            reply = await self._questions.answer(record, question)
        finally:
            desk.questions -= 1
        answer(reply if desk.agent == record.agent else Refused(DeskRefusal.NOT_LOGGED_IN))

    def _run(self, work: Coroutine[Any, Any, None], answer: Answer) -> None:
        """A task whose bug costs its request, not the link."""

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (bug := task.exception()) is not None:
                _log.error("a desk's request failed", exc_info=bug)
                answer(Refused(DeskRefusal.FAULT))

        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(done)

    # --- log-in ---

    async def _log_in(self, desk: Desk, asked: wire.LogIn, answer: Answer) -> None:
        try:
            proven = await self._door.log_in(desk.id, asked)
        finally:
            alive = desk.checked()
        if not alive:
            answer(Refused(DeskRefusal.SESSION_OVER))
        elif isinstance(proven, Refused):
            answer(proven)
        elif (refusal := self._elsewhere(desk, proven.agent, take_over=asked.take_over)) is not None:
            answer(refusal)
        else:
            session = self._door.open_session(desk.id, proven.agent)
            self._audit(Audit(proven.agent, "agent_logged_in", desk.id, desk.channel.address))
            self._enter(desk, proven, asked.contact, session, answer)

    def _resume(self, desk: Desk, asked: wire.Resume, answer: Answer) -> None:
        record = self._door.resume(desk.id, asked)
        if record is None:
            answer(Refused(DeskRefusal.SESSION_OVER))
        elif (refusal := self._elsewhere(desk, record.agent, take_over=False)) is not None:
            answer(refusal)
        else:
            self._enter(desk, record, asked.contact, asked.session, answer)

    def _elsewhere(self, desk: Desk, agent: AgentId, *, take_over: bool) -> Refused | None:
        """One agent a link, one link an agent."""
        if desk.agent not in (None, agent):
            return Refused(DeskRefusal.DESK_TAKEN)
        other = self._by_agent.get(agent)
        if other is None or other is desk:
            return None
        if not take_over:
            return Refused(DeskRefusal.ALREADY_LOGGED_IN, other.id)
        if self._sight.desk_state(agent)[1] is not None:
            return Refused(DeskRefusal.IN_CALL, other.id)
        self._put_out(agent, "displaced")
        self._post(AgentOffline(agent, "displaced"))
        self._audit(Audit(agent, "agent_displaced", other.id, f"by {desk.id}"))
        return None

    def _enter(self, desk: Desk, record: AgentRecord, contact: str, session: str, answer: Answer) -> None:
        agent = record.agent
        desk.enter(agent)
        self._by_agent[agent] = desk
        today = self._book.calls_today(agent)
        self._post(AgentOnline(agent, record.name, desk.id, contact, record.role, record.skills, today))
        self._after(lambda: self._entered(desk, agent, session, answer))

    def _entered(self, desk: Desk, agent: AgentId, session: str, answer: Answer) -> None:
        """The core knows the agent: from here on, what it tells leaves."""
        if desk.agent != agent or self._by_agent.get(agent) is not desk:
            answer(Refused(DeskRefusal.SESSION_OVER))
            return
        desk.taken(self._clock())
        answer(LoggedIn(session, self._snapshot(desk)))

    async def _change_password(self, desk: Desk, asked: wire.ChangePassword, answer: Answer) -> None:
        agent = desk.agent
        if agent is None:
            return
        try:
            reply = await self._door.change(desk.id, agent, asked)
        finally:
            desk.checked()
        answer(reply)

    def _log_out(self, desk: Desk, answer: Answer) -> None:
        agent = desk.agent
        if agent is None or self._sight.desk_state(agent)[1] is not None:
            answer(Refused(DeskRefusal.IN_CALL))
            return
        for report in (wire.SeatChanged(None), wire.CallChanged(None), wire.PopChanged(None), wire.QueuesChanged(())):
            desk.report(report)
        self._leave(desk, agent)
        self._book.drop_sessions(agent)
        self._audit(Audit(agent, "agent_logged_out", desk.id))
        self._post(AgentOffline(agent))
        self._after(lambda: answer(Done()))

    def _put_out(self, agent: AgentId, code: str) -> None:
        """The switch ends a log-in; the desk is told why."""
        desk = self._by_agent.get(agent)
        self._pops.drop(agent)
        if desk is not None:
            desk.report(wire.LoggedOut(code))
            self._leave(desk, agent)

    def _leave(self, desk: Desk, agent: AgentId) -> None:
        desk.leave(self._clock())
        self._by_agent.pop(agent, None)
        self._pops.drop(agent)

    # --- what is shown ---

    def _snapshot(self, desk: Desk) -> DeskSnapshot:
        at, choices = self._clock(), self._sight.dispositions()
        if desk.agent is None or not desk.is_shown:
            return DeskSnapshot(at, dispositions=choices)
        seat, call = self._sight.desk_state(desk.agent)
        desk.queues = self._sight.queue_rows()
        return DeskSnapshot(at, seat, self._with_token(call), self._pops.pop(desk.agent), desk.queues, choices)

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(QUEUES_EVERY_S, self._tick)
        shown = [desk for desk in self._desks.values() if desk.is_shown]
        if shown:
            report = wire.QueuesChanged(self._sight.queue_rows())
            for desk in shown:
                desk.report(report)

    def _refused(self, refusal: Refusal) -> None:
        who = refusal.name or f"key {refusal.public_key}…"
        detail = f"{refusal.code}, {who}, {refusal.times} times"
        self._audit(Audit("desk link", "connection_refused", refusal.address, detail))


def _state(desk: Desk) -> DeskState:
    channel, phone = desk.channel, desk.phone
    return DeskState(
        desk=desk.id,
        address=channel.address,
        round_trip_ms=channel.session.round_trip_ms,
        agent=desk.agent if desk.place is not Place.FREE else None,
        problem=phone.problem,
        program=channel.program,
        since=desk.since,
        loss=phone.loss,
        jitter_ms=phone.jitter_ms,
    )
