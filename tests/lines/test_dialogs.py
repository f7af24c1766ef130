"""One call once: white space in tags, repeated and merged requests, forked answers, ACKs (RFC 3261 §8.2.2.2, §13.2.2.4, §17, §25.1)."""

import re

import pytest

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.adapters.sip.client import CALLEES
from switch_server.adapters.sip_lines.merged import BegunCalls
from switch_server.core.call import CallOffered
from switch_server.core.leg import (
    DigitPressed,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegRinging,
    RefreshLeg,
)
from tests.lines.peer import NOBODY, SDP, Call, Message, Peer
from tests.lines.switch import Switch, answer_all, switch_to, trunk_to, wait_and_see


@pytest.fixture
def switch():
    with Switch() as it:
        yield it


@pytest.fixture
def peer(switch):
    with Peer(switch.address) as it:
        yield it


@pytest.fixture
def caller(callee):
    """A switch whose trunk ``far`` is the peer ``callee``."""
    with switch_to(callee, username="huawu", password="secret") as it:
        yield it


def offers(switch: Switch) -> int:
    return len([event for event in switch.seen if isinstance(event, CallOffered)])


# --- white space around a parameter's semicolon and equals sign ---


@pytest.mark.parametrize(
    "tag", [" ; tag={}", ";tag ={}", "\t;\ttag\t=\t{}", ";  x = y ; tag= {} ; z", ";TAG={}", "\r\n ; tag={}"]
)
def test_a_tag_with_white_space_ends_its_call(switch, peer, tag) -> None:
    """Case 5: SEMI and EQUAL have white space on both sides (RFC 3261 §25.1), names of parameters any case (§7.3.1)."""
    call = Call(peer)
    call.up()
    switch.wait(LegConfirmed)
    call.theirs = f"<sip:95500@127.0.0.1>{tag.format(call.remote_tag)}"
    call.ours = f"<sip:{call.caller}@127.0.0.1>{tag.format(call.local_tag)}"
    call.request("BYE")
    peer.expect(200, "BYE")
    assert switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP


@pytest.mark.parametrize("address", ["sip:95500@127.0.0.1", '"a ; tag=b" <sip:95500@127.0.0.1>', "A <sip:1@h;x=y>"])
def test_a_tag_with_white_space_after_any_form_of_address(switch, peer, address) -> None:
    """Case 5: also after an address without brackets and after a display name with a semicolon, in the INVITE, the ACK and the BYE."""
    call = Call(peer)
    call.ours = f"{address} ; tag={call.local_tag}"
    call.invite()
    answer = call.learn(peer.expect(200, "INVITE"))
    assert re.fullmatch(rf".*;\s*tag\s*=\s*{call.local_tag}", answer.get("From"))
    call.theirs = f"{address} ; tag = {call.remote_tag}"
    call.ack()
    switch.wait(LegConfirmed)
    call.request("BYE")
    assert peer.expect(200, "BYE").get("To").count(call.remote_tag) == 1
    switch.wait(LegEnded)


@pytest.mark.parametrize(
    ("to", "tags"),
    [
        ("<sip:95500@127.0.0.1>\t;\ttag\t=\tgone", 1),
        ("<sip:95500@127.0.0.1> ; TAG = gone", 1),
        ('"a ;tag=b" <sip:95500@127.0.0.1;tag=c>', 3),
    ],
)
def test_a_stateless_refusal_has_one_tag(switch, to, tags) -> None:
    """Case 5, for a stranger: a tag is added only to a To without one (RFC 3261 §8.2.6.2), whatever stands in the name and in the address."""
    with Peer(switch.address, "127.0.0.9") as stranger:
        Call(stranger, theirs=to).request("BYE")
        refused = stranger.expect(403, "BYE").get("To")
        assert refused.startswith(to)
        assert len(re.findall(r";\s*tag\s*=", refused, re.IGNORECASE)) == tags


