"""One leg (话路): a line's and its card channel's state, from INVITE to the last answer of the card.

In: facts of lines and cards. Out: nothing by itself; whose leg it is gives the effects. New here: an event of lines or cards that moves a leg.
"""

from switch_server.core.leg.effects import (
    Answer,
    HangUp,
    LineEffect,
    PlaceCall,
    RefreshLeg,
    Reject,
    Ring,
    RingDesk,
    ToCard,
)
from switch_server.core.leg.facts import (
    ChannelClosed,
    ChannelFailed,
    ChannelOpened,
    DigitPressed,
    DigitUsed,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegRinging,
    MediaSilent,
    PlayEnded,
    RecordingEnded,
)
from switch_server.core.leg.leg import ChannelState, Leg, LegEvent, LegState

__all__ = [
    "Answer",
    "ChannelClosed",
    "ChannelFailed",
    "ChannelOpened",
    "ChannelState",
    "DigitPressed",
    "DigitUsed",
    "HangUp",
    "Leg",
    "LegAnswered",
    "LegChanged",
    "LegConfirmed",
    "LegEnded",
    "LegEvent",
    "LegRefreshed",
    "LegRinging",
    "LegState",
    "LineEffect",
    "MediaSilent",
    "PlaceCall",
    "PlayEnded",
    "RecordingEnded",
    "RefreshLeg",
    "Reject",
    "Ring",
    "RingDesk",
    "ToCard",
]
