"""The parties of a call, in groups. Pure data; ``core.talk`` moves the parties.

Each member is in one *group*; the members of a group hear each other. A seat that turns to another party *parks* the group that it leaves:

```
talk        {customer, ann}
hold        {customer} ◄─parked─ {ann}
consult     {customer} ◄─parked─ {ann, bob}          swap: ann parks bob and talks to the customer
conference  {customer, ann, bob}                     join: the two groups become one
hand over   {customer, bob}                          ann has gone
```
A member that is alone in its group hears music while it waits, or ringback while a party rings for it; only a seat that parked a group may
hear silence. Listeners are in no group: a supervisor hears the group of a seat, and is heard by no party (monitor), by that seat (whisper),
or by the whole group (barge).
"""

from enum import StrEnum

from shared.desk import AnyTarget, CameBack, desk_phone
from shared.enums import CallKind, HangingUp, ListenMode, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName, leg_of
from switch_server.core.leg import ChannelState, Leg, LegState

NO_POP = frozenset({CallKind.INTERNAL, CallKind.MONITOR})
"""Kinds of talk that bring no customer to the seat."""
DIALLED = frozenset({CallKind.OUT, CallKind.INTERNAL})
HANGING_UP: dict[SeatState | None, HangingUp] = {
    SeatState.RINGING: HangingUp.REFUSE,
    SeatState.DIALLING: HangingUp.GIVE_UP,
    SeatState.CONSULTING: HangingUp.HAND_OVER,
    SeatState.MONITORING: HangingUp.STOP_LISTENING,
}
"""Effect of hanging up, by the seat's state; in other states it follows from the other parties (``Room.leaving``)."""


class Outcome(StrEnum):
    """Why a desk's leg has ended."""

    ANSWERED = "answered"
    """The agent talked, and one side hung up."""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """The agent refused while the desk rang."""
    CALLER_GONE = "caller_gone"
    """The caller hung up while the desk rang; or the agent who asked the seat took the request back."""
    LOST = "lost"
    """The desk was lost in a talk."""
    PHONE_LOST = "phone_lost"
    """The desk's phone could not be reached."""
    OFFLINE = "offline"
    """The agent logged out, or their link was lost while it rang."""
    NO_CHANNEL = "no_channel"
    """The voice card had no free channel; not the agent's fault."""


class Talk:
    """One agent's part in a call. Times are UTC seconds. ``customer``: the leg of the other side; ``waited``: seconds in the queue before this desk rang.

    ``auto``: the agent asked for this call, so the phone answers by itself.
    """

    def __init__(
        self,
        leg: Leg,
        customer: Leg,
        agent: AgentId,
        kind: CallKind,
        room: "Room",
        *,
        contact: str,
        queue: QueueName | None = None,
        waited: float = 0.0,
        auto: bool = False,
    ) -> None:
        self.leg = leg
        self.customer = customer
        self.agent = agent
        self.kind = kind
        self.room = room
        self.auto = auto
        self.contact = contact
        self.queue = queue
        self.waited = waited
        self.offered_at = leg.started
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.held_at: float | None = None
        self.held_s = 0.0
        self.outcome: Outcome | None = None
        self.disposition = ""
        self.note = ""
        self.had_customer = False
        """The customer has been this agent's own; else the agent was only consulted."""
        self.transferred_to = ""
        """The target to which this agent transferred the customer: ``seat:8002``, ``queue:fund``, ``number:139…``, ``menu:main``."""
        self.followed = False
        """Another agent has talked to the caller since, so that the contact record belongs to that agent."""
        self.wrapped_up = False
        """The disposition has been entered already, so that no wrap-up follows."""

    @property
    def id(self) -> LegId:
        return self.leg.id

    @property
    def call(self) -> CallId:
        return CallId(self.leg.id.rpartition("/")[0])

    @property
    def on_desk_phone(self) -> bool:
        """Whether a SIP desk phone has the voice: the agent may hang up there, and the app reports no legs of it."""
        return desk_phone(self.contact) is not None

    @property
    def number(self) -> str:
        """The customer's number."""
        return self.customer.ani if self.customer.incoming else self.customer.dnis

    @property
    def dnis(self) -> str:
        """Our number: the one that the customer called, or the one that we show to the customer."""
        return self.customer.dnis if self.customer.incoming else self.customer.ani

    @property
    def state(self) -> SeatState | None:
        """State of the agent's seat that follows from this leg; ``None`` when the talk is over."""
        if self.outcome is not None or not self.leg.alive:
            return None
        doing = self.room.state_of(self.leg.id) if self.leg.state is LegState.UP else None
        return doing or (SeatState.DIALLING if self.auto else SeatState.RINGING)

    @property
    def hanging_up(self) -> HangingUp:
        """The effect of hanging up now."""
        return HANGING_UP.get(self.state) or self.room.leaving(self.id)

    @property
    def is_dialling(self) -> bool:
        """Whether the agent has dialled, and the other side has not answered yet."""
        return self.leg is not self.customer and self.kind in DIALLED and self.answered_at is None

    @property
    def shows_pop(self) -> bool:
        """Whether the talk brings a customer, so that the desk shows a screen pop."""
        return self.kind not in NO_POP

    def hold(self, now: float) -> None:
        """The customer waits from now on, also while the agent talks to others."""
        if self.held_at is None:
            self.held_at = now

    def retrieve(self, now: float) -> None:
        if self.held_at is not None:
            self.held_s += now - self.held_at
            self.held_at = None

    def end(self, outcome: Outcome, now: float) -> None:
        self.retrieve(now)
        self.outcome = outcome
        self.ended_at = now


