"""Composes music/hold.wav: 32 s of original music that loops without a break (保持音乐). Needs numpy only.

    python resources/prompts/compose.py

A pentatonic tune over four slow chords, 60 beats a minute. Telephones pass 300 to 3400 Hz, so all notes lie between A3 and C6, and
the lowest are heard by their overtones. Notes that last beyond the end continue at the beginning, so that the loop has no break.
"""
# ruff: noqa: INP001  # a script, not a package

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from switch_server.services.prompt_audio import RATE, Samples, alaw_wav, level  # noqa: E402

BEATS = 32
BEAT = RATE
"""Samples in a beat of one second."""
PARTIALS = ((1, 1.0), (2, 0.45), (3, 0.18), (4, 0.08))
"""A soft plucked string: (multiple, strength)."""
CHORDS = ("C4 E4 G4", "A3 C4 E4", "F4 A4 C5", "G4 B4 D5")
"""Each chord lasts a bar of four beats; the four chords repeat after 16 beats."""
TUNE = """
E5 1   G5 1   A5 1.5 G5 .5   E5 1   D5 1   C5 2
D5 1   E5 1   G5 1   A5 1    G5 1   E5 1   D5 2
E5 1   G5 1   C6 1.5 A5 .5   G5 1   A5 1   E5 2
D5 1   C5 1   D5 1   G5 1    E5 .5  D5 .5  C5 3
"""
NOTES = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}


def hertz(note: str) -> float:
    """The frequency of a note: 440 for ``A4``."""
    return float(440.0 * 2 ** ((NOTES[note[0]] + 12 * (int(note[1]) - 4)) / 12))


def pluck(note: str, seconds: float, ring: float) -> Samples:
    """A note that decays with a time constant of ``ring`` seconds."""
    at = np.arange(int(seconds * RATE)) / RATE
    sound = sum(
        strength * np.sin(2 * np.pi * multiple * hertz(note) * at) * np.exp(-at * multiple / ring)
        for multiple, strength in PARTIALS
        if multiple * hertz(note) < 3400
    )
    attack = np.minimum(at / 0.012, 1.0)
    return np.asarray(sound * attack * np.minimum((seconds - at) / 0.05, 1.0), dtype=np.float32)


def put(track: Samples, beat: float, sound: Samples, strength: float) -> None:
    """Adds a sound to the track; its part beyond the end is added at the beginning."""
    places = (int(beat * BEAT) + np.arange(len(sound))) % len(track)
    track[places] += strength * sound


def composed() -> Samples:
    track = np.zeros(BEATS * BEAT, dtype=np.float32)
    words = TUNE.split()
    beat = 0.0
    for note, length in zip(words[::2], words[1::2], strict=True):
        put(track, beat, pluck(note, 3.0, 0.9), 0.55)
        beat += float(length)
    if beat != BEATS:
        raise ValueError(f"the tune has {beat} beats, not {BEATS}")
    for bar in range(BEATS // 4):
        chord = CHORDS[bar % len(CHORDS)].split()
        for step in range(8):  # broken chords in half beats
            put(track, bar * 4 + step / 2, pluck(chord[(0, 1, 2, 1)[step % 4]], 2.5, 0.7), 0.28)
    return track


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    path = HERE / "music" / "hold.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(alaw_wav(level(0.25 * composed())))


if __name__ == "__main__":
    main()
