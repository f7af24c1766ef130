"""Pages for tests: TIFF class F made and read by libtiff's tools (``tiffcp``), so that no code of the product judges itself."""

import struct
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt

Page = npt.NDArray[np.bool_]
WIDTH = 1728


def text_like(rows: int, seed: int = 1) -> Page:
    """A page (True: black) with lines of blocks as text has them, different for each seed."""
    chance = np.random.default_rng(seed)
    page = np.zeros((rows, WIDTH), np.bool_)
    for top in range(16, rows - 32, 40):
        for left in range(96, WIDTH - 128, 28):
            glyph = chance.random((12, 12)) < 0.4
            page[top : top + 24, left : left + 24] = np.kron(glyph, np.ones((2, 2), np.bool_))
    return page


def chinese(rows: int, lines: list[str]) -> Page:
    """A page of Chinese text, drawn by Qt."""
    script = (
        "import sys\n"
        "from PySide6.QtGui import QFont, QGuiApplication, QImage, QPainter\n"
        "app = QGuiApplication(['x', '-platform', 'offscreen'])\n"
        f"image = QImage({WIDTH}, {rows}, QImage.Format.Format_Grayscale8)\n"
        "image.fill(0xffffffff)\n"
        "painter = QPainter(image)\n"
        "font = QFont('WenQuanYi Micro Hei')\n"
        "font.setPixelSize(40)\n"
        "painter.setFont(font)\n"
        "[painter.drawText(100, 80 + 60 * n, line) for n, line in enumerate(sys.argv[1:])]\n"
        "painter.end()\n"
        "sys.stdout.buffer.write(bytes(image.constBits()))\n"
    )
    import sys

    drawn = subprocess.run([sys.executable, "-c", script, *lines], check=True, capture_output=True).stdout
    return np.frombuffer(drawn, np.uint8).reshape(rows, WIDTH) < 128


def save(path: Path, pages: list[Page], *, fine: bool = True) -> Path:
    """TIFF class F, T.6."""
    plain = path.with_suffix(".plain.tif")
    plain.write_bytes(_plain(pages, 196 if fine else 98))
    subprocess.run(["tiffcp", "-c", "g4", str(plain), str(path)], check=True)
    plain.unlink()
    return path


def load(path: Path) -> list[Page]:
    """The pages of a TIFF file, as ``tiffcp`` unpacks them."""
    plain = path.with_suffix(".read.tif")
    subprocess.run(["tiffcp", "-c", "none", "-f", "msb2lsb", "-L", "-r", "100000", str(path), str(plain)], check=True)
    content = plain.read_bytes()
    plain.unlink()
    (at,) = struct.unpack_from("<I", content, 4)
    pages = []
    while at:
        (count,) = struct.unpack_from("<H", content, at)
        tags = {}
        for n in range(count):
            tag, kind, _, value = struct.unpack_from("<HHII", content, at + 2 + 12 * n)
            tags[tag] = value & 0xFFFF if kind == 3 else value
        rows = tags[257]
        start = tags[273]
        bits = np.unpackbits(np.frombuffer(content[start : start + rows * tags[256] // 8], np.uint8))
        pages.append(bits.reshape(rows, tags[256]).astype(np.bool_) ^ (tags[262] == 1))
        (at,) = struct.unpack_from("<I", content, at + 2 + 12 * count)
    return pages


def same(one: list[Page], other: list[Page]) -> bool:
    """Whether both have the same pages, pixel for pixel."""
    return len(one) == len(other) and all(
        a.shape == b.shape and bool((a == b).all()) for a, b in zip(one, other, strict=True)
    )


def _plain(pages: list[Page], dpi: int) -> bytes:
    content = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for number, page in enumerate(pages):
        data = np.packbits(page, axis=1).tobytes()
        start = len(content)
        content += data
        resolution = len(content)
        content += struct.pack("<IIII", 204, 1, dpi, 1)
        tags = [
            (254, 4, 2), (256, 4, page.shape[1]), (257, 4, page.shape[0]), (258, 3, 1), (259, 3, 1), (262, 3, 0), (266, 3, 1),
            (273, 4, start), (277, 3, 1), (278, 4, page.shape[0]), (279, 4, len(data)), (282, 5, resolution),
            (283, 5, resolution + 8), (296, 3, 2), (297, 3, number | len(pages) << 16),
        ]  # fmt: skip
        content[link : link + 4] = struct.pack("<I", len(content))
        content += struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            content += struct.pack("<HHII", tag, kind, 2 if tag == 297 else 1, value)
        link = len(content)
        content += bytes(4)
    return bytes(content)
