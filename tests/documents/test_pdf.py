"""PDF as pages."""

from pathlib import Path

import pytest

from shared.documents import DocumentFault, PageOptions, Resolution
from tests.documents.inputs import A4, BROKEN_PDF, encrypted_pdf, pdf
from tests.documents.made import HEADER, each_resolution, ink, ink_box, near, pages_of, refused

SQUARE = b"72 698 72 72 re f"
"""One inch square, an inch from the left and the upper edge of an A4 page."""
TEXT = b"BT /F 10 Tf 72 400 Td (Statement of account 310100) Tj ET"


@each_resolution
def test_lengths_are_true(tmp_path: Path, resolution: Resolution) -> None:
    """An inch is 204 columns and 196 or 98 rows, less the little by which A4 is shrunk to stand below the header."""
    (page,) = pages_of(tmp_path, pdf(content=SQUARE), PageOptions(resolution=resolution))
    left, top, right, bottom = ink_box(page)
    down = 196 if resolution is Resolution.FINE else 98
    header = HEADER * down // 196
    assert near(right - left, 204, 5)
    assert near(bottom - top, down, 5)
    assert near(top - header, down, 5)
    assert near(left - (1728 - 1686) / 2, 204, 16)


def test_text_is_sharp(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, pdf(content=TEXT))
    left, top, right, bottom = ink_box(page)
    assert 330 < right - left < 380
    assert bottom - top < 32
    assert ink(page) > 1500


def test_each_page_becomes_a_page(tmp_path: Path) -> None:
    assert len(pages_of(tmp_path, pdf([A4] * 7, SQUARE))) == 7


def test_a_landscape_page_is_turned(tmp_path: Path) -> None:
    """Clockwise: its upper left corner becomes the upper right one."""
    (page,) = pages_of(tmp_path, pdf([A4[::-1]], b"0 523 72 72 re f"))
    left, top, right, _ = ink_box(page)
    assert left > 1300
    assert right <= 1728
    assert near(top, HEADER, 4)


def test_a_larger_page_is_shrunk_and_a_smaller_one_is_not_enlarged(tmp_path: Path) -> None:
    (large,) = pages_of(tmp_path, pdf([(1190, 1684)], b"0 0 1190 1684 re f"))
    assert near(ink_box(large)[3] - ink_box(large)[1], 2260, 2)
    (small,) = pages_of(tmp_path, pdf([(144, 288)], b"0 0 144 288 re f"))
    left, top, right, bottom = ink_box(small)
    assert near(right - left, 408, 2)
    assert near(bottom - top, 784, 2)
    assert near((left + right) / 2, 864, 2)


def test_a_page_of_five_metres_is_refused(tmp_path: Path) -> None:
    fields = refused(tmp_path, pdf([A4, (595, 14173)], SQUARE), DocumentFault.PAGE_TOO_LONG)
    assert fields == {"page": 2, "millimetres": 5000, "limit": 1000}


def test_a_page_of_over_three_lengths_is_cut_and_nothing_is_lost(tmp_path: Path) -> None:
    height = 2800
    pages = pages_of(tmp_path, pdf([(595, height)], b"100 0 100 2800 re f"))
    assert len(pages) == 4
    assert near(sum(ink_box(page)[3] - HEADER for page in pages), height / 72 * 196, 3)
    assert all(ink_box(page)[1] == HEADER for page in pages)


def test_a_page_of_two_lengths_is_shrunk_to_one(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, pdf([(595, 1684)], b"0 0 595 1684 re f"))
    left, top, right, bottom = ink_box(page)
    assert (top, bottom) == (HEADER, 2292)
    assert near(right - left, 843 * 2260 / 2292, 4)


def test_five_hundred_pages_are_refused_with_their_number(tmp_path: Path) -> None:
    assert refused(tmp_path, pdf([A4] * 500), DocumentFault.TOO_MANY_PAGES) == {"pages": 500, "limit": 100}


def test_a_locked_pdf_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, encrypted_pdf(), DocumentFault.PDF_ENCRYPTED)


@pytest.mark.parametrize("content", [BROKEN_PDF, b"%PDF-1.7\n", pdf()[:200], b"%PDF-" + bytes(4000)])
def test_a_broken_pdf_is_refused(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path, content, DocumentFault.BROKEN)


def test_a_pdf_without_pages_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, pdf([]), DocumentFault.BROKEN)
