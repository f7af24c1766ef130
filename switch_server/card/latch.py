"""Latching (symmetric RTP): which channel a datagram belongs to. Channels share ports; the far address tells them apart.

Each channel has one key (port, far address): first the address in the SDP, then the source address of the packet that latched. A packet
with a channel's key belongs to that channel. Packets with an unknown key latch the un-latched channel of the same port and far IP if
there is exactly one, if ``PACKETS_TO_LATCH`` of them came, and if no call that has just ended had this key; or they latch a channel whose sender has moved
(``moved.MovedSources``); all others are strangers'. Two channels never share a key, since ``choose`` gives the second channel another
port. A channel behind NAT (``Far.sources``) waits for packets from its networks besides, and ``choose`` gives it a port at which no other
channel waits for one of these addresses.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import PortsFull
from switch_server.card.networks import Networks, holds, overlap

Keys = npt.NDArray[np.uint64]
CHANNELS_A_PORT = 128
"""Channels on a port before another port is used: few enough for the port's receive buffer, many enough for a batch."""
TABLE = 1 << 14
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2**64 / golden ratio: neighbouring ports land far apart
_TOP = np.uint64(64 - 14)
PACKETS_TO_LATCH = 4
"""Packets from an address that is not in the SDP, before that address latches a channel."""
MOST_CLAIMS = 1000
ENDED_CALL_TICKS = 500
"""Ticks (10 s) for which the key of an ended call is kept, so that its late packets latch no other channel."""


def key_of(port: int, address: bytes) -> int:
    """The key of a ``sockaddr_in`` at a port, as ``Sockets.keys`` makes it: the port's index replaces the two bytes of the family."""
    return (int.from_bytes(address[:8], "little") & ~0xFFFF) | port


def ip_of(key: int) -> int:
    return key >> 32


