"""Admission of requests, and the answers to malformed, foreign and flooding datagrams."""

import logging
import random
import tracemalloc

import pytest

from shared.enums import EndCause
from shared.ids import TrunkName
from switch_server.adapters.sip_lines import digest
from switch_server.core.call import CallOffered
from switch_server.core.leg import LegConfirmed, LegEnded
from switch_server.core.words import Trunk
from tests.fakes.phones import FakePhones, phone
from tests.lines.peer import NOBODY, SDP, Call, Peer
from tests.lines.switch import LOCAL, Switch, answer_all, trunk_to

STRANGER = "127.0.0.9"
GUARDED = Trunk(TrunkName("road"), username="wang", password="geheim", options_interval=0)


def test_strangers_get_403_and_are_counted_and_limited() -> None:
    with Switch() as switch, Peer(switch.address, STRANGER) as peer:
        for method in ("INVITE", "OPTIONS", "REGISTER"):
            Call(peer).request(method, SDP if method == "INVITE" else "")
            assert peer.expect(403, method).tag("To")
        for _ in range(300):
            Call(peer).request("OPTIONS")
        switch.until(lambda: switch.count("strangers") == 303)
        assert switch.count("unanswered") > 100
        assert switch.seen == []


def _authorize(
    challenge: str, password: str, uri: str, *, user: str = "wang", method: str = "INVITE", cnonce: str = "c0ffee",
    count: str = "00000001",
) -> str:  # fmt: skip
    asked = digest.read_challenge(challenge)
    assert asked is not None
    first = digest.authorization(asked, user, password, method, uri, cnonce)
    counted = digest.response(asked, user, password, method, uri, cnonce=cnonce)
    right = digest.response(asked, user, password, method, uri, cnonce=cnonce, count=count)
    return "Authorization: " + first.replace("nc=00000001", f"nc={count}").replace(counted, right)


def test_digest_lets_a_caller_in_from_anywhere() -> None:
    with Switch(answer_all, LOCAL, GUARDED) as switch, Peer(switch.address, STRANGER) as peer:
        call = Call(peer)
        call.invite()
        asked = peer.expect(401)
        uri = f"sip:{call.number}@{switch.address[0]}:{switch.address[1]}"
        for password, user, code in (("wrong", "wang", 401), ("geheim", "nobody", 401)):
            call.invite(SDP, _authorize(asked.get("WWW-Authenticate"), password, uri, user=user))
            peer.expect(code)
        assert switch.count("wrong_password") == 2
        call.invite(SDP, _authorize(asked.get("WWW-Authenticate"), "geheim", uri))
        call.learn(peer.expect(200, "INVITE"))
        call.ack()
        assert switch.wait(CallOffered).trunk == "road"
        switch.wait(LegConfirmed)
        call.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP


