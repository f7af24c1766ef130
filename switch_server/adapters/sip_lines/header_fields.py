"""sippy's header fields and Request-URI as they came: ``grammar`` reads them, and they are written again letter by letter.

sippy's own classes write a field anew from the parts that they know: a tel URI becomes a sip URI without host, parameters change places,
``SIP / 2.0 / UDP`` and ``<tel:+86…;npdi>`` raise. RFC 3261 §8.2.6.2, §12.1.1 and §17.1.1.3 have fields copied. ``install`` puts these classes
in the place of sippy's, so each field is still read once. Fields that the switch writes itself are sippy's.
"""

import importlib
import ipaddress
import re
import secrets
from copy import copy
from typing import Any, Final

from sippy import SipHeader
from sippy.ESipHeaderCSV import ESipHeaderCSV
from sippy.SipContentType import SipContentType
from sippy.SipCSeq import SipCSeq
from sippy.SipExpires import SipExpires
from sippy.SipGenericHF import SipGenericHF
from sippy.SipVia import SipVia

from switch_server.adapters.sip_lines import grammar
from switch_server.adapters.sip_lines.grammar import Address, Uri

SIP_PORT: Final = 5060
_SPELLING: Final = {
    "from": "From",
    "to": "To",
    "record-route": "Record-Route",
    "route": "Route",
    "contact": "Contact",
    "p-asserted-identity": "P-Asserted-Identity",
}


class ReceivedUrl:
    """A URI of a received message, in the form of sippy's ``SipURL``. ``hop`` is the address to which requests go; the text stays as it came.

    Raises ``MalformedFieldError``.
    """

    def __init__(self, text: str, *, hostless: bool = False) -> None:
        self.uri: Uri = grammar.read_uri(text, hostless=hostless)
        self.hop: tuple[str, int] | None = None

    @classmethod
    def of(cls, uri: Uri) -> "ReceivedUrl":
        url = cls.__new__(cls)
        url.uri, url.hop = uri, None
        return url

    @property
    def username(self) -> str | None:
        return self.uri.user

    @property
    def host(self) -> str:
        return self.uri.host

    @property
    def lr(self) -> bool:
        """A loose router (§16.12), also as ``lr=on``."""
        return self.uri.has("lr")

    def own_address(self) -> tuple[str, int] | None:
        """The IPv4 address that the URI names for UDP; ``None``: a name, another transport, or no address at all."""
        transport = self.uri.get("transport")
        if self.uri.scheme != "sip" or (transport is not None and transport.lower() != "udp"):
            return None
        try:
            return str(ipaddress.IPv4Address(self.uri.get("maddr") or self.uri.host)), self.uri.port or SIP_PORT
        except ValueError:
            return None

    def move(self, address: tuple[str, int]) -> None:
        """Changes the text to this address: for a phone behind NAT, whose own address means nothing outside."""
        if self.uri.host:
            self.uri = grammar.read_uri(self.uri.at(*address))

    def getAddr(self) -> tuple[str, int]:  # noqa: N802 — sippy's names, here and below
        return self.hop or (self.uri.host, self.uri.port or SIP_PORT)

    def getTAddr(self) -> tuple[tuple[str, int], str]:  # noqa: N802
        return self.getAddr(), "udp"

    def getCopy(self) -> "ReceivedUrl":  # noqa: N802
        return copy(self)

    def localStr(self, _local: object = None) -> str:  # noqa: N802
        return self.uri.text

    def __str__(self) -> str:
        return self.uri.text


class AddressField(SipGenericHF):  # type: ignore[misc]
    """A From, To, Contact, Route …, in the form of sippy's ``SipAddressHF``. Parsed when first read, as sippy's."""

    hf_names: tuple[str, ...] = ()
    hostless = False
    list_of = False
    """The header may have several values, separated by commas."""

    body: str

    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.url: ReceivedUrl | None = None
        if self.list_of and "," in body and len(elements := grammar.split_list(body)) > 1:
            raise ESipHeaderCSV(None, elements)

    def parse(self) -> None:
        self.address = grammar.read_address(self.body, hostless=self.hostless)
        self.url = ReceivedUrl.of(self.address.uri)
        self.parsed = True

    def getUrl(self) -> Any:  # noqa: N802
        return self.url

    def getTag(self) -> str | None:  # noqa: N802
        return self.address.tag

    def setTag(self, tag: str) -> None:  # noqa: N802
        if not self.parsed:
            self.parse()
        uri, parameters = self.address.uri, self.address.parameters
        self.body = grammar.with_tag(self.body, tag, replace=self.address.tag is not None)
        self.address = Address(uri, (*(each for each in parameters if each[0] != "tag"), ("tag", tag)))

    def genTag(self) -> None:  # noqa: N802
        self.setTag(secrets.token_hex(16))

    def getAddr(self) -> tuple[str, int]:  # noqa: N802
        return self.getUrl().getAddr()  # type: ignore[no-any-return]

    def getTAddr(self) -> Any:  # noqa: N802
        return self.getUrl().getTAddr()

    def getCopy(self) -> "AddressField":  # noqa: N802
        other = copy(self)
        other.url = copy(self.url)
        return other

    def getCanName(self, name: str, compact: bool = False) -> str:  # noqa: ARG002, N802
        return _SPELLING[name]


