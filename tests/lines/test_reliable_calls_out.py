"""Reliable provisional responses and PRACK (RFC 3262), as caller, with lost, repeated and disordered messages."""

import pytest

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.core.leg import (
    HangUp,
    LegAnswered,
    LegEnded,
    LegRinging,
)
from switch_server.core.words import Signalling
from tests.lines.peer import SDP, Peer
from tests.lines.switch import PATIENT, switch_to

ANSWER = SDP.replace("RTP/AVP 8 0 101", "RTP/AVP 8 101")


@pytest.fixture
def calling(callee):
    with switch_to(callee, timing=PATIENT) as it:
        yield it


def rel(rseq: int) -> tuple[str, ...]:
    return ("Require: 100rel", f"RSeq: {rseq}")


def test_reliable_responses_are_acknowledged_in_order_and_once(calling, callee) -> None:
    calling.place()
    invite = callee.expect("INVITE")
    assert "100rel" in invite.get("Supported").split(", ")
    cseq = int(invite.get("CSeq").split()[0])
    callee.reply(invite, 180, tag="a", extra=rel(17))
    first = callee.expect("PRACK")
    assert (first.get("RAck"), first.tag("To")) == (f"17 {cseq} INVITE", "a")
    assert int(first.get("CSeq").split()[0]) == cseq + 1
    callee.reply(first, 200)
    assert calling.wait(LegRinging).sip_code == 180
    for rseq in (17, 19, 16):  # a repeat, a gap, an older one
        callee.reply(invite, 183, tag="a", extra=rel(rseq), body=ANSWER)
    callee.reply(invite, 183, tag="a", extra=rel(18), body=ANSWER)
    second = callee.expect("PRACK")
    callee.reply(second, 200)
    assert (second.get("RAck"), int(second.get("CSeq").split()[0])) == (f"18 {cseq} INVITE", cseq + 2)
    assert calling.wait(LegRinging).far is not None
    assert calling.count("responses_out_of_order") == 3
    callee.reply(invite, 200, tag="a")
    assert calling.wait(LegAnswered).far.port == 40000
    ack = callee.expect("ACK")
    assert int(ack.get("CSeq").split()[0]) == cseq
    calling.hang_up(LegId("out/1"))
    assert int(callee.expect("BYE").get("CSeq").split()[0]) > cseq + 2
    assert not [m for m in callee.kept if m.method == "PRACK"], "no response was acknowledged twice"


def test_a_lost_prack_is_repeated_and_a_lost_response_comes_again(calling, callee) -> None:
    calling.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 183, tag="a", extra=rel(1), body=ANSWER)
    first = callee.expect("PRACK")
    callee.reply(invite, 183, tag="a", extra=rel(1), body=ANSWER)
    again = callee.expect("PRACK")
    assert again.get("Via") == first.get("Via"), "the same PRACK, by its transaction"
    callee.reply(again, 200)
    calling.wait(LegRinging)
    callee.reply(invite, 200, tag="a")
    calling.wait(LegAnswered)
    callee.expect("ACK")


def test_each_callee_of_a_forked_invite_has_its_own_numbers(calling, callee) -> None:
    calling.place()
    invite = callee.expect("INVITE")
    for tag, rseq in (("a", 5), ("b", 900), ("a", 6)):
        callee.reply(invite, 183, tag=tag, extra=rel(rseq), body=ANSWER)
        prack_ = callee.expect("PRACK")
        assert (prack_.tag("To"), prack_.get("RAck").split()[0]) == (tag, str(rseq))
        callee.reply(prack_, 200)
    callee.reply(invite, 200, tag="b")
    calling.wait(LegAnswered)
    assert callee.expect("ACK").tag("To") == "b"


def test_prack_goes_the_way_of_the_early_dialog(calling, callee) -> None:
    calling.place()
    invite = callee.expect("INVITE")
    with Peer(calling.address) as proxy:
        route = f"Record-Route: <sip:{proxy.address[0]}:{proxy.address[1]};lr>"
        callee.reply(invite, 183, tag="a", extra=(*rel(1), route), body=ANSWER)
        got = proxy.expect("PRACK")
        assert got.get("Route") == route.partition(": ")[2]
        assert got.start == f"PRACK sip:{callee.address[0]}:{callee.address[1]} SIP/2.0"


@pytest.mark.parametrize("rseq", ["", "0", "x", "99999999999"])
def test_a_reliable_response_without_its_number_is_not_looked_at(calling, callee, rseq) -> None:
    calling.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 183, tag="a", extra=("Require: 100rel", f"RSeq: {rseq}"), body=ANSWER)
    callee.reply(invite, 180, tag="a")
    assert calling.wait(LegRinging).sip_code == 180
    assert not [m for m in callee.kept if m.method == "PRACK"]


def test_hanging_up_after_a_prack_cancels(calling, callee) -> None:
    leg = calling.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 183, tag="a", extra=rel(1), body=ANSWER)
    callee.reply(callee.expect("PRACK"), 200)
    calling.wait(LegRinging)
    calling.lines.do(HangUp(leg, EndCause.GOODBYE))
    cancel = callee.expect("CANCEL")
    callee.reply(cancel, 200)
    callee.reply(invite, 487, tag="a")
    callee.expect("ACK")
    assert calling.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)


@pytest.mark.parametrize(
    ("rule", "supported", "required"), [("never", False, False), ("supported", True, False), ("required", True, True)]
)
def test_the_trunk_s_rule_for_calls_out(callee, rule, supported, required) -> None:
    with switch_to(callee, timing=PATIENT, signalling=Signalling(reliable=rule)) as switch:
        switch.place()
        invite = callee.expect("INVITE")
        assert ("100rel" in invite.get("Supported")) is supported
        assert (invite.get("Require") == "100rel") is required
        callee.reply(invite, 183, tag="a", extra=rel(1), body=ANSWER)
        assert switch.wait(LegRinging).far is not None
        callee.reply(invite, 200, tag="a", body=ANSWER)
        switch.wait(LegAnswered)
        callee.expect("ACK")
        assert bool([m for m in callee.kept if m.method == "PRACK"]) is (rule != "never")
