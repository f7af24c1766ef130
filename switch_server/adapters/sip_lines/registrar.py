"""The registrar (RFC 3261 §10.3): a desk phone proves its password and says for how long it can be reached. No socket, no clock.

It answers without transactions: the repetition of a REGISTER finds its request done. A phone has one binding, the newest; calls go to
the source address of its REGISTER (RFC 3581), whatever private address its Contact names. A stranger can't tell an
unknown name from a wrong password, and is ignored after ``TRIES`` of them.
"""

import secrets
from collections import Counter
from typing import Final

from msgspec import Struct

from shared.ids import PhoneName
from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import Header, Request
from switch_server.adapters.sip_lines import contacts
from switch_server.adapters.sip_lines.contacts import BadContact, SipContact
from switch_server.adapters.sip_lines.digest import DigestAuthenticator, md5_key
from switch_server.adapters.tries import Tries
from switch_server.ports.phones import Binding, DeskPhoneBook, PhoneRecord

MIN_EXPIRES: Final = 60
DEFAULT_EXPIRES: Final = 300
MAX_EXPIRES: Final = 600
"""An unplugged phone's binding ends after ten minutes at the latest; a call to it fails after three seconds."""
TRIES: Final = 5
TRIES_OF_ADDRESS: Final = 30
"""For all names from one address: many phones may be behind one NAT."""
WITHIN_S: Final = 300.0
AGENT_MAX: Final = 64


class RegisterResponse(Struct, frozen=True):
    """The final response."""

    code: int
    reason: str
    headers: tuple[Header, ...] = ()


class AcceptedRequest(Struct):
    """The last request of a phone that proved its password: a later request has a newer nonce, or the same nonce with a higher count."""

    call_id: str
    cseq: int
    use: tuple[int, ...]


