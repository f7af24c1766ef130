"""New media of a leg, offered by us within a call: taken, refused, in the way of the far end's own offer, and after others (RFC 3261 §14)."""

import pytest
from msgspec.structs import replace

from shared.enums import Direction, EndCause, Law
from shared.ids import LegId, TrunkName
from switch_server.core.leg import (
    LegAnswered,
    LegEnded,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    PlaceCall,
    RefreshLeg,
    Reoffer,
    RingDesk,
)
from tests.lines.in_call import LEG, in_call, media, version
from tests.lines.peer import SDP, Peer
from tests.lines.switch import NEAR, Switch, trunk_to

NEW = replace(NEAR, port=31000, law=Law.MU)
THEIRS = SDP.replace("40000", "40100")


@pytest.fixture
def it():
    with in_call() as call:
        yield call


def test_new_media_is_offered_with_the_next_version_and_counts_from_then_on(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    offer = it.peer.expect("INVITE")
    assert media(offer) == ["m=audio 31000 RTP/AVP 0 8 101"]
    assert version(offer) == version(it.answer) + 1
    it.peer.reply(offer, 200, body=THEIRS)
    it.peer.expect("ACK")
    taken = it.switch.wait(LegReoffered)
    assert (taken.leg, taken.far.port, taken.far.t38) == (LEG, 40100, None)
    assert it.changes() == []
    it.switch.lines.do(RefreshLeg(LEG))
    assert it.peer.expect("INVITE").body == offer.body


def test_the_far_end_s_next_offer_is_answered_with_the_new_media(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    it.peer.reply(it.peer.expect("INVITE"), 200, body=THEIRS)
    it.switch.wait(LegReoffered)
    assert media(it.offers(THEIRS.replace("sendrecv", "sendonly"))) == ["m=audio 31000 RTP/AVP 8 101"]


def test_streams_that_were_refused_stay_in_their_places(it) -> None:
    it.offers("m=video 5000 RTP/AVP 31\r\nm=audio 40000".join(SDP.split("m=audio 40000")))
    it.switch.lines.do(Reoffer(LEG, NEW))
    assert media(it.peer.expect("INVITE")) == ["m=video 0 RTP/AVP 31", "m=audio 31000 RTP/AVP 0 8 101"]


@pytest.mark.parametrize("code", [403, 415, 488, 500, 606])
def test_after_a_refusal_the_old_media_stays(it, code) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    refused = it.peer.expect("INVITE")
    it.peer.reply(refused, code)
    it.peer.expect("ACK")
    assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, code)
    it.switch.lines.do(RefreshLeg(LEG))
    refresh = it.peer.expect("INVITE")
    assert refresh.body == it.answer.body
    it.peer.reply(refresh, 200, body=SDP)
    it.switch.wait(LegRefreshed)
    it.switch.lines.do(Reoffer(LEG, NEW))
    assert version(it.peer.expect("INVITE")) > version(refused)
    assert it.changes() == []


@pytest.mark.parametrize("body", ["", "nonsense", SDP.replace("40000", "0"), SDP.replace("8 0 101", "18")])
def test_a_2xx_without_media_is_a_refusal_and_the_old_media_is_offered_again(it, body) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    offer = it.peer.expect("INVITE")
    it.peer.reply(offer, 200, body=body)
    assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, 488)
    again = it.peer.expect("INVITE")
    assert media(again) == media(it.answer)
    assert version(again) == version(offer) + 1
    it.peer.reply(again, 200, body=SDP)
    it.switch.wait(LegRefreshed)
    assert it.changes() == []


@pytest.mark.parametrize("code", [408, 481])
def test_a_far_end_without_the_dialog_ends_the_leg(it, code) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    it.peer.reply(it.peer.expect("INVITE"), code)
    assert it.switch.wait(LegEnded) == LegEnded(LEG, EndCause.FAR_LOST, code)
    assert not [e for e in it.switch.seen if isinstance(e, LegReoffered | LegReofferRefused)]


