"""Our registration at a carrier (RFC 3261 §10.2) as a state machine. Pure: ``now`` in seconds; each method returns the REGISTER to send, if any.

```
waiting ──due──► registering ──200──► registered ──due──► registering …
                     │ 401, 407: again with a proof; 423: again with the registrar's least interval
                     └ silence, refusal: the next registrar; after the last one waiting, longer each time
```
While a refresh is refused or not answered, the last registration is in force until it expires.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from switch_server.adapters.sip.message import Address
from switch_server.adapters.sip_lines.digest import PROOFS, Challenge, authorization, read_challenge
from switch_server.core.words import CarrierRegistration
from switch_server.ports.trunks import RegistrationView

REFRESH_AT: Final = 0.8
"""The share of the granted time after which the registration is refreshed."""
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 1800.0
LONGEST_MIN_S: Final = 86_400
"""The longest interval that a 423 may ask for."""
CHALLENGES: Final = 4
"""The most challenges that are answered in one attempt: of a proxy, of the registrar, and for a stale nonce of each."""


class RegisterRequest(Struct, frozen=True):
    """One REGISTER. ``expires`` 0: the registration is taken back. ``credentials``: headers."""

    far: Address
    uri: str
    aor: str
    contact_user: str
    call_id: str
    cseq: int
    expires: int
    credentials: tuple[tuple[str, str], ...] = ()


class RegisterReply(Struct, frozen=True):
    """What counts of a final response. ``granted``: seconds by our Contact's ``expires`` or the header Expires, ``None``: neither is there."""

    code: int
    granted: int | None = None
    challenges: tuple[str, ...] = ()
    """The values of the header that goes with the code."""
    min_expires: int = 0
    retry_after: float | None = None
    service_route: tuple[str, ...] = ()


class RegistrationState(StrEnum):
    WAITING = "waiting"
    REGISTERING = "registering"
    REGISTERED = "registered"
    ENDED = "ended"


