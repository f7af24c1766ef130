"""A trunk's rules besides its numbers, as data: headers with numbers, fail-over, calls a second, registration at a carrier, card lines."""

from typing import Literal

import msgspec
from msgspec import Struct

CallerHeader = Literal[
    "from", "p-asserted-identity", "p-preferred-identity", "remote-party-id", "diversion", "history-info"
]
CalledHeader = Literal["request-uri", "to", "p-called-party-id", "diversion", "history-info"]
ShownHeader = Literal["from", "p-asserted-identity", "p-preferred-identity"]
ForwardHeader = Literal["none", "diversion", "history-info"]


class NumberHeaders(Struct, frozen=True, forbid_unknown_fields=True):
    """Which headers are believed, and which are written (RFC 3261, RFC 3325, RFC 5806, RFC 7044, RFC 7315)."""

    caller_from: tuple[CallerHeader, ...] = ("p-asserted-identity", "from")
    """Of a call in: the calling number is that of the first of these headers that has one."""
    called_from: tuple[CalledHeader, ...] = ("request-uri",)
    """Of a call in: likewise the dialled number."""
    show_in: tuple[ShownHeader, ...] = ("from",)
    """Of a call out: the headers with our number."""
    domain: str = ""
    """The host of the URIs with our number; empty: the switch's address."""
    forwarded: ForwardHeader = "none"
    """Of a caller's call that a flow passes on over this trunk: the header with the number of ours that the caller dialled."""
    withhold: bool = False
    """Our number is shown to the carrier only: anonymous From, ``Privacy: id`` (RFC 3323, RFC 3325)."""


class FailOver(Struct, frozen=True, forbid_unknown_fields=True):
    """The choice among the trunk's addresses for calls out. An address of a ``weights`` entry gets its share of the calls; the others follow in the order of ``far``."""

    weights: dict[str, int] = {}
    """By address as in ``far`` or ``registrars``; 1 to 100."""
    after: float = 4.0
    """Seconds without any response after which the call goes on to the next address."""


class CallsPerSecond(Struct, frozen=True, forbid_unknown_fields=True):
    """New calls a second; 0: no limit. ``burst``: calls that may come at once after a pause."""

    incoming: float = msgspec.field(default=0.0, name="in")
    outgoing: float = msgspec.field(default=0.0, name="out")
    burst: int = 10


class CarrierRegistration(Struct, frozen=True, forbid_unknown_fields=True):
    """Registration at a carrier (RFC 3261 §10), with the trunk's ``username`` and ``password`` for its challenges."""

    registrars: tuple[str, ...]
    """``ip`` or ``ip:port``, the first is preferred; also the sources of calls in and the addresses of calls out."""
    user: str
    """The user part of the address that is registered, as the carrier writes it."""
    domain: str = ""
    """The carrier's domain; empty: the registrar's address."""
    contact_user: str = ""
    """The user part of our Contact, by which calls in are known to be this trunk's; empty: ``user``."""
    expires: int = 3600
    """Seconds, 60 to 86,400; the carrier may choose another value."""


class CardLines(Struct, frozen=True, forbid_unknown_fields=True):
    """The numbered lines (线路) of a box with analogue or digital cards, and how the box names them."""

    lines: tuple[str, ...]
    """Numbers and ranges: ``"1-8"``, ``"12"``; calls out are given lines in this order."""
    hunt: Literal["linear", "cyclic"] = "linear"
    """``linear``: the first free line. ``cyclic``: the first free line after the last one used."""
    named_in: Literal["header", "parameter", "user"] = "header"
    """Where the INVITE has the line, both ways: a header, a parameter of the Request-URI, or its user part after ``name``."""
    name: str = "X-Line"
    """The header, the parameter, or the characters between the number and the line. Of a value, the first number counts: ``DAHDI/3-1`` is line 3."""


def line_numbers(texts: tuple[str, ...]) -> tuple[int, ...]:
    """``("1-3", "7")`` as (1, 2, 3, 7), each once. Raises ``ValueError`` with what is allowed."""
    found: dict[int, None] = {}
    for text in texts:
        first, dash, last = text.partition("-")
        if not (_is_number(first) and (_is_number(last) or not dash)) or (dash and int(first) > int(last)):
            raise ValueError(f"{text!r} is not a line 1 to 9999 or a range of lines, such as 1-30")
        found.update(dict.fromkeys(range(int(first), int(last or first) + 1)))
    return tuple(found)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) > 0