@pytest.mark.slow
def test_a_silent_far_end_ends_the_leg(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    it.peer.expect("INVITE")
    assert it.switch.wait(LegEnded).cause is EndCause.FAR_LOST


def test_glare_the_far_end_s_offer_comes_first_and_ours_after_it(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    ours = it.peer.expect("INVITE")
    it.is_refused(SDP.replace("sendrecv", "sendonly"), 491)
    it.peer.reply(ours, 491)
    it.peer.expect("ACK")
    assert "m=audio 30000" in it.offers(SDP.replace("sendrecv", "sendonly")).body
    again = next((m for m in it.peer.kept if m.start.startswith("INVITE")), None) or it.peer.expect("INVITE")
    assert "m=audio 31000" in again.body
    assert version(again) > version(ours)
    it.peer.reply(again, 200, body=SDP.replace("sendrecv", "sendonly"))
    assert it.switch.wait(LegReoffered).far.direction is Direction.SENDONLY


def test_glare_without_end_is_a_refusal(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    for _ in range(6):
        it.peer.reply(it.peer.expect("INVITE"), 491)
        it.peer.expect("ACK")
    assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, 491)
    it.switch.lines.do(RefreshLeg(LEG))
    assert it.peer.expect("INVITE").body == it.answer.body


def test_new_media_waits_for_a_running_refresh_and_only_the_last_one_is_offered(it) -> None:
    it.switch.lines.do(RefreshLeg(LEG))
    refresh = it.peer.expect("INVITE")
    it.switch.lines.do(Reoffer(LEG, replace(NEAR, port=30900)))
    it.switch.lines.do(Reoffer(LEG, NEW))
    it.call.request("OPTIONS")
    it.peer.expect(200, "OPTIONS")
    assert it.peer.kept == []
    it.peer.reply(refresh, 200, body=SDP)
    offer = it.peer.expect("INVITE")
    assert "m=audio 31000" in offer.body
    it.switch.lines.do(RefreshLeg(LEG))
    it.peer.reply(offer, 200, body=THEIRS)
    assert it.peer.expect("INVITE").body == offer.body
    assert len([e for e in it.switch.seen if isinstance(e, LegReoffered)]) == 1


@pytest.mark.parametrize("body", [SDP.replace("sendrecv", "sendonly"), ""])
def test_new_media_waits_for_the_ack_of_the_far_end_s_own_offer(it, body) -> None:
    it.call.again(body)
    it.peer.expect(200, "INVITE")
    it.switch.lines.do(Reoffer(LEG, NEW))
    it.call.request("OPTIONS")
    it.peer.expect(200, "OPTIONS")
    assert not [m for m in it.peer.kept if m.start.startswith("INVITE")]
    it.call.ack("" if body else SDP)
    assert "m=audio 31000" in it.peer.expect("INVITE").body


def test_an_interval_too_small_for_the_far_end(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    first = it.peer.expect("INVITE")
    it.peer.reply(first, 422, extra=("Min-SE: 3600",))
    it.peer.expect("ACK")
    again = it.peer.expect("INVITE")
    assert (again.body, again.get("Min-SE")) == (first.body, "3600")
    it.peer.reply(again, 200, body=THEIRS)
    it.switch.wait(LegReoffered)


def test_a_call_that_ends_meanwhile_has_no_further_answer(it) -> None:
    it.switch.lines.do(Reoffer(LEG, NEW))
    offer = it.peer.expect("INVITE")
    it.call.request("BYE")
    it.peer.expect(200, "BYE")
    it.peer.reply(offer, 200, body=THEIRS)
    it.peer.expect("ACK")
    assert it.switch.wait(LegEnded).cause is EndCause.CALLER_HUNG_UP
    assert it.switch.seen[-1] == LegEnded(LEG, EndCause.CALLER_HUNG_UP)


def test_a_leg_that_rings_has_no_new_media() -> None:
    with Peer(("127.0.0.1", 9)) as peer, Switch(lambda _: [], trunk_to(peer.address)) as switch:
        leg = switch.place()
        peer.expect("INVITE")
        switch.lines.do(Reoffer(leg, NEW))
        switch.until(lambda: switch.count("effects_out_of_state") == 1)


@pytest.mark.parametrize("desk", [False, True])
def test_legs_that_we_called_too_and_a_desk_s(desk) -> None:
    with (
        Peer(("127.0.0.1", 9)) as peer,
        Switch(lambda _: [], trunk_to(("127.0.0.9", 9) if desk else peer.address)) as switch,
    ):
        leg = LegId("out/1")
        ring = RingDesk(leg, f"127.0.0.1:{peer.address[1]}", "1", NEAR)
        switch.lines.do(ring if desk else PlaceCall(leg, TrunkName("far"), "95500", "10086", NEAR))
        invite = peer.expect("INVITE")
        peer.reply(invite, 200, body=SDP, tag="callee")
        switch.wait(LegAnswered)
        switch.lines.do(Reoffer(leg, NEW))
        offer = peer.expect("INVITE")
        assert offer.get("Call-ID") == invite.get("Call-ID")
        peer.reply(offer, 200, body=THEIRS)
        taken = switch.wait(LegReoffered)
        assert (taken.leg, taken.far.port) == (leg, 40100)
