"""One call (通话) from admission to its records: its legs, its recording, its walks, its end.

In: INVITEs, choices to dial, the legs' facts. Out: lines, channels, recordings, rows. New here: how calls begin, what is kept of them.
"""

from switch_server.core.call.admission import (
    Card,
    LineSwitchboard,
    channels_used,
    lines_used,
    takes,
)
from switch_server.core.call.call import TIMERS, Call, CallState
from switch_server.core.call.effects import FindCaller
from switch_server.core.call.facts import CallerFound, CallOffered, LegPlaced
from switch_server.core.call.leg_facts import AnyLegFact, tell_call
from switch_server.core.call.openings import offered
from switch_server.core.call.outgoing import (
    CallPlaced,
    ForAgent,
    ForCallback,
    ForConsult,
    NoWay,
    Way,
    next_try,
    placed,
    way_inside,
    way_out,
)

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
    "ForConsult",
    "LegPlaced",
    "LineSwitchboard",
    "NoWay",
    "Way",
    "channels_used",
    "lines_used",
    "next_try",
    "offered",
    "placed",
    "takes",
    "tell_call",
    "way_inside",
    "way_out",
]