@pytest.mark.parametrize("run", [" " * 15_000, '"' + '\\"' * 7_000 + "\\", "<" * 15_000, "; " * 7_000, "\t=" * 7_000])
@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.9"])
def test_long_headers_of_strangers_leave_room_for_a_call(switch, run, ip) -> None:
    """Messages of 15 kB; that each is read in linear time: ``test_pure.test_any_text_is_read_in_linear_time``."""
    with Peer(switch.address, ip) as sender, Peer(switch.address) as peer:
        for _ in range(10):
            Call(sender, theirs=f"<sip:1@127.0.0.1>{run}x", ours=f"<sip:1@127.0.0.1>;tag=1{run}").request("BYE")
            Call(sender, theirs=f"{run}<sip:1@127.0.0.1>").request("INVITE", "")
        Call(peer).up()


# --- merged requests ---


@pytest.mark.parametrize("script", [answer_all, wait_and_see])
def test_a_merged_invite_is_one_call(script) -> None:
    """Case 6 a: the same INVITE by a second way, with another branch, is answered 482 (RFC 3261 §8.2.2.2)."""
    with Switch(script) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite()
        switch.wait(CallOffered)
        for extra in ((), ("Record-Route: <sip:127.0.0.1:5080;lr>",), ("Subject: by another way",)):
            call.invite(SDP, *extra, cseq=call.invite_cseq)
            assert peer.expect(482, "INVITE").tag("To")
        assert offers(switch) == 1
        assert switch.lines.trunk_states()[0].used_in == 1


def test_a_merged_invite_after_the_ack_and_after_the_end(switch, peer) -> None:
    """Case 6 a: a copy that comes late, while the call is up or just over, is no second call either."""
    call = Call(peer)
    call.up()
    switch.wait(LegConfirmed)
    target = call.target
    for _ in range(2):
        copy = Call(peer, call_id=call.call_id, local_tag=call.local_tag)
        copy.invite(cseq=call.invite_cseq)
        peer.expect(482, "INVITE")
        call.target = target
        if not switch.ends(LegId("c1/1")):
            call.request("BYE")
            peer.expect(200, "BYE")
            switch.wait(LegEnded)
    assert offers(switch) == 1


@pytest.mark.parametrize("change", ["tag", "cseq", "call_id"])
def test_an_invite_that_differs_in_its_identity_is_a_call_of_its_own(switch, peer, change) -> None:
    """Case 6 a: only the same Call-ID, From tag and CSeq make a merged request."""
    call = Call(peer)
    call.up()
    other = Call(peer, call_id=call.call_id, local_tag=call.local_tag)
    number = call.invite_cseq
    if change == "tag":
        other.local_tag = "other"
    elif change == "call_id":
        other.call_id = "other"
    else:
        number += 1
    other.invite(cseq=number)
    other.learn(peer.expect(200, "INVITE"))
    assert offers(switch) == 2


def test_a_refused_invite_may_come_again_by_another_way() -> None:
    """RFC 3263 §4.3: after a 503 the client sends the same request again with another branch."""
    with Switch(answer_all, trunk_to(NOBODY, lines=1)) as switch, Peer(switch.address) as peer:
        first = Call(peer)
        first.up()
        second = Call(peer)
        second.invite()
        peer.expect(486, "INVITE")
        switch.wait(LegConfirmed)
        first.request("BYE")
        peer.expect(200, "BYE")
        switch.wait(LegEnded)
        second.invite(cseq=second.invite_cseq)
        peer.expect(200, "INVITE")


def test_calls_are_remembered_for_64_t1_after_their_end() -> None:
    """Case 6 a, without a socket: answered calls only, and no longer than a copy may be on its way."""
    begun = BegunCalls()
    one, two = ("id", "tag", 1), ("id", "tag", 2)
    begun.begun(one)
    begun.begun(two)
    assert begun.has(one, 1e9)
    begun.over(one, 100.0, answered=True)
    begun.over(two, 100.0, answered=False)
    assert begun.has(one, 131.9)
    assert not begun.has(one, 132.0)
    assert not begun.has(two, 100.0)
    begun.over(two, 200.0, answered=True)
    assert not begun.has(one, 101.0), "dropped, since its time is over"


