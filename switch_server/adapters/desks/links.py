"""``DeskLinks``: requests of desks become events, effects of the core become replies and reports."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from msgspec import Struct

from shared import desk as wire
from shared import desk_fax, desk_reports
from shared import floor as floor_wire
from shared.desk import AnyCommand, DeskRefusal, Refused
from shared.ids import AgentId, CallId, DeskId
from shared.link import Answer, Channel, Identity, KeyPair, LinkServer, QuietHandler, RefusedConnection, Rules
from shared.protocol import RejectCode
from switch_server.adapters.desks import inputs
from switch_server.adapters.desks.floor import FloorWatch
from switch_server.adapters.desks.inputs import MOST_COMMANDS, MOST_QUESTIONS, DeskSources, Passwords
from switch_server.adapters.desks.link import DeskLink, RequestKind, request_kind
from switch_server.adapters.desks.log_in_checks import LogInChecks
from switch_server.adapters.desks.log_ins import After, LogIns
from switch_server.adapters.desks.register import DeskRegister, TokenOfLeg
from switch_server.adapters.desks.supervisor import SupervisorCommands
from switch_server.core.desks import AnswerDesk, DeskCommanded, DeskDown, HidePop, PhoneTold, PopSeen, ShowPop
from switch_server.core.talk import TellDesk
from switch_server.core.words import Audit
from switch_server.ports import Post
from switch_server.ports.desks import AgentBook, AgentRecord, Pops, Questions
from switch_server.ports.operations import DeskState
from switch_server.ports.phones import DeskPhoneBook

_log = logging.getLogger(__name__)
QUEUES_EVERY_S = 1.0


class DeskLinks(QuietHandler):
    """``ports.DesksPort`` and ``ports.operations.DeskLinksPort``. ``endpoint``: where desks connect, each with a key that ``book`` knows.

    ``tokens`` and ``new_call_id`` are shared with the lines. ``audit`` gets log-ins, their ends and refusals. ``start`` raises ``LinkError``
    if the endpoint can't be bound. Everything on one loop.
    """

    def __init__(
        self,
        post: Post,
        after: After,
        *,
        endpoint: str,
        server_key: KeyPair,
        book: AgentBook,
        phones: DeskPhoneBook,
        pops: Pops,
        questions: Questions,
        tokens: TokenOfLeg,
        passwords: Passwords,
        sources: DeskSources,
        new_call_id: Callable[[], CallId],
        audit: Callable[[Audit], None],
        clock: Callable[[], float],
        rules: Rules = inputs.RULES,
        version: str = "0.1.0",
    ) -> None:
        self.endpoint = endpoint
        self._post, self._book, self._questions = post, book, questions
        self._new_call_id, self._audit = new_call_id, audit
        self._checks = LogInChecks(book, passwords, audit, clock)
        self._register = DeskRegister(pops, sources, tokens, clock)
        self._floor = FloorWatch(sources.floor, book, clock)
        self._supervisor = SupervisorCommands(self._register, book, post, audit)
        self._log_ins = LogIns(self._register, self._checks, book, phones, post, after, audit)
        self._numbers = itertools.count(1)
        self._pending: dict[int, tuple[DeskLink, Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = LinkServer(
            endpoint,
            messages=(*wire.REQUESTS, *wire.TOLD, *floor_wire.REQUESTS, *desk_reports.QUESTIONS, *desk_fax.QUESTIONS),
            identity=Identity("switch-server", version),
            handler=self,
            keys=server_key,
            lookup=lambda key: book.desk_for_key(key.decode("ascii", "replace")),
            on_refused=self._refused,
            rules=rules,
        )

    @property
    def connections(self) -> dict[str, int]:
        """Counts of connections (``LinkServer.counters``)."""
        return self._server.counters()

    async def start(self) -> str:
        """Binds the endpoint; returns it with its real port."""
        self._loop = asyncio.get_running_loop()
        self.endpoint = await self._server.start()
        self._ticker = self._loop.call_later(QUEUES_EVERY_S, self._tick)
        return self.endpoint

    async def stop(self) -> None:
        """Says goodbye to every desk; sessions remain valid for after the restart."""
        self._ticker.cancel()
        self._floor.stop()
        await self._server.stop()
        for task in self._tasks:
            task.cancel()
        self._checks.stop()
        self._register.pops.stop()

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(QUEUES_EVERY_S, self._tick)
        self._register.tell_queues()

    # --- ports.DesksPort ---

    def do(self, effect: TellDesk | AnswerDesk | ShowPop | HidePop) -> None:
        match effect:
            case TellDesk(agent, wire.LoggedOut(code)):
                self._log_ins.ended_by_core(agent, code)
            case TellDesk(agent, report):
                self._register.tell(agent, report)
            case AnswerDesk(_, request, reply):
                _, answer = self._pending.pop(request, (None, None))
                if answer is not None:
                    answer(reply)
            case ShowPop():
                self._register.pops.show(effect)
            case HidePop():
                self._register.pops.hide(effect)

    # --- ports.operations.DeskLinksPort ---

    def states(self) -> tuple[DeskState, ...]:
        return tuple(desk.state() for _, desk in sorted(self._register.desks.items()))

    def tell_each(self, report_for: Callable[[AgentRecord], wire.Report | None]) -> None:
        """Sends each agent who is logged in the report that ``report_for`` makes for them, if it makes one."""
        for agent in tuple(self._register.by_agent):
            record = self._book.agent(agent)
            report = report_for(record) if record is not None else None
            if report is not None:
                self._register.tell(agent, report)

    def log_out(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        """Works also if the agent's link is down. ``code``: of ``shared.desk.LoggedOut``."""
        return self._log_ins.ended_by_operator(agent, actor, code)

    def disconnect(self, desk: DeskId) -> bool:
        """Ends a desk's link, also one that is just beginning: its key has been removed."""
        link = self._register.desks.get(desk)
        if link is not None:
            link.channel.close(RejectCode.UNKNOWN_KEY)
        self._server.recheck()
        return link is not None

    # --- the link (shared.link.Handler) ---

    def opened(self, channel: Channel) -> None:
        desk = DeskLink(channel, self._register.clock())
        self._register.desks[desk.id] = desk
        _log.info("desk %s: link up from %s, %s", desk.id, channel.address, channel.program)

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:  # noqa: ARG002
        desk = self._register.desk(channel)
        if desk is None:
            return
        del self._register.desks[desk.id]
        agent = desk.gone()
        self._pending = {number: each for number, each in self._pending.items() if each[0] is not desk}
        _log.info("desk %s: link down (%s)", desk.id, code)
        if agent is not None and self._register.by_agent.get(agent) is desk:
            del self._register.by_agent[agent]
            self._post(DeskDown(agent))

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:
        desk, ask = self._register.desk(channel), request_kind(type(message))
        if desk is None or ask is None:
            super().asked(channel, message, answer)
            return
        refusal = desk.verdict(ask)
        if refusal is not None:
            answer(Refused(refusal))
        else:
            self._take(desk, ask, message, answer)

    def told(self, channel: Channel, message: Struct, seq: int) -> None:  # noqa: ARG002
        desk = self._register.desk(channel)
        if desk is None or desk.agent is None or not desk.is_shown:
            return
        if isinstance(message, wire.PhoneNow):
            if desk.phone_told(inputs.phone_now(message), self._loop.time()):
                self._post(PhoneTold(desk.agent, desk.phone.legs))
        elif isinstance(message, wire.PopShown) and inputs.is_sensible(message):
            self._post(PopSeen(desk.agent, message.call, message.after_ms))

    # --- requests ---

    def _take(self, desk: DeskLink, ask: RequestKind, message: Any, answer: Answer) -> None:
        """Handles a request that the desk's state allows."""
        agent = desk.agent or AgentId("")
        match ask:
            case RequestKind.SNAPSHOT:
                answer(self._register.snapshot(desk))
            case RequestKind.LOG_IN if isinstance(message, wire.Resume):
                self._log_ins.resume(desk, message, answer)
            case RequestKind.LOG_IN:
                desk.checking()
                self._run(self._log_ins.log_in(desk, message, answer), answer)
            case RequestKind.PASSWORD:
                desk.checking()
                self._run(self._log_ins.change_password(desk, agent, message, answer), answer)
            case RequestKind.LOG_OUT:
                self._log_ins.log_out(desk, agent, answer)
            case RequestKind.COMMAND:
                self._command(desk, agent, message, answer)
            case RequestKind.QUESTION:
                self._question(desk, agent, message, answer)
            case RequestKind.FLOOR:
                self._floor_asked(desk, agent, message, answer)

    def _command(self, desk: DeskLink, agent: AgentId, command: AnyCommand, answer: Answer) -> None:
        if sum(each is desk for each, _ in self._pending.values()) >= MOST_COMMANDS:
            answer(Refused(DeskRefusal.BUSY))
            return
        number = next(self._numbers)
        self._pending[number] = desk, answer
        call = self._new_call_id() if isinstance(command, wire.Dial | wire.CallSeat) else getattr(command, "call", None)
        self._post(DeskCommanded(agent, number, command, call))

    def _question(self, desk: DeskLink, agent: AgentId, question: wire.Request, answer: Answer) -> None:
        record = self._book.agent(agent)
        if record is None:  # removed, and about to be logged out
            answer(Refused(DeskRefusal.NOT_LOGGED_IN))
        elif desk.questions >= MOST_QUESTIONS:
            answer(Refused(DeskRefusal.BUSY))
        else:
            desk.questions += 1
            self._run(self._ask(desk, record, question, answer), answer)

    async def _ask(self, desk: DeskLink, record: AgentRecord, question: wire.Request, answer: Answer) -> None:
        try:
            reply = await self._questions.answer(record, question)
        finally:
            desk.questions -= 1
        answer(reply if desk.agent == record.agent else Refused(DeskRefusal.NOT_LOGGED_IN))

    def _floor_asked(
        self,
        desk: DeskLink,
        agent: AgentId,
        asked: floor_wire.WatchFloor | floor_wire.SetSkills | floor_wire.SendMessage,
        answer: Answer,
    ) -> None:
        record = self._book.agent(agent)
        if record is None:
            answer(Refused(DeskRefusal.NOT_LOGGED_IN))
        elif isinstance(asked, floor_wire.WatchFloor):
            answer(self._floor.watch(desk, record, asked))
        else:
            answer(self._supervisor.do(record, asked))

    def _run(self, work: Coroutine[Any, Any, None], answer: Answer) -> None:
        """Runs a task whose bug costs only its request, not the link."""

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (bug := task.exception()) is not None:
                _log.error("a desk's request failed", exc_info=bug)
                answer(Refused(DeskRefusal.FAULT))

        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(done)

    def _refused(self, refusal: RefusedConnection) -> None:
        who = refusal.name or f"key {refusal.public_key}…"
        detail = f"{refusal.code}, {who}, {refusal.times} times"
        self._audit(Audit("desk link", "connection_refused", refusal.address, detail))
