"""A dialog's identity and routes (RFC 3261 §12), and requests in it."""

import copy
import secrets
from typing import Any

from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipCallId import SipCallId
from sippy.SipCSeq import SipCSeq
from sippy.SipFrom import SipFrom
from sippy.SipRequest import SipRequest
from sippy.SipTo import SipTo
from sippy.SipURL import SipURL

from switch_server.adapters.sip_lines import messages
from switch_server.adapters.sip_lines.answered import credentials
from switch_server.adapters.sip_lines.header_fields import FromField, RouteField, ToField
from switch_server.adapters.sip_lines.stack import Address, Port, reachable


class SipDialog:
    """Call-ID, tags, sequence numbers, route set and target. ``ours`` and ``theirs`` are the From and To of our requests."""

    def __init__(self, call_id: Any, ours: Any, theirs: Any, target: Any, hop: Address, port: Port) -> None:
        self.call_id = call_id
        self.ours = ours
        self.theirs = theirs
        self.target = target
        self.hop = hop
        self.port = port
        self.routes: list[Any] = []
        self.cseq = int(SipCSeq.genRandCSeq()) % 100_000
        self.far_cseq: int | None = None
        self.symmetric = False
        """The far end may be behind NAT: requests go to the source address of its messages, not to its Contact."""

    @classmethod
    def of_invite(cls, request: Any, port: Port) -> "SipDialog":
        """The callee's view. Raises sippy's exceptions for headers that can't be parsed."""
        source = request.getSource()
        tag = secrets.token_hex(8)
        theirs, us = ToField(str(request.getHFBody("from"))), FromField(str(request.getHFBody("to")))
        theirs.parse()
        us.setTag(tag)
        caller = request.getHFBody("from").getUrl().getCopy()  # the target of a caller of RFC 2543 without Contact
        caller.hop = source
        dialog = cls(request.getHFBCopy("call-id"), us, theirs, caller, source, port)
        dialog.far_cseq = request.getHFBody("cseq").getCSeqNum()
        dialog._route([r.getCopy() for r in request.getHFBodys("record-route")], request)
        return dialog

    @classmethod
    def outgoing(cls, target: Any, ani: str, port: Port) -> "SipDialog":
        """The caller's view, before the INVITE. ``target``: the Request-URI."""
        us = SipFrom(address=SipAddress(url=SipURL(username=ani or "anonymous", host=port.address[0]), hadbrace=True))
        us.setTag(secrets.token_hex(8))
        to = SipTo(address=SipAddress(url=SipURL(username=target.username, host=target.host), hadbrace=True))
        dialog = cls(SipCallId(), us, to, target, target.getAddr(), port)
        dialog.call_id = SipCallId(f"{secrets.token_hex(12)}@{port.address[0]}")
        return dialog

    @property
    def key(self) -> tuple[str, str]:
        """(Call-ID, our tag): identifies the dialog of an incoming request."""
        return str(self.call_id), str(self.ours.getTag())

    @property
    def tag(self) -> str:
        return str(self.ours.getTag())

    def confirm(self, response: Any) -> None:
        """Takes the far end's tag, target and route set from a 2xx to our INVITE."""
        tag = response.getHFBody("to").getTag()
        if tag is not None:
            self.theirs.setTag(tag)
        routes = [r.getCopy() for r in response.getHFBodys("record-route")]
        routes.reverse()
        self._route(routes, response)

    def answered_by(self, invite: Any, response: Any) -> "SipDialog":
        """The dialog of a 2xx to our INVITE, as a copy: each callee of a forked INVITE has a dialog of its own (RFC 3261 §12.1.2)."""
        dialog = copy.copy(self)
        dialog.cseq = int(invite.getHFBody("cseq").getCSeqNum())
        if invite.getHFBody("to").getTag() is not None:  # a re-INVITE: the route set stays (§12.2.1.2)
            dialog.retarget(response)
            return dialog
        dialog.theirs = invite.getHFBCopy("to")
        dialog.target = invite.getRURI().getCopy()
        dialog.confirm(response)
        return dialog

    def redirect(self, number: str, address: Address | None) -> None:
        """After a 3xx: the next INVITE has another target; Call-ID, From and To stay (RFC 3261 §8.1.3.4). ``None``: the address stays."""
        self.hop = address or self.hop
        self.target = SipURL(username=number, host=self.hop[0], port=self.hop[1])

    def retarget(self, message: Any) -> None:
        """Target refresh (RFC 3261 §12.2): the Contact of a re-INVITE, an UPDATE or their 2xx. One that is no SIP address changes nothing."""
        url = _contact_of(message)
        if url is not None:
            self.target = url
            reachable(self.target, message.getSource(), always=self.symmetric)
        if not self.routes:
            self.hop = self.target.getAddr()

    def _route(self, routes: list[Any], message: Any) -> None:
        self.routes = routes
        self.retarget(message)
        if not routes:
            return
        for route in routes:
            reachable(route.getUrl(), message.getSource())
        self.hop = routes[0].getUrl().getAddr()
        if not routes[0].getUrl().lr:  # a strict router of RFC 2543 (§12.2.1.1)
            routes.append(RouteField(f"<{self.target}>"))
            self.target = routes.pop(0).getUrl()

    def far_tag_matches(self, request: Any) -> bool:
        return bool(self.theirs.getTag() == request.getHFBody("from").getTag())

    def in_order(self, request: Any) -> bool:
        """RFC 3261 §12.2.2: a request with a lower CSeq than the last is answered 500."""
        number = int(request.getHFBody("cseq").getCSeqNum())
        if self.far_cseq is not None and number <= self.far_cseq:
            return False
        self.far_cseq = number
        return True

    def request(self, method: str, body: str | None = None, headers: tuple[Any, ...] = ()) -> Any:
        """A new request in this dialog."""
        self.cseq += 1
        request = self._request(method)
        for each in headers:
            request.appendHeader(each)
        if body is not None:
            request.setBody(MsgBody(body))
        return request

    def ack(self, invite: Any) -> Any:
        """The ACK of a 2xx: a request in the dialog with the number and all credentials of the INVITE (RFC 3261 §13.2.2.4)."""
        ack = self._request("ACK")
        ack.appendHeaders(credentials(invite))
        return ack

    def _request(self, method: str) -> Any:
        return SipRequest(
            method=method,
            ruri=self.target.getCopy(),
            to=self.theirs.getCopy(),
            fr0m=self.ours.getCopy(),
            cseq=self.cseq,
            callid=self.call_id.getCopy(),
            contact=messages.contact(self.port.address) if method in ("INVITE", "UPDATE") else None,
            routes=[r.getCopy() for r in self.routes],
            target=(self.hop, "udp"),
        )


def _contact_of(message: Any) -> Any:
    """The address of the Contact; ``None`` if there is none that is reached by SIP."""
    try:
        contact = message.getHFBody("contact")
        url = None if contact.asterisk else contact.getUrl().getCopy()
    except Exception:  # noqa: BLE001 — sippy may raise anything at a tel or mailto address
        return None
    return None if url is None or hasattr(url.host, "my") else url  # sippy gives a tel address the host "my address"
