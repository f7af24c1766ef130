"""Extensions that an INVITE requires or lacks (RFC 3261 §8.2.2.3, RFC 3262 §3)."""

from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.reliable import RELIABLE
from switch_server.core.words import Trunk


def refuse_unknown(transaction: ServerTransaction, unknown: frozenset[str]) -> None:
    """The caller requires what the switch does not have (RFC 3261 §8.2.2.3)."""
    messages.respond(transaction, 420, headers=(("Unsupported", ", ".join(sorted(unknown))),))


def refuse_unreliable(request: Request, transaction: ServerTransaction, trunk: Trunk) -> bool:
    """A caller who is against the trunk's rule of reliable provisional responses is refused (RFC 3262 §3); ``False``: none is."""
    rule, required = trunk.signalling.reliable, RELIABLE in request.tokens("require")
    if rule == "never" and required:
        refuse_unknown(transaction, frozenset({RELIABLE}))
    elif rule == "required" and not required and RELIABLE not in request.tokens("supported"):
        messages.respond(transaction, 421, headers=(messages.header("Require", RELIABLE),))
    else:
        return False
    return True
