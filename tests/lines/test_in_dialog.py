"""Requests of a far end in an answered call: hold, new address, new codec, digits, session refresh, OPTIONS; and its loss."""

import pytest

from shared.enums import Direction, EndCause, Law
from shared.ids import LegId
from shared.secret import Secret
from switch_server.core.leg import DigitPressed, LegChanged, LegConfirmed, LegEnded, LegRefreshed, RefreshLeg
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


@pytest.fixture
def call(switch, peer):
    it = Call(peer)
    it.up()
    switch.wait(LegConfirmed)
    return it


LEG = LegId("c1/1")


@pytest.mark.parametrize(
    ("body", "far", "ours"),
    [
        (SDP.replace("sendrecv", "sendonly"), Direction.SENDONLY, "a=recvonly"),
        (SDP.replace("sendrecv", "inactive"), Direction.INACTIVE, "a=inactive"),
        (SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"), Direction.SENDONLY, "a=recvonly"),
    ],
)
def test_hold_and_resume(switch, peer, call, body, far, ours) -> None:
    call.again(body)
    assert ours in peer.expect(200, "INVITE").body
    call.ack()
    held = switch.wait(LegChanged)
    assert held.far.direction is far
    assert held.far.ip == "127.0.0.1", "nothing is ever sent to 0.0.0.0"
    call.again(SDP)
    assert "a=sendrecv" in peer.expect(200, "INVITE").body
    call.ack()
    assert switch.wait(LegChanged).far.direction is Direction.SENDRECV


def test_address_and_codec_change_raise_our_version(switch, peer, call) -> None:
    call.again(SDP)
    first = peer.expect(200, "INVITE")
    call.ack()
    call.again(SDP.replace("40000", "40002").replace("RTP/AVP 8 0 101", "RTP/AVP 0 101"))
    second = peer.expect(200, "INVITE")
    call.ack()
    far = switch.wait(LegChanged).far
    assert (far.port, far.law) == (40002, Law.MU)
    versions = [int(m.body.split("o=huawu ")[1].split()[1]) for m in (first, second)]
    assert versions[1] == versions[0] + 1
    assert not [e for e in switch.seen if isinstance(e, LegChanged)][:-1], "a refresh is no change"


def test_update_does_the_same(switch, peer, call) -> None:
    call.request("UPDATE", SDP.replace("sendrecv", "sendonly"))
    assert "a=recvonly" in peer.expect(200, "UPDATE").body
    assert switch.wait(LegChanged).far.direction is Direction.SENDONLY
    call.request("UPDATE")
    assert peer.expect(200, "UPDATE").body == ""


def test_reinvite_without_an_offer(switch, peer, call) -> None:
    call.again("")
    assert "m=audio 30000" in peer.expect(200, "INVITE").body
    call.ack(SDP.replace("40000", "40010"))
    assert switch.wait(LegChanged).far.port == 40010


@pytest.mark.parametrize(
    ("body", "code"), [(SDP.replace("8 0 101", "18"), 488), (SDP.replace("40000", "0"), 488), ("v=1\r\n", 400)]
)
def test_an_offer_that_we_cannot_take_changes_nothing(switch, peer, call, body, code) -> None:
    call.again(body)
    peer.expect(code, "INVITE")
    call.ack(failed=True)
    call.request("OPTIONS")
    assert peer.expect(200, "OPTIONS").get("Accept") == "application/sdp"
    assert not [e for e in switch.seen if isinstance(e, LegChanged)]


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", "Signal= *\r\nDuration= 100\r\n", "*"),
        ("application/dtmf-relay", "Duration=100\r\nSignal=11\r\n", "#"),
        ("application/dtmf", "7", "7"),
        ("application/dtmf", "#\r\n", "#"),
        ("application/dtmf", "Signal=5\r\nDuration=160\r\n", "5"),
        ("Application/DTMF;charset=utf-8", "signal = 11\r\n", "#"),
        ("application/dtmf-relay", "5", "5"),
        ("audio/telephone-event", "5", "5"),
        ("audio/telephone-event", "10\r\n", "*"),
        ("audio/telephone-event", "Signal=0\r\n", "0"),
    ],
)
def test_keys_by_info(switch, peer, call, kind, body, key) -> None:
    """Case 22: each body with each of the three types."""
    call.request("INFO", body, kind=kind)
    peer.expect(200, "INFO")
    pressed = switch.wait(DigitPressed)
    assert (pressed.leg, pressed.digit, pressed.way.value) == (LEG, Secret(key), "info")
    assert key not in repr(pressed.digit)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/dtmf-relay", "Signal=Z\r\n", 400),
        ("application/dtmf", "123", 400),
        ("audio/telephone-event", "16", 400),
        ("application/dtmf", "Signal=55\r\n", 400),
        ("text/plain", "5", 415),
        ("audio/pcma", "5", 415),
    ],
)
def test_info_that_is_no_key(switch, peer, call, kind, body, code) -> None:
    call.request("INFO", body, kind=kind)
    peer.expect(code, "INFO")
    assert not [e for e in switch.seen if isinstance(e, DigitPressed)]


@pytest.mark.parametrize(("method", "code"), [("REFER", 603), ("NOTIFY", 405), ("PRACK", 481), ("FROBNICATE", 501)])
def test_methods_that_we_do_not_do(peer, call, method, code) -> None:
    call.request(method)
    assert peer.expect(code, method)


