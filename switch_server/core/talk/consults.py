"""Consultation (转移, 切换, 三方): a seat parks its group and asks another party in; then it swaps between the two, joins them, or hands over.

``may_ask`` and ``can_swap`` are the conditions; the commands check them. When the asked party does not come, or goes, the parked group comes back
to the asking seat, and the seat gets the reason (``CameBack``); if that seat has gone meanwhile, the customer goes back to the queue.
"""

from shared.desk import AnyTarget, CameBack, Notice, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause
from shared.ids import AgentId, LegId, QueueName
from switch_server.core.leg import Leg
from switch_server.core.room import DIAL_NOTICES, AskedParty, Member, Outcome, Talk
from switch_server.core.talk.effects import TellDesk
from switch_server.core.talk.facts import Consulted
from switch_server.core.talk.host import TalkCall, TalkSide

RING = 30.0
"""Seconds for another seat to answer."""
RING_OUT = 45.0
"""Seconds for an outside number to answer."""
QUEUE_WAIT = 60.0
"""Seconds for a queue's next agent, before the customer comes back."""
_CAME_BACK = {
    EndCause.FAR_BUSY: CameBack.BUSY,
    EndCause.FAR_REFUSED: CameBack.REFUSED,
    EndCause.FAR_HUNG_UP: CameBack.HUNG_UP,
    EndCause.NO_ANSWER: CameBack.NO_ANSWER,
    EndCause.REJECTED_FULL: CameBack.NO_LINE,
}


