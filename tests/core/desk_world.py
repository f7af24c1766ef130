"""``World`` with agents: a flow that leads into a queue at once, seats that are logged in and open, and the reports to their desks."""

from itertools import count

from shared import desk
from shared.enums import EndCause, HangingUp, Law, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, DeskId, LegId, QueueName, SkillName
from switch_server.core import catalogue as ev
from switch_server.core.desks import AnswerDesk, HidePop, ShowPop
from switch_server.core.flow import CallbackStep, Flow, Menu, QueueStep, Say, Slot, Step
from switch_server.core.leg import RingDesk
from switch_server.core.talk import TellDesk
from switch_server.core.words import Queue, SwitchConfig, Transition, Trunk, media
from tests.core.a_flow import OUT, TRUNK, flow_of
from tests.core.world import World

ANN, BOB, CAT = AgentId("ann"), AgentId("bob"), AgentId("cat")
AGENTS = QueueName("agents")
STEPS: dict[str, Step] = {
    "ask": Menu(("main_menu",), {"1": "queue", "2": "vip_queue"}, "sorry", title={}),
    "queue": QueueStep(
        "agents",
        "timeout",
        wait=300.0,
        announce=("agents_busy", Slot(number="queue_position"), Slot(number="queue_minutes")),
        announce_every=20.0,
        keys={"1": "callback", "2": "bye"},
        excuse=("agent_lost",),
        on_closed="closed",
        on_full="full",
    ),
    "vip_queue": QueueStep("agents", "timeout", priority=3, on_ended="survey"),
    "survey": Say(("survey",), "bye"),
    "timeout": Say(("queue_timeout",), "bye"),
    "closed": Say(("closed",), "bye"),
    "full": Say(("full",), "bye"),
    "callback": CallbackStep("agents", "kept", "again", "no_place"),
    "kept": Say(("kept",), "bye"),
    "no_place": Say(("no_place",), "bye"),
    "again": Say(("called_back",), "queue"),
}
FLOW = flow_of("queue", STEPS, "02087550000")
ASKED = flow_of("ask", STEPS, "02087550000")
CONFIG = SwitchConfig(
    trunks=(Trunk(TRUNK, lines=30, direction="in"), Trunk(OUT, lines=3, direction="out")),
    recordings="/recordings",
    queues=(Queue(AGENTS, ring=15.0, wrap_up=30.0),),
)


class DeskWorld(World):
    """``told``: the state that each desk shows by its reports since the last log-in."""

    def __init__(self, flow: Flow = FLOW, config: SwitchConfig = CONFIG) -> None:
        super().__init__(flow, config)
        self._requests = count(1)

    # --- agents ---

    def online(
        self,
        agent: AgentId = ANN,
        *,
        skills: dict[str, int] | None = None,
        open_: bool = True,
        contact: str = "192.0.2.20:5070",
        role: Role = Role.AGENT,
        group: str = "",
    ) -> None:
        levels = {SkillName(name): level for name, level in (skills or {}).items()}
        place = DeskId(f"desk-{agent}")
        self.tell(ev.AgentOnline(agent, agent.title(), place, contact, role, skills=levels, group=group))
        if open_:
            assert self.command(desk.OpenSeat(), agent) == desk.Done()

    def command(self, command: desk.AnyCommand, agent: AgentId = ANN, call: CallId | None = None) -> object:
        """Gives an agent's command; returns the answer."""
        request = next(self._requests)
        call = getattr(command, "call", call)
        effects = self.tell(ev.DeskCommanded(agent, request, command, call))
        [answer] = [e for e in effects if isinstance(e, AnswerDesk)]
        assert (answer.agent, answer.request) == (agent, request)
        assert effects[-1] is answer, "told before it is answered"
        return answer.reply

    def refused(self, command: desk.AnyCommand, agent: AgentId = ANN, call: CallId | None = None) -> str:
        reply = self.command(command, agent, call)
        assert isinstance(reply, desk.Refused)
        return reply.code.value

    def put_down(self, agent: AgentId = ANN, means: HangingUp | None = None) -> object:
        """Hangs up, with the meaning that the desk shows or with ``means``; returns the answer."""
        shown = self.shown(agent)
        return self.command(desk.HangUp(shown.call, means or shown.hanging_up), agent)

    def desk_answers(self, leg: LegId) -> None:
        self.tell(ev.LegAnswered(leg, media.Far("192.0.2.20", 4000, Law.A)))

    def talking(self, agent: AgentId = ANN) -> CallId:
        """A caller who talks to the agent."""
        if agent not in self.switch.desks.seats:
            self.online(agent)
        call = self.offer()
        self.run(4.0)
        assert self.seat(agent) is SeatState.TALKING
        return call

    # --- for the test's checks ---

    def shown(self, agent: AgentId = ANN) -> desk.DeskCall:
        """The call as the agent's desk shows it."""
        shown = self.watch.desks.told[agent].call
        assert shown is not None
        return shown

    def seat(self, agent: AgentId = ANN) -> SeatState:
        return self.switch.desks.seats[agent].state

    def reason(self, agent: AgentId = ANN) -> LockReason | None:
        return self.switch.desks.seats[agent].lock

    def rung(self) -> list[LegId]:
        return [effect.leg for effect in self.all(RingDesk)]

    def rung_agents(self) -> list[str]:
        return [t.subject for t in self.all(Transition) if t.machine == "seat" and t.new == "ringing"]

    def pops(self) -> list[ShowPop | HidePop]:
        return [effect for effect in self.effects if isinstance(effect, ShowPop | HidePop)]

    def reports(self, agent: AgentId = ANN) -> list[object]:
        return [effect.report for effect in self.all(TellDesk) if effect.agent == agent]

    def states(self, agent: AgentId = ANN) -> list[str]:
        """The seat's states so far, in order."""
        return [t.new for t in self.all(Transition) if t.machine == "seat" and t.subject == agent]

    def talk(self, leg: LegId) -> dict[str, object]:
        return self.row("talks", leg)

    def desk_ended(self, leg: LegId, cause: EndCause = EndCause.FAR_HUNG_UP, code: int = 0) -> None:
        self.tell(ev.LegEnded(leg, cause, code))
