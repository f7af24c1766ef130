"""The calling and the dialled number of an INVITE by the trunk's rule, and the headers with our number. Pure.

RFC 3261 (From, To), RFC 3325 (P-Asserted-Identity, P-Preferred-Identity, Privacy: id), RFC 3323 (anonymous), RFC 5806 (Diversion), RFC 7044
(History-Info), RFC 7315 (P-Called-Party-ID).
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip_lines import privacy
from switch_server.adapters.sip_lines.card_lines import read_line, split_user
from switch_server.core.words import NumberHeaders, Trunk, changed

Fields = Callable[[str], Iterable[str]]
"""The elements of a header, by its name in lower case."""

NUMBER: Final = re.compile(r"[+0-9A-Za-z*#._~!-]{1,64}")
NO_NUMBER: Final = frozenset(
    {"anonymous", "coinphone", "private", "restricted", "unavailable", "unknown", "withheld", "payphone"}
)
"""User parts that stand for the reason why there is no number (RFC 3323 §4.1, RFC 3325 §9.1, the CLIR words of gateways)."""
ANONYMOUS: Final = '"Anonymous" <sip:anonymous@anonymous.invalid>'
_SHOWN: Final = {
    "p-asserted-identity": "P-Asserted-Identity",
    "p-preferred-identity": "P-Preferred-Identity",
}
_MOST: Final = 20
"""Elements of one header that are read."""


def caller_of(fields: Fields, trunk: Trunk) -> str:
    """The calling number in the house's form: of the first believed header that has one; empty if there is none, or it is withheld (``privacy``)."""
    return "" if _withholds(fields) else _caller(fields, trunk)


def user_of(called: grammar.Uri, trunk: Trunk) -> str:
    """The user part of the Request-URI, without the line of a box with cards."""
    card = trunk.card
    return (
        split_user(called.number(), card.name)[0] if card is not None and card.named_in == "user" else called.number()
    )


def line_of(fields: Fields, called: grammar.Uri, trunk: Trunk) -> int | None:
    """The line that the box names; ``None``: none, or the trunk has no card lines."""
    card = trunk.card
    if card is None:
        return None
    if card.named_in == "user":
        return split_user(called.number(), card.name)[1]
    if card.named_in == "parameter":
        return read_line(called.get(card.name) or "")
    return next((line for text in fields(card.name.lower()) if (line := read_line(text)) is not None), None)


def traced_caller_of(fields: Fields, trunk: Trunk) -> str:
    """The number of a caller who withholds it, for tracing only; empty if the caller shows it, or if there is none."""
    return _caller(fields, trunk) if _withholds(fields) else ""


def _caller(fields: Fields, trunk: Trunk) -> str:
    names = trunk.number_headers.caller_from
    number = next((number for name in names for number in _numbers(fields(name), name)), "")
    return changed(trunk.number_rules.caller_in, number, incoming=True)


def _withholds(fields: Fields) -> bool:
    uris = [uri for text in fields("from") if (uri := _uri(text)) is not None]
    return any(privacy.withholds(fields("privacy"), uri.user or "", uri.host) for uri in uris[:1])


def called_of(fields: Fields, called: grammar.Uri, trunk: Trunk) -> str:
    """The dialled number in the house's form. ``called``: the Request-URI."""
    given = (
        number
        for name in trunk.number_headers.called_from
        for number in ([user_of(called, trunk)] if name == "request-uri" else _numbers(fields(name), name))
    )
    number = next((number for number in given if NUMBER.fullmatch(number)), "")
    return changed(trunk.number_rules.called_in, number, incoming=True)


def _numbers(elements: Iterable[str], name: str) -> list[str]:
    """The numbers of a header in the order of their trust: of History-Info the last entry but the request's own target."""
    uris = [uri for text in list(elements)[:_MOST] if (uri := _uri(text)) is not None]
    found = [number for uri in uris if (number := _number(uri))]
    return found[-2::-1] if name == "history-info" else found


def _number(uri: grammar.Uri) -> str:
    """Empty: a word in place of a number, or a host that is nowhere (RFC 3323 §4.1.1.3, RFC 2606)."""
    number = uri.number()
    nowhere = uri.host.lower().rstrip(".").endswith(".invalid")
    return number if NUMBER.fullmatch(number) and number.lower() not in NO_NUMBER and not nowhere else ""


def _uri(text: str) -> grammar.Uri | None:
    try:
        return grammar.read_address(text, hostless=True).uri
    except grammar.MalformedFieldError:
        return None


def headers_out(
    trunk: Trunk, ani: str, address: tuple[str, int], domain: str = "", forwarded: str = "", *, withheld: bool = False
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The From without its tag, and the further headers with our number. ``ani``: in the house's form, empty: withheld by its caller.

    ``domain``: the host of the URIs, empty: that of ``address``. ``forwarded``: the number of ours over which a caller's call came that is passed
    on; empty: a call of ours. ``withheld``: the call's own rule to show no number.
    """
    rule = trunk.number_headers
    host = domain or address[0]
    number = changed(trunk.number_rules.caller_out, ani, incoming=False)
    uri = f"<sip:{number}@{host}>"
    hidden = rule.withhold or withheld or not number
    more = [(_SHOWN[name], uri) for name in rule.show_in if number and name in _SHOWN]
    more += [("Privacy", "id")] if hidden else []
    more += _forwarded(rule, trunk, forwarded, host)
    if not hidden and "from" not in rule.show_in:
        uri = f"<sip:{trunk.registration.user}@{host}>" if trunk.registration is not None else ANONYMOUS
    return (ANONYMOUS if hidden else uri), tuple(more)


def _forwarded(rule: NumberHeaders, trunk: Trunk, number: str, host: str) -> list[tuple[str, str]]:
    number = changed(trunk.number_rules.caller_out, number, incoming=False)
    if not number or rule.forwarded == "none":
        return []
    if rule.forwarded == "diversion":
        return [("Diversion", f"<sip:{number}@{host}>;reason=unconditional;counter=1")]
    return [("History-Info", f"<sip:{number}@{host}>;index=1")]
