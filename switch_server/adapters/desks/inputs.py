"""The inputs of the desks' adapter, and the bounds of a desk's messages."""

import math
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from shared.desk import Choice, DeskCall, PhoneNow, PopShown, QueueRow, Seat
from shared.ids import AgentId
from shared.link import Rules
from switch_server.ports.floor import FloorRowsPort

RULES = Rules(rate=200.0, burst=1000.0)
"""A desk sends a few frames a second; a desk that sends more is broken or hostile."""
MOST_COMMANDS = 32
"""The most commands of one desk without an answer."""
MOST_QUESTIONS = 8


class DeskSources(Struct, frozen=True):
    """The core's state that desks are shown; called on the loop."""

    desk_state: Callable[[AgentId], tuple[Seat | None, DeskCall | None]]
    queue_rows: Callable[[], tuple[QueueRow, ...]]
    dispositions: Callable[[], tuple[Choice, ...]]
    floor: FloorRowsPort


class Passwords(Struct, frozen=True):
    """Both are called in a thread. ``check(hash, password)`` takes as long for an empty hash (no agent's). ``make`` raises ``ValueError`` for a weak password."""

    check: Callable[[str, str], bool]
    make: Callable[[str], str]


def phone_now(told: PhoneNow) -> PhoneNow:
    """Replaces numbers that are not finite or out of range; the type bounds the rest."""
    return replace(told, loss=_number(told.loss, 1.0), jitter_ms=_number(told.jitter_ms, 60_000.0))


def is_sensible(told: PopShown) -> bool:
    return math.isfinite(told.after_ms) and told.after_ms >= 0


def _number(value: float, most: float) -> float:
    return min(max(value, 0.0), most) if math.isfinite(value) else 0.0
