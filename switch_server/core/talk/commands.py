"""An agent's commands about a call: hold, swap, join, hang up … Each function reads the call only, and returns ``Done`` or the reason of the refusal."""

from shared import desk
from shared.desk import DeskRefusal, Done, Refused
from shared.enums import SeatState
from switch_server.core.room import Talk
from switch_server.core.talk.side import DeskSide

CommandAnswer = Done | Refused
TALKS = frozenset({SeatState.TALKING, SeatState.CONFERENCE})
WRONG = Refused(DeskRefusal.WRONG_STATE)


def hang_up(side: DeskSide, talk: Talk, command: desk.HangUp) -> CommandAnswer:
    """Refused where hanging up would now have another effect than the agent saw (``command.means``): the talk has changed meanwhile."""
    if command.means is not talk.hanging_up:
        return WRONG
    side.ended_by_agent(talk)
    return Done()


def hold(side: DeskSide, talk: Talk, _: desk.Hold) -> CommandAnswer:
    member = side.room.members.get(talk.id)
    if member is None or talk.state not in TALKS or not side.room.others(member):
        return WRONG
    side.hold(member)
    return Done()


def retrieve(side: DeskSide, talk: Talk, _: desk.Retrieve) -> CommandAnswer:
    if talk.state is not SeatState.HOLDING:
        return WRONG
    side.retrieve(side.room.members[talk.id])
    return Done()


def back(side: DeskSide, talk: Talk, _: desk.Return) -> CommandAnswer:
    if talk.state is SeatState.DIALLING:
        side.ended_by_agent(talk)
    elif talk.state is SeatState.CONSULTING:
        side.consults.return_to_parked(side.room.members[talk.id])
    else:
        return WRONG
    return Done()


def swap(side: DeskSide, talk: Talk, _: desk.Swap) -> CommandAnswer:
    member = side.room.members.get(talk.id)
    if member is None or not side.consults.can_swap(member):
        return WRONG
    side.consults.swap(member)
    return Done()


def join(side: DeskSide, talk: Talk, _: desk.Join) -> CommandAnswer:
    member = side.room.members.get(talk.id)
    if member is None or not side.consults.can_swap(member):
        return WRONG
    side.consults.join(member)
    return Done()


def drop(side: DeskSide, talk: Talk, command: desk.DropParty) -> CommandAnswer:
    room = side.room
    member, party = room.members.get(talk.id), room.members.get(command.leg)
    if member is None or party is None or talk.state is not SeatState.CONFERENCE or party.group != member.group:
        return WRONG
    if party is side.room.customer or party is member:
        return Refused(DeskRefusal.NOT_ALLOWED)
    side.consults.drop(party)
    return Done()


def send_digits(side: DeskSide, talk: Talk, command: desk.SendDigits) -> CommandAnswer:
    member = side.room.members.get(talk.id)
    if member is None or not side.room.others(member):
        return WRONG
    side.keys.send(member, command.digits)
    return Done()


def listen(side: DeskSide, talk: Talk, command: desk.Listen) -> CommandAnswer:
    listener = side.room.listeners.get(talk.id)
    if listener is None:
        return WRONG
    side.listening.listen(listener, command.mode)
    return Done()


def intercept(side: DeskSide, talk: Talk, _: desk.Intercept) -> CommandAnswer:
    listener = side.room.listeners.get(talk.id)
    if listener is None or not side.listening.intercept(listener):
        return WRONG
    return Done()