# --- repeats ---


@pytest.mark.parametrize("acked", [False, True])
def test_a_repeated_invite_with_another_timestamp_is_a_repeat(switch, peer, acked) -> None:
    """Case 6 b: a request is matched by its branch (RFC 3261 §17.2.3), whatever else differs; it gets the same final response."""
    call = Call(peer)
    call.invite(SDP, "Timestamp: 1")
    answer = call.learn(peer.expect(200, "INVITE"))
    call.target, call.remote_tag, tag = "", "", call.remote_tag
    if acked:
        call.remote_tag = tag
        call.ack()
        switch.wait(LegConfirmed)
        call.remote_tag = ""
    for line in ("Timestamp: 2", "Timestamp: 3.5 0.1", "Subject: again"):
        call.invite(SDP, line, cseq=call.invite_cseq, branch=call.invite_branch)
        again = peer.expect(200, "INVITE")
        assert (again.tag("To"), again.body) == (answer.tag("To"), answer.body)
    assert offers(switch) == 1


def test_a_repeated_invite_that_was_refused_is_refused_again() -> None:
    """Case 6 b, for a final response that is no 2xx, before and after its ACK."""
    with Switch(answer_all, trunk_to(NOBODY, numbers=("955*",))) as switch, Peer(switch.address) as peer:
        call = Call(peer, number="10010")
        call.invite(SDP, "Timestamp: 1")
        first = peer.expect(404, "INVITE")
        for stamp in (2, 3):
            call.invite(SDP, f"Timestamp: {stamp}", cseq=call.invite_cseq, branch=call.invite_branch)
            assert peer.expect(404, "INVITE").tag("To") == first.tag("To")
            call.remote_tag = first.tag("To")
            call.ack(failed=True)
            call.remote_tag = ""
        assert switch.count("refused_404") == 1


def test_a_repeated_invite_while_it_rings_gets_the_ringing_again() -> None:
    """Case 6 b, before the final response."""
    with Switch(wait_and_see) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        call.invite(SDP, "Timestamp: 1")
        peer.expect(100, "INVITE")
        call.invite(SDP, "Timestamp: 2", cseq=call.invite_cseq, branch=call.invite_branch)
        peer.expect(100, "INVITE")
        assert offers(switch) == 1


@pytest.mark.parametrize(("method", "body"), [("BYE", ""), ("INFO", "Signal=5\r\n"), ("UPDATE", SDP), ("OPTIONS", "")])
def test_a_repeated_request_in_a_call_gets_the_same_answer(switch, peer, method, body) -> None:
    """Case 6 b, for other methods: a key is one key, and a repeated BYE is answered 200 after the call's end too."""
    call = Call(peer)
    call.up()
    switch.wait(LegConfirmed)
    kind = "application/sdp" if method == "UPDATE" else "application/dtmf-relay"
    number, branch = call.request(method, body, "Timestamp: 1", kind=kind)
    first = peer.expect(200, method)
    for stamp in (2, 3):
        call.request(method, body, f"Timestamp: {stamp}", kind=kind, cseq=number, branch=branch)
        assert peer.expect(200, method).body == first.body
    assert len([event for event in switch.seen if isinstance(event, DigitPressed)]) == (method == "INFO")
    assert switch.count("no_dialog") == 0


# --- forked answers ---


def answer(callee: Peer, invite: Message, tag: str, *extra: str, code: int = 200, body: str = SDP) -> None:
    callee.reply(invite, code, body=body, tag=tag, extra=extra)