def test_a_proof_is_good_for_its_own_invite_from_its_own_address() -> None:
    """Digest credentials are not accepted for a later INVITE with the same Call-ID, from another address, or for another number."""
    with (
        Switch(answer_all, LOCAL, GUARDED) as switch,
        Peer(switch.address, STRANGER) as peer,
        Peer(switch.address, "127.0.0.10") as other,
    ):
        call = Call(peer)
        call.invite()
        challenge = peer.expect(401).get("WWW-Authenticate")
        uri = f"sip:{call.number}@{switch.address[0]}:{switch.address[1]}"
        for user in ("wang", "nobody"):  # the answers for an existing and an unknown name are the same
            call.invite(SDP, _authorize(challenge, "geheim", uri.replace(call.number, "10086"), user=user))
            peer.expect(400, "INVITE")
        assert switch.count("proof_of_another_uri") == 2
        call.invite(SDP, _authorize(challenge, "geheim", uri))
        call.learn(peer.expect(200, "INVITE"))
        call.ack()
        assert switch.wait(CallOffered).trunk == "road"
        with Peer(switch.address, STRANGER) as neighbour:
            overheard = Call(neighbour)
            overheard.invite(SDP, _authorize(challenge, "geheim", uri))
            assert "stale=true" in neighbour.expect(401, "INVITE").get("WWW-Authenticate")
            copied = Call(neighbour, call_id=call.call_id)
            copied.invite(SDP, _authorize(challenge, "geheim", uri), cseq=call.invite_cseq)
            assert "stale=true" in neighbour.expect(401, "INVITE").get("WWW-Authenticate")
        for who in (peer, other):
            again = Call(who, call_id=call.call_id)
            again.invite()
            who.expect(401, "INVITE")
        tagged = Call(other, call_id=call.call_id, remote_tag="guessed")
        tagged.invite()
        other.expect(481, "INVITE")
        named = Call(other, call_id=call.call_id, theirs=f'";tag=x" <{uri};tag=y>')
        named.invite()
        other.expect(401, "INVITE")
        assert len([event for event in switch.seen if isinstance(event, CallOffered)]) == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        "sip:95500@elsewhere.example",
        "sip:10000@elsewhere.example",
        "sip:elsewhere.example",
        "sips:95500@{}",
        "tel:95500",
        "*",
    ],
)
@pytest.mark.parametrize("method", ["INVITE", "REGISTER"])
def test_a_right_digest_over_the_uri_of_elsewhere_is_refused(elsewhere: str, method: str) -> None:
    """Case 25: the digest's uri is the Request-URI, or the answer is 400 (RFC 7616 §3.4.6)."""
    book = FakePhones(phone("wang", "geheim"))
    with Switch(answer_all, LOCAL, GUARDED, phones=book) as switch, Peer(switch.address, STRANGER) as peer:
        call = Call(peer)
        call.request(method, SDP if method == "INVITE" else "")
        challenge = peer.expect(401, method).get("WWW-Authenticate")
        uri = elsewhere.format(f"{switch.address[0]}:{switch.address[1]}")
        call.request(method, SDP if method == "INVITE" else "", _authorize(challenge, "geheim", uri, method=method))
        peer.expect(400, method)
        assert switch.seen == []
        assert book.bindings(0.0) == ()


@pytest.mark.parametrize("change", ["nothing", "cnonce", "without qop"])
def test_a_use_count_that_was_taken_is_stale_in_a_second_call(change: str) -> None:
    """Case 25: nc counts the uses of a nonce (RFC 7616 §3.4); a second call with the same one is challenged again, the next one is let in."""
    with Switch(answer_all, LOCAL, GUARDED) as switch, Peer(switch.address, STRANGER) as peer:
        call = Call(peer)
        call.invite()
        challenge = peer.expect(401).get("WWW-Authenticate")
        if change == "without qop":
            challenge = challenge.replace(', qop="auth"', "")
        uri = f"sip:{call.number}@{switch.address[0]}:{switch.address[1]}"
        call.invite(SDP, _authorize(challenge, "geheim", uri))
        call.learn(peer.expect(200, "INVITE"))
        call.ack()
        cnonce = "another" if change == "cnonce" else "c0ffee"
        second = Call(peer)
        second.invite(SDP, _authorize(challenge, "geheim", uri, cnonce=cnonce))
        again = peer.expect(401, "INVITE").get("WWW-Authenticate")
        assert "stale=true" in again
        second.invite(SDP, _authorize(again, "geheim", uri))
        peer.expect(200, "INVITE")
        assert len([event for event in switch.seen if isinstance(event, CallOffered)]) == 2


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "BYE"])
def test_a_use_count_of_a_request_in_a_call_is_taken_too(method: str) -> None:
    """Case 25: a proof that a phone sends unasked in its call, overheard, opens no second call from its address."""
    with Switch(answer_all, LOCAL, GUARDED) as switch, Peer(switch.address, STRANGER) as peer:
        call = Call(peer)
        call.invite()
        challenge = peer.expect(401).get("WWW-Authenticate")
        uri = f"sip:{switch.address[0]}:{switch.address[1]}"
        call.invite(SDP, _authorize(challenge, "geheim", uri))
        call.learn(peer.expect(200, "INVITE"))
        call.ack()
        switch.wait(LegConfirmed)
        proof = _authorize(challenge, "geheim", uri, method=method, count="00000002")
        call.request(method, SDP if method != "BYE" else "", proof)
        peer.expect(200, method)
        second = Call(peer)
        second.invite(SDP, _authorize(challenge, "geheim", uri, count="00000002"))
        assert "stale=true" in peer.expect(401, "INVITE").get("WWW-Authenticate")


