"""The call that an event belongs to: a fault ends that call and no other, and a replay of one call reads its events only."""

from shared.ids import CallId, LegId, call_of
from switch_server.core.orders import OrderReported, call_of_key
from switch_server.core.words import Event


def call_of_event(event: Event) -> CallId | None:
    """``None``: the event belongs to no single call (a card, a branch, the configuration), or names no call."""
    if isinstance(event, OrderReported):
        key = event.report.key
        return call_of_key(key) if key is not None else None
    if (call := getattr(event, "call", None)) is not None:
        return CallId(call)
    if (key := getattr(event, "key", None)) is not None:
        return call_of_key(key)
    leg: LegId | None = getattr(event, "leg", None)
    return call_of(leg) if leg and "/" in leg[1:] else None
