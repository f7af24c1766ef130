"""The Contact headers of a REGISTER, without a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch_server.adapters.sip_lines import contacts
from switch_server.adapters.sip_lines.contacts import BadContact, SipContact


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<sip:front@10.0.0.9:5062>", SipContact("sip:front@10.0.0.9:5062", "front", "10.0.0.9", 5062)),
        ("sip:10.0.0.9", SipContact("sip:10.0.0.9", "", "10.0.0.9", 5060)),
        (
            "sip:front@PHONE.local;expires=60",
            SipContact("sip:front@PHONE.local", "front", "phone.local", 5060, expires=60),
        ),
        (
            '"Front, desk <1>" <sip:front@10.0.0.9;transport=udp;line=x1>;q=0.5;expires=600;+sip.instance="<urn:uuid:1>"',
            SipContact("sip:front@10.0.0.9;transport=udp;line=x1", "front", "10.0.0.9", 5060, ";line=x1", 600, 500),
        ),
        ("Front <SIP:a@b>;Expires = 5", SipContact("SIP:a@b", "a", "b", 5060, expires=5)),
        ('"??\\" <sip:a@b>;expires=5', SipContact("sip:a@b", "a", "b", 5060, expires=5)),
        ("<sip:a@b>;expires=soon;q=7", SipContact("sip:a@b", "a", "b", 5060)),
        ("<sip:a@b>;q=0;expires=0", SipContact("sip:a@b", "a", "b", 5060, expires=0, q=0)),
        ("<sip:a@b>;q=1.000", SipContact("sip:a@b", "a", "b", 5060)),
    ],
)
def test_one_contact(text: str, wanted: SipContact) -> None:
    assert contacts.read((text,)) == (wanted,)


def test_several_contacts() -> None:
    found = contacts.read(('<sip:a@b>;x="1,2", "x, y" <sip:c@d>', "sip:e@f"))
    assert found is None or [contact.user for contact in found] == ["a", "c", "e"]
    assert contacts.read(()) == ()
    assert contacts.read(("*",)) is None
    with pytest.raises(BadContact):
        contacts.read(("sip:a@b",) * (contacts.MOST + 1))


@pytest.mark.parametrize(
    "text",
    [
        "", "<>", "<sip:a@b", "sip:a@b>", '"a <sip:a@b>', "mailto:a@b", "tel:+8620", "sips:a@b", "sip:", "sip:a@", "sip:a@b:0",
        "sip:a@b:70000", "sip:a@b:99notaport", "<sip:a@b c>", "<sip:a@b?Route=x>", "sip:a@b,,sip:c@d", "sip:a@b,", "*, sip:a@b",
        "<sip:你@b>", "<sip:a@[::1]>", f"<sip:a@b;x={'y' * 600}>",
    ],
)  # fmt: skip
def test_invalid_contacts(text: str) -> None:
    with pytest.raises(BadContact):
        contacts.read((text,))


def test_the_uri_to_call_a_phone_behind_nat() -> None:
    (contact,) = contacts.read(("<sip:front@10.0.0.9:5062;transport=tcp;line=x1;maddr=1.2.3.4;ob>",)) or ()
    assert contact.at("192.0.2.9", 40000) == "sip:front@192.0.2.9:40000;line=x1;ob"
    (nameless,) = contacts.read(("<sip:10.0.0.9>",)) or ()
    assert nameless.at("192.0.2.9", 5060) == "sip:192.0.2.9:5060"
    assert contact.same_place(contacts.of_uri("sip:front@10.0.0.9:5062"))
    assert not contact.same_place(nameless)


@given(st.text(alphabet='<>";,*=:@ sip.q0a\\%expires', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = contacts.read((text,))
    except BadContact:
        return
    assert found is None or all(contacts.of_uri(each.uri).host == each.host for each in found)


@pytest.mark.parametrize(
    ("text", "wanted"), [(None, None), ("", None), ("-1", None), ("1e3", None), ("٣", None), ("0", 0), ("9" * 10, 9999999999), ("9" * 11, None)]
)  # fmt: skip
def test_seconds(text: str | None, wanted: int | None) -> None:
    assert contacts.seconds(text) == wanted
