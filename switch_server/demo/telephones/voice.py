"""The voice of an outside telephone: its own number, read aloud with pauses, so that a listener knows which telephone is on the line."""

from pathlib import Path

import numpy as np

from shared.enums import Language
from switch_server.core import speech
from switch_server.services.prompt_audio import RATE, Samples, alaw_wav, read_alaw_wav

PROMPTS = Path(__file__).resolve().parents[3] / "resources" / "prompts"
PAUSE_MS = 1200
"""The pause before the number is read again."""


def voice(number: str, language: Language) -> bytes:
    """A WAV to be played in a loop. Raises ``OSError`` where a prompt is missing."""
    parts = [_samples(segment) for segment in (*speech.digits(number, language), f"pause:{PAUSE_MS}")]
    return alaw_wav(np.concatenate(parts))


def _samples(segment: str) -> Samples:
    kind, _, value = segment.partition(":")
    if kind == "pause":
        return np.zeros(int(value) * RATE // 1000, np.float32)
    return read_alaw_wav((PROMPTS / f"{segment}.wav").read_bytes())
