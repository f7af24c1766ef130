"""Bodies of an INVITE: which are read, ignored or refused (RFC 3261 §8.2.3, §20.1, §20.11; RFC 3264 §6)."""

import pytest

from switch_server.core.call import CallOffered
from switch_server.core.leg import LegChanged, LegConfirmed
from tests.lines.peer import SDP, Call, Peer
from tests.lines.switch import Switch


@pytest.fixture
def switch():
    with Switch() as it:
        yield it


@pytest.fixture
def peer(switch):
    with Peer(switch.address) as it:
        yield it


@pytest.mark.parametrize(
    "body",
    [
        SDP + "m=video 5000 RTP/AVP 99\r\nc=IN IP4 video.example.net\r\n",
        SDP + "m=video 0 RTP/AVP\r\n",
        SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 127.000.000.001"),
        SDP + "\0",
    ],
)
def test_an_offer_whose_audio_can_be_understood_is_a_call(switch, peer, body) -> None:
    """Case 9."""
    answer = Call(peer).up(body)
    assert answer.body.count("m=") == body.count("m=")
    far = switch.wait(CallOffered).far
    assert far is not None
    assert (far.ip, far.port) == ("127.0.0.1", 40000)
    switch.wait(LegConfirmed)


@pytest.mark.parametrize("name", ["media.example.net", "localhost", "gw"])
def test_audio_at_a_name_is_not_acceptable_here(switch, peer, name) -> None:
    """Case 9."""
    Call(peer).invite(SDP.replace("c=IN IP4 127.0.0.1", f"c=IN IP4 {name}"))
    peer.expect(488, "INVITE")
    assert switch.count("malformed_sdp") == 0


def test_avpf_is_answered_with_avpf(switch, peer) -> None:
    """Case 10, in a re-INVITE, too."""
    call = Call(peer)
    offer = SDP.replace("RTP/AVP 8 0 101", "RTP/AVPF 8 101")
    assert "m=audio 30000 RTP/AVPF 8 101\r\n" in call.up(offer).body
    call.again(offer.replace("40000", "40002"))
    assert "m=audio 30000 RTP/AVPF 8 101\r\n" in peer.expect(200, "INVITE").body


PARTS = (
    "--b1\r\nContent-Type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal ;\r\n Handling = {}\r\n\r\n\x01\x10\r\n"
    "--b1\r\nContent-Type: text/plain\r\nContent-Disposition: info;handling=optional\r\n\r\nx\r\n--b1--\r\n"
)


@pytest.mark.parametrize(
    ("kind", "disposition", "body"),
    [
        ("text/plain", "info;handling=optional", "hello"),
        ("application/ISUP;version=itu-t92+", 'signal ; Handling = OPTIONAL ; x="a;b"', "\x01\x10"),
        ("multipart/mixed;boundary=b1", "session", PARTS.format("optional")),
        ("multipart/mixed;boundary=b1", "x;handling=optional", PARTS.format("required")),
    ],
)
def test_an_optional_body_that_we_cannot_read_is_ignored(switch, peer, kind, disposition, body) -> None:
    """Case 11: as if the INVITE had no body, our 200 has the offer."""
    call = Call(peer)
    call.invite(body, f"Content-Disposition: {disposition}", kind=kind)
    assert "m=audio 30000 RTP/AVP 8 0 101\r\n" in call.learn(peer.expect(200, "INVITE")).body
    call.ack(SDP)
    switch.wait(LegConfirmed)
    call.invite(body, f"Content-Disposition: {disposition}", kind=kind)
    assert peer.expect(200, "INVITE").body
    call.ack(SDP.replace("40000", "40004"))
    switch.until(lambda: any(isinstance(e, LegChanged) and e.far.port == 40004 for e in switch.seen))


@pytest.mark.parametrize(
    ("kind", "disposition", "body"),
    [
        ("text/plain", "info", "hello"),
        ("text/plain", "info;handling=required", "hello"),
        ("text/plain", 'info;x=";handling=optional"', "hello"),
        ("multipart/mixed;boundary=b1", "session", PARTS.format("required")),
    ],
)
def test_a_required_body_that_we_cannot_read_is_refused(switch, peer, kind, disposition, body) -> None:
    Call(peer).invite(body, f"Content-Disposition: {disposition}", kind=kind)
    assert peer.expect(415, "INVITE").get("Accept") == "application/sdp"
    assert switch.seen == []


def test_sdp_is_read_whatever_its_disposition(switch, peer) -> None:
    Call(peer).up(SDP, "Content-Disposition: session;handling=optional")
    assert switch.wait(CallOffered).far is not None


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("text/x-unknown", 406),
        ("application/sdp;q=0.0, */*", 406),
        ("application/isup, multipart/mixed", 406),
        ("", 406),
        ("text/x-unknown, application/sdp", 200),
        ("Application / SDP ; level=1 ;q=0.5", 200),
        ("application/*;q=0.001", 200),
        ("*/*", 200),
    ],
)
def test_what_the_caller_accepts(peer, accept, code) -> None:
    """Case 13 (RFC 4475 §3.3.15, RFC 3261 §20.1)."""
    Call(peer).invite(SDP, f"Accept: {accept}")
    peer.expect(code, "INVITE")


def test_accept_in_several_headers(peer) -> None:
    Call(peer).invite(SDP, "Accept: text/plain", "Accept: application/sdp")
    peer.expect(200, "INVITE")