def test_network_far_addresses_and_choice_of_trunk() -> None:
    net = Trunk(TrunkName("net"), far=("127.0.0.0/24",), options_interval=0)
    with Peer(NOBODY) as peer, Switch(answer_all, net, trunk_to(peer.address, name="port")) as switch:
        peer.switch = switch.address
        Call(peer).up()
        assert switch.wait(CallOffered).trunk == "port"
        with Peer(switch.address, STRANGER) as other:
            Call(other).up()
            assert switch.wait(CallOffered).trunk == "net"


@pytest.mark.parametrize(
    ("method", "code"),
    [("BYE", 481), ("INFO", 481), ("UPDATE", 481), ("REGISTER", 405), ("REFER", 405), ("MESSAGE", 405), ("XYZZY", 501)],
)
def test_requests_outside_a_dialog(method: str, code: int) -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).request(method)
        answer = peer.expect(code, method)
        assert bool(answer.get("Allow")) is (code in (405, 501))


@pytest.mark.parametrize("method", ["INVITE", "BYE", "INFO", "UPDATE", "REFER", "NOTIFY"])
def test_a_tag_without_a_dialog(method: str) -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer, remote_tag="gone").request(method)
        peer.expect(481, method)
        Call(peer, remote_tag="gone").request("ACK")
        assert peer.silent(0.2)


def test_options_says_what_we_can() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).request("OPTIONS")
        answer = peer.expect(200, "OPTIONS")
        assert "INVITE" in answer.get("Allow")
        assert answer.get("Accept") == "application/sdp"
        assert answer.get("Supported") == "timer, 100rel"


def test_required_extensions_that_we_lack() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).invite(SDP, "Require: precondition, timer")
        assert peer.expect(420).get("Unsupported") == "precondition"
        assert switch.seen == []


def test_a_loop_ends_at_zero_hops() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.request("INVITE", SDP, "Max-Forwards: 0", without=("Max-Forwards",))
        peer.expect(483)
        call.request("OPTIONS", "", "Max-Forwards: 0", without=("Max-Forwards",))
        peer.expect(200, "OPTIONS")
        Call(peer).request("INVITE", SDP, without=("Contact",))
        peer.expect(400)


def _head(peer: Peer, **change: str) -> dict[str, str]:
    base = {
        "start": "INVITE sip:95500@127.0.0.1 SIP/2.0",
        "Via": f"SIP/2.0/UDP 127.0.0.1:{peer.address[1]};rport;branch=z9hG4bK{random.randrange(1 << 60):x}",
        "From": "<sip:1@127.0.0.1>;tag=a",
        "To": "<sip:95500@127.0.0.1>",
        "Call-ID": f"{random.randrange(1 << 60):x}",
        "CSeq": "1 INVITE",
        "Contact": f"<sip:127.0.0.1:{peer.address[1]}>",
    }
    return base | change


def _write(fields: dict[str, str], tail: str = "\r\n\r\n") -> str:
    lines = [
        fields["start"],
        *(f"{name.rstrip('_')}: {value}" for name, value in fields.items() if name != "start" and value),
    ]
    return "\r\n".join(lines) + tail


