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
from switch_server.card.rfc4733 import MOST_KEYS, EventsIn, EventsOut, read_event
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


class Receiver:
    """``EventsIn`` with sequence numbers and ticks that rise by 1 a packet, unless given."""

    def __init__(self) -> None:
        self.events, self.seq, self.tick, self.heard = EventsIn(), 65530, 0, ""

    def packet(
        self, stamp: int, payload: bytes, *, ssrc: int = 1, marker: bool = False, seq: int | None = None
    ) -> str | None:
        self.seq = (self.seq + 1 if seq is None else seq) & 0xFFFF
        self.tick += 1
        packet = read_event(ssrc, self.seq, stamp & 0xFFFF_FFFF, payload, marker=marker, tick=self.tick)
        key = None if packet is None else self.events.packet(packet)
        self.heard += key or ""
        return key

    def rest(self, packets: int) -> None:
        """Packets without events."""
        self.seq += packets
        self.tick += packets


def event(key: int, duration: int, *, end: bool = False) -> bytes:
    return struct.pack("!BBH", key, 0x8A if end else 10, duration)


def test_an_event_is_one_key_however_many_packets() -> None:
    events = Receiver()
    packets = [event(5, 160 * n) for n in range(1, 6)] + [event(5, 800, end=True)] * 3
    assert [events.packet(1000, packet) for packet in packets] == ["5"] + [None] * 7
    events.rest(8)
    assert events.packet(2600, event(5, 800, end=True)) == "5"  # only the event's end packet arrived
    assert events.packet(1000, event(5, 800, end=True), seq=events.seq - 9) is None  # a late packet of an earlier event
    events.rest(20)
    assert events.packet(4000, event(11, 160)) == "#"
    events.rest(20)
    assert events.packet(10, event(0, 160), ssrc=2) == "0"  # a new source
    assert events.packet(5000, event(16, 160), ssrc=2) is None  # flash is no key
    assert events.packet(6000, b"\x01", ssrc=2) is None


def test_a_very_long_event_stays_one_key() -> None:
    """Segments (RFC 4733 §2.5.1.3): with all packets, with the last packets of a segment lost, and with many segments."""
    for last in (0xFFFF, 0xFFFF - 800):
        events = Receiver()
        for segment in range(5):
            for duration in (*range(160, last, 160), last):
                events.packet(segment * 0xFFFF, event(7, duration), marker=segment == 0 and duration == 160)
            events.rest(5)
        for _ in range(3):
            events.packet(5 * 0xFFFF, event(7, 800, end=True))
        assert events.heard == "7"
        events.rest(3)
        assert events.packet(5 * 0xFFFF + 1440, event(7, 160), marker=True) == "7"


@pytest.mark.parametrize("key", [1, 10, 15])
@pytest.mark.parametrize(
    "steps",
    [(0, 160, 320), (0, 400, 800), (0, -160, -320), (800, 960, 1120), (0, 960, 1120), (160, 160, 160), (0, 7, 70_000)],
)
@pytest.mark.parametrize("marked", [False, True])
def test_end_packets_with_advancing_timestamps_are_one_key(key: int, steps: tuple[int, ...], marked: bool) -> None:
    """Case 17: an extra digit in a PIN locks the account."""
    events = Receiver()
    stamp = 1000
    for _ in range(3):
        for n in range(5):
            events.packet(stamp, event(key, 160 + 160 * n), marker=n == 0)
        for step in steps:
            events.packet(stamp + step, event(key, 800, end=True), marker=marked and abs(step) < 960)
        events.rest(2)
        stamp += 1600
    assert events.heard == 3 * "0123456789*#ABCD"[key]


@pytest.mark.parametrize("grows", [True, False])
@pytest.mark.parametrize("step", [80, 160, 240, 400, 480, -160])
def test_a_timestamp_that_runs_on_in_all_packets_is_one_key(grows: bool, step: int) -> None:
    """Case 17, from the first packet on."""
    events = Receiver()
    for press in range(4):
        for n in range(9):
            duration = abs(step) * (n + 1) if grows else 160
            events.packet(press * 16000 + n * step, event(3, duration, end=n > 5), marker=n == 0)
        events.rest(2)
    assert events.heard == "3333"


