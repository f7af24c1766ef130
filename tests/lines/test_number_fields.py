"""Calling and dialled numbers by the trunk's rule: which header is believed, which is written."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import TrunkName
from switch_server.adapters.sip import grammar
from switch_server.adapters.sip_lines.number_fields import (
    ANONYMOUS,
    called_of,
    caller_of,
    headers_out,
    traced_caller_of,
)
from switch_server.core.words import CarrierRegistration, NumberHeaders, NumberRule, NumberRules, Trunk

OURS = ("192.0.2.7", 5060)
EACH: dict[str, list[str]] = {
    "from": ["<sip:+8613900012345@ims.example.com>;tag=x"],
    "p-asserted-identity": ["<sip:+8602155550101@ims.example.com;user=phone>", "<tel:+8602155550102>"],
    "p-preferred-identity": ["<tel:+86-21-5555-0103>"],
    "remote-party-id": ['"x" <sip:02155550104@h>;privacy=off'],
    "diversion": ["<sip:02155550105@h>;reason=unconditional", "<sip:02155550106@h>"],
    "history-info": ["<sip:02155550108@h>;index=1", "<sip:02155550107@h?Reason=SIP%3Bcause%3D302>;index=1.1", "<sip:95500@h>;index=1.2"],
    "to": ["<sip:95501@h>"],
    "p-called-party-id": ["<sip:+8695502@h>"],
}  # fmt: skip


def fields(given: dict[str, list[str]]) -> Callable[[str], list[str]]:
    return lambda name: given.get(name, [])


def uri(user: str) -> grammar.Uri:
    return grammar.Uri(f"sip:{user}@h", "sip", user, "h", None)


def trunk(rules: NumberRules | None = None, registration: CarrierRegistration | None = None, **headers: Any) -> Trunk:
    return Trunk(
        TrunkName("t"), far=("192.0.2.1",), number_rules=rules or NumberRules(), registration=registration,
        number_headers=NumberHeaders(**headers),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("from", "13900012345"), ("p-asserted-identity", "02155550101"), ("p-preferred-identity", "02155550103"),
        ("remote-party-id", "02155550104"), ("diversion", "02155550105"), ("history-info", "02155550107"),
    ],
)  # fmt: skip
def test_the_header_that_is_believed(name: str, number: str) -> None:
    assert caller_of(fields(EACH), trunk(caller_from=(name,))) == number


@pytest.mark.parametrize(
    ("name", "number"),
    [("request-uri", "95500"), ("to", "95501"), ("p-called-party-id", "95502"), ("diversion", "02155550105"), ("history-info", "02155550107")],
)  # fmt: skip
def test_the_dialled_number(name: str, number: str) -> None:
    assert called_of(fields(EACH), uri("+8695500"), trunk(called_from=(name,))) == number


def test_the_first_believed_header_with_a_number_counts() -> None:
    rule = trunk(caller_from=("diversion", "p-asserted-identity", "from"))
    assert caller_of(fields({**EACH, "diversion": []}), rule) == "02155550101"
    assert (
        caller_of(fields({"from": EACH["from"], "p-asserted-identity": ["<sip:anonymous@h>", "<sip:"]}), rule)
        == "13900012345"
    )
    assert called_of(fields({}), uri("95500"), trunk(called_from=("p-called-party-id", "request-uri"))) == "95500"


@pytest.mark.parametrize(
    "url", ["sip:anonymous@anonymous.invalid", "sip:13900012345@x.invalid", "sip:Restricted@h", "sip:h", "tel:%20", "x"]
)
def test_what_is_no_number(url: str) -> None:
    assert caller_of(fields({"from": [f"<{url}>"]}), trunk()) == ""


def test_no_header_no_number() -> None:
    assert caller_of(fields({}), trunk()) == ""
    assert called_of(fields({}), grammar.read_uri("sip:h"), trunk()) == ""
    assert caller_of(fields({"history-info": ["<sip:95500@h>;index=1"]}), trunk(caller_from=("history-info",))) == ""


@pytest.mark.parametrize("privacy", [["id"], ["ID"], ["user; id"], ["id;critical"], []])
def test_a_withheld_number_is_traced_only(privacy: list[str]) -> None:
    given = {**EACH, "from": [ANONYMOUS], "privacy": privacy}
    assert (caller_of(fields(given), trunk()), traced_caller_of(fields(given), trunk())) == ("", "02155550101")
    shown = {**given, "privacy": ["none"]}
    assert (caller_of(fields(shown), trunk()), traced_caller_of(fields(shown), trunk())) == ("02155550101", "")


def test_rules_before_the_house_s() -> None:
    rules = NumberRules(caller_in=(NumberRule("[2-8]", 8, add="021"),), called_in=(NumberRule("021", cut=3),))
    assert caller_of(fields({"from": ["<sip:55550100@h>"]}), trunk(rules)) == "02155550100"
    assert called_of(fields({}), uri("02155550199"), trunk(rules)) == "55550199"


@given(
    st.dictionaries(st.sampled_from([*EACH, "privacy"]), st.lists(st.text(max_size=60), max_size=4)),
    st.text(max_size=70),
)
def test_any_text_gives_a_number_or_none(given: dict[str, list[str]], user: str) -> None:
    rule = trunk(
        caller_from=(
            "history-info",
            "diversion",
            "remote-party-id",
            "p-preferred-identity",
            "p-asserted-identity",
            "from",
        ),
        called_from=("history-info", "diversion", "p-called-party-id", "to", "request-uri"),
    )
    for number in (
        caller_of(fields(given), rule),
        traced_caller_of(fields(given), rule),
        called_of(fields(given), uri(user), rule),
    ):
        assert len(number) <= 64
        assert number.isascii()
        assert number.isprintable()


# --- out ---


def test_a_plain_call_out() -> None:
    assert headers_out(trunk(), "95500", OURS) == ("<sip:95500@192.0.2.7>", ())


def test_the_carrier_s_form_and_domain() -> None:
    rules = NumberRules(caller_out=(NumberRule("0[1-9]", cut=1, add="+86"),))
    rule = trunk(rules, show_in=("from", "p-asserted-identity"))
    written = "<sip:+862155550100@ims.example.com>"
    assert headers_out(rule, "02155550100", OURS, "ims.example.com") == (written, (("P-Asserted-Identity", written),))


def test_our_number_only_for_the_carrier() -> None:
    rule = trunk(show_in=("from", "p-asserted-identity"), withhold=True)
    more = (("P-Asserted-Identity", "<sip:95500@192.0.2.7>"), ("Privacy", "id"))
    assert headers_out(rule, "95500", OURS) == (ANONYMOUS, more)
    preferred = trunk(show_in=("p-preferred-identity",), withhold=True)
    assert headers_out(preferred, "95500", OURS)[1][0] == ("P-Preferred-Identity", "<sip:95500@192.0.2.7>")


def test_one_call_may_show_no_number() -> None:
    more = (("P-Asserted-Identity", "<sip:95500@192.0.2.7>"), ("Privacy", "id"))
    rule = trunk(show_in=("from", "p-asserted-identity"))
    assert headers_out(rule, "95500", OURS, withheld=True) == (ANONYMOUS, more)


def test_a_caller_without_number_is_passed_on_without_one() -> None:
    assert headers_out(trunk(show_in=("from", "p-asserted-identity")), "", OURS) == (ANONYMOUS, (("Privacy", "id"),))


def test_from_is_the_registered_user_where_it_does_not_carry_the_number() -> None:
    ours = CarrierRegistration(("192.0.2.1",), "+862155550100")
    more = (("P-Preferred-Identity", "<sip:95500@d>"),)
    assert headers_out(trunk(None, ours, show_in=("p-preferred-identity",)), "95500", OURS, "d") == (
        "<sip:+862155550100@d>",
        more,
    )
    assert headers_out(trunk(show_in=("p-preferred-identity",)), "95500", OURS, "d") == (ANONYMOUS, more)


def test_a_call_that_is_passed_on() -> None:
    ours = ("Diversion", "<sip:95500@192.0.2.7>;reason=unconditional;counter=1")
    assert headers_out(trunk(forwarded="diversion"), "13900012345", OURS, "", "95500") == (
        "<sip:13900012345@192.0.2.7>",
        (ours,),
    )
    assert headers_out(trunk(forwarded="history-info"), "13900012345", OURS, "", "95500")[1] == (
        ("History-Info", "<sip:95500@192.0.2.7>;index=1"),
    )
    assert headers_out(trunk(forwarded="diversion"), "95500", OURS)[1] == ()
    assert headers_out(trunk(), "13900012345", OURS, "", "95500")[1] == ()
