"""Outgoing calls: the far end is a raw peer that answers, refuses, is silent, or asks for a password."""

import hashlib
import re

import pytest

from shared.enums import EndCause, Law
from switch_server.core.leg import LegAnswered, LegEnded, LegRinging
from tests.lines.peer import NOBODY, SDP, Call, Message, Peer
from tests.lines.switch import Switch, answer_all, switch_to, trunk_to


@pytest.fixture
def switch(peer):
    with switch_to(peer, username="huawu", password="secret") as it:
        yield it


ANSWER = SDP.replace("RTP/AVP 8 0 101", "RTP/AVP 8 101")


def test_rings_is_answered_and_hung_up_by_the_far_end(switch, peer) -> None:
    leg = switch.place()
    assert leg in switch.lines.live_legs(), "known before its INVITE is sent"
    invite = peer.expect("INVITE")
    assert invite.start == f"INVITE sip:10086@127.0.0.1:{peer.address[1]} SIP/2.0"
    assert invite.get("From").startswith("<sip:95500@127.0.0.1>")
    assert invite.get("Contact") == f"<sip:{switch.address[0]}:{switch.address[1]}>"
    assert invite.get("User-Agent") == "Huawu"
    assert "m=audio 30000 RTP/AVP 8 0 101" in invite.body
    peer.reply(invite, 180, tag="callee")
    assert switch.wait(LegRinging).far is None
    peer.reply(invite, 183, body=ANSWER, tag="callee")
    early = switch.wait(LegRinging).far
    assert early is not None
    assert early.port == 40000
    peer.reply(invite, 200, body=ANSWER, tag="callee")
    answered = switch.wait(LegAnswered)
    assert answered.leg == leg
    assert answered.far.law is Law.A
    peer.expect("ACK")
    assert switch.lines.trunk_states()[0].used_out == 1
    Call.of(peer, invite).request("BYE")
    peer.expect(200, "BYE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_HUNG_UP)


@pytest.mark.parametrize("answered", [97, 100, 101, 127])
def test_the_answer_may_have_another_payload_type_for_keys_than_our_offer(switch, peer, answered) -> None:
    """Case 19: keys go with the answer's payload type (RFC 3264 §5.1); those that come with ours are heard in ``tests/card``."""
    switch.place()
    invite = peer.expect("INVITE")
    assert "a=rtpmap:101 telephone-event/8000" in invite.body
    peer.reply(invite, 200, body=ANSWER.replace("101", str(answered)), tag="callee")
    assert switch.wait(LegAnswered).far.telephone_event == answered
    peer.expect("ACK")


def test_the_answer_of_an_early_media_holds_for_a_200_without_sdp(switch, peer) -> None:
    switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, body=ANSWER, tag="callee")
    peer.reply(invite, 200, tag="callee")
    assert switch.wait(LegAnswered).far.port == 40000


@pytest.mark.parametrize("body", ["", "v=0\r\nm=audio\r\n", SDP.replace("8 0 101", "18")])
def test_an_answer_without_usable_sdp_is_hung_up(switch, peer, body) -> None:
    switch.place()
    peer.reply(peer.expect("INVITE"), 200, body=body, tag="callee")
    peer.expect("BYE")
    assert switch.wait(LegEnded).cause is EndCause.REJECTED_MEDIA


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (486, EndCause.FAR_BUSY),
        (600, EndCause.FAR_BUSY),
        (480, EndCause.NO_ANSWER),
        (404, EndCause.FAR_REFUSED),
        (503, EndCause.FAR_REFUSED),
        (302, EndCause.FAR_REFUSED),
        (488, EndCause.REJECTED_MEDIA),
    ],
)
def test_refusals(switch, peer, code, cause) -> None:
    leg = switch.place()
    peer.reply(peer.expect("INVITE"), code, tag="callee")
    peer.expect("ACK")
    assert switch.wait(LegEnded) == LegEnded(leg, cause, code)
    assert switch.lines.trunk_states()[0].used_out == 0


def test_hanging_up_a_ringing_call_cancels_it(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 180, tag="callee")
    switch.wait(LegRinging)
    switch.hang_up(leg)
    cancel = peer.expect("CANCEL")
    peer.reply(cancel, 200)
    peer.reply(invite, 487, tag="callee")
    peer.expect("ACK")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)
    assert len(switch.ends(leg)) == 1


def test_an_answer_that_crosses_our_cancel_is_acked_and_hung_up(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 180, tag="callee")
    switch.wait(LegRinging)
    switch.hang_up(leg)
    peer.expect("CANCEL")
    peer.reply(invite, 200, body=ANSWER, tag="callee")
    peer.expect("ACK")
    assert peer.expect("BYE").tag("To") == "callee"


