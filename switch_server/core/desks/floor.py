"""A supervisor's commands on other seats and waiting callers: listen in, take a caller out of order, open, lock and log out. Each is audited.

A supervisor may act on the seats of the own group, a manager on all seats.
"""

from functools import partial

from shared import desk
from shared.desk import DeskRefusal, Done, Refused
from shared.enums import SWITCH_LOCKS, CallKind, Role, SeatState
from switch_server.core.desks.calling import FREE_FOR_DIAL
from switch_server.core.desks.desks import Desks
from switch_server.core.desks.facts import AgentOffline, DeskCommanded
from switch_server.core.desks.host import DeskSwitchboard
from switch_server.core.desks.seat import BUSY, Seat
from switch_server.core.room import Outcome
from switch_server.core.talk import AgentAssigned, DeskGone, ListenerCame, TellDesk
from switch_server.core.words import Audit

CommandAnswer = Done | Refused


def may_supervise(seat: Seat, other: Seat) -> bool:
    """Whether the agent of ``seat`` is a manager, or the supervisor of the other's group."""
    if seat.role is Role.MANAGER:
        return True
    return seat.role is Role.SUPERVISOR and bool(seat.group) and seat.group == other.group


class FloorCommands:
    def __init__(self, switch: DeskSwitchboard, desks: Desks) -> None:
        self._switch = switch
        self._desks = desks

    def monitor(self, seat: Seat, command: desk.Monitor, _: DeskCommanded) -> CommandAnswer:
        """Allowed for an idle seat, and for a seat that hears busy tone from calling ``other``: that call ends, and the phone is rung anew."""
        switch, other = self._switch, self._desks.seats.get(command.agent)
        if other is None:
            return Refused(DeskRefusal.NOT_HERE)
        if other is seat or not may_supervise(seat, other):
            return Refused(DeskRefusal.NOT_ALLOWED)
        own = switch.calls.get(seat.talk.call) if seat.talk is not None else None
        hears_busy = own is not None and own.busy == other.agent
        if seat.state not in FREE_FOR_DIAL and not hears_busy:
            return Refused(DeskRefusal.IN_CALL if seat.state in BUSY else DeskRefusal.WRONG_STATE)
        talk = other.talk
        call = switch.calls.get(talk.call) if talk is not None else None
        if talk is None or call is None or talk.id not in talk.room.members:
            return Refused(DeskRefusal.NOT_IN_CALL)
        if own is not None:
            assert seat.talk is not None
            switch.run_for_call(
                own, partial(switch.apply_decision, DeskGone(own.id, seat.talk.id, Outcome.REFUSED.value))
            )
        self._audit(seat, command.mode.value, other.agent, call.id)
        switch.apply_decision(ListenerCame(call.id, call.next_leg(), seat.agent, seat.contact, talk.id, command.mode))
        return Done()

    def take_waiting(self, seat: Seat, command: desk.TakeWaiting, _: DeskCommanded) -> CommandAnswer:
        switch = self._switch
        other = self._desks.seats.get(command.agent) if command.agent is not None else seat
        place, call = switch.acd.waiting.get(command.call), switch.calls.get(command.call)
        if other is None:
            return Refused(DeskRefusal.NOT_HERE)
        own = other is seat
        if seat.role is Role.AGENT or not (own or may_supervise(seat, other)):
            return Refused(DeskRefusal.NOT_ALLOWED)
        free = (SeatState.OPEN, SeatState.LOCKED) if own else (SeatState.OPEN,)
        if place is None or call is None or place.agent_leg is not None:
            return Refused(DeskRefusal.NO_SUCH_CALL)
        if other.state not in free:
            return Refused(DeskRefusal.SEAT_BUSY)
        ask = call.desk.room.ask
        if ask is not None and ask.talk is not None:  # it rings elsewhere
            switch.apply_decision(DeskGone(call.id, ask.talk.id, Outcome.CALLER_GONE.value))
        self._audit(seat, "take_waiting", other.agent, call.id)
        place.ringing = True
        kind = CallKind.IN if call.callback_of is None else CallKind.CALLBACK
        ring, waited = switch.acd.queue(place.queue).ring, switch.now - place.since
        switch.apply_decision(
            AgentAssigned(
                call.id, call.next_leg(), other.agent, kind, other.contact, ring, place.queue, waited, None, own
            )
        )
        return Done()

    def force(self, seat: Seat, command: desk.ForceSeat, _: DeskCommanded) -> CommandAnswer:
        other = self._desks.seats.get(command.agent)
        if other is None:
            return Refused(DeskRefusal.NOT_HERE)
        if not may_supervise(seat, other):
            return Refused(DeskRefusal.NOT_ALLOWED)
        if command.act == "lock" and command.reason in SWITCH_LOCKS:
            return Refused(DeskRefusal.UNKNOWN_CHOICE)
        self._audit(seat, f"force_{command.act}", other.agent, command.reason.value if command.act == "lock" else "")
        if command.act == "log_out":
            self._desks.handle(AgentOffline(other.agent, "operator"))
            return Done()
        if command.act == "open":
            self._desks.open_(other)
        else:
            self._desks.lock(other, command.reason)
        told = "opened" if command.act == "open" else "locked"
        self._switch.emit(TellDesk(other.agent, desk.Notice(self._switch.now, told, seat.name)))
        return Done()

    def _audit(self, seat: Seat, action: str, subject: str, detail: str) -> None:
        self._switch.emit(Audit(seat.agent, action, subject, detail))
