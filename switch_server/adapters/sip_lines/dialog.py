"""A dialog's identity and routes (RFC 3261 §12), and requests in it. Fields are texts, as they came where they came from the far end."""

import copy
import random
import secrets

from switch_server.adapters.sip import client, grammar
from switch_server.adapters.sip.grammar import MalformedFieldError, Uri
from switch_server.adapters.sip.message import USER_AGENT, Address, Fields, Header, Message, Request, Response
from switch_server.adapters.sip.transport import Port
from switch_server.adapters.sip_lines import messages

EXPIRES = "300"
"""How long our INVITE may ring, in seconds."""


class SipDialog:
    """Call-ID, tags, sequence numbers, route set and target. ``ours`` and ``theirs`` are the From and To of our requests.

    ``target``: the Request-URI of our requests; ``hop``: the address to which they go.
    """

    def __init__(self, call_id: str, ours: str, tag: str, theirs: str, target: str, hop: Address, port: Port) -> None:
        self.call_id = call_id
        self.ours = ours
        self.tag = tag
        self.theirs = theirs
        self.far_tag: str | None = None
        self.target = target
        self.hop = hop
        self.port = port
        self.routes: list[str] = []
        self.cseq = random.randrange(1, 100_000)  # noqa: S311  no secret
        self.far_cseq: int | None = None
        self.contact = ""
        """Our Contact where it is not the plain address."""
        self.symmetric = False
        """The far end may be behind NAT: requests go to the source address of its messages, not to its Contact."""

    @classmethod
    def of_invite(cls, request: Request, port: Port) -> "SipDialog":
        """The callee's view. Raises ``MalformedFieldError``."""
        tag = secrets.token_hex(8)
        us, theirs = request.value("to") or "", request.value("from") or ""
        caller = request.from_address  # its URI is the target of a caller of RFC 2543 without Contact
        ours = grammar.with_tag(us, tag, replace=request.to_tag is not None)
        dialog = cls(request.call_id, ours, tag, theirs, caller.uri.text, request.source, port)
        dialog.far_tag = caller.tag
        dialog.far_cseq = request.cseq
        dialog._route(request.elements("record-route"), request)
        return dialog

    @classmethod
    def outgoing(cls, target: str, ani: str, port: Port, hop: Address) -> "SipDialog":
        """The caller's view, before the INVITE. ``target``: the Request-URI."""
        tag, ip = secrets.token_hex(8), port.address[0]
        uri = grammar.read_uri(target)
        to = f"<sip:{uri.host}>" if uri.user is None else f"<sip:{grammar.escaped_user(uri.user)}@{uri.host}>"
        ours = f"<sip:{grammar.escaped_user(ani or 'anonymous')}@{ip}>;tag={tag}"
        return cls(f"{secrets.token_hex(12)}@{ip}", ours, tag, to, target, hop, port)

    @property
    def key(self) -> tuple[str, str]:
        """(Call-ID, our tag): identifies the dialog of an incoming request."""
        return self.call_id, self.tag

    def confirm(self, response: Response) -> None:
        """Takes the far end's tag, target and route set from a 2xx to our INVITE. Raises ``MalformedFieldError``."""
        if response.to_tag is not None:
            self.theirs = grammar.with_tag(self.theirs, response.to_tag, replace=self.far_tag is not None)
            self.far_tag = response.to_tag
        self._route(response.elements("record-route")[::-1], response)

    def answered_by(self, invite: Request, response: Response) -> "SipDialog":
        """The dialog of a 2xx to our INVITE, as a copy: each callee of a forked INVITE has a dialog of its own (RFC 3261 §12.1.2)."""
        dialog = copy.copy(self)
        dialog.cseq = invite.cseq
        if invite.to_tag is not None:  # a re-INVITE: the route set stays (§12.2.1.2)
            dialog.retarget(response)
            return dialog
        dialog.theirs, dialog.far_tag = invite.value("to") or "", None
        dialog.target, dialog.hop = invite.uri, invite.hop
        dialog.confirm(response)
        return dialog

    def retarget(self, message: Message) -> None:
        """Target refresh (RFC 3261 §12.2): the Contact of a re-INVITE, an UPDATE or their 2xx. One that is no SIP address changes nothing."""
        uri = _contact_of(message)
        if uri is None:
            return
        own = None if self.symmetric else uri.own_address()
        self.target = uri.at(*message.source) if self.symmetric and uri.host else uri.text
        if not self.routes:
            self.hop = own or message.source

    def _route(self, routes: list[str], message: Message) -> None:
        uris = [grammar.read_address(route).uri for route in routes]
        self.routes = routes
        self.retarget(message)
        if not routes:
            return
        self.hop = uris[0].own_address() or message.source
        if not uris[0].has("lr"):  # a strict router of RFC 2543 (§12.2.1.1)
            self.routes = [*routes[1:], f"<{self.target}>"]
            self.target = uris[0].text

    def far_tag_matches(self, request: Request) -> bool:
        return self.far_tag == request.from_tag

    def in_order(self, request: Request) -> bool:
        """RFC 3261 §12.2.2: a request with a lower CSeq than the last is answered 500."""
        number = request.cseq
        if self.far_cseq is not None and number <= self.far_cseq:
            return False
        self.far_cseq = number
        return True

    def request(self, method: str, body: str | None = None, headers: tuple[Header, ...] = ()) -> Request:
        """A new request in this dialog."""
        self.cseq += 1
        request = self._request(method)
        for each in headers:
            request.add(each)
        if body:
            request.add(("Content-Type", "application/sdp"))
            request.body = body.encode()
        return request

    def ack(self, invite: Request) -> Request:
        """The ACK of a 2xx: a request in the dialog with the number and all credentials of the INVITE (RFC 3261 §13.2.2.4)."""
        ack = self._request("ACK")
        for each in client.credentials(invite):
            ack.add(each)
        return ack

    def _request(self, method: str) -> Request:
        fields: Fields = {"via": [client.new_via(self.port)]}
        if self.routes:
            fields["route"] = list(self.routes)
        fields["max-forwards"] = ["70"]
        fields["from"] = [self.ours]
        fields["to"] = [self.theirs]
        fields["call-id"] = [self.call_id]
        fields["cseq"] = [f"{self.cseq} {method}"]
        if method in ("INVITE", "UPDATE"):
            fields["contact"] = [self.contact or messages.contact(self.port.address)]
        if method == "INVITE":
            fields["expires"] = [EXPIRES]
        fields["user-agent"] = [USER_AGENT]
        return Request(method, self.target, fields, hop=self.hop)


def _contact_of(message: Message) -> Uri | None:
    """The first Contact; ``None`` if there is none that is reached by SIP."""
    contacts = message.elements("contact")
    try:
        uri = grammar.read_address(contacts[0]).uri if contacts and contacts[0] != "*" else None
    except MalformedFieldError:
        return None
    return uri if uri is not None and uri.scheme in ("sip", "sips") else None
