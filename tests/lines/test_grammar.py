"""The grammar of URIs, addresses and Via, pure (RFC 3261 §25.1, RFC 3966 §3)."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.grammar import MalformedFieldError


@pytest.mark.parametrize(
    ("text", "user", "host", "port", "parameters"),
    [
        ("sip:atlanta.com", None, "atlanta.com", None, ()),
        ("sip:alice:secretword@atlanta.com;transport=tcp", "alice", "atlanta.com", None, (("transport", "tcp"),)),
        ("SIPS:alice@atlanta.com:5061?subject=project%20x&priority=urgent", "alice", "atlanta.com", 5061, ()),
        ("sip:+1-212-555-1212:1234@gateway.com;user=phone", "+1-212-555-1212", "gateway.com", None, (("user", "phone"),)),
        ("sip:user;par=u%40example.net@example.com", "user", "example.com", None, ()),
        ("sip:alice;day=tuesday@[2001:db8::10]:05070", "alice", "[2001:db8::10]", 5070, ()),
        ("sip:1234%23567890@1.2.3.4:;LR", "1234#567890", "1.2.3.4", None, (("lr", None),)),
        ("tel:+86-10-1;npdi;RN=+8613900", "+86-10-1", "", None, (("npdi", None), ("rn", "+8613900"))),
        ("13800@1.2.3.4", "13800", "1.2.3.4", None, ()),
        ("urn:service:sos", None, "", None, ()),
        # RFC 4475 §3.1.1.2, §3.1.1.3, §3.1.1.9
        ("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com", "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/", "example.com", None, ()),
        ("sip:sips%3Auser%40example.com@example.net", "sips:user@example.com", "example.net", None, ()),
        ("sip:user;par=u%40example.net@example.com;x", "user", "example.com", None, (("x", None),)),
    ],
)  # fmt: skip
def test_uris(text, user, host, port, parameters) -> None:
    uri = grammar.read_uri(text)
    assert (uri.text, uri.user, uri.host, uri.port, uri.parameters) == (text, user, host, port, parameters)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:@",
        "sip:a@",
        "sip:a@b:x",
        "sip:a@b:65536",
        "sip:a b@c",
        "sip:a@b c",
        "tel:",
        "tel:1 2",
        "tel:;x",
        "x:",
        "sip:<a>",
    ],
)
def test_what_is_no_uri(text: str) -> None:
    with pytest.raises(MalformedFieldError):
        grammar.read_uri(text)


@pytest.mark.parametrize(
    ("text", "uri", "tag"),
    [
        ("<sip:a@b;tag=no>;tag=yes", "sip:a@b;tag=no", "yes"),
        ("sip:a@b;tag=yes;x", "sip:a@b", "yes"),
        ('";tag=no" <sip:a@b>', "sip:a@b", None),
        ('"a \\" <sip:c@d>" <sip:a@b> ; x="1;tag=no" ; TAG = yes ', "sip:a@b", "yes"),
        ("Zhang San<sip:a@b>;;tag=yes;", "sip:a@b", "yes"),
        ("< sip:a@b >;tag=yes", "sip:a@b", "yes"),
        ("Watson, Thomas <sip:a@b>;tag=yes", "sip:a@b", "yes"),
        ('"\udcd5\udc5c\\" <sip:a@b>;tag=yes', "sip:a@b", "yes"),
    ],
)
def test_addresses(text, uri, tag) -> None:
    address = grammar.read_address(text)
    assert (address.uri.text, address.tag) == (uri, tag)


@pytest.mark.parametrize(
    "text", ["", "<sip:a@b", "sip:a@b>", '"a <sip:a@b>', '"a" "b" <sip:a@b>', "<<sip:a@b>>", '<sip:a@b>;x="1']
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(MalformedFieldError):
        grammar.read_address(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<sip:a@b>", "<sip:a@b>;tag=\\1"),
        ("sip:a@b;x", "sip:a@b;x;tag=\\1"),
        ("<sip:a@b> ; tag = old ;x", "<sip:a@b> ; tag=\\1;x"),
        ('";tag=a" <sip:a@b;tag=b>', '";tag=a" <sip:a@b;tag=b>;tag=\\1'),
    ],
)
def test_a_tag_is_set(text: str, wanted: str) -> None:
    assert grammar.with_tag(text, "\\1", replace=grammar.tag_of(text) is not None) == wanted


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("a", ["a"]),
        ("<sip:a,b@c>, <sip:d>;x=1,, e", ["<sip:a,b@c>", "<sip:d>;x=1", "e"]),
        ('"a,\\"b" <sip:c>,<sip:d>', ['"a,\\"b" <sip:c>', "<sip:d>"]),
        ('"\udcd5\\" <sip:c>,<sip:d>', ['"\udcd5\\" <sip:c>', "<sip:d>"]),
        ('"a,b', ['"a,b']),
    ],
)
def test_lists(text: str, elements: list[str]) -> None:
    assert grammar.split_list(text) == elements


@pytest.mark.parametrize(
    ("text", "received", "rport", "wanted"),
    [
        ("SIP/2.0/UDP h;rport;branch=b", "192.0.2.1", "99", "SIP/2.0/UDP h;rport=99;branch=b;received=192.0.2.1"),
        ("SIP/2.0/UDP h;branch=b", None, "99", "SIP/2.0/UDP h;branch=b"),
        ("SIP/2.0/UDP h ; Rport = 1;received=x;branch=b", "192.0.2.1", "99", "SIP/2.0/UDP h ;rport=99;branch=b;received=192.0.2.1"),
    ],
)  # fmt: skip
def test_a_via_gets_its_source(text, received, rport, wanted) -> None:
    assert grammar.mark_via(text, received, rport) == wanted


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("+86-21-5555-0100", "+862155550100"),
        ("(021) 1", "(021) 1"),
        ("*72#", "*72#"),
        ("wang-li", "wang-li"),
        ("cafe-1", "cafe-1"),
        ("-.", "-."),
        ("", ""),
        ("0-1.2", "012"),
    ],
)
def test_numbers(written: str, plain: str) -> None:
    assert grammar.plain_number(written) == plain


PIECES = [
    '"',
    "\\",
    "<",
    ">",
    ";",
    ",",
    "=",
    " ",
    "sip:",
    "tel:",
    "@",
    "tag",
    "SIP/2.0/UDP",
    "rport",
    ":",
    "5060",
    "\udc5c",
    "a",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
@settings(max_examples=400)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (grammar.read_uri, grammar.read_address, grammar.read_via):
        try:
            read(text)
        except MalformedFieldError:
            continue
    grammar.tag_of(text)
    assert [*"".join(grammar.split_list(text)).split()] or not text.replace(",", " ").strip()
    grammar.mark_via(text, "1.2.3.4", "5")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", [" ", '"', '\\"', "<", ";", ",", "; ", '";', "a", "1", "@", ":", "/ ", "tag=", "<>", '"a" ']
)
@pytest.mark.parametrize("start", ["", "<sip:", '"', "<sip:a@b>;", "SIP/2.0/UDP h", "sip:a"])
def test_a_long_text_takes_no_longer_than_its_length(start: str, piece: str) -> None:
    """100 kB of anything repeated: a search that begins anew at each character would take minutes."""
    text = start + piece * (100_000 // len(piece)) + "\x01"
    for read in (
        grammar.read_uri,
        grammar.read_address,
        grammar.read_via,
        grammar.split_list,
        grammar.tag_of,
        grammar.plain_number,
    ):
        with contextlib.suppress(MalformedFieldError):
            read(text)
