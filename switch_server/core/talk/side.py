"""The agents' side of a call: seats ring, answer, hold, leave, or are lost. ``consults`` has the asking of other parties, ``listening`` the supervisors.

```
(no seat) ──ring──► ringing ──answered──► in the room ──agent ends──► the flow goes on (``on_ended``), or the call ends
    ▲                 │                     │
    └── next agent ◄──┘ no answer …         ├─ consult, swap, join, hand over: ``core.room.room``
    └── head of the queue, music + excuse ◄─┘ lost, and the customer has no other party
```
In a call that an agent dials, the agent's desk is rung first. After each change ``tidy`` deals with every member that is left alone: a seat
whose talk partner has gone goes back to the group that it parked, a seat or an outside party without any other party is hung up, and a customer
without any other party goes on with the flow, back to the queue, or the call ends (``Walks.left_alone``).
"""

from shared import desk
from shared.enums import CallKind, EndCause
from shared.ids import AgentId, LegId, QueueName, TrunkName
from switch_server.core.leg import Leg, LegEvent, RingDesk
from switch_server.core.room import (
    CAUSES,
    UNREACHABLE,
    AskedParty,
    Member,
    Outcome,
    Room,
    Talk,
    came_back_of,
    settle,
    sounds_of,
)
from switch_server.core.talk import records as talk_records
from switch_server.core.talk.consults import Consults
from switch_server.core.talk.facts import AgentAssigned
from switch_server.core.talk.host import TalkCall
from switch_server.core.talk.keys import Keys
from switch_server.core.talk.listening import Listening
from switch_server.core.talk.patch import Patch
from switch_server.core.words import Far, Near

DESK_TRUNK = TrunkName("desk")
"""Name of the trunk of every desk's leg."""
BUSY_TONE = 20.0
"""Seconds of busy tone before the call to a busy seat ends."""


