"""Keys in tones and in RTP events."""

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from switch_server.card import g711
from switch_server.card.dtmf import DtmfDetector
from switch_server.card.prompts import read_wave
from switch_server.card.rfc4733 import MOST_KEYS, EventsIn, EventsOut
from switch_server.card.tones import DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS, dtmf, sine

QUIET = np.zeros(800, np.int16)


def detect(wave: np.ndarray, law: int = g711.A, lost: frozenset[int] = frozenset()) -> str:
    """The keys that a detector finds in samples, frame by frame; frames in ``lost`` count as not received."""
    detector, keys = DtmfDetector(1), ""
    coded = g711.encode(wave[: len(wave) // 160 * 160].astype(np.int16), law).reshape(-1, 160).view("V160")
    for number, frame in enumerate(coded):
        good = np.array([number not in lost])
        for _, key in detector.step(np.array([0]), np.array([law], np.uint8), frame, good):
            keys += key
    return keys


@pytest.mark.parametrize("law", [g711.A, g711.MU])
def test_every_key_in_short_tones(law: int) -> None:
    wave = np.concatenate([QUIET, *[np.concatenate([dtmf(key, 400), QUIET[:400]]) for key in DTMF_KEYS], QUIET])
    assert detect(wave, law) == DTMF_KEYS


@pytest.mark.parametrize("shift", range(0, 160, 16))
def test_keys_of_40_ms_at_any_offset(shift: int) -> None:
    wave = np.concatenate(
        [QUIET, QUIET[:shift], *[np.concatenate([dtmf(k, 320), QUIET[:400]]) for k in "1590#"], QUIET]
    )
    assert detect(wave) == "1590#"


def test_a_repeated_key_with_a_short_pause_is_two() -> None:
    for shift in range(0, 160, 40):
        wave = np.concatenate([QUIET, QUIET[:shift], dtmf("5", 640), QUIET[:400], dtmf("5", 640), QUIET])
        assert detect(wave) == "55", shift


def test_a_long_key_is_one_even_with_lost_frames() -> None:
    wave = np.concatenate([QUIET, dtmf("8", 8000), QUIET])
    assert detect(wave, lost=frozenset({15, 16, 30})) == "8"


@pytest.mark.parametrize("dbm0", [-25.0, -3.0])
@pytest.mark.parametrize("twist", [-6.0, 0.0, 6.0])
@pytest.mark.parametrize("detune", [-0.015, 0.0, 0.015])
def test_levels_twist_and_detuning(dbm0: float, twist: float, detune: float) -> None:
    found = ""
    for key in "147*D":
        place = DTMF_KEYS.index(key)
        low = sine(DTMF_ROWS[place // 4] * (1 + detune), 480, dbm0 - 3)
        wave = low + sine(
            DTMF_COLUMNS[place % 4] * (1 + detune), 480, dbm0 - 3 + min(twist, 3.0) if dbm0 > -4 else dbm0 - 3 + twist
        )
        found += detect(np.concatenate([QUIET, wave, QUIET]))
    assert found == "147*D"


def test_noise_under_the_tones() -> None:
    noise = np.random.default_rng(3).normal(0, 300, 20000)
    wave = np.concatenate([np.concatenate([dtmf(key, 640), QUIET[:640]]) for key in "0123456789"])
    assert detect(wave + noise[: len(wave)]) == "0123456789"


def test_single_tones_and_network_tones_are_no_keys() -> None:
    for hertz in (350, 450, 697, 941, 1000, 1209, 1477, 2100):
        assert detect(sine(hertz, 16000)) == "", hertz
    assert detect(sine(450, 16000) + sine(1000, 16000)) == ""


@pytest.mark.slow
def test_speech_is_no_key(tmp_path: Path) -> None:
    """Talk-off: over a minute of speech by several voices, in Chinese and English."""
    text = (
        "one two three four five six seven eight nine, please sell all my shares at the best price, I am asking you. "
        * 4
    )
    seconds = 0.0
    for voice in ("en-us", "en+f3", "cmn-latn-pinyin", "en+m7", "yue"):
        path = tmp_path / f"{voice}.wav"
        subprocess.run([shutil.which("espeak-ng") or "espeak-ng", "-v", voice, "-w", path, text], check=True)
        subprocess.run(["sox", path, "-r", "8000", "-b", "16", tmp_path / "8k.wav", "norm", "-3"], check=True)
        wave = read_wave(tmp_path / "8k.wav")
        seconds += len(wave) / 8000
        assert detect(wave) == "", voice
    assert seconds > 60


def event(key: int, duration: int, *, end: bool = False) -> bytes:
    return struct.pack("!BBH", key, 0x8A if end else 10, duration)


def test_an_event_is_one_key_however_many_packets() -> None:
    events = EventsIn()
    packets = [event(5, 160 * n) for n in range(1, 6)] + [event(5, 800, end=True)] * 3
    assert [events.packet(1, 1000, packet) for packet in packets] == ["5"] + [None] * 7
    assert events.packet(1, 2600, event(5, 800, end=True)) == "5"  # only the event's end packet arrived
    assert events.packet(1, 1000, event(5, 800, end=True)) is None  # a late packet of an earlier event
    assert events.packet(1, 4000, event(11, 160)) == "#"
    assert events.packet(2, 10, event(0, 160)) == "0"  # a new source
    assert events.packet(2, 5000, event(16, 160)) is None  # flash is no key
    assert events.packet(2, 6000, b"\x01") is None


def test_a_very_long_event_stays_one_key() -> None:
    events = EventsIn()
    assert events.packet(1, 0, event(7, 0xFFFF)) == "7"
    assert events.packet(1, 0xFFFF, event(7, 160)) is None
    assert events.packet(1, 0xFFFF + 8000, event(7, 160)) == "7"


def test_sent_keys_are_received_unchanged() -> None:
    out, far, heard = EventsOut(), EventsIn(), ""
    out.add("12a#x9")
    ends, stamp = 0, 0
    while out:
        packet = out.tick(stamp)
        stamp += 160
        if packet is not None:
            key = far.packet(1, packet.stamp, packet.payload)
            assert (key is not None) == packet.marker
            heard += key or ""
            ends += packet.payload[1] >> 7
    assert heard == "12A#9"
    assert ends == 3 * 5
    assert stamp == 5 * 10 * 160


def test_waiting_keys_are_limited() -> None:
    out, sent = EventsOut(), 0
    for _ in range(3):
        out.add("1" * 50)
    for stamp in range(0, 160 * 10 * 200, 160):
        packet = out.tick(stamp)
        sent += packet is not None and packet.marker
    assert (sent, bool(out)) == (MOST_KEYS, False)
