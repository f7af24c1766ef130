"""Client transactions (RFC 3261 §17.1, §9.1, §13.2.2.4; RFC 6026): our requests, the far end's responses, and the ACKs.

```
          1xx              2xx…6xx            64·T1
CALLING ──► PROCEEDING ──► ANSWERED ────────► ENDED    an INVITE: each final response gets its ACK, also a repeated one
CALLING ──► PROCEEDING ─────────────────────► ENDED    any other request
CALLING, PROCEEDING ── silence ──► SILENT ──► ENDED    an INVITE: a 2xx that comes late is acknowledged
```
"""

import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, Final

from msgspec import Struct

from switch_server.adapters.sip.message import Address, Fields, Header, Request, Response
from switch_server.adapters.sip.timers import PATIENCE, T1, T2, SipTimers, Timer
from switch_server.adapters.sip.transport import Port

MAGIC_COOKIE: Final = "z9hG4bK"
"""Begins the branch of each transaction of RFC 3261 (§8.1.1.7)."""
RINGING_MOST: Final = 300.0
"""Seconds after the last provisional response in which the final one must come."""
CALLEES: Final = 32
"""The most responses of one forked INVITE that are acknowledged."""
CREDENTIALS: Final = ("authorization", "proxy-authorization")
"""The fields that an ACK duplicates (RFC 3261 §22.1)."""

Key = tuple[str, str]
"""Branch and method (§17.1.3)."""
Heard = Callable[[Response], None]
AckOf2xx = Callable[[Response], Request]


class ClientState(StrEnum):
    CALLING = "calling"
    PROCEEDING = "proceeding"
    ANSWERED = "answered"
    SILENT = "silent"
    ENDED = "ended"


class ClientEvent(StrEnum):
    PROVISIONAL = "provisional"
    FINAL = "final"
    REPEAT = "repeat"
    DEADLINE = "deadline"


_C, _P, _A, _S, _E = ClientState
_Table = dict[tuple[ClientState, ClientEvent], tuple[ClientState, Callable[[Any, Response | None], None]]]


