"""One leg (话路): the state of its line and of its card channel, from the INVITE to the card's last answer.

In: facts of lines and cards, as ``LegEvent``s. Out: the new state; the leg's call emits the effects.
A newcomer may add an event of lines or cards, and its transitions.
"""

from switch_server.core.leg.effects import (
    Answer,
    HangUp,
    LineEffect,
    PlaceCall,
    RefreshLeg,
    Reject,
    Reoffer,
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
    LegRedirected,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LegRinging,
    LegRouted,
    MediaLatched,
    MediaSilent,
    PlayEnded,
    Reason,
    RecordingEnded,
)
from switch_server.core.leg.leg import ChannelState, Leg, LegEvent, LegState
from switch_server.core.leg.line_use import LineUse
from switch_server.core.leg.second_channel import SecondChannel, SecondState

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
    "LegRedirected",
    "LegRefreshed",
    "LegReofferRefused",
    "LegReoffered",
    "LegRinging",
    "LegRouted",
    "LegState",
    "LineEffect",
    "LineUse",
    "MediaLatched",
    "MediaSilent",
    "PlaceCall",
    "PlayEnded",
    "Reason",
    "RecordingEnded",
    "RefreshLeg",
    "Reject",
    "Reoffer",
    "Ring",
    "RingDesk",
    "SecondChannel",
    "SecondState",
    "ToCard",
]
