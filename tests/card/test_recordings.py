"""Recordings by a real card process: both sides, masks, and the files after a crash or on a full disk."""

import resource
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from shared.enums import Law
from shared.ids import LegId, RecordingId
from switch_server.card import g711
from switch_server.core.words import media as m
from tests.card.driver import CardProcess, patient
from tests.rtp_peer import RtpPeer, dtmf, gaps, level, purity, sine

pytestmark = pytest.mark.slow  # a real card process, in real time


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Left and right samples; the header must match the file exactly."""
    raw = path.read_bytes()
    assert raw[:4] == b"RIFF"
    assert int.from_bytes(raw[4:8], "little") == len(raw) - 8
    assert int.from_bytes(raw[54:58], "little") == len(raw) - 58
    both = g711.decode(np.frombuffer(raw[58:], np.uint8).reshape(-1, 2), g711.A)
    return both[:, 0], both[:, 1]


def stop(card: CardProcess, leg: LegId, name: str = "r") -> None:
    card.do(m.StopRecording(leg, RecordingId(name)))


def record(card: CardProcess, leg: LegId, path: Path, name: str = "r") -> None:
    card.do(m.StartRecording(leg, RecordingId(name), str(path)))


@pytest.mark.parametrize("law", [Law.A, Law.MU])
@patient
def test_each_side_has_its_channel_without_a_gap(card: CardProcess, tmp_path: Path, law: Law) -> None:
    path = tmp_path / "deep" / "call.wav"
    with RtpPeer(law=law) as one, RtpPeer() as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        one.say(np.tile(sine(1000, 8000), 4))
        other.say(np.tile(sine(600, 8000), 4))
        time.sleep(0.4)
        record(card, a, path)
        time.sleep(2.2)
        stop(card, a)
        ended = card.wait(m.RecordingEnded)
        left, right = read(path)
        assert (ended.leg, ended.recording, ended.cause, ended.duration_ms) == (a, "r", "stopped", len(left) // 8)
        assert len(left) / 8000 == pytest.approx(2.2, abs=0.4)
        assert purity(left, 1000) > 0.98
        assert purity(right, 600) > 0.98
        assert not gaps(left)
        assert not gaps(right)
        shown = subprocess.run(["soxi", path], capture_output=True, text=True, check=True).stdout
        assert "8-bit A-law" in shown
        card.close(a)
        card.close(b)


@patient
def test_one_recording_goes_on_over_play_hold_and_a_new_partner(card: CardProcess, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with RtpPeer() as one, RtpPeer() as other:
        a, b = card.open(one), card.open(other)
        record(card, a, path)
        card.do(m.Play(a, 1, ("zh_CN/one",)))
        card.wait(m.PlayEnded)
        other.say(np.tile(sine(600, 8000), 2))
        card.bridge(a, b)
        time.sleep(1)
        closed = card.close(a)
        ended = card.wait(m.RecordingEnded)  # comes before ChannelClosed
        assert ended.cause == "closed"
        assert closed.packets_in > 0
        left, right = read(path)
        assert level(left) < -60
        begin = int(np.argmax(np.abs(right) > 500))
        assert purity(right[begin : begin + 7200], 700) > 0.98
        assert purity(right[-2400:], 600) > 0.9
        card.close(b)


@patient
def test_a_recording_goes_on_with_another_leg_without_a_gap(card: CardProcess, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with RtpPeer() as one, RtpPeer(law=Law.MU) as two, RtpPeer() as three:
        a, b, c = card.open(one), card.open(two), card.open(three)
        for peer, hertz in ((one, 1000), (two, 600), (three, 1400)):
            peer.say(np.tile(sine(hertz, 8000), 6))
        card.bridge(a, b)
        time.sleep(0.4)
        record(card, a, path)
        time.sleep(1.5)
        card.do(m.MaskRecording(a, on=True), m.MoveRecording(a, b, RecordingId("r")))
        card.bridge(b, c)
        card.close(a)
        time.sleep(1.5)
        card.do(m.MoveRecording(a, c, RecordingId("r")))
        stop(card, b)
        ended = card.wait(m.RecordingEnded)
        left, right = read(path)
        assert (ended.leg, ended.cause, ended.duration_ms) == (b, "stopped", len(left) // 8)
        assert len(left) / 8000 == pytest.approx(3.0, abs=0.5)
        assert min(purity(left[:8000], 1000), purity(right[:8000], 600)) > 0.98
        assert min(purity(left[-8000:], 600), purity(right[-8000:], 1400)) > 0.98
        assert not gaps(left)
        card.close(b)
        card.close(c)


@patient
def test_a_partial_recording_is_a_file_of_its_own_beside_the_whole_call(card: CardProcess, tmp_path: Path) -> None:
    whole, partial = tmp_path / "whole.wav", tmp_path / "partial.wav"
    with RtpPeer() as one, RtpPeer(law=Law.MU) as other:
        a, b = card.open(one), card.open(other)
        card.bridge(a, b)
        one.say(np.tile(sine(1000, 8000), 6))
        other.say(np.tile(sine(600, 8000), 6))
        time.sleep(0.4)
        record(card, a, whole)
        time.sleep(0.7)
        record(card, a, partial, "s")
        time.sleep(1.0)
        stop(card, a, "s")
        ended = card.wait(m.RecordingEnded)
        time.sleep(0.7)
        stop(card, a)
        assert card.wait(m.RecordingEnded).recording == "r"
        assert (ended.leg, ended.recording, ended.cause, ended.duration_ms) == (
            a,
            "s",
            "stopped",
            len(read(partial)[0]) // 8,
        )
        for path, seconds in ((whole, 2.4), (partial, 1.0)):
            left, right = read(path)
            assert len(left) / 8000 == pytest.approx(seconds, abs=0.4)
            assert min(purity(left, 1000), purity(right, 600)) > 0.98
            assert not gaps(left)
            assert not gaps(right)
        card.close(a)
        card.close(b)


@patient
def test_a_mask_is_on_every_recording_of_its_leg(card: CardProcess, tmp_path: Path) -> None:
    """Also on one that begins while the mask is on."""
    with RtpPeer() as peer:
        leg = card.open(peer)
        peer.say(np.tile(sine(400, 8000), 6))
        time.sleep(0.3)
        record(card, leg, tmp_path / "before.wav", "before")
        card.do(m.MaskRecording(leg, on=True))
        record(card, leg, tmp_path / "after.wav", "after")
        time.sleep(0.6)
        stop(card, leg, "before")
        stop(card, leg, "after")
        assert {card.wait(m.RecordingEnded).recording for _ in range(2)} == {"before", "after"}
        assert level(read(tmp_path / "before.wav")[0][1600:]) < -60
        assert level(read(tmp_path / "after.wav")[0]) < -60
        card.do(m.MaskRecording(leg, on=False))
        time.sleep(0.8)
        record(card, leg, tmp_path / "lifted.wav", "lifted")
        time.sleep(0.5)
        card.close(leg)
        assert purity(read(tmp_path / "lifted.wav")[0], 400) > 0.95


@pytest.mark.parametrize("talks", [False, True], ids=["in silence", "in a talk"])
@patient
def test_keys_that_the_card_sends_are_not_on_the_record(card: CardProcess, tmp_path: Path, talks: bool) -> None:
    path = tmp_path / "call.wav"
    with RtpPeer() as peer, RtpPeer() as agent:
        leg, other = card.open(peer, events=False), card.open(agent)
        record(card, leg, path)
        if talks:
            card.bridge(leg, other)
            agent.say(sine(400, 8 * 8000))
        begun = len(peer.heard)
        card.do(m.SendDigits(leg, "15"))
        wave = peer.listen(1.5, start=begun)
        assert max(purity(wave[n : n + 400], 697) for n in range(0, len(wave) - 400, 100)) > 0.3, "it was not sent"
        stop(card, leg)
        card.wait(m.RecordingEnded)
        _, right = read(path)
        for hertz in (697, 770, 1209, 1336):
            assert all(purity(right[n : n + 800], hertz) < 0.1 for n in range(0, len(right) - 800, 400))
        if talks:
            assert purity(right[-1600:], 400) > 0.9
        card.close(leg)
        card.close(other)


@patient
def test_while_masked_both_sides_are_silent_and_no_key_is_on_the_record(card: CardProcess, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with RtpPeer() as peer:
        leg = card.open(peer, events=False)
        record(card, leg, path)
        card.do(m.Play(leg, 1, ("long",), barge_in=False))
        peer.say(sine(400, 4000))
        peer.said_all()
        time.sleep(0.4)
        card.do(m.MaskRecording(leg, on=True))
        peer.press_tones("1234", ms=80, pause_ms=60)
        peer.say(np.tile(dtmf("5", 1600), 1))  # a last key, held for 200 ms after it was detected
        assert card.digits(leg, 5) == "12345"
        card.do(m.MaskRecording(leg, on=False))
        peer.said_all()
        peer.say(np.concatenate([np.zeros(4000, np.int16), sine(400, 8000)]))
        peer.said_all()
        time.sleep(0.3)
        stop(card, leg)
        card.wait(m.RecordingEnded)
        left, right = read(path)
        masked = [(start, length) for start, length in gaps(right) if length >= 700]
        assert len(masked) == 1
        start, length = masked[0]
        assert start > 400
        quiet = left[8 * start : 8 * (start + length)]
        assert np.abs(quiet).max() <= 8
        for hertz in (697, 770, 1209, 1336, 1477):
            assert all(purity(left[n : n + 800], hertz) < 0.3 for n in range(0, len(left) - 800, 400))
        assert np.abs(left).max() > 5000
        assert purity(left[-7200:-4800], 400) > 0.9
        assert level(right[-4000:]) > -12
        card.close(leg)


@patient
def test_a_key_tells_where_in_the_recording_it_began(card: CardProcess, tmp_path: Path) -> None:
    with RtpPeer() as peer:
        leg = card.open(peer, events=False)
        record(card, leg, tmp_path / "call.wav")
        time.sleep(0.5)
        peer.press_tones("7", ms=200)
        key = card.wait(m.DigitHeard)
        time.sleep(0.3)
        stop(card, leg)
        card.wait(m.RecordingEnded)
        left, _ = read(tmp_path / "call.wav")
        begun = int(np.argmax(np.abs(left) > 500)) / 8
        assert key.recording_ms == pytest.approx(begun, abs=45)
        card.close(leg)


@patient
def test_a_killed_card_leaves_playable_files_at_most_a_second_short(prompts: Path, tmp_path: Path) -> None:
    with CardProcess(prompts) as card, RtpPeer() as peer:
        leg = card.open(peer)
        peer.say(np.tile(sine(1000, 8000), 5))
        record(card, leg, tmp_path / "call.wav")
        begun = time.monotonic()
        time.sleep(2.5)
        card.process.kill()
        lived = time.monotonic() - begun
        card.process.wait()
        card.near.clear()
        left, _ = read(tmp_path / "call.wav")
        assert len(left) / 8000 > lived - 1.6
        assert purity(left[8000:], 1000) > 0.95


def test_without_a_switch_the_card_closes_its_files_and_ends(prompts: Path, tmp_path: Path) -> None:
    card = CardProcess(prompts)
    with card, RtpPeer() as peer:
        leg = card.open(peer)
        record(card, leg, tmp_path / "call.wav")
        time.sleep(0.7)
    assert card.process.returncode == 0
    left, _ = read(tmp_path / "call.wav")
    assert len(left) / 8000 > 0.3


@pytest.mark.parametrize("how", ["full", "exists", "no folder"])
def test_a_disk_that_fails_ends_the_recording_not_the_call(card: CardProcess, tmp_path: Path, how: str) -> None:
    path = Path("/dev/full") if how == "full" else tmp_path / "call.wav"
    if how == "full":
        path = tmp_path / "full.wav"
        path.symlink_to("/dev/full")
    elif how == "exists":
        path.write_bytes(b"do not overwrite me")
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "call.wav"
    with RtpPeer() as peer:
        leg = card.open(peer)
        record(card, leg, path)
        ended = card.wait(m.RecordingEnded)
        assert ended.cause == "failed"
        assert ended.text
        peer.press("1")
        assert card.digits(leg, 1) == "1"
        record(card, leg, tmp_path / "second.wav", "again")
        time.sleep(0.2)
        card.close(leg)
        assert card.wait(m.RecordingEnded).cause == "closed"
    if how == "exists":
        assert path.read_bytes() == b"do not overwrite me"


def test_a_disk_that_fills_up_later(prompts: Path, tmp_path: Path) -> None:
    """A file-size limit in place of a full disk: a write fails in the middle of the call."""
    with CardProcess(prompts) as card, RtpPeer() as peer:
        leg = card.open(peer)
        resource.prlimit(card.process.pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
        record(card, leg, tmp_path / "call.wav")
        ended = card.wait(m.RecordingEnded)
        assert ended.cause == "failed"
        assert (tmp_path / "call.wav").stat().st_size <= 20_000
        peer.press("9")
        assert card.digits(leg, 1) == "9"
        card.close(leg)