class Registration:
    """``user``, ``password``: for the registrar's challenges. ``token``: makes a random word for Call-ID and cnonce."""

    def __init__(
        self, rule: CarrierRegistration, registrars: tuple[Address, ...], user: str, password: str, token: Callable[[], str]
    ) -> None:  # fmt: skip
        self.rule = rule
        self.registrars = registrars
        self.state = RegistrationState.WAITING
        self.due_at: float | None = None
        """When ``due`` is to be called; ``None``: an answer is awaited, or all is over."""
        self.active: Address | None = None
        """The registrar that granted the registration."""
        self.service_route: tuple[str, ...] = ()
        self.error = ""
        self.attempts = 0
        self.failures = 0
        self._user, self._password, self._token = user, password, token
        self._call_id = token()
        self.cseq = 0
        """Of the last request."""
        self._at = 0
        self._tried = 0
        self._expires = rule.expires
        self.until = 0.0
        """When the registration expires, if it is not refreshed."""
        self._rounds_failed = 0
        self._answered: dict[int, int] = {}
        self._known: dict[int, tuple[Challenge, int]] = {}
        """By 401 or 407: the last challenge and how often it was used, for the next request."""

    # --- what happens ---

    def begin(self, now: float) -> RegisterRequest:
        """The first attempt, or one at once, after a change of the password."""
        self._known.clear()
        self._tried = 0
        return self._attempt(now)

    def due(self, now: float) -> RegisterRequest | None:
        """The time ``due_at`` has come."""
        if self.state is RegistrationState.ENDED or self.due_at is None:
            return None
        self._tried = 0
        return self._attempt(now)

    def changed(self, user: str, password: str, now: float) -> RegisterRequest:
        """Another user name or password by a reload: registers again at once."""
        self._user, self._password = user, password
        return self.begin(now)

    def end(self, now: float) -> RegisterRequest | None:
        """Takes the registration back, if there is one."""
        in_force = self.in_force(now)
        self.state, self.due_at = RegistrationState.ENDED, None
        self.until = 0.0
        self._answered.clear()
        return self._request(expires=0) if in_force else None

    def silent(self, now: float) -> RegisterRequest | None:
        """No final response came to the last request."""
        return self._failed("no answer", None, now)

    def answered(self, reply: RegisterReply, now: float) -> RegisterRequest | None:
        """A final response to the last request."""
        if reply.code in PROOFS:
            return self._challenged(reply, now)
        if self.state is RegistrationState.ENDED:
            return None
        if 200 <= reply.code < 300:
            self._granted(reply, now)
            return None
        if reply.code == 423 and self._expires < reply.min_expires <= LONGEST_MIN_S:
            self._expires = reply.min_expires
            return self._request()
        return self._failed(str(reply.code), reply.retry_after, now)

    # --- for others ---

    def in_force(self, now: float) -> bool:
        return now < self.until

    def view(self, now: float) -> RegistrationView:
        far = self.active if self.in_force(now) and self.active else self.registrars[self._at]
        state = RegistrationState.REGISTERED if self.in_force(now) else self.state
        left = max(0.0, self.until - now)
        return RegistrationView(state.value, f"{far[0]}:{far[1]}", left, self.error, self.attempts, self.failures)

    # --- steps ---

    def _attempt(self, now: float) -> RegisterRequest:
        self.state, self.due_at = RegistrationState.REGISTERING, None
        self.attempts += 1
        self._answered.clear()
        if not self.in_force(now):
            self.active = None
        return self._request()

    def _request(self, expires: int | None = None) -> RegisterRequest:
        far = self.registrars[self._at]
        domain = self.rule.domain or f"{far[0]}:{far[1]}"
        uri = f"sip:{domain}"
        self.cseq += 1
        return RegisterRequest(
            far,
            uri,
            f"sip:{self.rule.user}@{self.rule.domain or far[0]}",
            self.rule.contact_user or self.rule.user,
            self._call_id,
            self.cseq,
            self._expires if expires is None else expires,
            self._credentials(uri),
        )

    def _credentials(self, uri: str) -> tuple[tuple[str, str], ...]:
        proofs: list[tuple[str, str]] = []
        for code, (challenge, uses) in sorted(self._known.items()):
            self._known[code] = challenge, uses + 1
            value = authorization(challenge, self._user, self._password, "REGISTER", uri, self._token(), uses + 1)
            proofs.append((PROOFS[code][1], value))
        return tuple(proofs)

    def _challenged(self, reply: RegisterReply, now: float) -> RegisterRequest | None:
        """A challenge that follows our answer to a fresh one is a refusal of the password, unless the nonce is stale (RFC 3261 §22.3)."""
        challenge = next(filter(None, map(read_challenge, reply.challenges)), None)
        again = self._answered.get(reply.code, 0)
        if (
            not self._user
            or challenge is None
            or (again and not challenge.stale)
            or sum(self._answered.values()) >= CHALLENGES
        ):
            self._known.clear()
            why = (
                "user name or password refused" if again else "no username" if not self._user else "no known challenge"
            )
            return (
                None
                if self.state is RegistrationState.ENDED
                else self._failed(f"{reply.code} {why}", reply.retry_after, now)
            )
        self._answered[reply.code] = again + 1
        self._known[reply.code] = challenge, 0
        return self._request(expires=0 if self.state is RegistrationState.ENDED else None)

    def _granted(self, reply: RegisterReply, now: float) -> None:
        seconds = self._expires if reply.granted is None else reply.granted
        if seconds <= 0:
            self.due_at = now + FIRST_WAIT_S
            self.state, self.error = RegistrationState.WAITING, f"{reply.code} without our contact"
            self.until = 0.0
            return
        self.state, self.error = RegistrationState.REGISTERED, ""
        self.active = self.registrars[self._at]
        self.service_route = reply.service_route
        self.until = now + seconds
        self._rounds_failed = 0
        self.due_at = now + max(1.0, seconds * REFRESH_AT)

    def _failed(self, error: str, retry_after: float | None, now: float) -> RegisterRequest | None:
        if self.state is RegistrationState.ENDED:
            return None
        self.failures += 1
        self.error = error
        self._expires = self.rule.expires
        self._known.clear()  # the next registrar has challenges of its own
        self._at = (self._at + 1) % len(self.registrars)
        self._tried += 1
        if self._tried < len(self.registrars):
            return self._attempt(now)
        self.state = RegistrationState.WAITING
        wait = min(FIRST_WAIT_S * 2**self._rounds_failed, LONGEST_WAIT_S)
        self._rounds_failed = min(self._rounds_failed + 1, 10)
        self.due_at = now + min(max(wait, retry_after or 0.0), LONGEST_WAIT_S)
        return None
