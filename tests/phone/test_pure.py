"""The phone's pure parts: admission of calls, the buffer between two clocks, framing, tones, sample rates, the choice of devices."""

import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_app.model.sound.phone_messages import (
    PHONE_COMMANDS,
    PHONE_EVENTS,
    CallOver,
    CallUp,
    Expect,
    PhoneProblem,
    PhoneReady,
    Ringing,
    SoundDevice,
    StopPhone,
)
from agent_app.phone import PhoneError
from agent_app.phone.__main__ import main
from agent_app.phone.admission import EXPECTED, HELD, HOLD_S, AdmissionAction, CallAdmission, PostEvent, Respond
from agent_app.phone.devices import ListedDevice, choose, listed
from agent_app.phone.elastic import FULL, MS, RATE, SPARE, SPARE_MOST, ElasticBuffer
from agent_app.phone.framing import LONGEST, FrameReader, command, event, pack
from agent_app.phone.loglines import take
from agent_app.phone.rates import Downsampler, Upsampler
from agent_app.phone.tones import SILENT, Tone, level, mixed, ring_tone, scaled
from agent_app.phone.voice import Voice
from shared.ids import LegId

ONE, TWO = LegId("c1/2"), LegId("c2/2")


def codes(acts: list[AdmissionAction]) -> list[tuple[int, int]]:
    return [(act.call, act.code) for act in acts if not isinstance(act, PostEvent)]


def told(acts: list[AdmissionAction]) -> list[object]:
    return [act.event for act in acts if isinstance(act, PostEvent)]


# --- the admission ---


def test_a_known_token_rings_and_is_used_up() -> None:
    admission = CallAdmission()
    assert admission.expect(Expect(ONE, "t")) == []
    assert admission.invite(7, "t", 0.0) == [Respond(7, 180), PostEvent(Ringing(ONE))]
    assert admission.ringing
    assert codes(admission.answer(ONE)) == [(7, 200)]
    assert admission.answer(ONE) == []
    assert admission.up(7) == [PostEvent(CallUp(ONE))]
    assert admission.up(7) == []
    assert admission.invite(8, "t", 0.0) == []
    assert codes(admission.tick(HOLD_S)) == [(8, 403)]
    assert admission.gone(7, 200) == [PostEvent(CallOver(ONE, 200, by_us=False))]
    assert admission.empty


def test_calls_without_a_known_token_are_held_and_refused() -> None:
    admission = CallAdmission()
    acts = admission.invite(1, "", 0.0)
    assert codes(acts) == [(1, 403)]
    assert isinstance(told(acts)[0], PhoneProblem)
    for call in range(2, 2 + HELD):
        assert admission.invite(call, "x", 0.0) == []
    assert codes(admission.invite(9, "y", 1.0)) == [(2, 403)]  # the oldest held call is refused to make room
    assert admission.tick(HOLD_S - 0.01) == []
    assert codes(admission.expect(Expect(ONE, "y", auto=True))) == [(9, 180), (9, 200)]
    assert admission.gone(3, 487) == []
    assert admission.tick(99.0) == []


def test_one_call_rings_and_one_talks() -> None:
    admission = CallAdmission()
    admission.expect(Expect(ONE, "a", auto=True))
    admission.expect(Expect(TWO, "b"))
    admission.expect(Expect(LegId("c3/2"), "c"))
    assert codes(admission.invite(1, "a", 0.0)) == [(1, 180), (1, 200)]
    assert codes(admission.invite(2, "b", 0.0)) == [(2, 180)]
    assert codes(admission.invite(3, "c", 0.0)) == [(3, 486)]
    assert admission.answer(TWO) == []
    assert not admission.ringing
    assert codes(admission.gone(1, 200)) == [(2, 200)]


def test_a_call_that_the_phone_ends_is_reported_as_ended_by_us() -> None:
    admission = CallAdmission()
    admission.expect(Expect(ONE, "a", auto=True))
    admission.invite(1, "a", 0.0)
    admission.up(1)
    assert codes(admission.end(ONE)) == [(1, 603)]
    assert admission.forget(ONE) == []
    assert told(admission.gone(1, 603)) == [CallOver(ONE, 200, by_us=True)]
    admission.expect(Expect(TWO, "b"))
    admission.forget(TWO)
    admission.invite(2, "b", 0.0)
    assert codes(admission.close()) == [(2, 403)]


def test_a_repeated_expect_after_a_reconnect_changes_nothing() -> None:
    admission = CallAdmission()
    admission.expect(Expect(ONE, "a"))
    admission.invite(1, "a", 0.0)
    assert admission.expect(Expect(ONE, "a")) == []
    assert codes(admission.forget(ONE)) == [(1, 480)]
    for number in range(EXPECTED + 5):
        admission.expect(Expect(LegId(f"d{number}/2"), f"t{number}"))
    assert len(admission._expected) == EXPECTED


# --- the elastic buffer ---


