"""G.711 tables, tones, prompts, plays and mixes, without a network."""

from pathlib import Path

import numpy as np
import pytest

from shared.enums import PlayEnd
from switch_server.card import BadWave, NoSegment, g711, tones
from switch_server.card.mixer import Mixer
from switch_server.card.player import PromptPlayer
from switch_server.card.prompts import Prompts, read_wave
from tests.rtp_peer import frequency, level, purity, sine

LAW = np.zeros(8, np.uint8)


def frames_of(rows: list[np.ndarray], law: int = g711.A) -> np.ndarray:
    return g711.encode(np.stack(rows), law).view("V160")[:, 0]


def heard(payload: np.ndarray, row: int, law: int = g711.A) -> np.ndarray:
    return g711.decode(payload[row : row + 1].view(np.uint8), law)


def test_g711_reference_values() -> None:
    assert g711.decode(np.array([0xD5, 0x55, 0xAA, 0x2A], np.uint8), g711.A).tolist() == [8, -8, 32256, -32256]
    assert g711.decode(np.array([0xFF, 0x7F, 0x80, 0x00], np.uint8), g711.MU).tolist() == [0, 0, 32124, -32124]


@pytest.mark.parametrize("law", [g711.A, g711.MU])
def test_g711_keeps_every_byte_and_is_near_every_sample(law: int) -> None:
    every = np.arange(256, dtype=np.uint8)
    again = g711.encode(g711.decode(every, law), law)
    assert (g711.decode(again, law) == g711.decode(every, law)).all()  # µ-law has two zeros
    samples = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    error = np.abs(g711.decode(g711.encode(samples, law), law).astype(np.int32) - samples)
    assert (error <= np.maximum(8, np.abs(samples.astype(np.int32)) // 16)).all()


def test_the_other_law_sounds_the_same() -> None:
    wave = sine(1000, 8000)
    across = g711.ACROSS[g711.A, g711.MU][g711.encode(wave, g711.A)]
    assert purity(g711.decode(across, g711.MU), 1000) > 0.999


@pytest.mark.parametrize(("name", "seconds"), [("dial", 0.02), ("ringback", 5), ("busy", 0.7), ("congestion", 1.4)])
def test_network_tones_repeat_without_a_click(name: str, seconds: float) -> None:
    wave = tones.tone(name)
    assert len(wave) == round(seconds * 8000)
    assert len(wave) % 160 == 0
    on = np.tile(wave, 8)[: round(min(seconds, 0.35) * 8000)]
    assert frequency(np.tile(wave, 50) if name == "dial" else on) == pytest.approx(450, abs=2)
    assert level(on) == pytest.approx(-10, abs=0.1)


def test_prompts_come_from_the_first_folder_that_has_them(prompts: Path, tmp_path: Path) -> None:
    (tmp_path / "zh_CN").mkdir()
    (tmp_path / "zh_CN" / "two.wav").write_bytes((prompts / "zh_CN" / "one.wav").read_bytes())
    store = Prompts([tmp_path, prompts])
    assert store.preload() == 3  # without the broken file
    assert store.segment("zh_CN/one").frames == store.segment("zh_CN/two").frames == 50
    for name in ("zh_CN/none", "../secret", "/etc/passwd", "tone:none", "pause:x"):
        with pytest.raises(NoSegment):
            store.segment(name)
    with pytest.raises(BadWave):
        read_wave(prompts / "broken.wav")


def test_reload_takes_changed_files_and_keeps_what_plays(prompts: Path, tmp_path: Path) -> None:
    path = tmp_path / "hello.wav"
    path.write_bytes((prompts / "zh_CN" / "one.wav").read_bytes())
    store = Prompts([tmp_path])
    before = store.segment("hello")
    first = store.frames[g711.A][before.start].tobytes()
    path.write_bytes((prompts / "zh_CN" / "two.wav").read_bytes())
    assert store.segment("hello") == before
    store.reload()
    assert store.segment("hello").frames == 25
    assert store.frames[g711.A][before.start].tobytes() == first


def test_a_play_list_is_played_in_order_and_ends_once(prompts: Path) -> None:
    player = PromptPlayer(8, Prompts([prompts]))
    payload = np.zeros((8, 160), np.uint8).view("V160")[:, 0]
    assert player.start(3, 9, ("zh_CN/one", "pause:100", "zh_CN/nothing", "zh_CN/two"), barge_in=True, loop=False)
    player.refresh(LAW)
    said, ended = [], []
    for _ in range(100):
        ended += player.step(payload)
        player.refresh(LAW)
        if not ended:
            said.append(heard(payload, 3))
    assert ended == [(3, 9, PlayEnd.FAILED, 1600)]
    wave = np.concatenate(said).reshape(-1)
    assert frequency(wave[:8000]) == pytest.approx(700, abs=2)
    assert np.abs(wave[8000:8800]).max() <= 8
    assert frequency(wave[8800:]) == pytest.approx(1700, abs=3)


def test_a_loop_goes_on_and_stopping_tells_how_long(prompts: Path) -> None:
    player = PromptPlayer(8, Prompts([prompts]))
    payload = np.zeros((8, 160), np.uint8).view("V160")[:, 0]
    player.start(0, 1, ("zh_CN/two", "tone:busy"), barge_in=False, loop=True)
    player.start(1, 2, ("zh_CN/two",), barge_in=False, loop=True)
    player.refresh(LAW)
    assert [player.step(payload) for _ in range(200)] == [[]] * 200
    assert player.stop(0, by_key=True) is None  # no barge-in
    assert player.stop(0) == (1, 4000)
    assert player.stop(1) == (2, 4000)
    assert player.stop(1) is None
    assert not player.start(2, 3, ("none",), barge_in=True, loop=False)


def test_who_hears_whom() -> None:
    """Conference of 0, 1, 2; monitor 3 hears 0 and 1; whisper: 4 hears 0 and is heard by 5 together with 0; pair 6, 7 in two laws."""
    law = np.array([0, 0, 1, 0, 0, 1, 0, 1], np.uint8)
    mixer = Mixer(8)
    hears = {0: {1, 2}, 1: {0, 2}, 2: {0, 1}, 3: {0, 1}, 4: {0}, 5: {0, 4}, 6: {7}, 7: {6}}
    for row, others in hears.items():
        mixer.hear(row, frozenset(others))
    listened, listening = mixer.refresh(law, 8)
    assert set(listened.tolist()) == set(range(8))
    assert sorted(listening.tolist()) == list(range(8))
    says = [sine(400 + 200 * row, 160) for row in range(8)]
    coded = np.stack([g711.encode(wave, int(code)) for wave, code in zip(says, law, strict=True)])
    payload = np.zeros((8, 160), np.uint8).view("V160")[:, 0]
    mixer.step(coded.view("V160")[:, 0], np.arange(8), payload)
    for row, others in hears.items():
        right = sum(g711.decode(coded[other], int(law[other])).astype(np.int32) for other in others)
        error = np.abs(heard(payload, row, int(law[row])) - np.clip(right, -32768, 32767)).max()
        assert error <= np.abs(right).max() / 16, f"row {row} hears something else"
    assert payload[4].tobytes() == coded[0].tobytes()  # one law: byte for byte
    mixer.drop(0)
    assert mixer.hears(1) == {2}
    assert mixer.hears(4) == frozenset()


def test_a_loud_conference_is_clipped_not_wrapped() -> None:
    mixer = Mixer(8)
    for row in range(4):
        mixer.hear(row, frozenset(range(4)))
    mixer.refresh(LAW, 4)
    loud = frames_of([sine(500, 160, 3.0)] * 4)
    payload = np.zeros((8, 160), np.uint8).view("V160")[:, 0]
    mixer.step(loud, np.arange(8), payload)
    wave = heard(payload, 0)
    assert wave.max() > 32000
    assert purity(wave, 500) > 0.8
