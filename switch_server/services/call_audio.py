"""Parts of a recording's file, for readers who may hear it. Blocking: call from a thread."""

from pathlib import Path

from msgspec import Struct

from shared.desk import PART_BYTES


class AudioPart(Struct, frozen=True):
    """``size``: the file's present size; a running recording grows."""

    size: int
    data: bytes


class OutsideRecordings(Exception):  # noqa: N818  the name says what it is
    """The record names a file outside the recordings' folder."""


def audio_part(folder: Path, path: str, offset: int) -> AudioPart:
    """At most ``PART_BYTES`` from ``offset``; empty behind the end. Raises ``OutsideRecordings``, or ``OSError`` if the file is missing."""
    root = folder.resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root) or file == root:
        raise OutsideRecordings(path)
    with file.open("rb") as audio:
        size = audio.seek(0, 2)
        audio.seek(min(offset, size))
        return AudioPart(size, audio.read(PART_BYTES))
