"""3xx to our INVITE: followed by the trunk's rule to its own numbers, or refused. Case 8: the ACK goes where the INVITE went."""

import pytest

from shared.enums import EndCause
from switch_server.adapters.sip_lines.redirects import MOST_HOPS
from switch_server.core.leg import LegAnswered, LegEnded, LegRedirected, LegRinging
from switch_server.core.words import Signalling
from tests.lines.peer import NOBODY, SDP, Message, Peer
from tests.lines.switch import PATIENT, Switch, answer_all, switch_to, trunk_to

FOLLOW = Signalling(redirects="follow")


@pytest.fixture
def switch(peer):
    with switch_to(peer, timing=PATIENT, numbers=("1*",), signalling=FOLLOW) as it:
        yield it


def redirect(peer: Peer, invite: Message, *contacts: str, code: int = 302) -> None:
    peer.contact = f"Contact: {contacts[0]}"
    peer.reply(invite, code, tag=f"r{code}", extra=tuple(f"Contact: {each}" for each in contacts[1:]))
    peer.contact = f"Contact: <sip:{peer.address[0]}:{peer.address[1]}>"
    ack = peer.expect("ACK")
    assert ack.start.split()[1] == invite.start.split()[1], "the request line of the INVITE"
    assert ack.get("Via") == invite.get("Via")


@pytest.mark.parametrize("code", [300, 301, 302])
def test_a_redirection_is_followed_at_the_trunk_s_own_address(switch, peer, code) -> None:
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 180, tag="r")
    switch.wait(LegRinging)
    redirect(peer, invite, "<sip:13900139000@ims.example;user=phone>;q=0.4", "<sip:evil@203.0.113.5>;q=0.9", code=code)
    again = peer.expect("INVITE")
    assert again.start == f"INVITE sip:13900139000@127.0.0.1:{peer.address[1]} SIP/2.0"
    assert (again.get("Call-ID"), again.get("From"), again.get("To")) == (
        invite.get("Call-ID"), invite.get("From"), invite.get("To"),
    )  # fmt: skip
    assert int(again.get("CSeq").split()[0]) == int(invite.get("CSeq").split()[0]) + 1
    assert again.get("Via") != invite.get("Via")
    assert switch.wait(LegRedirected) == LegRedirected(leg, "13900139000")
    peer.reply(again, 180, tag="c")
    assert switch.wait(LegRinging).sip_code == 180
    peer.reply(again, 200, body=SDP, tag="c")
    switch.wait(LegAnswered)
    assert peer.expect("ACK").start.startswith(f"ACK sip:127.0.0.1:{peer.address[1]}")
    assert switch.lines.trunk_states()[0].used_out == 1
    switch.hang_up(leg)
    peer.reply(peer.expect("BYE"), 200)
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.GOODBYE)


def test_a_repeated_302_gets_the_ack_again_and_is_followed_once(switch, peer) -> None:
    switch.place()
    invite = peer.expect("INVITE")
    redirect(peer, invite, "<tel:+8613900139000>")
    peer.expect("INVITE")
    peer.contact = "Contact: <tel:+8613900139000>"
    peer.reply(invite, 302, tag="r302")
    assert peer.expect("ACK").get("Via") == invite.get("Via")
    assert len([e for e in switch.seen if isinstance(e, LegRedirected)]) == 1


def test_early_media_before_the_redirection_is_over(switch, peer) -> None:
    switch.place()
    invite = peer.expect("INVITE")
    peer.reply(invite, 183, tag="r", body=SDP)
    assert switch.wait(LegRinging).far is not None
    redirect(peer, invite, "<tel:13900139000>")
    again = peer.expect("INVITE")
    peer.reply(again, 180, tag="c")
    assert switch.wait(LegRinging).far is None


@pytest.mark.parametrize(
    "contact",
    [
        "<sip:13900139000@203.0.113.5>",
        "<sip:13900139000@127.0.0.1:1>",
        "<tel:900139000>",
        "<tel:10086>",
        "<tel:+8610086>",
        "<sips:13900139000@127.0.0.1>",
        "<mailto:13900139000@127.0.0.1>",
        "<sip:>",
        "*",
    ],
)
def test_where_no_call_is_sent(switch, peer, contact) -> None:
    """A stranger's host, a number that the trunk may not dial, the number dialled already, no number."""
    leg = switch.place()
    invite = peer.expect("INVITE")
    peer.contact = f"Contact: {contact}"
    peer.reply(invite, 302, tag="r")
    peer.expect("ACK")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 302)
    assert switch.count("redirections_refused") == 1
    assert not [m for m in peer.kept if m.method == "INVITE"]


def test_another_address_of_the_trunk_is_called(peer) -> None:
    with Peer(NOBODY) as other:
        trunk = trunk_to(peer.address, signalling=FOLLOW)
        far = (*trunk.far, f"127.0.0.1:{other.address[1]}")
        with Switch(
            answer_all, type(trunk)(trunk.name, far=far, options_interval=0, signalling=FOLLOW), timing=PATIENT
        ) as switch:
            peer.switch = other.switch = switch.address
            switch.place()
            redirect(peer, peer.expect("INVITE"), f"<sip:10000@127.0.0.1:{other.address[1]}>")
            assert other.expect("INVITE").start == f"INVITE sip:10000@127.0.0.1:{other.address[1]} SIP/2.0"


def test_redirections_end(switch, peer) -> None:
    leg = switch.place()
    for hop in range(MOST_HOPS):
        redirect(peer, peer.expect("INVITE"), f"<tel:1390013900{hop}>")
    redirect(peer, peer.expect("INVITE"), "<tel:13900139009>")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 302)


def test_a_circle_ends(switch, peer) -> None:
    leg = switch.place()
    redirect(peer, peer.expect("INVITE"), "<tel:13900139000>")
    redirect(peer, peer.expect("INVITE"), "<tel:10086>")
    assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 302)


def test_the_default_rule_refuses(peer) -> None:
    with switch_to(peer, timing=PATIENT) as switch:
        leg = switch.place()
        redirect(peer, peer.expect("INVITE"), "<tel:13900139000>")
        assert switch.wait(LegEnded) == LegEnded(leg, EndCause.FAR_REFUSED, 302)


def test_hanging_up_after_a_redirection_cancels_the_second_invite(switch, peer) -> None:
    leg = switch.place()
    redirect(peer, peer.expect("INVITE"), "<tel:13900139000>")
    again = peer.expect("INVITE")
    peer.reply(again, 180, tag="c")
    switch.wait(LegRinging)
    switch.hang_up(leg)
    assert peer.expect("CANCEL").get("Via") == again.get("Via")
