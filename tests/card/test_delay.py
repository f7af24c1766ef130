"""The one-way delay through a card, from a packet's arrival to the packet with the same sound to the other party of a bridge."""

import statistics
from pathlib import Path

import numpy as np
import pytest

from switch_server.card import g711
from tests.card.clocked import ClockedCard

MOST_MS = 35
FRAMES, CLICK = 200, 120


def click() -> np.ndarray:
    """Frames (n, 160) of silence with 20 ms of noise in one of them."""
    wave = np.zeros(FRAMES * 160)
    wave[CLICK * 160 : CLICK * 160 + 160] = np.random.default_rng(3).normal(0, 4000, 160)
    return g711.encode(wave.astype(np.int16), g711.A).reshape(-1, 160)


def shift(heard: np.ndarray, said: np.ndarray) -> int:
    """The place in ``heard``, in samples, at which the click of ``said`` is found by correlation, less its place there."""
    burst = said[CLICK * 160 : CLICK * 160 + 160].astype(np.float64)
    match = np.correlate(heard.astype(np.float64), burst)
    assert match.max() > 0.9 * (burst**2).sum()
    return int(match.argmax()) - CLICK * 160


def delay_ms(folder: Path, phase_ms: float, jitter_ms: float = 0.0) -> float:
    """The delay of the click, where packets come ``phase_ms`` before the ticks, less a random part of ``jitter_ms``."""
    frames, jitter = click(), np.random.default_rng(int(phase_ms * 10)).uniform(0, jitter_ms, FRAMES)
    jitter[0] = jitter[CLICK] = 0
    with ClockedCard(folder) as clocked:
        speaker, listener = clocked.bridged()
        for number in range(FRAMES):
            clocked.tick([(speaker, speaker.packet(number, frames[number].tobytes()))], phase_ms - jitter[number])
        return shift(listener.sound, g711.decode(frames, g711.A).reshape(-1)) / 8 + phase_ms


@pytest.mark.parametrize("jitter_ms", [0.0, 3.0])
def test_the_delay_is_at_most_35_ms_at_every_phase_of_the_packets(tmp_path: Path, jitter_ms: float) -> None:
    delays = [delay_ms(tmp_path, phase + 0.5, jitter_ms) for phase in range(20)]
    print(f"delay by phase, ms: {delays}")
    assert max(delays) <= MOST_MS
    assert statistics.median(delays) <= 25


def test_60_ms_of_jitter_costs_as_much_delay_and_no_sound(tmp_path: Path) -> None:
    """The click is heard whole, between 60 and 120 ms after it was said."""
    frames = click()
    for seed in range(5):
        delays = np.random.default_rng(seed).uniform(0, 60, FRAMES)
        with ClockedCard(tmp_path) as clocked:
            speaker, listener = clocked.bridged()
            clocked.run_delayed(speaker, frames, delays)
            took = shift(listener.sound, g711.decode(frames, g711.A).reshape(-1)) / 8
        assert 40 <= took <= 120
