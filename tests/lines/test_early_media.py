"""Early dialogs of a call out: early media by SDP and by P-Early-Media, several callees, 181, 182, 199, UPDATE; and UPDATE in a caller's early dialog."""

import pytest
from msgspec.structs import replace

from shared.enums import Direction, EndCause
from shared.ids import LegId
from switch_server.core.call import CallOffered
from switch_server.core.leg import Answer, LegAnswered, LegChanged, LegConfirmed, LegEnded, LegRinging, Ring
from switch_server.core.words import Signalling
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, NEAR, PATIENT, Switch, switch_to, wait_and_see


def sdp(port: int, direction: str = "sendrecv") -> str:
    return (
        SDP.replace("RTP/AVP 8 0 101", "RTP/AVP 8 101")
        .replace("40000", str(port))
        .replace("a=sendrecv", f"a={direction}")
    )


@pytest.fixture
def switch(peer):
    with switch_to(peer, timing=PATIENT) as it:
        yield it


def placed(switch: Switch, peer: Peer) -> Message:
    switch.place()
    return peer.expect("INVITE")


def heard(switch: Switch) -> tuple[int, int | None]:
    """(status code, port of the early media that is heard) of the next provisional response."""
    ringing = switch.wait(LegRinging)
    return ringing.sip_code, ringing.far.port if ringing.far is not None else None


# --- by SDP ---


def test_early_media_stays_when_a_180_without_sdp_follows(switch, peer) -> None:
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a")
    assert heard(switch) == (183, None)
    peer.reply(invite, 183, tag="a", body=sdp(40002))
    assert heard(switch) == (183, 40002)
    peer.reply(invite, 180, tag="a")
    assert heard(switch) == (180, 40002)
    peer.reply(invite, 180, tag="a", body=sdp(40004))
    assert heard(switch) == (180, 40004)


@pytest.mark.parametrize(
    ("direction", "port"), [("sendrecv", 40002), ("sendonly", 40002), ("recvonly", None), ("inactive", None)]
)
def test_media_that_is_not_sent_is_no_early_media(switch, peer, direction, port) -> None:
    """Our ringback goes on; the answer holds for a 200 without SDP all the same."""
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002, direction))
    assert heard(switch) == (183, port)
    peer.reply(invite, 200, tag="a")
    assert switch.wait(LegAnswered).far.port == 40002


def test_unusable_early_sdp_costs_nothing(switch, peer) -> None:
    invite = placed(switch, peer)
    for body in ("v=0\r\nm=audio\r\n", SDP.replace("8 0 101", "18")):
        peer.reply(invite, 183, tag="a", body=body)
        assert heard(switch) == (183, None)
    peer.reply(invite, 200, tag="a", body=sdp(40002))
    assert switch.wait(LegAnswered).far.port == 40002


def test_early_media_and_then_a_refusal(switch, peer) -> None:
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002))
    assert heard(switch) == (183, 40002)
    peer.reply(invite, 404, tag="a", extra=('Reason: Q.850;cause=1;text="Unallocated"',))
    peer.expect("ACK")
    assert switch.wait(LegEnded).cause is EndCause.FAR_REFUSED


# --- several callees ---


def test_the_early_media_that_came_last_is_heard(switch, peer) -> None:
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002))
    peer.reply(invite, 183, tag="b", body=sdp(40004))
    peer.reply(invite, 180, tag="c")
    peer.reply(invite, 183, tag="a", body=sdp(40006))
    assert [heard(switch) for _ in range(4)] == [(183, 40002), (183, 40004), (180, 40004), (183, 40006)]
    peer.reply(invite, 200, tag="b")
    assert switch.wait(LegAnswered).far.port == 40004


def test_199_ends_one_of_several_early_dialogs(switch, peer) -> None:
    """RFC 6228: the media of the next callee is heard again, at the last our ringback; the call goes on."""
    invite = placed(switch, peer)
    assert "199" in invite.get("Supported").split(", ")
    peer.reply(invite, 183, tag="a", body=sdp(40002))
    peer.reply(invite, 183, tag="b", body=sdp(40004))
    peer.reply(invite, 199, tag="b", extra=("Reason: SIP;cause=486",))
    peer.reply(invite, 199, tag="unknown")
    peer.reply(invite, 199, tag="a")
    assert [heard(switch) for _ in range(5)] == [(183, 40002), (183, 40004), (199, 40002), (199, 40002), (199, None)]
    peer.reply(invite, 180, tag="c")
    assert heard(switch) == (180, None)
    peer.reply(invite, 200, tag="c", body=sdp(40006))
    assert switch.wait(LegAnswered).far.port == 40006


def test_a_callee_beyond_any_number_is_not_looked_at(switch, peer) -> None:
    invite = placed(switch, peer)
    for number in range(40):
        peer.reply(invite, 180, tag=f"t{number}")
    switch.until(lambda: switch.count("responses_out_of_order") == 8)
    peer.reply(invite, 200, tag="t39", body=sdp(40002))
    assert switch.wait(LegAnswered).far.port == 40002


