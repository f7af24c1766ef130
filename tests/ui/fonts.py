"""Fonts for tests of measured widths: a Latin font first, a Chinese font first, and a font like those of a Chinese Windows."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from agent_app.ui.parts.theme import FAMILIES
from tests.ui.stage import application

LATIN, CHINESE, WIDE = "DejaVu Sans", "WenQuanYi Micro Hei", "WenQuanYi Macro Hei"
"""``WIDE``: its average character width is that of a Chinese character, as in Microsoft YaHei."""
MICRO_HEI = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
"""From Debian's package fonts-wqy-microhei."""


@contextmanager
def first(family: str) -> Iterator[None]:
    """Makes this family the application's first font, the others follow; windows made inside have this font."""
    app = application()
    if family == WIDE:
        _add_wide()
    before = app.font()
    app.setFont(first_font(before, family))
    try:
        yield
    finally:
        app.setFont(before)


def first_font(font: QFont, family: str) -> QFont:
    made = QFont(font)
    made.setFamilies([family, *FAMILIES])
    made.setPointSizeF(9.5)
    return made


@cache
def _add_wide() -> None:
    """Adds WenQuanYi Micro Hei under another name, with xAvgCharWidth of the table OS/2 as wide as a Chinese character (OpenType 1.9, OS/2)."""
    data = bytearray(MICRO_HEI.read_bytes())
    (fonts,) = struct.unpack_from(">I", data, 8)
    for font in struct.unpack_from(f">{fonts}I", data, 12):
        tables = _tables(data, font)
        (per_em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
        struct.pack_into(">h", data, tables[b"OS/2"] + 2, per_em)
    named = bytes(data)
    for encoding in ("utf-16-be", "ascii"):
        named = named.replace("Micro Hei".encode(encoding), "Macro Hei".encode(encoding))
    assert QFontDatabase.addApplicationFontFromData(named) >= 0
    assert WIDE in QFontDatabase.families()


def _tables(data: bytes, font: int) -> dict[bytes, int]:
    """The offset of each table of the font."""
    (count,) = struct.unpack_from(">H", data, font + 4)
    records = (struct.unpack_from(">4sIII", data, font + 12 + 16 * number) for number in range(count))
    return {tag: begins for tag, _sum, begins, _length in records}
