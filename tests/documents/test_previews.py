"""Pictures of pages, and received faxes as PDF."""

from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from PIL import Image

from shared.document_jobs import ConvertReceived, JobRefused, PreviewPage
from shared.documents import DocumentFault, PreviewSize
from switch_server.documents.work import work
from tests.documents.inputs import fax_page, fax_tiff, write
from tests.documents.made import done, same


def preview(
    folder: Path, tiff: Path, page: int = 1, size: PreviewSize = PreviewSize.FULL, turns: int = 0
) -> Image.Image:
    target = folder / "preview.png"
    done(PreviewPage(str(tiff), page, size, str(target), turns))
    with Image.open(target, formats=["PNG"]) as image:
        return image.copy()


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    return write(tmp_path, "fine.tif", fax_tiff([fax_page(2292), fax_page(2000, ink_end=900)]))


@pytest.fixture
def standard(tmp_path: Path) -> Path:
    return write(tmp_path, "standard.tif", fax_tiff([fax_page(1143)], (204, 98)))


def test_a_full_preview_is_the_page_pixel_by_pixel(tmp_path: Path, fine: Path) -> None:
    assert same(preview(tmp_path, fine), fax_page(2292))
    assert same(preview(tmp_path, fine, 2), fax_page(2000, ink_end=900))


def test_standard_rows_are_shown_twice(tmp_path: Path, standard: Path) -> None:
    assert same(preview(tmp_path, standard), fax_page(1143).resize((1728, 2286), Image.Resampling.NEAREST))


@pytest.mark.parametrize(
    ("size", "turns", "pixels"),
    [
        (PreviewSize.HALF, 0, (864, 1146)), (PreviewSize.THUMBNAIL, 0, (144, 191)), (PreviewSize.HALF, 1, (1146, 864)),
        (PreviewSize.FULL, 2, (1728, 2292)), (PreviewSize.FULL, 3, (2292, 1728)),
    ],
)  # fmt: skip
def test_sizes(tmp_path: Path, fine: Path, size: PreviewSize, turns: int, pixels: tuple[int, int]) -> None:
    assert preview(tmp_path, fine, 1, size, turns).size == pixels


def test_a_smaller_preview_is_grey(tmp_path: Path, fine: Path) -> None:
    """A line in each seven rows: the mean stays, but for the lines' free beginnings."""
    half = preview(tmp_path, fine, 1, PreviewSize.HALF)
    assert half.mode == "L"
    assert half.getextrema() == (127, 255) or half.getextrema() == (128, 255)


def test_turns_are_clockwise(tmp_path: Path, fine: Path) -> None:
    assert same(preview(tmp_path, fine, 1, PreviewSize.FULL, 1), fax_page(2292).transpose(Image.Transpose.ROTATE_270))


def test_a_page_that_is_not_there(tmp_path: Path, fine: Path) -> None:
    reply = work(PreviewPage(str(fine), 3, PreviewSize.FULL, str(tmp_path / "out.png")))
    assert reply == JobRefused(DocumentFault.NO_SUCH_PAGE)


def converted(
    folder: Path, tiff: Path, turns: int = 0
) -> tuple[list[Image.Image], list[tuple[float, float]], Image.Image]:
    """The images in the PDF's pages, the pages' sizes in points, the thumbnail."""
    pdf, thumbnail = folder / "out.pdf", folder / "out.png"
    pages = done(ConvertReceived(str(tiff), str(pdf), str(thumbnail), turns))
    document = pdfium.PdfDocument(pdf)
    try:
        assert len(document) == pages
        images, sizes = [], []
        for page in document:
            (one,) = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
            images.append(one.get_bitmap().to_pil().convert("1", dither=Image.Dither.NONE))
            sizes.append(page.get_size())
            one.close()
            page.close()
    finally:
        document.close()
    with Image.open(thumbnail) as small:
        return images, sizes, small.copy()


def test_a_received_fax_keeps_its_bits_as_pdf(tmp_path: Path, fine: Path) -> None:
    images, sizes, thumbnail = converted(tmp_path, fine)
    assert same(images[0], fax_page(2292))
    assert same(images[1], fax_page(2000, ink_end=900))
    assert sizes[0] == pytest.approx((1728 / 204 * 72, 2292 / 196 * 72), abs=0.5)
    assert thumbnail.size == (144, 191)


def test_standard_resolution_as_pdf(tmp_path: Path, standard: Path) -> None:
    images, sizes, thumbnail = converted(tmp_path, standard)
    assert same(images[0], fax_page(1143))
    assert sizes[0] == pytest.approx((1728 / 204 * 72, 1143 / 98 * 72), abs=0.5)
    assert thumbnail.size == (144, 191)


def test_a_turned_pdf(tmp_path: Path, fine: Path) -> None:
    images, sizes, thumbnail = converted(tmp_path, fine, 1)
    assert same(images[0], fax_page(2292).transpose(Image.Transpose.ROTATE_270))
    assert sizes[0] == pytest.approx((2292 / 196 * 72, 1728 / 204 * 72), abs=0.5)
    assert thumbnail.size == (191, 144)


def test_pages_of_different_resolutions(tmp_path: Path) -> None:
    """The second page gets the first one's rows."""
    first, second = fax_page(2292), fax_page(1146)
    first.encoderinfo = {"dpi": (204, 196)}
    second.encoderinfo = {"dpi": (204, 98)}
    first.save(tmp_path / "two.tif", compression="group4", dpi=(204, 196), save_all=True, append_images=[second])
    images, _, _ = converted(tmp_path, tmp_path / "two.tif")
    assert same(images[0], first)
    assert images[1].size[0] == 1728


def test_a_long_fax(tmp_path: Path) -> None:
    """More pages than are written at once, in their order."""
    sent = [fax_page(200, ink_end=100 + number) for number in range(45)]
    images, _, _ = converted(tmp_path, write(tmp_path, "long.tif", fax_tiff(sent)))
    assert [image.tobytes() for image in images] == [page.tobytes() for page in sent]


@pytest.mark.parametrize("content", [b"", b"II*\0garbage", b"GIF89a"])
def test_a_broken_received_file(tmp_path: Path, content: bytes) -> None:
    tiff = write(tmp_path, "bad.tif", content)
    reply = work(ConvertReceived(str(tiff), str(tmp_path / "a.pdf"), str(tmp_path / "a.png")))
    assert reply == JobRefused(DocumentFault.BROKEN)


def test_a_fax_cut_in_its_second_page(tmp_path: Path, fine: Path) -> None:
    whole = fine.read_bytes()
    tiff = write(tmp_path, "cut.tif", whole[: len(whole) * 2 // 3])
    assert work(ConvertReceived(str(tiff), str(tmp_path / "a.pdf"), str(tmp_path / "a.png"))) == JobRefused(
        DocumentFault.BROKEN
    )
