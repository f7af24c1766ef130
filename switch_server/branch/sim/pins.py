"""The PINs of the simulated system: salted and hashed, never stored as digits."""

import hashlib
import hmac
import secrets

_ROUNDS = 2000
"""Few: no number of rounds protects a PIN of six digits; the demo's state folder must just not show the digits."""


def hash_pin(pin: str) -> str:
    salt = secrets.token_hex(8)
    return f"{salt}${_digest(pin, salt)}"


def pin_fits(pin: str, hashed: str) -> bool:
    salt, _, digest = hashed.partition("$")
    return hmac.compare_digest(_digest(pin, salt), digest)


def _digest(pin: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), _ROUNDS).hex()