class Consults:
    def __init__(self, call: TalkCall, side: TalkSide) -> None:
        self._call = call
        self._side = side
        self._room = side.room

    # --- conditions ---

    def may_ask(self, member: Member) -> bool:
        """Whether the seat may ask a party in: it talks, or holds, and no party is asked already."""
        room = self._room
        talks = member.parked is None and bool(room.others(member))
        return room.ask is None and (talks or member.holds)

    def can_swap(self, member: Member) -> bool:
        """Whether the seat has a parked group and another party in its own group, so that it may swap or join."""
        return member.parked is not None and not member.holds and bool(self._room.others(member))

    def keeps_waiting(self, member: Member) -> bool:
        """Whether the seat's customer waits (after a swap the asked party waits). In a call between seats: whether the seat has parked a group."""
        customer = self._room.customer
        return member.parked is not None and (customer is None or customer.group != member.group)

    # --- asking ---

    def begin(self, event: Consulted) -> None:
        side, ask = self._side, self._park_and_ask(event.by, event.target)
        match event.target:
            case ToSeat(agent=agent):
                talk = side.new_talk(event.leg, agent, CallKind.CONSULT, event.contact)
                side.ring_for(ask, talk, RING)
            case ToQueue(queue=queue):
                self._enter_queue(queue, ask)
            case ToPin():
                side.customer_out()
                self._call.walks.begin_pin_check()
            case _:  # a menu: nothing more happens until the seat hands over
                assert isinstance(event.target, ToMenu)
        side.rewire("consult")

    def dial(self, by: LegId, leg: Leg) -> None:
        """Asks an outside party in: dials ``leg``."""
        call, ask = self._call, self._park_and_ask(by, ToNumber(leg.dnis))
        call.add_leg(leg)
        ask.leg = leg
        call.timer("ring", RING_OUT)
        call.open_channel(leg, None)
        self._side.rewire("consult")

    def wait_longer(self, leg: Leg) -> None:
        """The call to an outside party is forwarded or queued at the far end."""
        ask = self._room.ask
        if ask is not None and ask.leg is leg and ask.talk is None:
            self._call.timer("ring", RING_OUT)

    def _park_and_ask(self, by: LegId, target: AnyTarget) -> AskedParty:
        """The asking seat parks its group (if it has not already), and waits in a new one for the asked party."""
        room, now = self._room, self._call.now
        member = room.members[by]
        if member.parked is None:
            member.parked = member.group
            room.move(member, room.new_group(), now)
        member.consult_group = member.group
        member.holds, member.came_back = False, None
        ask = room.ask = AskedParty(target, by, member.parked, now)
        return ask

    def _enter_queue(self, queue: QueueName, ask: AskedParty) -> None:
        assert ask.by is not None
        self.set_queue_timer(ask)
        if self._call.switch.acd.enter_for_agent(self._call.id, queue, ask.by) != "open":
            self.failed(CameBack.NOT_OPEN)

    def set_queue_timer(self, ask: AskedParty) -> None:
        """Sets the timer for the queue's next agent to the rest of ``QUEUE_WAIT``."""
        self._call.timer("ring", max(ask.since + QUEUE_WAIT - self._call.now, 0.0))

    # --- the asked party does not come, or goes ---

    def far_gone(self, leg: Leg, cause: EndCause) -> None:
        """The leg of an outside party has ended."""
        room, ask = self._room, self._room.ask
        if ask is not None and ask.leg is leg:
            self.failed(_CAME_BACK.get(cause, CameBack.UNREACHABLE))
        elif (member := room.members.pop(leg.id, None)) is not None:
            self.left(member)
            self._side.tidy("party_left")

    def not_reached(self, talk: Talk, cause: EndCause) -> None:
        """The call ends before the dialled party has answered: tells the agent who dialled."""
        call = self._call
        if talk.is_dialling and cause in DIAL_NOTICES:
            call.emit(TellDesk(talk.agent, Notice(call.now, DIAL_NOTICES[cause], call.caller.dnis)))

    def left(self, member: Member) -> None:
        """The member has left the room. A seat that consulted this member, and no other, gets the reason ``hung_up``."""
        room, group = self._room, member.group
        for other in room.members.values():
            rest = [*room.of_group(group), room.parker(group)]
            if (
                other.consult_group == group
                and all(each in (None, other) for each in rest)
                and not room.awaits_party(group)
            ):
                other.came_back = CameBack.HUNG_UP

    def failed(self, why: CameBack) -> None:
        """The asked party does not come: its seat gets the reason. A customer who was handed over to it already goes back to the queue."""
        room = self._room
        ask, room.ask = room.ask, None
        assert ask is not None
        self._call.timer("ring", None)
        if isinstance(ask.target, ToQueue):
            self._call.switch.acd.leave(self._call.id)
        asker = room.members.get(ask.by) if ask.by is not None else None
        if asker is not None:
            asker.came_back = why
        self._side.tidy(why.value, lost=asker is None)

    def give_up(self, why: CameBack) -> None:
        """Cancels the request: stops the ringing or the PIN check."""
        ask = self._room.ask
        assert ask is not None
        self._stop_ringing(ask)
        if isinstance(ask.target, ToPin):
            self._call.walks.cancel_pin_check()
            self._side.customer_in(self._group_of(ask))
        self.failed(why)

    def _stop_ringing(self, ask: AskedParty) -> None:
        if ask.talk is not None:
            self._side.end_talk(ask.talk, Outcome.CALLER_GONE)
        elif ask.leg is not None and ask.leg.alive:
            self._call.hang_up(ask.leg, EndCause.CANCELLED)

    def hang_up_all(self) -> None:
        """The customer has left the room: cancels the request, and hangs up all other members."""
        self._cancel_request()
        for member in list(self._room.members.values()):
            self._side.send_away(member)

    def _cancel_request(self) -> None:
        ask, self._room.ask = self._room.ask, None
        if ask is not None:
            self._call.timer("ring", None)
            self._stop_ringing(ask)
            if isinstance(ask.target, ToQueue):
                self._call.switch.acd.leave(self._call.id)

    def asker_out(self) -> None:
        """The asking seat leaves: cancels its request. A PIN check goes on, since the customer is in the middle of it."""
        ask = self._room.ask
        assert ask is not None
        if isinstance(ask.target, ToPin):
            ask.by = None
        else:
            self._cancel_request()

    def pin_check_over(self, *, passed: bool) -> None:
        """The PIN check has ended: the customer is back."""
        ask = self._room.ask
        assert ask is not None
        self._side.customer_in(self._group_of(ask))
        self.failed(CameBack.PIN_PASSED if passed else CameBack.PIN_FAILED)

    def _group_of(self, ask: AskedParty) -> int:
        assert ask.group is not None
        return ask.group

    # --- acts ---

    def return_to_parked(self, member: Member) -> None:
        """返回: cancels the request or hangs up the consulted party; the seat goes back to the group that it parked."""
        room = self._room
        if room.has_asked(member):
            self.give_up(CameBack.CANCELLED)
            return
        aside = [each for each in room.members.values() if member.consult_group in (each.group, each.parked)]
        for guest in aside:  # also a guest that has parked this group meanwhile
            if guest is not member:
                self._side.send_away(guest)
        member.came_back = CameBack.CANCELLED
        self._side.tidy("returned")

    def swap(self, member: Member) -> None:
        assert member.parked is not None
        member.group, member.parked, member.since = member.parked, member.group, self._call.now
        self._side.rewire("swap")

    def join(self, member: Member) -> None:
        assert member.parked is not None
        group, member.parked, member.consult_group = member.parked, None, None
        self._room.merge(member.group, group, self._call.now)
        self._side.rewire("join")

    def drop(self, member: Member) -> None:
        """Hangs up one party of a conference."""
        self._side.send_away(member)
        self._side.tidy("dropped")

    def hand_over(self, member: Member, talk: Talk) -> None:
        """挂机: the parked group and the consulted party are joined, and the seat leaves (呼叫转移)."""
        room, side, ask = self._room, self._side, self._room.ask
        if not room.has_asked(member):
            # the guest may be parked after a swap, may have parked this group, or may have left while another party is asked
            guests = [
                each
                for each in room.members.values()
                if each is not member and member.consult_group in (each.group, each.parked)
            ]
            other = next(iter(guests), None)
            assert member.parked is not None
            if other is not None:
                talk.transferred_to = _member_address(other)
            else:
                assert ask is not None
                talk.transferred_to = _asked_address(ask)
            room.merge(member.parked, member.group, self._call.now)
            side.end_talk(talk, Outcome.ANSWERED)
            side.tidy("handed_over")
            return
        assert ask is not None
        talk.transferred_to = _asked_address(ask)
        ask.by = None
        side.end_talk(talk, Outcome.ANSWERED)
        if isinstance(ask.target, ToMenu | ToQueue):
            self._into_flow(ask, ask.target)
        side.tidy("handed_over")

    def _into_flow(self, ask: AskedParty, target: ToMenu | ToQueue) -> None:
        """The customer goes to a queue or a menu, and all other parties leave. In a queue the customer takes the place in which the agent waited."""
        call, side = self._call, self._side
        if ask.talk is not None:
            side.end_talk(ask.talk, Outcome.CALLER_GONE)
        self._room.ask = None
        call.timer("ring", None)
        side.customer_out()
        self.hang_up_all()
        if isinstance(target, ToQueue):
            call.walks.into_queue(target.queue)
        else:
            call.walks.into_menu(target.flow)


def _member_address(member: Member) -> str:
    return f"seat:{member.talk.agent}" if member.talk is not None else f"number:{member.leg.dnis}"


def _asked_address(ask: AskedParty) -> str:
    match ask.target:
        case ToSeat(agent=agent):
            return f"seat:{AgentId(agent)}"
        case ToNumber(number=number):
            return f"number:{number}"
        case ToQueue(queue=queue):
            return f"queue:{queue}"
        case ToMenu(flow=flow):
            return f"menu:{flow}"
        case _:
            return "pin"