class FromField(AddressField):
    hf_names = ("from", "f")
    hostless = True


class ToField(AddressField):
    hf_names = ("to", "t")
    hostless = True


class RecordRouteField(AddressField):
    hf_names = ("record-route",)
    list_of = True


class RouteField(AddressField):
    hf_names = ("route",)
    list_of = True


class AssertedIdentityField(AddressField):
    """One or two identities (RFC 3325 §9.1)."""

    hf_names = ("p-asserted-identity",)
    hostless = True
    list_of = True


class ContactField(AddressField):
    hf_names = ("contact", "m")
    list_of = True

    @property
    def asterisk(self) -> bool:
        return bool(self.body.strip() == "*")

    def parse(self) -> None:
        if self.asterisk:
            self.parsed = True
        else:
            super().parse()


class ViaField(SipVia):  # type: ignore[misc]
    """A received Via; a Via of our own requests is sippy's, written anew. ``params`` has lower-case names; sippy adds the source of the request."""

    def __init__(self, body: str | None = None, cself: Any = None) -> None:
        if body is not None and len(elements := grammar.split_list(body)) > 1:
            raise ESipHeaderCSV(None, elements)
        self._source: tuple[str | None, str | None] | None = None
        """``received`` and ``rport`` as they came; ``None``: a Via of ours, or not parsed."""
        if body is None or "," not in body:
            super().__init__(body, cself)
        else:
            SipGenericHF.__init__(self, body)

    def parse(self) -> None:
        via = grammar.read_via(self.body)
        self.sipver, self.transport, self.hostname, self.port = via.protocol, via.transport, via.host, via.port
        self.params = dict(via.parameters)
        self._source = self.params.get("received"), self.params.get("rport")
        self.parsed = True

    def localStr(self, local_addr: Any = None) -> str:  # noqa: N802
        if self.parsed and self._source is None:
            return str(super().localStr(local_addr))
        source = (self.params.get("received"), self.params.get("rport")) if self.parsed else None
        if source in (None, self._source):
            return str(self.body)
        return grammar.mark_via(self.body, *source)

    def getCopy(self) -> "ViaField":  # noqa: N802
        other = copy(self)
        if self.parsed:
            other.params = self.params.copy()
        return other


class CSeqField(SipCSeq):  # type: ignore[misc]
    """A received CSeq keeps its leading zeros."""

    def __str__(self) -> str:
        return self.body if self.body is not None else str(super().__str__())

    def getCopy(self) -> "CSeqField":  # noqa: N802
        return copy(self)


class ExpiresField(SipExpires):  # type: ignore[misc]
    """An Expires that is no number of seconds, such as a date of RFC 2543 §6.20, counts as missing: sippy takes its own limit for 0."""

    def parse(self) -> None:
        match = re.fullmatch(r"0{0,99}([0-9]{1,9})", self.body.strip())
        self.number = int(match[1]) if match is not None else 0
        self.parsed = True


class ContentTypeField(SipContentType):  # type: ignore[misc]
    """A Content-Type whose parameters are left as text: sippy's class raises at a parameter without value and splits quoted strings."""

    def parse(self) -> None:
        self.name = self.body.partition(";")[0].strip()
        self.parsed = True

    def getCopy(self) -> "ContentTypeField":  # noqa: N802
        return copy(self)

    def __str__(self) -> str:
        return str(self.body)


_FIELDS: Final = (
    FromField,
    ToField,
    RecordRouteField,
    RouteField,
    AssertedIdentityField,
    ContactField,
    ViaField,
    CSeqField,
    ExpiresField,
    ContentTypeField,
)


def install() -> None:
    """Puts these classes in the place of sippy's for what is received."""
    for field in _FIELDS:
        SipHeader.hf_types.update(dict.fromkeys(field.hf_names, field))
    requests: Any = importlib.import_module("sippy.SipRequest")
    requests.SipURL = ReceivedUrl