def test_a_callee_whose_route_can_not_be_followed_is_not_looked_at(switch, peer) -> None:
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002), extra=("Record-Route: <sip:proxy", "Require: 100rel", "RSeq: 1"))
    peer.reply(invite, 183, tag="b", body=sdp(40004))
    assert heard(switch) == (183, 40004)
    assert switch.count("faults") == 0
    assert not [m for m in peer.kept if m.method == "PRACK"]


# --- 181, 182 ---


@pytest.mark.parametrize("code", [181, 182])
def test_forwarding_and_queuing_are_told(switch, peer, code) -> None:
    invite = placed(switch, peer)
    peer.reply(invite, code, tag="a")
    assert heard(switch) == (code, None)


# --- P-Early-Media ---


@pytest.fixture
def permitted(peer):
    with switch_to(peer, timing=PATIENT, signalling=Signalling(p_early_media=True)) as it:
        yield it


def test_the_network_s_permission_decides(permitted, peer) -> None:
    invite = placed(permitted, peer)
    assert invite.get("P-Early-Media") == "supported"
    for value, body, port in (
        ("inactive", sdp(40002), None), ("sendonly", "", 40002), ("", "", 40002), ("inactive", "", None), ("sendrecv, gated", "", 40002),
        ("recvonly", "", None),
    ):  # fmt: skip
        peer.reply(invite, 183, tag="a", body=body, extra=(f"P-Early-Media: {value}",) if value else ())
        assert heard(permitted) == (183, port), value


def test_without_the_header_the_sdp_decides(permitted, peer) -> None:
    peer.reply(placed(permitted, peer), 183, tag="a", body=sdp(40002))
    assert heard(permitted) == (183, 40002)


def test_each_callee_has_its_own_permission(permitted, peer) -> None:
    invite = placed(permitted, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002), extra=("P-Early-Media: sendonly",))
    peer.reply(invite, 183, tag="b", body=sdp(40004), extra=("P-Early-Media: inactive",))
    assert [heard(permitted) for _ in range(2)] == [(183, 40002), (183, 40002)]
    peer.reply(invite, 180, tag="b", extra=("P-Early-Media: sendrecv",))
    assert heard(permitted) == (180, 40004)


def test_the_header_is_not_looked_at_without_the_rule(switch, peer) -> None:
    invite = placed(switch, peer)
    assert invite.get("P-Early-Media") == ""
    peer.reply(invite, 183, tag="a", body=sdp(40002), extra=("P-Early-Media: inactive",))
    assert heard(switch) == (183, 40002)


@pytest.mark.parametrize(
    ("rule", "asked", "said"), [(True, "supported", "sendrecv"), (True, "", ""), (False, "supported", "")]
)
def test_our_early_media_is_announced_to_who_asks(rule, asked, said) -> None:
    trunk = replace(LOCAL, signalling=Signalling(p_early_media=rule))
    with Switch(wait_and_see, trunk, timing=PATIENT) as switch, Peer(switch.address) as peer:
        Call(peer).invite(SDP, *([f"P-Early-Media: {asked}"] if asked else []))
        leg = switch.wait(CallOffered).leg
        switch.lines.do(Ring(leg, NEAR))
        ringing = peer.expect(183)
        assert "m=audio 30000" in ringing.body
        assert ringing.get("P-Early-Media") == said
        switch.lines.do(Answer(leg, NEAR))
        assert peer.expect(200, "INVITE").body == ringing.body


# --- UPDATE in an early dialog ---

REL = ("Require: 100rel", "RSeq: 1")


def early(switch: Switch, peer: Peer, *, reliable: bool = True) -> tuple[Message, Call]:
    invite = placed(switch, peer)
    peer.reply(invite, 183, tag="a", body=sdp(40002), extra=REL if reliable else ())
    if reliable:
        peer.reply(peer.expect("PRACK"), 200)
    assert heard(switch) == (183, 40002)
    return invite, Call.of(peer, invite, "a")


def test_the_callee_changes_its_media_before_it_answers(switch, peer) -> None:
    invite, callee = early(switch, peer)
    callee.request("UPDATE", sdp(40010))
    assert "m=audio 30000" in peer.expect(200, "UPDATE").body
    assert heard(switch) == (183, 40010)
    callee.request("UPDATE", sdp(40010, "inactive"))
    assert "a=inactive" in peer.expect(200, "UPDATE").body
    assert heard(switch) == (183, None)
    callee.request("UPDATE", sdp(40012))
    peer.expect(200, "UPDATE")
    assert heard(switch) == (183, 40012)
    peer.reply(invite, 200, tag="a", body=sdp(40002))
    assert switch.wait(LegAnswered).far.port == 40012, "the 200 repeats the first answer, which is out of date"
    peer.expect("ACK")