@pytest.mark.parametrize("others", [("B",), ("B", "C", "D")])
def test_each_further_callee_of_a_forked_invite_is_acked_and_hung_up(caller, callee, others) -> None:
    """Case 7: 180 A, 180 B, 200 A, 200 B: ACK and BYE in B's dialog, and the call to A goes on (RFC 3261 §13.2.2.4)."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    for tag in ("A", *others):
        callee.reply(invite, 180, tag=tag)
    answer(callee, invite, "A")
    assert callee.expect("ACK").tag("To") == "A"
    assert caller.wait(LegAnswered).leg == leg
    for tag in others:
        with Peer(caller.address) as phone:
            callee.contact = f"Contact: <sip:{tag}@{phone.address[0]}:{phone.address[1]}>"
            answer(callee, invite, tag)
            ack, bye = phone.expect("ACK"), phone.expect("BYE")
        assert ack.start == f"ACK sip:{tag}@{phone.address[0]}:{phone.address[1]} SIP/2.0"
        assert bye.start == ack.start.replace("ACK", "BYE")
        assert ack.tag("To") == bye.tag("To") == tag
        assert ack.tag("From") == bye.tag("From") == invite.tag("From")
        assert ack.get("Call-ID") == bye.get("Call-ID") == invite.get("Call-ID")
        assert ack.get("CSeq").split()[0] == invite.get("CSeq").split()[0]
        assert int(bye.get("CSeq").split()[0]) > int(ack.get("CSeq").split()[0])
    assert caller.ends(leg) == []
    caller.hang_up(leg)
    assert callee.expect("BYE").tag("To") == "A"


def test_a_further_callee_is_reached_by_its_own_route(caller, callee) -> None:
    """Case 7: each dialog has the route set of its own 2xx (RFC 3261 §12.1.2)."""
    caller.place()
    invite = callee.expect("INVITE")
    answer(callee, invite, "A")
    callee.expect("ACK")
    with Peer(caller.address) as proxy:
        route = f"<sip:{proxy.address[0]}:{proxy.address[1]};lr>"
        answer(callee, invite, "B", f"Record-Route: {route}")
        for method in ("ACK", "BYE"):
            request = proxy.expect(method)
            assert request.get("Route") == route
            assert request.start == f"{method} sip:{callee.address[0]}:{callee.address[1]} SIP/2.0"


def test_a_further_answer_after_our_hang_up(caller, callee) -> None:
    """Case 7: both callees answer after the CANCEL, or after the BYE to the first."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 180, tag="A")
    caller.wait(LegRinging)
    caller.hang_up(leg)
    callee.reply(callee.expect("CANCEL"), 200)
    for tag in ("A", "B"):
        answer(callee, invite, tag)
        assert callee.expect("ACK").tag("To") == tag
        assert callee.expect("BYE").tag("To") == tag
    assert len(caller.ends(leg)) == 1


def test_an_answer_after_a_refusal_is_hung_up(caller, callee) -> None:
    """Case 7: a proxy passes on each 2xx, also after the 487 of the other branch (RFC 3261 §16.7 step 5)."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 487, tag="A")
    callee.expect("ACK")
    assert caller.wait(LegEnded) == LegEnded(leg, EndCause.CANCELLED, 487)
    for tag in ("B", "A"):
        answer(callee, invite, tag)
        ack, bye = callee.expect("ACK"), callee.expect("BYE")
        assert ack.tag("To") == bye.tag("To") == tag
    assert caller.count("forked_answers") == 2
    assert len(caller.ends(leg)) == 1


def test_the_bye_to_a_further_callee_proves_itself(caller, callee) -> None:
    """Case 7: a challenge of the second callee's BYE is answered in the second dialog."""
    caller.place()
    invite = callee.expect("INVITE")
    answer(callee, invite, "A")
    answer(callee, invite, "B")
    bye = callee.expect("BYE")
    callee.reply(bye, 401, extra=('WWW-Authenticate: Digest realm="r", nonce="n1"',))
    again = callee.expect("BYE")
    assert again.tag("To") == "B"
    assert 'nonce="n1"' in again.get("Authorization")
    assert int(again.get("CSeq").split()[0]) == int(bye.get("CSeq").split()[0]) + 1