class Registrar:
    """``now``: wall time in seconds."""

    def __init__(self, book: DeskPhoneBook, authenticator: DigestAuthenticator, counters: Counter[str]) -> None:
        self._book = book
        self._authenticator = authenticator
        self._counters = counters
        self._tries = Tries(TRIES, WITHIN_S)
        self._tries_of_address = Tries(TRIES_OF_ADDRESS, WITHIN_S)
        self._accepted: dict[PhoneName, AcceptedRequest] = {}
        self._nobody = secrets.token_hex(16)
        """The HA1 for an unknown name: the check takes as long as for a wrong password, and no password fits."""

    def knows(self, ip: str, now: float) -> bool:
        """Whether a phone is registered from this address."""
        return any(binding.ip == ip for binding in self._book.bindings(now))

    def answer(self, request: Request, now: float) -> RegisterResponse:
        """The response to a REGISTER that has passed the reader. Raises nothing."""
        answer = self._answer(request, now)
        self._counters[f"register_{answer.code}"] += 1
        return answer

    def _answer(self, request: Request, now: float) -> RegisterResponse:
        if required := request.value("require"):
            return RegisterResponse(420, "Bad Extension", (("Unsupported", required),))
        try:
            asked = contacts.read(readable(request, "contact"))
        except BadContact:
            return RegisterResponse(400, "Bad Contact")
        if asked is None and contacts.seconds(request.value("expires")) != 0:
            # §10.3 step 6: "*" removes all bindings, and allows nothing else
            return RegisterResponse(400, "Bad Contact")
        proven = self._prove(request, now)
        if isinstance(proven, RegisterResponse):
            return proven
        if _phone_in(request.value("to") or "") != proven.phone:
            return RegisterResponse(403, "Forbidden")
        return self._register(proven.phone, request, asked, now)

    # --- authentication ---

    def _prove(self, request: Request, now: float) -> PhoneRecord | RegisterResponse:
        ip, said = request.source[0], readable(request, "authorization")
        user = self._authenticator.user(said)
        if user is None:
            return self._challenge(ip, now)
        key = f"{ip} {user[:AGENT_MAX]}"
        if max(self._tries.wait(key, now), self._tries_of_address.wait(ip, now)) > 0:
            return RegisterResponse(403, "Forbidden")
        if not self._authenticator.is_for(said, request.uri):
            return RegisterResponse(400, "Digest URI Is Not The Request-URI")
        record = self._book.phone(PhoneName(user))
        ha1 = record.ha1 if record is not None else self._nobody
        admitted = self._authenticator.admits(said, request.method, md5_key(ha1), now, ip)
        if record is not None and admitted:
            self._tries.clear(key)
            return record if self._is_new(record.phone, request, said) else self._challenge(ip, now, stale=True)
        if admitted is None or not self._authenticator.was_challenged(said, now, ip):
            return self._challenge(ip, now, stale=admitted is None)
        self._wrong(PhoneName(user[:AGENT_MAX]), key, ip, now)
        return RegisterResponse(403, "Forbidden")

    def _challenge(self, ip: str, now: float, *, stale: bool = False) -> RegisterResponse:
        return RegisterResponse(
            401, "Unauthorized", (("WWW-Authenticate", self._authenticator.challenge(now, ip, stale=stale)),)
        )

    def _wrong(self, phone: PhoneName, key: str, ip: str, now: float) -> None:
        self._tries.begin(key, now)
        self._tries_of_address.begin(ip, now)
        wait = max(self._tries.wait(key, now), self._tries_of_address.wait(ip, now))
        if wait > 0:
            self._book.audit_blocked(phone, ip, wait)

    def _is_new(self, phone: PhoneName, request: Request, said: tuple[str, ...]) -> bool:
        """Whether the proof is not a replay of an overheard one; the repetition of the same request is allowed."""
        last = self._accepted.get(phone)
        return last is None or self._repeats(last, request) or self._authenticator.use(said) > last.use

    @staticmethod
    def _repeats(last: AcceptedRequest | None, request: Request) -> bool:
        return last is not None and (last.call_id, last.cseq) == (request.call_id, request.cseq)

    # --- bindings ---

    def _register(
        self, phone: PhoneName, request: Request, asked: tuple[SipContact, ...] | None, now: float
    ) -> RegisterResponse:
        old, last = self._book.binding(phone, now), self._accepted.get(phone)
        if self._repeats(last, request):
            return _bound(old, now)
        if old is not None and last is not None and last.call_id == request.call_id and request.cseq < last.cseq:
            return RegisterResponse(500, "Out Of Order")  # §10.3 step 7: nothing is changed
        given = contacts.seconds(request.value("expires"))
        wanted = DEFAULT_EXPIRES if given is None else given
        lives = [(c, wanted if c.expires is None else c.expires) for c in asked or ()]
        new = max((each for each in lives if each[1]), key=lambda each: each[0].q, default=None)
        if new is not None and new[1] < MIN_EXPIRES:
            return RegisterResponse(423, "Interval Too Brief", (("Min-Expires", str(MIN_EXPIRES)),))
        said = readable(request, "authorization")
        self._accepted[phone] = AcceptedRequest(request.call_id, request.cseq, self._authenticator.use(said))
        if new is not None:
            self._book.put_binding(_binding(phone, *new, old, request, now))
        elif old is not None and (asked is None or any(c.same_place(contacts.of_uri(old.contact)) for c, _ in lives)):
            self._book.drop_binding(phone)
        return _bound(self._book.binding(phone, now), now)


def _binding(
    phone: PhoneName, contact: SipContact, expires: int, old: Binding | None, request: Request, now: float
) -> Binding:
    source = request.source
    same = old is not None and (old.contact, old.ip, old.port) == (contact.uri, *source)
    agent = "".join(c for c in (request.value("user-agent") or "") if c.isprintable())[:AGENT_MAX]
    since = old.since if old is not None and same else now
    return Binding(phone, contact.uri, contact.at(*source), *source, agent, since, now + min(expires, MAX_EXPIRES))


def _bound(binding: Binding | None, now: float) -> RegisterResponse:
    """200 with the present binding."""
    if binding is None:
        return RegisterResponse(200, "OK")
    return RegisterResponse(
        200, "OK", (("Contact", f"<{binding.contact}>;expires={max(1, round(binding.until - now))}"),)
    )


def _phone_in(to: str) -> str | None:
    """The user part of the address-of-record (§10.2); ``None`` if To is malformed."""
    try:
        return grammar.read_address(to).uri.user
    except MalformedFieldError:
        return None


def readable(request: Request, name: str) -> tuple[str, ...]:
    """The values of a field; bytes that are not UTF-8 are question marks: a Contact and a proof with such bytes match nothing."""
    return tuple(t if t.isascii() else t.encode("utf-8", "replace").decode() for t in request.values(name))
