"""Dialable numbers made from telephone numbers as typed or pasted."""

import unicodedata

MAX_DIGITS = 32
_DIALLED = frozenset("0123456789*#")
_FILL = frozenset(" -.()/\u00a0\u2009\u2010\u2011\u2012\u2013\u2014\u200b\u200e\u202a\u202c\ufeff\t\r\n·")
_MOBILE_DIGITS = 11


class BadNumber(ValueError):  # noqa: N818  # told to the agent, who typed it
    """The text is no number that can be dialled."""


def dialable(text: str) -> str:
    """The digits, ``*`` and ``#`` of a typed or pasted text: ``tel:`` links (RFC 3966; parameters are dropped), spaces, dashes,
    brackets, full-width digits; ``+86`` and ``0086`` become a number as dialled within China, another ``+`` becomes ``00``.

    Raises ``BadNumber``.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for scheme in ("tel:", "sip:", "callto:"):
        if plain.lower().startswith(scheme):
            plain = plain[len(scheme) :].split("@")[0]
            break
    plain = "".join(letter for letter in plain.split(";")[0] if letter not in _FILL)
    number = _within_china(plain)
    if not number or len(number) > MAX_DIGITS or not _DIALLED.issuperset(number):
        raise BadNumber(text)
    return number


def _within_china(number: str) -> str:
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            rest = number.removeprefix(prefix)
            mobile = len(rest) == _MOBILE_DIGITS and rest.startswith("1")
            return rest if mobile or rest.startswith("0") or not rest else f"0{rest}"
    return f"00{number[1:]}" if number.startswith("+") and len(number) > 1 else number
