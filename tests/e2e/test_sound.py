"""The whole path of the voice on real parts, by measured audio: a caller, the switch with its card, the agent's app and phone, a headset.

The agent's headset is a sink ``headset`` of a PulseAudio, with a microphone. The first test's caller is baresip, which sends 1 kHz (ausine) and
plays the received audio to the sink ``speakers``. In the second test the caller is an RTP peer, since baresip does not tell when it sends a
packet. The app is ``tests.e2e.scripted_app`` (link, phone process and presenter as delivered). Prints the measured values as JSON.
"""

import contextlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.enums import SeatState
from switch_server.card import g711
from tests.e2e.app import ScriptedApp
from tests.e2e.centre import Centre
from tests.e2e.desk import talks
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.phone.test_sound import HEADSET, dbfs, share, until_heard
from tests.rtp_capture import Packet, RtpCapture, may_capture, udp_ports
from tests.rtp_peer import frequency, purity, sine
from tests.sip_tools import Baresip
from tests.sound import Headset

pytestmark = pytest.mark.slow
EAR, CALLERS_EAR = "headset", "speakers"
LIPS_DBFS = -20.0
SAID = sine(400, 8000 * 100, LIPS_DBFS + 3.14)
SILENT_DBFS = -60.0
PURE = 0.85
"""The share of 20 ms blocks that must have only the tone; on an idle machine all have. Under load, the test's own audio has gaps."""
BURSTS = 12
ENOUGH = 6
"""The number of bursts that must arrive; a machine under load may lose some."""
MOST_MS = 400.0
"""A wide limit, for a loaded machine; the measured values are printed."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=FLOWS, change=queues) as made:
        yield made


@pytest.fixture(scope="module")
def headset() -> Iterator[Headset]:
    """A headset that is not the system's default device, so that it has sound only if the app has selected it."""
    with Headset() as made:
        made.pactl("set-default-sink", "speakers")
        made.pactl("set-default-source", "nothing.monitor")
        yield made


@contextlib.contextmanager
def at_the_desk(centre: Centre, folder: Path, headset: Headset) -> Iterator[ScriptedApp]:
    """The app, with an open seat and the headset selected."""
    headset.say(np.zeros(1))
    with ScriptedApp(centre, folder, say="", audio=True, env=headset.env) as app:
        app.until(lambda view: HEADSET in {device.id for device in view.audio.devices})
        app.do("use_devices", HEADSET, HEADSET, HEADSET)
        yield app
        assert app.view.audio.speaker == app.view.audio.microphone == HEADSET
        assert not app.view.audio.lost_device


# --- sound ---


def test_two_people_talk_and_one_is_held(centre: Centre, tmp_path: Path, headset: Headset) -> None:
    """1 kHz to the headset and 400 Hz to the caller; during hold music to the caller and nothing to the agent; then both again; one recording."""
    baresip = Baresip(tmp_path / "baresip", audio="ausine,1000", player=f"alsa,{CALLERS_EAR}", env=headset.env)
    with at_the_desk(centre, tmp_path, headset) as app, baresip as phone:
        phone.dial(centre.uri.replace("95500", QUEUE))
        phone.wait("CALL_ESTABLISHED")
        until_heard(headset, 450)  # the ring tone
        headset.say(SAID)
        call = app.answers().call
        first = both_hear(headset)
        held = hold(app, headset)
        app.do("retrieve")
        app.is_seat(SeatState.TALKING)
        second = both_hear(headset)
        app.do("hang_up")
        phone.wait("CALL_CLOSED")
        app.wraps_up()
    recorded = one_recording(centre, call)
    print(json.dumps({"talk": first, "held": held, "after_it": second, "recording": recorded}))
    assert first["agent_dbfs"] == pytest.approx(recorded["left_dbfs"], abs=1), "louder or softer than the caller was"
    assert second["agent_dbfs"] == pytest.approx(recorded["left_dbfs"], abs=1)


def ears(headset: Headset, seconds: float) -> list[np.ndarray]:
    """The sound at agent and caller in the same ``seconds``, and the sound that the microphone sends."""
    recorders = [headset.recorder(sink) for sink in (EAR, CALLERS_EAR, "mouth")]
    begins = [recorder.count() for recorder in recorders]
    return [recorder.since(begin, seconds) for recorder, begin in zip(recorders, begins, strict=True)]