TORTURE: list[tuple[str, dict[str, str], int | None]] = [
    ("no From", {"From": ""}, 400),
    ("no To", {"To": ""}, 400),
    ("no Call-ID", {"Call-ID": ""}, 400),
    ("no CSeq", {"CSeq": ""}, 400),
    ("no Via", {"Via": ""}, None),
    ("CSeq of another method", {"CSeq": "1 BYE"}, 400),
    ("CSeq too big", {"CSeq": "9292394834772304023312 INVITE"}, 400),
    ("negative Content-Length", {"Content-Length": "-999"}, 400),
    ("body shorter than said", {"Content-Length": "9999"}, 400),
    ("two Content-Lengths", {"Content-Length": "0", "Content-Length_": "0"}, 400),
    ("two From", {"From_": "<sip:2@127.0.0.1>;tag=b"}, 400),
    ("Max-Forwards 300", {"Max-Forwards": "300"}, 400),
    ("Max-Forwards of zeros", {"Max-Forwards": "0" * 5000}, 400),
    ("CSeq of zeros", {"CSeq": "0" * 5000 + "1 INVITE"}, 400),
    ("Max-Forwards a word", {"Max-Forwards": "many"}, 400),
    ("SIP/7.0", {"start": "INVITE sip:95500@127.0.0.1 SIP/7.0"}, 505),
    ("unknown scheme", {"start": "INVITE nobodyKnowsThisScheme:totallyopaque SIP/2.0"}, 416),
    ("angle brackets", {"start": "INVITE <sip:95500@127.0.0.1> SIP/2.0"}, 416),
    ("spaces in the Request-URI", {"start": "INVITE sip:95500@127.0.0.1; lr SIP/2.0"}, 400),
    ("two spaces", {"start": "INVITE  sip:95500@127.0.0.1 SIP/2.0"}, 400),
    ("not SIP", {"start": "GET / HTTP/1.1"}, None),
    ("header without a colon", {"Junk": "x\r\nthis is no header"}, 400),
    ("control characters", {"Subject": "a\x00b\x07c"}, 400),
    ("port that is none", {"Contact": "<sip:x@127.0.0.1:99notaport>"}, 400),
    ("From that is none", {"From": "<<<>>>;;;tag"}, 400),
    ("From unterminated", {"From": '"Unterminated <sip:1@127.0.0.1>;tag=1'}, 400),
    ("Contact star", {"Contact": "*"}, 400),
    ("a status of four digits", {"start": "SIP/2.0 4294967301 better not break the receiver"}, None),
    ("a response to nothing", {"start": "SIP/2.0 200 OK"}, None),
    ("an ACK without CSeq", {"start": "ACK sip:95500@127.0.0.1 SIP/2.0", "CSeq": ""}, None),
]


def test_torture_messages_get_what_the_rfc_says(caplog, capfd) -> None:
    """In the manner of RFC 4475 §3.1.2: one switch receives them all, and still takes a call afterwards."""
    wrong: list[str] = []
    with Switch() as switch:
        for name, change, code in TORTURE:
            with Peer(switch.address) as peer:
                peer.raw(_write(_head(peer, **change)))
                if code is None:
                    if not peer.silent(0.1):
                        wrong.append(f"{name}: not silent")
                else:
                    answer = peer.receive(3)
                    if answer is None or answer.status != code:
                        wrong.append(f"{name}: {answer and answer.start}")
        assert wrong == []
        assert switch.seen == []
        assert switch.count("faults") == 0
        with Peer(switch.address) as peer:
            Call(peer).up()
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())


