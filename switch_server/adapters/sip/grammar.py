"""URIs, addresses, Via and CSeq by the ABNF of RFC 3261 §25.1, and tel URIs by RFC 3966 §3. Pure; the text as it came is kept beside its parts.

Lines are unfolded before (``reader``); white space around ``;``, ``=``, ``/``, ``:`` and ``,`` is legal where the ABNF has SEMI, EQUAL, SLASH,
COLON and COMMA. Names of schemes and parameters are compared without regard to case.
"""

import ipaddress
import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from msgspec import Struct

Parameters = tuple[tuple[str, str | None], ...]
"""Names in lower case, in the order given; ``None``: a parameter without a value."""

_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_PLAIN_QUOTED: Final = r'"[^"]*"'
"""A quoted string whose backslashes escape nothing: in GBK and Big5, 5C is the second byte of some characters."""
_NAME_ADDR: Final = re.compile(rf'(?:{_QUOTED}\s*|[^"<>]*)<([^<>]*)>(.*)', re.DOTALL)
_PLAIN_NAME_ADDR: Final = re.compile(rf"{_PLAIN_QUOTED}\s*<([^<>]*)>(.*)", re.DOTALL)
_PARAMETER: Final = re.compile(rf'(?:[^;"]|{_QUOTED})+')
_ELEMENT: Final = re.compile(rf'(?:{_QUOTED}|<[^<>]*>|[^,"<>])+')
_PLAIN_ELEMENT: Final = re.compile(rf'(?:{_PLAIN_QUOTED}|<[^<>]*>|[^,"<>])+')
_SIP: Final = re.compile(
    r"(?:([^@\s<>\"]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(?::([0-9]{0,10}))?(;[^?\s]*)?(?:\?\S*)?"
)
_TEL: Final = re.compile(r"([^\s;<>\"@]+)(;\S*)?")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_CSEQ: Final = re.compile(r"0{0,99}([0-9]{1,10})\s+([A-Za-z0-9.!%*_+`'~-]+)")
_VIA: Final = re.compile(
    r"([^\s/]+) ?/ ?([^\s/]+) ?/ ?([^\s/;]+) (\[[^\]\s]*\]|[^\s:;,]+) ?(?:: ?0*([0-9]{1,5})(?::[0-9]{1,5})?)? ?(;.*)?"
)
_RPORT: Final = re.compile(r";\s*rport\s*(?:=[^;,]*)?(?=;|,|$)", re.IGNORECASE)
_RECEIVED: Final = re.compile(r";\s*received\s*=[^;,]*", re.IGNORECASE)
_TAG: Final = re.compile(r"(;\s*tag)\s*(?:=[^;]*)?(?=;|$)", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?=[^0-9]*[0-9])\+?[0-9*#().-]+")
_SEPARATORS: Final = str.maketrans("", "", "-.()")


SIP_PORT: Final = 5060
_UDP: Final = "SIP/2.0/UDP "


class MalformedFieldError(ValueError):
    """The field does not follow the grammar."""


def find(parameters: Parameters, name: str) -> str | None:
    """The value of a parameter; ``None``: it has none, or is not there."""
    for each, value in parameters:
        if each == name:
            return value
    return None


def has(parameters: Parameters, name: str) -> bool:
    """Whether a parameter is there, with or without a value."""
    for each, _ in parameters:  # noqa: SIM110 — twice as fast as a generator for the two or three that there are
        if each == name:
            return True
    return False


class Uri(Struct, frozen=True, gc=False):
    """``user``: without its parameters and escapes, the number of a tel URI; ``host``: empty for schemes other than sip and sips."""

    text: str
    scheme: str
    user: str | None
    host: str
    port: int | None
    parameters: Parameters = ()

    def has(self, name: str) -> bool:
        return has(self.parameters, name)

    def get(self, name: str) -> str | None:
        return find(self.parameters, name)

    def at(self, host: str, port: int) -> str:
        """The text of a sip URI with another host and port, over UDP."""
        start = self.text[: self.text.index("@") + 1] if self.user is not None else f"{self.scheme}:"
        kept = (name if value is None else f"{name}={value}" for name, value in self.parameters if name != "transport")
        return ";".join((f"{start}{host}:{port}", *kept))

    def own_address(self) -> tuple[str, int] | None:
        """The IPv4 address that the URI names for UDP; ``None``: a name, another transport, or no address at all."""
        transport = self.get("transport") if self.parameters else None
        if self.scheme != "sip" or (transport is not None and transport.lower() != "udp"):
            return None
        host = ipv4((self.get("maddr") or self.host) if self.parameters else self.host)
        return None if host is None else (host, self.port or SIP_PORT)

    def number(self) -> str:
        """The user part; for a telephone number without visual separators, which do not count (RFC 3966 §4)."""
        return plain_number(self.user or "")


class Address(Struct, frozen=True, gc=False):
    """A name-addr or addr-spec with its header parameters. The display name is not read."""

    uri: Uri
    parameters: Parameters

    @property
    def tag(self) -> str | None:
        return find(self.parameters, "tag")


class Via(Struct, frozen=True, gc=False):
    """One via-parm."""

    protocol: str
    transport: str
    host: str
    port: int | None
    parameters: Parameters

    def get(self, name: str) -> str | None:
        return find(self.parameters, name)

    def has(self, name: str) -> bool:
        return has(self.parameters, name)


@lru_cache(4096)
def ipv4(text: str) -> str | None:
    """The IPv4 address in its usual form; ``None``: it is none, for instance a name."""
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        return None


def escaped_user(text: str) -> str:
    """A user part of our own (RFC 3261 §19.1.2). "#" stays, which carriers take only so."""
    return text if text.isalnum() and text.isascii() else quote(text, "&=+$,;?/#-_.!~*'()", errors="surrogateescape")


def plain_number(text: str) -> str:
    """A telephone number without visual separators; any other text as given."""
    return text.translate(_SEPARATORS) if not text.isdecimal() and _PHONE.fullmatch(text) else text


def read_uri(text: str, *, hostless: bool = False) -> Uri:
    """Raises ``MalformedFieldError``. ``hostless``: a sip URI without host is taken, as some gateways write it in From and To."""
    if text.startswith("sip:"):
        return _sip_uri(text, "sip", text[4:], hostless=hostless)
    match = _SCHEME.fullmatch(text)
    scheme, rest = (match[1].lower(), match[2]) if match is not None else ("sip", text)
    if scheme in ("sip", "sips"):
        return _sip_uri(text, scheme, rest, hostless=hostless)
    if scheme == "tel":
        match = _TEL.fullmatch(rest)
        if match is None:
            raise MalformedFieldError("tel URI")
        return Uri(text, scheme, unquote(match[1]), "", None, read_parameters(match[2] or ""))
    if not rest or re.search(r"[\s<>\"]", rest):
        raise MalformedFieldError("URI")
    return Uri(text, scheme, None, "", None)


def _sip_uri(text: str, scheme: str, rest: str, *, hostless: bool) -> Uri:
    match = _SIP.fullmatch(rest)
    if match is None or not (match[2] or hostless):
        raise MalformedFieldError("sip URI")
    port = int(match[3]) if match[3] else None
    if port is not None and port > 65535:
        raise MalformedFieldError("port")
    user = match[1]
    if user is not None:
        user = user.partition(":")[0].partition(";")[0]
        user = unquote(user) if "%" in user else user
    return Uri(text, scheme, user, match[2], port, read_parameters(match[4] or ""))


def read_address(text: str, *, hostless: bool = False) -> Address:
    """One name-addr or addr-spec with parameters (From, To, Contact, Route …). Raises ``MalformedFieldError``.

    Without brackets all parameters belong to the header, not to the URI (§20.10). A display name in an old character set, whose bytes
    look like an escaped quotation mark, is accepted: the name is not read.
    """
    text = text.strip()
    if text.startswith("<"):
        uri, bracket, rest = text[1:].partition(">")
        if not bracket or "<" in uri:
            raise MalformedFieldError("name-addr")
        return Address(read_uri(uri.strip(), hostless=hostless), read_parameters(rest.strip()))
    if "<" not in text:
        uri, semicolon, rest = text.partition(";")
        return Address(read_uri(uri.rstrip(), hostless=hostless), read_parameters(semicolon + rest))
    match = _NAME_ADDR.fullmatch(text) or _PLAIN_NAME_ADDR.fullmatch(text)
    if match is None:
        raise MalformedFieldError("name-addr")
    return Address(read_uri(match[1].strip(), hostless=hostless), read_parameters(match[2].strip()))


def read_tag(text: str) -> str | None:
    """The tag of a From or To. Raises ``MalformedFieldError``; a plain form is not looked at further than its tag needs."""
    tail = text.rpartition(">;tag=")[2]
    if len(tail) < len(text) and tail.replace("-", "").replace(".", "").isalnum() and '"' not in text:
        return tail
    return read_address(text, hostless=True).tag


def tag_of(text: str) -> str | None:
    """The tag of a From or To; ``None`` also if the header is malformed."""
    try:
        return read_address(text, hostless=True).tag
    except MalformedFieldError:
        return None


def with_tag(text: str, tag: str, *, replace: bool) -> str:
    """A From or To with this tag, otherwise unchanged. ``replace``: the text has a tag already."""
    if not replace:
        return f"{text};tag={tag}"
    end = text.rfind(">") + 1
    head, tail = text[:end], text[end:]
    return head + _TAG.sub(lambda found: f"{found[1]}={tag}", tail, count=1)


def read_via(text: str) -> Via:
    """One via-parm (§20.42). Raises ``MalformedFieldError``."""
    if text.startswith(_UDP) and (plain := _plain_via(text[len(_UDP) :])) is not None:
        return plain
    match = _VIA.fullmatch(" ".join(text.split()))
    if match is None:
        raise MalformedFieldError("Via")
    port = int(match[5]) if match[5] else None
    return Via(f"{match[1]}/{match[2]}", match[3], match[4], port, read_parameters(match[6] or ""))


def _plain_via(text: str) -> Via | None:
    """The form that most senders write, without white space, quotation marks and brackets; ``None``: another form."""
    if any(each in text for each in ' \t",['):
        return None
    sent_by, _, rest = text.partition(";")
    host, colon, port = sent_by.partition(":")
    if not host or (colon and not (port.isascii() and port.isdecimal() and len(port) < 6)) or not text.isprintable():
        return None
    return Via("SIP/2.0", "UDP", host, int(port) if colon else None, read_parameters(rest))


def mark_via(text: str, received: str | None, rport: str | None) -> str:
    """A via-parm with the source of its request: ``received`` (§18.2.1) and, if the sender asks for it, ``rport`` (RFC 3581 §4)."""
    if rport is not None:
        text = _RPORT.sub(f";rport={rport}", text, count=1)
    return text if received is None else f"{_RECEIVED.sub('', text)};received={received}"


def read_cseq(text: str) -> tuple[int, str]:
    """Number and method (§20.16). Raises ``MalformedFieldError``."""
    number, _, method = text.partition(" ")
    if not (number.isdecimal() and len(number) < 11 and method.isalpha() and text.isascii()):
        match = _CSEQ.fullmatch(text)
        if match is None:
            raise MalformedFieldError("CSeq")
        number, method = match[1], match[2]
    return int(number), method


def split_list(text: str) -> list[str]:
    """The elements of a comma-separated header; commas in quotes and angle brackets do not separate."""
    return [text] if "," not in text else [each for each in elements(text) if each]


def elements(text: str) -> list[str]:
    """As ``split_list``, with the empty elements."""
    return [each.strip() for each in _pieces(_ELEMENT, ",", text) or _pieces(_PLAIN_ELEMENT, ",", text) or [text]]


def _pieces(pattern: re.Pattern[str], separator: str, text: str) -> list[str] | None:
    """The pieces between separators, which may be empty; ``None`` if anything else is between them. In time linear to the text."""
    pieces: list[str] = []
    at = 0
    while True:
        match = pattern.match(text, at)
        pieces.append(match[0] if match is not None else "")
        at += len(pieces[-1])
        if at == len(text):
            return pieces
        if text[at] != separator:
            return None
        at += 1


def read_parameters(text: str) -> Parameters:
    """``*( SEMI generic-param )``, with or without the first semicolon; empty ones are left out. Raises ``MalformedFieldError`` for a quotation mark without its end."""
    if not text:
        return ()
    pieces = _pieces(_PARAMETER, ";", text) if '"' in text else text.split(";")
    if pieces is None:
        raise MalformedFieldError("quoted string")
    found: list[tuple[str, str | None]] = []
    for piece in pieces:
        name, equal, value = piece.partition("=")
        if name.strip():
            found.append((name.strip().lower(), value.strip() if equal else None))
    return tuple(found)
