"""Speech and loss patterns for measurements of quality."""

from pathlib import Path

import numpy as np

from switch_server.card import FRAME, g711
from switch_server.card.prompts import read_wave

PROMPTS = Path(__file__).parent.parent.parent / "resources" / "prompts"
TALKS = (
    ("en", "account_locked", "out_of_hours", "callback_booked"),
    ("zh_CN", "welcome", "menu_main", "account_locked"),
    ("en", "agents_absent", "order_in_doubt", "enter_price"),
    ("zh_CN", "out_of_hours", "service_down", "confirm"),
)


def talk(number: int) -> np.ndarray:
    """A-law frames (n, 160) of 13 to 17 s of speech in one of the prompts' two languages, with pauses of 300 ms."""
    language, *names = TALKS[number % len(TALKS)]
    pause = np.zeros(2400, np.int16)
    waves = [part for name in names for part in (read_wave(PROMPTS / language / f"{name}.wav"), pause)]
    wave = np.concatenate([np.zeros(4000, np.int16), *waves])
    return g711.encode(wave[: len(wave) // FRAME * FRAME], g711.A).reshape(-1, FRAME)


def losses(frames: int, share: float, burst: int, seed: int) -> np.ndarray:
    """A mask (frames,) of lost frames: a ``share`` of them, in bursts of ``burst`` frames or, by chance, more."""
    begins = np.random.default_rng(seed).choice(frames - burst - 10, round(frames * share / burst), replace=False)
    lost = np.zeros(frames, np.bool_)
    for begin in begins.tolist():
        lost[begin + 5 : begin + 5 + burst] = True
    return lost


def with_holes(frames: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """The frames with silence in place of the lost ones."""
    return np.where(lost[:, None], np.uint8(g711.SILENCE[g711.A]), frames)
