"""Spoken values (报读规则): turns an amount, a price, a code … into prompt segments, which the card plays one after another.

Every function is pure and returns full segment names, ``<language>/<segment>``, whose texts are in
``resources/prompts/texts.yaml``; long digit strings also have ``pause:<ms>``. No function raises on a value of the right type.
The rules of a language are in ``mandarin`` and ``english``, with the same functions in both.
"""

from datetime import date as Date  # noqa: N812  # the function below has the field's name
from datetime import datetime, time
from types import ModuleType
from typing import assert_never

from shared.enums import Language
from shared.ids import Fen, Milli, Shares
from switch_server.core.speech import english, mandarin, spelling
from switch_server.core.speech.items import (
    Item,
    SayDate,
    SayDigits,
    SayLanguage,
    SayMoney,
    SayNumber,
    SayPrice,
    SayQuantity,
    SayTime,
)

_RULES: dict[Language, ModuleType] = {Language.ZH: mandarin, Language.EN: english}


def money(fen: Fen, lang: Language) -> tuple[str, ...]:
    """元角分, with the unit: 1234567 -> 一万二千三百四十五元六角七分 / twelve thousand … yuan sixty-seven."""
    return _full(_RULES[lang].money(fen), lang)


def price(milli: Milli, lang: Language) -> tuple[str, ...]:
    """1/1000 yuan, with the unit, without trailing zeros: 12340 -> 十二点三四元 / twelve point three four yuan."""
    return _full(_RULES[lang].price(milli), lang)


def quantity(shares: Shares, lang: Language) -> tuple[str, ...]:
    """Shares, with the unit: 200 -> 两百股 / two hundred shares."""
    return _full(_RULES[lang].quantity(shares), lang)


def number(value: int, lang: Language) -> tuple[str, ...]:
    """A cardinal number."""
    return _full(_RULES[lang].number(value), lang)


def digits(text: str, lang: Language) -> tuple[str, ...]:
    """Codes, accounts, contract numbers, one character after another: 1 is 幺 in Mandarin, letters are spelt.

    More than six characters are read in groups of four, with a pause between, so that callers can write them down.
    """
    return _full(spelling.digits(text, lang), lang)


def time_of_day(when: datetime | time, lang: Language) -> tuple[str, ...]:
    """Hours and minutes of a time that is already in Asia/Shanghai: 上午九点三十分 / nine thirty a m."""
    return _full(_RULES[lang].time_of_day(when.hour, when.minute), lang)


def date(when: Date, lang: Language) -> tuple[str, ...]:
    """Year, month and day of a ``date`` (or ``datetime``) that is already in Asia/Shanghai."""
    return _full(_RULES[lang].date(when.year, when.month, when.day), lang)


def language(which: Language, lang: Language) -> tuple[str, ...]:
    """The name of a language: 普通话, 英语."""
    return _full((f"language/{which.value}",), lang)


def say(item: Item, lang: Language) -> tuple[str, ...]:
    """Segments of any item."""
    match item:
        case SayMoney(fen):
            return money(fen, lang)
        case SayPrice(milli):
            return price(milli, lang)
        case SayQuantity(shares):
            return quantity(shares, lang)
        case SayNumber(value):
            return number(value, lang)
        case SayDigits(text):
            return digits(text, lang)
        case SayTime(when):
            return time_of_day(when, lang)
        case SayDate(day):
            return date(day, lang)
        case SayLanguage(which):
            return language(which, lang)
        case _:
            assert_never(item)


def rule_segments(lang: Language) -> frozenset[str]:
    """Full names of all prompts that the rules of this language may use; ``services.flows`` checks that they exist."""
    names = _RULES[lang].SEGMENTS | spelling.segments(lang) | {f"language/{which.value}" for which in Language}
    return frozenset(_full(names, lang))


def _full(names: "tuple[str, ...] | frozenset[str]", lang: Language) -> tuple[str, ...]:
    return tuple(name if name.startswith("pause:") else f"{lang.value}/{name}" for name in names)
