"""Which early media a caller hears: P-Early-Media (RFC 5009) and the SDP's direction. Pure.

RFC 5009 §8: one direction parameter for each ``m=`` line, in order; the last one holds for the rest. The directions in a response are those
of the called side: ``sendrecv`` and ``sendonly`` let its media reach the caller. ``gated`` tells that the network blocks media without permission.
"""

from collections.abc import Iterable
from typing import Final

from shared.enums import Direction
from switch_server.adapters.sip import grammar
from switch_server.core.words import Far

SENDS: Final = (Direction.SENDRECV, Direction.SENDONLY)
_DIRECTIONS: Final = {each.value: each in SENDS for each in Direction}
MOST_STREAMS: Final = 16


def permission(values: Iterable[str], stream: int) -> bool | None:
    """Whether the headers let the media of the stream with this index be heard; ``None``: they say nothing about it."""
    said = [element.strip().lower() for value in values for element in grammar.elements(value)][:MOST_STREAMS]
    directions = [_DIRECTIONS[each] for each in said if each in _DIRECTIONS]
    return directions[min(stream, len(directions) - 1)] if directions else None


def is_heard(far: Far | None, allowed: bool | None) -> bool:
    """Without permission or refusal of the network, early media is heard if its SDP sends."""
    return far is not None and far.direction in SENDS and allowed is not False
