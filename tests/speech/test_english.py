"""English rules, by tables and against an independent reader."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.enums import Language
from shared.ids import Fen, Milli, Shares
from switch_server.core import speech
from tests.speech.texts import text

EN = Language.EN


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def read(spoken: str) -> int:
    """An independent reader: adds up the words from left to right."""
    total = group = 0
    for word in spoken.removeprefix("minus ").replace("-", " ").split():
        if word == "hundred":
            group *= 100
        elif word in SCALES:
            total += group * SCALES[word]
            group = 0
        else:
            group += TENS.get(word) or ONES.index(word)
    return (total + group) * (-1 if spoken.startswith("minus ") else 1)


@pytest.mark.parametrize(
    ("fen", "spoken"),
    [
        (0, "zero yuan"), (5, "five fen"), (67, "sixty-seven fen"), (100, "one yuan"), (1005, "ten yuan oh five"), (1050, "ten yuan fifty"),
        (1234567, "twelve thousand three hundred forty-five yuan sixty-seven"), (-5, "minus five fen"), (-1050, "minus ten yuan fifty"),
        (100_000_000, "one million yuan"),
    ],
)  # fmt: skip
def test_money(fen: int, spoken: str) -> None:
    assert text(speech.money(Fen(fen), EN)) == spoken


@pytest.mark.parametrize(
    ("milli", "spoken"),
    [(12340, "twelve point three four yuan"), (12000, "twelve yuan"), (12005, "twelve point zero zero five yuan"), (50, "zero point zero five yuan"),
     (0, "zero yuan"), (-1500, "minus one point five yuan")],
)  # fmt: skip
def test_prices(milli: int, spoken: str) -> None:
    assert text(speech.price(Milli(milli), EN)) == spoken


@pytest.mark.parametrize(
    ("shares", "spoken"),
    [
        (0, "zero shares"),
        (1, "one share"),
        (100, "one hundred shares"),
        (1200, "one thousand two hundred shares"),
        (-1, "minus one shares"),
    ],
)
def test_quantities(shares: int, spoken: str) -> None:
    assert text(speech.quantity(Shares(shares), EN)) == spoken


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [("00:00", "twelve o'clock a m"), ("00:05", "twelve oh five a m"), ("09:30", "nine thirty a m"), ("12:00", "twelve o'clock p m"),
     ("14:05", "two oh five p m"), ("23:59", "eleven fifty-nine p m")],
)  # fmt: skip
def test_times(clock: str, spoken: str) -> None:
    assert text(speech.time_of_day(dt.time.fromisoformat(clock), EN)) == spoken


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        ("2026-11-22", "November twenty-second twenty twenty-six"), ("2005-01-01", "January first two thousand five"),
        ("2000-02-29", "February twenty-ninth two thousand"), ("1905-12-31", "December thirty-first nineteen oh five"),
        ("1999-05-03", "May third nineteen ninety-nine"), ("1900-06-15", "June fifteenth one thousand nine hundred"),
        ("0987-08-12", "August twelfth nine hundred eighty-seven"), ("2010-07-04", "July fourth twenty ten"),
    ],
)  # fmt: skip
def test_dates(day: str, spoken: str) -> None:
    assert text(speech.date(dt.date.fromisoformat(day), EN)) == spoken


@pytest.mark.parametrize(
    ("value", "spoken"),
    [(0, "zero"), (13, "thirteen"), (40, "forty"), (99, "ninety-nine"), (100, "one hundred"), (101, "one hundred one"), (1000, "one thousand"),
     (1001, "one thousand one"), (110_000, "one hundred ten thousand"), (1_000_001, "one million one"), (2_000_000_000, "two billion"),
     (987_654_321, "nine hundred eighty-seven million six hundred fifty-four thousand three hundred twenty-one"), (-7, "minus seven")],
)  # fmt: skip
def test_numbers(value: int, spoken: str) -> None:
    assert text(speech.number(value, EN)) == spoken


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_a_number_read_back_is_the_same_number(value: int) -> None:
    assert read(text(speech.number(value, EN))) == value


@given(st.integers(1, 10**13))
def test_money_read_back_is_the_same(fen: int) -> None:
    spoken = text(speech.money(Fen(fen), EN))
    if spoken.endswith(" fen"):
        assert read(spoken.removesuffix(" fen")) == fen < 100
    else:
        yuan, _, rest = spoken.partition(" yuan")
        assert read(yuan) * 100 + read(rest.replace("oh ", "")) == fen


@given(st.integers(0, 10**9))
def test_a_price_read_back_is_the_same(milli: int) -> None:
    whole, _, decimals = text(speech.price(Milli(milli), EN)).removesuffix(" yuan").partition(" point ")
    shown = "".join(str(ONES.index(one)) for one in decimals.split())
    assert read(whole) * 1000 + int(shown.ljust(3, "0")) == milli


def test_a_number_above_a_thousand_billion() -> None:
    assert text(speech.number(2 * 10**12, EN)) == "two thousand billion"
