"""Hold and direct media on trunks to a real Asterisk: music of the box, re-INVITEs of the box, music of the switch."""

import pytest

from shared import desk as wire
from shared.enums import SeatState
from shared.ids import CallId
from tests.asterisk.box import TONE_DBM0, Box
from tests.asterisk.ears import hears, hears_only
from tests.asterisk.party import Party
from tests.asterisk.rig import QUEUE
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, wrap_up
from tests.e2e.phone import Phone, media_of
from tests.rtp_peer import level, purity, sine

pytestmark = pytest.mark.slow
PLAIN, DIRECT = "1", "4"
BOX_RTP = range(12000, 20000)
"""The ports of the box's own sound (``etc/rtp.conf``)."""


def in_talk(desk: Desk, party: Party, door: str) -> CallId:
    """The party (1 kHz) talks to the agent (400 Hz); returns the call."""
    desk.open()
    party.calls(f"{door}*{QUEUE}")
    desk.answer()
    party.taken()
    party.rtp.say(sine(1000, 8000 * 100, TONE_DBM0))
    desk.phone.rtp.say(sine(400, 8000 * 100, TONE_DBM0))
    hears(desk.phone.rtp, 1000)
    hears(party.rtp, 400)
    return desk.call.call


def ends(desk: Desk, party: Party, call: CallId) -> None:
    party.hangs_up()
    wrap_up(desk, call)


def test_the_party_holds_and_the_agent_hears_the_boxs_music(centre: Centre, party: Party) -> None:
    with Desk(centre) as desk:
        call = in_talk(desk, party, PLAIN)
        party.holds()
        hears_only(desk.phone.rtp, 850)
        party.retrieves()
        hears_only(desk.phone.rtp, 1000)
        hears(party.rtp, 400)
        ends(desk, party, call)


def test_the_box_passes_the_hold_on_by_re_invite(centre: Centre, box: Box, party: Party) -> None:
    """``moh_passthrough``: the switch's leg is held by a re-INVITE (``sendonly``), hears what the party sends, and is taken back."""
    with Desk(centre) as desk:
        call = in_talk(desk, party, DIRECT)
        begun = len(box.sent(box.door("direct")))
        party.holds()
        desk.phone.rtp.listen(1.0)
        quiet = len(party.rtp.heard)
        hears_only(desk.phone.rtp, 1000)
        assert len(party.rtp.heard) == quiet, "the switch sends nothing to who holds"
        assert desk.seat(SeatState.TALKING)
        party.retrieves()
        hears_only(desk.phone.rtp, 1000)
        hears_only(party.rtp, 400)
        offers = [text for text in box.sent(box.door("direct"))[begun:] if text.startswith("INVITE ")]
        assert any("a=sendonly" in text or "a=inactive" in text for text in offers), offers
        ends(desk, party, call)


def test_the_agent_holds_and_the_party_hears_music(centre: Centre, party: Party) -> None:
    with Desk(centre) as desk:
        call = in_talk(desk, party, PLAIN)
        desk.done(wire.Hold(call))
        party.rtp.listen(0.5)
        music = party.rtp.listen(1.0)
        assert level(music) > -45
        assert purity(music, 400) < 0.5
        assert level(desk.phone.rtp.listen(0.5)) < -60
        desk.done(wire.Retrieve(call))
        hears(party.rtp, 400)
        hears(desk.phone.rtp, 1000)
        ends(desk, party, call)


def test_direct_media_of_a_call_in(centre: Centre, party: Party) -> None:
    """The box leads the sound past itself: both ends are told each other's address by re-INVITE."""
    with Desk(centre) as desk:
        call = in_talk(desk, party, DIRECT)
        party.wait(lambda: re_invited(party))
        desk.phone.rtp.listen(1.0)
        hears_only(desk.phone.rtp, 1000)
        hears_only(party.rtp, 400)
        party.rtp.wait(lambda _: party.rtp.source is not None and party.rtp.source[1] not in BOX_RTP)
        ends(desk, party, call)


def test_direct_media_of_a_call_out(centre: Centre, party: Party) -> None:
    with Phone(centre, f"{DIRECT}8001") as phone:
        party.answers()
        phone.rtp.say(sine(1000, 8000 * 60, TONE_DBM0))
        party.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        party.wait(lambda: re_invited(party))
        phone.rtp.listen(1.0)
        hears_only(phone.rtp, 400)
        hears_only(party.rtp, 1000)
        party.rtp.wait(lambda _: party.rtp.source is not None and party.rtp.source[1] not in BOX_RTP)
        phone.hang_up()
        party.hung_up_on()


def re_invited(party: Party) -> bool:
    """Whether the party was told an address that is not the box's."""
    offers = [each for each in party.seen if each.start.startswith("INVITE ") and ";tag=" in each.get("To")]
    return any(media_of(each)[1] not in BOX_RTP for each in offers)
