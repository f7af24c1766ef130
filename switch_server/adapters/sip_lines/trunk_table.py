"""Trunks: permitted callers, destinations for outgoing calls, lines in use, calls a second. Pure, except for counting; ``now`` in seconds."""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Mapping

from msgspec import Struct

from shared.ids import TrunkName
from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import SIP_PORT
from switch_server.adapters.sip.message import Address
from switch_server.adapters.sip_lines.card_lines import CardLineTable
from switch_server.adapters.sip_lines.far_ends import FarEnds
from switch_server.adapters.sip_lines.routes import CallRoute, Destination
from switch_server.core.call import TrunkChanged
from switch_server.core.words import CallRate, Trunk, number_fits
from switch_server.ports.trunks import CardLine, FarEnd

LONGEST_WAIT_S = 5.0
"""The most that a call out waits for its turn by ``calls_per_second``."""


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


def takes_number(trunk: Trunk, number: str) -> bool:
    """Whether ``number`` (in the house's form) may come in on this trunk, or be dialled over it. Visual separators do not count (RFC 3966 §4)."""
    plain = grammar.plain_number(number)
    return any(number_fits(plain, _plain_pattern(pattern)) for pattern in trunk.numbers)


def _plain_pattern(pattern: str) -> str:
    return grammar.plain_number(pattern.removesuffix("*")) + ("*" if pattern.endswith("*") else "")


def addresses(trunk: Trunk) -> tuple[Address, ...]:
    """The addresses for outgoing calls, in the order given: single addresses only."""
    nets = map(far_network, trunk.addresses)
    return tuple((str(net[0]), port or SIP_PORT) for net, port in nets if net.num_addresses == 1)


def address_of(text: str) -> Address:
    """``ip`` or ``ip:port`` of a checked configuration."""
    network, port = far_network(text)
    return str(network[0]), port or SIP_PORT


def _weights(trunk: Trunk) -> dict[Address, int]:
    return {address_of(text): weight for text, weight in trunk.fail_over.weights.items()}


class Source(Struct, frozen=True):
    """A network from which a trunk's calls come. ``user``: our contact user, by which a registrar's calls are known; ``None``: any."""

    network: ipaddress.IPv4Network
    port: int | None
    trunk: Trunk
    user: str | None = None


