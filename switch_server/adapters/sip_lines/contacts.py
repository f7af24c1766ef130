"""The Contacts of a REGISTER (RFC 3261 §10.2, §20.10, §25.1). Pure."""

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import MalformedFieldError

MOST: Final = 8
_URI: Final = re.compile(
    r"sip:(?:([A-Za-z0-9._~!*'()&=+$/%-]{1,64})@)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?((?:;[A-Za-z0-9._~!*'()&+$/%=-]+)*)",
    re.IGNORECASE,
)
_OF_THE_WAY: Final = frozenset({"transport", "maddr", "ttl", "method"})
"""Parameters of a URI about the transport, which is known: UDP, to the address from which the phone registered."""


class BadContact(ValueError):  # noqa: N818  the name says what it is
    """The Contact can't be reached, or there is none."""


class SipContact(Struct, frozen=True):
    """``expires``: seconds, ``None`` if not given; ``q``: the preference, 0 to 1000.

    ``parameters``: of the URI, repeated to the phone in requests (``;line=x1``).
    """

    uri: str
    user: str
    host: str
    port: int
    parameters: str = ""
    expires: int | None = None
    q: int = 1000

    def at(self, ip: str, port: int) -> str:
        """The Request-URI of a call to this contact, at its real address."""
        return f"sip:{self.user}{'@' if self.user else ''}{ip}:{port}{self.parameters}"

    def same_place(self, other: "SipContact") -> bool:
        """RFC 3261 §19.1.4, as far as one phone's own contacts need it."""
        return (self.user, self.host, self.port) == (other.user, other.host, other.port)


def read(values: tuple[str, ...]) -> tuple[SipContact, ...] | None:
    """The contacts of all the headers; ``None`` for ``*``. Raises ``BadContact``."""
    found = [element for value in values for element in grammar.elements(value)]
    if found == ["*"]:
        return None
    if len(found) > MOST:
        raise BadContact("too many")
    return tuple(map(_contact, found))


def of_uri(uri: str) -> SipContact:
    """Raises ``BadContact``."""
    match = _URI.fullmatch(uri)
    port = int(match[3] or 5060) if match is not None else 0
    if match is None or not 0 < port < 65536 or len(uri) > 512:
        raise BadContact("not a SIP address")
    kept = [each for each in match[4].split(";")[1:] if each.partition("=")[0].lower() not in _OF_THE_WAY]
    return SipContact(uri, match[1] or "", match[2].lower(), port, "".join(f";{each}" for each in kept))


def seconds(text: str | None) -> int | None:
    """A number of seconds; ``None``: missing or unreadable (§20.19: treated as missing)."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 11 else None


def _contact(text: str) -> SipContact:
    try:
        address = grammar.read_address(text)
    except MalformedFieldError:
        raise BadContact("malformed") from None
    parameters = dict(address.parameters)
    place = of_uri(address.uri.text)
    return replace(place, expires=seconds(parameters.get("expires")), q=_q(parameters.get("q") or ""))


def _q(text: str) -> int:
    match = re.fullmatch(r"(?:0(?:\.(\d{0,3}))?|1(?:\.0{0,3})?)", text)
    if match is None or text.startswith("1"):
        return 1000
    return int((match[1] or "").ljust(3, "0"))
