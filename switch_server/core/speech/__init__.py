"""Spoken values (报读规则): turns values and pieces of a step into prompt segments.

In: amounts, prices, codes, times; pieces of a step with the call's variables. Out: names of prompt segments, ``<language>/<segment>``.
A newcomer may add a kind of value (``items``), or a language (a module like ``mandarin``).
"""

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
from switch_server.core.speech.pieces import segments
from switch_server.core.speech.rules import (
    date,
    digits,
    language,
    money,
    number,
    price,
    quantity,
    rule_segments,
    say,
    time_of_day,
)

__all__ = [
    "Item",
    "SayDate",
    "SayDigits",
    "SayLanguage",
    "SayMoney",
    "SayNumber",
    "SayPrice",
    "SayQuantity",
    "SayTime",
    "date",
    "digits",
    "language",
    "money",
    "number",
    "price",
    "quantity",
    "rule_segments",
    "say",
    "segments",
    "time_of_day",
]
