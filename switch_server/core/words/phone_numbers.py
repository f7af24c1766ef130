"""Telephone numbers in one form, so that a caller is found in whichever form the trunk shows the number; and the numbers that may be called back."""

import re

_PERSONAL = re.compile(r"1[3-9]\d{9}|0(?:10|2\d|(?!400|800)[3-9]\d\d)[2-8]\d{6,7}|[2-8]\d{6,7}")
"""A mobile number, a number with area code, or a local number (工信部《电信网编号计划》). No short number (110, 95xxx), no 168, 400 or 800."""


def is_personal(number: str) -> bool:
    """Whether the number is an ordinary subscriber's in China: not abroad, not a service's, not premium rate, not hidden."""
    if not number.isascii() or not number.removeprefix("+").isdecimal():
        return False
    abroad = number.startswith(("+", "00")) and not number.startswith(("+86", "0086"))
    return not abroad and _PERSONAL.fullmatch(phone_key(number)) is not None


def phone_key(number: str) -> str:
    """``+86 139-0001-2345``, ``0086…``, ``86…`` and ``013900012345`` -> ``13900012345``; ``+86 20 5550 1234`` -> ``02055501234``.

    Other numbers only lose the characters that are no digits; ``""`` where nothing is left (a withheld number).
    """
    plain = number.isascii() and number.isdecimal()  # most are; at start all numbers of the store pass here
    digits = number if plain else "".join(c for c in number if c.isascii() and c.isdecimal())
    if number.lstrip().startswith("+86") or (len(digits) == 13 and digits.startswith("861")):
        return _national(digits[2:])
    if digits.startswith("0086"):
        return _national(digits[4:])
    return digits[1:] if len(digits) == 12 and _is_mobile(digits[1:]) else digits


def _national(digits: str) -> str:
    """A number after +86: its area code (区号) has lost its leading 0, which is added again."""
    return digits if not digits or digits.startswith("0") or _is_mobile(digits) else f"0{digits}"


def _is_mobile(digits: str) -> bool:
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"
