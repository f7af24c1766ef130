"""Messages over 1,300 bytes (RFC 3261 §18.1.1), both ways, over a link that cuts them into fragments; and bodies that are too large."""

import socket
from collections.abc import Iterator

import pytest

from shared.ids import TrunkName
from switch_server.core.call import CallOffered
from switch_server.core.leg import LegConfirmed
from switch_server.core.words import Trunk
from tests.lines.namespaces import Link
from tests.lines.peer import SDP, Call, Peer
from tests.lines.switch import Switch, answer_all

pytestmark = pytest.mark.slow
ROUTES = tuple(
    f"Record-Route: <sip:edge{n}.example.net:5060;lr;ftag=0123456789abcdef;did=fedcba.9876543{n};nat=yes>"
    for n in range(20)
)
CODECS = "".join(
    f"a=rtpmap:{n} opus-like-codec-{n}/48000/2\r\na=fmtp:{n} useinbandfec=1;stereo=1\r\n"
    for n in range(96, 127)
    if n != 101
)
ICE = "".join(
    f"a=candidate:{n} 1 UDP 21304{n} 192.0.2.{n} 5{n:04} typ host generation 0 network-id {n}\r\n" for n in range(1, 25)
)
BIG = SDP.replace("8 0 101", "8 0 101 " + " ".join(map(str, range(102, 127)))).replace(
    "a=ptime", CODECS + ICE + "a=ptime"
)


IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0
"""Linux."""


@pytest.fixture
def link() -> Iterator[Link]:
    with Link() as made:
        yield made


@pytest.fixture
def switch(link: Link) -> Iterator[Switch]:
    made = Switch(answer_all, Trunk(TrunkName("far"), far=(link.far_ip,), options_interval=0), listen=(link.near_ip, 0))
    link.near.run(made.__enter__)
    yield made
    made.__exit__()


@pytest.fixture
def peer(link: Link, switch: Switch) -> Iterator[Peer]:
    made = link.far.run(lambda: Peer(switch.address, ip=link.far_ip))
    yield made
    made.close()


def test_a_big_invite_is_answered_and_so_is_all_that_follows(link: Link, switch: Switch, peer: Peer) -> None:
    """Our 200 copies 20 Record-Routes, our BYE has 20 Routes: both are over the MTU, too."""
    call = Call(peer)
    answer = call.up(BIG, *ROUTES)
    assert len(answer.all("Record-Route")) == len(ROUTES)
    offered = switch.wait(CallOffered)
    switch.wait(LegConfirmed)
    switch.hang_up(offered.leg)
    bye = peer.expect("BYE")
    assert len(bye.all("Route")) == len(ROUTES)
    peer.reply(bye, 200)
    if link.real:
        put_together, cut = link.fragments()
        assert put_together >= 1, "the INVITE came in fragments"
        assert cut >= 4, "the 200 and the BYE went in fragments"


def test_our_packets_may_be_cut_on_their_way(link: Link, switch: Switch, peer: Peer) -> None:
    """Without DF, also below our own MTU: a tunnel on the way has a smaller one, and its ICMP may not come back (RFC 2923 §2.1)."""
    if link.real:
        with link.packets() as heard:
            heard.settimeout(30)
            Call(peer).up()
            header = heard.recv(2048)
            while header[9] != socket.IPPROTO_UDP or header[12:16] != socket.inet_aton(link.near_ip):
                header = heard.recv(2048)
        assert header[6] & 0x40 == 0, "DF"
    sockets = [switch.lines._ports.skt] if switch.lines._ports else []
    assert [each.getsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER) for each in sockets] == [IP_PMTUDISC_DONT]


@pytest.mark.parametrize("size", [17_000, 60_000])
def test_an_sdp_of_60_kb_is_refused_and_the_next_call_is_taken(switch: Switch, peer: Peer, size: int) -> None:
    filler = "a=x:" + "y" * 60 + "\r\n"
    for _ in range(20):
        Call(peer).invite(SDP + filler * (size // len(filler)))
        refused = peer.receive()
        assert refused is not None
        assert refused.status == 513, "Message Too Large (RFC 3261 §21.5.7)"
    Call(peer).up()
    assert len([event for event in switch.seen if isinstance(event, CallOffered)]) == 1