def test_no_end_of_answers_is_acknowledged_without_end(caller, callee) -> None:
    """A far end that sends 2xx with ever new tags gets a bounded number of ACKs and BYEs."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    for number in range(60):
        answer(callee, invite, f"t{number}")
        if number < CALLEES:
            callee.expect("ACK")
    callee.kept.clear()
    assert not [m for m in iter(lambda: callee.receive(0.2), None) if m.start.startswith("ACK")]
    assert caller.count("forked_answers") == CALLEES - 1
    assert caller.ends(leg) == []


@pytest.mark.parametrize("line", ["Timestamp: 2", "Server: another way", "Warning: 399 x y"])
def test_a_repeated_200_is_acked_again(caller, callee, line) -> None:
    """Case 7: each 2xx is acknowledged, also one that differs in bytes from the first; nobody is hung up."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    answer(callee, invite, "A")
    first = callee.expect("ACK")
    caller.wait(LegAnswered)
    for extra in ((), (line,), (line, line)):
        answer(callee, invite, "A", *extra)
        again = callee.expect("ACK")
        assert (again.start, again.headers) == (first.start, first.headers)
    assert callee.silent(0.2)
    assert caller.ends(leg) == []


def test_an_answer_that_cannot_be_read_leaves_the_invite_waiting(caller, callee) -> None:
    """A 200 whose route can't be parsed is dropped and counted; the next one answers the call."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 180, tag="A")
    answer(callee, invite, "A", "Record-Route: <sip:127.0.0.1:9x9;lr>")
    caller.until(lambda: caller.count("unparsed") == 1)
    answer(callee, invite, "A")
    callee.expect("ACK")
    assert caller.wait(LegAnswered).leg == leg


def test_early_media_belongs_to_the_callee_that_sent_it(caller, callee) -> None:
    """Case 7: 183 A and 183 B have SDP, the 200 of A none: the sound is A's (RFC 3261 §13.2.1, a dialog for each tag)."""
    caller.place()
    invite = callee.expect("INVITE")
    answer(callee, invite, "A", code=183, body=SDP.replace("40000", "40002"))
    answer(callee, invite, "B", code=183, body=SDP.replace("40000", "40004"))
    answer(callee, invite, "A", body="")
    assert caller.wait(LegAnswered).far.port == 40002


# --- ACKs ---