def test_a_call_hung_up_before_any_sign_of_life_is_cancelled_at_the_first(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    switch.hang_up(leg)
    switch.wait(LegEnded)
    peer.reply(invite, 100)
    peer.expect("CANCEL")


@pytest.mark.slow
def test_silence_and_endless_ringing_end(switch, peer) -> None:
    leg = switch.place()
    peer.expect("INVITE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.NO_ANSWER, 408)


def test_lines_numbers_direction_and_unknown_trunks(peer) -> None:
    trunks = (
        trunk_to(peer.address, lines=1, numbers=("100*",)),
        trunk_to(peer.address, name="in_only", direction="in"),
    )
    with Switch(answer_all, *trunks) as switch:
        switch.place(leg="a/1")
        peer.expect("INVITE")
        switch.place(leg="b/1")
        assert switch.wait(LegEnded).cause is EndCause.REJECTED_BUSY
        switch.place(number="95588", leg="c/1")
        assert switch.wait(LegEnded).cause is EndCause.REJECTED_NUMBER
        for trunk in ("in_only", "none"):
            switch.place(trunk, leg=f"{trunk}/1")
            assert switch.wait(LegEnded).cause is EndCause.FAR_REFUSED
        assert switch.lines.live_legs() == {"a/1"}


def _proves(message: Message, header: str, password: str) -> bool:
    said = dict(re.findall(r'(\w+)="?([^",]+)"?', message.get(header)))

    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    first, second = h(f"{said['username']}:{said['realm']}:{password}"), h(f"{message.method}:{said['uri']}")
    middle = f"{said['nc']}:{said['cnonce']}:{said['qop']}:" if "qop" in said else ""
    return said["response"] == h(f"{first}:{said['nonce']}:{middle}{second}")


@pytest.mark.parametrize(
    ("code", "asks", "answers", "value"),
    [
        (
            401,
            "WWW-Authenticate",
            "Authorization",
            'Digest realm="r", nonce="n1", qop="auth,auth-int", algorithm=MD5, opaque="o"',
        ),
        (407, "Proxy-Authenticate", "Proxy-Authorization", 'Digest realm="r", nonce="n1"'),
    ],
)
def test_a_challenge_is_answered_once(switch, peer, code, asks, answers, value) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, code, tag="proxy", extra=(f"{asks}: {value}",))
    peer.expect("ACK")
    proven = peer.expect("INVITE")
    assert _proves(proven, answers, "secret")
    assert int(proven.get("CSeq").split()[0]) == int(invite.get("CSeq").split()[0]) + 1
    peer.reply(proven, code, tag="proxy", extra=(f"{asks}: {value}",))
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, code)


def test_a_stale_nonce_is_answered_again_and_bye_proves_itself_too(switch, peer) -> None:
    leg = switch.place()
    peer.reply(peer.expect("INVITE"), 401, extra=('WWW-Authenticate: Digest realm="r", nonce="n1"',))
    peer.expect("ACK")
    peer.reply(peer.expect("INVITE"), 401, extra=('WWW-Authenticate: Digest realm="r", nonce="n2", stale=true',))
    peer.expect("ACK")
    third = peer.expect("INVITE")
    assert 'nonce="n2"' in third.get("Authorization")
    peer.reply(third, 200, body=ANSWER, tag="callee")
    switch.wait(LegAnswered)
    switch.hang_up(leg)
    peer.reply(peer.expect("BYE"), 401, extra=('WWW-Authenticate: Digest realm="r", nonce="n3"',))
    assert _proves(peer.expect("BYE"), "Authorization", "secret")


def test_interval_too_small(switch, peer) -> None:
    switch.place()
    peer.reply(peer.expect("INVITE"), 422, extra=("Min-SE: 4000",))
    peer.expect("ACK")
    again = peer.expect("INVITE")
    assert (again.get("Session-Expires"), again.get("Min-SE")) == ("4000", "4000")
    peer.reply(again, 422, extra=("Min-SE: 4000",))
    assert switch.wait(LegEnded).sip_code == 422


def test_record_route_and_contact_are_followed(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    with Peer(switch.address) as proxy:
        route = f"Record-Route: <sip:{proxy.address[0]}:{proxy.address[1]};lr>"
        peer.reply(invite, 200, body=ANSWER, tag="callee", extra=(route,))
        ack = proxy.expect("ACK")
        assert ack.get("Route") == route.partition(": ")[2]
        switch.wait(LegAnswered)
        switch.hang_up(leg)
        assert proxy.expect("BYE").start == f"BYE sip:{peer.address[0]}:{peer.address[1]} SIP/2.0"


def test_a_contact_that_is_a_name_is_reached_where_it_answered_from(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.address = ("gateway.example.invalid", 5060)
    peer.reply(invite, 200, body=ANSWER, tag="callee")
    switch.wait(LegAnswered)
    peer.expect("ACK")
    switch.hang_up(leg)
    peer.expect("BYE")


@pytest.mark.slow
def test_options_watch_tells_up_and_down(peer) -> None:
    with Switch(answer_all, trunk_to(peer.address, options_interval=0.5)) as switch:
        options = peer.expect("OPTIONS")
        assert switch.lines.trunk_states()[0].up is None
        peer.reply(options, 404)
        switch.until(lambda: switch.lines.trunk_states()[0].up is True)
        switch.until(lambda: switch.lines.trunk_states()[0].up is False)
        peer.reply(peer.expect("OPTIONS"), 503)
        seen = len(peer.kept)
        peer.reply(peer.expect("OPTIONS"), 200)
        switch.until(lambda: switch.lines.trunk_states()[0].up is True)
        assert len(peer.kept) >= seen


def test_calls_go_to_the_far_end_that_lives(peer) -> None:
    with Peer(NOBODY) as dead:
        dead_one, live_one = (f"{p.address[0]}:{p.address[1]}" for p in (dead, peer))
        trunk = trunk_to(peer.address, options_interval=5)
        both = type(trunk)(trunk.name, far=(dead_one, live_one), options_interval=5)
        with Switch(answer_all, both) as switch:
            dead.reply(dead.expect("OPTIONS"), 503)
            peer.reply(peer.expect("OPTIONS"), 200)
            switch.until(lambda: switch.lines.trunk_states()[0].up is True and dead.silent(0.1))
            switch.place()
            peer.expect("INVITE")