class Member:
    """A party of the call. ``talk``: the talk of a seat; ``None`` for the customer and for an outside party."""

    def __init__(self, leg: Leg, talk: Talk | None, group: int, since: float) -> None:
        self.leg = leg
        self.talk = talk
        self.group = group
        self.since = since
        """UTC seconds at which it came into this group."""
        self.parked: int | None = None
        """The group that the seat parked."""
        self.holds = False
        """The seat parked the group by hold, and stays alone until it retrieves the group."""
        self.consult_group: int | None = None
        """The group in which the seat talks to the consulted party, until the groups are joined or the customer is handed over."""
        self.came_back: CameBack | None = None
        """How the seat's last request to another party ended without that party."""


class AskedParty:
    """A party that has been asked into the call, at most one at a time. ``target`` is ``None`` where a queue offers its caller to a seat.

    ``by``: the seat that asked; ``None``: that seat has gone, or a queue asked, and the party joins ``group``. ``leg`` and ``talk`` are set
    when a telephone or a desk rings.
    """

    def __init__(self, target: AnyTarget | None, by: LegId | None, group: int | None, since: float) -> None:
        self.target = target
        self.by = by
        self.group = group
        self.since = since
        self.leg: Leg | None = None
        self.talk: Talk | None = None
        self.early_media = False
        """Whether the party's early media is heard, before the party answers."""
        self.busy = False
        """The party is a seat in a call: no desk rings, and the asking seat hears busy tone."""


class Listener:
    """A supervisor who listens in; ``target``: the leg of the seat that the supervisor listens to."""

    def __init__(self, leg: Leg, talk: Talk, target: LegId, mode: ListenMode) -> None:
        self.leg = leg
        self.talk = talk
        self.target = target
        self.mode = mode


