"""All segments that a card can play, as frames of 160 bytes in one array for each law, so that a tick gathers all plays at once.

A segment's name is a prompt's (``zh_CN/welcome`` for ``<folder>/zh_CN/welcome.wav``, in the first folder that has it), ``tone:<name>``,
``key:<key>`` (for ``SendDigits``) or ``pause:<ms>``. Prompts are padded with silence to whole frames. Frame 0 is silence.
"""

import wave
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME, BadWave, NoSegment
from switch_server.card import tones as tone_maker
from switch_server.card.g711 import MU, SILENCE, A, decode, encode

ENDLESS = 1 << 40
KEY_FRAMES = 5
"""A sent key lasts 100 ms."""
MOST_SECONDS = 600
_STAMP = tuple[int, int]


class Segment(NamedTuple):
    """``frames`` frames from ``start``; with ``step`` 0 the same frame is repeated. ``again``: a tone, repeated until the play is stopped."""

    start: int
    frames: int
    step: int = 1
    again: bool = False


def read_wave(path: Path) -> npt.NDArray[np.int16]:
    """Linear samples of an 8 kHz mono WAV in A-law, µ-law or 16-bit PCM; raises ``BadWave`` or ``OSError``."""
    raw = path.read_bytes()
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise BadWave(f"{path}: no WAV file")
    place, form, body = 12, b"", b""
    while place + 8 <= len(raw):
        name, size = raw[place : place + 4], int.from_bytes(raw[place + 4 : place + 8], "little")
        chunk = raw[place + 8 : place + 8 + size]
        form, body = (chunk, body) if name == b"fmt " else (form, chunk if name == b"data" else body)
        place += 8 + size + (size & 1)
    head = tuple(int.from_bytes(form[i : i + 2], "little") for i in (0, 2, 4, 14)) if len(form) >= 16 else ()
    kinds = {(6, 1, 8000, 8): A, (7, 1, 8000, 8): MU, (1, 1, 8000, 16): None}
    if head not in kinds:
        raise BadWave(f"{path}: 8 kHz mono A-law, µ-law or 16-bit PCM is asked for")
    law = kinds[head]
    if law is None:
        return np.frombuffer(body[: len(body) & ~1], "<i2").astype(np.int16)
    return decode(np.frombuffer(body, np.uint8), law)


def write_wave(path: Path, samples: npt.NDArray[np.int16]) -> None:
    """16-bit PCM WAV, 8 kHz mono (tests, tools)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())


class Prompts:
    """``segment`` returns a segment and loads it on first use; ``frames`` are the frames of all segments, by law."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        self.arena = np.zeros((2, 4096, FRAME), np.uint8)
        """The frames of all segments by law; another array once it had to grow."""
        self._used = 0
        self._known: dict[str, Segment] = {}
        self._files: dict[str, tuple[Path, _STAMP]] = {}
        self.frames: list[Any] = []
        self._add(np.zeros(FRAME, np.int16))

    def preload(self) -> int:
        """Loads every prompt of the folders, so that no tick waits for a disk; returns their number without bad files."""
        names = {
            file.relative_to(folder).with_suffix("").as_posix()
            for folder in self._folders
            for file in folder.rglob("*.wav")
        }
        for name in names:
            try:
                self.segment(name)
            except (NoSegment, BadWave, OSError):
                names = names - {name}
        return len(names)

    def reload(self) -> None:
        """Loads new and changed files; the frames of running plays stay as they are."""
        for name, (path, stamp) in list(self._files.items()):
            if self._find(name) != path or _stamp(path) != stamp:
                del self._files[name], self._known[name]
        self.preload()

    def segment(self, name: str) -> Segment:
        """The segment of a name; raises ``NoSegment``, ``BadWave`` or ``OSError``."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._make(name)
        return known

    def _make(self, name: str) -> Segment:
        kind, colon, rest = name.partition(":")
        try:
            if not colon:
                return self._load(name)
            if kind == "tone":
                made = self._add(tone_maker.tone(rest))
                steady = made.frames == 1
                return Segment(made.start, ENDLESS if steady else made.frames, 0 if steady else 1, again=True)
            if kind == "key":
                return self._add(tone_maker.dtmf(rest, KEY_FRAMES * FRAME))
            if kind == "pause":
                return Segment(0, max(1, min(int(rest), MOST_SECONDS * 1000) // 20), 0)
        except (KeyError, ValueError):
            pass
        raise NoSegment(name)

    def _load(self, name: str) -> Segment:
        path = self._find(name)
        if path is None:
            raise NoSegment(name)
        stamp = _stamp(path)
        samples = read_wave(path)[: MOST_SECONDS * 8000]
        self._files[name] = (path, stamp)
        return self._add(samples)

    def _find(self, name: str) -> Path | None:
        if ".." in name.split("/") or name.startswith("/"):
            return None
        paths = (folder / f"{name}.wav" for folder in self._folders)
        return next((path for path in paths if path.is_file()), None)

    def _add(self, samples: npt.NDArray[np.int16]) -> Segment:
        count = max(1, -(-len(samples) // FRAME))
        if self._used + count > self.arena.shape[1]:
            bigger = np.zeros((2, max(2 * self.arena.shape[1], self._used + count), FRAME), np.uint8)
            bigger[:, : self._used] = self.arena[:, : self._used]
            self.arena = bigger
        start, end = self._used, self._used + count
        for law in (A, MU):
            flat = self.arena[law, start:end].reshape(-1)
            flat[:] = SILENCE[law]
            flat[: len(samples)] = encode(samples, law)
        self._used = end
        self.frames = [self.arena[law].view(f"V{FRAME}")[:, 0] for law in (A, MU)]
        return Segment(start, count)


def _stamp(path: Path) -> _STAMP:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
