"""The leg to a registered desk phone: its destination, its headers, and NAT."""

import time

import pytest
from msgspec.structs import replace

from shared.desk import TOKEN_HEADER
from shared.enums import Direction, EndCause
from shared.ids import LegId, PhoneName
from switch_server.core.leg import LegAnswered, LegChanged, LegEnded, LegRefreshed, RefreshLeg, RingDesk
from tests.fakes.phones import FakePhones, phone
from tests.lines.desk_phone import RawPhone
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import NEAR, Switch, answer_all
from tests.lines.test_desk_leg import ANI, ELSEWHERE, PHONE_IP

LEG = LegId("c1/2")
BEHIND_NAT = "Contact: <sip:front-1@10.9.8.7:5062;line=x1>"


@pytest.fixture
def book():
    return FakePhones(phone("front-1"))


@pytest.fixture
def switch(book):
    with Switch(answer_all, ELSEWHERE, phones=book) as it:
        yield it


@pytest.fixture
def peer(switch):
    with Peer(switch.address, PHONE_IP) as it:
        yield it


def ring(switch: Switch, *, auto: bool = False) -> None:
    switch.lines.do(RingDesk(LEG, "phone:front-1", ANI, NEAR, auto))


def reply(peer: Peer, request: Message, code: int, **more: str) -> None:
    """Replies as a phone behind NAT, with a private address in the Contact."""
    own, peer.contact = peer.contact, BEHIND_NAT
    peer.reply(request, code, tag="callee", **more)
    peer.contact = own


def test_it_is_called_where_it_registered_from_by_its_own_contact(switch, peer) -> None:
    RawPhone(peer).register()
    ring(switch)
    invite = peer.expect("INVITE")
    assert invite.start == f"INVITE sip:front-1@{PHONE_IP}:{peer.address[1]};line=x1 SIP/2.0"
    assert invite.get("From").startswith(f"<sip:{ANI}@")
    assert invite.all(TOKEN_HEADER) == []
    for header in ("Answer-Mode", "Call-Info", "Alert-Info"):
        assert invite.all(header) == []


def test_what_the_agent_asked_for_asks_the_phone_to_answer_by_itself(switch, peer) -> None:
    RawPhone(peer).register()
    ring(switch, auto=True)
    invite = peer.expect("INVITE")
    assert invite.get("Answer-Mode") == "Auto"
    assert invite.get("Call-Info") == f"<sip:{switch.address[0]}>;answer-after=0"
    assert invite.get("Alert-Info") == f"<http://{switch.address[0]}/>;info=alert-autoanswer;delay=0"


def test_all_of_a_talk_goes_to_the_phone_s_real_address(switch, peer) -> None:
    RawPhone(peer).register()
    ring(switch)
    invite = peer.expect("INVITE")
    reply(peer, invite, 180)
    reply(peer, invite, 200, body=SDP)
    assert peer.expect("ACK").start == f"ACK sip:front-1@{PHONE_IP}:{peer.address[1]};line=x1 SIP/2.0"
    assert switch.wait(LegAnswered).leg == LEG
    switch.lines.do(RefreshLeg(LEG))
    again = peer.expect("INVITE")
    reply(peer, again, 200, body=SDP)
    peer.expect("ACK")
    assert switch.wait(LegRefreshed).leg == LEG
    call = Call.of(peer, invite)
    call.request("INVITE", SDP.replace("sendrecv", "sendonly"), BEHIND_NAT, without=("Contact",))
    call.invite_cseq = 1
    peer.expect(200, "INVITE")
    call.ack()
    switch.hang_up(LEG, EndCause.AGENT_HUNG_UP)
    reply(peer, peer.expect("BYE"), 200)
    assert switch.wait(LegEnded) == LegEnded(LEG, EndCause.AGENT_HUNG_UP)


def test_rtp_goes_to_the_source_address_of_the_signalling(switch, peer) -> None:
    """The SDP of a phone behind NAT has the private address too, so the source address of its signalling is used."""
    RawPhone(peer).register()
    ring(switch)
    invite = peer.expect("INVITE")
    reply(peer, invite, 200, body=SDP.replace("127.0.0.1", "10.9.8.7"))
    peer.expect("ACK")
    far = switch.wait(LegAnswered).far
    assert (far.ip, far.port) == (PHONE_IP, 40000)
    held = SDP.replace("127.0.0.1", "0.0.0.0").replace("sendrecv", "inactive")
    Call.of(peer, invite).request("INVITE", held, BEHIND_NAT, without=("Contact",))
    peer.expect(200, "INVITE")
    far = switch.wait(LegChanged).far
    assert (far.ip, far.port, far.direction) == (PHONE_IP, 40000, Direction.INACTIVE)


def test_the_handset_goes_down(switch, peer) -> None:
    RawPhone(peer).register()
    ring(switch)
    invite = peer.expect("INVITE")
    reply(peer, invite, 200, body=SDP)
    peer.expect("ACK")
    Call.of(peer, invite).request("BYE")
    peer.expect(200, "BYE")
    assert switch.wait(LegEnded) == LegEnded(LEG, EndCause.FAR_HUNG_UP)


@pytest.mark.parametrize("why", ["unknown", "never", "taken away", "expired", "removed"])
def test_an_unregistered_phone_is_not_found(switch, book, peer, why) -> None:
    raw = RawPhone(peer)
    if why == "unknown":
        book.remove_phone(PhoneName("front-1"), "operator")
    elif why != "never":
        raw.register()
        binding = book.binding(PhoneName("front-1"), time.time())
        assert binding is not None
        if why == "taken away":
            raw.register(expires=0)
        elif why == "removed":
            book.remove_phone(PhoneName("front-1"), "operator")
        else:
            book.put_binding(replace(binding, until=time.time() - 1))
    ring(switch)
    assert switch.wait(LegEnded) == LegEnded(LEG, EndCause.FAR_LOST, 404)
    assert switch.lines.live_legs() == frozenset()


def test_without_a_book_no_phone_is_there() -> None:
    with Switch(answer_all, ELSEWHERE) as switch:
        ring(switch)
        assert switch.wait(LegEnded) == LegEnded(LEG, EndCause.FAR_LOST, 404)
