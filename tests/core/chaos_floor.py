"""Random buttons of five seats with up to eight callers, random hang-ups, lost phones and links. The rules of ``tests.core.watch`` hold throughout.

In addition, each customer has one recording, from the answer to the end, and a customer who was handed over hears ringback no longer than the
ring time.
"""

from collections.abc import Callable

from msgspec import structs

from shared import desk
from shared.enums import DigitMode, Direction, EndCause, HangingUp, ListenMode, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, DeskId, LegId, QueueName, leg_of
from shared.secret import Secret
from switch_server.core import catalogue as ev
from switch_server.core.desks import Seat
from switch_server.core.desks.calling import RINGABLE
from switch_server.core.leg import LegState
from switch_server.core.talk import consults
from switch_server.core.words import Queue
from tests.core.a_flow import MAIN, TRUNK
from tests.core.chaos import CARDS, Chaos, choose
from tests.core.desk_world import CONFIG, FLOW
from tests.core.world import ACCOUNT, FAR, PIN

SEATS = tuple(map(AgentId, ("ann", "bob", "cat", "dan", "eve")))
ROLES = (Role.AGENT, Role.AGENT, Role.AGENT, Role.SUPERVISOR, Role.MANAGER)
GROUPS = ("red", "red", "blue", "red", "")
VOICES = ("192.0.2.20:5070", "phone:front-1", "192.0.2.20:5070", "phone:front-2", "192.0.2.20:5070")
"""The seats' voices; two are desk phones, with a hold key and a handset."""
MOST_CALLERS = 8
FLOOR = structs.replace(
    CONFIG,
    queues=(Queue(QueueName("agents"), ring=7.0, wrap_up=5.0), Queue(QueueName("fund"), ring=5.0, wrap_up=0.0, most=2)),
)
PATIENCE = max(consults.RING, consults.RING_OUT, consults.QUEUE_WAIT) + 1.0


class FloorChaos(Chaos):
    shortest = 81

    def __init__(self, beginning: int = 0) -> None:
        self.alone_since: dict[CallId, float] = {}
        super().__init__(0)
        self.beginning = beginning
        for leg in self._legs():
            self.tell(ev.LegEnded(leg, EndCause.CALLER_HUNG_UP))
        self.several_due(255)
        self.tell(ev.Configured(FLOOR, (FLOW, MAIN)))
        for card in CARDS:
            self.tell(ev.CardUp(card, 40))
        for number in range(5):
            online(self, number)
        for _ in range(beginning % 5):
            self.offer(0)
        for _ in range(60):
            self.next_due(0)

    def act(self, kind: int, pick: int) -> None:
        self.steps += 1
        choose(_ACTIONS, kind)(self, pick)
        self.patience()

    def patience(self) -> None:
        """A customer who was handed over hears ringback no longer than the ring time."""
        alone = {
            call.id
            for call in self.switch.calls.values()
            if (ask := call.desk.room.ask) is not None and ask.by is None and ask.group is not None
            and call.caller.id in call.desk.room.members
        }  # fmt: skip
        self.alone_since = {call: self.alone_since.get(call, self.now) for call in alone}
        for call, since in self.alone_since.items():
            assert self.now - since <= PATIENCE, f"{call} hears ringback for ever"

    def to_replay(self) -> list[CallId]:
        """In addition, each call with a consult or a listener."""
        deep = {event.call for _, _, event in self.journal if isinstance(event, ev.Consulted | ev.ListenerCame)}
        return [*super().to_replay(), *sorted(deep)]

    def seat(self, pick: int) -> tuple[AgentId, Seat | None]:
        agent = choose(SEATS, pick)
        return agent, self.switch.desks.seats.get(agent)

    def call_at(self, agent: AgentId) -> CallId:
        seat = self.switch.desks.seats.get(agent)
        talk = seat.talk or seat.last_talk if seat is not None else None
        return talk.call if talk is not None else CallId("20261122T093000-0000")

    def command(self, agent: AgentId, what: desk.AnyCommand, call: CallId | None = None) -> None:
        self.requests += 1
        self.tell(ev.DeskCommanded(agent, self.requests, what, getattr(what, "call", call)))

    def fresh(self) -> CallId:
        self._calls += 1
        return CallId(f"20261122T093000-{self._calls:04}")