class Room:
    def __init__(self, call: CallId) -> None:
        self.call = call
        self.members: dict[LegId, Member] = {}
        self.listeners: dict[LegId, Listener] = {}
        self.ask: AskedParty | None = None
        self._groups = 0

    # --- members and groups ---

    @property
    def customer(self) -> Member | None:
        """The customer's member, while the customer is in the room. In a call between two seats there is none: the first leg is a seat's."""
        first = self.members.get(leg_of(self.call, 1))
        return first if first is not None and first.talk is None else None

    def new_group(self) -> int:
        self._groups += 1
        return self._groups

    def enter(self, leg: Leg, talk: Talk | None, group: int, now: float) -> Member:
        member = self.members[leg.id] = Member(leg, talk, group, now)
        return member

    def of_group(self, group: int | None) -> list[Member]:
        return [member for member in self.members.values() if member.group == group]

    def others(self, member: Member) -> list[Member]:
        """The members that this one talks to."""
        return [other for other in self.of_group(member.group) if other is not member]

    def outside(self, member: Member) -> list[Member]:
        """The members that this one talks to and that are no seats."""
        return [other for other in self.others(member) if other.talk is None]

    def parked_by(self, member: Member) -> list[Member]:
        """The members that this one parked."""
        return [] if member.parked is None else self.of_group(member.parked)

    def parker(self, group: int) -> Member | None:
        return next((member for member in self.members.values() if member.parked == group), None)

    def awaits_party(self, group: int) -> bool:
        """Whether an asked party will join this group, and no seat waits for it (the asking seat has gone, or a queue asked)."""
        return self.ask is not None and self.ask.by is None and self.ask.group == group

    def is_waiting(self, group: int) -> bool:
        """Whether a seat has parked this group, or an asked party will join it."""
        return self.awaits_party(group) or self.parker(group) is not None

    def move(self, member: Member, group: int, now: float) -> None:
        member.group, member.since = group, now

    def merge(self, group: int, into: int, now: float) -> None:
        """``group`` becomes part of ``into``, also where it was parked, was a seat's ``consult_group``, or was the group that the asked party will join."""
        for member in self.members.values():
            if member.group == group:
                self.move(member, into, now)
            member.parked = into if member.parked == group else member.parked
            member.consult_group = into if member.consult_group == group else member.consult_group
        if self.ask is not None and self.ask.group == group:
            self.ask.group = into

    def has_asked(self, member: Member) -> bool:
        """Whether this member has asked a party that has not come yet."""
        return self.ask is not None and self.ask.by == member.leg.id

    # --- the state of a seat, and the end of its part ---

    def state_of(self, leg: LegId) -> SeatState | None:
        """State of a seat whose leg is up; ``None``: it is not in the room yet."""
        if leg in self.listeners:
            return SeatState.MONITORING
        member = self.members.get(leg)
        if member is None:
            return None
        here, asks = len(self.others(member)), self.has_asked(member)
        if member.parked is not None:
            return SeatState.HOLDING if member.holds else SeatState.CONSULTING
        if asks:
            return SeatState.DIALLING
        return SeatState.CONFERENCE if here > 1 else SeatState.TALKING

    def leaving(self, leg: LegId) -> HangingUp:
        """The effect of hanging up for a seat that has parked no group. ``LEAVE``: at least two other parties go on (the asked party counts),
        and the customer has another party; else ``END``.
        """
        rest = len(self.members) - 1 + (self.ask is not None)
        return HangingUp.LEAVE if rest > 1 and not self._customer_has_only(leg) else HangingUp.END

    def _customer_has_only(self, leg: LegId) -> bool:
        """Whether the customer has no other party than this leg."""
        customer = self.customer
        if customer is None:
            return False
        theirs = {other for other, m in self.members.items() if customer.group in (m.group, m.parked)}
        return theirs <= {customer.leg.id, leg} and not self.awaits_party(customer.group)

    def only_seat_with_customer(self) -> Talk | None:
        """The talk of the only seat in the customer's group. ``None``: there are several seats or none, or the customer's group is parked."""
        customer = self.customer
        others = [] if customer is None or self.parker(customer.group) else self.others(customer)
        seats = [other.talk for other in others if other.talk is not None]
        return seats[0] if len(seats) == 1 else None

    def next_recorded(self, gone: LegId) -> Leg | None:
        """The leg whose recording goes on after ``gone`` has left: the first outside party, else the first seat."""
        rest = [
            m for leg, m in self.members.items() if leg != gone and m.leg.alive and m.leg.channel is ChannelState.OPEN
        ]
        return min(rest, key=lambda m: m.talk is not None).leg if rest else None
