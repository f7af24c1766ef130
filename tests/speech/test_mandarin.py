"""Mandarin rules, by tables and against an independent reader (cn2an)."""

import datetime as dt

import cn2an
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.enums import Language
from shared.ids import Fen, Milli, Shares
from switch_server.core import speech
from tests.speech.texts import text

ZH = Language.ZH


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "零"), (1, "一"), (2, "二"), (10, "十"), (11, "十一"), (12, "十二"), (20, "二十"), (22, "二十二"), (99, "九十九"),
        (100, "一百"), (101, "一百零一"), (102, "一百零二"), (110, "一百一十"), (112, "一百一十二"), (119, "一百一十九"), (120, "一百二十"),
        (200, "两百"), (202, "两百零二"), (210, "两百一十"), (222, "两百二十二"), (1000, "一千"), (1001, "一千零一"), (1010, "一千零一十"),
        (1012, "一千零一十二"), (1100, "一千一百"), (1200, "一千二百"), (2000, "两千"), (2002, "两千零二"), (2020, "两千零二十"), (2200, "两千二百"),
        (10000, "一万"), (10001, "一万零一"), (10010, "一万零一十"), (10100, "一万零一百"), (10200, "一万零二百"), (11000, "一万一千"),
        (12000, "一万二千"), (12345, "一万二千三百四十五"), (20000, "两万"), (20002, "两万零二"), (22222, "两万二千二百二十二"),
        (100000, "十万"), (100300, "十万零三百"), (101000, "十万一千"), (110000, "十一万"), (120000, "十二万"), (200000, "二十万"),
        (1000000, "一百万"), (1100000, "一百一十万"), (2000000, "两百万"), (10000000, "一千万"), (20000000, "两千万"), (20020000, "两千零二万"),
        (100000000, "一亿"), (100000001, "一亿零一"), (100010000, "一亿零一万"), (100020000, "一亿零二万"), (100100000, "一亿零一十万"),
        (110000000, "一亿一千万"), (120000000, "一亿二千万"), (200000000, "两亿"), (200000002, "两亿零二"), (1000000000, "十亿"),
        (1234567890, "十二亿三千四百五十六万七千八百九十"), (200200000000, "两千零二亿"), (10**12, "一万亿"), (2 * 10**12, "两万亿"),
        (10**12 + 10**8, "一万零一亿"), (10**16, "一亿亿"), (-5, "负五"), (-12, "负十二"), (-20000, "负两万"),
    ],
)  # fmt: skip
def test_numbers(value: int, spoken: str) -> None:
    assert text(speech.number(value, ZH)) == spoken


@pytest.mark.parametrize(
    ("fen", "spoken"),
    [
        (0, "零元"), (1, "一分"), (2, "两分"), (5, "五分"), (10, "一角"), (20, "两角"), (22, "两角二分"), (50, "五角"), (55, "五角五分"), (99, "九角九分"),
        (100, "一元"), (101, "一元零一分"), (102, "一元零二分"), (120, "一元二角"), (122, "一元二角二分"), (200, "两元"), (202, "两元零二分"), (220, "两元二角"),
        (1000, "十元"), (1005, "十元零五分"), (1050, "十元五角"), (20000, "两百元"), (1234567, "一万二千三百四十五元六角七分"),
        (2000000, "两万元"), (10000000, "十万元"), (10000001, "十万元零一分"), (-5, "负五分"), (-200, "负两元"), (-1234567, "负一万二千三百四十五元六角七分"),
        (12345678901, "一亿二千三百四十五万六千七百八十九元零一分"),
    ],
)  # fmt: skip
def test_money(fen: int, spoken: str) -> None:
    assert text(speech.money(Fen(fen), ZH)) == spoken


@pytest.mark.parametrize(
    ("milli", "spoken"),
    [
        (12340, "十二点三四元"), (12300, "十二点三元"), (12000, "十二元"), (12345, "十二点三四五元"), (12005, "十二点零零五元"), (12050, "十二点零五元"),
        (2000, "两元"), (2340, "二点三四元"), (50, "零点零五元"), (0, "零元"), (1486000, "一千四百八十六元"), (200000, "两百元"), (200500, "两百点五元"),
        (-120, "负零点一二元"), (-2000, "负两元"),
    ],
)  # fmt: skip
def test_prices(milli: int, spoken: str) -> None:
    assert text(speech.price(Milli(milli), ZH)) == spoken


