"""A datagram is read once: a message, a request to refuse at once, or nothing to answer. Pure; raises nothing, whatever the bytes.

RFC 3261 §8.2, §16.3 and §18.3: a request that has a Via can be answered 400, 416, 505 or 513; a broken response or ACK is never answered.
A message that passes has From, To, Call-ID, CSeq and Via, no control characters in its head, and a body as long as its Content-Length.
What is in a field is read later, by ``grammar``.
"""

import re
from typing import Final

from msgspec import Struct

from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import COMPACT, SPELLED, Address, Fields, Request, Response

MAX_DATAGRAM: Final = 16384
MAX_HEADERS: Final = 120
VERSION: Final = "SIP/2.0"
_VERSION: Final = re.compile(r"SIP/[0-9]{1,3}\.[0-9]{1,3}")
_STATUS: Final = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9])(?: (.*))?", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_NUMBER: Final = re.compile(r"0{0,99}([0-9]{1,9})")
CONTROLS: Final = bytes([*range(9), 11, 12, *range(14, 32), 127])
_BAD_CHARACTER: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ONCE: Final = ("from", "to", "call-id", "cseq", "content-length", "max-forwards", "content-type")
_NEEDED: Final = ("from", "to", "call-id", "cseq")
_ABSENT: Final = [""]
_USUAL: Final = (
    *_ONCE,
    *COMPACT.values(),
    *SPELLED,
    *(
        "accept",
        "allow",
        "authorization",
        "content-disposition",
        "date",
        "expires",
        "p-asserted-identity",
        "privacy",
        "reason",
    ),
    *("proxy-authorization", "record-route", "require", "route", "server", "timestamp", "user-agent", "warning"),
)
_NAMES: Final = {
    **{spelled: name for name in _USUAL for spelled in (name, name.title(), name.upper(), SPELLED.get(name, name))},
    **{spelled: name for short, name in COMPACT.items() for spelled in (short, short.upper())},
}
"""The long name in lower case by the spellings that are in use."""


class RefusedRequest(Struct, frozen=True):
    """A request that is answered at once."""

    request: Request
    code: int
    reason: str


class IgnoredMessage(Struct, frozen=True):
    """Nothing is sent. ``why`` names the counter."""

    why: str


Verdict = Request | Response | RefusedRequest | IgnoredMessage
Trouble = tuple[int, str]
MALFORMED: Final = IgnoredMessage("malformed")
KEEPALIVE: Final = IgnoredMessage("keepalive")
_BAD_HEADER: Final[Trouble] = (400, "Malformed Header")


def read(datagram: bytes, source: Address) -> Verdict:
    """Reads one datagram."""
    if len(datagram.strip(b"\r\n\x00 ")) < 16:
        return KEEPALIVE  # RFC 5626 CRLF, or a NAT's empty packet
    raw, body = _split(datagram)
    lines = _lines(raw)
    fields, trouble = _read_fields(lines)
    if len(raw.translate(None, CONTROLS)) != len(raw):
        trouble = trouble or _BAD_HEADER
    start = lines[0].rstrip()
    if start[:4].upper() == "SIP/" and (status := _STATUS.fullmatch(start)) is not None:
        response = Response(int(status[1]), status[2] or "", fields, body, source)
        return MALFORMED if trouble or "via" not in fields or _fault(response) else response
    return _request(start, Request("", "", fields, body, source), trouble, oversized=len(datagram) > MAX_DATAGRAM)


def _split(datagram: bytes) -> tuple[bytes, bytes]:
    """Head and body."""
    at, size = datagram.find(b"\r\n\r\n", 4), 4
    bare = datagram.find(b"\n\n", 4, at) if at >= 0 else datagram.find(b"\n\n", 4)
    if bare >= 0:
        at, size = bare, 2
    if at < 0:
        return datagram[:MAX_DATAGRAM], b""
    return datagram[: min(at, MAX_DATAGRAM)], datagram[at + size :]


