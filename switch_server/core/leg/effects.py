"""Effects on one leg, for the SIP lines and the cards."""

from shared.enums import EndCause
from shared.ids import CardId, LegId, TrunkName
from switch_server.core.words import CardCommand, Effect, Near


class LineEffect(Effect, frozen=True):
    """For ``ports.LinesPort``."""

    leg: LegId


class Ring(LineEffect, frozen=True):
    """180 Ringing; with ``near``, 183 Session Progress and early media."""

    near: Near | None = None


class Answer(LineEffect, frozen=True):
    """200 OK with our SDP. ``LegConfirmed`` follows on ACK, ``LegEnded`` if the ACK never comes."""

    near: Near


class Reject(LineEffect, frozen=True):
    """Final response to a ``CallOffered``: 404, 486, 488, 500, 503. ``LegEnded`` follows with ``cause``."""

    sip_code: int
    cause: EndCause


class HangUp(LineEffect, frozen=True):
    """BYE, CANCEL or a final response, by the leg's state. ``LegEnded`` follows with ``cause``."""

    cause: EndCause


class PlaceCall(LineEffect, frozen=True):
    """INVITE out over a trunk. ``LegRinging``, ``LegAnswered`` or ``LegEnded`` follow."""

    trunk: TrunkName
    ani: str
    dnis: str
    near: Near
    forwarded: str = ""
    """Of a caller's call that a flow passes on: our number that the caller dialled."""
    withheld: bool = False
    """The called party is shown no number."""


class RingDesk(LineEffect, frozen=True):
    """INVITE to a desk's phone at ``contact`` (``shared.desk.VoiceContact``): ``ip:port``, with the leg's token in ``shared.desk.TOKEN_HEADER``,
    or ``phone:NAME``, at the address from which that phone has registered.

    ``ani``: the number for the phone's display; ``auto``: the agent asked for this call, so the phone should answer by itself, if it can.
    The same facts follow as for ``PlaceCall``; for a phone that can't be reached, or has not registered, ``LegEnded(FAR_LOST)``.
    """

    contact: str
    ani: str
    near: Near
    auto: bool = False


class RefreshLeg(LineEffect, frozen=True):
    """Session refresh (re-INVITE with unchanged SDP): ``LegRefreshed``, or ``LegEnded(FAR_LOST)``."""


class Reoffer(LineEffect, frozen=True):
    """re-INVITE with new media (RFC 3261 §14.1, RFC 3264 §8), for a leg that is up: its sound comes from ``near`` from now on, or with ``t38`` fax
    over UDPTL (ITU-T T.38 annex D), for which ``near.t38`` must be true.

    ``LegReoffered`` or ``LegReofferRefused`` follows, or ``LegEnded`` if the far end does not answer. Till then the old media counts, and after a
    refusal, too. A further effect replaces one that waits for its turn, whose facts don't come.
    """

    near: Near
    t38: bool = False


class ToCard(Effect, frozen=True):
    """For ``ports.CardsPort``."""

    card: CardId
    command: CardCommand