GOOD_BUT_ODD: list[tuple[str, str]] = [
    ("folded and compact", 'i: {id}\r\nf: "A, \\"B\\""\r\n <sip:1@127.0.0.1>\r\n  ;tag=x\r\nt:  sip:95500@127.0.0.1\r\nv: {via}\r\nm: {contact}\r\ncseq:   0009\r\n  INVITE'),
    ("unknown headers", "Via: {via}\r\nFrom: <sip:1@127.0.0.1>;tag=x;weird=1\r\nTo: <sip:95500@127.0.0.1>\r\nCall-ID: {id}\r\nCSeq: 7 INVITE\r\nContact: {contact}\r\nX-Unknown: ;;,,;,;\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;"),
    ("a name in Chinese", 'Via: {via}\r\nFrom: "证券充值" <sip:1@127.0.0.1>;tag=x\r\nTo: <sip:95500@127.0.0.1>\r\nCall-ID: {id}\r\nCSeq: 7 INVITE\r\nContact: {contact}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "headers"), GOOD_BUT_ODD, ids=[n for n, _ in GOOD_BUT_ODD])
def test_odd_but_valid_messages_are_calls(name: str, headers: str) -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        filled = headers.format(
            id=f"{random.randrange(1 << 60):x}",
            via=f"SIP/2.0/UDP 127.0.0.1:{peer.address[1]};branch=z9hG4bKodd;rport",
            contact=f"<sip:127.0.0.1:{peer.address[1]}>",
        )
        body = SDP.replace("s=-", "s=通话")
        peer.raw(
            f"INVITE sip:95500@127.0.0.1 SIP/2.0\r\n{filled}\r\nContent-Type: application/sdp\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )
        peer.expect(200, "INVITE")
        assert switch.wait(CallOffered).ani == "1"


def test_sdp_within_multipart() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        body = f"--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1\r\nContent-Type: application/sdp\r\n\r\n{SDP}\r\n--b1--\r\n"
        Call(peer).request("INVITE", body, kind='multipart/mixed;boundary="b1"')
        peer.expect(200, "INVITE")
        assert switch.wait(CallOffered).far is not None


def test_oversized() -> None:
    with Switch() as switch, Peer(switch.address) as peer:
        Call(peer).request("INVITE", SDP + "a=x:" + "y" * 30_000 + "\r\n")
        peer.expect(513)


def _fuzz(rng: random.Random, seed: bytes) -> bytes:
    data = bytearray(seed)
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randrange(1, 30)]
        elif kind == 2:
            data[at:at] = rng.choice(
                [b"\r\n", b"\x00", b";", b"<", b'"', b"%", b":" * 50, b"\xff\xfe", "充".encode(), b",,,"]
            )
        else:
            data[at:at] = data[rng.randrange(len(data)) :][:40]
    return bytes(data)


def test_mutated_messages_break_nothing(caplog, capfd) -> None:
    """3,000 datagrams that differ in one to twelve bytes from a valid INVITE, BYE, INFO or 200."""
    caplog.set_level(logging.INFO)
    rng = random.Random(4475)
    with Switch() as switch, Peer(switch.address) as peer:
        whole = _write(_head(peer), f"\r\nContent-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}")
        seeds = [
            whole.encode(),
            whole.replace("INVITE", "INFO").encode(),
            whole.replace("INVITE", "BYE").replace(";tag=a", ";tag=a;x=").encode(),
            whole.replace("INVITE sip:95500@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK").encode(),
        ]
        for i in range(3000):
            peer.raw(_fuzz(rng, seeds[i % 4]))
            if i % 50 == 49:
                switch.until(lambda i=i: switch.count("datagrams") >= i - 100)  # type: ignore[misc]
        while peer.receive(0.3) is not None:
            pass  # the answers so far may have filled the peer's socket, so that the next one would be lost
        Call(peer).request("OPTIONS")
        peer.expect(200, "OPTIONS")
        assert switch.count("faults") == 0
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())
    offered = [e.leg for e in switch.seen if isinstance(e, CallOffered)]
    assert [len(switch.ends(leg)) for leg in offered] == [1] * len(offered)


def test_a_flood_leaves_memory_flat_and_calls_working(capfd) -> None:
    """1 MB of invalid datagrams from a trunk's address and 1 MB from a stranger, during a call."""
    rng = random.Random(1)
    with Switch() as switch, Peer(switch.address) as peer, Peer(switch.address, STRANGER) as stranger:
        call = Call(peer)
        call.up()
        switch.wait(LegConfirmed)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            peer.raw(rng.randbytes(1000))
            stranger.raw(
                f"OPTIONS sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP h;branch={rng.random()}\r\n".encode() + rng.randbytes(900)
            )
        call.request("BYE")
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP
        assert tracemalloc.get_traced_memory()[0] - before < 2_000_000
        tracemalloc.stop()
        assert switch.count("malformed") > 0
    assert "".join(capfd.readouterr()) == ""
