"""One call (通话) from admission to its records: its legs, its recording, its walks, its end.

In: INVITEs, choices to dial, the legs' facts. Out: lines, channels, recordings, rows. New here: how calls begin, what is kept of them.
"""

from switch_server.core.call.admission import (
    Card,
    LineSwitchboard,
    channels_used,
    lines_used,
    shown_number,
    takes,
    trunk_out,
)
from switch_server.core.call.call import TIMERS, Call, CallState
from switch_server.core.call.effects import FindCaller
from switch_server.core.call.facts import CallerFound, CallOffered, LegPlaced
from switch_server.core.call.leg_facts import AnyLegFact, tell_call
from switch_server.core.call.openings import offered
from switch_server.core.call.outgoing import CallPlaced, ForAgent, ForCallback, NoWay, Way, placed, way_inside, way_out

__all__ = [
    "TIMERS",
    "AnyLegFact",
    "Call",
    "CallOffered",
    "CallPlaced",
    "CallState",
    "CallerFound",
    "Card",
    "FindCaller",
    "ForAgent",
    "ForCallback",
    "LegPlaced",
    "LineSwitchboard",
    "NoWay",
    "Way",
    "channels_used",
    "lines_used",
    "offered",
    "placed",
    "shown_number",
    "takes",
    "tell_call",
    "trunk_out",
    "way_inside",
    "way_out",
]
