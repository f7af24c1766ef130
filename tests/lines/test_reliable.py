"""Reliable provisional responses and PRACK (RFC 3262), as callee, with lost, repeated and disordered messages."""

import pytest
from msgspec.structs import replace

from shared.enums import Direction, EndCause
from shared.ids import LegId
from switch_server.core.call import CallOffered
from switch_server.core.leg import (
    Answer,
    LegChanged,
    LegConfirmed,
    LegEnded,
    Reject,
    Ring,
)
from switch_server.core.words import Signalling, Trunk
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, NEAR, PATIENT, Switch, answer_all, wait_and_see

ANSWER = SDP.replace("RTP/AVP 8 0 101", "RTP/AVP 8 101")
HELD = SDP.replace("a=sendrecv", "a=sendonly")


def local(rule: str) -> Trunk:
    return replace(LOCAL, signalling=Signalling(reliable=rule))  # type: ignore[arg-type]


@pytest.fixture
def switch():
    with Switch(wait_and_see, timing=PATIENT) as it:
        yield it


@pytest.fixture
def caller(switch):
    with Peer(switch.address) as peer:
        yield Call(peer)


def offered(switch: Switch, caller: Call, body: str = SDP, *extra: str) -> LegId:
    caller.invite(body, *(extra or ("Require: 100rel",)))
    caller.peer.expect(100)
    return switch.wait(CallOffered).leg


def provisional(caller: Call, code: int) -> Message:
    """The next reliable response, whose dialog the caller takes."""
    response = caller.learn(caller.peer.expect(code))
    assert response.get("Require") == "100rel"
    assert 0 < int(response.get("RSeq")) < 2**31
    return response


def prack(caller: Call, response: Message, body: str = "", **wrong: object) -> None:
    rseq = wrong.get("rseq", response.get("RSeq"))
    caller.request(
        "PRACK", body, f"RAck: {rseq} {wrong.get('cseq', caller.invite_cseq)} {wrong.get('method', 'INVITE')}"
    )


def test_a_reliable_180_is_repeated_until_its_prack(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    first, second = provisional(caller, 180), provisional(caller, 180)
    assert first.get("RSeq") == second.get("RSeq")
    assert first.body == ""
    prack(caller, second)
    caller.peer.expect(200, "PRACK")
    switch.lines.do(Answer(leg, NEAR))
    answer = caller.learn(caller.peer.expect(200, "INVITE"))
    assert "m=audio 30000" in answer.body
    assert [m.status for m in caller.peer.kept if m.status == 180] == [], "no repeat after the PRACK"
    caller.ack()
    assert switch.wait(LegConfirmed).leg == leg


def test_without_prack_the_caller_is_refused() -> None:
    with Switch(wait_and_see) as switch, Peer(switch.address) as peer:
        caller = Call(peer)
        leg = offered(switch, caller)
        switch.lines.do(Ring(leg))
        provisional(caller, 180)
        peer.expect(500, "INVITE")
        caller.ack(failed=True)
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_LOST, 500)


@pytest.mark.parametrize("wrong", [{"rseq": 5}, {"cseq": 99}, {"method": "UPDATE"}, {"rseq": "x"}, {"rseq": "1 2 3"}])
def test_a_prack_that_fits_nothing_is_refused_and_the_response_repeated(switch, caller, wrong) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    response = provisional(caller, 180)
    prack(caller, response, **wrong)
    caller.peer.expect(481, "PRACK")
    assert provisional(caller, 180).get("RSeq") == response.get("RSeq")
    prack(caller, response)
    caller.peer.expect(200, "PRACK")
    prack(caller, response)
    caller.peer.expect(481, "PRACK")


