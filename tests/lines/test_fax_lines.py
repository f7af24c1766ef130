"""T.38 on a line (``Trunk.fax``): the far end's offer and ours, refusals, the way back to sound, and session refreshes meanwhile."""

import pytest
from msgspec.structs import replace

from shared.enums import EndCause
from switch_server.core.leg import LegChanged, LegRefreshed, LegReoffered, LegReofferRefused, RefreshLeg, Reoffer
from switch_server.core.words.media import T38Far
from tests.lines import fax_bodies
from tests.lines.fax_bodies import T38
from tests.lines.in_call import LEG, in_call, media, version
from tests.lines.peer import SDP
from tests.lines.switch import LOCAL, NEAR

FAX = replace(NEAR, t38=True)
BOTH = SDP + "".join(line + "\r\n" for line in fax_bodies.PLAIN)
SOUND = ["m=audio 30000 RTP/AVP 8 101"]
IMAGE = ["m=image 30000 udptl t38"]


@pytest.fixture
def it():
    with in_call(FAX) as call:
        yield call


def refresh_repeats(it, body: str, theirs: str) -> None:
    it.switch.lines.do(RefreshLeg(LEG))
    refresh = it.peer.expect("INVITE")
    assert refresh.body == body
    it.peer.reply(refresh, 200, body=theirs)
    it.switch.wait(LegRefreshed)
    it.peer.expect("ACK")


# --- the far end's offer ---


@pytest.mark.parametrize("rule", ["auto", "t38"])
@pytest.mark.parametrize(
    "body",
    [T38, fax_bodies.CISCO, fax_bodies.HUAWEI, fax_bodies.AUDIOCODES, fax_bodies.ASTERISK, fax_bodies.BARE, BOTH],
)
def test_a_far_end_that_offers_t38_is_answered_with_it(rule, body) -> None:
    with in_call(FAX, replace(LOCAL, fax=rule)) as it:
        answer = it.offers(body)
        assert next(line for line in media(answer) if " 0 " not in line).lower() == IMAGE[0]
        far = it.switch.wait(LegChanged).far
        assert far.t38 is not None
        assert (far.ip, far.port) == ("127.0.0.1", 41000)


@pytest.mark.parametrize(("near", "rule"), [(FAX, "audio"), (NEAR, "auto"), (NEAR, "t38")])
def test_t38_that_is_not_for_this_leg_is_refused_and_the_sound_goes_on(near, rule) -> None:
    with in_call(near, replace(LOCAL, fax=rule)) as it:
        it.is_refused(T38)
        it.is_refused(fax_bodies.HUAWEI)
        assert media(it.offers(BOTH)) == [*SOUND, "m=image 0 udptl t38"]
        refresh_repeats(it, it.offers(SDP).body, SDP)
        assert it.changes() == []


@pytest.mark.parametrize("body", [fax_bodies.TCP, fax_bodies.LOCAL_CHECK, fax_bodies.REFUSED])
def test_fax_that_we_cannot_take_is_refused(it, body) -> None:
    it.is_refused(body)
    assert media(it.offers(SDP + body.partition("t=0 0\r\n")[2]))[0] == SOUND[0]
    assert it.changes() == []


def test_the_far_end_goes_back_to_sound(it) -> None:
    faxed = it.offers(T38)
    assert it.switch.wait(LegChanged).far.t38 == T38Far(176)
    back = it.offers(SDP)
    assert media(back) == SOUND
    assert version(back) == version(faxed) + 1
    far = it.switch.wait(LegChanged).far
    assert (far.t38, far.port, far.law, far.telephone_event) == (None, 40000, NEAR.law, 101)


def test_a_refresh_with_both_streams_changes_nothing() -> None:
    with in_call(FAX, body=BOTH) as it:
        assert media(it.answer) == [*SOUND, "m=image 0 udptl t38"]
        assert it.offers(BOTH).body == it.answer.body
        faxed = it.offers(BOTH.replace("40000", "0"))
        assert it.switch.wait(LegChanged).far.t38 is not None
        assert it.offers(BOTH.replace("40000", "0")).body == faxed.body
        assert len(it.changes()) == 1


def test_refreshes_during_t38_keep_it(it) -> None:
    """By re-INVITE with and without SDP, by UPDATE, and ours: always the same text."""
    faxed = it.offers(T38).body
    it.switch.wait(LegChanged)
    assert it.offers(T38).body == faxed
    it.call.request("UPDATE", T38)
    assert it.peer.expect(200, "UPDATE").body == faxed
    it.call.request("UPDATE")
    assert it.peer.expect(200, "UPDATE").body == ""
    it.call.again("")
    assert it.peer.expect(200, "INVITE").body == faxed
    it.call.ack(T38)
    refresh_repeats(it, faxed, T38)
    assert len(it.changes()) == 1


def test_refreshes_during_fax_as_sound_keep_it(it) -> None:
    assert it.offers(SDP).body == it.answer.body
    refresh_repeats(it, it.answer.body, SDP)
    it.call.request("UPDATE", SDP)
    assert it.peer.expect(200, "UPDATE").body == it.answer.body
    assert it.changes() == []


