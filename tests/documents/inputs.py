"""Input files of documents' tests, made here: PDF by hand, images by Pillow."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

A4 = (595, 842)
"""Points."""
BROKEN_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
EXECUTABLE = b"\x7fELF\x02\x01\x01" + bytes(600)


def pdf(pages: Sequence[tuple[float, float]] = (A4,), content: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF whose pages have these sizes (points) and the same content: operators of ISO 32000-1, with Helvetica as ``/F``."""
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F 3 0 R >> >> >>" % size
            for size in pages
        ),
    ]  # fmt: skip
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def encrypted_pdf() -> bytes:
    """Its user password is not the empty one (standard security handler, revision 2)."""
    words = b"/Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s>" % (b"a1" * 32, b"b2" * 32)
    return pdf(
        trailer=b"/Encrypt << %s >> /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]" % words
    )


def drawing(size: tuple[int, int] = (800, 600), mode: str = "L", grey: int = 255) -> Image.Image:
    """A black square of a tenth of the width in the upper left corner, on ``grey``."""
    image = Image.new("L", size, grey)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 10 - 1, size[0] // 10 - 1), 0)
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def fax_page(rows: int = 2292, *, ink_end: int | None = None) -> Image.Image:
    """A page of a fax with lines of one pixel, to its end or to row ``ink_end``."""
    page = Image.new("1", (1728, rows), 255)
    draw = ImageDraw.Draw(page)
    for row in range(0, rows if ink_end is None else ink_end, 7):
        draw.line((row % 100, row, 1700, row), 0)
    return page


def fax_tiff(pages: Sequence[Image.Image], dpi: tuple[int, int] = (204, 196)) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=list(pages[1:]))
    return out.getvalue()


def huge_png() -> bytes:
    """A decompression bomb: 30,000 by 30,000 pixels in some hundred kilobytes."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compressobj(9)
    content = b"".join(rows.compress(bytes(1 + 30_000 // 8) * 100) for _ in range(300)) + rows.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", content)
        + chunk(b"IEND", b"")
    )


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
