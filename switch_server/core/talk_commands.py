"""What an agent does in a call: hold, swap, join, hang up … Each looks at the call only; the answer says why not."""

from typing import TYPE_CHECKING

from shared import desk
from shared.desk import DeskRefusal, Done, Refused
from shared.enums import SeatState
from switch_server.core.talk import Talk

if TYPE_CHECKING:
    from switch_server.core.call import Call

Answer = Done | Refused
TALKS = frozenset({SeatState.TALKING, SeatState.CONFERENCE})
WRONG = Refused(DeskRefusal.WRONG_STATE)


def hang_up(call: "Call", talk: Talk, command: desk.HangUp) -> Answer:
    """Not if it crossed with a change that makes it do something that the agent did not mean."""
    if command.means is not talk.hanging_up:
        return WRONG
    call.desk.ended_by_agent(talk)
    return Done()


def hold(call: "Call", talk: Talk, _: desk.Hold) -> Answer:
    member = call.desk.room.members.get(talk.id)
    if member is None or talk.state not in TALKS or not call.desk.room.others(member):
        return WRONG
    call.desk.hold(member)
    return Done()


def retrieve(call: "Call", talk: Talk, _: desk.Retrieve) -> Answer:
    if talk.state is not SeatState.HOLDING:
        return WRONG
    call.desk.retrieve(call.desk.room.members[talk.id])
    return Done()


def back(call: "Call", talk: Talk, _: desk.Return) -> Answer:
    if talk.state is SeatState.DIALLING:
        call.desk.ended_by_agent(talk)
    elif talk.state is SeatState.CONSULTING:
        call.desk.consults.back(call.desk.room.members[talk.id])
    else:
        return WRONG
    return Done()


def swap(call: "Call", talk: Talk, _: desk.Swap) -> Answer:
    member = call.desk.room.members.get(talk.id)
    if member is None or not call.desk.consults.has_two(member):
        return WRONG
    call.desk.consults.swap(member)
    return Done()


def join(call: "Call", talk: Talk, _: desk.Join) -> Answer:
    member = call.desk.room.members.get(talk.id)
    if member is None or not call.desk.consults.has_two(member):
        return WRONG
    call.desk.consults.join(member)
    return Done()


def drop(call: "Call", talk: Talk, command: desk.DropParty) -> Answer:
    room = call.desk.room
    member, party = room.members.get(talk.id), room.members.get(command.leg)
    if member is None or party is None or talk.state is not SeatState.CONFERENCE or party.group != member.group:
        return WRONG
    if party is call.desk.room.customer or party is member:
        return Refused(DeskRefusal.NOT_ALLOWED)
    call.desk.consults.drop(party)
    return Done()


def send_digits(call: "Call", talk: Talk, command: desk.SendDigits) -> Answer:
    member = call.desk.room.members.get(talk.id)
    if member is None or not call.desk.room.others(member):
        return WRONG
    call.desk.send_digits(member, command.digits)
    return Done()


def listen(call: "Call", talk: Talk, command: desk.Listen) -> Answer:
    listener = call.desk.room.listeners.get(talk.id)
    if listener is None:
        return WRONG
    call.desk.listening.listen(listener, command.mode)
    return Done()


def intercept(call: "Call", talk: Talk, _: desk.Intercept) -> Answer:
    listener = call.desk.room.listeners.get(talk.id)
    if listener is None or not call.desk.listening.intercept(listener):
        return WRONG
    return Done()