class ClientTransaction:
    """``heard`` gets each response, and a 408 of ours after silence. The request has been sent."""

    __slots__ = (
        "_data",
        "_deadline",
        "_forget",
        "_interval",
        "_repeats",
        "heard",
        "key",
        "port",
        "request",
        "state",
        "timers",
    )

    def __init__(
        self,
        request: Request,
        heard: Heard,
        port: Port,
        timers: SipTimers,
        forget: "Callable[[ClientTransaction], None]",
    ) -> None:
        self.request = request
        self.heard = heard
        self.port = port
        self.timers = timers
        self.state = ClientState.CALLING
        self.key: Key = (request.via.get("branch") or "", request.method)
        self._forget = forget
        self._data = request.encode()
        self._interval = T1
        self._deadline: Timer | None = timers.after(PATIENCE, self._deadline_passed)
        self._repeats: Timer | None = timers.after(T1, self._repeat_due)
        self._transmit()

    @property
    def method(self) -> str:
        return self.request.method

    def take(self, response: Response) -> None:
        """A response with this transaction's branch."""
        self.happens(ClientEvent.PROVISIONAL if response.code < 200 else ClientEvent.FINAL, response)

    # --- the machine ---

    def happens(self, event: ClientEvent, response: Response | None = None) -> None:
        step = self.table.get((self.state, event))
        if step is not None:
            self.state = step[0]
            step[1](self, response)

    def _deadline_passed(self) -> None:
        self._deadline = None
        self.happens(ClientEvent.DEADLINE)

    def _repeat_due(self) -> None:
        self.happens(ClientEvent.REPEAT)

    def _transmit(self) -> None:
        self.port.send(self._data, self.request.hop)

    def _tell(self, response: Response | None) -> None:
        if response is not None:
            self.heard(response)

    def _repeat(self, _: Response | None) -> None:
        """Timer E (§17.1.2.2): doubled up to T2; T2 after a provisional response."""
        self._transmit()
        self._interval = T2 if self.state is ClientState.PROCEEDING else min(2 * self._interval, T2)
        self._repeats = self.timers.after(self._interval, self._repeat_due)

    def _end(self, response: Response | None) -> None:
        heard = self.heard
        self.over()
        if response is not None:
            heard(response)

    def _give_up(self, _: Response | None) -> None:
        heard = self.heard
        self.over()
        heard(silence(self.request))

    def over(self) -> None:
        """Stops all timers, leaves the table and lets go of the listener, who may have this transaction."""
        self.stop_repeating()
        self.wait(None)
        self.heard = _nobody
        self._forget(self)

    def stop_repeating(self) -> None:
        if self._repeats is not None:
            self._repeats.cancel()
            self._repeats = None

    def wait(self, seconds: float | None) -> None:
        """Sets the deadline in place of the last one."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.timers.after(seconds, self._deadline_passed)

    table: ClassVar[_Table] = {
        (_C, ClientEvent.PROVISIONAL): (_P, _tell),
        (_P, ClientEvent.PROVISIONAL): (_P, _tell),
        (_C, ClientEvent.FINAL): (_E, _end),
        (_P, ClientEvent.FINAL): (_E, _end),
        (_C, ClientEvent.REPEAT): (_C, _repeat),
        (_P, ClientEvent.REPEAT): (_P, _repeat),
        (_C, ClientEvent.DEADLINE): (_E, _give_up),
        (_P, ClientEvent.DEADLINE): (_E, _give_up),
    }


class SentAck(Struct, frozen=True, gc=False):
    """An ACK as it was sent, and its destination."""

    data: bytes
    address: Address


class InviteClient(ClientTransaction):
    """``ack_of_2xx``: the ACK of a 2xx, a request in its dialog. Each callee of a forked INVITE sends a 2xx of its own; ``forked`` gets
    each but the first, and those after silence or a refusal: the other party expects a BYE.
    """

    __slots__ = ("_ack_of_2xx", "_cancel", "_forked", "_sent")

    def __init__(
        self, request: Request, heard: Heard, port: Port, timers: SipTimers, forget: "Callable[[ClientTransaction], None]",
        ack_of_2xx: AckOf2xx, forked: Heard | None,
    ) -> None:  # fmt: skip
        super().__init__(request, heard, port, timers, forget)
        self._ack_of_2xx = ack_of_2xx
        self._forked = forked
        self._cancel: Callable[[], None] | None = None
        self._sent: dict[tuple[bool, str | None], SentAck] = {}

    def cancel(self, send: Callable[[], None]) -> None:
        """Calls ``send`` when a CANCEL may leave: now, or after the first provisional response (§9.1); never after a final one."""
        if self.state is ClientState.PROCEEDING:
            send()
        elif self.state is ClientState.CALLING:
            self._cancel = send

    def _proceed(self, response: Response | None) -> None:
        self.stop_repeating()
        self.wait(RINGING_MOST)
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        self._tell(response)

    def _repeat_invite(self, _: Response | None) -> None:
        """Timer A (§17.1.1.2): doubled without a limit."""
        self._transmit()
        self._interval *= 2
        self._repeats = self.timers.after(self._interval, self._repeat_due)

    def _fall_silent(self, _: Response | None) -> None:
        self.stop_repeating()
        self.wait(PATIENCE)
        self.heard(silence(self.request))

    def take(self, response: Response) -> None:
        """A final response is acknowledged before anybody hears it: our next request (a BYE, the INVITE with a password) must not leave before the ACK.

        Raises ``MalformedFieldError`` if the ACK can't be written: the response counts as lost.
        """
        if response.code < 200 or self.state is ClientState.ENDED:
            super().take(response)
            return
        new = self._acknowledge(response)
        late = self.state in (ClientState.ANSWERED, ClientState.SILENT)
        if self.state is not ClientState.ANSWERED:
            self.happens(ClientEvent.FINAL)
        if new and not late:
            self.heard(response)
        elif new and response.code < 300 and self._forked is not None:
            self._forked(response)

    def _acknowledge(self, response: Response) -> bool:
        """Sends the ACK; whether the response is the first of its callee."""
        accepted = response.code < 300
        key = accepted, response.to_tag
        sent = self._sent.get(key)
        new = sent is None
        if sent is None:
            if len(self._sent) >= CALLEES or (self._sent and not accepted):
                return False
            ack = self._ack_of_2xx(response) if accepted else ack_of_refusal(self.request, response)
            sent = self._sent[key] = SentAck(ack.encode(), ack.hop)
        self.port.send(sent.data, sent.address)
        return new

    def _keep(self, _: Response | None) -> None:
        """Timers D and M: repeats and further answers may come."""
        self.stop_repeating()
        self.wait(PATIENCE)

    def _leave(self, _: Response | None) -> None:
        self.over()
        self._forked = self._cancel = None
        self._ack_of_2xx = _no_ack

    table: ClassVar[_Table] = {
        (_C, ClientEvent.PROVISIONAL): (_P, _proceed),
        (_P, ClientEvent.PROVISIONAL): (_P, _proceed),
        (_C, ClientEvent.FINAL): (_A, _keep),
        (_P, ClientEvent.FINAL): (_A, _keep),
        (_S, ClientEvent.FINAL): (_A, _keep),
        (_C, ClientEvent.REPEAT): (_C, _repeat_invite),
        (_C, ClientEvent.DEADLINE): (_S, _fall_silent),
        (_P, ClientEvent.DEADLINE): (_S, _fall_silent),
        (_S, ClientEvent.DEADLINE): (_E, _leave),
        (_A, ClientEvent.DEADLINE): (_E, _leave),
    }


def _no_ack(_: Response) -> Request:
    raise RuntimeError("the transaction has ended")


def _nobody(_: Response) -> None: ...


def new_via(port: Port) -> str:
    """The Via of a new transaction (§8.1.1.7, RFC 3581)."""
    return f"SIP/2.0/UDP {port.address[0]}:{port.address[1]};rport;branch={MAGIC_COOKIE}{secrets.token_hex(16)}"


def credentials(invite: Request) -> list[Header]:
    """The headers that an ACK duplicates."""
    return [(name, value) for name in CREDENTIALS for value in invite.values(name)]


def ack_of_refusal(invite: Request, response: Response) -> Request:
    """RFC 3261 §17.1.1.3: request line, top Via and Route of the INVITE, To of the response; it goes where the INVITE went."""
    ack = _same_transaction(invite, "ACK")
    ack.fields["to"] = response.values("to")[:1]
    for header in credentials(invite):
        ack.add(header)
    return ack


def cancel_of(invite: Request, headers: tuple[Header, ...] = ()) -> Request:
    """The CANCEL of an INVITE (§9.1)."""
    cancel = _same_transaction(invite, "CANCEL")
    for header in headers:
        cancel.add(header)
    return cancel


def _same_transaction(invite: Request, method: str) -> Request:
    names = ("via", "route", "max-forwards", "from", "to", "call-id")
    fields: Fields = {name: list(invite.fields[name]) for name in names if name in invite.fields}
    fields["cseq"] = [f"{invite.cseq} {method}"]
    fields["user-agent"] = invite.values("user-agent")
    return Request(method, invite.uri, fields, hop=invite.hop)


def silence(request: Request) -> Response:
    """The 408 that stands for no response (§8.1.3.1)."""
    fields: Fields = {name: request.values(name) for name in ("via", "from", "to", "call-id", "cseq")}
    return Response(408, "Request Timeout", fields, source=request.hop, made_here=True)
