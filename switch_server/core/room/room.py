"""Who is in a conversation, and who hears whom. Pure data; ``core.talk.side``, ``consults`` and ``listening`` move people about in it.

Each member is in one *group*; the members of a group hear each other. A seat that turned to somebody else has *parked* the group it left:

```
talk        {customer, ann}
hold        {customer} ◄─parked─ {ann}
consult     {customer} ◄─parked─ {ann, bob}          swap: ann and what she parked change places
conference  {customer, ann, bob}                     join: the two groups become one
hand over   {customer, bob}                          ann has gone
```
Nobody who is alone hears silence, but for the seat that parked: music while they wait, ringback while somebody rings for them. Listeners
are in no group: a supervisor hears the group of the seat that is listened to, is heard by nobody (monitor), by that seat (whisper), or by
all of the group (barge).
"""

from enum import StrEnum

from shared.desk import AnyTarget, CameBack, desk_phone
from shared.enums import CallKind, HangingUp, ListenMode, SeatState
from shared.ids import AgentId, CallId, LegId, QueueName, leg_of
from switch_server.core.leg import ChannelState, Leg, LegState

NO_POP = frozenset({CallKind.INTERNAL, CallKind.MONITOR})
"""No customer comes to the seat with these."""
DIALLED = frozenset({CallKind.OUT, CallKind.INTERNAL})
HANGING_UP: dict[SeatState | None, HangingUp] = {
    SeatState.RINGING: HangingUp.REFUSE,
    SeatState.DIALLING: HangingUp.GIVE_UP,
    SeatState.CONSULTING: HangingUp.HAND_OVER,
    SeatState.MONITORING: HangingUp.STOP_LISTENING,
}
"""What it means in a state; in the others it follows from who else is there (``Room.leaving``)."""


class Outcome(StrEnum):
    """Why the desk's leg is gone."""

    ANSWERED = "answered"
    """They talked, and one of them hung up."""
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    """By the agent, while it rang."""
    CALLER_GONE = "caller_gone"
    """While it rang; or whoever asked the seat thought better of it."""
    LOST = "lost"
    """The desk went away in a talk."""
    PHONE_LOST = "phone_lost"
    """The desk's phone could not be reached."""
    OFFLINE = "offline"
    """The agent logged out, or their link was lost while it rang."""
    NO_CHANNEL = "no_channel"
    """The voice card had none; not the agent's fault."""


class Talk:
    """Times are UTC seconds. ``customer`` is the leg of the other side, ``waited`` the seconds in the queue before this desk rang.

    ``auto``: the agent asked for it, so the phone answers by itself.
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
        self.took = False
        """It has had the customer for its own, not only been asked."""
        self.transferred_to = ""
        """``seat:8002``, ``queue:fund``, ``number:139…``, ``menu:main``: who has the customer now."""
        self.followed = False
        """Another agent has talked to the caller since, so that the contact is theirs."""
        self.wrapped_up = False
        """What was agreed has been written already, so that no wrap-up is needed."""

    @property
    def id(self) -> LegId:
        return self.leg.id

    @property
    def call(self) -> CallId:
        return CallId(self.leg.id.rpartition("/")[0])

    @property
    def handset(self) -> bool:
        """The voice is a desk phone's: the agent may hang up there, and the app does not know of its legs."""
        return desk_phone(self.contact) is not None

    @property
    def number(self) -> str:
        """The customer's."""
        return self.customer.ani if self.customer.incoming else self.customer.dnis

    @property
    def dnis(self) -> str:
        """Our number that the customer called, or sees."""
        return self.customer.dnis if self.customer.incoming else self.customer.ani

    @property
    def state(self) -> SeatState | None:
        """What the agent's seat does because of this leg: ``None`` when it is over."""
        if self.outcome is not None or not self.leg.alive:
            return None
        doing = self.room.state_of(self.leg.id) if self.leg.state is LegState.UP else None
        return doing or (SeatState.DIALLING if self.auto else SeatState.RINGING)

    @property
    def hanging_up(self) -> HangingUp:
        """What putting the handset down would do now."""
        return HANGING_UP.get(self.state) or self.room.leaving(self.id)

    @property
    def dials(self) -> bool:
        """Its agent has called somebody, who has not answered."""
        return self.leg is not self.customer and self.kind in DIALLED and self.answered_at is None

    @property
    def pops(self) -> bool:
        """Does a customer come with it, for the screen pop to show?"""
        return self.kind not in NO_POP

    def hold(self, now: float) -> None:
        """The customer waits, whatever the agent does meanwhile."""
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
    """Somebody in a conversation. ``talk``: of a seat; ``None``: the customer, or an outside party."""

    def __init__(self, leg: Leg, talk: Talk | None, group: int, since: float) -> None:
        self.leg = leg
        self.talk = talk
        self.group = group
        self.since = since
        """Since when it is in this group; UTC seconds."""
        self.parked: int | None = None
        self.holds = False
        """It parked by pressing hold: it stays alone until it takes back."""
        self.aside: int | None = None
        """The group in which it talks to whom it asked, until they are joined or handed something."""
        self.came_back: CameBack | None = None


