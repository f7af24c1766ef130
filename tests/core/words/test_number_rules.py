"""Number rules: the house's form of what carriers send, and the carrier's form of what goes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.core.words import NumberRule, changed, house_form, is_personal, number_fits, phone_key, trial
from switch_server.core.words.number_rules import HOUSE, LONGEST_NUMBER

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
FIXED = st.from_regex(r"0(10|2[0-9]|[3-9][1-9][0-9])[2-8][0-9]{6,7}", fullmatch=True).filter(
    lambda number: number[:4] not in ("0400", "0800") and len(number) in (11, 12)
)
ANY = st.text(alphabet="0123456789+*#", max_size=20)


def house(number: str, *own: NumberRule) -> str:
    return changed(own, number, incoming=True)


@pytest.mark.parametrize(
    ("came", "is_now"),
    [
        *((prefix + "13900012345", "13900012345") for prefix in ("", "+86", "0086", "86", "0")),
        *((prefix + "2155550100", "02155550100") for prefix in ("+86", "0086", "86", "0")),
        *((prefix + "1055501234", "01055501234") for prefix in ("+86", "0086", "86", "0")),
        *((prefix + "75583001234", "075583001234") for prefix in ("+86", "0086", "86", "0")),
        *((prefix + "02155550100", "02155550100") for prefix in ("+86", "0086", "")),
        *((prefix + "95500", "95500") for prefix in ("+86", "0086", "")),
        *((prefix + "955001", "955001") for prefix in ("+86", "0086", "")),
        *((prefix + "95105105", "95105105") for prefix in ("+86", "0086", "")),
        *((prefix + "10086", "10086") for prefix in ("+86", "0086", "")),
        *((prefix + "4008123456", "4008123456") for prefix in ("+86", "0086", "")),
        ("55550100", "55550100"),
        ("86123456", "86123456"),
        ("110", "110"),
        ("+12125550100", "+12125550100"),
        ("0012125550100", "0012125550100"),
        ("alice", "alice"),
        ("", ""),
    ],
)
def test_the_house_s_form(came: str, is_now: str) -> None:
    assert house(came) == is_now


@given(st.sampled_from(["", "+86", "0086", "86"]), MOBILE | FIXED)
def test_each_form_of_a_subscriber_s_number_has_one_house_form(prefix: str, number: str) -> None:
    sent = prefix + (number.removeprefix("0") if prefix else number)
    assert house(sent) == number
    assert house(house(sent)) == number
    assert phone_key(number) == number
    assert is_personal(number)


@given(ANY)
def test_the_house_s_form_is_the_store_s_key_of_it(number: str) -> None:
    if is_personal(number):
        assert phone_key(house(number)) == phone_key(number)
    assert house(house(number)) == house(number) or number.startswith(("+86", "0086", "86", "01"))


RULES = st.lists(
    st.builds(
        NumberRule,
        st.from_regex(r"([0-9+]|\[[2-5]-[6-9]\]){0,3}", fullmatch=True),
        st.integers(1, 15) | st.lists(st.integers(1, 15), max_size=3).map(tuple),
        st.integers(0, 4),
        st.text(alphabet="0123456789+", max_size=4),
    ),
    max_size=5,
).map(tuple)


@given(RULES, st.text(alphabet="0123456789+", min_size=1, max_size=80))
def test_the_first_rule_that_fits_is_applied_and_no_other(rules: tuple[NumberRule, ...], number: str) -> None:
    steps = trial(rules, number, incoming=False)
    assert [step.became for step in steps[:-1]] == [None] * (len(steps) - 1)
    assert [step.rule for step in steps] == list(rules[: len(steps)])
    result = changed(rules, number, incoming=False)
    fitting = next((rule for rule in rules if rule.fits(number[:LONGEST_NUMBER])), None)
    assert result == (fitting.applied(number[:LONGEST_NUMBER]) if fitting else number[:LONGEST_NUMBER])
    assert len(result) <= LONGEST_NUMBER


def test_own_rules_come_before_the_house_s() -> None:
    local = NumberRule("[2-8]", 8, add="021")
    assert house("55550100", local) == "02155550100"
    assert house("+8613900012345", local) == "13900012345"
    assert house("+8613900012345", NumberRule()) == "13900012345"  # a rule that fits all and changes nothing
    assert house("17951+862155550100", NumberRule("17951", cut=5), NumberRule("+", cut=1)) == "02155550100"
    steps = trial((local,), "0013900012345", incoming=True)
    assert [step.own for step in steps] == [True, *([False] * len(HOUSE))]


def test_out_only_the_trunk_s_own_rules_count() -> None:
    carrier = (NumberRule("1[3-9]", 11, add="+86"), NumberRule("021", cut=3), NumberRule("0[1-9]", cut=1, add="+86"))
    assert [changed(carrier, n, incoming=False) for n in ("13900012345", "02155550100", "075583001234", "+12125550100", "")] == [
        "+8613900012345", "55550100", "+8675583001234", "+12125550100", "",
    ]  # fmt: skip


def test_a_withheld_number_gets_no_digits() -> None:
    assert trial((NumberRule(add="021"),), "", incoming=True) == ()
    assert house("", NumberRule(add="021")) == ""


def test_signs_of_telephones_are_no_pattern() -> None:
    assert house("*21*5#", NumberRule("*21*", cut=4)) == "5#"
    assert house("+4930", NumberRule("+", cut=1, add="00")) == "004930"
    assert house("[3-9]", NumberRule("[3]", cut=1)) == "[3-9]"


@pytest.mark.parametrize(
    ("number", "pattern", "fits"),
    [
        ("95500", "95500", True), ("95500", "955*", True), ("95500", "9550", False), ("95500", "*", True), ("", "*", True),
        ("02155550100", "+862155550100", True), ("02155550100", "008621*", True), ("02155550100", "+8620*", False),
        ("13900012345", "+86139*", True), ("13900012345", "+861390001234", False), ("95500", "+8695500", True),
        ("+12125550100", "+1*", True), ("0012125550100", "00*", True), ("0012125550100", "+8600*", False),
    ],
)  # fmt: skip
def test_the_numbers_of_a_trunk_may_be_written_in_any_form(number: str, pattern: str, fits: bool) -> None:
    assert number_fits(number, pattern) is fits


def test_the_house_s_rules_alone() -> None:
    assert house_form("+862155550100") == house_form("02155550100") == "02155550100"
