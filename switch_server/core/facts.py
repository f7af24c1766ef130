"""Facts that belong to no room: of cards, branches and operators."""

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
    """All channels of the card are gone; no further event comes from the card."""

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
    """The switch is stopping: no new call is taken. ``at_once`` ends the running calls with ``SWITCH_STOPPED``; else they go on."""

    at_once: bool = True
