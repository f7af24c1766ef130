"""Nobody is left alone: who in a room waits for nobody, and where they go. Pure."""

from switch_server.core.room.room import Member, Room


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
