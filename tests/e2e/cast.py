"""The parties of one call, each with a tone of its own; who hears whom is measured in the received RTP and in the recording.

with Cast(centre) as cast:
    ann = cast.seat(0)
    customer = cast.caller(QUEUE)
    ann.answer()
    cast.hears(customer="ann", ann="customer")      # the parties that each must hear, and no others of the cast

Tones have -20 dBFS; a tone is present at -30 dBFS and more, absent at -60 and less, over a second (Hann window); the call's own sounds (music,
ringback at 450 Hz) are not near any tone. ``music`` and ``ringback`` stand for these, ``prompt`` for speech, in which -45 is the limit for tones.
"""

import contextlib
import time
from typing import NamedTuple

import numpy as np

from tests.e2e.callee import Callee
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, RawPhone
from tests.e2e.phone import Phone
from tests.rtp_peer import RtpPeer, level, sine

HERTZ = (1243, 1437, 1647, 1853, 2183, 2417, 2707, 2963)
"""The tones: between the notes of the music, and none is a sum, a difference or a harmonic of others."""
SAID_DBM0 = -16.86
"""-20 dBFS."""
PRESENT, ABSENT, ABSENT_IN_SPEECH = -30.0, -60.0, -45.0
WINDOW_S = 1.0
PATIENCE_S = 40.0
OWN = frozenset({"music", "ringback", "prompt", "silence"})


class Measurement(NamedTuple):
    """A measurement, to be compared with the recording: in the second before ``until`` (UTC), ``said``, the party on the left side, heard these."""

    call: str
    until: float
    said: str
    heard: frozenset[str]


def tone_level(samples: np.ndarray, hertz: float) -> float:
    """The level of this frequency, in dBFS of a sine."""
    window = np.hanning(len(samples))
    wave = np.exp(-2j * np.pi * hertz / 8000 * np.arange(len(samples)))
    peak = 2 * abs(np.sum(samples * window * wave)) / window.sum() / 32767
    return 20 * np.log10(peak) if peak > 1e-9 else -180.0


class Cast(contextlib.ExitStack):
    """The parties; at its end callers hang up first, then the seats log out."""

    def __init__(self, centre: Centre, port: int) -> None:
        super().__init__()
        self.centre, self.port = centre, port
        self.ears: dict[str, RtpPeer] = {}
        self.measurements: list[Measurement] = []
        self._call = ""
        self._recorded = "customer"

    def _speaks(self, name: str, ear: RtpPeer) -> None:
        ear.say(sine(HERTZ[len(self.ears)], 8000 * 240, SAID_DBM0))
        self.ears[name] = ear

    def seat(self, name: str, number: int, *, opened: bool = True) -> Desk:
        """An agent with an open seat; ``number``: index of the demo's agent."""
        desk = self.enter_context(Desk(self.centre, number))
        if opened:
            desk.open()
        assert isinstance(desk.phone, RawPhone)
        self._speaks(name, desk.phone.rtp)
        return desk

    def caller(self, number: str) -> Phone:
        phone = self.enter_context(Phone(self.centre, number))
        self._speaks("customer", phone.rtp)
        self._call = phone.call
        return phone

    def outsider(self) -> Callee:
        """An outside telephone, called over the trunk ``out``."""
        outsider = self.enter_context(Callee(self.centre, self.port))
        self._speaks("outside", outsider.rtp)
        return outsider

    def records(self, call: str, name: str) -> None:
        """From now on ``name`` is on the left side of this call's recording; for calls without a customer."""
        self._call, self._recorded = call, name

    # --- sound ---

    def hears(self, **expected: str) -> None:
        """Checks which parties each listener hears (names separated by spaces); repeated until it holds, within ``PATIENCE_S``."""
        end = time.monotonic() + PATIENCE_S
        while True:
            starts = {name: len(self.ears[name].heard) for name in expected}
            time.sleep(WINDOW_S + 0.06)
            wrong = [
                fault
                for name, words in expected.items()
                if (fault := self._fault(name, starts[name], frozenset(words.split())))
            ]
            if not wrong:
                break
            assert time.monotonic() < end, "; ".join(wrong)
        name = self._recorded
        if self._call and name in expected:
            self.measurements.append(
                Measurement(self._call, time.time() - 0.06, name, frozenset(expected[name].split()))
            )

    def _fault(self, name: str, start: int, wanted: frozenset[str]) -> str:
        ear = self.ears[name]
        packets = ear.heard[start : start + round(WINDOW_S * 50)]
        if len(packets) < 40:
            return "" if wanted == {"silence"} and not packets else f"{name} got {len(packets)} packets"
        return self.judge(name, ear.samples(packets), wanted)

    def judge(self, name: str, heard: np.ndarray, wanted: frozenset[str]) -> str:
        """The differences from what should be heard; ``""``: none."""
        levels = {other: tone_level(heard, HERTZ[place]) for place, other in enumerate(self.ears)}
        least = ABSENT_IN_SPEECH if "prompt" in wanted else ABSENT
        missing = [other for other in wanted - OWN if levels[other] < PRESENT]
        too_much = [other for other, at in levels.items() if other not in wanted and at > least]
        loud = level(heard)
        if {"music", "prompt"} & wanted and loud < -45:
            missing += sorted({"music", "prompt"} & wanted)
        if "silence" in wanted and loud > -55:
            too_much.append(f"sound at {loud:.0f} dBm0")
        if not missing and not too_much:
            return ""
        shown = " ".join(f"{other} {at:.0f}" for other, at in levels.items())
        return f"{name} misses {missing}, hears {too_much} besides ({shown}; all {loud:.0f} dBm0)"

    def recorded(self) -> None:
        """Checks the call's only recording: left nothing but the customer (or the party of ``records``), right what this party heard."""
        calls = {each.call for each in self.measurements}
        for call in calls:
            self.centre.until(lambda call=call: _recording(self.centre, call)["ended_at"])  # type: ignore[misc]
            row = _recording(self.centre, call)
            samples = self.centre.recording(call)
            for measurement in (each for each in self.measurements if each.call == call):
                end = round((measurement.until - row["started_at"]) * 8000) - 400
                part = samples[end - 6400 : end]
                assert len(part) == 6400, "the recording is shorter than the call"
                assert not (fault := self.judge("the left channel", part[:, 0], frozenset({measurement.said}))), fault
                assert not (fault := self.judge("the right channel", part[:, 1], measurement.heard)), fault


def _recording(centre: Centre, call: str) -> dict[str, float]:
    (row,) = [row for row in centre.rows("recordings") if row["call"] == call]
    return row
