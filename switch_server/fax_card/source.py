"""Whose datagrams a channel takes, as the voice card's channels do (symmetric RTP): its far end's alone, all others are strangers'."""

from typing import Final

from switch_server.card.networks import Networks, holds, networks_of
from switch_server.card.sockets import pack_address
from switch_server.core.words import Far

Address = tuple[str, int]

PACKETS_TO_LATCH: Final = 4
"""Plausible packets from an address that is not in the SDP, before the channel latches it."""
SILENT_TICKS: Final = 50
"""Ticks without a packet of the latched address, after which another port of the far IP, or another address of its networks, may latch."""


class FarSource:
    """``far`` is the address to send to: the SDP's at first, then the latched one."""

    def __init__(self) -> None:
        self.far: Address | None = None
        self.latched = False
        self.strangers = 0
        self._told: Address | None = None
        self._ip, self._networks = "", networks_of(())
        self._claims: dict[Address, int] = {}
        self._quiet = 0

    def expect(self, far: Far) -> None:
        """Takes the SDP's address; latched anew where it has changed. Raises ``OSError``, ``OverflowError`` or ``ValueError`` for one that is none."""
        pack_address(far.ip, far.port)
        self._networks = networks_of(far.sources)
        if (far.ip, far.port) == self._told:
            return
        self._told = self.far = far.ip, far.port
        self._ip = far.ip
        self.latched = False
        self._claims.clear()

    def tick(self) -> None:
        self._quiet += 1

    @property
    def quiet(self) -> int:
        """Ticks since the last packet of the far end."""
        return self._quiet

    def take(self, sender: Address) -> bool:
        """Whether a plausible packet of this sender is the far end's; latches."""
        if sender != self.far or self._told is None:
            if not self._may_latch(sender):
                self.strangers += 1
                return False
            self.far = sender
        self.latched = True
        self._quiet = 0
        return True

    def _may_latch(self, sender: Address) -> bool:
        if self._told is None or (self.latched and self._quiet < SILENT_TICKS):
            return False
        if sender[0] != self._ip and not _is_in(self._networks, sender[0]):
            return False
        if len(self._claims) > 64:
            self._claims.clear()
        self._claims[sender] = self._claims.get(sender, 0) + 1
        return self._claims[sender] >= PACKETS_TO_LATCH


def _is_in(networks: Networks, ip: str) -> bool:
    return holds(networks, int.from_bytes(bytes(map(int, ip.split("."))), "little"))
