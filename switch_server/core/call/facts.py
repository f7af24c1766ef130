"""How calls begin."""

from shared.ids import (
    AgentId,
    CallId,
    CardId,
    CustomerId,
    LegId,
    QueueName,
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


class DialledOut(Event, frozen=True):
    """The journal's form of an agent's ``Dial`` or ``CallSeat`` that was taken: a call is made, its desk rings first. ``ani``: the number we show.

    Seat to seat: ``trunk`` is ``desk``, ``number`` the agent who is called, ``callee`` the ``ip:port`` of their phone; empty: they are busy.
    """

    call: CallId
    agent: AgentId
    contact: str
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    callee: str = ""


class CallbackDialled(Event, frozen=True):
    """The journal's form of a callback whose turn has come. ``of``: the call in which it was asked for; it keeps ``priority`` and ``since``."""

    call: CallId
    of: CallId
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    flow: str
    step: str
    queue: QueueName
    priority: int
    since: float
