"""Which channel a datagram belongs to: ports are shared, the far address decides.

Each channel has one key (port, far address): the address that SDP named, or, once a packet came, the one it came from. A packet with a
channel's key is the channel's. A packet with no one's key latches an un-latched channel of the same port and the same far IP if there is
exactly one, once it has come ``CLAIM`` times and no call that has just ended had that address; anything else is a stranger's. Two channels never share a key, since ``choose`` gives the second one another port.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from switch_server.card import PortsFull

Keys = npt.NDArray[np.uint64]
CROWD = 128
"""Channels a port takes before the next one is begun: few enough for its receive buffer, many enough for a batch."""
TABLE = 1 << 14
_SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2**64 / golden ratio: neighbouring ports land far apart
_TOP = np.uint64(64 - 14)
CLAIM = 4
"""Packets from an address that SDP did not name until it is believed."""
MOST_CLAIMS = 1000
GONE_TICKS = 500
"""How long (10 s) the tail of an ended call is remembered, so that it latches no other channel."""


def key_of(port: int, address: bytes) -> int:
    """Key of a ``sockaddr_in`` at a port, as ``Sockets.keys`` makes it: the family's two bytes replaced by the port's number."""
    return (int.from_bytes(address[:8], "little") & ~0xFFFF) | port


def ip_of(key: int) -> int:
    return key >> 32


class Latches:
    """Keys in sorted order with their owners, and who is still un-latched where. ``grow`` opens one more port or raises ``OSError``."""

    def __init__(self, rows: int, ports: int, most_ports: int, grow: Callable[[], int]) -> None:
        self._table = np.zeros(TABLE, np.int64)  # hash of a key: its owner, if no other key has taken the place
        self._key_of: Keys = np.zeros(rows, np.uint64)  # by row; 0 is no key
        self._keys: Keys = np.zeros(0, np.uint64)
        self._owners = np.zeros(0, np.int64)
        self._by_row: dict[int, int] = {}
        self._waiting: dict[tuple[int, int], set[int]] = {}  # (port, far ip): un-latched rows
        self._group_of: dict[int, tuple[int, int]] = {}
        self._crowd: list[int] = []
        self._claims: dict[int, int] = {}  # key: packets seen
        self._gone: dict[int, int] = {}  # key: tick until which it is remembered
        self._wish, self._most, self._grow = ports, most_ports, grow

    @property
    def ports_in_use(self) -> list[int]:
        return [port for port, crowd in enumerate(self._crowd) if crowd]

    @property
    def ports(self) -> int:
        return len(self._crowd)

    def add_port(self) -> int:
        port = self._grow()
        self._crowd.append(0)
        return port

    def choose(self, address: bytes | None) -> int:
        """The port for a new channel with this far address (``None``: not known yet); raises ``PortsFull``."""
        free = [port for port in range(self.ports) if address is None or not self._taken(key_of(port, address))]
        ip = 0 if address is None else ip_of(key_of(0, address))
        alone = [port for port in free if not self._waiting.get((port, ip))]
        roomy = [port for port in alone if self._crowd[port] < CROWD]
        if roomy:
            return roomy[0]
        if self.ports < self._wish or (not free and self.ports < self._most):
            try:
                return self.add_port()
            except OSError as error:
                if not free:
                    raise PortsFull(str(error)) from error
        if not free:
            raise PortsFull(f"{self.ports} ports, all taken for that far address")
        return min(alone or free, key=lambda port: (len(self._waiting.get((port, ip), ())), self._crowd[port]))

    def join(self, port: int) -> None:
        self._crowd[port] += 1

    def leave(self, row: int, port: int, tick: int) -> None:
        """A channel closes."""
        key = self._by_row.get(row)
        self.forget(row)
        self._crowd[port] -= 1
        if key is not None:
            self._gone = {old: until for old, until in self._gone.items() if until > tick}
            self._gone[key] = tick + GONE_TICKS

    def pend(self, row: int, port: int) -> None:
        """A channel whose far address is still to come: it waits for no packet, but wants its port for itself."""
        self.forget(row)
        self._wait(row, (port, 0))

    def free(self, port: int, address: bytes, row: int) -> bool:
        """Whether ``row`` may be told apart at ``port`` by this address."""
        owner = self.owner(key_of(port, address))
        return owner is None or owner == row

    def expect(self, row: int, port: int, address: bytes) -> None:
        """Learning begins: ``row`` waits for its first packet."""
        self.forget(row)
        key = key_of(port, address)
        self._insert(row, key)
        self._wait(row, (port, ip_of(key)))

    def latch(self, row: int, key: int) -> None:
        """The first packet of ``row`` came, with ``key``."""
        self.forget(row)
        self._insert(row, key)
        self._claims.clear()

    def forget(self, row: int) -> None:
        group = self._group_of.pop(row, None)
        if group is not None:
            self._waiting[group].discard(row)
            if not self._waiting[group]:
                del self._waiting[group]
        key = self._by_row.pop(row, None)
        if key is not None:
            self._key_of[row] = 0
            place = int(np.searchsorted(self._keys, np.uint64(key)))
            self._keys = np.delete(self._keys, place)
            self._owners = np.delete(self._owners, place)
            self._hash()

    def owners(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row that each key belongs to, -1 for nobody's."""
        if not self._keys.size:
            return np.full(len(keys), -1, np.int64)
        found: npt.NDArray[np.int64] = self._table[(keys * _SPREAD) >> _TOP]
        wrong = self._key_of[found] != keys
        if wrong.any():  # nobody's, or two keys of one hash
            searched = np.minimum(np.searchsorted(self._keys, keys[wrong]), self._keys.size - 1)
            found[wrong] = np.where(self._keys[searched] == keys[wrong], self._owners[searched], -1)
        return found

    def owner(self, key: int) -> int | None:
        row = int(self.owners(np.array([key], np.uint64))[0])
        return None if row < 0 else row

    def claim(self, key: int, packets: int, tick: int) -> int | None:
        """The one un-latched row that packets with nobody's key are believed to be the first of."""
        waiting = self._waiting.get((key & 0xFFFF, ip_of(key)), ())
        if len(waiting) != 1 or self._gone.get(key, 0) > tick:
            return None
        if len(self._claims) > MOST_CLAIMS:
            self._claims.clear()
        self._claims[key] = self._claims.get(key, 0) + packets
        return next(iter(waiting)) if self._claims[key] >= CLAIM else None

    def _wait(self, row: int, group: tuple[int, int]) -> None:
        self._waiting.setdefault(group, set()).add(row)
        self._group_of[row] = group

    def _taken(self, key: int) -> bool:
        return self.owner(key) is not None

    def _insert(self, row: int, key: int) -> None:
        place = int(np.searchsorted(self._keys, np.uint64(key)))
        self._keys = np.insert(self._keys, place, np.uint64(key))
        self._owners = np.insert(self._owners, place, row)
        self._by_row[row] = key
        self._key_of[row] = key
        self._table[(key * int(_SPREAD) & 0xFFFF_FFFF_FFFF_FFFF) >> int(_TOP)] = row

    def _hash(self) -> None:
        self._table[:] = 0
        self._table[(self._keys * _SPREAD) >> _TOP] = self._owners
