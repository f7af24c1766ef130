"""A check of each datagram before it is parsed: pass, refuse at once, or ignore. Pure.

RFC 3261 §8.2, §16.3 and §18.3: a request that has a Via can be answered 400, 416, 505 or 513; a broken response or ACK is
never answered. A message that passes is text without control characters whose body has the length of its Content-Length, so that the SIP
stack gets no surprise. Refusals are written from the raw lines and keep no state (RFC 3261 §8.2.7).
"""

import re
from typing import Final

from msgspec import Struct

from switch_server.core.words import Trunk

MAX_DATAGRAM: Final = 16384
MAX_HEADERS: Final = 120
_START: Final = re.compile(r"([!-~]{1,64}) ([!-~]{1,1024}) (SIP/\d{1,3}\.\d{1,3})")
_STATUS: Final = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: .*)?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_CSEQ: Final = re.compile(r"(\d{1,10})\s+([A-Za-z0-9.!%*_+`'~-]+)")
_BAD_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNTAGGED: Final = re.compile(r'"(?:[^"\\]|\\.?)*(?:"|$)|<[^<>]*>')
"""The display name and address of a To header, where no tag can be; in linear time for any text."""
_TAG: Final = re.compile(r";\s*tag\s*=", re.IGNORECASE)
_LINE_BREAK_TO_PYTHON: Final = re.compile("[\x85\u2028\u2029]")
_COMPACT: Final = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "l": "content-length",
    "m": "contact",
    "c": "content-type",
}
_ONCE: Final = ("from", "to", "call-id", "cseq", "content-length", "max-forwards", "content-type")
_NEEDED: Final = ("from", "to", "call-id", "cseq")


class SipHead(Struct, frozen=True):
    """The fields that a refusal copies and the gate needs. ``status``: of a response, ``None`` for a request."""

    method: str
    status: int | None
    uri: str
    vias: tuple[str, ...]
    fields: dict[str, str]
    authorization: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """The value of each header, which may be a list."""

    @property
    def call_id(self) -> str:
        return self.fields.get("call-id", "")


class PassedMessage(Struct, frozen=True):
    """A valid message: ``text`` is for the SIP stack. ``trunk``: the trunk whose user this request has proved to be, by digest."""

    head: SipHead
    text: str
    trunk: Trunk | None = None


class RefusedRequest(Struct, frozen=True):
    """A request that is answered at once."""

    head: SipHead
    code: int
    reason: str


class IgnoredMessage(Struct, frozen=True):
    """Nothing is sent. ``why`` names the counter."""

    why: str


Verdict = PassedMessage | RefusedRequest | IgnoredMessage


def screen(datagram: bytes) -> Verdict:
    """Checks one datagram; raises nothing, whatever the bytes."""
    if len(datagram.strip(b"\r\n\x00 ")) < 16:
        return IgnoredMessage("keepalive")  # RFC 5626 CRLF, or a NAT's empty packet
    raw_head, body = _split(datagram)
    text = _LINE_BREAK_TO_PYTHON.sub("?", raw_head.decode("utf-8", "replace"))
    lines = text.lstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _judge(lines, body, oversized=len(datagram) > MAX_DATAGRAM)


def _split(datagram: bytes) -> tuple[bytes, bytes]:
    ends = [(i, len(gap)) for gap in (b"\r\n\r\n", b"\n\n") if (i := datagram.find(gap, 4)) >= 0]
    if not ends:
        return datagram[:MAX_DATAGRAM], b""
    at, size = min(ends)
    return datagram[:at][:MAX_DATAGRAM], datagram[at + size :]


def _judge(lines: list[str], body: bytes, *, oversized: bool) -> Verdict:
    fields, lists, trouble = _headers(lines[1:])
    vias = tuple(lists["via"])
    status = _STATUS.fullmatch(lines[0].rstrip())
    if status:
        return _response(lines, body, SipHead("", int(status[1]), "", vias, fields), trouble)
    first = lines[0].rstrip().split(" ")
    if not vias or len(first) < 3 or not _TOKEN.fullmatch(first[0]) or not first[-1].upper().startswith("SIP/"):
        return IgnoredMessage("malformed")
    head = SipHead(first[0], None, first[1], vias, fields, tuple(lists["authorization"]), tuple(lists["contact"]))
    if head.method == "ACK":
        if trouble or _START.fullmatch(lines[0].rstrip()) is None or _missing(head) or _length(head, body) is None:
            return IgnoredMessage("malformed")
    elif oversized:
        return RefusedRequest(head, 513, "Message Too Large")
    elif (refusal := trouble or _request_trouble(lines[0].rstrip(), head, body)) is not None:
        return RefusedRequest(head, *refusal)
    return PassedMessage(head, _text(lines, head, body))