class Asked:
    """Somebody who has been asked to come, at most one at a time. ``target`` is ``None`` where a queue offers its caller to a seat.

    ``by``: the seat that asked; ``None``: it has gone (or never was), and who comes joins ``group``. ``leg`` and ``talk`` are there once
    somebody rings.
    """

    def __init__(self, target: AnyTarget | None, by: LegId | None, group: int | None, since: float) -> None:
        self.target = target
        self.by = by
        self.group = group
        self.since = since
        self.leg: Leg | None = None
        self.talk: Talk | None = None
        self.early = False
        """It is heard already, though it has not answered (early media)."""
        self.busy = False
        """It is a seat in a call: nobody rings, busy tone is heard."""


class Listener:
    """A supervisor; ``target``: the leg of the seat that is listened to."""

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
        self.ask: Asked | None = None
        self._groups = 0

    # --- who is where ---

    @property
    def customer(self) -> Member | None:
        """The caller, while they are in a conversation (or wait in one). Between seats nobody is one: the first leg is a seat's."""
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
        """Those it talks to."""
        return [other for other in self.of_group(member.group) if other is not member]

    def outside(self, member: Member) -> list[Member]:
        """Of those, the ones that are no seats."""
        return [other for other in self.others(member) if other.talk is None]

    def waiting_for(self, member: Member) -> list[Member]:
        """Those that it parked."""
        return [] if member.parked is None else self.of_group(member.parked)

    def parker(self, group: int) -> Member | None:
        return next((member for member in self.members.values() if member.parked == group), None)

    def comes_to(self, group: int) -> bool:
        """Is somebody on the way to them, though whoever asked has gone?"""
        return self.ask is not None and self.ask.by is None and self.ask.group == group

    def is_wanted(self, group: int) -> bool:
        """Does somebody have them on hold, or is somebody on the way to them?"""
        return self.comes_to(group) or self.parker(group) is not None

    def move(self, member: Member, group: int, now: float) -> None:
        member.group, member.since = group, now

    def merge(self, group: int, into: int, now: float) -> None:
        """Two conversations become one; whoever parked the first, or talked in it aside, or comes to it, has the second now."""
        for member in self.members.values():
            if member.group == group:
                self.move(member, into, now)
            member.parked = into if member.parked == group else member.parked
            member.aside = into if member.aside == group else member.aside
        if self.ask is not None and self.ask.group == group:
            self.ask.group = into

    def asks(self, member: Member) -> bool:
        """Has it asked somebody who has not come yet?"""
        return self.ask is not None and self.ask.by == member.leg.id

    # --- what a seat does because of it ---

    def state_of(self, leg: LegId) -> SeatState | None:
        """Of a seat whose leg is up; ``None``: it is not in the room yet."""
        if leg in self.listeners:
            return SeatState.MONITORING
        member = self.members.get(leg)
        if member is None:
            return None
        here, asks = len(self.others(member)), self.asks(member)
        if member.parked is not None:
            return SeatState.HOLDING if member.holds else SeatState.CONSULTING
        if asks:
            return SeatState.DIALLING
        return SeatState.CONFERENCE if here > 1 else SeatState.TALKING

    def leaving(self, leg: LegId) -> HangingUp:
        """What it means that this one goes, who has turned to nobody: do two others go on, one of whom may still be on the way? Not where the
        customer would be left alone, for the call is theirs.
        """
        rest = len(self.members) - 1 + (self.ask is not None)
        return HangingUp.LEAVE if rest > 1 and not self._has_alone(leg) else HangingUp.END

    def _has_alone(self, leg: LegId) -> bool:
        """Has the customer nobody but this one?"""
        customer = self.customer
        if customer is None:
            return False
        theirs = {other for other, m in self.members.items() if customer.group in (m.group, m.parked)}
        return theirs <= {customer.leg.id, leg} and not self.comes_to(customer.group)

    def heir(self, gone: LegId) -> Leg | None:
        """Who is recorded once ``gone`` has left: a party outside rather than a seat, and who came first."""
        rest = [
            m for leg, m in self.members.items() if leg != gone and m.leg.alive and m.leg.channel is ChannelState.OPEN
        ]
        return min(rest, key=lambda m: m.talk is not None).leg if rest else None
