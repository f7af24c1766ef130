"""One call (通话) from admission to its records: its legs, its recordings, its walks through flows, its end.

In: ``CallOffered`` (INVITE), ``CallPlaced`` (a call that the switch makes), facts of the legs. Out: effects on lines and cards, recordings, rows.
A newcomer may add a purpose of outgoing calls (``outgoing``), or a column of the records (``records``).
"""

from switch_server.core.call.admission import (
    KnownCard,
    LineSwitchboard,
    freest_card,
    may_carry,
)
from switch_server.core.call.call import TIMERS, Call, CallState
from switch_server.core.call.effects import FindCaller
from switch_server.core.call.facts import CallerFound, CallOffered, LegPlaced
from switch_server.core.call.incoming import take_offer
from switch_server.core.call.leg_facts import AnyLegFact, tell_call
from switch_server.core.call.outgoing import (
    CallPlaced,
    ForAgent,
    ForCallback,
    ForConsult,
    ForFax,
    NoRoute,
    Route,
    make_call,
    next_try,
    route_inside,
    route_out,
)
from switch_server.core.call.trunk_choice import TrunkChanged, TrunkChoice

__all__ = [
    "TIMERS",
    "AnyLegFact",
    "Call",
    "CallOffered",
    "CallPlaced",
    "CallState",
    "CallerFound",
    "FindCaller",
    "ForAgent",
    "ForCallback",
    "ForConsult",
    "ForFax",
    "KnownCard",
    "LegPlaced",
    "LineSwitchboard",
    "NoRoute",
    "Route",
    "TrunkChanged",
    "TrunkChoice",
    "freest_card",
    "make_call",
    "may_carry",
    "next_try",
    "route_inside",
    "route_out",
    "take_offer",
    "tell_call",
]
