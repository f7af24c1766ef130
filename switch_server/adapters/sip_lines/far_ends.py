"""The addresses of the trunks: up or down by OPTIONS, out of use after a 503 or silence, and the order in which a call out tries them. Pure: ``now`` in seconds."""

from collections.abc import Sequence
from typing import Final

from shared.ids import TrunkName
from switch_server.adapters.sip.message import Address
from switch_server.ports.trunks import FarEnd

SILENT_S: Final = 30.0
"""An address that gave no response to an INVITE is not called for so long."""
LONGEST_OUT_S: Final = 3600.0
"""The most that a ``Retry-After`` takes an address out."""


class FarEnds:
    """All addresses of all trunks. Not thread-safe: for the SIP thread."""

    def __init__(self) -> None:
        self.up: dict[Address, bool] = {}
        self._out_until: dict[Address, float] = {}
        self._calls: dict[Address, list[int]] = {}
        self._shares: dict[TrunkName, dict[Address, int]] = {}

    def keep(self, addresses: set[Address]) -> None:
        """After a reload: forgets all other addresses."""
        for known in (self.up, self._out_until, self._calls):
            for address in set(known) - addresses:
                del known[address]
        self._shares.clear()

    def order(
        self, trunk: TrunkName, addresses: Sequence[Address], weights: dict[Address, int], now: float
    ) -> tuple[Address, ...]:
        """The addresses to try for one call, each once: by weight, then in their order. Addresses that are down only if all are; those that are out never."""
        open_ = [address for address in addresses if self._out_until.get(address, 0.0) <= now]
        usable = [address for address in open_ if self.up.get(address, True)] or open_
        first = self._by_weight(trunk, {address: weights[address] for address in usable if address in weights})
        rest = sorted((a for a in usable if a != first), key=lambda a: a not in weights)
        return (first, *rest) if first is not None else tuple(rest)

    def any_up(self, addresses: Sequence[Address], now: float) -> bool:
        """Whether an address may be called now, as far as is known."""
        return any(self.up.get(each, True) and self._out_until.get(each, 0.0) <= now for each in addresses)

    def _by_weight(self, trunk: TrunkName, weights: dict[Address, int]) -> Address | None:
        """Smooth weighted round robin: each address's share grows by its weight; the largest share is chosen, and is reduced by the sum of the weights."""
        if not weights:
            return None
        shares = self._shares.setdefault(trunk, {})
        for address, weight in weights.items():
            shares[address] = shares.get(address, 0) + weight
        chosen = max(weights, key=lambda address: shares[address])
        shares[chosen] -= sum(weights.values())
        return chosen

    def called(self, address: Address) -> None:
        self._calls.setdefault(address, [0, 0])[0] += 1

    def refused(self, address: Address, retry_after: float | None, now: float) -> None:
        """A 503; without ``retry_after`` only this call goes on to another address (RFC 3261 §21.5.4)."""
        self._calls.setdefault(address, [0, 0])[1] += 1
        if retry_after is not None:
            self._out(address, now + min(max(retry_after, 0.0), LONGEST_OUT_S))

    def silent(self, address: Address, now: float) -> None:
        """No response came to an INVITE."""
        self._calls.setdefault(address, [0, 0])[1] += 1
        self._out(address, now + SILENT_S)

    def answers(self, address: Address, *, up: bool) -> bool:
        """The result of OPTIONS; ``True``: it differs from the last one. The answer to OPTIONS does not end a ``Retry-After``."""
        changed = self.up.get(address) is not up
        self.up[address] = up
        return changed

    def _out(self, address: Address, until: float) -> None:
        self._out_until[address] = max(until, self._out_until.get(address, 0.0))

    def view(self, address: Address, weight: int, now: float, *, watched: bool) -> FarEnd:
        left = max(0.0, self._out_until.get(address, 0.0) - now)
        up = self.up.get(address) if watched else None
        state = "paused" if left else "unwatched" if up is None else "up" if up else "down"
        calls, failures = self._calls.get(address, (0, 0))
        return FarEnd(f"{address[0]}:{address[1]}", state, left, weight, calls, failures)
