"""Keys over trunks to a real Asterisk, in each of its forms (``dtmf_mode``) and both ways; each is counted once."""

import numpy as np
import pytest

from shared import desk as wire
from shared.enums import SeatState
from tests.asterisk.box import Box
from tests.asterisk.ears import hears
from tests.asterisk.party import Party
from tests.asterisk.rig import MENU, QUEUE
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, wrap_up
from tests.e2e.phone import Phone
from tests.e2e.test_bridge import keys_of
from tests.rtp_peer import RtpPeer, purity, sine

pytestmark = pytest.mark.slow
RFC4733, INFO, INBAND = "1", "2", "3"
DOORS = pytest.mark.parametrize("door", [RFC4733, INFO, INBAND], ids=["rfc4733", "info", "inband"])
TONES = {"1": (697, 1209), "2": (697, 1336), "5": (770, 1336), "9": (852, 1477), "*": (941, 1209), "#": (941, 1477)}
PRESSED = "12#1"
STEPS = ["one", "two", "hash", "one"]


@DOORS
def test_a_partys_keys_reach_the_switch(centre: Centre, box: Box, party: Party, door: str) -> None:
    """The box passes RFC 4733 on as RFC 4733, INFO or tones: the menu takes each key once."""
    party.dials(f"{door}*{MENU}")
    party.rtp.wait(lambda heard: len(heard) > 25)
    call = newest_call(centre)
    for number, key in enumerate(PRESSED, 1):
        party.rtp.press(key, 120)
        centre.until(lambda number=number: len(menu_steps(centre, call)) >= number)  # type: ignore[misc]
    party.rtp.listen(1.0)
    assert menu_steps(centre, call) == STEPS
    party.hangs_up()


@pytest.mark.parametrize("door", [RFC4733, INBAND], ids=["rfc4733", "inband"])
def test_a_callers_keys_reach_the_box(centre: Centre, box: Box, door: str) -> None:
    """Through a bridge of the switch: the box counts each key once, as events where it offers them, else as tones."""
    begun = len(box.manager.events)
    with Phone(centre, f"{door}630") as phone:
        phone.rtp.wait(lambda heard: len(heard) > 25)
        box.manager.event("Newstate", after=begun, Exten=f"{door}630", ChannelStateDesc="Up")
        phone.rtp.press("5#9", 120)
        phone.rtp.said_all()
        box.manager.until(lambda _: digits(box, begun) == "5#9")
        phone.rtp.listen(1.0)
        assert digits(box, begun) == "5#9"
        phone.hang_up()
        phone.ended()


def test_a_callers_keys_reach_a_party_whose_box_takes_no_events(centre: Centre, box: Box, party: Party) -> None:
    """A trunk with ``dtmf_mode = info`` offers no events: the switch sends a tone, which the party hears."""
    with Phone(centre, f"{INFO}8001") as phone:
        party.answers()
        party.rtp.wait(lambda heard: len(heard) > 25)
        begun = len(party.rtp.heard)
        phone.rtp.press("5", 120)
        party.rtp.wait(lambda heard: is_key(party.rtp, begun, "5"))
        phone.hang_up()
        party.hung_up_on()


@DOORS
def test_the_boxs_keys_reach_the_caller(centre: Centre, box: Box, door: str) -> None:
    """``SendDTMF`` at the box, by each form: the caller gets each key once, as an event."""
    with Phone(centre, f"{door}631") as phone:
        phone.rtp.wait(lambda heard: "".join(key for key, *_ in keys_of(heard)) == "12*9#")
        phone.rtp.listen(1.0)
        assert "".join(key for key, *_ in keys_of(phone.rtp.heard)) == "12*9#"
        phone.hang_up()
        phone.ended()


def test_an_agents_keys_reach_a_party(centre: Centre, party: Party) -> None:
    with Desk(centre) as desk:
        desk.open()
        party.calls(f"{RFC4733}*{QUEUE}")
        desk.answer()
        party.taken()
        desk.phone.rtp.say(sine(400, 8000 * 30))
        hears(party.rtp, 400)
        desk.done(wire.SendDigits(desk.call.call, "159#"))
        party.rtp.wait(lambda heard: "".join(key for key, *_ in keys_of(heard)) == "159#")
        assert desk.seat(SeatState.TALKING)
        call = desk.call.call
        party.hangs_up()
        wrap_up(desk, call)


# --- looking ---


def newest_call(centre: Centre) -> str:
    calls = sorted((row for row in centre.rows("calls") if row["dnis"] == MENU), key=lambda row: row["started_at"])
    return str(calls[-1]["id"])


def menu_steps(centre: Centre, call: str) -> list[str]:
    """The steps of the menu that the call has reached by keys."""
    lines = (centre.state / "logs" / "switch.log").read_text(encoding="utf-8").splitlines()
    return [line.rpartition(" ")[2] for line in lines if f"ivr {call}: " in line and line.rpartition(" ")[2] in STEPS]


def digits(box: Box, begun: int) -> str:
    """The keys that the box has received from the switch since its event number ``begun``."""
    pressed = (event for event in box.manager.all("DTMFEnd", begun) if event["Direction"] == "Received")
    return "".join(event["Digit"] for event in pressed if "/door" in event["Channel"])


def is_key(ear: RtpPeer, begun: int, key: str) -> bool:
    """Whether the sound since packet ``begun`` has 80 ms of this key's tones."""
    samples = ear.samples(ear.heard[begun:])
    blocks = [samples[at : at + 320] for at in range(0, len(samples) - 320, 80)]
    return sum(sum(purity(np.asarray(block), hertz) for hertz in TONES[key]) > 0.9 for block in blocks) >= 4
