"""The parties of a call, and which leg hears which (通话中的各方): members in groups, the asked party, listeners, and the talk of each seat. Pure data.

In: changes made by ``talk``. Out: the sound of each leg (``sounds_of``), the state of each seat, and the members left alone (``settle``).
A newcomer may change the rules of groups, sounds and seat states.
"""

from switch_server.core.room.outcomes import CAUSES, DIAL_NOTICES, UNREACHABLE, came_back_of, lock_after
from switch_server.core.room.parties import party_fields
from switch_server.core.room.room import AskedParty, Listener, Member, Outcome, Room, Talk
from switch_server.core.room.settling import settle
from switch_server.core.room.sounds import MUSIC, LegSound, sounds_of

__all__ = [
    "CAUSES",
    "DIAL_NOTICES",
    "MUSIC",
    "UNREACHABLE",
    "AskedParty",
    "LegSound",
    "Listener",
    "Member",
    "Outcome",
    "Room",
    "Talk",
    "came_back_of",
    "lock_after",
    "party_fields",
    "settle",
    "sounds_of",
]
