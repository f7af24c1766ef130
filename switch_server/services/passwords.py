"""Agents' passwords: argon2id (RFC 9106) by argon2-cffi, about 50 ms and 64 MiB each; call from a thread, never from the loop."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 8
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """PHC string. Raises ``ValueError`` on one shorter than ``SHORTEST`` characters."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password has {SHORTEST} characters or more")
    return _HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """An empty ``hashed`` (no such agent) takes as long as a wrong password, so that names can't be told by time."""
    nobody = _nobody()  # also for those who are there: the first to ask waits for it
    try:
        return _HASHER.verify(hashed or nobody, password) and bool(hashed)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password is asked to have; not made at import, which every ``switchctl`` would wait for."""
    return _HASHER.hash("nobody has this password")
