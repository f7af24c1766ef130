"""PINs as the simulated system keeps them: salted and hashed, never as digits."""

import hashlib
import hmac
import secrets

_ROUNDS = 2000
"""Light: a PIN of six digits falls to any number of rounds; the state folder of a demo must just not show it."""


def hash_pin(pin: str) -> str:
    salt = secrets.token_hex(8)
    return f"{salt}${_digest(pin, salt)}"


def pin_fits(pin: str, hashed: str) -> bool:
    salt, _, digest = hashed.partition("$")
    return hmac.compare_digest(_digest(pin, salt), digest)


def _digest(pin: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), _ROUNDS).hex()
