"""A card's events as the core's events. A key becomes a ``Secret`` here, as soon as it leaves the card's private socket."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from shared.ids import CardId
from shared.secret import Secret
from switch_server.core.facts import CardUp
from switch_server.core.fax import facts as faxes
from switch_server.core.leg import facts as leg
from switch_server.core.words import Event
from switch_server.core.words import fax as f
from switch_server.core.words import media as m

_TO_CORE: dict[type[m.CardEvent], Callable[[Any], Event]] = {
    m.CardReady: lambda told: CardUp(told.card, told.channels, told.kind),
    m.ChannelOpened: lambda told: leg.ChannelOpened(told.leg, told.near),
    m.ChannelFailed: lambda told: leg.ChannelFailed(told.leg, told.reason),
    m.ChannelClosed: lambda told: leg.ChannelClosed(told.leg, told.stats),
    m.PlayEnded: lambda told: leg.PlayEnded(told.leg, told.play, told.reason, told.played_ms),
    m.DigitHeard: lambda told: leg.DigitPressed(told.leg, Secret(told.digit), told.way, told.recording_ms),
    m.MediaLatched: lambda told: leg.MediaLatched(told.leg),
    m.MediaSilent: lambda told: leg.MediaSilent(told.leg, told.seconds),
    m.RecordingEnded: lambda told: leg.RecordingEnded(
        told.leg, told.recording, told.cause, told.duration_ms, told.text
    ),
    f.FaxConnected: lambda told: faxes.FaxConnected(
        told.leg, told.fax, told.remote, told.bit_rate, told.ecm, told.t38
    ),
    f.FaxPage: lambda told: faxes.FaxPage(
        told.leg, told.fax, told.pages, told.bit_rate, told.resends, told.bad_rows
    ),
    f.FaxEnded: lambda told: faxes.FaxEnded(
        told.leg, told.fax, told.result, told.t30, told.pages, told.remote, told.bit_rate, told.modem, told.ecm,
        told.resends, told.t38,
    ),
    f.FaxToneHeard: lambda told: faxes.FaxToneHeard(told.leg),
}  # fmt: skip
_WITH_CARD = leg.ChannelOpened | leg.ChannelFailed | leg.ChannelClosed


def to_core(told: m.CardEvent, card: CardId) -> Event | None:
    """The core's event, or ``None`` for an event that only the operator's view needs (``CardLoad``). ``card``: the card that has told it."""
    make = _TO_CORE.get(type(told))
    if make is None:
        return None
    event = make(told)
    return replace(event, card=card) if isinstance(event, _WITH_CARD) else event
