"""Trunks: permitted callers, addresses for outgoing calls, lines in use. Pure, except for counting."""

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from shared.ids import TrunkName
from switch_server.adapters.sip import grammar
from switch_server.core.words import Trunk

Address = tuple[str, int]
SIP_PORT = 5060


class TrunkState(Struct, frozen=True):
    """For the operator. ``up``: by OPTIONS; ``None`` if OPTIONS is off, or no answer is due yet."""

    name: TrunkName
    far: tuple[str, ...]
    up: bool | None
    lines: int
    used_in: int
    used_out: int


def far_network(text: str) -> tuple[ipaddress.IPv4Network, int | None]:
    """``ip``, ``ip:port`` or ``ip/bits`` as (network, port); raises ``ValueError`` with the allowed forms."""
    match = re.fullmatch(r"([0-9.]+)(?::([0-9]{1,5}))?|([0-9.]+/[0-9]{1,2})", text)
    try:
        network = ipaddress.IPv4Network((match[1] or match[3]) if match else "")
    except ValueError:
        raise ValueError(f"far: {text!r} is not an IPv4 address, address:port or network/bits") from None
    port = int(match[2]) if match and match[2] else None
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"far: {text!r} has a port that is not 1 to 65535")
    return network, port


def check(trunk: Trunk) -> list[str]:
    """The faults of a trunk, for the operator, each naming its key; empty if there is none."""
    wrong: list[str] = []
    for text in trunk.far:
        try:
            far_network(text)
        except ValueError as error:
            wrong.append(str(error))
    if not trunk.far and not trunk.username:
        wrong.append("far: give an address, or username and password")
    if bool(trunk.username) != bool(trunk.password):
        wrong.append("username, password: give both or neither")
    if trunk.lines < 1:
        wrong.append(f"lines: {trunk.lines}, must be at least 1")
    if trunk.session_expires < 90:
        wrong.append(f"session_expires: {trunk.session_expires}, must be at least 90 (RFC 4028)")
    if trunk.options_interval < 0:
        wrong.append(f"options_interval: {trunk.options_interval}, must be 0 (none) or more")
    if not trunk.laws:
        wrong.append("laws: give pcma, pcmu or both")
    return wrong


def takes_number(trunk: Trunk, number: str) -> bool:
    """Whether ``number`` may come in on this trunk, or be dialled over it. Visual separators do not count (RFC 3966 §4)."""
    return any(_fits(grammar.plain_number(number), pattern) for pattern in trunk.numbers)


def _fits(number: str, pattern: str) -> bool:
    start, star, _ = pattern.partition("*") if pattern.endswith("*") else (pattern, "", "")
    start = grammar.plain_number(start)
    return number.startswith(start) if star else number == start


def addresses(trunk: Trunk) -> tuple[Address, ...]:
    """The addresses for outgoing calls, in the order given: single addresses only."""
    return tuple((str(net[0]), port or SIP_PORT) for net, port in map(far_network, trunk.far) if net.num_addresses == 1)


class TrunkTable:
    """All trunks, with their lines in use. Not thread-safe: for the SIP thread."""

    def __init__(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        self.up: dict[Address, bool] = {}
        self._used_in: Counter[TrunkName] = Counter()
        self._used_out: Counter[TrunkName] = Counter()
        self.load(trunks)

    def load(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        """Takes a new configuration; lines in use stay counted, legs keep the trunk with which they began."""
        self.trunks = dict(trunks)
        self._networks = [(*far_network(text), trunk) for trunk in self.trunks.values() for text in trunk.far]
        self._known: dict[str, bool] = {}
        self._open = [t for t in self.trunks.values() if t.username and t.direction != "out"]
        self._far_ends = {a for t in self.trunks.values() for a in addresses(t)}
        self.up = {address: state for address, state in self.up.items() if address in self._far_ends}

    def knows(self, ip: str) -> bool:
        """Whether ``ip`` is on any trunk's list. Cached with a bound: strangers may be many."""
        if ip not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            far = ipaddress.IPv4Address(ip)
            self._known[ip] = any(far in net for net, _, _ in self._networks)
        return self._known[ip]

    def is_far_end(self, address: Address) -> bool:
        """Whether outgoing calls go to this address."""
        return address in self._far_ends

    def asks_digest(self) -> bool:
        return bool(self._open)

    def of_user(self, user: str) -> Trunk | None:
        """The trunk of a digest user name."""
        return next((trunk for trunk in self._open if trunk.username == user), None)

    def of_source(self, source: Address, dnis: str) -> Trunk | None:
        """The trunk of an INVITE: chosen by address, then by port, then by permission to call in, then by the number."""
        far = ipaddress.IPv4Address(source[0])
        found = [
            (port == source[1], t.direction != "out", takes_number(t, dnis), t)
            for net, port, t in self._networks
            if far in net
        ]
        return max(found, key=lambda f: f[:3])[3] if found else None

    def free(self, trunk: Trunk) -> bool:
        return self._used_in[trunk.name] + self._used_out[trunk.name] < trunk.lines

    def take(self, trunk: Trunk, *, incoming: bool) -> None:
        (self._used_in if incoming else self._used_out)[trunk.name] += 1

    def give_back(self, trunk: Trunk, *, incoming: bool) -> None:
        (self._used_in if incoming else self._used_out)[trunk.name] -= 1

    def outgoing_address(self, trunk: Trunk) -> Address | None:
        """The address of an outgoing call: the first that is not known to be down, otherwise the first."""
        far = addresses(trunk)
        return next((a for a in far if self.up.get(a, True)), far[0] if far else None)

    def states(self) -> list[TrunkState]:
        return [
            TrunkState(t.name, t.far, self._up(t), t.lines, self._used_in[t.name], self._used_out[t.name])
            for t in self.trunks.values()
        ]

    def _up(self, trunk: Trunk) -> bool | None:
        said = [self.up[a] for a in addresses(trunk) if a in self.up]
        return any(said) if said and trunk.options_interval else None