def test_a_200_comes_while_a_180_has_no_prack(switch, caller) -> None:
    """RFC 3262 §3: a 2xx may follow at once if no unacknowledged response has SDP; the PRACK may still come."""
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    switch.lines.do(Answer(leg, NEAR))
    response = provisional(caller, 180)
    caller.learn(caller.peer.expect(200, "INVITE"))
    caller.ack()
    switch.wait(LegConfirmed)
    prack(caller, response)
    caller.peer.expect(200, "PRACK")
    assert not [m for m in caller.peer.kept if m.status == 180], "not repeated after the final response"


def test_a_200_waits_for_the_prack_of_early_media(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg, NEAR))
    switch.lines.do(Answer(leg, NEAR))
    response = provisional(caller, 183)
    assert "m=audio 30000 RTP/AVP 8 101" in response.body
    assert provisional(caller, 183).body == response.body, "repeated, and no 200 before the PRACK"
    prack(caller, response)
    caller.peer.expect(200, "PRACK")
    answer = caller.learn(caller.peer.expect(200, "INVITE"))
    assert answer.body == "", "the answer was in the 183"
    caller.ack()
    switch.wait(LegConfirmed)
    caller.request("BYE")
    caller.peer.expect(200, "BYE")


def test_one_reliable_response_at_a_time(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    switch.lines.do(Ring(leg, NEAR))
    first = provisional(caller, 180)
    assert provisional(caller, 180).get("RSeq") == first.get("RSeq")
    prack(caller, first)
    caller.peer.expect(200, "PRACK")
    second = provisional(caller, 183)
    assert int(second.get("RSeq")) == int(first.get("RSeq")) + 1
    prack(caller, second)
    caller.peer.expect(200, "PRACK")
    assert not [m for m in caller.peer.kept if m.status == 183]


def test_a_repeated_prack_gets_the_same_response(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    response = provisional(caller, 180)
    extra = f"RAck: {response.get('RSeq')} {caller.invite_cseq} INVITE"
    number, branch = caller.request("PRACK", "", extra)
    caller.peer.expect(200, "PRACK")
    caller.request("PRACK", "", extra, cseq=number, branch=branch)
    caller.peer.expect(200, "PRACK")
    assert not [e for e in switch.seen if isinstance(e, LegEnded)]


def test_a_repeated_invite_gets_the_reliable_response_again(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    first = provisional(caller, 180)
    caller.remote_tag = caller.target = ""
    caller.request("INVITE", SDP, "Require: 100rel", cseq=caller.invite_cseq, branch=caller.invite_branch)
    assert provisional(caller, 180).get("RSeq") == first.get("RSeq")
    assert len([e for e in switch.seen if isinstance(e, CallOffered)]) == 1


def test_an_offer_in_a_prack_is_answered(switch, caller) -> None:
    """RFC 3262 §5: after the answer in the 183 the PRACK may have the next offer."""
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg, NEAR))
    prack(caller, provisional(caller, 183), HELD.replace("40000", "40002"))
    answer = caller.peer.expect(200, "PRACK")
    assert "a=recvonly" in answer.body
    changed = switch.wait(LegChanged).far
    assert (changed.port, changed.direction) == (40002, Direction.SENDONLY)
    switch.lines.do(Answer(leg, NEAR))
    assert caller.learn(caller.peer.expect(200, "INVITE")).body == ""
    caller.ack()
    switch.wait(LegConfirmed)


@pytest.mark.parametrize(("body", "code"), [("v=0\r\nm=audio\r\n", 400), (SDP.replace("8 0 101", "18"), 488)])
def test_an_offer_in_a_prack_that_can_not_be_taken(switch, caller, body, code) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg, NEAR))
    prack(caller, provisional(caller, 183), body)
    caller.peer.expect(code, "PRACK")
    switch.lines.do(Answer(leg, NEAR))
    caller.learn(caller.peer.expect(200, "INVITE"))


def test_an_offer_in_a_prack_before_the_answer_is_refused(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg))
    prack(caller, provisional(caller, 180), HELD)
    caller.peer.expect(488, "PRACK")