def test_a_repeated_update_gets_the_same_response(switch, peer) -> None:
    _, callee = early(switch, peer)
    number, branch = callee.request("UPDATE", sdp(40010))
    first = peer.expect(200, "UPDATE")
    callee.request("UPDATE", sdp(40010), cseq=number, branch=branch)
    assert peer.expect(200, "UPDATE").body == first.body
    assert heard(switch) == (183, 40010)
    callee.request("UPDATE", sdp(40012), cseq=number - 1)
    peer.expect(500, "UPDATE")


def test_an_update_while_our_offer_has_no_answer_is_a_glare(switch, peer) -> None:
    """RFC 3311 §5.2: an unreliable 183 is no answer yet."""
    _, callee = early(switch, peer, reliable=False)
    callee.request("UPDATE", sdp(40010))
    peer.expect(491, "UPDATE")
    with_other_tag = Call(peer, call_id=callee.call_id, local_tag="z", remote_tag=callee.remote_tag)
    with_other_tag.ours, with_other_tag.theirs, with_other_tag.target = (
        callee.ours.replace("=a", "=z"),
        callee.theirs,
        callee.target,
    )
    with_other_tag.request("UPDATE", sdp(40010))
    peer.expect(491, "UPDATE")


@pytest.mark.parametrize(("body", "code"), [("v=0\r\nm=audio\r\n", 400), (SDP.replace("8 0 101", "18"), 488)])
def test_an_update_that_can_not_be_taken_changes_nothing(switch, peer, body, code) -> None:
    invite, callee = early(switch, peer)
    callee.request("UPDATE", body)
    peer.expect(code, "UPDATE")
    peer.reply(invite, 200, tag="a")
    assert switch.wait(LegAnswered).far.port == 40002


def test_two_callees_number_their_requests_each_for_itself(switch, peer) -> None:
    invite = placed(switch, peer)
    for tag, port in (("a", 40002), ("b", 40004)):
        peer.reply(invite, 183, tag=tag, body=sdp(port), extra=REL)
        peer.reply(peer.expect("PRACK"), 200)
        heard(switch)
    for tag, port in (("a", 40010), ("b", 40020)):
        Call.of(peer, invite, tag).request("UPDATE", sdp(port), cseq=1)
        peer.expect(200, "UPDATE")
        assert heard(switch) == (183, port)
    peer.reply(invite, 200, tag="a")
    assert switch.wait(LegAnswered).far.port == 40010
    peer.expect("ACK")
    Call.of(peer, invite, "a").request("UPDATE", sdp(40030), cseq=1)
    peer.expect(500, "UPDATE")
    Call.of(peer, invite, "a").request("UPDATE", sdp(40030), cseq=2)
    peer.expect(200, "UPDATE")
    assert switch.wait(LegChanged).far.port == 40030
    Call.of(peer, invite, "b").request("BYE", cseq=2)
    peer.expect(481, "BYE")


def test_an_update_without_sdp_is_a_refresh(switch, peer) -> None:
    _, callee = early(switch, peer, reliable=False)
    callee.request("UPDATE", "", "Supported: timer")
    assert peer.expect(200, "UPDATE").body == ""


@pytest.fixture
def caller():
    with Switch(wait_and_see, timing=PATIENT) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite(SDP, "Supported: 100rel")
        peer.expect(100)
        yield switch, call, switch.wait(CallOffered).leg


def acknowledged(switch: Switch, call: Call, leg: LegId) -> None:
    switch.lines.do(Ring(leg, NEAR))
    ringing = call.learn(call.peer.expect(183))
    call.request("PRACK", "", f"RAck: {ringing.get('RSeq')} {call.invite_cseq} INVITE")
    call.peer.expect(200, "PRACK")


def test_a_caller_changes_its_media_before_our_answer(caller) -> None:
    switch, call, leg = caller
    acknowledged(switch, call, leg)
    call.request("UPDATE", sdp(40010, "sendonly"))
    assert "a=recvonly" in call.peer.expect(200, "UPDATE").body
    far = switch.wait(LegChanged).far
    assert (far.port, far.direction) == (40010, Direction.SENDONLY)
    switch.lines.do(Answer(leg, NEAR))
    call.learn(call.peer.expect(200, "INVITE"))
    call.ack()
    switch.wait(LegConfirmed)


def test_an_update_before_the_answer_to_the_first_offer_is_too_early(caller) -> None:
    """RFC 3311 §5.2: 500 with Retry-After."""
    switch, call, leg = caller
    switch.lines.do(Ring(leg))
    ringing = call.learn(call.peer.expect(180))
    call.request("PRACK", "", f"RAck: {ringing.get('RSeq')} {call.invite_cseq} INVITE")
    call.peer.expect(200, "PRACK")
    call.request("UPDATE", sdp(40010))
    assert call.peer.expect(500, "UPDATE").get("Retry-After")
    switch.lines.do(Answer(leg, NEAR))
    call.peer.expect(200, "INVITE")
