"""Calls over a trunk to a real Asterisk, both ways: sound, codecs, callers' numbers, early media, refusals, session timers, the recording."""

from pathlib import Path

import numpy as np
import pytest

from shared.enums import SeatState
from tests.asterisk.box import TONE_DBM0, Box
from tests.asterisk.party import Party
from tests.asterisk.rig import QUEUE
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, both_sides, hears, talks, wrap_up
from tests.e2e.phone import Phone
from tests.rtp_peer import frequency, gaps, level, purity, sine

pytestmark = pytest.mark.slow


def is_tone(samples: np.ndarray, hertz: float, dbm0: float = TONE_DBM0) -> None:
    """Checks pitch and level, that there is hardly any other sound, and no gap."""
    assert frequency(samples) == pytest.approx(hertz, abs=5)
    assert level(samples) == pytest.approx(dbm0, abs=1)
    assert not gaps(samples)
    assert purity(samples, hertz) > 0.98


def test_the_box_calls_an_agent(centre: Centre, box: Box, party: Party) -> None:
    with Desk(centre) as desk:
        desk.open()
        party.calls(f"1*{QUEUE}")
        desk.answer()
        party.taken()
        assert desk.call.number == party.number
        party.rtp.say(sine(1000, 8000 * 60, TONE_DBM0))
        desk.phone.rtp.say(sine(400, 8000 * 60, TONE_DBM0))
        hears(desk.phone.rtp, 1000)
        hears(party.rtp, 400)
        is_tone(desk.phone.rtp.listen(2.0), 1000)
        is_tone(party.rtp.listen(2.0), 400)
        call = desk.call.call
        party.hangs_up()
        wrap_up(desk, call)
    both_sides(centre, call)
    (row,) = [row for row in centre.rows("calls") if row["id"] == call]
    assert (row["ani"], row["dnis"], row["trunk"]) == (party.number, QUEUE, "plain")


def test_a_call_to_the_box(centre: Centre, box: Box) -> None:
    with Phone(centre, "1600") as phone:
        hears(phone.rtp, 600)
        is_tone(phone.rtp.listen(2.0), 600)
