"""Calls over a trunk to a real Asterisk, both ways: sound, codecs, callers' numbers, early media, refusals, session timers, the recording."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.asterisk.box import TONE_DBM0, Box
from tests.asterisk.ears import fault_of, hears, hears_only
from tests.asterisk.party import Party
from tests.asterisk.rig import QUEUE
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, both_sides, wrap_up
from tests.e2e.phone import Phone
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow


def test_the_box_calls_an_agent(centre: Centre, box: Box, party: Party) -> None:
    with Desk(centre) as desk:
        desk.open()
        party.calls(f"1*{QUEUE}")
        desk.answer()
        party.taken()
        assert desk.call.number == party.number
        party.rtp.say(sine(1000, 8000 * 60, TONE_DBM0))
        desk.phone.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        hears_only(desk.phone.rtp, 1000)
        hears_only(party.rtp, 400)
        call = desk.call.call
        party.hangs_up()
        wrap_up(desk, call)
    both_sides(centre, call)
    (row,) = [row for row in centre.rows("calls") if row["id"] == call]
    assert (row["ani"], row["dnis"], row["trunk"]) == (party.number, QUEUE, "plain")


def test_a_call_to_a_party_behind_the_box(centre: Centre, box: Box, party: Party) -> None:
    """Both hear each other, the box is told the caller's number, and the recording has each on its own side."""
    begun = len(box.manager.events)
    with Phone(centre, "18001") as phone:
        party.answers()
        told = box.manager.event("UserEvent", after=begun, UserEvent="CalledFromSwitch")
        assert told["Number"] == phone.ani
        phone.rtp.say(sine(1000, 8000 * 60, TONE_DBM0))
        party.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        hears_only(phone.rtp, 400)
        hears_only(party.rtp, 1000)
        phone.hang_up()
        party.hung_up_on()
    phone.ended()
    assert any(
        not fault_of(second[:, 0], 1000, TONE_DBM0) and not fault_of(second[:, 1], 400, TONE_DBM0)
        for second in seconds_of(centre.recording(phone.call))
    ), "the recording has no second with both tones, each on its side"


@pytest.mark.parametrize("door", ["1", "5"])
def test_the_codec_of_the_trunk(centre: Centre, box: Box, party: Party, door: str) -> None:
    """A-law where both have it; the box's µ-law trunk gets µ-law, both ways; pitch and level stay."""
    codec = {"1": "alaw", "5": "ulaw"}[door]
    with Phone(centre, f"{door}8001") as phone:
        party.answers()
        phone.rtp.say(sine(1000, 8000 * 60, TONE_DBM0))
        party.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        hears_only(phone.rtp, 400)
        hears_only(party.rtp, 1000)
        (channel,) = re.findall(rf"(PJSIP/door{door}-\w+)", box.console("core show channels concise"))[:1]
        assert f"NativeFormats: ({codec})" in box.console(f"core show channel {channel}")
        phone.hang_up()
        party.hung_up_on()


# --- before the answer ---


def test_early_media_of_the_box_is_heard(centre: Centre, box: Box) -> None:
    """700 Hz before the answer, 600 Hz after it."""
    with Phone(centre, "1601") as phone:
        hears_only(phone.rtp, 700)
        assert "!Ring!Playback!" in box.console("core show channels concise"), "not answered yet"
        hears_only(phone.rtp, 600)
        phone.hang_up()
        phone.ended()
    assert out_leg(centre, phone.call)["answered_at"]


def test_early_media_before_a_refusal(centre: Centre) -> None:
    with Phone(centre, "1602") as phone:
        hears(phone.rtp, 700)
        phone.at("failed")
        phone.hang_up()
        phone.ended()
    assert out_leg(centre, phone.call)["cause"] == "far_busy"


@pytest.mark.parametrize(
    ("number", "cause"),
    [("6117", "far_busy"), ("6119", "no_answer"), ("6121", "far_refused"), ("6103", "far_refused"), ("6134", "far_refused")],
)  # fmt: skip
def test_the_boxs_cause_is_in_the_record(centre: Centre, number: str, cause: str) -> None:
    """Q.850 causes at the box: user busy, no answer, call rejected, no route, congestion."""
    with Phone(centre, f"1{number}") as phone:
        phone.at("failed")
        phone.hang_up()
        phone.ended()
    assert out_leg(centre, phone.call)["cause"] == cause


def test_nobody_answers_at_the_box(centre: Centre, box: Box) -> None:
    """The caller hears ringback, then the call to the box is given up."""
    begun = len(box.manager.events)
    with Phone(centre, "1620") as phone:
        hears(phone.rtp, 450)
        phone.at("failed")
        box.manager.event("Hangup", after=begun, Exten="1620")
        phone.hang_up()
        phone.ended()
    assert out_leg(centre, phone.call)["cause"] in ("no_answer", "cancelled")


def test_the_caller_gives_up_while_the_party_rings(centre: Centre, party: Party) -> None:
    with Phone(centre, "18001") as phone:
        party.rings()
        phone.hang_up()
        party.hung_up_on()
        assert phone.ended()["cause"] == "caller_hung_up"


def test_the_party_refuses(centre: Centre, party: Party) -> None:
    with Phone(centre, "18001") as phone:
        party.refuses(486)
        phone.at("failed")
        phone.hang_up()
        phone.ended()
    assert out_leg(centre, phone.call)["cause"] == "far_busy"


@pytest.mark.parametrize(("number", "cause"), [("7999", "1"), ("4000", "1")])
def test_a_number_that_the_switch_does_not_have(box: Box, party: Party, number: str, cause: str) -> None:
    """The box is told that the number is unassigned (Q.850 cause 1)."""
    begun = len(box.manager.events)
    party.calls(f"1*{number}")
    assert party.refused() == 404
    assert box.manager.event("UserEvent", after=begun, UserEvent="Refused")["Cause"] == cause


# --- a long call ---


def test_session_timers(centre: Centre, box: Box, party: Party, other: Party) -> None:
    """A call each way with refreshes each 45 s lives longer than its session of 90 s, and both go on hearing each other."""
    with Desk(centre) as desk, Phone(centre, "68002") as phone:
        other.answers()
        desk.open()
        party.calls(f"6*{QUEUE}")
        desk.answer()
        party.taken()
        party.rtp.say(sine(1000, 8000 * 200, TONE_DBM0))
        other.rtp.say(sine(600, 8000 * 200, TONE_DBM0))
        desk.phone.rtp.listen(100.0)
        hears_only(desk.phone.rtp, 1000)
        hears_only(phone.rtp, 600)
        call = desk.call.call
        party.hangs_up()
        wrap_up(desk, call)
        phone.hang_up()
        other.hung_up_on()


# --- looking ---


def out_leg(centre: Centre, call: str) -> dict[str, Any]:
    centre.until(lambda: [row for row in centre.rows("legs") if row["call"] == call])
    return next(row for row in centre.rows("legs") if row["call"] == call and row["direction"] == "out")


def seconds_of(samples: np.ndarray) -> Iterator[np.ndarray]:
    """All seconds of a recording, one each 100 ms, as (8000, 2) samples."""
    return (samples[at : at + 8000] for at in range(0, len(samples) - 8000, 800))
