"""sippy's requests and responses with the headers that are needed, and no others."""

import re
from typing import Any, Final

from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipContact import SipContact
from sippy.SipGenericHF import SipGenericHF
from sippy.SipHeader import SipHeader
from sippy.SipTransactionManager import RINGING, TRYING
from sippy.SipURL import SipURL

from switch_server.adapters.sip_lines import grammar, privacy
from switch_server.adapters.sip_lines.causes import reason_of
from switch_server.adapters.sip_lines.grammar import MalformedFieldError
from switch_server.adapters.sip_lines.stack import USER_AGENT

ALLOW: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"
IN_DIALOG: Final = frozenset({"BYE", "INFO", "INVITE", "MESSAGE", "NOTIFY", "PRACK", "REFER", "UPDATE"})
KNOWN: Final = IN_DIALOG | {"OPTIONS", "REGISTER", "SUBSCRIBE", "PUBLISH"}
OPTION_TAGS: Final = frozenset({"timer"})
_COMPACT: Final = {"session-expires": "x", "supported": "k", "content-encoding": "e", "allow-events": "u"}
_NUMBER: Final = re.compile(r"[+0-9A-Za-z*#._~!-]{1,64}")
_NO_NUMBER: Final = frozenset(
    {"anonymous", "coinphone", "private", "restricted", "unavailable", "unknown", "withheld", "payphone"}
)
"""User parts that stand for the reason why there is no number (RFC 3323 §4.1, RFC 3325 §9.1, the CLIR words of gateways)."""


class PlainHeader(SipGenericHF):  # type: ignore[misc]
    """A header with its value as given and its name in the RFCs' spelling."""

    def __init__(self, body: str, name: str = "") -> None:
        super().__init__(body)
        self._name = name

    def getCanName(self, name: str, compact: bool = False) -> str:  # noqa: N802
        return self._name or str(super().getCanName(name, compact))

    def getCopy(self) -> "PlainHeader":  # noqa: N802
        return PlainHeader(self.body, self._name)


def header(name: str, value: str) -> Any:
    return SipHeader(name=name.lower(), body=PlainHeader(value, name))


def values(message: Any, name: str) -> tuple[str, ...]:
    """A header's values as text, compact form included."""
    names = (name, _COMPACT.get(name, name))
    return tuple(str(h.body) for h in message.headers if h.name in names)


def value(message: Any, name: str) -> str | None:
    found = values(message, name)
    return found[0].strip() if found else None


def tokens(message: Any, name: str) -> frozenset[str]:
    """The comma-separated tokens of a header, in lower case."""
    return frozenset(t.strip().lower() for text in values(message, name) for t in text.split(",") if t.strip())


def contact(address: tuple[str, int]) -> Any:
    """``Contact: <sip:ip:port>`` without sippy's display name."""
    url = SipURL(host=address[0], port=address[1])
    return SipContact(address=SipAddress(url=url, hadbrace=True))


def respond(
    tm: Any, request: Any, transaction: Any, code: int, *, tag: str | None = None, body: str | None = None,
    headers: tuple[Any, ...] = (), ack: Any = None, reason: str | None = None,
) -> None:  # fmt: skip
    """Sends a response in a transaction; no effect if the transaction has its final response already."""
    if transaction is None or transaction.tid not in tm.tserver or transaction.state not in (TRYING, RINGING):
        return
    response = request.genResponse(code, reason or reason_of(code), server=USER_AGENT)
    if tag is not None:
        response.getHFBody("to").setTag(tag)
    for each in headers:
        response.appendHeader(each)
    if body is not None:
        response.setBody(MsgBody(body))
    tm.sendResponse(response, transaction, ack_cb=ack)


def sdp_of(message: Any) -> str | None:
    """The SDP of a message, also within multipart; ``None`` if there is none."""
    if message.getBody() is None:
        return None
    kind = str(message.getBody().mtype).strip()
    text = str(message.getBody())
    if kind.lower().startswith("application/sdp"):
        return text
    if kind.lower().startswith("multipart/"):
        return next((part for head, part in _parts(kind, text) if "application/sdp" in head.lower()), None)
    return None


def drop_optional_body(request: Any) -> None:
    """Removes a body without SDP that the sender lets us ignore (RFC 3261 §8.2.3, RFC 3204 §6); in multipart, if each part is such a body."""
    if request.getBody() is None or sdp_of(request) is not None:
        return
    kind = str(request.getBody().mtype)
    inner = [value for head, _ in _parts(kind, str(request.getBody())) for value in _dispositions(head)]
    if _optional(value(request, "content-disposition")) or (inner and all(map(_optional, inner))):
        request.setBody(None)


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


def accepts_sdp(request: Any) -> bool:
    """Whether the sender takes SDP in our answer: without Accept, or by the most specific range with ``q`` above 0 (RFC 3261 §20.1)."""
    if not request.countHFs("accept"):
        return True
    ranges: dict[str, bool] = {}
    for element in (each for text in values(request, "accept") for each in grammar.split_list(text)):
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


def content_type(message: Any) -> str:
    """The body's media type in lower case without parameters, empty without a body."""
    return "" if message.getBody() is None else str(message.getBody().mtype).partition(";")[0].strip().lower()


def ani_of(request: Any) -> str:
    """The calling number: the network's identity (RFC 3325), else the caller's; empty if withheld (``privacy``) or not a number."""
    return "" if _withholds(request) else _number_of(request)


def traced_number_of(request: Any) -> str:
    """The number of a caller who withholds it, for tracing only; empty if the caller shows it, or if there is none."""
    return _number_of(request) if _withholds(request) else ""


def _withholds(request: Any) -> bool:
    caller = request.getHFBody("from").getUrl().uri
    return privacy.withholds(values(request, "privacy"), caller.number(), caller.host)


def _number_of(request: Any) -> str:
    for name in ("p-asserted-identity", "from"):
        for body in request.getHFBodys(name):
            uri = body.getUrl().uri
            user = uri.number()
            nowhere = uri.host.lower().rstrip(".").endswith(".invalid")  # RFC 3323 §4.1.1.3, RFC 2606
            if _NUMBER.fullmatch(user) and user.lower() not in _NO_NUMBER and not nowhere:
                return str(user)
    return ""


def dnis_of(request: Any) -> str:
    """The dialled number: the user part of the Request-URI."""
    user = request.getRURI().uri.number()
    return str(user) if _NUMBER.fullmatch(user) else ""