def _response(lines: list[str], body: bytes, head: SipHead, trouble: tuple[int, str] | None) -> Verdict:
    if trouble or not head.vias or _missing(head) or _length(head, body) is None:
        return IgnoredMessage("malformed")
    return PassedMessage(head, _text(lines, head, body))


def _headers(lines: list[str]) -> tuple[dict[str, str], dict[str, list[str]], tuple[int, str] | None]:
    """The first value of each header, all values of headers that may repeat, and the fault."""
    fields: dict[str, str] = {}
    lists: dict[str, list[str]] = {"via": [], "authorization": [], "contact": []}
    trouble = (400, "Too Many Headers") if len(lines) > MAX_HEADERS else None
    for line in _unfold(lines[:MAX_HEADERS]):
        name, colon, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        name = _COMPACT.get(name, name)
        if not colon or not _TOKEN.fullmatch(name) or _BAD_CHARACTER.search(value):
            trouble = trouble or (400, "Malformed Header")
        elif name in lists:
            lists[name].append(value)
        elif name in fields and name in _ONCE:
            trouble = trouble or (400, f"Repeated {name.title()}")
        else:
            fields.setdefault(name, value)
    return fields, lists, trouble


def _unfold(lines: list[str]) -> list[str]:
    whole: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and whole:
            whole[-1] += " " + line.strip()
        else:
            whole.append(line)
    return whole


def _missing(head: SipHead) -> str | None:
    return next((name for name in _NEEDED if not head.fields.get(name)), None)


def _length(head: SipHead, body: bytes) -> int | None:
    """The body's length as claimed; ``None`` if the claim is impossible."""
    claimed = head.fields.get("content-length")
    if claimed is None:
        return len(body)
    if not (claimed.isascii() and claimed.isdecimal() and len(claimed) < 7) or int(claimed) > len(body):
        return None
    return int(claimed)


def _request_trouble(start: str, head: SipHead, body: bytes) -> tuple[int, str] | None:
    match = _START.fullmatch(start)
    if match is None:
        return 400, "Malformed Request-Line"
    if match[3] != "SIP/2.0":
        return 505, "Version Not Supported"
    if head.uri.partition(":")[0].lower() not in ("sip", "sips", "tel"):
        return 416, "Unsupported URI Scheme"
    if (name := _missing(head)) is not None:
        return 400, f"Missing {name.title()}"
    cseq = _CSEQ.fullmatch(head.fields["cseq"])
    if cseq is None or cseq[2] != head.method or int(cseq[1]) >= 2**31:
        return 400, "Bad CSeq"
    hops = head.fields.get("max-forwards", "70")
    if not (hops.isascii() and hops.isdecimal() and len(hops) < 4 and int(hops) < 256):
        return 400, "Bad Max-Forwards"
    return (400, "Bad Content-Length") if _length(head, body) is None else None


def _text(lines: list[str], head: SipHead, body: bytes) -> str:
    size = _length(head, body) or 0
    kept = [
        line for line in _unfold(lines[1:]) if line.partition(":")[0].strip().lower() not in ("content-length", "l")
    ]
    # the SDP that is read is ASCII; a Chinese name in s= must not change the length, which the stack counts in characters
    content = body[:size].decode("ascii", "replace").replace("\ufffd", "?")
    return "\r\n".join([lines[0].rstrip(), *kept, f"Content-Length: {size}", "", content])


def has_tag(to: str) -> bool:
    """Whether a To has a tag, as a parameter of the header: neither in the display name nor in the address."""
    return _TAG.search(_UNTAGGED.sub("", to)) is not None


def reply(
    head: SipHead, source: tuple[str, int], code: int, reason: str, *, tag: str, extra: tuple[str, ...] = ()
) -> bytes:
    """A final response to a request without a transaction. ``tag`` goes into To if it has none (RFC 3261 §8.2.6.2)."""
    to = head.fields.get("to", "")
    if to and not has_tag(to):
        to += f";tag={tag}"
    copied = [
        ("From", head.fields.get("from", "")),
        ("To", to),
        ("Call-ID", head.call_id),
        ("CSeq", head.fields.get("cseq", "")),
    ]
    lines = [f"SIP/2.0 {code} {reason}", f"Via: {_received(head.vias[0], source)}"]
    lines += [f"Via: {via}" for via in head.vias[1:]]
    lines += [f"{name}: {value}" for name, value in copied if value]
    lines += [*extra, "Server: Huawu", "Content-Length: 0", "", ""]
    return "\r\n".join(_BAD_CHARACTER.sub("?", line) for line in lines).encode("utf-8", "replace")


def _received(via: str, source: tuple[str, int]) -> str:
    """RFC 3261 §18.2.1 and RFC 3581: the top Via gets the source of the request."""
    first, comma, rest = via.partition(",")
    first = re.sub(r";\s*rport\s*(?=;|$)", f";rport={source[1]}", first, flags=re.IGNORECASE)
    return f"{first};received={source[0]}{comma}{rest}"
