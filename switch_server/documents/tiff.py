"""TIFF class F (RFC 2306): mode "1", 1728 pixels wide, Group 4 (ITU-T T.6), written whole and to the disk."""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from shared.document_jobs import JobDone
from shared.documents import DocumentFault, PageOptions, PagesRefused
from switch_server.documents.cover import cover_body
from switch_server.documents.header import header_rows
from switch_server.documents.paper import PAPERS, WIDTH, Paper

_SOFTWARE: Final = 305
_NEW_SUBFILE_TYPE: Final = 254
_PAGE_OF_MANY: Final = 2
_Bits = tuple[int, bytes]
"""A body: its rows and its packed pixels; an image of Pillow takes eight times the memory."""


def write_tiff(bodies: Iterable[Image.Image], options: PageOptions, target: Path) -> JobDone:
    """Writes cover sheet and bodies with their header lines; returns the number of pages and the bodies' digest. Raises ``PagesRefused``, ``OSError``."""
    paper = PAPERS[options.resolution]
    packed: list[_Bits] = []
    digest = hashlib.sha256()
    first = int(options.cover is not None)
    for body in bodies:
        packed.append((body.height, body.tobytes()))
        digest.update(packed[-1][1])
        if first + len(packed) > options.pages_max:
            fields = {"pages": first + len(packed), "limit": options.pages_max}
            raise PagesRefused(DocumentFault.TOO_MANY_PAGES, **fields)
    if not packed:
        raise PagesRefused(DocumentFault.EMPTY)
    pages = first + len(packed)
    content = io.BytesIO()  # libtiff, writing by itself, would not tell a full disk from a broken image
    tags = {_NEW_SUBFILE_TYPE: _PAGE_OF_MANY, _SOFTWARE: "Huawu"}
    with AppendingTiffWriter(content) as frames:  # one page at a time; ``save_all`` would keep all pages
        for page in _pages(packed, options, paper, pages):
            page.save(frames, "TIFF", compression="group4", dpi=paper.dpi, tiffinfo=tags)
            frames.newFrame()
    target.write_bytes(content.getbuffer())
    sync(target)
    return JobDone(pages, digest.hexdigest())


def sync(path: Path) -> None:
    """Returns when the file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _pages(packed: list[_Bits], options: PageOptions, paper: Paper, pages: int) -> Iterator[Image.Image]:
    number = 1
    if options.cover is not None:
        yield _page(cover_body(options.cover, pages, paper), options, paper, number, pages)
        number += 1
    for rows, content in packed:
        yield _page(Image.frombytes("1", (WIDTH, rows), content), options, paper, number, pages)
        number += 1


def _page(body: Image.Image, options: PageOptions, paper: Paper, number: int, pages: int) -> Image.Image:
    page = Image.new("1", (WIDTH, paper.header_rows + body.height), 255)
    page.paste(header_rows(options.header, number, pages, paper), (0, 0))
    page.paste(body, (0, paper.header_rows))
    return page