class TrunkTable:
    """All trunks, with their lines in use. ``blocked``: the card lines that an operator has blocked. Not thread-safe: for the SIP thread."""

    def __init__(
        self, trunks: Mapping[TrunkName, Trunk], blocked: Mapping[TrunkName, frozenset[int]] | None = None
    ) -> None:
        self.ends = FarEnds()
        self.cards: dict[TrunkName, CardLineTable] = {}
        self.registered: dict[TrunkName, Address | None] = {}
        """For each trunk that registers: the registrar where it is registered; ``None``: nowhere."""
        self._blocked = dict(blocked or {})
        self._used_in: Counter[TrunkName] = Counter()
        self._used_out: Counter[TrunkName] = Counter()
        self._rates: dict[tuple[TrunkName, bool], CallRate] = {}
        self._told: dict[TrunkName, TrunkChanged] = {}
        self.load(trunks)

    def load(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        """Takes a new configuration; lines in use stay counted, legs keep the trunk with which they began."""
        self.trunks = dict(trunks)
        self._sources = [Source(*far_network(text), trunk) for trunk in self.trunks.values() for text in trunk.far]
        for trunk in self.trunks.values():
            if (ours := trunk.registration) is not None:
                user = ours.contact_user or ours.user
                self._sources += [Source(*far_network(text), trunk, user) for text in ours.registrars]
        self._known: dict[str, list[Source]] = {}
        self._open = [t for t in self.trunks.values() if t.username and t.direction != "out" and t.registration is None]
        self._far_ends = {a for t in self.trunks.values() for a in addresses(t)}
        self.ends.keep(self._far_ends)
        self._load_cards()

    def _load_cards(self) -> None:
        for name in [name for name in self.cards if name not in self.trunks or self.trunks[name].card is None]:
            del self.cards[name]
        for name, trunk in self.trunks.items():
            if trunk.card is None:
                continue
            if name in self.cards:
                self.cards[name].load(trunk.card)
            else:
                self.cards[name] = CardLineTable(trunk.card, self._blocked.get(name, frozenset()))

    # --- calls in ---

    def knows(self, ip: str) -> bool:
        """Whether ``ip`` is on any trunk's list."""
        return bool(self._sources_at(ip))

    def _sources_at(self, ip: str) -> list[Source]:
        """Cached with a bound: strangers may be many."""
        found = self._known.get(ip)
        if found is None:
            if len(self._known) > 4096:
                self._known.clear()
            far = ipaddress.IPv4Address(ip)
            found = self._known[ip] = [source for source in self._sources if far in source.network]
        return found

    def is_far_end(self, address: Address) -> bool:
        """Whether outgoing calls go to this address."""
        return address in self._far_ends

    def asks_digest(self) -> bool:
        return bool(self._open)

    def of_user(self, user: str) -> Trunk | None:
        """The trunk of a digest user name."""
        return next((trunk for trunk in self._open if trunk.username == user), None)

    def of_source(self, source: Address, user: str, dnis: Callable[[Trunk], str]) -> Trunk | None:
        """The trunk of an INVITE: chosen by address, then by our contact ``user`` in the Request-URI, then by port, by permission to call in, by number.

        ``dnis``: the dialled number as a trunk's rules read it.
        """
        found = [
            ((each.user is not None, each.port == source[1], each.trunk.direction != "out"), each.trunk)
            for each in self._sources_at(source[0])
            if each.user in (None, user)
        ]
        if not found:
            return None
        best = max(fit for fit, _ in found)
        equal = [trunk for fit, trunk in found if fit == best]
        return equal[0] if len(equal) == 1 else max(equal, key=lambda trunk: takes_number(trunk, dnis(trunk)))

    def within_rate(self, trunk: Trunk, now: float) -> bool:
        """Whether one more call may come in this second; it is counted."""
        return self._rate(trunk, incoming=True).take(now)

    # --- lines in use ---

    def free(self, trunk: Trunk) -> bool:
        return self._used_in[trunk.name] + self._used_out[trunk.name] < trunk.capacity

    def take(self, trunk: Trunk, *, incoming: bool) -> None:
        (self._used_in if incoming else self._used_out)[trunk.name] += 1

    def give_back(self, trunk: Trunk, *, incoming: bool) -> None:
        (self._used_in if incoming else self._used_out)[trunk.name] -= 1

    def take_line(self, trunk: Trunk, line: int | None, *, incoming: bool) -> None:
        if line is not None and (card := self.cards.get(trunk.name)) is not None:
            card.take(line, incoming=incoming)

    def give_line_back(self, trunk: Trunk, line: int | None, *, incoming: bool) -> None:
        if line is not None and (card := self.cards.get(trunk.name)) is not None:
            card.give_back(line, incoming=incoming)

    # --- calls out ---

    def route(self, trunk: Trunk, now: float) -> CallRoute | None:
        """The destinations for one call; ``None``: every address is paused, or every line blocked or in use."""
        weights, far = _weights(trunk), addresses(trunk)
        registrar = self.registered.get(trunk.name)
        if registrar in far and not weights:
            far = (registrar, *(address for address in far if address != registrar))
        destinations = self.ends.order(trunk.name, far, weights, now)
        card = self.cards.get(trunk.name)
        lines = card.order(now) if card is not None else None
        return CallRoute(destinations, lines) if destinations and lines != () else None

    def destination_taken(self, trunk: Trunk, destination: Destination) -> None:
        self.ends.called(destination.address)
        self.take_line(trunk, destination.line, incoming=False)

    def destination_left(self, trunk: Trunk, destination: Destination) -> None:
        self.give_line_back(trunk, destination.line, incoming=False)

    def destination_refused(
        self, trunk: Trunk, destination: Destination, retry_after: float | None, now: float
    ) -> None:
        """A 503: of a box with cards about its line, else about its address."""
        card = self.cards.get(trunk.name)
        if card is not None and destination.line is not None and retry_after is None:
            card.fault(destination.line, now)
        else:
            self.ends.refused(destination.address, retry_after, now)

    def destination_silent(self, destination: Destination, now: float) -> None:
        self.ends.silent(destination.address, now)

    def destination_works(self, trunk: Trunk, destination: Destination) -> None:
        if destination.line is not None and (card := self.cards.get(trunk.name)) is not None:
            card.works(destination.line)

    def pause_before(self, trunk: Trunk, now: float) -> float | None:
        """Seconds that a call out waits for its turn; ``None``: too many wait already."""
        return self._rate(trunk, incoming=False).wait(now, longest=LONGEST_WAIT_S)

    def _rate(self, trunk: Trunk, *, incoming: bool) -> CallRate:
        rule = trunk.calls_per_second
        limit, key = rule.incoming if incoming else rule.outgoing, (trunk.name, incoming)
        rate = self._rates.get(key)
        if rate is None or (rate.per_second, rate.burst) != (limit, rule.burst):
            rate = self._rates[key] = CallRate(limit, rule.burst)
        return rate

    # --- for the core and the operator ---

    def news(self, now: float) -> list[TrunkChanged]:
        """What has changed for the choice of a trunk since the last call."""
        seen = [self._state_for_core(trunk, now) for trunk in self.trunks.values() if trunk.direction != "in"]
        new = [each for each in seen if self._told.get(each.trunk) != each]
        self._told = {each.trunk: each for each in seen}
        return new

    def _state_for_core(self, trunk: Trunk, now: float) -> TrunkChanged:
        card = self.cards.get(trunk.name)
        lines = trunk.capacity if card is None else sum(not card.is_blocked(line) for line in card.lines)
        registered = trunk.registration is None or self.registered.get(trunk.name) is not None
        return TrunkChanged(trunk.name, lines, registered and self.ends.any_up(addresses(trunk), now))

    def block(self, trunk: TrunkName, line: int, *, blocked: bool) -> None:
        others = self._blocked.get(trunk, frozenset()) - {line}
        self._blocked[trunk] = others | {line} if blocked else others
        if (card := self.cards.get(trunk)) is not None:
            (card.block if blocked else card.free)(line)

    def states(self) -> list[TrunkState]:
        return [
            TrunkState(t.name, t.far, self._up(t), t.capacity, self._used_in[t.name], self._used_out[t.name])
            for t in self.trunks.values()
        ]

    def far_ends(self, now: float) -> dict[TrunkName, tuple[FarEnd, ...]]:
        return {name: self._far_ends_of(trunk, now) for name, trunk in self.trunks.items()}

    def _far_ends_of(self, trunk: Trunk, now: float) -> tuple[FarEnd, ...]:
        weights, watched = _weights(trunk), trunk.options_interval > 0
        return tuple(self.ends.view(a, weights.get(a, 0), now, watched=watched) for a in addresses(trunk))

    def card_lines(self, now: float) -> dict[TrunkName, tuple[CardLine, ...]]:
        return {name: card.view(now) for name, card in list(self.cards.items())}

    def _up(self, trunk: Trunk) -> bool | None:
        said = [self.ends.up[a] for a in addresses(trunk) if a in self.ends.up]
        return any(said) if said and trunk.options_interval else None
