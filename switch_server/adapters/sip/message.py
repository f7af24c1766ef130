"""SIP requests and responses (RFC 3261 §7). Fields are kept as they came and are read by ``grammar`` when they are asked for, once.

Names of fields are in lower case and in their long form. Bytes that are not UTF-8 are lone surrogates in text (PEP 383) and leave as they came.
"""

from typing import Final

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import Uri, Via

Address = tuple[str, int]
"""IPv4 address and UDP port."""
Header = tuple[str, str]
"""Name and value."""
Fields = dict[str, list[str]]
"""The values of each field, in their order; a value may be a list with commas. The order of different names has no meaning (§7.3.1)."""

COMPACT: Final = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""The compact names of IANA's registry (§7.3.3)."""
SPELLED: Final = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "min-se": "Min-SE",
    "mime-version": "MIME-Version",
    "rack": "RAck",
    "rseq": "RSeq",
    "sip-etag": "SIP-ETag",
    "sip-if-match": "SIP-If-Match",
    "www-authenticate": "WWW-Authenticate",
}
"""Names whose spelling in the RFCs is not that each word has a capital."""
USER_AGENT: Final = "Huawu"
_UNREAD: Final = "\0"
"""No tag: a control character."""
_NO_TOKENS: Final[frozenset[str]] = frozenset()
NOWHERE: Final[Address] = ("", 0)
TransactionKey = tuple[str, str, str, str, int, str | None]
"""Method, branch, sent-by, Call-ID, CSeq number and From tag: the request and its repeats (RFC 3261 §17.2.3); callers of RFC 2543 have no branch."""


class Message:
    """What requests and responses have in common. ``source``: where it came from; ``NOWHERE``: it is ours."""

    __slots__ = ("_cseq", "_from", "_from_tag", "_to", "_to_tag", "_vias", "body", "fields", "source")

    def __init__(self, fields: Fields, body: bytes, source: Address) -> None:
        self.fields = fields
        self.body = body
        self.source = source
        self._cseq: tuple[int, str] | None = None
        self._from: grammar.Address | None = None
        self._to: grammar.Address | None = None
        self._from_tag: str | None = _UNREAD
        self._to_tag: str | None = _UNREAD
        self._vias: list[Via] | None = None

    def value(self, name: str) -> str | None:
        """The first value of a field."""
        found = self.fields.get(name)
        return found[0] if found else None

    def values(self, name: str) -> list[str]:
        """The value of each line of a field."""
        return self.fields.get(name) or []

    def elements(self, name: str) -> list[str]:
        """The elements of a field that is a list, of all its lines."""
        found = self.fields.get(name)
        if found is None:
            return []
        if len(found) == 1 and "," not in found[0]:
            return found
        return [each for text in found for each in grammar.split_list(text)]

    def tokens(self, name: str) -> frozenset[str]:
        """The tokens of a field that is a list of tokens, in lower case."""
        found = self.fields.get(name)
        if found is None:
            return _NO_TOKENS
        return frozenset(t.strip().lower() for text in found for t in text.split(",") if t.strip())

    def has(self, name: str) -> bool:
        return name in self.fields

    def add(self, header: Header) -> None:
        self.fields.setdefault(header[0].lower(), []).append(header[1])

    @property
    def call_id(self) -> str:
        found = self.fields.get("call-id")
        return found[0] if found else ""

    @property
    def cseq(self) -> int:
        """The number of CSeq. Raises ``MalformedFieldError``."""
        return self.read_cseq()[0]

    def read_cseq(self) -> tuple[int, str]:
        if self._cseq is None:
            self._cseq = grammar.read_cseq(self.value("cseq") or "")
        return self._cseq

    @property
    def from_address(self) -> grammar.Address:
        """Raises ``MalformedFieldError``, as all that is below."""
        if self._from is None:
            self._from = grammar.read_address(self.value("from") or "", hostless=True)
        return self._from

    @property
    def to_address(self) -> grammar.Address:
        if self._to is None:
            self._to = grammar.read_address(self.value("to") or "", hostless=True)
        return self._to

    @property
    def from_tag(self) -> str | None:
        if self._from_tag is _UNREAD:
            self._from_tag = grammar.read_tag(self.value("from") or "")
        return self._from_tag

    @property
    def to_tag(self) -> str | None:
        if self._to_tag is _UNREAD:
            self._to_tag = grammar.read_tag(self.value("to") or "")
        return self._to_tag

    @property
    def via(self) -> Via:
        """The topmost Via."""
        return self._vias[0] if self._vias else self.vias[0]

    @property
    def vias(self) -> list[Via]:
        if self._vias is None:
            self._vias = [grammar.read_via(text) for text in self.elements("via") or ("",)]
        return self._vias

    def start_line(self) -> str:
        raise NotImplementedError

    def encode(self) -> bytes:
        """The message as it is sent, with its Content-Length."""
        lines = [self.start_line()]
        for name, values in self.fields.items():
            if name != "content-length":
                spelled = SPELLED.get(name) or name.title()
                lines += [f"{spelled}: {value}" for value in values]
        return wire(lines, self.body)


class Request(Message):
    """``uri``: the Request-URI as text. ``hop``: where a request of ours goes. ``key``: its transaction's, kept by ``server.key_of``."""

    __slots__ = ("_called", "hop", "key", "method", "uri")

    def __init__(
        self, method: str, uri: str, fields: Fields, body: bytes = b"", source: Address = NOWHERE, hop: Address = NOWHERE,
    ) -> None:  # fmt: skip
        super().__init__(fields, body, source)
        self.method = method
        self.uri = uri
        self.hop = hop
        self.key: TransactionKey | None = None
        self._called: Uri | None = None

    @property
    def called(self) -> Uri:
        """The Request-URI in parts. Raises ``MalformedFieldError``."""
        if self._called is None:
            self._called = grammar.read_uri(self.uri)
        return self._called

    @property
    def identity(self) -> tuple[str, str | None, int]:
        """Call-ID, From tag and CSeq number: the same for all copies of a request (RFC 3261 §8.2.2.2)."""
        return self.call_id, self.from_tag, self.cseq

    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"


class Response(Message):
    """``made_here``: the far end has been silent; no such response has come (RFC 3261 §8.1.3.1)."""

    __slots__ = ("code", "made_here", "reason")

    def __init__(
        self, code: int, reason: str, fields: Fields, body: bytes = b"", source: Address = NOWHERE, *, made_here: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(fields, body, source)
        self.code = code
        self.reason = reason
        self.made_here = made_here

    @property
    def method(self) -> str:
        """The method of the request. Raises ``MalformedFieldError``."""
        return self.read_cseq()[1]

    def start_line(self) -> str:
        return f"SIP/2.0 {self.code} {self.reason}"


def wire(lines: list[str], body: bytes) -> bytes:
    """The bytes of a message: its lines, Content-Length and body. A line break within a value is written as a question mark, so that no value adds a line."""
    head = "\r\n".join(lines)
    if head.count("\r") != len(lines) - 1 or head.count("\n") != len(lines) - 1:
        head = "\r\n".join(line.replace("\r", "?").replace("\n", "?") for line in lines)
    return f"{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode("utf-8", "surrogateescape") + body