def both_hear(headset: Headset) -> dict[str, float]:
    """Checks that each hears the other for three seconds: pitch, level, and hardly any other sound."""
    until_heard(headset, 1000, sink=EAR)
    until_heard(headset, 400, sink=CALLERS_EAR)
    agent, caller, lips = ears(headset, 3.0)
    figures = {
        "agent_hertz": round(frequency(agent), 1), "agent_dbfs": round(dbfs(agent), 1), "agent_pure": round(share(agent, 1000), 3),
        "caller_hertz": round(frequency(caller), 1), "caller_dbfs": round(dbfs(caller), 1), "caller_pure": round(share(caller, 400), 3),
        "lips_pure": round(share(lips, 400), 3),
    }  # fmt: skip
    assert figures["agent_hertz"] == pytest.approx(1000, abs=2), figures
    assert figures["caller_hertz"] == pytest.approx(400, abs=2), figures
    assert figures["agent_pure"] > PURE, figures
    assert figures["caller_pure"] > PURE * figures["lips_pure"], figures
    assert figures["caller_dbfs"] == pytest.approx(LIPS_DBFS, abs=1), figures
    return figures


def hold(app: ScriptedApp, headset: Headset) -> dict[str, float]:
    """Holds: music to the caller, nothing to the agent, while both go on speaking."""
    app.do("hold")
    app.is_seat(SeatState.HOLDING)
    ears(headset, 1.0)  # sound that was on its way
    agent, caller, lips = ears(headset, 2.0)
    loudest = max(dbfs(block) for block in agent.reshape(-1, 160))
    assert loudest <= SILENT_DBFS
    assert dbfs(caller) > -45, "no music"
    assert share(caller, 400) < 0.1
    assert share(caller, 1000) < 0.1
    assert share(lips, 400) > PURE, "the agent was to speak on"
    return {"agent_loudest_dbfs": round(loudest, 1), "caller_dbfs": round(dbfs(caller), 1)}


# --- the recording ---


def one_recording(centre: Centre, call: str) -> dict[str, float]:
    """Checks the recording: left the caller from begin to end; right the agent, music, the agent; with the length of the call."""
    centre.until(lambda: row_of(centre, call)["ended_at"])
    row, (talk,) = row_of(centre, call), talks(centre, call)
    left, right = centre.recording(call).T
    lasted = row["ended_at"] - row["answered_at"]
    assert len(left) / 8000 == pytest.approx(lasted, abs=0.5), "as long as the call"
    caller = left[4000:-4000]  # without begin and end, where not only baresip's tone is heard
    assert frequency(caller) == pytest.approx(1000, abs=2)
    assert share(caller, 1000) > 0.97, "continuous: while it rang, in the talk, on hold"
    agent = stretches(right, 400)
    assert [tone for _, _, tone in agent].count(True) == 2, agent
    one, between, two = agent[[tone for _, _, tone in agent].index(True) :][:3]
    held_s = (between[1] - between[0]) / 8000
    assert held_s == pytest.approx(talk["hold_ms"] / 1000, abs=0.5)
    music = right[between[0] + 2400 : between[1] - 2400]
    assert dbfs(music) > -45
    assert share(music, 400) < 0.1
    for begin, end, _ in (one, two):
        assert end - begin > 2 * 8000
        said = right[begin + 1600 : end - 1600]
        assert share(said, 400) > PURE
        assert dbfs(said) == pytest.approx(LIPS_DBFS, abs=1)
    return {
        "seconds": round(len(left) / 8000, 2), "call_seconds": round(lasted, 2), "left_dbfs": round(dbfs(caller), 1),
        "left_pure": round(share(caller, 1000), 3), "held_seconds": round(held_s, 1),
    }  # fmt: skip


def row_of(centre: Centre, call: str) -> dict[str, Any]:
    return next(row for row in centre.rows("calls") if row["id"] == call)


