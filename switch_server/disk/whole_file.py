"""Files that appear whole or not at all: written beside, then renamed (rename(2) is atomic within a folder)."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Writes to a scratch file that replaces ``path`` at the end of the block; if the block raises, nothing has changed.

    The file is readable by its owner only (0600). Several threads and processes may write the same ``path`` at the same time: the last one to
    end wins. Raises ``OSError``.
    """
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        os.replace(name, path)  # noqa: PTH105  a name, not a Path
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108  a name, not a Path
        raise


def write_whole(path: Path, content: bytes) -> None:
    """See ``whole_file``."""
    with whole_file(path) as file:
        file.write(content)
