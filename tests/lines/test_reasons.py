"""Reason (RFC 3326) on the wire, both ways: in BYE, CANCEL and final responses."""

import pytest

from shared.enums import EndCause
from switch_server.core.call import CallOffered
from switch_server.core.leg import HangUp, LegAnswered, LegConfirmed, LegEnded, LegRinging, Reason, Reject
from tests.lines.peer import NOBODY, SDP, Call, Peer
from tests.lines.switch import PATIENT, Switch, switch_to, wait_and_see

Q16 = 'Q.850;cause=16;text="Normal call clearing"'
TEMPORARY = 'Reason: Q.850;cause=41;text="Temporary failure"'


@pytest.fixture
def switch(peer):
    with switch_to(peer, timing=PATIENT) as it:
        yield it


@pytest.mark.parametrize(
    ("code", "said", "cause", "reason"),
    [
        (404, 'Q.850;cause=1;text="Unallocated (unassigned) number"', EndCause.FAR_REFUSED, Reason(1, None, "Unallocated (unassigned) number")),
        (480, "Q.850;cause=17", EndCause.FAR_BUSY, Reason(17)),
        (500, 'Q.850;cause=18;text=""', EndCause.NO_ANSWER, Reason(18)),
        (486, "SIP;cause=486;text=Busy, Q.850;cause=127", EndCause.FAR_BUSY, Reason(127, 486, "Busy")),
        (503, "nonsense", EndCause.FAR_REFUSED, None),
    ],
)  # fmt: skip
def test_a_refusal_says_why(switch, peer, code, said, cause, reason) -> None:
    leg = switch.place()
    peer.reply(peer.expect("INVITE"), code, tag="a", extra=(f"Reason: {said}",))
    peer.expect("ACK")
    assert switch.wait(LegEnded) == LegEnded(leg, cause, code, reason)


def test_the_far_end_s_bye_says_why(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 200, body=SDP, tag="a")
    switch.wait(LegAnswered)
    peer.expect("ACK")
    Call.of(peer, invite, "a").request("BYE", "", TEMPORARY)
    peer.expect(200, "BYE")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_HUNG_UP, 0, Reason(41, None, "Temporary failure"))


def test_our_bye_and_cancel_say_why(switch, peer) -> None:
    for cause, said in (
        (EndCause.AGENT_HUNG_UP, Q16),
        (EndCause.ANSWERED_ELSEWHERE, 'SIP;cause=200;text="Call completed elsewhere"'),
        (EndCause.NO_ANSWER, 'Q.850;cause=19;text="No answer from user (user alerted)"'),
    ):
        leg = switch.place(leg=f"{cause}/1")
        invite = peer.expect("INVITE")
        peer.reply(invite, 180, tag="a")
        switch.wait(LegRinging)
        switch.lines.do(HangUp(leg, cause))
        cancel = peer.expect("CANCEL")
        assert cancel.all("Reason") == [said]
        peer.reply(cancel, 200)
        peer.reply(invite, 487, tag="a")
        peer.expect("ACK")
    leg = switch.place(leg="up/1")
    peer.reply(peer.expect("INVITE"), 200, body=SDP, tag="a")
    switch.wait(LegAnswered)
    switch.lines.do(HangUp(leg, EndCause.AGENT_HUNG_UP))
    bye = peer.expect("BYE")
    assert bye.all("Reason") == [Q16]
    peer.reply(bye, 200)


def test_a_cancel_before_any_response_says_why(switch, peer) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    switch.lines.do(HangUp(leg, EndCause.CALLER_HUNG_UP))
    switch.wait(LegEnded)
    peer.reply(invite, 100)
    assert peer.expect("CANCEL").get("Reason") == Q16


@pytest.mark.parametrize(
    ("extra", "cause", "reason"),
    [
        ((), EndCause.CANCELLED, None),
        ((f"Reason: {Q16}",), EndCause.CANCELLED, Reason(16, None, "Normal call clearing")),
        (('Reason: SIP;cause=200;text="Call completed elsewhere"',), EndCause.ANSWERED_ELSEWHERE, Reason(None, 200, "Call completed elsewhere")),
    ],
)  # fmt: skip
def test_a_caller_s_cancel_says_why(extra, cause, reason) -> None:
    with Switch(wait_and_see, timing=PATIENT) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        leg = switch.wait(CallOffered).leg
        call.request("CANCEL", "", *extra, cseq=call.invite_cseq, branch=call.invite_branch)
        peer.expect(200, "CANCEL")
        peer.expect(487, "INVITE")
        assert switch.wait(LegEnded) == LegEnded(leg, cause, 487, reason)


def test_a_caller_s_bye_says_why() -> None:
    with Switch(timing=PATIENT) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.up()
        leg = switch.wait(LegConfirmed).leg
        call.request("BYE", "", TEMPORARY)
        peer.expect(200, "BYE")
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.CALLER_HUNG_UP, 0, Reason(41, None, "Temporary failure"))


@pytest.mark.parametrize(
    ("code", "cause", "number"),
    [
        (404, EndCause.REJECTED_NUMBER, 1), (486, EndCause.REJECTED_BUSY, 17), (503, EndCause.REJECTED_FULL, 34),
        (488, EndCause.REJECTED_MEDIA, 88), (500, EndCause.FAULT, 41),
    ],
)  # fmt: skip
def test_our_refusal_says_why(code, cause, number) -> None:
    with Switch(lambda event: [Reject(event.leg, code, cause)]) as switch, Peer(switch.address) as peer:
        Call(peer).invite()
        assert peer.expect(code, "INVITE").get("Reason").startswith(f"Q.850;cause={number};text=")
        assert switch.wait(LegEnded).reason is None


def test_a_second_callee_who_answers_is_told_that_another_was_first(switch, peer) -> None:
    switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 200, body=SDP, tag="a")
    switch.wait(LegAnswered)
    peer.reply(invite, 200, body=SDP, tag="b")
    bye = peer.expect("BYE")
    assert (bye.tag("To"), bye.get("Reason")) == ("b", 'SIP;cause=200;text="Call completed elsewhere"')


def test_a_switch_that_stops_gives_its_reason() -> None:
    with Peer(NOBODY) as peer:
        with switch_to(peer, timing=PATIENT) as switch:
            switch.place()
            peer.reply(peer.expect("INVITE"), 200, body=SDP, tag="a")
            switch.wait(LegAnswered)
        assert peer.expect("BYE").get("Reason").startswith("Q.850;cause=41;")
