"""The parties of a call, and which leg hears which (通话中的各方): members in groups, the asked party, listeners, and the talk of each seat. Pure data.

In: changes made by ``talk``. Out: the sound of each leg (``sounds_of``), the state of each seat, and the members left alone (``settle``).
A newcomer may change the rules of groups, sounds and seat states.
"""

from switch_server.core.room.company import company
from switch_server.core.room.outcomes import CAUSES, NOT_REACHED, UNREACHABLE, blame, word_of
from switch_server.core.room.room import Asked, Listener, Member, Outcome, Room, Talk
from switch_server.core.room.settling import settle
from switch_server.core.room.sounds import MUSIC, Heard, sounds_of

__all__ = [
    "CAUSES",
    "MUSIC",
    "NOT_REACHED",
    "UNREACHABLE",
    "Asked",
    "Heard",
    "Listener",
    "Member",
    "Outcome",
    "Room",
    "Talk",
    "blame",
    "company",
    "settle",
    "sounds_of",
    "word_of",
]
