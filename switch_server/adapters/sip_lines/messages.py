"""What the lines read from SIP messages and write into them."""

import re
from typing import Final

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.client import MAGIC_COOKIE
from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import Address, Header, Message, Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines.causes import reason_of

ALLOW: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK"
IN_DIALOG: Final = frozenset({"BYE", "INFO", "INVITE", "MESSAGE", "NOTIFY", "PRACK", "REFER", "UPDATE"})
KNOWN: Final = IN_DIALOG | {"OPTIONS", "REGISTER", "SUBSCRIBE", "PUBLISH"}
OPTION_TAGS: Final = frozenset({"timer", "100rel"})
TARGETING: Final = ("INVITE", "UPDATE")
"""The requests whose Contact and routes are followed (RFC 3261 §12.2, RFC 3311)."""


def header(name: str, value: str) -> Header:
    return name, value


def contact(address: Address) -> str:
    """The URI of this address as a Contact."""
    return f"<sip:{address[0]}:{address[1]}>"


def respond(
    transaction: ServerTransaction,
    code: int,
    *,
    body: str | None = None,
    headers: tuple[Header, ...] = (),
    reason: str | None = None,
) -> None:
    """Sends a response in a transaction; no effect if the transaction has its final response already."""
    transaction.respond(code, reason or reason_of(code), headers, b"" if body is None else body.encode())


def text_of(message: Message) -> str:
    """The body as ASCII: what is read in bodies is; any other byte, as of a Chinese name in ``s=``, is a question mark."""
    return message.body.decode("ascii", "replace").replace("\ufffd", "?")


def _kind(message: Message) -> str:
    return message.value("content-type") or "application/sdp"


def sdp_of(message: Message) -> str | None:
    """The SDP of a message, also within multipart; ``None`` if there is none."""
    if not message.body:
        return None
    kind, text = _kind(message), text_of(message)
    if kind.lower().startswith("application/sdp"):
        return text
    if kind.lower().startswith("multipart/"):
        return next((part for head, part in _parts(kind, text) if "application/sdp" in head.lower()), None)
    return None


def drop_optional_body(request: Request) -> None:
    """Removes a body without SDP that the sender lets us ignore (RFC 3261 §8.2.3, RFC 3204 §6); in multipart, if each part is such a body."""
    if not request.body or sdp_of(request) is not None:
        return
    inner = [value for head, _ in _parts(_kind(request), text_of(request)) for value in _dispositions(head)]
    if _optional(request.value("content-disposition")) or (inner and all(map(_optional, inner))):
        request.body = b""


def _dispositions(head: str) -> list[str]:
    """The Content-Disposition of a part; empty if it has none, which means that the part is required (RFC 3261 §20.11)."""
    lines = (line.partition(":") for line in re.sub(r"\n[ \t]+", " ", head).split("\n"))
    return [text for name, _, text in lines if name.strip().lower() == "content-disposition"] or [""]


def _optional(disposition: str | None) -> bool:
    try:
        parameters = dict(grammar.read_parameters((disposition or "").partition(";")[2]))
    except MalformedFieldError:
        return False
    return (parameters.get("handling") or "").lower() == "optional"


def accepts_sdp(request: Request) -> bool:
    """Whether the sender takes SDP in our answer: without Accept, or by the most specific range with ``q`` above 0 (RFC 3261 §20.1)."""
    if not request.has("accept"):
        return True
    ranges: dict[str, bool] = {}
    for element in request.elements("accept"):
        kind, _, rest = element.partition(";")
        ranges["".join(kind.split()).lower()] = (
            re.search(r";\s*q\s*=\s*0(?:\.0*)?\s*(?:;|$)", f";{rest}", re.IGNORECASE) is None
        )
    return next((ranges[name] for name in ("application/sdp", "application/*", "*/*") if name in ranges), False)


def _parts(kind: str, text: str) -> list[tuple[str, str]]:
    """The parts of a multipart body (RFC 2046 §5.1) as (headers, content)."""
    match = re.search(r'boundary="?([^";]+)', kind, re.IGNORECASE)
    if match is None:
        return []
    pieces = text.replace("\r\n", "\n").split("--" + match[1])[1:-1]
    return [(head, content) for piece in pieces for head, _, content in [piece.partition("\n\n")]]


def content_type(message: Message) -> str:
    """The body's media type in lower case without parameters, empty without a body."""
    return _kind(message).partition(";")[0].strip().lower() if message.body else ""


def read_fields(request: Request) -> None:
    """Reads the fields that are copied or followed; raises ``MalformedFieldError``."""
    if request.to_tag is None:
        _ = request.from_address, request.to_address, request.called
    _ = request.from_tag, request.vias
    for text in request.elements("p-asserted-identity"):
        grammar.read_address(text, hostless=True)
    if request.method not in TARGETING:
        return
    contacts = request.elements("contact")
    starred = "*" in contacts
    for text in (*request.elements("record-route"), *(() if starred else contacts)):
        grammar.read_address(text)
    if request.method == "INVITE":
        # a caller of RFC 2543, whose branch has no cookie, may leave it out
        needed = int((request.via.get("branch") or "").startswith(MAGIC_COOKIE))
        if starred or not needed <= len(contacts) <= 1:
            raise MalformedFieldError("an INVITE has one Contact (RFC 3261 8.1.1.8)")
