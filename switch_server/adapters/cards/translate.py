"""What a card tells, as the core hears it. A key becomes a ``Secret`` here, the moment it leaves the card's private socket."""

from collections.abc import Callable
from typing import Any

from shared.secret import Secret
from switch_server.core import events as e
from switch_server.core import media as m

_TO_CORE: dict[type[m.CardEvent], Callable[[Any], e.Event]] = {
    m.CardReady: lambda told: e.CardUp(told.card, told.channels),
    m.ChannelOpened: lambda told: e.ChannelOpened(told.leg, told.near),
    m.ChannelFailed: lambda told: e.ChannelFailed(told.leg, told.reason),
    m.ChannelClosed: lambda told: e.ChannelClosed(told.leg, told.stats),
    m.PlayEnded: lambda told: e.PlayEnded(told.leg, told.play, told.reason, told.played_ms),
    m.DigitHeard: lambda told: e.DigitPressed(told.leg, Secret(told.digit), told.way, told.recording_ms),
    m.MediaSilent: lambda told: e.MediaSilent(told.leg, told.seconds),
    m.RecordingEnded: lambda told: e.RecordingEnded(told.leg, told.recording, told.cause, told.duration_ms, told.text),
}


def to_core(told: m.CardEvent) -> e.Event | None:
    """The core's event, or ``None`` for what only the operator's view needs (``CardLoad``, ``MediaLatched``)."""
    make = _TO_CORE.get(type(told))
    return None if make is None else make(told)
