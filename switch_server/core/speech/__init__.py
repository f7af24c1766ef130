"""How values are spoken (报读规则), and the segments of what a step says.

In: amounts, prices, codes, times; pieces of a step with the call's variables. Out: names of prompt segments, ``<language>/<segment>``.
New here: a kind of value (``items``), a language (a module like ``mandarin``).
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
    ALL_RULE_SEGMENTS,
    date,
    digits,
    language,
    money,
    number,
    price,
    quantity,
    say,
    time_of_day,
)

__all__ = [
    "ALL_RULE_SEGMENTS",
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
    "say",
    "segments",
    "time_of_day",
]
