"""Digest access authentication, both ways (RFC 2617, RFC 7616; MD5 and SHA-256, ``qop=auth`` or none). Pure.

A nonce is a time stamp and a number with their HMAC: nothing is stored for a caller without a valid proof.
"""

import hashlib
import hmac
import itertools
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

from switch_server.ports.phones import REALM

_URI: Final = re.compile(r"(sips?|tel):(?:([^@]*)@)?([^;?:]+)(?::(\d{1,5}))?(?:[;?].*)?", re.IGNORECASE)

Key = Callable[[str], str | None]
"""HA1 (RFC 7616 §3.4.2, hex) by the algorithm's name in lower case; ``None``: not known for this algorithm."""
NONCE_LIFE_S: Final = 300
USES_MOST: Final = 65_536
PROOFS: Final = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}
"""By the response: the field with its challenge, and the header that answers it (RFC 3261 §22)."""
_HASHES: Final[dict[str, Callable[[bytes], Any]]] = {"md5": hashlib.md5, "sha-256": hashlib.sha256}
_PARAMETER: Final = re.compile(r'(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


class Challenge(Struct, frozen=True):
    """The challenge of a far end in 401 or 407."""

    realm: str
    nonce: str
    algorithm: str | None = None
    qop: bool = False
    opaque: str | None = None
    stale: bool = False


def parameters(text: str) -> dict[str, str] | None:
    """``Digest a="b", c=d`` as a dictionary with lower-case names; ``None`` if it is another scheme."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    return {
        m[1].lower(): re.sub(r"\\(.)", r"\1", m[2]) if m[2] is not None else m[3] for m in _PARAMETER.finditer(rest)
    }


def read_challenge(text: str) -> Challenge | None:
    """A challenge that we can answer, otherwise ``None``."""
    given = parameters(text)
    if given is None or "realm" not in given or "nonce" not in given:
        return None
    offered = [q.strip().lower() for q in given.get("qop", "").split(",") if q.strip()]
    if given.get("algorithm", "MD5").lower() not in _HASHES or (offered and "auth" not in offered):
        return None
    return Challenge(
        realm=given["realm"],
        nonce=given["nonce"],
        algorithm=given.get("algorithm"),
        qop=bool(offered),
        opaque=given.get("opaque"),
        stale=given.get("stale", "").lower() == "true",
    )


def response(
    challenge: Challenge, user: str, password: str, method: str, uri: str, *, count: str = "00000001", cnonce: str = ""
) -> str:
    """The request-digest (RFC 7616 §3.4.1)."""
    algorithm = (challenge.algorithm or "MD5").lower()
    return response_of(
        challenge, _hash(algorithm, user, challenge.realm, password), method, uri, count=count, cnonce=cnonce
    )


def response_of(challenge: Challenge, ha1: str, method: str, uri: str, *, count: str, cnonce: str) -> str:
    """The request-digest by HA1."""
    algorithm = (challenge.algorithm or "MD5").lower()
    middle = (count, cnonce, "auth") if challenge.qop else ()
    return _hash(algorithm, ha1, challenge.nonce, *middle, _hash(algorithm, method, uri))


def _hash(algorithm: str, *parts: str) -> str:
    return str(_HASHES[algorithm](":".join(parts).encode()).hexdigest())


def password_key(user: str, password: str) -> Key:
    """The key of a known password."""
    return lambda algorithm: _hash(algorithm, user, REALM, password)


def md5_key(ha1: str) -> Key:
    """The key of a stored HA1: valid for the algorithm with which it was made."""
    return {"md5": ha1}.get


def is_proof_for(given: str, called: str) -> bool:
    """Whether a digest's ``uri`` is the Request-URI (RFC 7616 §3.4.6): same scheme, user, host and port (5060 if not given); parameters are ignored.

    A ``uri`` without a user is valid for all users of its host, as some clients (SIPp) send it; RFC 3261 §22.4 leaves that to the server.
    """
    proof, request = _URI.fullmatch(given), _URI.fullmatch(called)
    if proof is None or request is None or _place(proof) != _place(request):
        return False
    return proof[2] is None or unquote(proof[2]) == unquote(request[2] or "")


def _place(uri: "re.Match[str]") -> tuple[str, str, int]:
    return uri[1].lower(), uri[3].lower(), int(uri[4] or 5060)


def authorization(
    challenge: Challenge, user: str, password: str, method: str, uri: str, cnonce: str, uses: int = 1
) -> str:
    """The value of our Authorization or Proxy-Authorization header. ``uses``: the number of this use of the challenge's nonce."""
    count = f"{uses:08x}"
    digest = response(challenge, user, password, method, uri, count=count, cnonce=cnonce)
    parts = [
        f'username="{user}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{digest}"',
    ]
    if challenge.algorithm is not None:
        parts.append(f"algorithm={challenge.algorithm}")
    if challenge.qop:
        parts += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
    if challenge.opaque is not None:
        parts.append(f'opaque="{challenge.opaque}"')
    return "Digest " + ", ".join(parts)


class DigestAuthenticator:
    """The server's side: challenges callers and checks their proofs. ``secret`` signs nonces; ``now`` is wall time in seconds."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._numbers = itertools.count(1)

    def challenge(self, now: float, who: str, *, stale: bool = False) -> str:
        """The value of WWW-Authenticate. ``who``: the caller's address; the proof is valid from there only."""
        tail = ", stale=true" if stale else ""
        return f'Digest realm="{REALM}", nonce="{self._nonce(int(now), next(self._numbers), who)}", algorithm=MD5, qop="auth"{tail}'

    def user(self, headers: tuple[str, ...]) -> str | None:
        """The user name in an Authorization header for our realm."""
        return next((given["username"] for given in self._ours(headers) if "username" in given), None)

    def admits(self, headers: tuple[str, ...], method: str, key: Key, now: float, who: str) -> bool | None:
        """``True``: right password; ``False``: wrong; ``None``: right, but the nonce is too old (challenge again, ``stale``)."""
        given = next(self._ours(headers), None)
        if given is None or not {"username", "nonce", "uri", "response"} <= given.keys():
            return False
        challenge = Challenge(given["realm"], given["nonce"], given.get("algorithm"), qop="qop" in given)
        if (challenge.algorithm or "MD5").lower() not in _HASHES or given.get("qop", "auth").lower() != "auth":
            return False
        ha1 = key((challenge.algorithm or "MD5").lower())
        if ha1 is None:
            return False
        count, cnonce = given.get("nc", ""), given.get("cnonce", "")
        right = response_of(challenge, ha1, method, given["uri"], count=count, cnonce=cnonce)
        if not hmac.compare_digest(right.encode(), given["response"].lower().encode()):
            return False
        return True if self._fresh(given["nonce"], now, who) else None

    def is_for(self, headers: tuple[str, ...], uri: str) -> bool:
        """Whether the proof is for this Request-URI; an overheard proof for another URI is not valid (RFC 7616 §3.4.6)."""
        given: dict[str, str] = next(self._ours(headers), {})
        return is_proof_for(given.get("uri", ""), uri)

    def was_challenged(self, headers: tuple[str, ...], now: float, who: str) -> bool:
        """The nonce was sent to this address lately, so the address receives our responses and is no forged source."""
        given = next(self._ours(headers), None)
        return given is not None and self._fresh(given.get("nonce", ""), now, who)

    def use(self, headers: tuple[str, ...]) -> tuple[int, ...]:
        """Nonce and use count (nc): the count rises from one honest request to the next (RFC 7616 §3.4)."""
        given: dict[str, str] = next(self._ours(headers), {})
        return (*_stamp(given.get("nonce", "")), _hexadecimal(given.get("nc", "")))

    def _ours(self, headers: tuple[str, ...]) -> Any:
        return (given for text in headers if (given := parameters(text)) is not None and given.get("realm") == REALM)

    def _nonce(self, second: int, number: int, who: str) -> str:
        mac = hmac.new(self._secret, f"{second} {number} {who}".encode(), "sha256").hexdigest()[:32]
        return f"{second:x}.{number:x}.{mac}"

    def _fresh(self, nonce: str, now: float, who: str) -> bool:
        second, number = _stamp(nonce)
        made = self._nonce(second, number, who)
        return hmac.compare_digest(made.encode(), nonce.encode()) and 0 <= now - second <= NONCE_LIFE_S


class NonceCounts:
    """The highest use count of each nonce (RFC 7616 §3.4), so that an overheard proof can't be used again. Bounded: only a proven sender adds."""

    def __init__(self, most: int = USES_MOST) -> None:
        self._most = most
        self._taken: OrderedDict[tuple[int, ...], tuple[int, tuple[str, ...]]] = OrderedDict()

    def takes(self, use: tuple[int, ...], request: tuple[str, ...]) -> bool:
        """``use``: of ``DigestAuthenticator.use``. ``request``: identifies the request, since a repetition of the same request is allowed."""
        *nonce, count = use
        last = self._taken.get(tuple(nonce))
        if last is not None and count <= last[0]:
            return last == (count, request)
        self._taken[tuple(nonce)] = count, request
        if len(self._taken) > self._most:
            self._taken.popitem(last=False)
        return True


def _stamp(nonce: str) -> tuple[int, int]:
    """Second and number of a nonce; zeros if the nonce is not ours."""
    second, _, rest = nonce.partition(".")
    return _hexadecimal(second), _hexadecimal(rest.partition(".")[0])


def _hexadecimal(text: str) -> int:
    return int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,12}", text) else 0