@pytest.mark.parametrize(
    ("shares", "spoken"),
    [(0, "零股"), (1, "一股"), (2, "两股"), (100, "一百股"), (200, "两百股"), (1000, "一千股"), (12, "十二股"), (112, "一百一十二股"),
     (20000, "两万股"), (-200, "负两百股")],
)  # fmt: skip
def test_quantities(shares: int, spoken: str) -> None:
    assert text(speech.quantity(Shares(shares), ZH)) == spoken


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ("00:00", "凌晨零点整"), ("00:05", "凌晨零点零五分"), ("02:00", "凌晨两点整"), ("05:59", "凌晨五点五十九分"), ("06:00", "上午六点整"),
        ("09:30", "上午九点三十分"), ("11:59", "上午十一点五十九分"), ("12:02", "中午十二点零二分"), ("13:00", "下午一点整"), ("14:15", "下午两点十五分"),
        ("17:59", "下午五点五十九分"), ("18:00", "晚上六点整"), ("22:10", "晚上十点十分"), ("23:59", "晚上十一点五十九分"),
    ],
)  # fmt: skip
def test_times(clock: str, spoken: str) -> None:
    assert text(speech.time_of_day(dt.time.fromisoformat(clock), ZH)) == spoken
    assert text(speech.time_of_day(dt.datetime.fromisoformat(f"2026-11-22T{clock}"), ZH)) == spoken


def test_dates() -> None:
    assert text(speech.date(dt.date(2026, 11, 22), ZH)) == "二零二六年十一月二十二日"
    assert text(speech.date(dt.date(2000, 1, 2), ZH)) == "二零零零年一月二日"
    assert text(speech.date(dt.datetime(1999, 12, 31, 9, 30), ZH)) == "一九九九年十二月三十一日"


def as_cn2an_reads(spoken: str) -> int:
    """Reads with cn2an in its lenient mode, which accepts 两 but not 一万亿."""
    return cn2an.cn2an(spoken, "smart")


@given(st.integers(-(10**12) + 1, 10**12 - 1))
@example(2)
@example(20_000_000_000)
def test_a_number_read_back_is_the_same_number(value: int) -> None:
    assert as_cn2an_reads(text(speech.number(value, ZH))) == value


@given(st.integers(0, 10**12 - 1))
def test_words_are_those_of_an_independent_writer(value: int) -> None:
    ours = text(speech.number(value, ZH)).replace("两", "二")
    theirs = cn2an.an2cn(str(value))
    if theirs.startswith("一十"):
        theirs = theirs[1:]
    assert ours == theirs


@given(st.integers(-(10**13), 10**13))
def test_money_read_back_is_the_same(fen: int) -> None:
    spoken = text(speech.money(Fen(fen), ZH))
    sign = -1 if spoken.startswith("负") else 1
    yuan, mark, rest = spoken.lstrip("负").rpartition("元")
    read = as_cn2an_reads(yuan) * 100 if mark else 0
    tens, mark, ones = rest.rpartition("角")
    read += as_cn2an_reads(tens) * 10 if mark else 0
    ones = ones.removesuffix("分").removeprefix("零")
    assert sign * (read + (as_cn2an_reads(ones) if ones else 0)) == fen


@given(st.integers(0, 10**9))
def test_a_price_read_back_is_the_same(milli: int) -> None:
    spoken = text(speech.price(Milli(milli), ZH)).removesuffix("元")
    whole, _, decimals = spoken.partition("点")
    shown = "".join(str("零一二三四五六七八九".index(digit)) for digit in decimals)
    assert as_cn2an_reads(whole) * 1000 + int(shown.ljust(3, "0")) == milli


@given(st.integers(0, 10**18))
def test_zero_is_never_doubled_and_never_ends_a_number(value: int) -> None:
    spoken = text(speech.number(value, ZH))
    assert "零零" not in spoken
    assert spoken == "零" or not spoken.endswith("零")
    assert not any(f"零{unit}" in spoken for unit in "十百千万亿")
    assert "两十" not in spoken
    assert "两" not in spoken[1:]