class Latches:
    """Sorted keys with the rows that own them, and the un-latched rows of each port. ``grow`` opens one more port or raises ``OSError``."""

    def __init__(self, rows: int, ports: int, most_ports: int, grow: Callable[[], int]) -> None:
        self._table = np.zeros(TABLE, np.int64)  # hash of a key: the row of the last key inserted with that hash
        self._key_of: Keys = np.zeros(rows, np.uint64)  # by row; 0 is no key
        self._keys: Keys = np.zeros(rows + 1, np.uint64)  # sorted, of which ``_count`` are used
        self._owners = np.zeros(rows + 1, np.int64)
        self._count = np.zeros(1, np.int64)
        self._by_row: dict[int, int] = {}
        self._row_by_key: dict[int, int] = {}  # for single keys, at a fraction of a search in the arrays
        self._waiting: dict[tuple[int, int], set[int]] = {}  # (port, far ip): un-latched rows
        self._group_of: dict[int, tuple[int, int]] = {}
        self._networks: dict[int, tuple[int, Networks]] = {}
        """By un-latched row: its port, and the networks from which it may be sent to, too."""
        self._channels_at: list[int] = []
        self._claims: dict[int, int] = {}  # unknown key: packets so far
        self._ended_calls: OrderedDict[int, int] = OrderedDict()  # key: tick until which it is kept; rising
        self._planned_ports, self._most_ports, self._grow = ports, most_ports, grow

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {
            "table": self._table, "key_of": self._key_of, "keys": self._keys, "owners": self._owners,
            "key_count": self._count,
        }  # fmt: skip

    @property
    def ports_in_use(self) -> list[int]:
        return [port for port, channels in enumerate(self._channels_at) if channels]

    @property
    def ports(self) -> int:
        return len(self._channels_at)

    def add_port(self) -> int:
        port = self._grow()
        self._channels_at.append(0)
        return port

    def choose(self, address: bytes | None, networks: Networks = ()) -> int:
        """The port for a new channel with this far address (``None``: not known yet) and these networks; raises ``PortsFull``."""
        key = None if address is None else key_of(0, address)
        ip = 0 if key is None else ip_of(key)
        free = [port for port in range(self.ports) if key is None or key | port not in self._row_by_key]
        roomy = next((port for port in free if self._is_roomy(port, ip, networks)), None)
        if roomy is not None:
            return roomy
        apart = [port for port in free if not self._may_be_confused(port, ip, networks)]
        if self.ports < self._planned_ports or (not apart and self.ports < self._most_ports):
            try:
                return self.add_port()
            except OSError as error:
                if not free:
                    raise PortsFull(str(error)) from error
        if not free:
            raise PortsFull(f"{self.ports} ports, all taken for that far address")
        alone = [port for port in apart if not self._waiting.get((port, ip))]
        return min(
            alone or apart or free, key=lambda port: (len(self._waiting.get((port, ip), ())), self._channels_at[port])
        )

    def _is_roomy(self, port: int, ip: int, networks: Networks) -> bool:
        """Whether the port has room, and no channel that waits there could be taken for a new one with this far IP and these networks."""
        return (
            self._channels_at[port] < CHANNELS_A_PORT
            and (port, ip) not in self._waiting
            and not self._may_be_confused(port, ip, networks)
        )

    def _may_be_confused(self, port: int, ip: int, networks: Networks) -> bool:
        """Whether a channel behind NAT waits at the port for packets of a new channel with this far IP (0: not known) and these networks, or
        the new one would wait for packets of a channel that waits there.
        """
        if any(
            at == port and (not ip or holds(own, ip) or overlap(own, networks)) for at, own in self._networks.values()
        ):
            return True
        waiting = (other for at, other in self._waiting if at == port) if networks else ()
        return any(not other or holds(networks, other) for other in waiting)

    def join(self, port: int) -> None:
        self._channels_at[port] += 1

    def leave(self, row: int, port: int, tick: int) -> None:
        """Removes a closed channel from its port, and keeps its key for ``ENDED_CALL_TICKS``."""
        key = self._by_row.get(row)
        self.forget(row)
        self._channels_at[port] -= 1
        if key is not None:
            self._keep_ended(key, tick)
            while next(iter(self._ended_calls.values())) <= tick:
                self._ended_calls.popitem(last=False)

    def pend(self, row: int, port: int) -> None:
        """Registers a channel without a far address: no packet latches it, and other channels without one get other ports if possible."""
        self.forget(row)
        self._wait(row, (port, 0))

    def free(self, port: int, address: bytes, row: int) -> bool:
        """Whether no other row has this address at ``port``."""
        owner = self.owner(key_of(port, address))
        return owner is None or owner == row

    def expect(self, row: int, port: int, address: bytes, networks: Networks = ()) -> None:
        """Sets the key from the SDP's address, unless another row has it; ``row`` is un-latched until its first packet, which may come from
        ``networks``, too.
        """
        self.forget(row)
        key = key_of(port, address)
        if key not in self._row_by_key:
            self._insert(row, key)
            self._wait(row, (port, ip_of(key)))
        if networks:
            self._networks[row] = port, networks

    def latch(self, row: int, key: int) -> None:
        """Gives ``row`` the key of its first packet."""
        self.forget(row)
        self._insert(row, key)
        self._claims.clear()

    def forget(self, row: int) -> None:
        self._networks.pop(row, None)
        group = self._group_of.pop(row, None)
        if group is not None:
            self._waiting[group].discard(row)
            if not self._waiting[group]:
                del self._waiting[group]
        key = self._by_row.pop(row, None)
        if key is not None:
            self._key_of[row] = 0
            self._row_by_key.pop(key, None)
            place = int(np.searchsorted(self._sorted, np.uint64(key)))
            for column in (self._keys, self._owners):
                column[place : len(self._by_row)] = column[place + 1 : len(self._by_row) + 1]
            self._count[0] -= 1
            self._hash()

    def owners(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row of each key, -1 for an unknown key."""
        if not self._by_row:
            return np.full(len(keys), -1, np.int64)
        found: npt.NDArray[np.int64] = self._table[(keys * _SPREAD) >> _TOP]
        wrong = self._key_of[found] != keys
        if wrong.any():  # an unknown key, or two keys with one hash
            searched = np.minimum(np.searchsorted(self._sorted, keys[wrong]), len(self._by_row) - 1)
            found[wrong] = np.where(self._keys[searched] == keys[wrong], self._owners[searched], -1)
        return found

    def owner(self, key: int) -> int | None:
        return self._row_by_key.get(key)

    def waiting(self, key: int, tick: int) -> int | None:
        """The un-latched row that packets with an unknown key may latch."""
        port, ip = key & 0xFFFF, ip_of(key)
        behind_nat = {row for row in self._networks if self._networks[row][0] == port and self.may_send(row, ip)}
        rows = self._waiting.get((port, ip), set()) | behind_nat
        return None if len(rows) != 1 or self.ended(key, tick) else next(iter(rows))

    def claim(self, key: int, packets: int) -> bool:
        """Counts packets with an unknown key; whether there are enough to latch a channel."""
        if len(self._claims) > MOST_CLAIMS:
            self._claims.clear()
        self._claims[key] = self._claims.get(key, 0) + packets
        return self._claims[key] >= PACKETS_TO_LATCH

    def ended(self, key: int, tick: int) -> bool:
        """Whether a call that has just ended had this key."""
        return self._ended_calls.get(key, 0) > tick

    def still_sends(self, key: int, tick: int) -> bool:
        """``ended``; keeps the entry while the packets come, unless a row waits for them (a next call from the same address)."""
        if not self.ended(key, tick):
            return False
        if (key & 0xFFFF, ip_of(key)) not in self._waiting:
            self._keep_ended(key, tick)
        return True

    def _keep_ended(self, key: int, tick: int) -> None:
        self._ended_calls[key] = tick + ENDED_CALL_TICKS
        self._ended_calls.move_to_end(key)

    def may_send(self, row: int, ip: int) -> bool:
        """Whether the un-latched row's first packet may come from this IP by its networks."""
        return row in self._networks and holds(self._networks[row][1], ip)

    def ip(self, row: int) -> int | None:
        """The IP in the row's key, as ``ip_of`` gives it."""
        key = self._by_row.get(row)
        return None if key is None else ip_of(key)

    def _wait(self, row: int, group: tuple[int, int]) -> None:
        self._waiting.setdefault(group, set()).add(row)
        self._group_of[row] = group

    def _insert(self, row: int, key: int) -> None:
        place = int(np.searchsorted(self._sorted, np.uint64(key)))
        for column in (self._keys, self._owners):
            column[place + 1 : len(self._by_row) + 1] = column[place : len(self._by_row)]
        self._keys[place], self._owners[place] = key, row
        self._count[0] += 1
        self._by_row[row] = key
        self._row_by_key[key] = row
        self._key_of[row] = key
        self._table[(key * int(_SPREAD) & 0xFFFF_FFFF_FFFF_FFFF) >> int(_TOP)] = row

    def _hash(self) -> None:
        self._table[:] = 0
        self._table[(self._sorted * _SPREAD) >> _TOP] = self._owners[: len(self._by_row)]

    @property
    def _sorted(self) -> Keys:
        return self._keys[: len(self._by_row)]
