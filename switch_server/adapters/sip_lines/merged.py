"""Merged requests (RFC 3261 §8.2.2.2): the same INVITE that has come by two ways, with two branches, is one call. Pure."""

from collections import OrderedDict
from typing import Final

KEPT_S: Final = 32.0
"""64·T1: the time in which a copy of a request may still come."""

Identity = tuple[str, str | None, int]
"""Call-ID, From tag and CSeq number."""


class BegunCalls:
    """The INVITEs that have begun calls. Bounded by the calls that live or have ended in the last ``KEPT_S`` seconds."""

    def __init__(self) -> None:
        self._living: set[Identity] = set()
        self._ended: OrderedDict[Identity, float] = OrderedDict()

    def has(self, invite: Identity, now: float) -> bool:
        return invite in self._living or self._ended.get(invite, now) > now

    def begun(self, invite: Identity) -> None:
        self._living.add(invite)

    def over(self, invite: Identity, now: float, *, answered: bool) -> None:
        """A refused INVITE may come again by another way with the same identity (RFC 3263 §4.3); an answered one may not."""
        self._living.discard(invite)
        if answered:
            self._ended[invite] = now + KEPT_S
        while self._ended and next(iter(self._ended.values())) <= now:
            self._ended.popitem(last=False)