def stretches(samples: np.ndarray, hertz: float) -> list[tuple[int, int, bool]]:
    """(begin, end, whether mainly this tone), in samples: by the majority of the surrounding 25 blocks of 20 ms."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    tone = np.array([purity(block, hertz) > 0.9 for block in blocks])
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(tone, 12, mode="edge"), 25), axis=1) > 0
    edges = [0, *(np.flatnonzero(np.diff(smooth)) + 1), len(smooth)]
    return [(int(begin) * 160, int(end) * 160, bool(smooth[begin])) for begin, end in itertools.pairwise(edges)]


# --- delay ---


def test_delay_part_by_part(centre: Centre, tmp_path: Path, headset: Headset) -> None:
    """The delay from the caller's packet to the headset, and from the microphone to the packet at the caller, ms: in total and by parts.

    A packet's own 20 ms of sound are not in the first delay, but in the second. The parts need a packet capture (``CAP_NET_RAW``, which root
    has); without it only the totals are measured, and the output tells so.
    """
    with at_the_desk(centre, tmp_path, headset) as app, contextlib.ExitStack() as stack:
        with Phone(centre, QUEUE) as phone:
            app.answers(phone.call)
            phone.rtp.listen(1.0)
            wire = stack.enter_context(RtpCapture()) if may_capture() else None
            way = VoicePath(phone, headset, wire, udp_ports(app.phone_pid))
            for _ in range(BURSTS):
                for measure in (way.to_ear, way.to_caller):
                    headset.hear(0.2)
                    with contextlib.suppress(AssertionError):  # a burst may be lost on a machine under load
                        measure()
            app.until(lambda view: view.quality is not None)
            quality = app.view.quality
        app.wraps_up()
    assert quality is not None
    figures = {name: {part: summary(took) for part, took in parts.items()} for name, parts in way.parts.items()}
    print(json.dumps({
        **figures, "parts": "all" if wire else "the whole only: no CAP_NET_RAW", "phone_says_buffer_ms": quality.buffer_ms,
        "phone_says_device_ms": round(quality.device_ms), "caller_late_ms": round(phone.rtp.late_ms),
    }))  # fmt: skip
    for name, parts in way.parts.items():
        assert len(parts["whole"]) >= ENOUGH, f"{name}: heard {len(parts['whole'])} of {BURSTS}"
        for part, took in parts.items():
            assert 0 < np.median(took) < MOST_MS, f"{name}, {part}: {took}"
        assert np.median(parts["whole"]) > 20, name


def summary(took: list[float]) -> dict[str, int]:
    return {
        "median": round(float(np.median(took))),
        "least": round(min(took)),
        "most": round(max(took)),
        "of": len(took),
    }


class VoicePath:
    """Bursts of 40 ms from caller to headset and from microphone to caller; ``parts`` has the delay of each part, ms."""

    BURST = sine(1000, 8 * 40, -10)

    def __init__(self, phone: Phone, headset: Headset, wire: RtpCapture | None, desk: frozenset[int]) -> None:
        self.parts: dict[str, dict[str, list[float]]] = {"caller_to_ear": {}, "lips_to_caller": {}}
        self._phone, self._headset, self._wire, self._desk = phone, headset, wire, desk
        self._left: list[float] = []
        phone.rtp.mangle = self._leaves

    def _leaves(self, _number: int, packet: bytes) -> list[bytes]:
        if loud(packet[12:]):
            self._left.append(time.monotonic())
        return [packet]

    def to_ear(self) -> None:
        self._left.clear()
        begun = time.monotonic()
        self._phone.rtp.say(self.BURST)
        heard = self._headset.recorder(EAR).onset(begun, seconds=2.0)
        passed = self._passes(begun, lambda packet: packet.target in self._desk)
        names = ("whole", "switch: caller's packet to its packet", "phone: the switch's packet to the ear")
        self._note("caller_to_ear", names, self._left[0], passed, heard)

    def to_caller(self) -> None:
        begun = time.monotonic()
        self._headset.say(self.BURST)
        lips = self._headset.recorder("mouth").onset(begun, seconds=2.0)
        packets = self._phone.rtp.wait(lambda heard: any(p.at > begun and loud(p.payload) for p in heard), 2.0)
        came = next(p.at for p in packets if p.at > begun and loud(p.payload))
        passed = self._passes(begun, lambda packet: packet.source in self._desk)
        names = ("whole", "phone: lips to its packet", "switch: the phone's packet to its packet")
        self._note("lips_to_caller", names, lips, passed, came)

    def _passes(self, begun: float, wanted: Callable[[Packet], bool]) -> float | None:
        """The time at which the burst's packet was between switch and phone."""
        if self._wire is None:
            return None
        return self._wire.first(lambda packet: wanted(packet) and loud(packet.payload), after=begun).at

    def _note(self, way: str, names: tuple[str, str, str], begin: float, passed: float | None, end: float) -> None:
        spans = [end - begin] + ([passed - begin, end - passed] if passed is not None else [])
        for name, span in zip(names, spans, strict=False):
            self.parts[way].setdefault(name, []).append(span * 1000)


def loud(payload: bytes) -> bool:
    """Whether a packet (20 ms of A-law) has speech."""
    if len(payload) != 160:
        return False
    return int(np.abs(g711.decode(np.frombuffer(payload, np.uint8), 0).astype(np.int32)).max()) > 1000