# --- our offer ---


def offered(it) -> object:
    it.switch.lines.do(Reoffer(LEG, FAX, t38=True))
    offer = it.peer.expect("INVITE")
    assert media(offer) == IMAGE
    assert version(offer) == version(it.answer) + 1
    return offer


@pytest.mark.parametrize("body", [T38, fax_bodies.CISCO, fax_bodies.AUDIOCODES, fax_bodies.ASTERISK, fax_bodies.BARE])
def test_our_offer_is_taken(it, body) -> None:
    offer = offered(it)
    it.peer.reply(offer, 200, body=body)
    it.peer.expect("ACK")
    far = it.switch.wait(LegReoffered).far
    assert far.t38 is not None
    assert far.port == 41000
    refresh_repeats(it, offer.body, body)
    assert it.changes() == []
    assert media(it.offers(SDP)) == SOUND
    assert it.switch.wait(LegChanged).far.t38 is None


@pytest.mark.parametrize("code", [415, 488, 606])
def test_our_offer_is_refused_and_the_sound_goes_on(it, code) -> None:
    it.peer.reply(offered(it), code)
    it.peer.expect("ACK")
    assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, code)
    assert it.offers(SDP).body == it.answer.body
    refresh_repeats(it, it.answer.body, SDP)
    assert it.changes() == []


@pytest.mark.parametrize("body", [fax_bodies.REFUSED, fax_bodies.LOCAL_CHECK, fax_bodies.TCP])
def test_an_answer_without_fax_for_us_brings_the_sound_back(it, body) -> None:
    offer = offered(it)
    it.peer.reply(offer, 200, body=body)
    assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, 488)
    again = it.peer.expect("INVITE")
    assert media(again) == SOUND
    assert version(again) == version(offer) + 1
    it.peer.reply(again, 200, body=SDP)
    it.switch.wait(LegRefreshed)
    assert it.changes() == []


def test_an_answer_with_sound_is_taken_and_the_next_refresh_offers_it(it) -> None:
    offer = offered(it)
    it.peer.reply(offer, 200, body=SDP)
    it.peer.expect("ACK")
    far = it.switch.wait(LegReoffered).far
    assert (far.t38, far.port) == (None, 40000)
    it.switch.lines.do(RefreshLeg(LEG))
    refresh = it.peer.expect("INVITE")
    assert media(refresh) == ["m=audio 30000 RTP/AVP 8 0 101"]
    assert version(refresh) == version(offer) + 1


def test_a_refresh_answered_with_sound_ends_the_t38(it) -> None:
    it.peer.reply(offered(it), 200, body=T38)
    it.switch.wait(LegReoffered)
    it.peer.expect("ACK")
    it.switch.lines.do(RefreshLeg(LEG))
    it.peer.reply(it.peer.expect("INVITE"), 200, body=SDP)
    assert it.switch.wait(LegChanged).far.t38 is None
    it.peer.expect("ACK")
    it.switch.lines.do(RefreshLeg(LEG))
    assert media(it.peer.expect("INVITE")) == ["m=audio 30000 RTP/AVP 8 0 101"]


def test_after_the_fax_we_offer_sound_on_another_card(it) -> None:
    it.peer.reply(offered(it), 200, body=T38)
    it.switch.wait(LegReoffered)
    it.peer.expect("ACK")
    it.switch.lines.do(Reoffer(LEG, replace(NEAR, port=32000)))
    back = it.peer.expect("INVITE")
    assert media(back) == ["m=audio 32000 RTP/AVP 8 0 101"]
    it.peer.reply(back, 200, body=SDP)
    it.peer.expect("ACK")
    assert it.switch.wait(LegReoffered).far.t38 is None
    it.is_refused(T38)


def test_both_ends_offer_t38_at_once(it) -> None:
    """491 both ways; the far end's offer comes first, and ours after it is the same media."""
    offer = offered(it)
    it.is_refused(T38, 491)
    it.peer.reply(offer, 491)
    it.peer.expect("ACK")
    assert media(it.offers(T38)) == IMAGE
    again = next((m for m in it.peer.kept if m.start.startswith("INVITE")), None) or it.peer.expect("INVITE")
    it.peer.reply(again, 200, body=T38)
    assert it.switch.wait(LegReoffered).far.t38 == T38Far(176)
    it.peer.expect("ACK")


@pytest.mark.parametrize(("near", "rule"), [(FAX, "audio"), (NEAR, "t38")])
def test_t38_against_the_trunk_s_rule_is_never_offered(near, rule) -> None:
    with in_call(near, replace(LOCAL, fax=rule)) as it:
        it.switch.lines.do(Reoffer(LEG, near, t38=True))
        assert it.switch.wait(LegReofferRefused) == LegReofferRefused(LEG, 488)
        it.switch.hang_up(LEG, EndCause.GOODBYE)
        it.peer.expect("BYE")
        assert not [m for m in it.peer.kept if m.start.startswith("INVITE")]
