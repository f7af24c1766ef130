"""New calls that are too many are refused before they are read; who has a call notices nothing."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from shared.ids import CallId
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines.entrance import Entrance, Look
from switch_server.adapters.sip_lines.gate import Gate
from switch_server.adapters.sip_lines.overload import FIRST, Overload
from switch_server.adapters.sip_lines.sender_limit import BURST_S, TRUNK_RATE
from switch_server.adapters.sip_lines.trunk_table import TrunkTable
from switch_server.core.call import CallOffered
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, PATIENT, Switch, wait_and_see

REQUEST = (
    "%s sip:95500@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK%d\r\nFrom: <sip:1@127.0.0.1>;tag=%d\r\n"
    "To: <sip:95500@127.0.0.1>\r\nCall-ID: %d\r\nCSeq: 1 %s\r\n\r\n"
)
VIA = "Via: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKfirst"


@pytest.fixture
def full() -> Iterator[tuple[Switch, Peer, Call]]:
    """A switch before a core that answers no call: as many calls of this peer are in set-up as may be. With the first of them."""
    with Switch(wait_and_see, timing=PATIENT) as switch, Peer(switch.address) as peer:
        calls = [Call(peer) for _ in range(round(FIRST) + 20)]
        for call in calls:
            call.invite()
        peer.expect(503, "INVITE")
        switch.until(lambda: switch.count("calls_in") + switch.count("refused_overload") == len(calls))
        yield switch, peer, calls[0]


def refused(peer: Peer, call: Call) -> Message:
    while (answer := peer.expect(503, "INVITE")).get("Call-ID") != call.call_id:
        pass
    return answer


def test_the_refusal_copies_what_it_must_and_asks_to_come_back_later(full: tuple[Switch, Peer, Call]) -> None:
    switch, peer, _ = full
    call = Call(peer)
    before = switch.count("messages"), switch.count("refused_overload")
    call.invite(SDP, VIA)
    answer = refused(peer, call)
    ip, port = peer.address
    assert answer.all("Via") == [
        f"SIP/2.0/UDP {ip}:{port};rport={port};branch={call.invite_branch};received={ip}",
        VIA.removeprefix("Via: "),
    ]
    assert answer.get("From") == f"<sip:{call.caller}@{ip}>;tag={call.local_tag}"
    assert answer.get("To").startswith(f"<sip:{call.number}@{switch.address[0]}:{switch.address[1]}>;tag=")
    assert (answer.get("CSeq"), answer.get("Retry-After")) == ("1 INVITE", "5")
    assert (switch.count("messages"), switch.count("refused_overload")) == (before[0], before[1] + 1)
    assert switch.lines.refused_lately() == switch.count("refused_overload")


def test_its_ack_and_its_repeats_cost_no_transaction(full: tuple[Switch, Peer, Call]) -> None:
    switch, peer, _ = full
    call = Call(peer)
    call.invite()
    tags = set()
    before = switch.count("messages")
    for _ in range(3):
        call.request("INVITE", SDP, cseq=call.invite_cseq, branch=call.invite_branch)
        answer = refused(peer, call)
        tags.add(answer.tag("To"))
        call.remote_tag = answer.tag("To")
        call.ack(failed=True)
        call.remote_tag = ""
    assert len(tags) == 1
    call.request("OPTIONS")
    peer.expect(200, "OPTIONS")
    assert switch.count("messages") == before + 1


def test_an_unusual_form_is_refused_too(full: tuple[Switch, Peer, Call]) -> None:
    switch, peer, _ = full
    call = Call(peer)
    before = switch.count("messages")
    call.invite(SDP, "Subject: folded\r\n over two lines")
    assert refused(peer, call).get("Retry-After")
    assert switch.count("messages") == before + 1


def test_a_call_in_set_up_is_not_refused(full: tuple[Switch, Peer, Call]) -> None:
    switch, peer, call = full
    call.request("INVITE", SDP, cseq=call.invite_cseq, branch=call.invite_branch)
    call.cancel()
    peer.expect(200, "CANCEL")
    assert peer.expect(487, "INVITE").get("Call-ID") == call.call_id
    assert not [m for m in peer.kept if m.status == 503 and m.get("Call-ID") == call.call_id]
    assert switch.count("faults") == 0


def test_a_stranger_is_answered_meanwhile(full: tuple[Switch, Peer, Call]) -> None:
    """Refusals take nothing from the answers that strangers get."""
    switch, peer, _ = full
    with Peer(switch.address, "127.0.0.9") as stranger:
        for _ in range(100):
            Call(peer).invite()
        Call(stranger).invite()
        stranger.expect(403, "INVITE")


def test_calls_that_are_admitted_and_have_not_begun_count_too() -> None:
    """As many as may be in set-up, whatever is read at once; a repeat of one of them is no other call."""
    counters = Counter[str]()
    ports, table = SipSocket(("127.0.0.1", 0), counters), TrunkTable({LOCAL.name: LOCAL})
    entrance = Entrance(ports, table, Gate(table, counters), Overload(), counters, time.time)

    def look(number: int) -> Look:
        return entrance.look((REQUEST % ("INVITE", number, number, number, "INVITE")).encode(), ("127.0.0.1", 9))

    looks = [look(number) for number in range(2 * round(FIRST))]
    admitted = [each.admitted for each in looks if each.admitted is not None]
    assert len(admitted) == round(FIRST)
    again = look(0)
    assert (again.settled, again.admitted) == (False, None)
    assert look(len(looks) - 1).settled
    entrance.handled(admitted[0])
    assert look(len(looks)).admitted is not None
    assert look(len(looks) + 1).settled
    ports.shutdown()


def test_of_a_trunk_s_flood_invites_are_refused_and_all_else_is_dropped() -> None:
    counters = Counter[str]()
    ports, table = SipSocket(("127.0.0.1", 0), counters), TrunkTable({LOCAL.name: LOCAL})
    entrance = Entrance(ports, table, Gate(table, counters), Overload(), counters, time.time)
    many = 2 * round(TRUNK_RATE * BURST_S)

    def looks(method: str) -> Counter[str]:
        seen = Counter[str]()
        for n in range(many):
            look = entrance.look((REQUEST % (method, n, n, n, method)).encode(), ("127.0.0.1", 9))
            seen.update(settled=look.settled, admitted=look.admitted is not None)
            if look.admitted is not None:
                entrance.handled(look.admitted)
        return seen

    seen = looks("INVITE")
    assert counters["dropped_flood"] == 0
    assert 0 < counters["refused_overload"] == seen["settled"] < many
    seen = looks("REGISTER")
    assert seen["admitted"] == 0
    assert 0 < counters["dropped_flood"] == seen["settled"]
    ports.shutdown()


def test_a_refusal_does_not_wait_for_the_calls_before_it() -> None:
    """Each call takes long to begin; the others are refused meanwhile, and the calls begin in their order."""
    numbers = itertools.count(1)

    def slow_id() -> CallId:
        time.sleep(0.05)
        return CallId(f"c{next(numbers)}")

    with Switch(wait_and_see, timing=PATIENT, new_call_id=slow_id) as switch, Peer(switch.address) as peer:
        calls = [Call(peer, caller=f"1380000{number:04}") for number in range(round(FIRST) + 20)]
        for call in calls:
            call.invite()
        for _ in range(10):
            peer.expect(503, "INVITE")
        assert switch.count("calls_in") < FIRST / 2
        switch.until(lambda: switch.count("calls_in") + switch.count("refused_overload") == len(calls))
        offered = [event.ani for event in switch.seen if isinstance(event, CallOffered)]
        assert offered == sorted(offered)
