"""Checks of a trunk's rules in ``huawu.yaml`` that types can't make: path of the key, and allowed values."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from switch_server.core.words import (
    LONGEST_NUMBER,
    NUMBER_STARTS,
    CardLines,
    CarrierRegistration,
    FailOver,
    NumberHeaders,
    NumberRule,
    Trunk,
    line_numbers,
)

LONGEST_NAME = 64
Path = tuple[str | int, ...]
Wrong = tuple[Path, str]

_NUMBERS = re.compile(r"[0-9A-Za-z+*#._~!()-]{1,65}")
_ADD = re.compile(r"[0-9+*#]{0,32}")
_USER = re.compile(r"[A-Za-z0-9+*#._-]{1,64}")
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9.-]{1,255}")
_NAMES = {
    "header": (re.compile(r"X-[A-Za-z0-9-]{1,40}"), "a header X-…, of letters, digits and -"),
    "parameter": (re.compile(r"[a-z][a-z0-9-]{0,40}"), "a parameter of small letters, digits and -"),
    "user": (re.compile(r"[*#-]{1,3}"), "one to three of * # -"),
}
_RESERVED = ("user", "transport", "maddr", "ttl", "lr", "method", "tag")


def wrong_names(trunk: Trunk) -> Iterator[Wrong]:
    """The name, as ``switchctl`` can be given it, the user name, which stands in quotation marks (RFC 7616), and the numbers."""
    if not (1 <= len(trunk.name) <= LONGEST_NAME and trunk.name.isprintable()):
        yield ("name",), f"1 to {LONGEST_NAME} printable characters"
    if not trunk.username.isprintable() or not set('"\\').isdisjoint(trunk.username):
        yield ("username",), 'printable characters, but no " and no \\'
    for at, pattern in enumerate(trunk.numbers):
        if not _NUMBERS.fullmatch(pattern):
            yield ("numbers", at), f"{pattern!r} is not a number, or the begin of numbers and *"


def wrong_rules(trunk: Trunk) -> Iterator[Wrong]:
    """The faults of one trunk, for the operator."""
    for name in trunk.number_rules.__struct_fields__:
        for at, rule in enumerate(getattr(trunk.number_rules, name)):
            yield from (((("number_rules", name, at, *path)), text) for path, text in _number_rule(rule))
    yield from _under("number_headers", _headers(trunk.number_headers))
    yield from _under("fail_over", _fail_over(trunk.fail_over, trunk.addresses))
    yield from _under("calls_per_second", _rates(trunk))
    if trunk.registration is not None:
        yield from _under("registration", _registration(trunk.registration))
    if (trunk.kind == "card") != (trunk.card is not None):
        yield ("kind",), "card and the key card with its lines, or neither"
    if trunk.card is not None:
        yield from _under("card", _card(trunk.card))


def wrong_together(trunks: tuple[Trunk, ...]) -> Iterator[Wrong]:
    """Faults between trunks: calls in from a registrar are told apart by our contact user."""
    seen: dict[tuple[str, str], str] = {}
    for index, trunk in enumerate(trunks):
        if (ours := trunk.registration) is None:
            continue
        user = ours.contact_user or ours.user
        other = next((seen[far, user] for far in ours.registrars if (far, user) in seen), None)
        if other is not None:
            yield ("trunks", index, "registration", "contact_user"), f"{user!r} is {other}'s at the same registrar"
        seen.update({(far, user): trunk.name for far in ours.registrars})


def is_far(text: str) -> bool:
    """Whether it is ``ip``, ``ip:port`` or ``network/bits``."""
    found = re.fullmatch(r"([0-9.]+)(?::([0-9]{1,5}))?|[0-9.]+/[0-9]{1,2}", text, re.ASCII)
    try:
        IPv4Network((found[1] or text) if found else "")
    except ValueError:
        return False
    return found is not None and (found[2] is None or 0 < int(found[2]) < 65536)


def _under(key: str, wrong: Iterator[Wrong]) -> Iterator[Wrong]:
    return (((key, *path), text) for path, text in wrong)


def _number_rule(rule: NumberRule) -> Iterator[Wrong]:
    if not NUMBER_STARTS.fullmatch(rule.starts) or not _compiles(rule.starts) or len(rule.starts) > LONGEST_NUMBER:
        yield ("starts",), f"{rule.starts!r}: digits, + * #, and [2-8] or [358] for one digit of these"
    lengths = (rule.length,) if isinstance(rule.length, int) else rule.length
    if not all(1 <= length <= LONGEST_NUMBER for length in lengths):
        yield ("length",), f"1 to {LONGEST_NUMBER}, one value or a list"
    if not 0 <= rule.cut <= LONGEST_NUMBER:
        yield ("cut",), f"0 to {LONGEST_NUMBER} characters"
    if not _ADD.fullmatch(rule.add):
        yield ("add",), f"{rule.add!r}: digits, + * #, at most 32"


def _compiles(starts: str) -> bool:
    """A range such as ``[8-2]`` does not."""
    return all(first <= last for first, last in re.findall(r"([0-9])-([0-9])", starts))


def _headers(headers: NumberHeaders) -> Iterator[Wrong]:
    for name in ("caller_from", "called_from", "show_in"):
        given = getattr(headers, name)
        if not given or len(set(given)) != len(given):
            yield (name,), "one header or more, each once"
    if headers.domain and not _DOMAIN.fullmatch(headers.domain):
        yield ("domain",), "a host name or IPv4 address, or empty"
    if {"p-asserted-identity", "p-preferred-identity"} <= set(headers.show_in):
        yield ("show_in",), "p-asserted-identity or p-preferred-identity, not both (RFC 3325)"


def _fail_over(rule: FailOver, addresses: tuple[str, ...]) -> Iterator[Wrong]:
    callable_ = [each for each in addresses if "/" not in each]
    for address, weight in rule.weights.items():
        if address not in callable_:
            yield (
                ("weights", address),
                f"an address of the trunk, as written there: {', '.join(callable_) or 'it has none'}",
            )
        elif not 1 <= weight <= 100:
            yield ("weights", address), "1 to 100"
    if not 0.5 <= rule.after <= 32:
        yield ("after",), "0.5 to 32 seconds"


def _rates(trunk: Trunk) -> Iterator[Wrong]:
    rate = trunk.calls_per_second
    for key, value in (("in", rate.incoming), ("out", rate.outgoing)):
        if not 0 <= value <= 10_000:
            yield (key,), "0 (no limit) to 10000 calls a second"
    if not 1 <= rate.burst <= 10_000:
        yield ("burst",), "1 to 10000 calls"


def _registration(ours: CarrierRegistration) -> Iterator[Wrong]:
    if not ours.registrars:
        yield ("registrars",), "at least one address"
    for at, far in enumerate(ours.registrars):
        if not is_far(far) or "/" in far:
            yield ("registrars", at), f"{far!r} is not ip or ip:port"
    if not _USER.fullmatch(ours.user):
        yield ("user",), "letters, digits, + * # . _ -, at most 64"
    if ours.contact_user and not _USER.fullmatch(ours.contact_user):
        yield ("contact_user",), "letters, digits, + * # . _ -, at most 64; empty: the user"
    if ours.domain and not _DOMAIN.fullmatch(ours.domain):
        yield ("domain",), "a host name or IPv4 address; empty: the registrar's address"
    if not 60 <= ours.expires <= 86_400:
        yield ("expires",), "60 to 86400 seconds"


def _card(card: CardLines) -> Iterator[Wrong]:
    if not card.lines:
        yield ("lines",), "at least one line"
    for at, text in enumerate(card.lines):
        try:
            line_numbers((text,))
        except ValueError as error:
            yield ("lines", at), str(error)
    form, allowed = _NAMES[card.named_in]
    if not form.fullmatch(card.name) or card.name in _RESERVED:
        yield ("name",), f"{allowed}, since the line stands in the {card.named_in}"