def test_the_answer_to_our_offer_comes_in_the_prack(switch, caller) -> None:
    """An INVITE without SDP: our 183 has the offer, its PRACK the answer, the 200 nothing."""
    leg = offered(switch, caller, "")
    switch.lines.do(Ring(leg, NEAR))
    response = provisional(caller, 183)
    assert "m=audio 30000 RTP/AVP 8 0 101" in response.body
    switch.lines.do(Answer(leg, NEAR))
    prack(caller, response, ANSWER)
    caller.peer.expect(200, "PRACK")
    assert switch.wait(LegChanged).far.port == 40000
    assert caller.learn(caller.peer.expect(200, "INVITE")).body == ""
    caller.ack()
    switch.wait(LegConfirmed)


def test_a_prack_without_the_answer_ends_the_call(switch, caller) -> None:
    leg = offered(switch, caller, "")
    switch.lines.do(Ring(leg, NEAR))
    prack(caller, provisional(caller, 183))
    caller.peer.expect(200, "PRACK")
    caller.peer.expect(488, "INVITE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.REJECTED_MEDIA, 488)


@pytest.mark.parametrize(("extra", "rings"), [("Require: 100rel", False), ("Supported: 100rel", True)])
def test_a_180_without_our_offer_is_not_reliable(switch, caller, extra, rings) -> None:
    """RFC 3262 §5: the first reliable response to an INVITE without SDP has the offer; a plain 180 only for a caller who takes it."""
    leg = offered(switch, caller, "", extra)
    switch.lines.do(Ring(leg))
    switch.lines.do(Answer(leg, NEAR))
    answer = caller.peer.expect(200, "INVITE")
    assert "m=audio 30000" in answer.body
    assert [m.get("RSeq") for m in caller.peer.kept] == [""] * rings


def test_hanging_up_ends_the_repeats(switch, caller) -> None:
    leg = offered(switch, caller)
    switch.lines.do(Ring(leg, NEAR))
    response = provisional(caller, 183)
    switch.lines.do(Reject(leg, 486, EndCause.REJECTED_BUSY))
    caller.peer.expect(486, "INVITE")
    caller.ack(failed=True)
    assert switch.wait(LegEnded).cause is EndCause.REJECTED_BUSY
    prack(caller, response)
    caller.peer.expect(481, "PRACK")


def test_cancel_and_bye_before_the_prack(switch) -> None:
    for method in ("CANCEL", "BYE"):
        with Peer(switch.address) as peer:
            caller = Call(peer)
            leg = offered(switch, caller)
            switch.lines.do(Ring(leg, NEAR))
            provisional(caller, 183)
            if method == "BYE":
                caller.request("BYE")
            else:
                caller.remote_tag = caller.target = ""
                caller.cancel()
            peer.expect(200, method)
            peer.expect(487, "INVITE")
            assert switch.wait(LegEnded) == LegEnded(leg, EndCause.CANCELLED, 487)


@pytest.mark.parametrize(
    ("rule", "header", "code"),
    [
        ("never", "Require: 100rel", 420), ("never", "Supported: 100rel", 180), ("supported", "Supported: timer", 180),
        ("required", "Supported: timer", 421), ("required", "Supported: 100rel", 180), ("required", "Require: 100rel", 180),
    ],
)  # fmt: skip
def test_the_trunk_s_rule_for_calls_in(rule, header, code) -> None:
    with Switch(answer_all, local(rule), timing=PATIENT) as switch, Peer(switch.address) as peer:
        Call(peer).invite(SDP, header)
        answer = peer.expect(code, "INVITE")
        if code == 180:
            assert bool(answer.get("RSeq")) == ("100rel" in header and rule != "never")
            assert ("100rel" in peer.expect(200, "INVITE").get("Supported")) == (rule != "never")
        else:
            assert answer.get("Unsupported" if code == 420 else "Require") == "100rel"
            assert not [e for e in switch.seen if isinstance(e, CallOffered)]
