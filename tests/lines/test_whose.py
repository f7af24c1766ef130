"""Who may name what on the wire: a far end can't act on another's transactions and dialogs, even if it knows their Call-ID.

All peers are at addresses of trunks, so that every request is admitted and only the named transaction or dialog decides.
"""

from dataclasses import replace

import pytest

from shared.ids import TrunkName
from switch_server.core.call import CallOffered
from switch_server.core.leg import LegAnswered, LegConfirmed, LegEnded, LegRinging
from switch_server.core.words import Trunk
from tests.lines.peer import NOBODY, SDP, Call, Peer
from tests.lines.switch import Switch, answer_all, trunk_to, wait_and_see

ROAD = Trunk(TrunkName("road"), far=("127.0.0.0/24",), options_interval=0)
OTHER = "127.0.0.8"


@pytest.mark.parametrize("same_branch", [False, True])
def test_a_cancel_is_for_its_own_invite(same_branch: bool) -> None:
    """RFC 3261 §9.2: a CANCEL is matched by branch, sent-by, Call-ID and From tag."""
    with Switch(wait_and_see, ROAD) as switch, Peer(switch.address) as peer, Peer(switch.address, OTHER) as other:
        call = Call(peer)
        call.invite()
        leg = switch.wait(CallOffered).leg
        forged = Call(other, call_id=call.call_id)
        branch = call.invite_branch if same_branch else ""
        forged.request("CANCEL", cseq=call.invite_cseq, branch=branch)
        other.expect(481, "CANCEL")
        assert switch.ends(leg) == []
        call.cancel()
        peer.expect(487, "INVITE")


def test_an_ack_is_for_its_own_dialog() -> None:
    with Switch(answer_all, ROAD) as switch, Peer(switch.address) as peer, Peer(switch.address, OTHER) as other:
        call = Call(peer)
        call.invite()
        call.learn(peer.expect(200, "INVITE"))
        Call(other, call_id=call.call_id, remote_tag="guessed").ack(cseq=call.invite_cseq)
        other.raw(b"\r\n\r\n")
        switch.until(lambda: switch.count("keepalive") == 1)
        assert [event for event in switch.seen if isinstance(event, LegConfirmed)] == []
        call.ack()
        switch.wait(LegConfirmed)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE", "OPTIONS"])
def test_a_request_is_for_who_has_the_dialog_s_tags(method: str) -> None:
    with Switch(answer_all, ROAD) as switch, Peer(switch.address) as peer, Peer(switch.address, OTHER) as other:
        call = Call(peer)
        call.up()
        leg = switch.wait(LegConfirmed).leg
        for tags in ({"remote_tag": "guessed"}, {"remote_tag": call.remote_tag, "local_tag": "guessed"}):
            forged = Call(other, call_id=call.call_id, **tags)
            forged.request(method, SDP if method in ("INVITE", "UPDATE") else "", cseq=77)
            other.expect(481, method)
        assert switch.count("no_dialog") == 2
        assert switch.ends(leg) == []


def test_a_response_is_for_its_own_request() -> None:
    with Peer(NOBODY) as peer, Switch(answer_all, trunk_to(peer.address), ROAD) as switch:
        peer.switch = switch.address
        leg = switch.place()
        invite = peer.expect("INVITE")
        via = invite.get("Via")
        forged = replace(
            invite, headers=[(n, v.replace("branch=", "branch=x") if v == via else v) for n, v in invite.headers]
        )
        for code in (180, 200, 486):
            peer.reply(forged, code, body=SDP if code == 200 else "", tag="callee")
        peer.raw(b"\r\n\r\n")
        switch.until(lambda: switch.count("keepalive") == 1)
        assert [event for event in switch.seen if isinstance(event, LegRinging | LegAnswered | LegEnded)] == []
        peer.reply(invite, 200, body=SDP, tag="callee")
        assert switch.wait(LegAnswered).leg == leg
