"""Who hears whom in a call (通话中的各方): members in groups, who is asked, who listens, and the talk of each seat. Pure data.

In: moves made by ``talk``. Out: what each leg hears (``sounds_of``), what each seat does, who is left alone. New here: a way of being together.
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
