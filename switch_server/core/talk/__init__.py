"""The desks' side of a call: seats are rung, answer, hold, ask others in, hand over, are listened to, are lost.

In: choices (``AgentAssigned``, ``Consulted`` …), the legs' answers, commands about a call. Out: rings, patches, rows of talks, word to the seats.
New here: what an agent can do in a call.
"""

from switch_server.core.talk.effects import TellDesk
from switch_server.core.talk.facts import AgentAssigned, Consulted, DeskGone, ListenerCame
from switch_server.core.talk.host import CallSwitchboard
from switch_server.core.talk.records import ContactRow, with_talk
from switch_server.core.talk.side import DESK, DeskSide

__all__ = [
    "DESK",
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
