"""Where a 3xx leads (RFC 3261 §8.1.3.4): to a number over the same trunk, never to a stranger's host. Pure.

A contact is followed if it is a telephone number (a tel URI, or ``user=phone``) or its host is one of the trunk's own far addresses, and the
trunk may dial its number. A number that this call has dialled already is a loop; after ``MOST_HOPS`` redirections the call fails.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from msgspec import Struct

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import SIP_PORT
from switch_server.adapters.sip.message import Address

MOST_HOPS: Final = 5
MOST_CONTACTS: Final = 10
_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,32}")


class RedirectTarget(Struct, frozen=True):
    """``address``: one of the trunk's, chosen by the redirecting side; ``None``: a telephone number alone, for the address called before."""

    number: str
    address: Address | None = None


def next_target(
    contacts: Iterable[str], dialled: Collection[str], far: Collection[Address], may_dial: Callable[[str], bool]
) -> RedirectTarget | None:
    """The best contact that may be followed; ``None``: the redirection is refused.

    ``dialled``: the numbers of this call so far, with the first; ``far``: the trunk's addresses; ``may_dial``: whether the trunk takes a number, which
    was not dialled before in another form.
    """
    if len(dialled) > MOST_HOPS:
        return None
    elements = [each for value in contacts for each in grammar.split_list(value)][:MOST_CONTACTS]
    ranked = sorted(filter(None, map(_ranked, elements)), key=lambda each: -each[0])
    targets = filter(None, (_target(uri, far) for _, uri in ranked))
    return next((each for each in targets if each.number not in dialled and may_dial(each.number)), None)


def _ranked(contact: str) -> tuple[float, grammar.Uri] | None:
    """(q, URI); a contact without a valid q counts as the best (RFC 3261 §20.10)."""
    try:
        address = grammar.read_address(contact)
    except grammar.MalformedFieldError:
        return None
    try:
        q = float(dict(address.parameters).get("q") or 1.0)
    except ValueError:
        q = 1.0
    return q, address.uri


def _target(uri: grammar.Uri, far: Collection[Address]) -> RedirectTarget | None:
    number = uri.number()
    if _NUMBER.fullmatch(number) is None:
        return None
    address = (uri.host, uri.port or SIP_PORT)
    if uri.scheme == "sip" and address in far:
        return RedirectTarget(number, address)
    return RedirectTarget(number) if uri.scheme == "tel" or (uri.get("user") or "").lower() == "phone" else None
