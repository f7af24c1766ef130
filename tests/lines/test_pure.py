"""Digest, session timers, the screen and the trunk table, without a socket."""

import contextlib
from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.enums import EndCause, Law
from shared.ids import PhoneName, TrunkName
from switch_server.adapters.sip import grammar, reader, stateless
from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip_lines import causes, contacts, digest, session_timer, trunk_table
from switch_server.adapters.sip_lines.session_timer import SessionTimer, TooSmall
from switch_server.card import g711
from switch_server.core.words import Trunk
from switch_server.ports.phones import ha1
from tests import sip_pcap

# --- digest ---

RFC2617 = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
RFC7616 = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'


@pytest.mark.parametrize(
    ("text", "password", "cnonce", "wanted"),
    [
        (RFC2617, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (
            RFC7616.format("MD5"),
            "Circle of Life",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "8ca523f5e9506fed4657c9700eebdbec",
        ),
        (
            RFC7616.format("SHA-256"),
            "Circle of Life",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_digest_vectors_of_the_rfcs(text: str, password: str, cnonce: str, wanted: str) -> None:
    challenge = digest.read_challenge(text)
    assert challenge is not None
    assert digest.response(challenge, "Mufasa", password, "GET", "/dir/index.html", cnonce=cnonce) == wanted


@pytest.mark.parametrize(
    "text",
    [
        'Basic realm="x"',
        "Digest",
        'Digest realm="r", nonce="n", algorithm=AKAv1-MD5',
        'Digest realm="r", nonce="n", qop="auth-int"',
    ],
)
def test_challenges_that_we_cannot_answer(text: str) -> None:
    assert digest.read_challenge(text) is None


KEY = digest.password_key("wang", "pw")


def test_the_digest_authenticator() -> None:
    authenticator, other = digest.DigestAuthenticator(b"s" * 32), digest.DigestAuthenticator(b"t" * 32)
    asked = digest.read_challenge(authenticator.challenge(1000.0, "192.0.2.1"))
    assert asked is not None
    proof = digest.authorization(asked, "wang", "pw", "INVITE", "sip:a,b@c", "cc")
    assert authenticator.user((proof,)) == "wang"
    assert authenticator.admits((proof,), "INVITE", KEY, 1001.0, "192.0.2.1") is True
    assert authenticator.admits((proof,), "INVITE", KEY, 1000.0 + digest.NONCE_LIFE_S + 1, "192.0.2.1") is None, "stale"
    assert authenticator.admits((proof,), "INVITE", digest.password_key("wang", "other"), 1001.0, "192.0.2.1") is False
    assert authenticator.admits((proof,), "BYE", KEY, 1001.0, "192.0.2.1") is False
    assert other.admits((proof,), "INVITE", KEY, 1001.0, "192.0.2.1") is None, (
        "a nonce of before our restart is asked again"
    )
    assert authenticator.admits(('Digest realm="huawu"',), "INVITE", KEY, 1.0, "192.0.2.1") is False
    assert (
        authenticator.admits((proof.replace("qop=auth", "qop=auth-int"),), "INVITE", KEY, 1001.0, "192.0.2.1") is False
    )
    assert (
        authenticator.admits((proof.replace("algorithm=MD5", "algorithm=ROT13"),), "INVITE", KEY, 1001.0, "192.0.2.1")
        is False
    )
    assert authenticator.admits((proof,), "INVITE", KEY, 1001.0, "192.0.2.2") is None, (
        "overheard and said from elsewhere"
    )
    assert "stale=true" in authenticator.challenge(1.0, "x", stale=True)
    assert authenticator.was_challenged((proof,), 1001.0, "192.0.2.1")
    assert not authenticator.was_challenged((proof,), 1001.0, "192.0.2.2")
    assert not authenticator.was_challenged((), 1001.0, "192.0.2.1")
    assert authenticator.use((proof,)) == (1000, 1, 1)
    assert authenticator.use(("Digest",)) == (0, 0, 0)


def test_a_proof_is_taken_once() -> None:
    uses = digest.NonceCounts(most=2)
    first, second = ("call-1", "1 INVITE"), ("call-2", "1 INVITE")
    assert uses.takes((1000, 1, 1), first)
    assert uses.takes((1000, 1, 1), first), "the same request again"
    assert not uses.takes((1000, 1, 1), second)
    assert uses.takes((1000, 1, 2), second), "the nonce used again, and counted"
    assert not uses.takes((1000, 1, 1), first)
    assert uses.takes((1000, 3, 0), first)
    assert not uses.takes((1000, 3, 0), second), "a client that does not count"
    assert uses.takes((1000, 2, 1), first), "not in the order in which they were asked"
    assert uses.takes((1000, 1, 1), second), "forgotten: so many are remembered"


@pytest.mark.parametrize(
    ("given", "called", "good"),
    [
        ("sip:95500@192.0.2.1", "sip:95500@192.0.2.1", True),
        ("sip:95500@192.0.2.1:5060;transport=udp", "SIP:95500@192.0.2.1?x=y", True),
        ("sip:9%355%30%30@Huawu.example", "sip:95500@huawu.example", True),
        ("sip:192.0.2.1", "sip:95500@192.0.2.1", True),
        ("sip:10086@192.0.2.1", "sip:95500@192.0.2.1", False),
        ("sip:95500@192.0.2.1", "sip:192.0.2.1", False),
        ("sip:95500@192.0.2.9", "sip:95500@192.0.2.1", False),
        ("sip:95500@192.0.2.1:5080", "sip:95500@192.0.2.1", False),
        ("sips:95500@192.0.2.1", "sip:95500@192.0.2.1", False),
        ("tel:95500", "tel:95500", True),
        ("tel:95501", "tel:95500", False),
        ("", "", False),
        ("*", "sip:95500@192.0.2.1", False),
    ],
)
def test_a_proof_is_for_one_uri(given: str, called: str, good: bool) -> None:
    assert digest.is_proof_for(given, called) is good


def test_a_kept_hash_is_as_good_as_the_password_for_md5_alone() -> None:
    authenticator = digest.DigestAuthenticator(b"s" * 32)
    asked = digest.read_challenge(authenticator.challenge(1000.0, "192.0.2.1"))
    assert asked is not None
    key = digest.md5_key(ha1(PhoneName("wang"), "pw"))
    proof = digest.authorization(asked, "wang", "pw", "REGISTER", "sip:huawu", "cc")
    assert authenticator.admits((proof,), "REGISTER", key, 1000.0, "192.0.2.1") is True
    better = digest.authorization(replace(asked, algorithm="SHA-256"), "wang", "pw", "REGISTER", "sip:huawu", "cc")
    assert authenticator.admits((better,), "REGISTER", KEY, 1000.0, "192.0.2.1") is True
    assert authenticator.admits((better,), "REGISTER", key, 1000.0, "192.0.2.1") is False


@given(st.text())
def test_any_authorization_is_read_or_refused(text: str) -> None:
    authenticator = digest.DigestAuthenticator(b"s")
    for header in (text, "Digest " + text, 'Digest realm="huawu",' + text):
        authenticator.user((header,))
        assert not authenticator.admits((header,), "INVITE", KEY, 1.0, "x")


# --- session timers (RFC 4028 §9 table 2) ---


@pytest.mark.parametrize(
    ("asked", "supported", "wanted"),
    [
        (None, False, SessionTimer(1800, we_refresh=True)),
        (None, True, SessionTimer(1800, we_refresh=False)),
        ("600", True, SessionTimer(600, we_refresh=False)),
        ("600;refresher=uas", True, SessionTimer(600, we_refresh=True)),
        ("600 ; refresher = UAC", True, SessionTimer(600, we_refresh=False)),
        ("600;refresher=uac", False, SessionTimer(600, we_refresh=True)),
        ("99999", True, SessionTimer(1800, we_refresh=False)),
        ("30", True, TooSmall(90)),
        ("30", False, SessionTimer(1800, we_refresh=True)),
        ("nonsense", True, SessionTimer(1800, we_refresh=False)),
    ],
)
def test_session_timer_as_callee(asked: str | None, supported: bool, wanted: SessionTimer | TooSmall) -> None:
    assert session_timer.as_uas(asked, None, supported=supported, ours=1800, floor=90) == wanted


def test_session_timer_as_caller_and_waits() -> None:
    assert session_timer.as_uac(None, ours=1800) == SessionTimer(1800, we_refresh=True)
    assert session_timer.as_uac("600;refresher=uas", ours=1800) == SessionTimer(600, we_refresh=False)
    assert session_timer.as_uac("600;refresher=uac", ours=1800) == SessionTimer(600, we_refresh=True)
    assert session_timer.as_uas(None, "3600", supported=True, ours=1800, floor=90) == SessionTimer(
        3600, we_refresh=False
    )
    assert SessionTimer(1800, we_refresh=True).wait_s == 900
    assert SessionTimer(1800, we_refresh=False).wait_s == 1768
    assert SessionTimer(90, we_refresh=False).wait_s == 60
    assert SessionTimer(90, we_refresh=True).header(as_uas=True) == "90;refresher=uas"
    assert SessionTimer(90, we_refresh=True).header(as_uas=False) == "90;refresher=uac"


# --- datagrams ---


@given(st.binary(max_size=600))
@settings(max_examples=300)
def test_any_bytes_have_a_verdict(data: bytes) -> None:
    start = b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;rport\r\n"
    for datagram in (data, start + data, b"SIP/2.0 200 OK\r\n" + data):
        verdict = reader.read(datagram, ("192.0.2.1", 5060))
        if isinstance(verdict, reader.RefusedRequest):
            answer = stateless.response(verdict.request, verdict.code, verdict.reason, tag="t")
            assert answer.startswith(b"SIP/2.0 ")
            assert answer.endswith(b"Content-Length: 0\r\n\r\n")


def test_reply_tells_the_source_and_keeps_the_tag() -> None:
    fields = {"via": ["SIP/2.0/UDP h:5060;rport;branch=b", "SIP/2.0/UDP g"], "to": ["<sip:a>;tag=old"]}
    request = Request("INVITE", "sip:x", fields, source=("192.0.2.1", 99))
    text = stateless.response(request, 400, "Bad", tag="new", headers=(("X", "y"),)).decode()
    assert "Via: SIP/2.0/UDP h:5060;rport=99;branch=b;received=192.0.2.1\r\nVia: SIP/2.0/UDP g\r\n" in text
    assert "To: <sip:a>;tag=old\r\nX: y\r\nServer: Huawu\r\n" in text


# --- causes, trunks ---


def test_causes_both_ways() -> None:
    assert {causes.cause_of(c) for c in range(300, 700)} <= set(EndCause)
    assert all(400 <= causes.code_of(c) < 700 and causes.reason_of(causes.code_of(c)) for c in EndCause)
    assert (causes.reason_of(499), causes.reason_of(299)) == ("Failure", "OK")


def test_addresses_and_numbers_of_a_trunk() -> None:
    trunk = Trunk(
        TrunkName("t"), far=("10.0.0.1", "10.0.0.2:5070", "10.1.0.0/16"), numbers=("955*", "10086"), laws=(Law.MU,)
    )
    assert trunk_table.addresses(trunk) == (("10.0.0.1", 5060), ("10.0.0.2", 5070))
    assert [n for n in ("955", "95588", "10086", "100861", "1") if trunk_table.takes_number(trunk, n)] == [
        "955",
        "95588",
        "10086",
    ]


def test_the_table_counts_and_keeps_watch() -> None:
    trunk = Trunk(TrunkName("t"), far=("10.0.0.1", "10.0.0.2"), lines=2)
    table = trunk_table.TrunkTable({trunk.name: trunk})
    assert table.knows("10.0.0.1")
    assert not table.knows("10.0.0.3")
    table.take(trunk, incoming=True)
    assert table.free(trunk)
    table.take(trunk, incoming=False)
    assert not table.free(trunk)
    table.ends.answers(("10.0.0.1", 5060), up=False)
    route = table.route(trunk, 0.0)
    assert route is not None
    assert route.destination.address == ("10.0.0.2", 5060)
    assert table.states()[0].up is False
    table.ends.answers(("10.0.0.2", 5060), up=True)
    assert table.states()[0].up is True
    table.load({})
    assert table.ends.up == {}
    assert table.of_source(("10.0.0.1", 5060), "1", lambda _: "1") is None


# --- captures that other tests play ---


def test_keys_as_tones_are_loud_then_silent() -> None:
    packets = list(sip_pcap.tone_packets("5#"))
    assert [at for at, _ in packets] == list(range(0, 400, 20))
    loudest = [int(abs(g711.decode(np.frombuffer(rtp[12:], np.uint8), g711.A).astype(int)).max()) for _, rtp in packets]
    assert [peak > 1000 for peak in loudest] == ([True] * 5 + [False] * 5) * 2


def test_keys_as_events_rise_in_sequence_and_time() -> None:
    packets = list(sip_pcap.event_packets("12"))
    sequence = [int.from_bytes(rtp[2:4]) for _, rtp in packets]
    assert sequence == list(range(1, len(packets) + 1))
    assert [at for at, _ in packets] == sorted(at for at, _ in packets)
    assert [rtp[12] for _, rtp in packets if rtp[1] & 0x80] == [1, 2]


# --- time ---

RUN: Final = 16_000
RUNS: Final = (
    "a",
    '\\"',
    " ",
    "\t",
    "\n",
    "<",
    ">",
    ";",
    "; ",
    "=",
    "a=",
    'a="',
    ",",
    ";a",
    '"',
    "\\",
    "\t=",
    "a ",
    "1",
    ".",
    "%",
    "@",
    ":",
)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("before", ["", '"', "<sip:a@b>", "<sip:a@b>;q=", "sip:", "x", 'x="', "Signal"])
def test_any_text_is_read_in_linear_time(run: str, before: str) -> None:
    """A search that begins anew at each character would take minutes for 100 kB, and a second for a datagram of 16 kB from a stranger."""
    text = before + run * (RUN // len(run)) + "x"
    readers: tuple[Callable[[], object], ...] = (
        lambda: digest.parameters("Digest " + text),
        lambda: digest.is_proof_for(text, "sip:a@b"),
        lambda: contacts.read((text,)),
        lambda: session_timer.read(text),
        lambda: grammar.tag_of(text),
        lambda: reader.read(
            f"INVITE sip:a@b SIP/2.0\r\nVia: {text}\r\nTo: {text}\r\n\r\n".encode(), ("192.0.2.1", 5060)
        ),
    )
    for read in readers:
        with contextlib.suppress(contacts.BadContact):
            read()
