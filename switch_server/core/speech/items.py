"""Values that can be spoken: one frozen class for each kind, for ``speech.say``."""

from datetime import date, datetime, time

from msgspec import Struct

from shared.enums import Language
from shared.ids import Fen, Milli, Shares


class SayMoney(Struct, frozen=True):
    fen: Fen


class SayPrice(Struct, frozen=True):
    milli: Milli


class SayQuantity(Struct, frozen=True):
    shares: Shares


class SayNumber(Struct, frozen=True):
    value: int


class SayDigits(Struct, frozen=True):
    text: str


class SayTime(Struct, frozen=True):
    """Already in Asia/Shanghai."""

    when: datetime | time


class SayDate(Struct, frozen=True):
    """Already in Asia/Shanghai."""

    day: date


class SayLanguage(Struct, frozen=True):
    which: Language


Item = SayMoney | SayPrice | SayQuantity | SayNumber | SayDigits | SayTime | SayDate | SayLanguage
