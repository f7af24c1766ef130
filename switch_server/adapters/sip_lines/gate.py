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

from msgspec import Struct

from shared.ids import TrunkName
from switch_server.adapters.sip import grammar, reader, stateless
from switch_server.adapters.sip.message import Address, Header, Request, Response
from switch_server.adapters.sip.reader import IgnoredMessage, RefusedRequest
from switch_server.adapters.sip_lines.digest import DigestAuthenticator, NonceCounts, password_key
from switch_server.adapters.sip_lines.registrar import Registrar, readable
from switch_server.adapters.sip_lines.trunk_table import TrunkTable
from switch_server.core.words import Trunk
from switch_server.ports.phones import DeskPhoneBook

REPLIES_PER_SECOND: Final = 50
REFUSALS_PER_SECOND: Final = 4000
RETRY_AFTER_S: Final = 5
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


class PassedMessage(Struct, frozen=True):
    """A message for the transactions. ``trunk``: the trunk whose user this request has proved to be, by digest."""

    message: Request | Response
    trunk: Trunk | None = None


class Gate:
    """``judge`` returns the message for the transactions, the response to send, or nothing. ``phones``: the phones that may register; ``None``: none."""

    def __init__(self, table: TrunkTable, counters: Counter[str], phones: DeskPhoneBook | None = None) -> None:
        self._table = table
        self._counters = counters
        self._authenticator = DigestAuthenticator(secrets.token_bytes(32))
        self._nonce_counts = NonceCounts()
        self._registrar = Registrar(phones, self._authenticator, counters) if phones is not None else None
        self._nobody = Trunk(TrunkName(""), username="nobody", password=secrets.token_hex(16))
        """For an unknown user: the check takes as long as for a wrong password, and no password fits."""
        self._tag = secrets.token_hex(8)
        self._our_tag = f";tag={self._tag}".encode()
        self._replies = PerSecond(REPLIES_PER_SECOND)
        self._refusals = PerSecond(REFUSALS_PER_SECOND)
        self.recent = KnownDialogs()

    def judge(self, datagram: bytes, source: Address, now: float) -> PassedMessage | bytes | None:
        """Judges one datagram at wall time ``now``. Raises nothing."""
        message = reader.read(datagram, source)
        if isinstance(message, IgnoredMessage):
            self._counters[message.why] += 1
            return None
        known = self._table.knows(source[0])
        if isinstance(message, RefusedRequest):
            self._counters["malformed"] += 1
            answered = known or (self._registrar is not None and message.request.method == "REGISTER")
            return self.refuse(message.request, message.code, message.reason, now) if answered else None
        if isinstance(message, Request) and message.method == "REGISTER" and self._registrar is not None:
            return self._register(self._registrar, message, now)
        if known:
            return self._pass(message)
        if isinstance(message, Response):
            if self.recent.knows(message.call_id, source[0]):
                return self._pass(message)
            self._counters["strangers"] += 1
            return None
        if self._continues(message):
            self._use_up(message, now)
            return self._pass(message)
        return self._stranger(message, now)

    def _continues(self, request: Request) -> bool:
        """Whether a request continues something known. An INVITE that begins a call must prove itself, whatever its Call-ID."""
        begins = request.method == "INVITE" and grammar.tag_of(request.value("to") or "") is None
        return not begins and self.recent.knows(request.call_id, request.source[0])

    def _pass(self, message: Request | Response, trunk: Trunk | None = None) -> PassedMessage:
        self._counters["messages"] += 1
        return PassedMessage(message, trunk)

    def _stranger(self, request: Request, now: float) -> PassedMessage | bytes | None:
        if request.method in ("ACK", "CANCEL"):
            self._counters["strangers"] += 1
            return None
        if request.method != "INVITE" or not self._table.asks_digest():
            self._counters["strangers"] += 1
            return self.refuse(request, 403, "Forbidden", now)
        ip, proof = request.source[0], readable(request, "authorization")
        user = self._authenticator.user(proof)
        if user is not None and not self._authenticator.is_for(proof, request.uri):
            self._counters["proof_of_another_uri"] += 1
            return self.refuse(request, 400, "Digest URI Is Not The Request-URI", now)
        trunk = self._table.of_user(user or "")
        admitted = self._admits(trunk or self._nobody, request, proof, now)
        if trunk is not None and admitted:
            self.recent.proven(request.call_id, ip)
            return self._pass(request, trunk)
        admitted = None if trunk is not None and admitted is None else False
        self._counters["challenged" if admitted is None or not proof else "wrong_password"] += 1
        ask = self._authenticator.challenge(now, ip, stale=admitted is None)
        return self.refuse(request, 401, "Unauthorized", now, ("WWW-Authenticate", ask))

    def _admits(self, trunk: Trunk, request: Request, proof: tuple[str, ...], now: float) -> bool | None:
        """As ``DigestAuthenticator.admits``; a use count that was taken by another request is as good as an old nonce."""
        key = password_key(trunk.username, trunk.password)
        admitted = self._authenticator.admits(proof, request.method, key, now, request.source[0])
        if not admitted:
            return admitted
        use = self._authenticator.use(proof)
        return True if self._nonce_counts.takes(use, _retransmission_key(request)) else None

    def _use_up(self, request: Request, now: float) -> None:
        """A phone may send a proof unasked in its call; overheard, this proof must not open a second call."""
        proof = readable(request, "authorization")
        trunk = self._table.of_user(self._authenticator.user(proof) or "") if proof else None
        if trunk is not None:
            self._admits(trunk, request, proof, now)

    def _register(self, registrar: Registrar, request: Request, now: float) -> bytes | None:
        """An address with a registered phone is always answered, however many requests strangers send."""
        answer = registrar.answer(request, now)
        if answer.code == 200 or registrar.knows(request.source[0], now):
            return stateless.response(request, answer.code, answer.reason, tag=self._tag, headers=answer.headers)
        return self.refuse(request, answer.code, answer.reason, now, *answer.headers)

    def refuse(self, request: Request, code: int, reason: str, now: float, *headers: Header) -> bytes | None:
        """A stateless response, within the limit."""
        if request.method == "ACK" or not self._within(self._replies, now):
            return None
        return stateless.response(request, code, reason, tag=self._tag, headers=headers)

    def overloaded(self, invite: Request, now: float) -> bytes | None:
        """To an INVITE that has passed, and that is too much (RFC 3261 §21.5.4); one address that floods isn't answered each time."""
        if not self._within(self._refusals, now):
            return None
        after = ("Retry-After", str(RETRY_AFTER_S))
        return stateless.response(invite, 503, "Service Unavailable", tag=self._tag, headers=(after,))

    def ends_refusal(self, datagram: bytes) -> bool:
        """Whether it is the ACK of a stateless response, which nobody waits for (RFC 3261 §8.2.7)."""
        return datagram.startswith(b"ACK ") and self._our_tag in datagram

    def _within(self, limit: "PerSecond", now: float) -> bool:
        within = limit.takes(now)
        if not within:
            self._counters["unanswered"] += 1
        return within


class PerSecond:
    """So many stateless responses of one kind a second, that one kind takes nothing from another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._taken = 0

    def takes(self, now: float) -> bool:
        """Counts one more; ``False``: they are too many."""
        if int(now) != self._second:
            self._second, self._taken = int(now), 0
        self._taken += 1
        return self._taken <= self._most


def _retransmission_key(request: Request) -> tuple[str, ...]:
    """The fields that a retransmission of a request has in common with the original, and no other request has (RFC 3261 §17.2.3)."""
    return tuple(request.value(name) or "" for name in ("call-id", "cseq", "from", "via"))
