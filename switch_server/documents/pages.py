"""Files and statements to TIFF class F."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from shared.document_jobs import JobDone, RenderFile, RenderHtml
from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.html_table import table_page
from switch_server.documents.paper import PAPERS, Paper
from switch_server.documents.picture import picture_pages
from switch_server.documents.sniff import FileType, decoded, file_type
from switch_server.documents.table import TablePages
from switch_server.documents.text import text_pages
from switch_server.documents.tiff import write_tiff

_MEGABYTE: Final = 1_000_000
INPUT_MAX: Final = 20 * _MEGABYTE
_HEAD: Final = 65_536
"""Bytes of a file that tell its type."""


def render_file(job: RenderFile) -> JobDone:
    """Raises ``PagesRefused``, ``OSError`` of the target, and the libraries' errors for a broken file."""
    options = job.options
    limit = options.pages_max - (options.cover is not None)
    return write_tiff(_bodies(Path(job.source), PAPERS[options.resolution], limit), options, Path(job.target))


def render_html(job: RenderHtml) -> JobDone:
    options = job.options
    pages = TablePages(table_page(job.text), PAPERS[options.resolution])
    limit = options.pages_max - (options.cover is not None)
    return write_tiff(pages.bodies(limit), options, Path(job.target))


def _bodies(source: Path, paper: Paper, limit: int) -> Iterator[Image.Image]:
    head = _head(source)
    match file_type(head):
        case FileType.TEXT:
            yield from text_pages(decoded(source.read_bytes()), paper, limit)
        case FileType.PDF:
            from switch_server.documents.pdf import pdf_pages  # PDFium takes 0.1 s

            yield from pdf_pages(source, paper, limit)
        case kind:
            yield from picture_pages(source, kind, paper, limit)


def _head(source: Path) -> bytes:
    """The first bytes of a regular file of an allowed size. Raises ``PagesRefused`` (``not_found``, ``too_large``)."""
    try:
        state = source.stat()
        if not stat.S_ISREG(state.st_mode):  # a pipe or a device has no end
            raise PagesRefused(DocumentFault.NOT_FOUND)
        if state.st_size > INPUT_MAX:
            fields = {"megabytes": -(-state.st_size // _MEGABYTE), "limit": INPUT_MAX // _MEGABYTE}
            raise PagesRefused(DocumentFault.TOO_LARGE, **fields)
        with source.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise PagesRefused(DocumentFault.NOT_FOUND) from error
