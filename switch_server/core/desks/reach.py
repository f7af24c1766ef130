"""Reaching others: dial out, call a seat, ask somebody into a call. Lines, cards and other seats have a part in it, so what is decided is an event."""

from shared import desk
from shared.desk import AnyTarget, DeskRefusal, Done, Refused, ToMenu, ToNumber, ToQueue, ToSeat
from shared.enums import SeatState
from shared.ids import LegId
from switch_server.core.call import Call, CallPlaced, ForAgent, ForConsult, NoWay, Way, way_inside, way_out
from switch_server.core.desks.desks import Desks
from switch_server.core.desks.facts import DeskCommanded
from switch_server.core.desks.host import DeskSwitchboard
from switch_server.core.desks.seat import BUSY, Seat
from switch_server.core.room import Talk
from switch_server.core.talk import Consulted

Answer = Done | Refused
FREE_FOR_DIAL = frozenset({SeatState.OPEN, SeatState.LOCKED, SeatState.WRAP_UP})
RINGABLE = frozenset({SeatState.OPEN, SeatState.LOCKED})
"""A colleague may be called on a break; not in a call, nor while they write down the last one."""


class ReachCommands:
    def __init__(self, switch: DeskSwitchboard, desks: Desks) -> None:
        self._switch = switch
        self._desks = desks

    def dial(self, seat: Seat, command: desk.Dial, event: DeskCommanded) -> Answer:
        if (refused := self._may_begin(seat, event)) is not None:
            return refused
        way = way_out(self._switch, command.number, ForAgent, self._switch.flows)
        return self._place(event, way, command.number, ForAgent(seat.agent, seat.contact))

    def call_seat(self, seat: Seat, command: desk.CallSeat, event: DeskCommanded) -> Answer:
        """A seat that is busy is heard as busy."""
        if (refused := self._may_begin(seat, event)) is not None:
            return refused
        other = self._desks.seats.get(command.agent)
        if other is None or not other.link:
            return Refused(DeskRefusal.NOT_HERE)
        if other is seat:
            return Refused(DeskRefusal.WRONG_STATE)
        callee = other.contact if other.state in RINGABLE else ""
        way = way_inside(self._switch, seat.agent, ForAgent)
        return self._place(event, way, other.agent, ForAgent(seat.agent, seat.contact, callee))

    def _place(self, event: DeskCommanded, way: Way | NoWay, number: str, purpose: ForAgent) -> Answer:
        if way is NoWay.NO_LINE:
            return Refused(DeskRefusal.NO_LINE)
        if isinstance(way, NoWay) or event.call is None:
            return Refused(DeskRefusal.BUSY)
        self._switch.take(way.call(event.call, number, purpose))
        return Done()

    def _may_begin(self, seat: Seat, event: DeskCommanded) -> Refused | None:
        if seat.state not in FREE_FOR_DIAL:
            return Refused(DeskRefusal.IN_CALL if seat.state in BUSY else DeskRefusal.WRONG_STATE)
        switch = self._switch
        if event.call is None or event.call in switch.calls or switch.draining:
            return Refused(DeskRefusal.BUSY)
        return None

    # --- into a call ---

    def consult(self, seat: Seat, command: desk.Consult, _: DeskCommanded) -> Answer:
        talk = seat.talk
        call = self._switch.calls.get(command.call)
        if talk is None or call is None or talk.call != command.call:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        member = call.desk.room.members.get(talk.id)
        if member is None or not call.desk.consults.may_ask(member):
            return Refused(DeskRefusal.WRONG_STATE)
        event = self._asked(call, talk, command.target)
        if isinstance(event, Refused):
            return event
        self._switch.take(event)
        return Done()

    def _asked(self, call: Call, talk: Talk, target: AnyTarget) -> Consulted | CallPlaced | Refused:
        switch, leg = self._switch, call.next_leg()
        match target:
            case ToSeat(agent=agent):
                other = self._desks.seats.get(agent)
                if other is None or not other.link:
                    return Refused(DeskRefusal.NOT_HERE)
                if other.state not in RINGABLE:
                    return Refused(DeskRefusal.SEAT_BUSY)
                return Consulted(call.id, talk.id, target, leg, contact=other.contact)
            case ToNumber(number=number):
                way = way_out(switch, number, ForConsult, switch.flows, on=call.caller.card)
                if isinstance(way, NoWay):
                    return Refused(DeskRefusal.NO_LINE)
                return way.call(call.id, number, ForConsult(talk.id, leg))
            case ToQueue(queue=queue) if queue not in {each.name for each in switch.config.queues}:
                return Refused(DeskRefusal.NOT_FOUND)
            case ToMenu(flow=flow) if flow not in {each.flow for each in switch.flows}:
                return Refused(DeskRefusal.NOT_FOUND)
            case _:
                return self._for_customer(call, talk, target, leg)

    def _for_customer(self, call: Call, talk: Talk, target: AnyTarget, leg: LegId) -> Consulted | Refused:
        """Only a customer can wait in a queue, hear a menu or key a PIN, and it must be this seat that has them."""
        side = call.desk
        member, customer = side.room.members[talk.id], side.room.customer
        if customer is None or customer.group not in (member.group, member.parked):
            return Refused(DeskRefusal.WRONG_STATE)
        return Consulted(call.id, talk.id, target, leg)
