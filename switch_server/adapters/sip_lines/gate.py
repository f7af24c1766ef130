"""Admission of datagrams to the SIP stack (RFC 3261 §26.1; no state is kept for a stranger). Pure, except for counting.

- From an address on a trunk's list: every valid message.
- From elsewhere: messages of our dialogs (by Call-ID), and INVITEs that prove a trunk's user by digest, each for itself and for
  the URI that it calls; later messages of such an INVITE pass from its own address only. Other requests get 403 or a challenge, at most
  ``REPLIES_PER_SECOND`` altogether, since the source of a datagram can be forged.
- From anywhere: REGISTER, which goes to the registrar only.
"""

import secrets
from collections import Counter, OrderedDict
from typing import Final

from msgspec.structs import replace

from switch_server.adapters.sip_lines import grammar, screen
from switch_server.adapters.sip_lines.digest import DigestAuthenticator, NonceCounts, password_key
from switch_server.adapters.sip_lines.registrar import Registrar
from switch_server.adapters.sip_lines.screen import IgnoredMessage, PassedMessage, RefusedRequest, SipHead
from switch_server.adapters.sip_lines.trunk_table import Address, TrunkTable
from switch_server.core.words import Trunk
from switch_server.ports.phones import DeskPhoneBook

REPLIES_PER_SECOND: Final = 50
REMEMBERED: Final = 8192


class KnownDialogs:
    """Call-IDs of live dialogs, of the last ended ones, and of callers proven by digest; bounded, except for live dialogs."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._limit = limit
        self._living: Counter[str] = Counter()
        self._others: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Call-ID and the address from which it is accepted; ``""``: any."""

    def proven(self, call_id: str, ip: str) -> None:
        """A caller at this address has proved itself by digest: an ACK or a CANCEL may follow."""
        self._remember(call_id, ip)

    def begun(self, call_id: str) -> None:
        self._living[call_id] += 1

    def over(self, call_id: str) -> None:
        """The dialog has ended; repetitions and late responses may still come."""
        self._living[call_id] -= 1
        if self._living[call_id] <= 0:
            del self._living[call_id]
        self._remember(call_id, "")

    def _remember(self, call_id: str, ip: str) -> None:
        self._others[call_id, ip] = None
        while len(self._others) > self._limit:
            self._others.popitem(last=False)

    def knows(self, call_id: str, ip: str) -> bool:
        return call_id in self._living or (call_id, "") in self._others or (call_id, ip) in self._others


