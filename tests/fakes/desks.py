"""``ports.DesksPort`` in memory, and fakes of the ports that its real adapter uses: agents, pops, answers to requests."""

import hashlib
import itertools
from collections.abc import Callable

from msgspec.structs import replace

from shared import desk as wire
from shared.desk import AnyCommand, Pop, Refused, Reply, Request
from shared.enums import LockReason, Role
from shared.ids import AgentId, CallId, DeskId, LegId, SkillName
from switch_server.core.desks import (
    AgentOffline,
    AgentOnline,
    AnswerDesk,
    DeskCommanded,
    DeskDown,
    HidePop,
    PhoneTold,
    PopSeen,
    ShowPop,
)
from switch_server.core.talk import TellDesk
from switch_server.ports import Post
from switch_server.ports.desks import AgentRecord, SessionRecord, agent_fault, desk_key_fault

CONTACT = "192.0.2.50:5062"


def fake_hash(password: str) -> str:
    """Replaces argon2id, which is slow on purpose."""
    return f"fake:{hashlib.sha256(password.encode()).hexdigest()}"


def fake_check(hashed: str, password: str) -> bool:
    return bool(hashed) and hashed == fake_hash(password)


def fake_make(password: str) -> str:
    if len(password) < 8:
        raise ValueError("a password has 8 characters or more")
    return fake_hash(password)


def agent(number: str = "1001", password: str = "open sesame", **more: object) -> AgentRecord:
    record = AgentRecord(
        AgentId(number), f"agent {number}", Role.AGENT, skills={SkillName("zh"): 2}, password=fake_hash(password)
    )
    return replace(record, **more)


class FakeBook:
    """``ports.desks.AgentBook``. The book is kept when an adapter is replaced, as the store is over a restart."""

    def __init__(self, *agents: AgentRecord, keys: dict[DeskId, str] | None = None) -> None:
        self._agents = {each.agent: each for each in agents}
        self._keys = dict(keys or {})
        self.sessions: dict[str, SessionRecord] = {}
        self.today: dict[AgentId, int] = {}
        self.locks: dict[AgentId, LockReason] = {}

    def agent(self, agent: AgentId) -> AgentRecord | None:
        return self._agents.get(agent)

    def agents(self) -> tuple[AgentRecord, ...]:
        return tuple(self._agents[agent] for agent in sorted(self._agents))

    def put_agent(self, record: AgentRecord, actor: str) -> None:
        if fault := agent_fault(record):
            raise ValueError(fault)
        self._agents[record.agent] = record
        if record.disabled:
            self.drop_sessions(record.agent)

    def remove_agent(self, agent: AgentId, actor: str) -> bool:
        self.drop_sessions(agent)
        return self._agents.pop(agent, None) is not None

    def desk_for_key(self, public_key: str) -> DeskId | None:
        return next((desk for desk, key in self._keys.items() if key == public_key), None)

    def desk_keys(self) -> dict[DeskId, str]:
        return dict(self._keys)

    def put_desk_key(self, desk: DeskId, public_key: str, actor: str) -> None:
        other = self.desk_for_key(public_key)
        if fault := desk_key_fault(desk, public_key) or ("another desk's key" if other not in (None, desk) else ""):
            raise ValueError(fault)
        self._keys[desk] = public_key

    def remove_desk_key(self, desk: DeskId, actor: str) -> bool:
        return self._keys.pop(desk, None) is not None

    def session(self, token_hash: str) -> SessionRecord | None:
        return self.sessions.get(token_hash)

    def put_session(self, record: SessionRecord) -> None:
        self.drop_sessions(record.agent)
        self.sessions[record.token_hash] = record

    def drop_sessions(self, agent: AgentId) -> None:
        self.sessions = {key: each for key, each in self.sessions.items() if each.agent != agent}

    def lock_before(self, agent: AgentId) -> LockReason | None:
        return self.locks.get(agent)

    def calls_today(self, agent: AgentId) -> int:
        return self.today.get(agent, 0)