def test_silence_is_played_before_the_first_samples_and_for_the_spare() -> None:
    buffer = ElasticBuffer()
    assert not buffer.take(80).any()
    assert buffer.underruns == 0
    buffer.put(np.full(160, 5, np.int16))
    first = np.concatenate([buffer.take(80) for _ in range(3)])
    assert list(first[:SPARE]) == [0] * SPARE
    assert list(first[SPARE:]) == [5] * 160


def _run(seconds: float, ppm: float, jitter: float = 0.0, quiet: bool = False) -> ElasticBuffer:
    """Runs a writer of 20 ms frames and a reader of 10 ms blocks whose clocks differ."""
    rng = np.random.default_rng(1)
    buffer, tone = ElasticBuffer(), Tone(400, -40 if not quiet else -60)
    writes = [(n * 0.02 + rng.uniform(0, jitter), 0) for n in range(int(seconds / 0.02))]
    reads = [(0.005 + n * 0.01 / (1 + ppm / 1e6), 1) for n in range(int(seconds / 0.01))]
    for _, who in sorted(step for step in writes + reads if step[0] < seconds - 0.2):
        if who:
            buffer.take(80)
        else:
            buffer.put(tone.next(160))
    return buffer


@pytest.mark.parametrize("ppm", [-300, 0, 300])
def test_clock_drift_causes_no_underrun_and_no_overrun(ppm: float) -> None:
    buffer = _run(120, ppm)
    assert buffer.underruns == 0
    assert buffer.overruns == 0
    assert buffer.fill_ms() < 50
    assert (buffer.steps > 0) == (ppm != 0)


def test_jitter_raises_the_spare_and_calm_lowers_it() -> None:
    buffer = _run(20, 0, jitter=0.1)
    assert SPARE < buffer.spare <= SPARE_MOST
    assert buffer.underruns > 0
    for _ in range(40 * 100):
        buffer.put(np.zeros(80, np.int16))
        buffer.take(80)
    assert buffer.spare < SPARE_MOST
    assert "underruns" in str(buffer)


def test_a_stalled_reader_leaves_no_delay() -> None:
    buffer = ElasticBuffer()
    for _ in range(50):
        buffer.put(np.full(160, 3000, np.int16))
    assert buffer.overruns > 0
    assert buffer.fill_ms() <= FULL / MS
    for _ in range(100 * 30):
        buffer.put(np.full(80, 3000, np.int16))
        buffer.take(80)
    assert buffer.fill_ms() < 40


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=200))
def test_any_order_of_puts_and_takes(steps: list[tuple[bool, int]]) -> None:
    buffer = ElasticBuffer()
    for put, count in steps:
        if put:
            buffer.put(np.ones(count, np.int16))
        else:
            assert len(buffer.take(count)) == count
        assert 0 <= buffer.fill_ms() <= FULL / MS + SPARE_MOST / MS + 50


# --- the wire ---


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_frames_are_cut_anywhere(cuts: list[int]) -> None:
    messages = [Expect(ONE, "t" * 50, auto=True), StopPhone(), Expect(TWO, "秘")]
    data = b"".join(pack(message) for message in messages)
    frames, got = FrameReader(), []
    at = 0
    for cut in [*cuts, len(data)]:
        got += list(frames.feed(data[at : at + cut]))
        at += cut
    assert [command(body) for body in got] == messages


def test_invalid_messages_on_the_wire() -> None:
    for body in (b"", b"\xc1", pack(PhoneReady("a", "b"))[4:]):
        with pytest.raises(PhoneError, match="bad_command"):
            command(body)
    with pytest.raises(PhoneError, match="bad_event"):
        event(pack(StopPhone())[4:])
    with pytest.raises(PhoneError, match="bad_frame"):
        list(FrameReader().feed(struct.pack("!I", LONGEST + 1)))
    assert len({kind.__name__ for kind in (*PHONE_COMMANDS, *PHONE_EVENTS)}) == len(PHONE_COMMANDS) + len(PHONE_EVENTS)