def test_an_old_cseq_is_refused(peer, call) -> None:
    call.request("OPTIONS", cseq=50)
    peer.expect(200, "OPTIONS")
    call.request("OPTIONS", cseq=49)
    peer.expect(500, "OPTIONS")


def test_the_right_call_id_with_a_wrong_tag_is_no_dialog(peer, call) -> None:
    right = call.remote_tag
    call.remote_tag = "guessed"
    call.request("BYE")
    peer.expect(481, "BYE")
    call.remote_tag, call.local_tag = right, "guessed"
    call.request("BYE")
    peer.expect(481, "BYE")


# --- refreshes ---


def test_refresh_repeats_our_sdp_and_is_told(switch, peer) -> None:
    call = Call(peer)
    answer = call.up()
    switch.wait(LegConfirmed)
    switch.lines.do(RefreshLeg(LEG))
    refresh = peer.expect("INVITE")
    assert refresh.body == answer.body
    assert refresh.tag("To") == call.local_tag
    peer.reply(refresh, 200, body=SDP)
    assert switch.wait(LegRefreshed).leg == LEG
    peer.expect("ACK")
    assert not [e for e in switch.seen if isinstance(e, LegChanged)]


def test_refresh_answered_with_another_address(switch, peer, call) -> None:
    switch.lines.do(RefreshLeg(LEG))
    peer.reply(peer.expect("INVITE"), 200, body=SDP.replace("40000", "40020"))
    switch.wait(LegRefreshed)
    assert switch.wait(LegChanged).far.port == 40020


@pytest.mark.parametrize("code", [408, 481])
def test_refresh_that_says_the_dialog_is_gone(switch, peer, call, code) -> None:
    switch.lines.do(RefreshLeg(LEG))
    peer.reply(peer.expect("INVITE"), code)
    assert switch.wait(LegEnded) == LegEnded(LEG, EndCause.FAR_LOST, code)
    peer.expect("BYE")


@pytest.mark.slow
def test_refresh_without_an_answer(switch, peer, call) -> None:
    """As after a lost BYE: the far end has ended the call and does not answer."""
    switch.lines.do(RefreshLeg(LEG))
    peer.expect("INVITE")
    assert switch.wait(LegEnded).cause is EndCause.FAR_LOST
    assert len(switch.ends(LEG)) == 1


@pytest.mark.parametrize("code", [488, 500, 503])
def test_refresh_that_is_refused_shows_life_all_the_same(switch, peer, call, code) -> None:
    switch.lines.do(RefreshLeg(LEG))
    peer.reply(peer.expect("INVITE"), code)
    assert switch.wait(LegRefreshed).leg == LEG
    assert LEG in switch.lines.live_legs()


def test_glare_both_ways(switch, peer, call) -> None:
    switch.lines.do(RefreshLeg(LEG))
    ours = peer.expect("INVITE")
    call.again(SDP.replace("sendrecv", "sendonly"))
    peer.expect(491, "INVITE")
    call.ack(failed=True)
    peer.reply(ours, 491)
    peer.expect("ACK")
    again = peer.expect("INVITE")
    peer.reply(again, 200, body=SDP)
    switch.wait(LegRefreshed)
    assert int(again.get("CSeq").split()[0]) > int(ours.get("CSeq").split()[0])


def test_refresh_with_an_interval_too_small_for_the_far_end(switch, peer, call) -> None:
    switch.lines.do(RefreshLeg(LEG))
    peer.reply(peer.expect("INVITE"), 422, extra=("Min-SE: 3600",))
    peer.expect("ACK")
    again = peer.expect("INVITE")
    assert again.get("Min-SE") == "3600"
    assert again.get("Session-Expires").startswith("3600")
    peer.reply(again, 200, body=SDP)
    switch.wait(LegRefreshed)


@pytest.mark.slow
def test_session_that_the_far_end_should_refresh_expires(switch, peer) -> None:
    answer = Call(peer).up(SDP, "Supported: timer", "Session-Expires: 2;refresher=uac")
    assert answer.get("Session-Expires") == "2;refresher=uac"
    assert answer.get("Require") == "timer"
    assert switch.wait(LegEnded).cause is EndCause.FAR_LOST
    peer.expect("BYE")


@pytest.mark.slow
def test_far_end_s_refreshes_keep_the_session(switch, peer) -> None:
    call = Call(peer)
    call.up(SDP, "Supported: timer", "Session-Expires: 2;refresher=uac")
    switch.wait(LegConfirmed)
    for _ in range(3):
        assert peer.silent(0.7)
        call.request("UPDATE", "", "Supported: timer", "Session-Expires: 2;refresher=uac")
        assert peer.expect(200, "UPDATE").get("Session-Expires") == "2;refresher=uac"
    assert switch.ends(LEG) == []


@pytest.mark.slow
def test_we_refresh_where_we_agreed_to(switch, peer) -> None:
    answer = Call(peer).up(SDP, "Supported: timer", "Session-Expires: 2;refresher=uas")
    assert answer.get("Session-Expires") == "2;refresher=uas"
    peer.reply(peer.expect("INVITE"), 200, body=SDP, extra=("Session-Expires: 2;refresher=uac", "Require: timer"))
    switch.wait(LegRefreshed)
    peer.expect("INVITE")


def test_an_interval_too_small_for_us(peer) -> None:
    Call(peer).invite(SDP, "Supported: timer", "Session-Expires: 1")
    assert peer.expect(422).get("Min-SE") == "2"
