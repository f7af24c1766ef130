"""Server transactions (RFC 3261 §17.2, RFC 6026): the far end's requests and our responses.

```
          1xx, or 100 after 0.2 s   2xx…6xx              ACK, or 64·T1
TRYING ──► PROCEEDING ─────────────► ANSWERED ──────────► ENDED      an INVITE: the response is repeated until its ACK, also a 2xx
TRYING ──► PROCEEDING ──────────────────────────────────► ENDED      any other request, by its final response
```
A repeat of the request gets the last response. After the end ``transactions.KeptAnswers`` has the final one.
"""

import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, Final, Protocol

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.message import USER_AGENT, Address, Header, Request, TransactionKey, wire
from switch_server.adapters.sip.timers import PATIENCE, T1, T2, SipTimers, Timer
from switch_server.adapters.sip.transport import Port

TRYING_AFTER: Final = 0.2
"""Seconds until an INVITE that has no response yet is answered 100 (§17.2.1): most are answered before."""
EXPIRES: Final = 300.0
"""Seconds until an INVITE without Expires is answered 487."""


class ServerState(StrEnum):
    TRYING = "trying"
    PROCEEDING = "proceeding"
    ANSWERED = "answered"
    ENDED = "ended"


class ServerEvent(StrEnum):
    PROVISIONAL = "provisional"
    FINAL = "final"
    ACK = "ack"
    CANCEL = "cancel"
    REPEAT = "repeat"
    DEADLINE = "deadline"


_T, _P, _A, _E = ServerState.TRYING, ServerState.PROCEEDING, ServerState.ANSWERED, ServerState.ENDED
_Table = dict[tuple[ServerState, ServerEvent], tuple[ServerState, Callable[[Any], None]]]


def key_of(request: Request, method: str) -> TransactionKey:
    """The transaction of a request, or that of the INVITE which it acknowledges or cancels. Raises ``MalformedFieldError``."""
    if request.key is not None and request.key[0] == method:
        return request.key
    via = request.via
    sent_by = via.host.lower() if via.port is None else f"{via.host.lower()}:{via.port}"
    request.key = method, via.get("branch") or "", sent_by, request.call_id, request.cseq, request.from_tag
    return request.key


class ServerTable(Protocol):
    """The protocol of the table that keeps the transactions."""

    def answered(self, transaction: "ServerTransaction") -> None:
        """An INVITE has its final response and waits for the ACK."""

    def over(self, transaction: "ServerTransaction") -> None:
        """The transaction has ended."""


