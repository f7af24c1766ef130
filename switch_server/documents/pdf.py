"""PDF as pages, by PDFium: at their true size, or shrunk to the paper; pages that are wider than high are turned."""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.fit import Fitted, bodies, fit
from switch_server.documents.paper import DPI_FINE, DPI_X, Paper

_POINTS_PER_INCH: Final = 72
_ROTATE_90: Final = 1
"""Clockwise (FPDF_RenderPageBitmap)."""


def pdf_pages(path: Path, paper: Paper, limit: int) -> Iterator[Image.Image]:
    """Mode "1" bodies. Raises ``PagesRefused``; sizes and counts are checked before the first body is drawn."""
    document = _opened(path)
    pages = len(document)
    if pages == 0:
        raise PagesRefused(DocumentFault.EMPTY)
    if pages > limit:
        raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=pages, limit=limit)
    try:
        document.init_forms()
        sizes = [_fitted(document, number, paper) for number in range(pages)]
        for number, (size, turned) in enumerate(sizes):
            yield from bodies(_drawn(document, number, size, turned=turned), size, paper)
    except pdfium.PdfiumError as error:
        raise PagesRefused(DocumentFault.BROKEN) from error


def _opened(path: Path) -> Any:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = error.err_code in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}
        raise PagesRefused(DocumentFault.PDF_ENCRYPTED if locked else DocumentFault.BROKEN) from error


def _fitted(document: Any, number: int, paper: Paper) -> tuple[Fitted, bool]:
    width, height = document.get_page_size(number)
    turned = width > height
    if turned:
        width, height = height, width
    return fit(width / _POINTS_PER_INCH * DPI_X, height / _POINTS_PER_INCH * DPI_FINE, paper, number + 1), turned


def _drawn(document: Any, number: int, size: Fitted, *, turned: bool) -> Image.Image:
    """Drawn straight into the fine grid, whose pixels are not square: nothing is scaled afterwards."""
    page = document[number]
    bitmap = pdfium.PdfBitmap.new_native(size.width, size.rows, pdfium_c.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, size.width, size.rows)
        place = (bitmap, page, 0, 0, size.width, size.rows, _ROTATE_90 if turned else 0)
        pdfium_c.FPDF_RenderPageBitmap(*place, pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_PRINTING)
        if document.formenv:
            pdfium_c.FPDF_FFLDraw(document.formenv, *place, pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_PRINTING)
        content = ctypes.string_at(bitmap.buffer, bitmap.stride * size.rows)
        return Image.frombuffer("L", (size.width, size.rows), content, "raw", "L", bitmap.stride, 1).copy()
    finally:
        bitmap.close()
        page.close()
