"""How many datagrams of one address are read: a flood is dropped before it is parsed, so that it costs others no time. Pure.

The limits are far above what an honest sender sends, who repeats what was dropped (RFC 3261 §17.1). A trunk's address has a limit for
INVITEs and REGISTERs only: what belongs to its calls is always read; an INVITE beyond is refused (``entrance``). How many of the read INVITEs
become calls is decided by ``overload``.
"""

from collections import OrderedDict
from typing import Final

STRANGER_RATE: Final = 300.0
"""Datagrams a second of an address that is on no trunk's list: a desk phone, or callers with digest behind one address."""
TRUNK_RATE: Final = 2000.0
"""INVITEs and REGISTERs a second of a trunk's address: more than the calls that a machine sets up, of which ``overload`` takes as many as it can."""
BURST_S: Final = 2.0
"""Seconds for which an address that was quiet may send at twice its rate."""
MOST: Final = 4096


class SenderLimit:
    """A token bucket (ITU-T I.371) for each address, for the ``MOST`` addresses that sent last."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, monotonic seconds

    def reads(self, datagram: bytes, ip: str, now: float, *, trunk: bool) -> bool:
        """Whether to read the datagram. ``trunk``: the address is on a trunk's list; ``now``: monotonic seconds."""
        if trunk and not datagram.startswith((b"INVITE ", b"REGISTER ")):
            return True
        rate = TRUNK_RATE if trunk else STRANGER_RATE
        tokens, then = self._buckets.pop(ip, (rate * BURST_S, now))
        tokens = min(rate * BURST_S, tokens + (now - then) * rate)
        reads = tokens >= 1.0
        self._buckets[ip] = tokens - reads, now
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return reads
