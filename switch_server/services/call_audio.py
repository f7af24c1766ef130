"""Parts of a recording's file, for those who may hear it. Blocking: call from a thread."""

from pathlib import Path

from msgspec import Struct

from shared.desk import PART_BYTES


class AudioPart(Struct, frozen=True):
    """``size``: of the file now; one that is still being recorded grows."""

    size: int
    data: bytes


class OutsideRecordings(Exception):  # noqa: N818  the name says what it is
    """The record names a file that is not in the recordings' folder."""


def audio_part(folder: Path, path: str, offset: int) -> AudioPart:
    """At most ``PART_BYTES`` from ``offset``, none behind the end. Raises ``OutsideRecordings``, or ``OSError`` where the file is gone."""
    root = folder.resolve()
    file = (root / path).resolve()
    if not file.is_relative_to(root) or file == root:
        raise OutsideRecordings(path)
    with file.open("rb") as audio:
        size = audio.seek(0, 2)
        audio.seek(min(offset, size))
        return AudioPart(size, audio.read(PART_BYTES))