def online(chaos: FloorChaos, pick: int) -> None:
    number = pick % 5
    agent = SEATS[number]
    chaos.tell(
        ev.AgentOnline(agent, agent.title(), DeskId(f"desk-{agent}"), VOICES[number], ROLES[number], group=GROUPS[number])
    )  # fmt: skip
    if pick % 7:
        chaos.command(agent, desk.OpenSeat())


def away(chaos: FloorChaos, pick: int) -> None:
    agent = choose(SEATS, pick)
    events = (ev.DeskDown(agent), ev.DeskDown(agent), ev.AgentOffline(agent), ev.AgentOffline(agent, "operator"))
    chaos.tell(choose(events, pick // 5))


def caller(chaos: FloorChaos, _: int) -> None:
    if len(chaos.switch.calls) < MOST_CALLERS:
        chaos.tell(ev.CallOffered(leg_of(chaos.fresh(), 1), TRUNK, "13800138000", "02087550000", FAR))


def target(chaos: FloorChaos, pick: int) -> desk.AnyTarget:
    free = [seat.agent for seat in chaos.switch.desks.seats.values() if seat.state in RINGABLE]
    targets: tuple[desk.AnyTarget, ...] = (
        desk.ToSeat(choose(SEATS, pick)), desk.ToSeat(choose(free or SEATS, pick // 3)), desk.ToSeat(choose(free or SEATS, pick // 5)), desk.ToNumber("13900139000"), desk.ToPin(),
        desk.ToQueue(QueueName("agents")), desk.ToQueue(QueueName("fund")), desk.ToMenu("main"), desk.ToMenu("gone"), desk.ToNumber("13900139001"),
    )  # fmt: skip
    return choose(targets, pick)


def consult(chaos: FloorChaos, pick: int) -> None:
    agent = choose(SEATS, pick)
    chaos.command(agent, desk.Consult(chaos.call_at(agent), target(chaos, pick // 5)))


def button(chaos: FloorChaos, pick: int) -> None:
    """A random command whose only parameter is the call."""
    agent = choose(SEATS, pick)
    call = chaos.call_at(agent)
    buttons: tuple[desk.AnyCommand, ...] = (
        desk.Swap(call), desk.Join(call), desk.Return(call), desk.Hold(call), desk.Retrieve(call), desk.Swap(call), desk.Join(call),
        desk.Return(call), desk.SendDigits(call, "12"), desk.OpenSeat(), desk.Intercept(call),
        desk.Listen(call, choose(tuple(ListenMode), pick)), desk.WrapUp(call, "enquiry", "x"), desk.LockSeat(LockReason.LUNCH),
    )  # fmt: skip
    chaos.command(agent, choose(buttons, pick // 5))


def put_down(chaos: FloorChaos, pick: int) -> None:
    """Hangs up, with the meaning that the desk shows now or showed at another moment."""
    agent = choose(SEATS, pick)
    chaos.put_down(agent, chaos.call_at(agent), choose((None, *HangingUp), pick // 5))


def drop(chaos: FloorChaos, pick: int) -> None:
    agent, seat = chaos.seat(pick)
    legs = list(seat.talk.room.members) if seat is not None and seat.talk is not None else []
    chaos.command(agent, desk.DropParty(chaos.call_at(agent), choose([*legs, LegId("x/9")], pick // 5)))


def fitting(chaos: FloorChaos, pick: int) -> None:
    """A button that is allowed now, of a seat in a call, so that rare states are reached."""
    seats = list(chaos.switch.desks.seats.values())
    busy = [seat for seat in seats if seat.talk is not None and seat.state in FITTING]
    for idle in seats:
        if idle.state is SeatState.LOCKED and pick % 4 == 0:
            chaos.command(idle.agent, desk.OpenSeat())
    if not busy:
        return
    seat = choose(busy, pick)
    assert seat.talk is not None
    call, parties = seat.talk.call, [*seat.talk.room.members]
    act = choose(FITTING[seat.state], pick // 3)
    if act == "hang_up":
        chaos.put_down(seat.agent, call)
        return
    acts: dict[str, desk.AnyCommand] = {
        "consult": desk.Consult(call, target(chaos, pick // 5)),
        "hold": desk.Hold(call),
        "retrieve": desk.Retrieve(call),
        "swap": desk.Swap(call),
        "join": desk.Join(call),
        "return": desk.Return(call),
        "drop": desk.DropParty(call, parties[-1] if parties else LegId("x/9")),
        "listen": desk.Listen(call, choose(tuple(ListenMode), pick // 7)),
        "intercept": desk.Intercept(call),
    }
    chaos.command(seat.agent, acts[act])


FITTING = {
    SeatState.TALKING: ("consult", "consult", "consult", "consult", "hold", "hang_up"),
    SeatState.HOLDING: ("retrieve", "consult", "hang_up"),
    SeatState.CONSULTING: ("swap", "join", "join", "return", "hang_up", "swap", "join"),
    SeatState.CONFERENCE: ("consult", "drop", "hang_up", "consult", "hold"),
    SeatState.MONITORING: ("listen", "listen", "intercept", "hang_up"),
}


def supervise(chaos: FloorChaos, pick: int) -> None:
    """A supervisor listens to or intercepts the call of a seat."""
    talks = [seat.agent for seat in chaos.switch.desks.seats.values() if seat.state in FITTING]
    if talks:
        mode = choose(tuple(ListenMode), pick // 8)
        chaos.command(choose(SEATS[3:], pick), desk.Monitor(choose(talks, pick // 2), mode))


def reach(chaos: FloorChaos, pick: int) -> None:
    agent = choose(SEATS, pick)
    what: tuple[desk.AnyCommand, ...] = (
        desk.Dial("13900139000"),
        desk.CallSeat(choose(SEATS, pick // 5)),
        desk.CallSeat(choose(SEATS, pick // 7)),
    )
    chaos.command(agent, choose(what, pick // 2), chaos.fresh())


def floor(chaos: FloorChaos, pick: int) -> None:
    agent, other = choose(SEATS[2:], pick), choose(SEATS, pick // 3)
    call = choose([*chaos.switch.acd.waiting, CallId("x")], pick)
    what: tuple[desk.AnyCommand, ...] = (
        desk.Monitor(other), desk.Monitor(other, ListenMode.WHISPER), desk.Monitor(other, ListenMode.BARGE), desk.Monitor(other),
        desk.TakeWaiting(call), desk.TakeWaiting(call, other), desk.ForceSeat(other, "open"), desk.ForceSeat(other, "lock"),
        desk.ForceSeat(other, "log_out"), desk.Monitor(other),
    )  # fmt: skip
    chaos.command(agent, choose(what, pick // 16))


def leg_ends(chaos: FloorChaos, pick: int) -> None:
    """Any leg ends: hung up, busy, refused, or lost."""
    causes = (EndCause.CALLER_HUNG_UP, EndCause.FAR_HUNG_UP, EndCause.FAR_BUSY, EndCause.FAR_REFUSED, EndCause.FAR_LOST)
    chaos.tell(ev.LegEnded(chaos._leg(pick), choose(causes, pick // 16), choose((0, 486, 603, 408), pick // 32)))


def hold_key(chaos: FloorChaos, pick: int) -> None:
    """A desk phone's hold key: a re-INVITE that stops the sound, or resumes it."""
    _, seat = chaos.seat(pick)
    if seat is not None and seat.talk is not None:
        way = choose((Direction.SENDONLY, Direction.SENDRECV), pick // 5)
        chaos.tell(ev.LegChanged(seat.talk.id, structs.replace(FAR, direction=way)))


def leg_answers(chaos: FloorChaos, pick: int) -> None:
    waits = [
        leg.id for call in chaos.switch.calls.values() for leg in call.legs.values()
        if leg.state in (LegState.CALLING, LegState.RINGING)
    ]  # fmt: skip
    if waits:
        chaos.tell(ev.LegAnswered(choose(waits, pick), FAR))


def keys(chaos: FloorChaos, pick: int) -> None:
    """A customer keys account and PIN, right or wrong; preferably one who is in an identity check."""
    calls = chaos.switch.calls.values()
    asked = [c for c in calls if c.desk.room.ask is not None and isinstance(c.desk.room.ask.target, desk.ToPin)]
    legs = [call.caller.id for call in asked or calls]
    if legs:
        for key in choose((f"{ACCOUNT}#", f"{PIN}#", f"{ACCOUNT}#{PIN}#", "111111#", "0", "1"), pick // 8):
            chaos.tell(ev.DigitPressed(choose(legs, pick), Secret(key), DigitMode.RFC4733))


def phone_told(chaos: FloorChaos, pick: int) -> None:
    agent, seat = chaos.seat(pick)
    own = (seat.talk.id,) if seat is not None and seat.talk is not None else ()
    chaos.tell(ev.PhoneTold(agent, choose((own, own, ()), pick // 5)))


def mood(chaos: FloorChaos, pick: int) -> None:
    """Changes the world's reactions, mostly to answered phones, without which rare states are not reached."""
    reactions = chaos.reactions
    reactions.far = choose(("answer", "answer", "busy", "silent", "early"), pick)
    reactions.desk = choose(("answer", "answer", "answer", "answer", "silent", "refuse", "dead"), pick // 5)
    reactions.channel = "full" if pick > 240 else ""


def configure(chaos: FloorChaos, pick: int) -> None:
    """A reload that removes a flow, a queue, or the trunks."""
    configs = (FLOOR, structs.replace(FLOOR, queues=FLOOR.queues[1:]), structs.replace(FLOOR, queues=()), FLOOR)
    flows = ((FLOW, MAIN), (FLOW,), (MAIN, FLOW), (FLOW, MAIN), ())
    chaos.tell(ev.Configured(choose(configs, pick), choose(flows, pick // 4)))


ACTIONS: dict[str, tuple[int, Callable[[FloorChaos, int], None]]] = {
    "next_due": (18, FloorChaos.next_due),
    "several_due": (38, FloorChaos.several_due),
    "any_due": (6, FloorChaos.any_due),
    "twice": (3, FloorChaos.twice),
    "never": (3, FloorChaos.never),
    "stale": (3, FloorChaos.stale),
    "wait": (16, FloorChaos.wait),
    "caller": (14, caller),
    "consult": (12, consult),
    "button": (12, button),
    "put_down": (6, put_down),
    "fitting": (46, fitting),
    "supervise": (8, supervise),
    "drop": (3, drop),
    "reach": (8, reach),
    "floor": (12, floor),
    "leg_ends": (8, leg_ends),
    "leg_answers": (8, leg_answers),
    "hold_key": (4, hold_key),
    "keys": (6, keys),
    "online": (4, online),
    "away": (3, away),
    "phone_told": (2, phone_told),
    "channel_event": (2, FloorChaos.channel_event),
    "mood": (5, mood),
    "reconcile": (2, FloorChaos.reconcile),
    "configure": (2, configure),
    "card": (1, FloorChaos.card),
    "operator": (1, FloorChaos.operator),
}
_ACTIONS = tuple(act for weight, act in ACTIONS.values() for _ in range(weight))
assert len(_ACTIONS) == 256, len(_ACTIONS)
