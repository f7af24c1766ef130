"""Rules by which a trunk's numbers get the house's form when they come in, and the carrier's form when they go out. Pure.

The house's form (本机号码格式): a mobile number as ``13900012345``, any other national number with its area code as ``02155550100``, service numbers
as they are dialled (``95500``), numbers abroad as they came. Of each list the first rule that fits a number is applied, and no other.
"""

import re
from functools import cache, lru_cache

from msgspec import Struct

LONGEST_NUMBER = 64
"""The most characters of a number before and after the rules."""
NUMBER_STARTS = re.compile(r"(?:[0-9+*#]|\[(?:[0-9](?:-[0-9])?)+\])*")
"""The form of ``NumberRule.starts``."""


class NumberRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule for numbers that begin with ``starts`` and have one of the lengths ``length``. Without ``cut`` and ``add`` it leaves them as they are."""

    starts: str = ""
    """Digits, ``+``, ``*``, ``#``; ``[2-8]`` or ``[358]``: one digit of these. Empty: every number."""
    length: int | tuple[int, ...] = ()
    """Characters of the whole number, one value or a list; empty: any length."""
    cut: int = 0
    """Characters that are taken away at the begin."""
    add: str = ""
    """Put before the rest."""

    def fits(self, number: str) -> bool:
        lengths = (self.length,) if isinstance(self.length, int) else self.length
        return (not lengths or len(number) in lengths) and _pattern(self.starts).match(number) is not None

    def applied(self, number: str) -> str:
        return f"{self.add}{number[self.cut :]}"[:LONGEST_NUMBER]


class RuleStep(Struct, frozen=True):
    """One rule of a trial: ``number`` as the rule found it, ``became`` what it made of it; ``None``: the rule does not fit."""

    rule: NumberRule
    number: str
    became: str | None
    own: bool
    """Of the trunk's list; the others are the house's."""


class NumberRules(Struct, frozen=True, forbid_unknown_fields=True):
    """号码变换. On numbers that come in the house's rules (``HOUSE``) follow after the trunk's own; on numbers that go out only its own are applied."""

    caller_in: tuple[NumberRule, ...] = ()
    called_in: tuple[NumberRule, ...] = ()
    caller_out: tuple[NumberRule, ...] = ()
    called_out: tuple[NumberRule, ...] = ()


HOUSE: tuple[NumberRule, ...] = (
    NumberRule("+861[3-9]", 14, cut=3),
    NumberRule("00861[3-9]", 15, cut=4),
    NumberRule("861[3-9]", 13, cut=2),
    NumberRule("01[3-9]", 12, cut=1),
    NumberRule("+86[48]00", 13, cut=3),
    NumberRule("0086[48]00", 14, cut=4),
    NumberRule("+8695", (8, 9, 11), cut=3),
    NumberRule("008695", (9, 10, 12), cut=4),
    NumberRule("+861", 8, cut=3),
    NumberRule("00861", 9, cut=4),
    NumberRule("+860", cut=3),
    NumberRule("00860", cut=4),
    NumberRule("+86[1-9]", (13, 14), cut=3, add="0"),
    NumberRule("0086[1-9]", (14, 15), cut=4, add="0"),
    NumberRule("86[2-9]", (12, 13), cut=2, add="0"),
    NumberRule("8610", 12, cut=2, add="0"),
)
"""From the forms of carriers to the house's form: +86, 0086 and 86 before mobile, fixed and service numbers; 0 before a mobile number."""


@lru_cache(4096)
def house_form(number: str) -> str:
    """The number in the house's form, by the house's rules alone."""
    return changed((), number, incoming=True)


def number_fits(number: str, pattern: str) -> bool:
    """Whether a number in the house's form is meant by a pattern of ``Trunk.numbers``: a number or, with ``*`` at its end, the begin of one; +86 and 0086 fit, too."""
    start = pattern.removesuffix("*")
    if start.startswith("0086"):
        start = f"+86{start[4:]}"
    for form in (number, _international(number)) if start.startswith("+") else (number,):
        if form.startswith(start) if pattern.endswith("*") else form == start:
            return True
    return False


def _international(number: str) -> str:
    return number if number.startswith(("+", "00")) else f"+86{number.removeprefix('0')}"


def changed(own: tuple[NumberRule, ...], number: str, *, incoming: bool) -> str:
    """The number after the trunk's rules, and of one that comes in after the house's; a withheld number (empty) stays empty."""
    return _changed(own, number[:LONGEST_NUMBER], incoming=incoming)


@lru_cache(4096)
def _changed(own: tuple[NumberRule, ...], number: str, *, incoming: bool) -> str:
    """Cached, since the same number is asked for several times a call, and the numbers called are few."""
    return result(number, trial(own, number, incoming=incoming))


def result(number: str, steps: tuple[RuleStep, ...]) -> str:
    """What the steps of ``trial`` have made of the number."""
    return next((step.became for step in reversed(steps) if step.became is not None), number[:LONGEST_NUMBER])


def trial(own: tuple[NumberRule, ...], number: str, *, incoming: bool) -> tuple[RuleStep, ...]:
    """What each rule makes of the number: the trunk's up to the one that is applied, then likewise the house's. Empty number: no step."""
    steps: list[RuleStep] = []
    number = number[:LONGEST_NUMBER]
    for rules, is_own in ((own, True), (HOUSE if incoming else (), False)):
        for rule in rules if number else ():
            became = rule.applied(number) if rule.fits(number) else None
            steps.append(RuleStep(rule, number, became, is_own))
            if became is not None:
                number = became
                break
    return tuple(steps)


@cache
def _pattern(starts: str) -> re.Pattern[str]:
    return re.compile(starts.replace("+", r"\+").replace("*", r"\*"))
