"""All transactions of the switch: which one a message belongs to (RFC 3261 §17.1.3, §17.2.3, §9.2)."""

from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from switch_server.adapters.sip import client, server
from switch_server.adapters.sip.client import AckOf2xx, ClientTransaction, Heard, InviteClient
from switch_server.adapters.sip.message import Address, Header, Request, Response, TransactionKey
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip.timers import PATIENCE, SipTimers
from switch_server.adapters.sip.transport import Port

KEPT_MOST: Final = 20_000
"""So many final responses are kept at most, of 0.5 to 1 kB each."""

OnRequest = Callable[[Request, ServerTransaction], None]
Dialog = tuple[str, str | None, int, str | None]
"""Call-ID, From tag, CSeq number and To tag: the ACK of a final response, which may come with another branch."""


class KeptAnswer(Struct, frozen=True, gc=False):
    """A final response of ours, and where it went."""

    data: bytes
    port: Port
    address: Address


class KeptAnswers:
    """Final responses for the repeats of their requests, for 64·T1 (RFC 3261 §17.2.2, timer J)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._answers: dict[TransactionKey, KeptAnswer] = {}
        self._ends: deque[tuple[float, TransactionKey]] = deque()

    def keep(self, transaction: ServerTransaction) -> None:
        now = self._clock()
        self.drop_old(now)
        if transaction.last is not None:
            self._answers[transaction.key] = KeptAnswer(transaction.last, transaction.port, transaction.address)
            self._ends.append((now + PATIENCE, transaction.key))

    def get(self, key: TransactionKey) -> KeptAnswer | None:
        return self._answers.get(key)

    def drop_old(self, now: float) -> None:
        while self._ends and (self._ends[0][0] <= now or len(self._ends) >= KEPT_MOST):
            self._answers.pop(self._ends.popleft()[1], None)

    def __len__(self) -> int:
        return len(self._answers)


class Transactions:
    """``on_request`` gets each new request with its transaction, and never an ACK or a CANCEL; it must not raise."""

    def __init__(self, timers: SipTimers, on_request: OnRequest) -> None:
        self._timers = timers
        self._on_request = on_request
        self._clients: dict[client.Key, ClientTransaction] = {}
        self._servers: dict[TransactionKey, ServerTransaction] = {}
        self._to_acknowledge: dict[Dialog, ServerTransaction] = {}
        self.kept = KeptAnswers(timers.clock)
        timers.after(PATIENCE, self._drop_old)

    def _drop_old(self) -> None:
        self.kept.drop_old(self._timers.clock())
        self._timers.after(PATIENCE, self._drop_old)

    # --- what comes in ---

    def take(self, message: Request | Response, port: Port) -> None:
        """One message that has passed the gate. Raises ``MalformedFieldError``: it is dropped."""
        if isinstance(message, Response):
            transaction = self._clients.get((message.via.get("branch") or "", message.method))
            if transaction is not None:
                transaction.take(message)
        elif message.method == "ACK":
            self._ack(message)
        elif message.method == "CANCEL":
            self._cancel(message, port)
        else:
            self._request(message, port)

    def _request(self, request: Request, port: Port) -> None:
        """A repeat gets the last response, whatever else in it differs (``Timestamp``)."""
        key = server.key_of(request, request.method)
        known = self._servers.get(key) or self.kept.get(key)
        if isinstance(known, ServerTransaction):
            known.repeat()
        elif known is not None:
            known.port.send(known.data, known.address)
        else:
            _ = request.to_tag  # each response needs it: a To that can't be read has no transaction
            transaction = ServerTransaction(request, key, port, self._timers, self)
            self._servers[key] = transaction
            if self._clients and any(
                (via.get("branch") or "", request.method) in self._clients for via in request.vias
            ):
                transaction.respond(482, "Loop Detected")  # a request of ours has come back
                return
            self._on_request(request, transaction)
            transaction.expect_answer()

    def knows(self, request: Request) -> bool:
        """The request is a repeat. Raises ``MalformedFieldError``."""
        key = server.key_of(request, request.method)
        return key in self._servers or self.kept.get(key) is not None

    def answered(self, transaction: ServerTransaction) -> None:
        """See ``server.ServerTable``."""
        self._to_acknowledge[_dialog(transaction.request, transaction.tag)] = transaction

    def over(self, transaction: ServerTransaction) -> None:
        """See ``server.ServerTable``."""
        self._servers.pop(transaction.key, None)
        if transaction.method == "INVITE":
            self._to_acknowledge.pop(_dialog(transaction.request, transaction.tag), None)
        self.kept.keep(transaction)

    def _ack(self, ack: Request) -> None:
        """By its dialog, since the ACK of a 2xx is a transaction of its own; that of a refusal also by its branch."""
        transaction = self._to_acknowledge.get((ack.call_id, ack.from_tag, ack.cseq, ack.to_tag))
        if transaction is None:
            transaction = self._servers.get(server.key_of(ack, "INVITE"))
        if transaction is not None:
            transaction.acknowledged(ack)

    def _cancel(self, cancel: Request, port: Port) -> None:
        """200, also if it has crossed our final response, which it doesn't change (§9.2); 481 without its INVITE."""
        key = server.key_of(cancel, "INVITE")
        invite = self._servers.get(key)
        found = invite is not None or self.kept.get(key) is not None
        answer = ServerTransaction(cancel, server.key_of(cancel, "CANCEL"), port, self._timers, self)
        answer.tag = None if invite is None else invite.tag
        answer.respond(*((200, "OK") if found else (481, "Call/Transaction Does Not Exist")))
        if invite is not None:
            invite.cancelled(cancel)

    # --- what goes out ---

    def send(self, request: Request, heard: Heard, port: Port) -> ClientTransaction:
        """Sends a request, but no INVITE and no ACK, to its ``hop``."""
        transaction = ClientTransaction(request, heard, port, self._timers, self._forget)
        self._clients[transaction.key] = transaction
        return transaction

    def invite(
        self, request: Request, heard: Heard, port: Port, ack_of_2xx: AckOf2xx, forked: Heard | None
    ) -> InviteClient:
        """Sends an INVITE; see ``InviteClient``."""
        transaction = InviteClient(request, heard, port, self._timers, self._forget, ack_of_2xx, forked)
        self._clients[transaction.key] = transaction
        return transaction

    def cancel(self, transaction: InviteClient, headers: tuple[Header, ...] = ()) -> None:
        """CANCEL now, or after the first response of the far end."""
        invite, port = transaction.request, transaction.port
        transaction.cancel(lambda: self._send_cancel(client.cancel_of(invite, headers), port))

    def _send_cancel(self, cancel: Request, port: Port) -> None:
        self.send(cancel, lambda _: None, port)

    def _forget(self, transaction: ClientTransaction) -> None:
        self._clients.pop(transaction.key, None)

    def idle(self) -> bool:
        """No response to a hang-up or a REGISTER is outstanding."""
        return all(t.method not in ("BYE", "CANCEL", "REGISTER") for t in self._clients.values())


def _dialog(request: Request, tag: str | None) -> Dialog:
    to_tag = request.to_tag
    return request.call_id, request.from_tag, request.cseq, tag if to_tag is None else to_tag
