"""The agents' side of a call: seats ring, answer, hold, consult, hand over, are listened to, or are lost.

In: decisions (``AgentAssigned``, ``Consulted`` …), events of the desks' legs, commands about a call. Out: ``RingDesk``, ``Hear`` and ``Play``, rows of
talks, changes for the seats (``SeatHost``).
A newcomer may add what an agent can do in a call (``commands``, and ``consults``, ``listening`` or ``side``).
"""

from switch_server.core.talk.effects import TellDesk
from switch_server.core.talk.facts import AgentAssigned, Consulted, DeskGone, ListenerCame
from switch_server.core.talk.host import CallSwitchboard
from switch_server.core.talk.records import ContactRow, with_talk
from switch_server.core.talk.side import DESK_TRUNK, DeskSide

__all__ = [
    "DESK_TRUNK",
    "AgentAssigned",
    "CallSwitchboard",
    "Consulted",
    "ContactRow",
    "DeskGone",
    "DeskSide",
    "ListenerCame",
    "TellDesk",
    "with_talk",
]
