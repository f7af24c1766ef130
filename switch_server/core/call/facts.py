"""How calls begin."""

from shared.ids import (
    CallId,
    CardId,
    CustomerId,
    LegId,
    TrunkName,
)
from switch_server.core.words import Event, Far


class CallOffered(Event, frozen=True):
    """INVITE from a trunk that may call us. Answered by ``Reject`` or ``Ring``/``Answer``. ``far=None``: no common codec in the offer."""

    leg: LegId
    trunk: TrunkName
    ani: str
    dnis: str
    far: Far | None


class CallerFound(Event, frozen=True):
    """Answer to ``FindCaller``: a customer of ours (``None``: nobody, or several), VIP, and when they last called (UTC seconds)."""

    call: CallId
    customer: CustomerId | None
    vip: bool = False
    last_call: float | None = None


class LegPlaced(Event, frozen=True):
    """The journal's form of a choice that other calls had a part in: the card of a leg, or ``None`` where no line or channel was free.

    Replay feeds it before all else.
    """

    leg: LegId
    card: CardId | None
