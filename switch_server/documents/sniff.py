"""The type of a file by its content; its name is not believed."""

import codecs
import re
from enum import StrEnum
from typing import Final

from shared.documents import DocumentFault, PagesRefused


class FileType(StrEnum):
    """The value of an image's type is Pillow's name for its format."""

    TEXT = "text"
    PDF = "pdf"
    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"
    BMP = "BMP"
    GIF = "GIF"
    WEBP = "WEBP"


_IMAGES: Final = (
    (b"\x89PNG\r\n\x1a\n", FileType.PNG), (b"\xff\xd8\xff", FileType.JPEG), (b"II*\0", FileType.TIFF), (b"MM\0*", FileType.TIFF),
    (b"GIF87a", FileType.GIF), (b"GIF89a", FileType.GIF),
)  # fmt: skip
_REFUSED: Final = (
    (b"MZ", DocumentFault.EXECUTABLE), (b"\x7fELF", DocumentFault.EXECUTABLE), (b"\xcf\xfa\xed\xfe", DocumentFault.EXECUTABLE),
    (b"PK\x03\x04", DocumentFault.OFFICE), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DocumentFault.OFFICE), (b"{\\rtf", DocumentFault.OFFICE),
)  # fmt: skip
_PDF_WITHIN: Final = 1024
"""Bytes: readers accept so much before ``%PDF-``."""
_HTML: Final = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|svg)\b", re.IGNORECASE | re.DOTALL
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
"""Control characters of no text; ``\\x1a`` ends a text of DOS."""


def file_type(data: bytes) -> FileType:
    """Raises ``PagesRefused`` for a type that can't become pages."""
    if not data:
        raise PagesRefused(DocumentFault.EMPTY)
    for magic, known in _IMAGES:
        if data.startswith(magic):
            return known
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileType.WEBP
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return FileType.BMP
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return FileType.PDF
    for magic, fault in _REFUSED:
        if data.startswith(magic):
            raise PagesRefused(fault)
    if _HTML.match(data[:4096].removeprefix(codecs.BOM_UTF8)):
        raise PagesRefused(DocumentFault.WEB_PAGE)
    return FileType.TEXT


def decoded(data: bytes) -> str:
    """Text in UTF-8 or UTF-16 by its byte order mark, else UTF-8, else GB18030 (which GBK and GB 2312 are parts of).

    Raises ``PagesRefused`` for what is text in none of them (``unknown_type``), and for a text without a visible character (``empty``).
    """
    named = [encoding for mark, encoding in _BOMS if data.startswith(mark)]
    for encoding in named or ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.rstrip("\x1a")
        if _CONTROLS.search(text):
            break
        if not text.strip("\ufeff \t\r\n\f\v\u3000"):
            raise PagesRefused(DocumentFault.EMPTY)
        return text
    raise PagesRefused(DocumentFault.UNKNOWN_TYPE)