@pytest.mark.parametrize("say", ["400", "tone:", "tone:9", "tone:4000", "tone:x", "noise:400"])
def test_an_invalid_tone_option_is_refused(say: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--say", say])
    assert "is not like tone:400" in capsys.readouterr().err


# --- sound ---


def test_tones_and_levels() -> None:
    assert level(Tone(1000, -20).next(8000)) == pytest.approx(-20, abs=0.1)
    assert level(np.zeros(80, np.int16)) == SILENT
    assert level(np.zeros(0, np.int16)) == SILENT
    ring = ring_tone().next(10 * RATE)
    assert [bool(ring[s * RATE : (s + 1) * RATE].any()) for s in range(10)] == [s % 5 == 0 for s in range(10)]
    assert int(scaled(np.array([30000], np.int16), 2.0)[0]) == 32767
    assert int(mixed(np.array([-30000], np.int16), np.array([-30000], np.int16))[0]) == -32768


@pytest.mark.parametrize("factor", [1, 2, 6])
def test_resampling_up_and_down_keeps_the_level(factor: int) -> None:
    up, down, tone = Upsampler(factor), Downsampler(factor), Tone(1000, -20)
    out = np.concatenate([down(up(tone.next(80))) for _ in range(50)])
    assert len(out) == 50 * 80
    assert level(out[400:]) == pytest.approx(-20, abs=0.3)


def test_voice_without_a_device() -> None:
    voice = Voice(device=False, say=Tone(400, -20))
    voice.meter(on=True)
    voice.heard(Tone(1000, -30).next(160))
    assert level(voice.said(1600)) == pytest.approx(-20, abs=0.2)
    assert voice.speaker_meter.read() == pytest.approx(-30, abs=0.2)
    assert voice.microphone_meter.read() == pytest.approx(-20, abs=0.2)
    voice.muted = True
    assert not voice.said(160).any()


def entry(name: str, inputs: int, outputs: int) -> dict[str, object]:
    return {"name": name, "max_input_channels": inputs, "max_output_channels": outputs}


def test_windows_lists_each_device_once() -> None:
    devices = [entry("Mapper", 2, 2), entry("Headset", 0, 2), entry("Headset", 0, 2), entry("Mic", 1, 0)]
    apis = [
        {"name": "MME", "devices": [0], "default_input_device": 0, "default_output_device": 0},
        {"name": "Windows WASAPI", "devices": [1, 2, 3], "default_input_device": 3, "default_output_device": 2},
    ]
    found = listed(devices, apis, windows=True)
    assert [item.device.id for item in found] == [
        "Windows WASAPI/Headset",
        "Windows WASAPI/Headset #2",
        "Windows WASAPI/Mic",
    ]
    assert [item.device.default_out for item in found] == [False, True, False]
    assert [item.index for item in listed(devices, apis, windows=False)] == [0]
    assert listed([], [], windows=True) == ()


def test_the_choice_of_a_device() -> None:
    def item(index: int, name: str, inputs: int, outputs: int, *, default: bool = False) -> ListedDevice:
        return ListedDevice(index, SoundDevice(name, name, inputs, outputs, default, default))

    devices = (item(0, "mic", 1, 0), item(1, "headset", 1, 2), item(2, "speakers", 0, 2, default=True))

    def name(wanted: str, *, output: bool, failed: tuple[str, ...] = ()) -> str:
        found = choose(devices, wanted, output=output, failed=frozenset(failed))
        return found.device.id if found else ""

    assert name("headset", output=True) == "headset"
    assert name("", output=True) == "speakers"
    assert name("mic", output=True) == "speakers"
    assert name("headset", output=True, failed=("headset",)) == "speakers"
    assert name("", output=False) == "mic"
    assert name("", output=False, failed=("mic", "headset")) == ""


# --- the phone's standard error ---


def test_lines_of_standard_error_are_logged_with_their_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    take(
        [
            b"12:00:00.123  sip_endpoint.c  .Creating endpoint instance...\n",
            b"INFO agent_app.phone.sip call 0: an INVITE\n",
            b"\n",
            b"CRITICAL agent_app.logs a fault in input\n",
            b"Traceback (most recent call last):\n",
            b'  File "process.py", line 1, in _read\n',
            b"AttributeError: \xff\n",
            b"12:00:01.000  pjlib  assertion failed\n",
            b"INFO agent_app.phone.process quality 0.2 %\n",
            b"ALSA lib pcm.c: no such device\n",
            b"Fatal Python error: Segmentation fault\n",
            b"\n",
            b"Current thread 0x1 (most recent call first):\n",
        ]
    )
    assert [(record.levelname, record.name.rpartition(".")[2], record.getMessage()) for record in caplog.records] == [
        ("INFO", "library", "12:00:00.123  sip_endpoint.c  .Creating endpoint instance..."),
        ("INFO", "sip", "call 0: an INVITE"),
        ("CRITICAL", "logs", "a fault in input"),
        ("CRITICAL", "logs", "Traceback (most recent call last):"),
        ("CRITICAL", "logs", '  File "process.py", line 1, in _read'),
        ("CRITICAL", "logs", "AttributeError: \ufffd"),
        ("INFO", "library", "12:00:01.000  pjlib  assertion failed"),
        ("INFO", "process", "quality 0.2 %"),
        ("INFO", "library", "ALSA lib pcm.c: no such device"),
        ("CRITICAL", "library", "Fatal Python error: Segmentation fault"),
        ("CRITICAL", "library", "Current thread 0x1 (most recent call first):"),
    ]


@pytest.mark.parametrize(
    ("fault", "status"), [("Dying()", 0), ("threading.Thread(target=fails).start(); time.sleep(20)", 6)]
)
def test_a_fault_ends_the_phone_only_when_it_ends_a_thread(fault: str, status: int) -> None:
    """An exception in Python code that a library calls, or in ``__del__``, ends only that call."""
    program = f"""
import threading, time
from agent_app.phone.__main__ import _log_to_owner
def fails():
    raise AttributeError("in a thread")
class Dying:
    def __del__(self):
        fails()
_log_to_owner()
{fault}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "in a thread" in done.stderr) == (status, True)
