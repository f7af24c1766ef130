"""The parts that both languages share: spelling, items, and the table of segments that the rules use."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.enums import Language, OrderStatus, Refusal, Side
from shared.ids import Fen, Milli, Shares
from switch_server.core import speech
from switch_server.core.speech import (
    SayDate,
    SayDigits,
    SayLanguage,
    SayMoney,
    SayNumber,
    SayPrice,
    SayQuantity,
    SayTime,
)
from tests.speech.texts import expected_names, stocks, table, text

ZH, EN = Language.ZH, Language.EN


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("600519", "六零零五幺九", "six zero zero five one nine"),
        ("000001", "零零零零零幺", "zero zero zero zero zero one"),
        ("1234567", "幺二三四|五六七", "one two three four | five six seven"),
        ("20012345678", "二零零幺|二三四五|六七八", "two zero zero one | two three four five | six seven eight"),
        ("A12-b", "A幺二杠B", "A one two dash B"),
        ("1_2/3.4", "幺杠二斜杠|三点四", "one dash two slash | three dot four"),
        ("1 2", "幺二", "one two"),
        ("单7", "符号七", "sign seven"),
        ("１", "符号", "sign"),
    ],
)
def test_digits(written: str, zh: str, en: str) -> None:
    assert text(speech.digits(written, ZH)) == zh
    assert text(speech.digits(written, EN)) == en


@given(st.text("0123456789ABCXYZ", min_size=1), st.sampled_from(Language))
def test_spelling_loses_no_character(written: str, language: Language) -> None:
    spoken = [one for one in speech.digits(written, language) if not one.startswith("pause:")]
    heard = [name.rpartition("/")[2].replace("yao", "1").upper() for name in spoken]
    assert "".join(heard) == written


def test_no_digits_give_no_segments() -> None:
    assert speech.digits("", ZH) == ()


def test_segment_names_have_their_language() -> None:
    assert speech.number(1, ZH) == ("zh_CN/num/1",)
    assert speech.money(Fen(12), EN) == ("en/num/12", "en/unit/fen")
    assert speech.language(EN, ZH) == ("zh_CN/language/en",)


@pytest.mark.parametrize("lang", Language)
def test_say_is_the_same_as_each_function(lang: Language) -> None:
    when, day = dt.time(9, 30), dt.date(2026, 11, 22)
    pairs = [
        (SayMoney(Fen(1234)), speech.money(Fen(1234), lang)),
        (SayPrice(Milli(1234)), speech.price(Milli(1234), lang)),
        (SayQuantity(Shares(200)), speech.quantity(Shares(200), lang)),
        (SayNumber(7), speech.number(7, lang)),
        (SayDigits("600519"), speech.digits("600519", lang)),
        (SayTime(when), speech.time_of_day(when, lang)),
        (SayDate(day), speech.date(day, lang)),
        (SayLanguage(EN), speech.language(EN, lang)),
    ]
    assert [speech.say(item, lang) for item, _ in pairs] == [segments for _, segments in pairs]


@given(st.integers(), st.text(), st.datetimes(), st.sampled_from(Language))
def test_no_value_raises_and_every_segment_is_in_the_table(
    value: int, written: str, when: dt.datetime, lang: Language
) -> None:
    spoken = (
        *speech.money(Fen(value), lang), *speech.price(Milli(value), lang), *speech.quantity(Shares(value), lang),
        *speech.number(value, lang), *speech.digits(written, lang), *speech.time_of_day(when, lang),
        *speech.date(when, lang), *speech.language(lang, lang),
    )  # fmt: skip
    assert {one for one in spoken if not one.startswith("pause:")} <= speech.rule_segments(lang)


@pytest.mark.parametrize("lang", Language)
def test_every_rule_segment_has_a_text(lang: Language) -> None:
    assert speech.rule_segments(lang) <= expected_names(lang)


@pytest.mark.parametrize("lang", Language)
def test_segments_of_one_language_only_are_those_of_its_rules(lang: Language) -> None:
    alone = {f"{lang.value}/{name}" for name, words in table().items() if set(words) == {lang.value}}
    assert alone <= speech.rule_segments(lang)


def test_every_status_refusal_side_and_language_has_a_text_in_both_languages() -> None:
    names = [f"status/{one.value}" for one in OrderStatus] + [f"refusal/{one.value}" for one in Refusal]
    names += [f"side/{one.value}" for one in Side] + [f"language/{one.value}" for one in Language]
    assert [name for name in names if set(table().get(name, ())) != {"zh_CN", "en"}] == []


def test_stock_codes_are_distinct_and_valid() -> None:
    codes = [row["code"] for row in stocks()]
    assert len(set(codes)) == len(codes) >= 60
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert {row["market"] for row in stocks()} == {"SH", "SZ"}
    assert all(row["market"] == ("SH" if row["code"][0] == "6" else "SZ") for row in stocks())
    assert len({row["name"] for row in stocks()}) == len({row["english"] for row in stocks()}) == len(codes)
