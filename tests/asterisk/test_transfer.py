"""Transfers over a trunk to a real Asterisk: its parties transfer the agent's call, agents transfer to its parties, it asks the switch to transfer."""

import contextlib

import pytest

from shared import desk as wire
from shared.enums import SeatState
from tests.asterisk.box import TONE_DBM0, Box
from tests.asterisk.ears import hears, hears_only
from tests.asterisk.party import Party
from tests.asterisk.rig import QUEUE
from tests.asterisk.test_hold import in_talk
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, talks, wrap_up
from tests.e2e.phone import Phone
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
DOORS = pytest.mark.parametrize("door", ["1", "4"], ids=["plain", "direct"])


def goes_on(desk: Desk, other: Party) -> None:
    """The agent (400 Hz) and the other party (600 Hz) hear each other."""
    other.rtp.say(sine(600, 8000 * 60, TONE_DBM0))
    hears_only(desk.phone.rtp, 600)
    hears_only(other.rtp, 400)


@DOORS
def test_a_party_transfers_the_agent_blind(centre: Centre, party: Party, other: Party, door: str) -> None:
    """The call at the switch is the same before and after; its recording has both parties."""
    with Desk(centre) as desk:
        call = in_talk(desk, party, door)
        party.refers(other.number)
        other.answers()
        party.hung_up_on()
        goes_on(desk, other)
        assert desk.call.call == call
        assert desk.seat(SeatState.TALKING)
        other.hangs_up()
        wrap_up(desk, call)
    (talk,) = talks(centre, call)
    assert talk["agent"] == desk.agent


@DOORS
def test_a_party_transfers_the_agent_after_a_talk(
    centre: Centre, party: Party, other: Party, second: Party, door: str
) -> None:
    """The party holds the agent, talks to the other over its second line, and connects the two (REFER with Replaces)."""
    with Desk(centre) as desk:
        call = in_talk(desk, party, door)
        party.holds()
        second.calls(other.number)
        other.answers()
        second.taken()
        assert second.dialog is not None
        party.refers(other.number, second.dialog)
        goes_on(desk, other)
        second.hung_up_on()
        party.hung_up_on()
        assert desk.call.call == call
        other.hangs_up()
        wrap_up(desk, call)


def test_an_agent_hands_a_customer_to_a_party(centre: Centre, party: Party) -> None:
    """The customer (1 kHz) is asked for at the box's party (600 Hz), handed over, and goes on with it after the agent."""
    with contextlib.ExitStack() as stack:
        desk = stack.enter_context(Desk(centre))
        desk.open()
        phone = stack.enter_context(Phone(centre, QUEUE))
        desk.answer()
        phone.rtp.say(sine(1000, 8000 * 100, TONE_DBM0))
        desk.phone.rtp.say(sine(400, 8000 * 100, TONE_DBM0))
        hears(desk.phone.rtp, 1000)
        desk.done(wire.Consult(desk.call.call, wire.ToNumber(f"1{party.number}")))
        party.answers()
        party.rtp.say(sine(600, 8000 * 100, TONE_DBM0))
        desk.seat(SeatState.CONSULTING)
        hears(desk.phone.rtp, 600)
        hears(party.rtp, 400)
        desk.put_down()
        hears_only(phone.rtp, 600)
        hears_only(party.rtp, 1000)
        wrap_up(desk, phone.call)
        party.hangs_up()
        phone.hung_up_on()
    (talk,) = talks(centre, phone.call)
    assert talk["transferred_to"] == f"number:1{party.number}"


def test_an_agent_calls_a_party(centre: Centre, party: Party) -> None:
    with Desk(centre) as desk:
        desk.done(wire.Dial(f"1{party.number}"))
        desk.phone.wait(lambda: desk.phone.invite)
        desk.phone.answer()
        party.answers()
        desk.seat(SeatState.TALKING)
        desk.phone.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        goes_on(desk, party)
        call = desk.call.call
        desk.put_down()
        party.hung_up_on()
        desk.seat(SeatState.WRAP_UP)
        desk.done(wire.WrapUp(call, "other", ""))


def test_the_box_asks_the_switch_to_transfer(centre: Centre, box: Box) -> None:
    """The switch dials for nobody outside: REFER is refused, and the call goes on."""
    begun = len(box.manager.events)
    with Phone(centre, "1640") as phone:
        told = box.manager.event("UserEvent", after=begun, UserEvent="Transferred")
        assert told["Status"] == "FAILURE"
        hears(phone.rtp, 600)
        phone.hang_up()
        phone.ended()
