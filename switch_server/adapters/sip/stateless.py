"""Responses without a transaction (RFC 3261 §8.2.7): written from the fields of the request, and forgotten. Pure."""

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.message import USER_AGENT, Header, Request, wire


def response(request: Request, code: int, reason: str, *, tag: str, headers: tuple[Header, ...] = ()) -> bytes:
    """A final response to ``request.source``. ``tag`` goes into To if it has none (§8.2.6.2)."""
    to = request.value("to") or ""
    if to and grammar.tag_of(to) is None:
        to += f";tag={tag}"
    vias = request.values("via")
    copied = (
        ("From", request.value("from")),
        ("To", to),
        ("Call-ID", request.value("call-id")),
        ("CSeq", request.value("cseq")),
    )
    lines = [f"SIP/2.0 {code} {reason}", f"Via: {_marked(vias[0], *request.source)}"]
    lines += [f"Via: {via}" for via in vias[1:]]
    lines += [f"{name}: {value}" for name, value in copied if value]
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Server: {USER_AGENT}")
    return wire(lines, b"")


def _marked(via: str, ip: str, port: int) -> str:
    """RFC 3261 §18.2.1 and RFC 3581: the top Via gets the source of the request."""
    first, *rest = grammar.split_list(via) or [via]
    return ", ".join((grammar.mark_via(first, ip, str(port)), *rest))
