"""Somebody is asked in (转移, 切换, 三方): the customer waits, another party comes, and they are talked to in turn, joined, or left together.

What each act needs is ``may``; a command at a wrong moment is refused there. The asked party that doesn't come, or goes, gives the customer
back to the seat that asked, and the seat is told why (``CameBack``); if that seat has gone meanwhile, the customer goes back to the queue.
"""

from shared.desk import AnyTarget, CameBack, Notice, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import CallKind, EndCause
from shared.ids import AgentId, LegId, QueueName
from switch_server.core.leg import Leg
from switch_server.core.room import NOT_REACHED, Asked, Member, Outcome, Talk
from switch_server.core.talk.effects import TellDesk
from switch_server.core.talk.facts import Consulted
from switch_server.core.talk.host import TalkCall, TalkSide

RING = 30.0
"""Seconds for another seat to answer."""
RING_OUT = 45.0
"""For an outside number."""
QUEUE_WAIT = 60.0
"""For a queue's next agent, before the customer is back."""
_WORDS = {
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

    # --- may it? ---

    def may_ask(self, member: Member) -> bool:
        """It talks to somebody, or holds them, and nobody is asked already."""
        room = self._room
        talks = member.parked is None and bool(room.others(member))
        return room.ask is None and (talks or member.holds)

    def has_two(self, member: Member) -> bool:
        """Both who waits and who was asked are there, one of them talked to: swap and join can work."""
        return member.parked is not None and not member.holds and bool(self._room.others(member))

    def keeps_waiting(self, member: Member) -> bool:
        """Does its customer wait? After a swap it is the asked party who does; between seats it is whoever was turned away from."""
        customer = self._room.customer
        return member.parked is not None and (customer is None or customer.group != member.group)

    # --- asking ---

    def begin(self, event: Consulted) -> None:
        side, ask = self._side, self._turn_to(event.by, event.target)
        match event.target:
            case ToSeat(agent=agent):
                talk = side.new_talk(event.leg, agent, CallKind.CONSULT, event.contact)
                side.ring_for(ask, talk, RING)
            case ToQueue(queue=queue):
                self._wait_in(queue, ask)
            case ToPin():
                side.customer_out()
                self._call.walks.run_errand()
            case _:  # a menu: nothing happens until it is handed over
                assert isinstance(event.target, ToMenu)
        side.rewire("consult")

    def dial(self, by: LegId, leg: Leg) -> None:
        """Asks an outside party in, over ``leg``."""
        call, ask = self._call, self._turn_to(by, ToNumber(leg.dnis))
        call.add_leg(leg)
        ask.leg = leg
        call.timer("ring", RING_OUT)
        call.open_channel(leg, None)
        self._side.rewire("consult")

    def _turn_to(self, by: LegId, target: AnyTarget) -> Asked:
        """The asking seat leaves its group, which waits."""
        room, now = self._room, self._call.now
        member = room.members[by]
        if member.parked is None:
            member.parked = member.group
            room.move(member, room.new_group(), now)
        member.aside = member.group
        member.holds, member.came_back = False, None
        ask = room.ask = Asked(target, by, member.parked, now)
        return ask

    def _wait_in(self, queue: QueueName, ask: Asked) -> None:
        assert ask.by is not None
        self.wait_on(ask)
        if self._call.switch.acd.asked(self._call.id, queue, ask.by) != "open":
            self.failed(CameBack.NOT_OPEN)

    def wait_on(self, ask: Asked) -> None:
        """For the next agent of a queue, as long as is left."""
        self._call.timer("ring", max(ask.since + QUEUE_WAIT - self._call.now, 0.0))

    # --- it does not come ---

    def far_gone(self, leg: Leg, cause: EndCause) -> None:
        """An outside party's leg is over."""
        room, ask = self._room, self._room.ask
        if ask is not None and ask.leg is leg:
            self.failed(_WORDS.get(cause, CameBack.UNREACHABLE))
        elif (member := room.members.pop(leg.id, None)) is not None:
            self.left(member)
            self._side.tidy("party_left")

    def not_reached(self, talk: Talk, cause: EndCause) -> None:
        """The call ends before whom its agent dialled has answered: they are told why."""
        call = self._call
        if talk.dials and cause in NOT_REACHED:
            call.emit(TellDesk(talk.agent, Notice(call.now, NOT_REACHED[cause], call.caller.dnis)))

    def left(self, member: Member) -> None:
        """It is out of the room. Whoever talked aside to it, and to nobody else, is told."""
        room, group = self._room, member.group
        for other in room.members.values():
            rest = [*room.of_group(group), room.parker(group)]
            if other.aside == group and all(each in (None, other) for each in rest) and not room.comes_to(group):
                other.came_back = CameBack.HUNG_UP

    def failed(self, why: CameBack) -> None:
        """The asked party is not coming. A customer who was handed over to it already is back in the queue."""
        room = self._room
        ask, room.ask = room.ask, None
        assert ask is not None
        self._call.timer("ring", None)
        if isinstance(ask.target, ToQueue):
            self._call.switch.acd.left(self._call.id)
        asker = room.members.get(ask.by) if ask.by is not None else None
        if asker is not None:
            asker.came_back = why
        self._side.tidy(why.value, lost=asker is None)

    def give_up(self, why: CameBack) -> None:
        """Whoever was asked is told that it is not wanted any more."""
        ask = self._room.ask
        assert ask is not None
        self._call_off(ask)
        if isinstance(ask.target, ToPin):
            self._call.walks.end_errand()
            self._side.customer_in(self._of(ask))
        self.failed(why)

    def _call_off(self, ask: Asked) -> None:
        if ask.talk is not None:
            self._side.over(ask.talk, Outcome.CALLER_GONE)
        elif ask.leg is not None and ask.leg.alive:
            self._call.hang_up(ask.leg, EndCause.CANCELLED)

    def everybody_out(self) -> None:
        """The customer has gone where nobody of these is: the call is no longer theirs."""
        self._nobody_comes()
        for member in list(self._room.members.values()):
            self._side.send_away(member)

    def _nobody_comes(self) -> None:
        ask, self._room.ask = self._room.ask, None
        if ask is not None:
            self._call.timer("ring", None)
            self._call_off(ask)
            if isinstance(ask.target, ToQueue):
                self._call.switch.acd.left(self._call.id)

    def asker_out(self) -> None:
        """The seat that asked is sent away. A PIN that is being keyed goes on: the customer can't know."""
        ask = self._room.ask
        assert ask is not None
        if isinstance(ask.target, ToPin):
            ask.by = None
        else:
            self._nobody_comes()

    def errand_over(self, *, passed: bool) -> None:
        """The customer has keyed their PIN, right or wrong, and is back."""
        ask = self._room.ask
        assert ask is not None
        self._side.customer_in(self._of(ask))
        self.failed(CameBack.PIN_PASSED if passed else CameBack.PIN_FAILED)

    def _of(self, ask: Asked) -> int:
        assert ask.group is not None
        return ask.group

    # --- acts ---

    def back(self, member: Member) -> None:
        """返回: whoever was asked is sent away, and who waited is talked to."""
        room = self._room
        if room.asks(member):
            self.give_up(CameBack.CANCELLED)
            return
        aside = [each for each in room.members.values() if member.aside in (each.group, each.parked)]
        for guest in aside:  # also one who has turned to somebody else meanwhile
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
        group, member.parked, member.aside = member.parked, None, None
        self._room.merge(member.group, group, self._call.now)
        self._side.rewire("join")

    def drop(self, member: Member) -> None:
        """One party of a conference is sent away."""
        self._side.send_away(member)
        self._side.tidy("dropped")

    def hand_over(self, member: Member, talk: Talk) -> None:
        """挂机: who waits and who was asked have each other, and the seat is out (呼叫转移)."""
        room, side, ask = self._room, self._side, self._room.ask
        if not room.asks(member):
            # the guest may wait after a swap, have turned away, or have left while somebody rings for this side
            guests = [
                each
                for each in room.members.values()
                if each is not member and member.aside in (each.group, each.parked)
            ]
            other = next(iter(guests), None)
            assert member.parked is not None
            if other is not None:
                talk.transferred_to = _who(other)
            else:
                assert ask is not None
                talk.transferred_to = _whom(ask)
            room.merge(member.parked, member.group, self._call.now)
            side.over(talk, Outcome.ANSWERED)
            side.tidy("handed_over")
            return
        assert ask is not None
        talk.transferred_to = _whom(ask)
        ask.by = None
        side.over(talk, Outcome.ANSWERED)
        if isinstance(ask.target, ToMenu | ToQueue):
            self._into_flow(ask, ask.target)
        side.tidy("handed_over")

    def _into_flow(self, ask: Asked, target: ToMenu | ToQueue) -> None:
        """The customer goes where no person is yet. A place that was waited in on their behalf is theirs now."""
        call, side = self._call, self._side
        if ask.talk is not None:
            side.over(ask.talk, Outcome.CALLER_GONE)
        self._room.ask = None
        call.timer("ring", None)
        side.customer_out()
        self.everybody_out()
        if isinstance(target, ToQueue):
            call.walks.into_queue(target.queue)
        else:
            call.walks.into_menu(target.flow)


def _who(member: Member) -> str:
    return f"seat:{member.talk.agent}" if member.talk is not None else f"number:{member.leg.dnis}"


def _whom(ask: Asked) -> str:
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
