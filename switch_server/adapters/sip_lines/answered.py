"""An INVITE of ours after its final response: the ACKs (RFC 3261 §13.2.2.4, §17.1.1.2, §17.1.1.3; RFC 6026 §7.2)."""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from sippy.SipHeader import SipHeader

CALLEES: Final = 32
"""The most responses of one forked INVITE that are acknowledged."""
_CREDENTIALS: Final = ("authorization", "proxy-authorization")


class SentAck(Struct, frozen=True):
    """An ACK as it was sent, and its destination."""

    data: str
    address: tuple[str, int]


class AnsweredInvite:
    """The entry of an answered INVITE among sippy's client transactions. For 64·T1 and longer, repeats of the response get the same ACK.

    Each callee of a forked INVITE sends a 2xx of its own. ``forked`` gets each 2xx but the first; the other party expects a BYE.
    """

    method = "INVITE"
    needack = True

    def __init__(self, transaction: Any) -> None:
        self.userv = transaction.userv
        self.forked: Callable[[Any], None] | None = transaction.forked
        self._address = transaction.address
        self._invite = transaction.request
        self._ack_of_2xx: Callable[[Any], Any] = transaction.ack_of_2xx
        self._sent: dict[tuple[bool, str | None], SentAck] = {}

    def ack(self, response: Any) -> tuple[SentAck | None, bool]:
        """The ACK for a final response, and whether the response is the first of its callee. ``None``: it is not acknowledged."""
        accepted = response.getSCode()[0] < 300
        key = accepted, response.getHFBody("to").getTag()
        if key in self._sent:
            return self._sent[key], False
        if len(self._sent) >= CALLEES or (self._sent and not accepted):
            return None, False
        if accepted:
            ack = self._ack_of_2xx(response)
            address = ack.getTarget()[0]
        else:
            ack, address = _ack_of_refusal(self._invite, response), self._address
        self._sent[key] = SentAck(ack.localStr(self.userv.getSIPaddr()), address)
        return self._sent[key], True


def credentials(invite: Any) -> list[Any]:
    """The headers that an ACK duplicates (RFC 3261 §22.1)."""
    return [header for header in invite.headers if header.name in _CREDENTIALS]


def _ack_of_refusal(invite: Any, response: Any) -> Any:
    """RFC 3261 §17.1.1.3: request line, top Via and Route of the INVITE, To of the response. A Contact or Record-Route of the response doesn't matter."""
    ack = invite.genACK(to=response.getHFBCopy("to"))
    ack.appendHeaders([SipHeader(name="route", body=route.getCopy()) for route in invite.getHFBodys("route")])
    ack.appendHeaders(credentials(invite))
    return ack