class Gate:
    """``judge`` returns the text for the stack, the response to send, or nothing. ``phones``: the phones that may register; ``None``: none."""

    def __init__(self, table: TrunkTable, counters: Counter[str], phones: DeskPhoneBook | None = None) -> None:
        self._table = table
        self._counters = counters
        self._authenticator = DigestAuthenticator(secrets.token_bytes(32))
        self._nonce_counts = NonceCounts()
        self._registrar = Registrar(phones, self._authenticator, counters) if phones is not None else None
        self._tag = secrets.token_hex(8)
        self._second = 0
        self._replies = 0
        self.recent = KnownDialogs()

    def judge(self, datagram: bytes, source: Address, now: float) -> PassedMessage | bytes | None:
        """Judges one datagram at wall time ``now``. Raises nothing."""
        verdict = screen.screen(datagram)
        known = self._table.knows(source[0])
        if isinstance(verdict, IgnoredMessage):
            self._counters[verdict.why] += 1
            return None
        if isinstance(verdict, RefusedRequest):
            self._counters["malformed"] += 1
            answered = known or (self._registrar is not None and verdict.head.method == "REGISTER")
            return self.refuse(verdict.head, source, verdict.code, verdict.reason, now) if answered else None
        if self._registrar is not None and verdict.head.method == "REGISTER":
            return self._register(self._registrar, verdict.head, source, now)
        if known:
            return self._number(verdict)
        if self._continues(verdict.head, source):
            self._use_up(verdict.head, source, now)
            return self._number(verdict)
        return self._stranger(verdict, source, now)

    def _continues(self, head: SipHead, source: Address) -> bool:
        """Whether a message continues something known. An INVITE that begins a call must prove itself, whatever its Call-ID."""
        begins = head.method == "INVITE" and grammar.tag_of(head.fields.get("to", "")) is None
        return not begins and self.recent.knows(head.call_id, source[0])

    def _number(self, passed: PassedMessage) -> PassedMessage:
        self._counters["messages"] += 1
        return passed

    def _stranger(self, passed: PassedMessage, source: Address, now: float) -> PassedMessage | bytes | None:
        head = passed.head
        if head.status is not None or head.method in ("ACK", "CANCEL"):
            self._counters["strangers"] += 1
            return None
        if head.method != "INVITE" or not self._table.asks_digest():
            self._counters["strangers"] += 1
            return self.refuse(head, source, 403, "Forbidden", now)
        user = self._authenticator.user(head.authorization)
        if user is not None and not self._authenticator.is_for(head.authorization, head.uri):
            self._counters["proof_of_another_uri"] += 1
            return self.refuse(head, source, 400, "Digest URI Is Not The Request-URI", now)
        trunk = self._table.of_user(user or "")
        admitted = trunk is not None and self._admits(trunk, head, source, now)
        if admitted:
            self.recent.proven(head.call_id, source[0])
            return self._number(replace(passed, trunk=trunk))
        self._counters["challenged" if admitted is None or not head.authorization else "wrong_password"] += 1
        ask = f"WWW-Authenticate: {self._authenticator.challenge(now, source[0], stale=admitted is None)}"
        return self.refuse(head, source, 401, "Unauthorized", now, ask)

    def _admits(self, trunk: Trunk, head: SipHead, source: Address, now: float) -> bool | None:
        """As ``DigestAuthenticator.admits``; a use count that was taken by another request is as good as an old nonce."""
        admitted = self._authenticator.admits(
            head.authorization, head.method, password_key(trunk.username, trunk.password), now, source[0]
        )
        if not admitted:
            return admitted
        use = self._authenticator.use(head.authorization)
        return True if self._nonce_counts.takes(use, _retransmission_key(head)) else None

    def _use_up(self, head: SipHead, source: Address, now: float) -> None:
        """A phone may send a proof unasked in its call; overheard, this proof must not open a second call."""
        user = self._authenticator.user(head.authorization) if head.authorization else None
        trunk = self._table.of_user(user or "")
        if trunk is not None:
            self._admits(trunk, head, source, now)

    def _register(self, registrar: Registrar, head: SipHead, source: Address, now: float) -> bytes | None:
        """An address with a registered phone is always answered, however many requests strangers send."""
        answer = registrar.answer(head, source, now)
        if answer.code == 200 or registrar.knows(source[0], now):
            return screen.reply(head, source, answer.code, answer.reason, tag=self._tag, extra=answer.headers)
        return self.refuse(head, source, answer.code, answer.reason, now, *answer.headers)

    def refuse(self, head: SipHead, source: Address, code: int, reason: str, now: float, *extra: str) -> bytes | None:
        """A stateless response, within the limit."""
        if head.method == "ACK" or head.status is not None:
            return None
        if int(now) != self._second:
            self._second, self._replies = int(now), 0
        self._replies += 1
        if self._replies > REPLIES_PER_SECOND:
            self._counters["unanswered"] += 1
            return None
        return screen.reply(head, source, code, reason, tag=self._tag, extra=extra)


def _retransmission_key(head: SipHead) -> tuple[str, ...]:
    """The fields that a retransmission of a request has in common with the original, and no other request has (RFC 3261 §17.2.3)."""
    return head.call_id, head.fields["cseq"], head.fields["from"], head.vias[0]
