"""What the desks' adapter is given, and how much of anything a desk may send."""

import math
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from shared.desk import Choice, DeskCall, PhoneNow, PopShown, QueueRow, Request, Seat
from shared.ids import AgentId, LegId
from shared.link import Rules
from switch_server.ports.floor import FloorRows

RULES = Rules(rate=200.0, burst=1000.0)
"""A desk sends a few frames a second; what sends more is broken or worse."""
MOST_COMMANDS = 32
"""Of one desk, not answered yet."""
MOST_QUESTIONS = 8
ID_MAX = 64
"""Characters of an id; longer ones are nobody's."""
MOST_LEGS = 16
PROBLEM_MAX = 64


class Sight(Struct, frozen=True):
    """What desks are shown of the core; asked on the loop."""

    desk_state: Callable[[AgentId], tuple[Seat | None, DeskCall | None]]
    queue_rows: Callable[[], tuple[QueueRow, ...]]
    dispositions: Callable[[], tuple[Choice, ...]]
    floor: FloorRows


class Passwords(Struct, frozen=True):
    """Both are called in a thread. ``check(hash, password)`` takes as long for an empty hash (nobody's). ``make`` raises ``ValueError`` on a weak one."""

    check: Callable[[str, str], bool]
    make: Callable[[str], str]


def is_bounded(request: Request) -> bool:
    """Are the ids in it of a length that an id can have? (The rest is bounded by its type.)"""
    ids = (getattr(request, name, None) for name in ("call", "account", "agent", "leg"))
    return all(len(each) <= ID_MAX for each in ids if isinstance(each, str))


def phone_now(told: PhoneNow) -> PhoneNow:
    """Within bounds: so many legs, numbers that are numbers."""
    legs = tuple(LegId(leg[:ID_MAX]) for leg in told.legs[:MOST_LEGS])
    loss, jitter = _number(told.loss, 1.0), _number(told.jitter_ms, 60_000.0)
    return replace(told, legs=legs, loss=loss, jitter_ms=jitter, problem=told.problem[:PROBLEM_MAX])


def is_sensible(told: PopShown) -> bool:
    return len(told.call) <= ID_MAX and math.isfinite(told.after_ms) and told.after_ms >= 0


def _number(value: float, most: float) -> float:
    return min(max(value, 0.0), most) if math.isfinite(value) else 0.0
