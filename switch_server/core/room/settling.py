"""No member of a room is left alone: finds the members without another party, and reunites a seat with the group that it parked. Pure."""

from switch_server.core.room.room import Member, Room


def settle(room: Room, now: float) -> Member | None:
    """Moves each seat that is left alone back to the group that it parked, and clears a parked group that is empty.

    Returns a member without any other party, which the caller must deal with before the next call; ``None`` when there is none left.
    """
    while (found := _unsettled(room)) is not None:
        member, still_waited_for = found
        if not still_waited_for:
            member.parked, member.holds, member.consult_group = None, False, None
        elif member.parked is not None:
            room.move(member, member.parked, now)
            member.parked = member.consult_group = None
        else:
            return member
    return None


def _unsettled(room: Room) -> tuple[Member, bool] | None:
    """The first member to deal with. ``False``: its parked group is empty; ``True``: it is alone, and no party will join it."""
    for member in room.members.values():
        if room.has_asked(member):
            continue
        if member.parked is not None and not room.parked_by(member):
            return member, False
        if not member.holds and not room.others(member) and not room.is_waiting(member.group):
            return member, True
    return None