def _lines(raw: bytes) -> list[str]:
    """The lines of a head, unfolded (§7.3.1)."""
    text = raw.decode("utf-8", "surrogateescape").lstrip("\r\n")
    lines = text.split("\r\n")
    if text.count("\n") + text.count("\r") != 2 * (len(lines) - 1):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if "\n " in text or "\n\t" in text or "\r " in text or "\r\t" in text:
        whole = [lines[0]]
        for line in lines[1:]:
            if line[:1] in (" ", "\t") and len(whole) > 1:
                whole[-1] += " " + line.strip()
            else:
                whole.append(line)
        return whole
    return lines


def _read_fields(lines: list[str]) -> tuple[Fields, Trouble | None]:
    """The fields, without what is no header, and the first fault."""
    fields: Fields = {}
    trouble = (400, "Too Many Headers") if len(lines) > MAX_HEADERS + 1 else None
    for line in lines[1 : MAX_HEADERS + 1]:
        spelled, colon, value = line.partition(":")
        name = _NAMES.get(spelled) or _name(spelled)
        if not colon or name is None:
            trouble = trouble or _BAD_HEADER
        elif name in fields:
            fields[name].append(value.strip())
            if name in _ONCE:
                trouble = trouble or (400, f"Repeated {name.title()}")
        else:
            fields[name] = [value.strip()]
    return fields, trouble


def _name(spelled: str) -> str | None:
    """The long name in lower case; ``None``: no name."""
    name = spelled.strip().lower()
    return COMPACT.get(name, name) if _TOKEN.fullmatch(name) else None


def _request(start: str, request: Request, trouble: Trouble | None, *, oversized: bool) -> Verdict:
    parts = start.split(" ")
    if "via" not in request.fields or len(parts) < 3 or not parts[-1].upper().startswith("SIP/"):
        return MALFORMED
    request.method, request.uri = parts[0], parts[1]
    if not (parts[0].isalpha() and parts[0].isascii()) and not _TOKEN.fullmatch(parts[0]):
        return MALFORMED
    if request.method == "ACK":
        return MALFORMED if trouble or _start_fault(start, parts) or _fault(request) else request
    if oversized:
        return RefusedRequest(_clean(request), 513, "Message Too Large")
    trouble = trouble or _start_fault(start, parts) or _fault(request) or _hops_fault(request)
    return request if trouble is None else RefusedRequest(_clean(request), *trouble)


def _start_fault(start: str, parts: list[str]) -> Trouble | None:
    plain = len(parts) == 3 and start.isascii() and start.isprintable()
    version = parts[-1].upper()
    if (
        not plain
        or len(parts[0]) > 64
        or len(parts[1]) > 1024
        or (version != VERSION and not _VERSION.fullmatch(version))
    ):
        return 400, "Malformed Request-Line"
    if version != VERSION:
        return 505, "Version Not Supported"
    if parts[1].partition(":")[0].lower() not in ("sip", "sips", "tel"):
        return 416, "Unsupported URI Scheme"
    return None


def _fault(message: Request | Response) -> Trouble | None:
    """What both kinds of messages need. Cuts the body to its length."""
    fields = message.fields
    for name in _NEEDED:
        if not fields.get(name, _ABSENT)[0]:
            return 400, f"Missing {name.title()}"
    try:
        number, method = message.read_cseq()
    except MalformedFieldError:
        return 400, "Bad CSeq"
    if number >= 2**31 or (isinstance(message, Request) and method != message.method):
        return 400, "Bad CSeq"
    claimed = fields.get("content-length")
    if claimed is not None:
        size = _number(claimed[0])
        if size is None or size > len(message.body):
            return 400, "Bad Content-Length"
        message.body = message.body[:size]
    return None


def _hops_fault(request: Request) -> Trouble | None:
    hops = request.fields.get("max-forwards")
    number = 0 if hops is None else _number(hops[0])
    return (400, "Bad Max-Forwards") if number is None or number > 255 else None


def _number(text: str) -> int | None:
    """A number of up to nine digits, which may have zeros before them."""
    if len(text) < 10 and text.isdecimal() and text.isascii():
        return int(text)
    match = _NUMBER.fullmatch(text)
    return None if match is None else int(match[1])


def _clean(request: Request) -> Request:
    """A request whose fields may be copied into a response: control characters are replaced."""
    request.fields = {name: [_BAD_CHARACTER.sub("?", v) for v in values] for name, values in request.fields.items()}
    return request
