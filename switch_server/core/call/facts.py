"""Facts about the begin of a call."""

from shared.ids import (
    CallId,
    CardId,
    CustomerId,
    LegId,
    TrunkName,
)
from switch_server.core.words import Event, Far


class CallOffered(Event, frozen=True):
    """An INVITE from a trunk that may call us. The core replies with ``Reject``, or ``Ring`` and ``Answer``. ``far=None``: no common codec in the offer."""

    leg: LegId
    trunk: TrunkName
    ani: str
    dnis: str
    far: Far | None
    line: int | None = None
    """The line of a box with cards (``kind: card``)."""


class CallerFound(Event, frozen=True):
    """Answer to ``FindCaller``: the customer (``None``: no customer or several have the number), VIP, and the time of the number's last call
    (UTC seconds).
    """

    call: CallId
    customer: CustomerId | None
    vip: bool = False
    last_call: float | None = None


class LegPlaced(Event, frozen=True):
    """The journal's form of a choice that depends on other calls: the card of a leg, or ``None`` where no line or channel was free.

    A replay handles these before all other events.
    """

    leg: LegId
    card: CardId | None
