"""The quality of speech through a bridge by PESQ, under loss and jitter, compared with holes in place of the lost packets."""

import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from shared.ids import RecordingId
from switch_server.card import g711
from switch_server.core.words import media as m
from tests.card.clocked import ClockedCard, FarEnd
from tests.card.speech import losses, talk, with_holes
from tests.pesq_scores import scores

pytestmark = pytest.mark.slow  # PESQ takes a third of a second for each score

PATTERNS = 5
WAIT_MS = 12.0
BETTER = 0.3


class Bridge(NamedTuple):
    speaker: FarEnd
    listener: FarEnd
    frames: np.ndarray
    lost: np.ndarray


def samples(frames: np.ndarray | bytes) -> np.ndarray:
    coded = np.frombuffer(frames, np.uint8) if isinstance(frames, bytes) else frames.reshape(-1)
    return g711.decode(coded, g711.A)


def record(clocked: ClockedCard, bridges: list[Bridge], folder: Path) -> list[Path]:
    paths = [folder / f"{number}.wav" for number in range(len(bridges))]
    for number, bridge in enumerate(bridges):
        clocked.card.do(m.StartRecording(bridge.speaker.leg, RecordingId(str(number)), str(paths[number])))
    return paths


def end_recordings(clocked: ClockedCard, bridges: list[Bridge]) -> None:
    for number, bridge in enumerate(bridges):
        clocked.card.do(m.StopRecording(bridge.speaker.leg, RecordingId(str(number))))
    end = time.monotonic() + 60
    while sum(isinstance(event, m.RecordingEnded) for event in clocked.events) < len(bridges):
        assert time.monotonic() < end
        time.sleep(0.01)
        clocked.tick([], 0.0)


@pytest.mark.parametrize("burst", [1, 3])
@pytest.mark.parametrize("share", [0.03, 0.05])
def test_lost_packets_sound_better_than_holes(tmp_path: Path, share: float, burst: int) -> None:
    """By at least 0.3, to the listener and in the recording, whose sound is the listener's."""
    with ClockedCard(tmp_path) as clocked:
        bridges = []
        for pattern in range(PATTERNS):
            frames = talk(pattern)
            bridges.append(Bridge(*clocked.bridged(), frames, losses(len(frames), share, burst, pattern)))
        paths = record(clocked, bridges, tmp_path)
        clocked.run({b.speaker: b.frames for b in bridges}, {b.speaker: b.lost for b in bridges}, WAIT_MS)
        heard = [list(b.listener.heard) for b in bridges]
        end_recordings(clocked, bridges)
    for path, frames in zip(paths, heard, strict=True):
        recorded = np.frombuffer(path.read_bytes()[58:], np.uint8).reshape(-1, 2)[:, 0].tobytes()
        assert recorded.startswith(b"".join(frames))
    said = [samples(b.frames) for b in bridges]
    concealed = scores([(ref, samples(b"".join(each))) for ref, each in zip(said, heard, strict=True)])
    holes = scores([(ref, samples(with_holes(b.frames, b.lost))) for ref, b in zip(said, bridges, strict=True)])
    print(f"{share:.0%} in {20 * burst} ms: concealed {np.mean(concealed):.2f}, holes {np.mean(holes):.2f}")
    assert np.mean(concealed) >= np.mean(holes) + BETTER


def test_without_loss_and_with_60_ms_of_jitter_nothing_is_lost_in_quality(tmp_path: Path) -> None:
    """Without either the bytes go through as they came; jitter is learnt within the first half second, before the speech."""
    pairs = []
    for number in range(PATTERNS):
        frames = talk(number)
        with ClockedCard(tmp_path) as clocked:
            speaker, listener = clocked.bridged()
            calm = np.zeros(len(frames), np.bool_)
            clocked.run({speaker: frames}, {speaker: calm}, WAIT_MS)
            assert b"".join(listener.heard) == frames.tobytes()
        with ClockedCard(tmp_path) as clocked:
            speaker, listener = clocked.bridged()
            clocked.run_delayed(speaker, frames, np.random.default_rng(number).uniform(0, 60, len(frames)))
            pairs.append((samples(frames), samples(b"".join(listener.heard))))
    found = scores(pairs)
    print(f"60 ms of jitter: {[round(score, 2) for score in found]}")
    assert np.mean(found) >= 4.5