@pytest.mark.parametrize(
    "contact",
    [
        "<sip:10086@127.0.0.1:5099>",
        "<tel:+8613900000001;npdi>",
        "tel:+8613900000001",
        "<sip:a@127.0.0.1:5098>;q=0.5, <sip:b@127.0.0.1:5097>",
        "<mailto:a@b>",
        "*",
    ],
)
@pytest.mark.parametrize(
    ("code", "cause"),
    [(302, EndCause.FAR_REFUSED), (486, EndCause.FAR_BUSY), (503, EndCause.FAR_REFUSED), (603, EndCause.FAR_REFUSED)],
)
def test_an_ack_of_a_refusal_goes_where_the_invite_went(caller, callee, contact, code, cause) -> None:
    """Case 8: the ACK of a 3xx to 6xx has the INVITE's request line, branch and address; a Contact doesn't matter (RFC 3261 §17.1.1.3)."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    callee.contact = f"Contact: {contact}"
    callee.reply(invite, code, tag="t", extra=("Record-Route: <sip:127.0.0.1:5096;lr>",))
    ack = callee.expect("ACK")
    assert ack.start == invite.start.replace("INVITE", "ACK", 1)
    assert ack.get("Via") == invite.get("Via")
    assert (ack.get("From"), ack.get("Call-ID")) == (invite.get("From"), invite.get("Call-ID"))
    assert ack.tag("To").strip() == "t"
    assert ack.get("CSeq") == f"{invite.get('CSeq').split()[0]} ACK"
    assert ack.all("Route") == []
    assert caller.wait(LegEnded) == LegEnded(leg, cause, code)


def test_a_repeated_refusal_is_acked_again(caller, callee) -> None:
    """Case 8: for 32 s each repeat of the final response gets the ACK (RFC 3261 §17.1.1.2), also one that differs in bytes."""
    caller.place()
    invite = callee.expect("INVITE")
    callee.reply(invite, 486, tag="t")
    first = callee.expect("ACK")
    for line in ("Timestamp: 1", "Timestamp: 2"):
        callee.reply(invite, 486, tag="t", extra=(line,))
        assert callee.expect("ACK").headers == first.headers


def test_an_ack_of_a_refused_reinvite_has_the_routes_of_the_reinvite(caller, callee) -> None:
    """Case 8: "if the INVITE had Route header fields, those header fields MUST appear in the ACK" (RFC 3261 §17.1.1.3)."""
    leg = caller.place()
    with Peer(caller.address) as proxy:
        route = f"<sip:{proxy.address[0]}:{proxy.address[1]};lr>"
        answer(callee, callee.expect("INVITE"), "A", f"Record-Route: {route}")
        proxy.expect("ACK")
        caller.wait(LegAnswered)
        caller.lines.do(RefreshLeg(leg))
        again = proxy.expect("INVITE")
        proxy.contact = "Contact: <sip:127.0.0.1:5099>"
        proxy.reply(again, 488)
        ack = proxy.expect("ACK")
        assert ack.start == again.start.replace("INVITE", "ACK", 1)
        assert ack.get("Route") == again.get("Route") == route
        assert ack.get("Via") == again.get("Via")
        caller.wait(LegRefreshed)


def test_an_ack_of_a_reinvite_keeps_the_dialog_s_route(caller, callee) -> None:
    """RFC 3261 §12.2.1.2: the 2xx of a re-INVITE changes the target, never the route set."""
    leg = caller.place()
    with Peer(caller.address) as proxy:
        route = f"<sip:{proxy.address[0]}:{proxy.address[1]};lr>"
        answer(callee, callee.expect("INVITE"), "A", f"Record-Route: {route}")
        proxy.expect("ACK")
        caller.wait(LegAnswered)
        caller.lines.do(RefreshLeg(leg))
        proxy.contact = "Contact: <sip:new@127.0.0.1:5099>"
        proxy.reply(proxy.expect("INVITE"), 200, body=SDP)
        ack = proxy.expect("ACK")
        assert ack.start == "ACK sip:new@127.0.0.1:5099 SIP/2.0"
        assert ack.get("Route") == route


@pytest.mark.parametrize("contact", ["<tel:+8613900000001;npdi>", "<tel:+8613900000001>", "<mailto:a@b>"])
def test_an_answer_whose_contact_is_no_sip_address_is_a_call(caller, callee, contact) -> None:
    """Case 8: a 200 whose Contact can't be reached errs; the call lives, at the address from which the answer came."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    callee.contact = f"Contact: {contact}"
    callee.reply(invite, 180, tag="A")
    caller.wait(LegRinging)
    answer(callee, invite, "A")
    callee.expect("ACK")
    assert caller.wait(LegAnswered).leg == leg
    caller.hang_up(leg)
    callee.expect("BYE")


@pytest.mark.parametrize(
    ("code", "asks", "answers"),
    [(407, "Proxy-Authenticate", "Proxy-Authorization"), (401, "WWW-Authenticate", "Authorization")],
)
@pytest.mark.parametrize("final", [200, 486])
def test_an_ack_has_the_credentials_of_its_invite(caller, callee, code, asks, answers, final) -> None:
    """Case 24: the ACK duplicates all credentials of the INVITE that was answered (RFC 3261 §13.2.2.4, §22.1)."""
    caller.place()
    first = callee.expect("INVITE")
    callee.reply(first, code, tag="proxy", extra=(f'{asks}: Digest realm="r", nonce="n1", qop="auth"',))
    ack = callee.expect("ACK")
    assert ack.all(answers) == first.all(answers) == []
    second = callee.expect("INVITE")
    answer(callee, second, "A", code=final, body=SDP if final == 200 else "")
    ack = callee.expect("ACK")
    assert second.get(answers)
    assert ack.all(answers) == second.all(answers)
    if final == 200:
        answer(callee, second, "B")
        assert callee.expect("ACK").all(answers) == second.all(answers)