class DeskSide:
    """``talks``: of the seats that ring or are in the call; ``last_owner``: the talk of the last seat that had the customer."""

    def __init__(self, call: TalkCall) -> None:
        self.room = Room(call.id)
        self.talks: dict[LegId, Talk] = {}
        self.last_owner: Talk | None = None
        self.consults = Consults(call, self)
        self.listening = Listening(call, self, self.consults)
        self._dialler: Talk | None = None
        """The talk of the agent who dials, until that agent's phone is up."""
        self.keys = Keys(call, self.room)
        self._patch = Patch(call)
        self._call = call

    def talk_of(self, agent: AgentId) -> Talk | None:
        return next((talk for talk in self.talks.values() if talk.agent == agent), None)

    @property
    def rings(self) -> bool:
        """Whether a desk rings for the caller who waits in the queue."""
        ask = self.room.ask
        return ask is not None and ask.target is None

    # --- the begin of a talk ---

    def ring(self, assigned: AgentAssigned) -> None:
        """Rings the seat that the ACD has chosen."""
        room = self.room
        talk = self.new_talk(
            assigned.leg, assigned.agent, assigned.kind, assigned.contact,
            queue=assigned.queue, waited=assigned.waited, auto=assigned.auto,
        )  # fmt: skip
        if assigned.by is None:
            room.ask = AskedParty(None, None, None, self._call.now)
        assert room.ask is not None
        self.ring_for(room.ask, talk, assigned.ring)

    def dial_from(self, agent: AgentId, contact: str, ring: float) -> None:
        """Rings the desk of the agent who dials; its phone answers by itself."""
        kind = CallKind.INTERNAL if self._call.internal else CallKind.OUT
        self._dialler = self.new_talk(self._call.next_leg(), agent, kind, contact, auto=True)
        self._ring(self._dialler, ring)

    def callee(self, agent: AgentId, contact: str) -> None:
        """The called seat of a call between seats: it is taken from now on, and rings when the calling agent's phone is up."""
        call = self._call
        assert self._dialler is not None
        talk = Talk(call.caller, self._dialler.leg, agent, CallKind.INTERNAL, self.room, contact=contact)
        self.begin(talk)

    def new_talk(
        self, leg_id: LegId, agent: AgentId, kind: CallKind, contact: str, *, queue: QueueName | None = None,
        waited: float = 0.0, auto: bool = False,
    ) -> Talk:  # fmt: skip
        call = self._call
        leg = Leg(leg_id, DESK_TRUNK, incoming=False, ani=call.number, dnis=agent, started=call.now)
        call.add_leg(leg)
        return Talk(leg, call.caller, agent, kind, self.room, contact=contact, queue=queue, waited=waited, auto=auto)

    def _ring(self, talk: Talk, seconds: float) -> None:
        self._call.timer("ring", seconds)
        self.begin(talk)
        self._call.open_channel(talk.leg, None)

    def begin(self, talk: Talk) -> None:
        self.talks[talk.id] = talk
        self._call.emit(talk_records.offered(talk, self._call.customer))
        self._call.switch.desks.talk_begun(talk)

    def ring_for(self, ask: AskedParty, talk: Talk, seconds: float) -> None:
        """Rings a seat that has been asked into the call."""
        ask.leg, ask.talk = talk.leg, talk
        self._ring(talk, seconds)
        self.rewire("asked")

    def opened(self, leg: Leg, near: Near) -> None:
        """The card has opened the channel of a desk's leg: rings the desk."""
        self._call.step_leg(leg, LegEvent.CHANNEL_OPENED_OUT)
        talk = self.talks[leg.id]
        self._call.emit(RingDesk(leg.id, talk.contact, leg.ani, near, talk.auto))

    def ringing(self, leg: Leg) -> None:
        """The early media of the asked party's exchange (RFC 3960) is heard in place of our ringback, as long as there is any."""
        ask = self.room.ask
        if ask is not None and ask.leg is leg and ask.talk is None and ask.early_media != leg.is_heard_early:
            ask.early_media = leg.is_heard_early
            self.rewire("early_media")

    def leg_answered(self, leg: Leg, far: Far) -> None:
        """200 OK: the parties hear each other at once, in place of ringback, music or prompts."""
        call, ask = self._call, self.room.ask
        call.change_far(leg, far)
        if self._dialler is not None and leg is self._dialler.leg:
            self._dialler_up(self._dialler)
        elif ask is not None and leg is ask.leg:
            self._asked_party_answered(ask, leg)
        else:
            self.listening.answered(leg)

    def _dialler_up(self, talk: Talk) -> None:
        """The phone of the agent who dials is up: dials the other side, or plays busy tone."""
        call, self._dialler = self._call, None
        call.timer("ring", None)
        self.room.enter(talk.leg, talk, self.room.new_group(), call.now)
        ask = self.room.ask = AskedParty(desk.ToNumber(call.number), talk.id, None, call.now)
        ask.leg, ask.talk, ask.busy = call.caller, self.talks.get(call.caller.id), call.busy is not None
        self.rewire("desk_up")
        if ask.busy:
            call.timer("setup", BUSY_TONE)
        else:
            call.dial_customer()

    def caller_came(self) -> None:
        """The dialled side of an agent's call has answered."""
        ask = self.room.ask
        assert ask is not None
        self._asked_party_answered(ask, self._call.caller)

    def _asked_party_answered(self, ask: AskedParty, leg: Leg) -> None:
        """The asked party has answered: it joins the group of the asking seat, or the group that was handed over to it."""
        call, room = self._call, self.room
        if leg is not call.caller:
            call.timer("ring", None)
        room.ask = None
        if ask.target is None or isinstance(ask.target, desk.ToQueue):
            call.switch.acd.leave(call.id, answered=True)
        asker = room.members.get(ask.by) if ask.by is not None else None
        group = asker.group if asker is not None else ask.group
        if group is None:  # from the queue: the caller comes out of the flow
            group = self.customer_in(room.new_group())
            call.ivr.far_up()
        room.enter(leg, ask.talk, group, call.now)
        dialler = asker.talk if asker is not None and asker.parked is None else None
        for talk in (ask.talk, dialler):
            if talk is not None:
                talk.answered_at = call.now
                call.emit(talk_records.answered(talk, call.customer))
                call.switch.desks.talk_answered(talk)
        self.tidy("answered")

    def customer_in(self, group: int) -> int:
        """The caller leaves the flow and enters the room."""
        self.room.enter(self._call.caller, None, group, self._call.now)
        return group

    def _update_owner(self) -> None:
        """The customer belongs to the only seat that has them, and keeps the last owner while there is no such seat."""
        owner = self.room.only_seat_with_customer()
        if owner is None or owner is self.last_owner:
            return
        if self.last_owner is not None:
            self.last_owner.followed = True
        self.last_owner = owner
        owner.had_customer = True

    # --- in a talk ---

    def hold(self, member: Member) -> None:
        """Hold: the other parties hear music (or talk on with each other), the agent hears silence; the recording goes on."""
        member.parked, member.holds, member.came_back = member.group, True, None
        self.room.move(member, self.room.new_group(), self._call.now)
        self.rewire("hold")

    def retrieve(self, member: Member) -> None:
        member.holds = False
        self.tidy("retrieve")

    # --- the end of a talk ---

    def ended_by_agent(self, talk: Talk) -> None:
        """The agent hangs up (``shared.desk.HangUp`` has the effects)."""
        member = self.room.members.get(talk.id)
        if talk is self._dialler or (member is None and talk.leg is self._call.caller):
            self._call.end(EndCause.AGENT_HUNG_UP)
        elif member is None and talk.kind is not CallKind.MONITOR:
            self.seat_gone(talk, Outcome.REFUSED)
        elif member is None:
            self.end_talk(talk, Outcome.ANSWERED)
            self.tidy("left")
        elif talk.is_dialling:
            self.end_talk(talk, Outcome.REFUSED)
            self._call.end(EndCause.AGENT_HUNG_UP)
        elif member.parked is not None and not member.holds:
            self.consults.hand_over(member, talk)
        else:
            self.end_talk(talk, Outcome.ANSWERED)
            self.tidy("agent_hung_up")

    def leg_ended(self, leg: Leg, cause: EndCause, sip_code: int) -> None:
        """A leg has ended without our hanging up. An agent ends a talk by command (or with the handset of a desk phone), so a desk's leg ends here
        when its phone did not answer, can't be reached, or was lost.
        """
        talk = self.talks.get(leg.id)
        if talk is None:
            self.consults.far_gone(leg, cause)
            return
        if talk.on_desk_phone and cause is EndCause.FAR_HUNG_UP:
            self.ended_by_agent(talk)
            return
        unreachable = sip_code in UNREACHABLE or cause in (EndCause.FAR_LOST, EndCause.RECONCILED)
        self.seat_gone(talk, Outcome.PHONE_LOST if unreachable else Outcome.NO_ANSWER)

    def seat_gone(self, talk: Talk, outcome: Outcome) -> None:
        """The desk has lost the call: the next seat is rung, or the asking seat is told, or the customer waits again, or the call ends."""
        call, ask = self._call, self.room.ask
        in_room = talk.id in self.room.members
        if in_room and outcome is not Outcome.OFFLINE:
            outcome = Outcome.LOST
        if talk.leg is call.caller and not in_room:
            self.end_talk(talk, outcome)
            call.end(CAUSES[outcome])
        elif in_room or talk.id in self.room.listeners:
            self._out_of_room(talk, outcome)
        elif ask is None or ask.talk is not talk:  # the phone of the agent who dials, or of a supervisor
            self.end_talk(talk, outcome)
            if talk.kind is not CallKind.MONITOR:
                call.end(CAUSES[outcome])
        else:
            taken = outcome is Outcome.CALLER_GONE  # by a supervisor, for another seat
            self.end_talk(talk, outcome, EndCause.ANSWERED_ELSEWHERE if taken else None)
            self._asked_party_failed(ask, outcome)

    def _out_of_room(self, talk: Talk, outcome: Outcome) -> None:
        """A seat that talked or listened is lost."""
        if talk.is_dialling:
            self.end_talk(talk, outcome)
            self._call.end(CAUSES[outcome])
            return
        member = self.room.members.get(talk.id)
        if member is not None and self.room.has_asked(member):
            self.consults.asker_out()
        self.end_talk(talk, outcome)
        self.tidy("desk_lost", lost=True)

    def _asked_party_failed(self, ask: AskedParty, outcome: Outcome) -> None:
        if ask.target is None:
            self.room.ask = None
            self._call.switch.acd.next_agent(self._call.id, blame=outcome is not Outcome.NO_CHANNEL)
        elif isinstance(ask.target, desk.ToQueue):
            ask.leg = ask.talk = None
            self.consults.set_queue_timer(ask)
            self._call.switch.acd.next_agent(self._call.id, blame=outcome is not Outcome.NO_CHANNEL)
            self.rewire(outcome.value)
        else:
            self.consults.failed(came_back_of(outcome))

    def channel_lost(self, leg: Leg) -> None:
        """The card has no channel for this leg, or has closed it."""
        talk = self.talks.get(leg.id)
        if talk is not None:
            self.seat_gone(talk, Outcome.NO_CHANNEL)
        else:
            self._call.hang_up(leg, EndCause.REJECTED_FULL)
            self.consults.far_gone(leg, EndCause.REJECTED_FULL)

    def ring_timed_out(self) -> None:
        """The time to answer is over. A phone of the app that did not answer by itself for its own agent is out of order."""
        ask = self.room.ask
        if self._dialler is not None:
            self.seat_gone(self._dialler, Outcome.NO_ANSWER if self._dialler.on_desk_phone else Outcome.PHONE_LOST)
        elif ask is not None and ask.talk is not None:
            self.seat_gone(ask.talk, Outcome.NO_ANSWER)
        else:
            self.consults.give_up(desk.CameBack.NO_ANSWER)

    def call_ends(self, cause: EndCause) -> None:
        """The call ends: all its talks end."""
        for talk in list(self.talks.values()):
            self.consults.not_reached(talk, cause)
            self.end_talk(talk, Outcome.CALLER_GONE if talk.answered_at is None else Outcome.ANSWERED, cause)
        self.room.ask = self._dialler = None
        self.room.members.clear()
        self._call.timer("ring", None)

    def leave_queue(self) -> None:
        """The caller has left the queue: a desk that rings for the caller stops ringing."""
        ask = self.room.ask
        if ask is not None and ask.target is None and ask.talk is not None:
            self.end_talk(ask.talk, Outcome.CALLER_GONE)
            self.room.ask = None

    def end_talk(self, talk: Talk, outcome: Outcome, cause: EndCause | None = None) -> None:
        """The talk ends: its seat leaves the call."""
        call = self._call
        del self.talks[talk.id]
        if (member := self.room.members.pop(talk.id, None)) is not None:
            self.consults.left(member)
        self.room.listeners.pop(talk.id, None)
        self.listening.forget(talk)
        ask = self.room.ask
        if talk is self._dialler or (ask is not None and ask.talk is talk):
            call.timer("ring", None)
        self._dialler = None if talk is self._dialler else self._dialler
        if talk.leg.alive:
            call.hang_up(talk.leg, cause or CAUSES[outcome])
        talk.end(outcome, call.now)
        call.emit(talk_records.ended(talk, call.customer))
        call.switch.desks.talk_over(talk)

    def send_away(self, member: Member) -> None:
        """Hangs up a member without any other party."""
        if self.room.has_asked(member):
            self.consults.asker_out()
        if member.talk is not None:
            self.end_talk(member.talk, Outcome.ANSWERED)
        else:
            del self.room.members[member.leg.id]
            self._call.hang_up(member.leg, EndCause.AGENT_HUNG_UP)

    # --- members that are left alone ---

    def tidy(self, event: str, *, lost: bool = False) -> None:
        """Deals with all members that are left alone, then updates card and desks. ``lost``: a desk was lost, so that a customer who is left alone
        gets an excuse.
        """
        while (alone := settle(self.room, self._call.now)) is not None:
            self._left_alone(alone, lost=lost)
        if self._call.internal and not self.room.members:
            self._call.end(EndCause.DESK_LOST if lost else EndCause.AGENT_HUNG_UP)
        self.listening.tidy()
        self.rewire(event)

    def _left_alone(self, member: Member, *, lost: bool) -> None:
        if member is not self.room.customer:
            self.send_away(member)
            return
        self.customer_out()
        self.consults.hang_up_all()
        self._call.walks.left_alone(lost=lost)

    def customer_out(self) -> None:
        """The caller goes back into the flow."""
        self.room.members.pop(self._call.caller.id)
        self._patch.take_out(self._call.caller.id)

    # --- after each change ---

    def rewire(self, event: str) -> None:
        """Sends the card the changed sounds, keeps the hold times and the owner of the customer, and updates the seats."""
        call = self._call
        self._patch.set(sounds_of(self.room))
        for member in self.room.members.values():
            if member.talk is not None:
                member.talk.hold(call.now) if self.consults.keeps_waiting(member) else member.talk.retrieve(call.now)
        self._update_owner()
        for talk in list(self.talks.values()):
            call.switch.desks.talk_moved(talk, event)