class ServerTransaction:
    """``tag``: of our responses. ``on_cancel(cancel)``: the INVITE has been answered 487 after this CANCEL, or, ``None``, as it has expired; ``on_ack``: the ACK; ``on_no_ack``: none has come."""

    __slots__ = (
        "_cancel", "_copied", "_deadline", "_interval", "_repeats", "_table", "_timers", "address", "key", "last", "on_ack", "on_cancel",
        "on_no_ack", "port", "request", "state", "tag",
    )  # fmt: skip

    def __init__(
        self, request: Request, key: TransactionKey, port: Port, timers: SipTimers, table: ServerTable
    ) -> None:
        self.request = request
        self.key = key
        self.port = port
        self.state = ServerState.TRYING
        self.tag: str | None = None
        self.last: bytes | None = None
        self.on_cancel: Callable[[Request | None], None] | None = None
        self.on_ack: Callable[[Request], None] | None = None
        self.on_no_ack: Callable[[], None] | None = None
        self.address, self._copied = _way_back(request)
        self._cancel: Request | None = None
        self._timers = timers
        self._table = table
        self._interval = T1
        self._repeats: Timer | None = None
        self._deadline: Timer | None = None
        if request.method == "INVITE":
            self._wait(TRYING_AFTER)

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def open(self) -> bool:
        """No final response has been sent."""
        return self.state in (ServerState.TRYING, ServerState.PROCEEDING)

    def respond(self, code: int, reason: str, headers: tuple[Header, ...] = (), body: bytes = b"") -> None:
        """Sends a response; no effect after the final one."""
        if not self.open:
            return
        self.last = self._write(code, reason, headers, body)
        self.repeat()
        self._happens(ServerEvent.PROVISIONAL if code < 200 else ServerEvent.FINAL)

    def repeat(self) -> None:
        """Sends the last response, if there is one."""
        if self.last is not None:
            self.port.send(self.last, self.address)

    def expect_answer(self) -> None:
        """The handler of a request other than INVITE has returned: without a response it is forgotten after 64·T1."""
        if self.open and self.method != "INVITE":
            self._wait(PATIENCE)

    def acknowledged(self, ack: Request) -> None:
        """The ACK of the final response has come."""
        heard = self.on_ack
        if self.state is ServerState.ANSWERED:
            self._happens(ServerEvent.ACK)
            if heard is not None:
                heard(ack)

    def cancelled(self, cancel: Request) -> None:
        """The far end has sent a CANCEL for this INVITE."""
        self._cancel = cancel
        self._happens(ServerEvent.CANCEL)

    def stop_repeating(self) -> None:
        """Nobody waits for the final response any more; its ACK may still come."""
        if self._repeats is not None:
            self._repeats.cancel()
            self._repeats = None

    def _wait(self, seconds: float | None) -> None:
        """Sets the deadline in place of the last one."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self._timers.after(seconds, self._deadline_passed)

    # --- the machine ---

    def _happens(self, event: ServerEvent) -> None:
        steps = self._INVITE if self.method == "INVITE" else self._OTHER
        step = steps.get((self.state, event))
        if step is not None:
            self.state = step[0]
            step[1](self)

    def _deadline_passed(self) -> None:
        self._deadline = None
        self._happens(ServerEvent.DEADLINE)

    def _repeat_due(self) -> None:
        self._happens(ServerEvent.REPEAT)

    def _stay(self) -> None: ...

    def _try(self) -> None:
        self.last = self._write(100, "Trying", (), b"")
        self.repeat()
        self._ring()

    def _ring(self) -> None:
        """From the first provisional response on the INVITE may run out."""
        self._wait(_expires(self.request))

    def _wait_for_ack(self) -> None:
        """Timers G and H (§17.2.1); the same for a 2xx (§13.3.1.4)."""
        self._wait(PATIENCE)
        self._repeats = self._timers.after(self._interval, self._repeat_due)
        self._table.answered(self)

    def _repeat_later(self) -> None:
        self.repeat()
        self._interval = min(2 * self._interval, T2)
        self._repeats = self._timers.after(self._interval, self._repeat_due)

    def _end(self) -> None:
        self._wait(None)
        self.stop_repeating()
        self.on_cancel = self.on_ack = self.on_no_ack = None
        self._table.over(self)

    def _give_up(self) -> None:
        unheard = self.on_no_ack
        self._end()
        if unheard is not None:
            unheard()

    def _refuse_cancelled(self) -> None:
        self._terminate("Request Terminated", self._cancel)

    def _refuse_expired(self) -> None:
        self._terminate("Request Expired", None)

    def _terminate(self, reason: str, cancel: Request | None) -> None:
        heard = self.on_cancel
        self.respond(487, reason)
        if heard is not None:
            heard(cancel)

    _INVITE: ClassVar[_Table] = {
        (_T, ServerEvent.PROVISIONAL): (_P, _ring),
        (_P, ServerEvent.PROVISIONAL): (_P, _stay),
        (_T, ServerEvent.FINAL): (_A, _wait_for_ack),
        (_P, ServerEvent.FINAL): (_A, _wait_for_ack),
        (_T, ServerEvent.CANCEL): (_T, _refuse_cancelled),
        (_P, ServerEvent.CANCEL): (_P, _refuse_cancelled),
        (_T, ServerEvent.DEADLINE): (_P, _try),
        (_P, ServerEvent.DEADLINE): (_P, _refuse_expired),
        (_A, ServerEvent.REPEAT): (_A, _repeat_later),
        (_A, ServerEvent.ACK): (_E, _end),
        (_A, ServerEvent.DEADLINE): (_E, _give_up),
    }
    _OTHER: ClassVar[_Table] = {
        (_T, ServerEvent.PROVISIONAL): (_P, _stay),
        (_P, ServerEvent.PROVISIONAL): (_P, _stay),
        (_T, ServerEvent.FINAL): (_E, _end),
        (_P, ServerEvent.FINAL): (_E, _end),
        (_T, ServerEvent.DEADLINE): (_E, _end),
        (_P, ServerEvent.DEADLINE): (_E, _end),
    }

    # --- the text of a response ---

    def _write(self, code: int, reason: str, headers: tuple[Header, ...], body: bytes) -> bytes:
        """Via, Record-Route, From, Call-ID and CSeq are copied, To gets our tag if it has none (§8.2.6.2)."""
        request = self.request
        to = request.value("to") or ""
        if code > 100 and request.to_tag is None:
            if self.tag is None:
                self.tag = secrets.token_hex(8)
            to = f"{to};tag={self.tag}"
        lines = [f"SIP/2.0 {code} {reason}", *self._copied, f"To: {to}"]
        lines += [f"Call-ID: {request.call_id}", f"CSeq: {request.value('cseq')}", f"Server: {USER_AGENT}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append("Content-Type: application/sdp")
        return wire(lines, body)


def _way_back(request: Request) -> tuple[Address, list[str]]:
    """Where responses go (§18.2.2, RFC 3581 §4), and the lines that each response copies, up to From.

    The top Via gets the source of the request where its own address differs, and where it asks for ``rport``.
    """
    via, (ip, port) = request.via, request.source
    asks = via.has("rport")
    first, *others = request.elements("via")
    if asks or via.host != ip:
        received = ip if via.host != ip else via.get("received")
        first = grammar.mark_via(first, received, str(port) if asks else None)
    lines = [f"Via: {each}" for each in (first, *others)]
    lines += [f"Record-Route: {each}" for each in request.elements("record-route")]
    lines.append(f"From: {request.value('from')}")
    return (ip, port if asks else via.port or grammar.SIP_PORT), lines


def _expires(request: Request) -> float:
    """Seconds until the INVITE expires (§13.3.1); an Expires that is no number of seconds counts as missing."""
    text = (request.value("expires") or "").lstrip("0")
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 10 else EXPIRES
