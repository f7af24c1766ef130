"""The Reason header (RFC 3326, in responses RFC 6432): why the network or the switch ended a leg. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from shared.enums import EndCause
from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.message import Header, Message
from switch_server.adapters.sip_lines.causes import ELSEWHERE, Q850_TEXTS, TO_Q850
from switch_server.core.leg import Reason

LONGEST_TEXT: Final = 100
_RANGES: Final = {"Q.850": range(1, 128), "SIP": range(200, 700)}
_CAUSE: Final = re.compile(r"0{0,9}([0-9]{1,3})")


def reason_in(message: Message) -> Reason | None:
    return read_reason(message.values("reason"))


def read_reason(values: Iterable[str]) -> Reason | None:
    """The first Q.850 cause, the first SIP cause, and a text. ``None``: no reason that we understand."""
    found: dict[str, tuple[int, str]] = {}
    for value in values:
        for element in grammar.elements(value):
            protocol, cause, text = _read(element)
            if cause is not None:
                found.setdefault(protocol, (cause, text))
    if not found:
        return None
    q850, q850_text = found.get("Q.850", (None, ""))
    sip, sip_text = found.get("SIP", (None, ""))
    return Reason(q850, sip, q850_text or sip_text)


def _read(element: str) -> tuple[str, int | None, str]:
    protocol, _, rest = element.partition(";")
    protocol = protocol.strip().upper()
    try:
        parameters = dict(grammar.read_parameters(rest))
    except grammar.MalformedFieldError:
        return protocol, None, ""
    match = _CAUSE.fullmatch(parameters.get("cause") or "")
    cause = int(match[1]) if match is not None else 0
    return protocol, cause if cause in _RANGES.get(protocol, ()) else None, _plain(parameters.get("text") or "")


def _plain(text: str) -> str:
    """A quoted string's content on one line, shortened."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return "".join(char if char.isprintable() else " " for char in text)[:LONGEST_TEXT].strip()


def reason_of(cause: EndCause) -> str:
    """Our reason in a BYE, a CANCEL or a refusal."""
    if cause is EndCause.ANSWERED_ELSEWHERE:
        return f'SIP;cause={ELSEWHERE};text="Call completed elsewhere"'
    number = TO_Q850[cause]
    return f'Q.850;cause={number};text="{Q850_TEXTS[number]}"'


def header_of(cause: EndCause) -> Header:
    return "Reason", reason_of(cause)