class FakePops:
    """``ports.desks.Pops``: shows the effect's data at once; ``fill`` adds the late answer of a branch."""

    def __init__(self) -> None:
        self.telling: dict[CallId, tuple[ShowPop, Callable[[Pop], None]]] = {}
        self.forgotten: list[CallId] = []

    def show(self, effect: ShowPop, tell: Callable[[Pop], None]) -> None:
        self.telling[effect.call] = effect, tell
        tell(pop_of(effect))

    def fill(self, call: CallId) -> None:
        effect, tell = self.telling[call]
        tell(replace(pop_of(effect), pending=False))

    def forget(self, call: CallId) -> None:
        self.forgotten.append(call)
        self.telling.pop(call, None)


def pop_of(effect: ShowPop) -> Pop:
    return Pop(effect.call, effect.number, effect.trunk, effect.account, effect.trail)


class FakeQuestions:
    """``ports.desks.Questions``, answered by ``script``; an exception of ``script`` stands for a bug."""

    def __init__(self) -> None:
        self.asked: list[tuple[AgentId, Request]] = []
        self.script: Callable[[Request], Reply] = lambda _question: Refused(wire.DeskRefusal.NOT_FOUND)

    async def answer(self, agent: AgentRecord, question: Request) -> Reply:
        self.asked.append((agent.agent, question))
        return self.script(question)


class FakeDesks:
    """``ports.DesksPort``. ``told``: the reports of each agent in order; ``answers``: by request number."""

    def __init__(self, post: Post, tokens: Callable[[LegId], str] = str) -> None:
        self._post = post
        self._tokens = tokens
        self._numbers = itertools.count(1)
        self._up: set[AgentId] = set()
        self._showing: dict[AgentId, CallId] = {}
        self.told: dict[AgentId, list[wire.Report]] = {}
        self.answers: dict[int, Reply] = {}

    # --- the agents' actions ---

    def log_in(self, agent: AgentId, desk: str = "desk-01", contact: str = CONTACT, **more: object) -> None:
        self._up.add(agent)
        self._post(AgentOnline(agent, f"agent {agent}", DeskId(desk), contact, **more))  # type: ignore[arg-type]

    def log_out(self, agent: AgentId) -> None:
        self._up.discard(agent)
        self._post(AgentOffline(agent))

    def go_down(self, agent: AgentId) -> None:
        self._up.discard(agent)
        self._post(DeskDown(agent))

    def command(self, agent: AgentId, command: AnyCommand, call: str = "") -> int:
        """An agent's command; ``call`` is the id for the call of a ``Dial``."""
        number = next(self._numbers)
        mine = (
            CallId(call or f"dialled-{number}")
            if isinstance(command, wire.Dial | wire.CallSeat)
            else getattr(command, "call", None)
        )
        self._post(DeskCommanded(agent, number, command, mine))
        return number

    def phone_has(self, agent: AgentId, *legs: LegId) -> None:
        self._post(PhoneTold(agent, legs))

    def saw_pop(self, agent: AgentId, call: CallId, after_ms: float) -> None:
        self._post(PopSeen(agent, call, after_ms))

    # --- ports.DesksPort ---

    def do(self, effect: TellDesk | AnswerDesk | ShowPop | HidePop) -> None:
        match effect:
            case AnswerDesk(_, request, reply):
                self.answers[request] = reply
            case TellDesk(agent, wire.CallChanged(call)) if call is not None:
                self._tell(agent, wire.CallChanged(replace(call, token=self._tokens(call.leg))))
            case TellDesk(agent, report):
                self._tell(agent, report)
            case ShowPop(agent, call):
                self._showing[agent] = call
                self._tell(agent, wire.PopChanged(pop_of(effect)))
            case HidePop(agent, call):
                if self._showing.get(agent) == call:
                    del self._showing[agent]
                    self._tell(agent, wire.PopChanged(None))

    def _tell(self, agent: AgentId, report: wire.Report) -> None:
        if agent in self._up:
            self.told.setdefault(agent, []).append(report)
