"""Who is in a conversation, and who hears whom. Pure data; ``core.desk_side``, ``consults`` and ``listening`` move people about in it.

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

from typing import NamedTuple

from shared.desk import AnyTarget, CameBack, ToMenu, ToPin
from shared.enums import HangingUp, ListenMode, SeatState
from shared.ids import CallId, LegId, leg_of
from switch_server.core.leg import ChannelState, Leg
from switch_server.core.talk import Talk

MUSIC = "music"
RINGBACK = "tone:ringback"
BUSY = "tone:busy"


class Sound(NamedTuple):
    """What a leg hears: other legs, or something that is played (``MUSIC`` stands for the call's own)."""

    hears: tuple[LegId, ...] = ()
    play: str = ""


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


class Ask:
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
        self.ask: Ask | None = None
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

    # --- who hears whom ---

    def sounds(self) -> dict[LegId, Sound]:
        """What each member, each listener, and an asked party that is heard early, must hear now."""
        early = self._early()
        sounds = {leg: self._sound(member) for leg, member in self.members.items()}
        for leg, listener in self.listeners.items():
            target = self.members.get(listener.target)
            voices = self._voices(target.group, early) if target is not None else []
            sounds[leg] = Sound(tuple(voice for voice in voices if voice != leg))
        if early is not None:
            leg, group = early
            sounds[leg] = Sound(tuple(voice for voice in self._voices(group, early) if voice != leg))
        return sounds

    def _sound(self, member: Member) -> Sound:
        leg = member.leg.id
        heard = [voice for voice in self._voices(member.group, self._early()) if voice != leg]
        heard += [
            other for other, each in self.listeners.items() if each.target == leg and each.mode is ListenMode.WHISPER
        ]
        return Sound(tuple(heard)) if heard else Sound((), self._alone(member))

    def _voices(self, group: int, early: tuple[LegId, int] | None) -> list[LegId]:
        voices = [member.leg.id for member in self.of_group(group)]
        if early is not None and early[1] == group:
            voices.append(early[0])
        for leg, listener in self.listeners.items():
            target = self.members.get(listener.target)
            if listener.mode is ListenMode.BARGE and target is not None and target.group == group:
                voices.append(leg)
        return voices

    def _early(self) -> tuple[LegId, int] | None:
        ask = self.ask
        if ask is None or not ask.early or ask.leg is None:
            return None
        asker = self.members.get(ask.by) if ask.by is not None else None
        group = asker.group if asker is not None else ask.group
        return (ask.leg.id, group) if group is not None else None

    def _alone(self, member: Member) -> str:
        """What is played to somebody who has nobody to talk to."""
        ask = self.ask
        if self.asks(member):
            assert ask is not None
            return BUSY if ask.busy else RINGBACK if _rings(ask) else ""
        if self.comes_to(member.group):
            return RINGBACK
        return "" if member.parked is not None and self.parker(member.group) is None else MUSIC


def _rings(ask: Ask) -> bool:
    """Would a telephone ring? (A menu, or the customer who keys a PIN, does not.)"""
    return not isinstance(ask.target, ToMenu | ToPin)


def settle(room: Room, now: float) -> Member | None:
    """Takes back who waited for a party that is gone. Gives somebody who has nobody left, for the call to see to, until there is nobody."""
    while (found := _unsettled(room)) is not None:
        member, still_waited_for = found
        if not still_waited_for:
            member.parked, member.holds, member.aside = None, False, None
        elif member.parked is not None:
            room.move(member, member.parked, now)
            member.parked = member.aside = None
        else:
            return member
    return None


def _unsettled(room: Room) -> tuple[Member, bool] | None:
    """The first who is not in order, and whether anybody waits for them (or, with nothing parked, whether they are alone)."""
    for member in room.members.values():
        if room.asks(member):
            continue
        if member.parked is not None and not room.waiting_for(member):
            return member, False
        if not member.holds and not room.others(member) and not room.is_wanted(member.group):
            return member, True
    return None
