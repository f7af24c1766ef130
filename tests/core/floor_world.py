"""``DeskWorld`` with five seats, two queues, a menu, and queries about the parties of calls.

Ann and Bob are in the red group, Cat in the blue; Dan is the red group's supervisor, Eve supervises all groups. A seat that ``join``s is
locked: it can be called, but gets no callers from queues.
"""

from msgspec import structs

from shared import desk
from shared.enums import CallKind, ListenMode, Role, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.call import Call
from switch_server.core.flow import Flow
from switch_server.core.talk import TellDesk
from switch_server.core.words import Queue, SwitchConfig
from tests.core.a_flow import MAIN
from tests.core.desk_world import AGENTS, ANN, BOB, CAT, CONFIG, FLOW, DeskWorld

DAN, EVE = AgentId("dan"), AgentId("eve")
FUND = QueueName("fund")
NUMBER = "13900139000"
FLOOR = structs.replace(CONFIG, queues=(Queue(AGENTS, ring=15.0, wrap_up=30.0), Queue(FUND, ring=10.0, wrap_up=30.0)))
GROUPS = {ANN: "red", BOB: "red", CAT: "blue", DAN: "red", EVE: ""}
ROLES = {DAN: Role.SUPERVISOR, EVE: Role.MANAGER}
MUSIC = "music/hold"
RINGBACK = "tone:ringback"
BUSY = "tone:busy"


class FloorWorld(DeskWorld):
    def __init__(self, config: SwitchConfig = FLOOR, flows: tuple[Flow, ...] = (FLOW, MAIN)) -> None:
        super().__init__(FLOW, config)
        self.tell(ev.Configured(config, flows))

    def join(self, *agents: AgentId, open_: bool = False) -> None:
        for agent in agents:
            self.online(agent, open_=open_, role=ROLES.get(agent, Role.AGENT), group=GROUPS[agent])

    def talks_to(self, agent: AgentId = ANN) -> CallId:
        """A caller in a talk with the agent, assigned by the queue."""
        self.join(agent, open_=True)
        return self.talking(agent)

    def asked(self, target: desk.AnyTarget, agent: AgentId = ANN, *, wait: float = 4.0) -> LegId:
        """The agent consults a target, and ``wait`` seconds pass, in which the target answers or goes on ringing. Returns the target's leg."""
        call = self.call_of(agent)
        leg = call.next_leg()
        assert self.command(desk.Consult(call.id, target), agent) == desk.Done()
        self.run(wait)
        return leg

    def consulted(self, other: AgentId = BOB) -> CallId:
        """Ann has a caller on hold and consults another seat."""
        call = self.talks_to(ANN)
        self.join(other)
        self.asked(desk.ToSeat(other))
        assert self.seat(ANN) is SeatState.CONSULTING
        assert self.seat(other) is SeatState.TALKING
        return call

    def conference(self, *others: AgentId) -> CallId:
        """A conference of Ann, a caller, and these seats."""
        call = self.talks_to(ANN)
        self.join(*others)
        for other in others:
            self.asked(desk.ToSeat(other))
            assert self.press_button(desk.Join) == desk.Done()
        return call

    def listens(self, supervisor: AgentId = DAN, agent: AgentId = ANN, mode: ListenMode = ListenMode.MONITOR) -> LegId:
        """A supervisor listens to another seat's call; returns the supervisor's leg."""
        if supervisor not in self.switch.desks.seats:
            self.join(supervisor)
        assert self.command(desk.Monitor(agent, mode), supervisor) == desk.Done()
        self.run(3.0)
        assert self.seat(supervisor) is SeatState.MONITORING
        return self.leg(supervisor)

    def press_button(self, button: type[desk.AnyCommand], agent: AgentId = ANN) -> object:
        """Gives a command whose only parameter is the agent's call."""
        return self.command(button(self.call_of(agent).id), agent)  # type: ignore[call-arg]

    def wrong(self, button: type[desk.AnyCommand], agent: AgentId = ANN) -> bool:
        """Whether the command is refused now."""
        return self.press_button(button, agent) == desk.Refused(desk.DeskRefusal.WRONG_STATE)

    # --- for the test's checks ---

    def call_of(self, agent: AgentId) -> Call:
        talk = self.switch.desks.seats[agent].talk
        assert talk is not None
        return self.switch.calls[talk.call]

    def leg(self, agent: AgentId) -> LegId:
        """The leg of the agent's phone."""
        talk = self.switch.desks.seats[agent].talk
        assert talk is not None
        return talk.id

    def parties(self, agent: AgentId = ANN) -> list[tuple[str, str]]:
        """The other parties of the call: name, number or role, and state."""
        return [(p.name or p.number or p.kind, p.state.value) for p in self.shown(agent).parties]

    def hears(self, who: AgentId | CallId | LegId) -> set[str]:
        """The parties that an agent, the caller of a call, or a leg hears: agents by id, ``caller``, other legs by id; or the play."""
        if who in self.switch.desks.seats:
            leg = self.leg(AgentId(who))
        else:
            leg = LegId(who) if "/" in who else leg_of(CallId(who), 1)
        voices, played = self.watch.desks.sound.of(leg)
        return {self._name(voice) for voice in voices} | ({played} if played else set())

    def _name(self, leg: LegId) -> str:
        agents = {seat.talk.id: seat.agent for seat in self.switch.desks.seats.values() if seat.talk is not None}
        return agents.get(leg, "caller" if leg.endswith("/1") else leg)

    def talk_rows(self, agent: AgentId) -> list[dict[str, object]]:
        """All talks of the agent, as rows of the store."""
        return [row for row in self.watch.rows["talks"].values() if row["agent"] == agent]

    def last_talk(self, agent: AgentId) -> dict[str, object]:
        return self.talk_rows(agent)[-1]

    def kinds(self, agent: AgentId) -> list[CallKind]:
        return [CallKind(str(row["kind"])) for row in self.talk_rows(agent)]

    def visits(self, call: CallId) -> list[tuple[object, object]]:
        """The call's visits to queues, with their ends."""
        return [
            (row["queue"], row.get("outcome"))
            for row in self.watch.rows["queue_visits"].values()
            if row["call"] == call
        ]

    def notices(self, agent: AgentId) -> list[tuple[str, str]]:
        """(code, sender) of all notices to the agent."""
        reports = [told.report for told in self.all(TellDesk) if told.agent == agent]
        return [(report.code, report.sender) for report in reports if isinstance(report, desk.Notice)]