def test_an_ack_of_a_reinvite_has_its_credentials(caller, callee) -> None:
    """Case 24, for a re-INVITE that was challenged."""
    leg = caller.place()
    answer(callee, callee.expect("INVITE"), "A")
    assert callee.expect("ACK").all("Proxy-Authorization") == []
    caller.wait(LegAnswered)
    caller.lines.do(RefreshLeg(leg))
    asks = 'Proxy-Authenticate: Digest realm="r", nonce="n2"'
    callee.reply(callee.expect("INVITE"), 407, extra=(asks,))
    callee.expect("ACK")
    again = callee.expect("INVITE")
    callee.reply(again, 200, body=SDP)
    assert callee.expect("ACK").all("Proxy-Authorization") == again.all("Proxy-Authorization") != []
    caller.wait(LegRefreshed)


# --- glare ---


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_glare_in_a_call_that_we_placed(caller, callee, method) -> None:
    """Our refresh and an offer of the far end cross: 491 both ways, then ours comes again after the longer wait (RFC 3261 §14.1, §14.2)."""
    leg = caller.place()
    invite = callee.expect("INVITE")
    answer(callee, invite, "A")
    callee.expect("ACK")
    caller.wait(LegAnswered)
    caller.lines.do(RefreshLeg(leg))
    ours = callee.expect("INVITE")
    call = Call.of(callee, invite, "A")
    call.invite_cseq, call.invite_branch = call.request(method, SDP.replace("sendrecv", "sendonly"))
    callee.expect(491, method)
    if method == "INVITE":
        call.ack(failed=True)
    callee.reply(ours, 491)
    assert callee.expect("ACK").get("Via") == ours.get("Via")
    again = callee.expect("INVITE")
    assert int(again.get("CSeq").split()[0]) > int(ours.get("CSeq").split()[0])
    callee.reply(again, 200, body=SDP)
    callee.expect("ACK")
    caller.wait(LegRefreshed)
    call.invite_cseq, call.invite_branch = call.request(method, SDP.replace("sendrecv", "sendonly"))
    assert "a=recvonly" in callee.expect(200, method).body
    assert caller.ends(leg) == []


@pytest.mark.parametrize("first", ["the call", "a re-INVITE"])
def test_an_offer_of_ours_without_an_answer_is_glare_too(switch, peer, first) -> None:
    """RFC 3264 §4, RFC 3311 §5.2: until the ACK answers the offer in our 200, there is no second offer from either end."""
    call = Call(peer)
    if first == "the call":
        call.invite("")
        call.learn(peer.expect(200, "INVITE"))
    else:
        call.up()
        switch.wait(LegConfirmed)
        call.again("")
        peer.expect(200, "INVITE")
    open_invite = call.invite_cseq
    call.request("UPDATE", SDP)
    peer.expect(491, "UPDATE")
    call.invite(SDP)
    peer.expect(491, "INVITE")
    call.ack(failed=True)
    switch.lines.do(RefreshLeg(LegId("c1/1")))
    peer.kept.clear()
    assert not [m for m in iter(lambda: peer.receive(0.3), None) if m.status is None], "no INVITE of ours"
    call.ack(SDP.replace("40000", "40002"), cseq=open_invite)
    assert switch.wait(LegChanged).far.port == 40002
    if first != "the call":  # the refresh was only put off
        peer.reply(peer.expect("INVITE"), 200, body=SDP)
        switch.wait(LegRefreshed)
    call.request("UPDATE", SDP.replace("sendrecv", "sendonly"))
    assert "a=recvonly" in peer.expect(200, "UPDATE").body


def test_our_bye_and_theirs_cross(switch, peer) -> None:
    """Both ends hang up at once: the far end's BYE finds no dialog, ours is answered; the leg ends once."""
    call = Call(peer)
    call.up()
    leg = switch.wait(LegConfirmed).leg
    switch.hang_up(leg)
    bye = peer.expect("BYE")
    call.request("BYE")
    peer.expect(481, "BYE")
    peer.reply(bye, 481)
    switch.wait(LegEnded)
    assert len(switch.ends(leg)) == 1
