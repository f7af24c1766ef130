"""Rooms built by hand: for the tests of ``core.room.room``, and for the table in ``docs/machines.md``."""

from collections.abc import Iterator

from shared.desk import AnyTarget, ToSeat
from shared.enums import CallKind, ListenMode
from shared.ids import AgentId, CallId, LegId, TrunkName, leg_of
from switch_server.core.leg import Leg
from switch_server.core.room import AskedParty, Listener, Room, Talk

CALL = CallId("20261122T093000-0001")
CUSTOMER, ANN, BOB, CAT, OUT, SUPER = (leg_of(CALL, number) for number in range(1, 7))
SEATS = {ANN: "ann", BOB: "bob", CAT: "cat", SUPER: "dan"}
NAMES = {CUSTOMER: "customer", OUT: "139"} | SEATS
SHOWN = (CUSTOMER, ANN, BOB)
NOW = 100.0


def leg(name: LegId) -> Leg:
    incoming = name == CUSTOMER
    return Leg(
        name,
        TrunkName("t"),
        incoming=incoming,
        ani="138" if incoming else "0208755",
        dnis="0208755" if incoming else "139",
        started=NOW,
    )


def talk(room: Room, name: LegId) -> Talk:
    caller = room.members[CUSTOMER].leg if CUSTOMER in room.members else leg(CUSTOMER)
    return Talk(leg(name), caller, AgentId(SEATS[name]), CallKind.IN, room, contact="192.0.2.20:5070")


def room_of(*groups: tuple[LegId, ...], parked: dict[LegId, int] | None = None, holds: bool = False) -> Room:
    """``groups``: the members of each group, numbered from 1. ``parked``: the group that a seat has turned away from."""
    room = Room(CALL)
    for group in groups:
        number = room.new_group()
        for name in group:
            room.enter(leg(name), talk(room, name) if name in SEATS else None, number, NOW)
    for name, number in (parked or {}).items():
        room.members[name].parked, room.members[name].holds = number, holds
    return room


def ask(
    room: Room, target: AnyTarget | None, by: LegId | None = ANN, group: int | None = 1, *, rings: LegId | None = None
) -> AskedParty:
    asked = room.ask = AskedParty(target, by, group, NOW)
    if rings is not None:
        asked.leg, asked.talk = leg(rings), talk(room, rings) if rings in SEATS else None
    return asked


def listen(room: Room, name: LegId, target: LegId, mode: ListenMode) -> None:
    its = talk(room, name)
    room.listeners[name] = Listener(its.leg, its, target, mode)


def pictures() -> Iterator[tuple[str, Room]]:
    """The rooms on the page, with their names."""
    held = {ANN: 1}
    yield "talk", room_of((CUSTOMER, ANN))
    yield "hold", room_of((CUSTOMER,), (ANN,), parked=held, holds=True)
    asked = room_of((CUSTOMER,), (ANN,), parked=held)
    ask(asked, ToSeat(AgentId("bob")))
    yield "bob is asked, and rings", asked
    yield "bob has answered", room_of((CUSTOMER,), (ANN, BOB), parked=held)
    yield "swapped", room_of((CUSTOMER, ANN), (BOB,), parked={ANN: 2})
    yield "conference", room_of((CUSTOMER, ANN, BOB))
    handed = room_of((CUSTOMER,))
    ask(handed, ToSeat(AgentId("bob")), None)
    yield "handed over while bob rings", handed
    yield "handed over", room_of((CUSTOMER, BOB))
    for mode in ListenMode:
        heard = room_of((CUSTOMER, ANN))
        listen(heard, SUPER, ANN, mode)
        yield f"dan: {mode.value}", heard
