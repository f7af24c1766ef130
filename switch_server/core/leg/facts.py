"""Facts about one leg, from the SIP lines and the cards."""

from msgspec import Struct

from shared.enums import DigitMode, EndCause, PlayEnd
from shared.ids import (
    CardId,
    LegId,
    RecordingId,
)
from shared.secret import Secret
from switch_server.core.words import Event, Far, MediaStats, Near


class Reason(Struct, frozen=True):
    """What the network said about the end of a leg (RFC 3326). ``q850``: a cause of ITU-T Q.850; ``sip``: a status code; ``None``: not said."""

    q850: int | None = None
    sip: int | None = None
    text: str = ""


class LegRinging(Event, frozen=True):
    """A provisional response on a leg that we placed. ``far``: the early media that the far end offers at present; ``None``: it offers none.

    ``sip_code``: 180, 181 (forwarded), 182 (queued), 183, 199 (one of several early dialogs has ended).
    """

    leg: LegId
    far: Far | None = None
    sip_code: int = 180


class LegRedirected(Event, frozen=True):
    """The far end redirected the call (3xx), and the lines called ``number`` in its place."""

    leg: LegId
    number: str


class LegRouted(Event, frozen=True):
    """The INVITE of a leg that we placed goes to ``far`` (``ip:port``), on ``line`` of a box with cards.

    ``left``: the destination that did not take the call before, and why (``192.0.2.1:5060 503``); empty: it is the first.
    """

    leg: LegId
    far: str
    line: int | None = None
    left: str = ""


class LegAnswered(Event, frozen=True):
    """200 OK on a leg that we placed."""

    leg: LegId
    far: Far


class LegConfirmed(Event, frozen=True):
    """ACK for our 200 OK: the caller's leg is up."""

    leg: LegId


class LegChanged(Event, frozen=True):
    """The far end's re-INVITE or UPDATE, already answered by the lines: hold, other address, other law."""

    leg: LegId
    far: Far


class LegReoffered(Event, frozen=True):
    """The far end took the media of ``Reoffer``. ``far``: its own; it may answer an offer of T.38 with sound, so that ``far.t38`` is ``None``."""

    leg: LegId
    far: Far


class LegReofferRefused(Event, frozen=True):
    """The far end refused the media of ``Reoffer``; what counted before counts further. ``sip_code``: 488, 415, 606 …; of a far end's 2xx without
    media that we can use, 488.
    """

    leg: LegId
    sip_code: int


class LegRefreshed(Event, frozen=True):
    """The far end answered a session refresh: it is still there."""

    leg: LegId


class LegEnded(Event, frozen=True):
    """BYE, CANCEL, failure or time-out; the line is free. Comes exactly once for each leg, also for legs that we hang up or reject."""

    leg: LegId
    cause: EndCause
    sip_code: int = 0
    reason: Reason | None = None


class DigitPressed(Event, frozen=True):
    """One key. From the card (RFC 4733, in-band) or the lines (INFO). Never journalled in this form."""

    leg: LegId
    digit: Secret
    way: DigitMode
    recording_ms: int | None = None


class DigitUsed(Event, frozen=True):
    """The journal's form of a key, written when a step takes the key; ``digit`` is ``•`` in a secret input.

    A replay handles it in place of the ``DigitPressed`` that led to it. Empty ``digit``: a queued key interrupted a prompt, and is still queued.
    """

    leg: LegId
    digit: str
    recording_ms: int | None = None


class ChannelOpened(Event, frozen=True):
    """``card``: the card that says so; a leg may have channels on two."""

    leg: LegId
    near: Near
    card: CardId | None = None


class ChannelFailed(Event, frozen=True):
    leg: LegId
    reason: str
    card: CardId | None = None


class ChannelClosed(Event, frozen=True):
    leg: LegId
    stats: MediaStats
    card: CardId | None = None


class PlayEnded(Event, frozen=True):
    leg: LegId
    play: int
    reason: PlayEnd
    played_ms: int


class MediaLatched(Event, frozen=True):
    """The first packet has come from the far end's present address. It matters while the leg rings: early media that is offered may never come."""

    leg: LegId


class MediaSilent(Event, frozen=True):
    leg: LegId
    seconds: int


class RecordingEnded(Event, frozen=True):
    leg: LegId
    recording: RecordingId
    cause: str
    duration_ms: int
    text: str = ""
