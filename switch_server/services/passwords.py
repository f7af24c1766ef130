"""Agents' passwords: argon2id (RFC 9106) by argon2-cffi, about 50 ms and 64 MiB each; call from a thread, never from the loop."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 8
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Returns a PHC string. Raises ``ValueError`` for a password shorter than ``SHORTEST`` characters."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password has {SHORTEST} characters or more")
    return _HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """An empty ``hashed`` (no such agent) takes as long as a wrong password, so that the time does not reveal names."""
    nobody = _nobody()  # computed for every name, or only unknown names would wait for the first computation
    try:
        return _HASHER.verify(hashed or nobody, password) and bool(hashed)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash of no password; not made at import, since every ``switchctl`` would wait for it."""
    return _HASHER.hash("nobody has this password")
