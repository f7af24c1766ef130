"""Facts of no room: cards, branches, operators."""

from shared.ids import (
    BranchId,
    CallId,
    CardId,
)
from switch_server.core.words import VOICE, Event


class CardUp(Event, frozen=True):
    card: CardId
    channels: int
    kind: str = VOICE


class CardDied(Event, frozen=True):
    """All its channels are gone without further events."""

    card: CardId
    reason: str


class BranchUp(Event, frozen=True):
    branch: BranchId


class BranchDown(Event, frozen=True):
    branch: BranchId


class HangUpOrdered(Event, frozen=True):
    """``switchctl calls hangup``."""

    call: CallId


class Draining(Event, frozen=True):
    """The switch is stopping: no new calls. Those that run are ended with ``SWITCH_STOPPED``, ``at_once`` or when it is told again."""

    at_once: bool = True