@pytest.mark.parametrize("keys", ["123", "111", "1213", "0000", "4554"])
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("updates", [1, 5])
def test_several_keys_with_one_timestamp_are_all_heard(keys: str, marked: bool, updates: int) -> None:
    """Case 16."""
    events = Receiver()
    for key in keys:
        for n in range(updates):
            events.packet(0x3200, event(int(key), 160 + 160 * n), marker=marked and n == 0)
        for _ in range(3):
            events.packet(0x3200, event(int(key), 160 * updates + 160, end=True))
    assert events.heard == keys


@pytest.mark.parametrize(
    ("before", "after"), [(3_000_000_000, 1_500_000_000), (2_000_000_000, 100), (5000, 4_294_960_000), (9000, 8000)]
)
def test_keys_after_a_clock_that_jumps_are_heard(before: int, after: int) -> None:
    """Case 15."""
    events = Receiver()
    for number, stamp in enumerate([before, after, after + 1600, after + 3200, after + 4800], 1):
        for n in range(5):
            events.packet(stamp, event(number, 160 + 160 * n), marker=n == 0)
        for _ in range(3):
            events.packet(stamp, event(number, 800, end=True))
        events.rest(2)
    assert events.heard == "12345"


def test_a_key_whose_end_packets_are_lost_is_followed_by_the_same_key_with_the_same_timestamp() -> None:
    """Case 16 with loss: the marker and the shorter duration tell the second press."""
    events = Receiver()
    for n in range(10):
        events.packet(0x3200, event(1, 160 + 160 * (n % 5)), marker=n % 5 == 0)
    assert events.heard == "11"


def test_a_sequence_that_begins_anew_is_followed_after_a_rest() -> None:
    events = Receiver()
    assert events.packet(1000, event(1, 800, end=True), seq=500) == "1"
    assert events.packet(1000, event(1, 800, end=True), seq=500) is None
    assert events.packet(9000, event(2, 160), seq=480) is None  # late
    assert events.packet(9000, event(2, 160), seq=40_000) == "2"
    events.tick += 101
    assert events.packet(17000, event(3, 160), seq=39_990) == "3"


def test_a_late_end_of_the_key_before_is_no_key() -> None:
    """A sender that begins a key before it has sent the last end packet of the key before."""
    events = Receiver()
    events.packet(1000, event(1, 160), marker=True)
    events.packet(1000, event(1, 320, end=True))
    events.packet(1400, event(2, 160), marker=True)
    events.packet(1000, event(1, 320, end=True))
    events.packet(1400, event(2, 320))
    events.packet(1000, event(1, 320, end=True))
    events.packet(1400, event(2, 320, end=True))
    assert events.heard == "12"


def test_two_sources_in_turn_press_a_key_once() -> None:
    """A key that goes on with a new SSRC, or that two SSRCs send at once."""
    events = Receiver()
    for n in range(20):
        for ssrc in (1, 2):
            events.packet(
                1000 * ssrc, event(6, 160 + 160 * n, end=n > 16), ssrc=ssrc, seq=n + 1000 * ssrc, marker=n == 0
            )
    assert events.heard == "6"
    events.rest(12)
    assert events.packet(9000, event(6, 160), ssrc=2) == "6"


def test_keys_of_another_source_than_that_of_the_sound() -> None:
    """A gateway sends its keys with an SSRC of their own; once the sound's source has sent a key, no other source has keys."""
    events = EventsIn()

    def packet(ssrc: int, seq: int, key: int, tick: int) -> str | None:
        event_packet = read_event(ssrc, seq, 160 * tick, event(key, 160), marker=True, tick=tick)
        assert event_packet is not None
        return events.packet(event_packet, 1)

    assert packet(2, 10, 5, 100) == "5"
    assert packet(2, 90, 6, 200) == "6"
    assert packet(1, 5000, 7, 300) == "7"
    assert packet(2, 150, 7, 300) is None
    assert packet(2, 151, 8, 400) is None
    assert packet(1, 5200, 8, 500) == "8"


def test_sent_keys_are_received_unchanged() -> None:
    out, far, heard = EventsOut(), Receiver(), ""
    out.add("12a#x9")
    ends, stamp = 0, 0
    while out:
        packet = out.tick(stamp)
        stamp += 160
        if packet is not None:
            key = far.packet(packet.stamp, packet.payload, marker=packet.marker)
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
