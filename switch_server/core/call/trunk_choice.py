"""The trunk of a call out: among the trunks that may carry it, one that is up and within its calls a second, in the order of the configuration."""

from collections.abc import Sequence

from shared.ids import TrunkName
from switch_server.core.words import CallRate, Event, Trunk


class TrunkChanged(Event, frozen=True):
    """What the lines say of a trunk. ``lines``: its lines that are not blocked; ``up``: an address answers, and the registration is in force."""

    trunk: TrunkName
    lines: int
    up: bool


class TrunkChoice:
    """Knows the last ``TrunkChanged`` of each trunk, and counts the calls out of the last second. A replay does not need it: choices are journalled."""

    def __init__(self) -> None:
        self._told: dict[TrunkName, TrunkChanged] = {}
        self._rates: dict[TrunkName, CallRate] = {}

    def changed(self, event: TrunkChanged) -> None:
        self._told[event.trunk] = event

    def lines(self, trunk: Trunk) -> int:
        """Lines for calls out, in use or free."""
        told = self._told.get(trunk.name)
        return trunk.capacity if told is None else min(told.lines, trunk.capacity)

    def choose(self, able: Sequence[Trunk], now: float) -> Trunk | None:
        """``able``: with a free line, in order. Without a trunk that is up and within its rate: one that is up, where the call waits; else the first."""
        up = [trunk for trunk in able if self._is_up(trunk)] or able
        ready = [trunk for trunk in up if self._rate(trunk).has_room(now)] or up
        if not ready:
            return None
        self._rate(ready[0]).take(now)
        return ready[0]

    def _is_up(self, trunk: Trunk) -> bool:
        told = self._told.get(trunk.name)
        return told is None or told.up

    def _rate(self, trunk: Trunk) -> CallRate:
        limit, known = trunk.calls_per_second, self._rates.get(trunk.name)
        if known is None or (known.per_second, known.burst) != (limit.outgoing, limit.burst):
            known = self._rates[trunk.name] = CallRate(limit.outgoing, limit.burst)
        return known
