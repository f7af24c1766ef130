"""The way of one call out: the destinations (address, and line of a box with cards) that it tries, each once. Pure."""

from typing import Final

from msgspec import Struct

from switch_server.adapters.sip.message import Address

MOST: Final = 8
"""The most destinations of one call."""


class Destination(Struct, frozen=True):
    address: Address
    line: int | None = None

    def __str__(self) -> str:
        at = f"{self.address[0]}:{self.address[1]}"
        return at if self.line is None else f"{at} line {self.line}"


class CallRoute:
    """``destination``: where the call is now. Never without a destination; the last one that fails ends the call."""

    def __init__(self, addresses: tuple[Address, ...], lines: tuple[int, ...] | None = None) -> None:
        """``lines``: of a box with cards, in the order of choice; ``None``: a trunk without numbered lines. Neither is empty."""
        destinations = [Destination(address, line) for line in (lines or (None,)) for address in addresses][:MOST]
        self.destination = destinations[0]
        self._rest = destinations[1:]

    @property
    def is_last(self) -> bool:
        return not self._rest

    def refused(self) -> bool:
        """The destination has answered that it can't take the call: goes on, on another line or at another address. ``False``: there is no other destination."""
        destination = self.destination
        if destination.line is not None:
            return self._go_on([each for each in self._rest if each.line != destination.line])
        return self._go_on(self._rest)

    def silent(self) -> bool:
        """The address does not answer: goes on at another one."""
        address = self.destination.address
        return self._go_on([each for each in self._rest if each.address != address])

    def _go_on(self, rest: list[Destination]) -> bool:
        self._rest = rest[1:]
        if rest:
            self.destination = rest[0]
        return bool(rest)
