"""The actions of agents, desks and phones in the chaos: functions of the chaos and a small number."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shared import desk
from shared.enums import Direction, EndCause, HangingUp, LockReason, Role
from shared.ids import AgentId, CallId, CustomerId, DeskId, LegId, QueueName, SkillName, leg_of
from switch_server.core import catalogue as ev
from switch_server.core.talk import DESK_TRUNK
from tests.core.world import FAR

if TYPE_CHECKING:
    from tests.core.chaos import Chaos

ANN, BOB, CAT = AGENTS = (AgentId("ann"), AgentId("bob"), AgentId("cat"))
TRADING = SkillName("trading")
SKILLS: tuple[dict[SkillName, int], ...] = ({TRADING: 3}, {TRADING: 1}, {}, {TRADING: 2, SkillName("other"): 1})


def online(chaos: "Chaos", pick: int) -> None:
    agent = AGENTS[pick % 3]
    place = DeskId(f"desk-{(pick // 3) % 5 // 4}-{agent}")
    voice = "phone:front-1" if pick // 5 % 3 == 0 else "192.0.2.20:5070"
    chaos.tell(ev.AgentOnline(agent, agent.title(), place, voice, Role.AGENT, SKILLS[pick // 16 % 4], pick % 4))
    if pick % 4:
        command(chaos, agent, desk.OpenSeat())


def away(chaos: "Chaos", pick: int) -> None:
    agent = AGENTS[pick % 3]
    events: tuple[ev.Event, ...] = (
        ev.DeskDown(agent), ev.DeskDown(agent), ev.AgentOffline(agent), ev.AgentOffline(agent, "operator"),
        ev.AgentSkilled(agent, "Ms. X", Role.SUPERVISOR, SKILLS[pick // 16 % 4]),
    )  # fmt: skip
    chaos.tell(events[pick // 3 % 5])


def command(chaos: "Chaos", agent: AgentId, what: desk.AnyCommand, call: CallId | None = None) -> None:
    chaos.requests += 1
    chaos.tell(ev.DeskCommanded(agent, chaos.requests, what, getattr(what, "call", call)))


def commanded(chaos: "Chaos", pick: int) -> None:
    """A random command, mostly about the agent's call."""
    agent = AGENTS[pick % 3]
    seat = chaos.switch.desks.seats.get(agent)
    talk = seat.talk or seat.last_talk if seat is not None else None
    call = talk.call if talk is not None and pick % 11 else chaos._call(pick)
    commands: tuple[desk.AnyCommand, ...] = (
        desk.OpenSeat(), desk.OpenSeat(), desk.LockSeat(LockReason.LUNCH), desk.LockSeat(LockReason.NO_ANSWER), desk.Hold(call), desk.Retrieve(call), desk.Hold(call), desk.SendDigits(call, "12#"),
        desk.WrapUp(call, "enquiry", "a note"), desk.WrapUp(call, "order", stay=True), desk.WrapUp(call, "no such thing"),
        desk.ExtendWrapUp(call),
    )  # fmt: skip
    means = (None, None, tuple(HangingUp)[pick // 42 % 6])
    chosen = pick // 3 % (len(commands) + 2)
    if chosen < len(commands):
        command(chaos, agent, commands[chosen])
    else:
        chaos.put_down(agent, call, means[pick % 3])


def dial(chaos: "Chaos", pick: int) -> None:
    chaos._calls += 1
    fresh = CallId(f"20261122T093000-{chaos._calls:04}")
    living = next(iter(chaos.switch.calls), None)
    call = (fresh, fresh, fresh, None, living)[pick // 3 % 5]
    command(chaos, AGENTS[pick % 3], desk.Dial(("13900139000", "0" * 32)[pick & 1]), call)


def desk_leg(chaos: "Chaos", pick: int) -> None:
    """An event of a desk's leg: answered, refused, not found, or ended."""
    legs = [leg.id for call in chaos.switch.calls.values() for leg in call.legs.values() if leg.trunk == DESK_TRUNK]
    leg = [*legs, leg_of(chaos._call(pick), 2)][pick % (len(legs) + 1)]
    events: tuple[ev.Event, ...] = (
        ev.LegAnswered(leg, FAR), ev.LegAnswered(leg, FAR), ev.LegEnded(leg, EndCause.FAR_REFUSED, 603),
        ev.LegEnded(leg, EndCause.FAR_LOST, 408), ev.LegEnded(leg, EndCause.FAR_HUNG_UP), ev.LegEnded(leg, EndCause.FAR_REFUSED, 403),
        ev.LegChanged(leg, replace(FAR, direction=Direction.INACTIVE)), ev.LegChanged(leg, FAR),
    )  # fmt: skip
    chaos.tell(events[pick // 8 % 8])


def phone_told(chaos: "Chaos", pick: int) -> None:
    agent = AGENTS[pick % 3]
    seat = chaos.switch.desks.seats.get(agent)
    own = (seat.talk.id,) if seat is not None and seat.talk is not None else ()
    others = tuple(call.caller.id for call in chaos.switch.calls.values())
    legs = (own, own, (), (*own, LegId("20261122T093000-9999/2")), (*own, *others))[pick // 3 % 5]
    chaos.tell(ev.PhoneTold(agent, legs))


def known(chaos: "Chaos", pick: int) -> None:
    call = chaos._call(pick // 8)
    lately = (None, chaos.now - 60.0, chaos.now - 90_000.0)[pick % 3]
    chaos.tell(ev.CallerFound(call, (None, CustomerId(5))[pick & 1], vip=pick % 4 == 0, last_call=lately))
    chaos.tell(ev.PopSeen(AGENTS[pick % 3], call, 20.0))


def recovered(chaos: "Chaos", pick: int) -> None:
    queue = QueueName(("trading", "agents", "gone")[pick % 3])
    step = ("called_back", "no such step")[pick % 16 == 0]
    id_ = CallId(f"20261121T090000-{pick % 8:04}")
    if id_ in chaos.watch.rows["callbacks"]:
        return  # only once for each start of the switch
    chaos.tell(
        ev.CallbackRecovered(id_, queue, "13700137000", chaos.now - 500.0, pick % 4 * 50, "main", step, pick % 3)
    )


ACTIONS: dict[str, tuple[int, Callable[["Chaos", int], None]]] = {
    "online": (14, online),
    "away": (8, away),
    "commanded": (24, commanded),
    "dial": (6, dial),
    "desk_leg": (10, desk_leg),
    "phone_told": (4, phone_told),
    "known": (4, known),
    "recovered": (3, recovered),
}
