"""Images as pages."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shared.documents import DocumentFault, PageOptions, Resolution
from switch_server.documents.fonts import font
from tests.documents.inputs import drawing, fax_page, fax_tiff, huge_png, saved
from tests.documents.made import HEADER, STANDARD, ink, ink_box, near, pages_of, refused, same

EXIF_ORIENTATION = 0x0112


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "L"), ("PNG", "RGB"), ("PNG", "1"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("TIFF", "RGB"), ("BMP", "RGB"), ("GIF", "P"), ("WEBP", "RGB")],
)  # fmt: skip
def test_each_kind_of_image(tmp_path: Path, kind: str, mode: str) -> None:
    """The drawing is enlarged from a screen's pixels to the paper's: its square of 80 pixels is 80 / 96 inch."""
    (page,) = pages_of(tmp_path, saved(drawing(mode=mode), kind), name="without-ending")
    left, top, right, bottom = ink_box(page)
    assert near(right - left, 170, 4)
    assert near(bottom - top, 163, 4)
    assert near(left, (1728 - 1700) / 2, 3)
    assert near(top, HEADER, 3)


def test_a_transparent_image_is_on_white_paper(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 20, 20))
    (page,) = pages_of(tmp_path, saved(clear, "PNG"))
    assert 1500 < ink(page) < 2000


def test_sixteen_bits_a_pixel(tmp_path: Path) -> None:
    levels = np.full((300, 300), 60_000, dtype=np.uint16)
    levels[:30, :30] = 500
    (page,) = pages_of(tmp_path, saved(Image.fromarray(levels), "PNG"))
    assert near(ink(page), 64 * 61, 300)


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "left top"), (3, "right bottom"), (6, "right top"), (8, "left bottom")]
)
@pytest.mark.parametrize("size", [(800, 800), (4000, 4000)])
def test_a_camera_s_orientation(tmp_path: Path, orientation: int, corner: str, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    (page,) = pages_of(tmp_path, saved(drawing(size, "RGB"), "JPEG", exif=exif))
    across, down = corner.split()
    left, top, _, _ = ink_box(page)
    assert (left > 864) == (across == "right")
    assert (top > 1000) == (down == "bottom")


def test_a_photograph_becomes_dots_and_keeps_its_grey(tmp_path: Path) -> None:
    ramp = Image.linear_gradient("L").resize((1600, 1600))
    (page,) = pages_of(tmp_path, saved(ramp, "PNG"))
    left, top, right, bottom = ink_box(page)
    area = (right - left) * (bottom - top)
    assert near(ink(page) / area, 0.5, 0.03)
    dark, light = (left, top, right, top + 300), (left, bottom - 300, right, bottom)
    assert ink(page, dark) > 3 * ink(page, light)


def test_text_is_not_dotted(tmp_path: Path) -> None:
    """Black on a light grey ground: the ground becomes white."""
    (page,) = pages_of(tmp_path, saved(drawing((800, 600), grey=225), "PNG"))
    assert near(ink(page), 170 * 163, 900)


@pytest.mark.parametrize("grey", [0, 60, 120, 170, 200])
def test_grey_text_becomes_black(tmp_path: Path, grey: int) -> None:
    """As much ink as black text has, whatever its grey."""
    (black,) = pages_of(tmp_path, saved(written(0), "PNG"))
    (page,) = pages_of(tmp_path, saved(written(grey), "PNG"))
    assert near(ink(page) / ink(black), 1, 0.1)


def test_black_text_on_grey_stays_readable(tmp_path: Path) -> None:
    (plain,) = pages_of(tmp_path, saved(written(0), "PNG"))
    (on_grey,) = pages_of(tmp_path, saved(written(0, ground=190), "PNG"))
    assert near(ink(on_grey) / ink(plain), 1, 0.15)


def test_small_dense_text_is_not_taken_for_a_picture(tmp_path: Path) -> None:
    """Every pixel of dotted text has neighbours of the other colour; strokes have runs."""
    (page,) = pages_of(tmp_path, saved(written(110, "截图截图截图截图截图截图" * 3), "PNG"))
    (black,) = pages_of(tmp_path, saved(written(0, "截图截图截图截图截图截图" * 3), "PNG"))
    assert near(ink(page) / ink(black), 1, 0.1)


def written(grey: int, text: str = "第一行 截图中的文字 12,345.67", ground: int = 255) -> Image.Image:
    """A screen's text of 20 pixels on five lines."""
    image = Image.new("L", (900, 400), ground)
    for line in range(5):
        ImageDraw.Draw(image).text((20, 20 + 40 * line), text, grey, font(20))
    return image


def test_a_photograph_beside_text_is_dotted_alone(tmp_path: Path) -> None:
    sheet = Image.new("L", (1728, 2260), 235)
    sheet.paste(Image.new("L", (480, 480), 128), (0, 0))
    (page,) = pages_of(tmp_path, saved(sheet, "PNG"))
    assert near(ink(page, (24, 24 + HEADER, 424, 424 + HEADER)) / 160_000, 0.5, 0.05)
    assert ink(page, (600, 600, 1728, 2292)) == 0


def test_a_tall_image_is_shrunk_to_one_page(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, saved(drawing((1080, 2400)), "PNG"))
    assert page.height == 2292


def test_an_image_of_over_three_pages_is_cut(tmp_path: Path) -> None:
    tall = Image.new("L", (1000, 4200), 0)
    pages = pages_of(tmp_path, saved(tall, "PNG"))
    assert len(pages) == 4
    assert near(sum(ink(page) for page in pages), 1728 * 4200 * 1.728 * 196 / 204, 4000)


def test_an_image_of_five_metres_is_refused(tmp_path: Path) -> None:
    fields = refused(tmp_path, saved(Image.new("1", (1000, 22_400), 1), "PNG"), DocumentFault.PAGE_TOO_LONG)
    assert fields["page"] == 1
    assert near(fields["millimetres"], 4820, 20)


def test_all_pages_of_a_tiff_and_the_first_picture_of_an_animation(tmp_path: Path) -> None:
    frames = [drawing(), drawing((600, 600)), drawing((300, 200))]
    many = {"save_all": True, "append_images": frames[1:]}
    assert len(pages_of(tmp_path, saved(frames[0], "TIFF", **many))) == 3
    assert len(pages_of(tmp_path, saved(frames[0], "GIF", **many))) == 1


def test_five_hundred_pages_are_refused_with_their_number(tmp_path: Path) -> None:
    page = Image.new("1", (64, 64), 1)
    content = saved(page, "TIFF", save_all=True, append_images=[page] * 499)
    assert refused(tmp_path, content, DocumentFault.TOO_MANY_PAGES) == {"pages": 500, "limit": 100}


def test_a_fax_that_is_sent_on_keeps_its_pixels(tmp_path: Path) -> None:
    """White rows at the end of a page give way to the header; a page full of ink grows by the header's rows."""
    sent = [fax_page(ink_end=2200), fax_page(2292), fax_page(1000)]
    made = pages_of(tmp_path, fax_tiff(sent))
    assert [page.height for page in made] == [2292, 2290 + HEADER, 2292]
    for before, after in zip(sent, made, strict=True):
        rows = min(before.height, after.height - HEADER)
        assert same(after.crop((0, HEADER, 1728, HEADER + rows)), before.crop((0, 0, 1728, rows)))


def test_a_fax_in_standard_resolution_keeps_its_pixels(tmp_path: Path) -> None:
    sent = fax_page(1100)
    (same_rows,) = pages_of(tmp_path, fax_tiff([sent], (204, 98)), STANDARD)
    assert same(same_rows.crop((0, 16, 1728, 1116)), sent)
    (doubled,) = pages_of(tmp_path, fax_tiff([sent], (204, 98)))
    assert same(doubled.crop((0, HEADER, 1728, HEADER + 2200)), sent.resize((1728, 2200), Image.Resampling.NEAREST))
    (halved,) = pages_of(tmp_path, fax_tiff([fax_page(2200)]), STANDARD)
    assert ink(halved) > 10_000


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    content = huge_png()
    assert len(content) < 200_000
    assert refused(tmp_path, content, DocumentFault.TOO_MANY_PIXELS) == {"page": 1, "megapixels": 900, "limit": 64}


@pytest.mark.slow
def test_an_image_within_the_bound_is_taken(tmp_path: Path) -> None:
    assert (
        len(
            pages_of(
                tmp_path,
                saved(Image.new("RGBA", (7900, 7900), (200, 0, 0, 255)), "PNG"),
                PageOptions(resolution=Resolution.FINE),
            )
        )
        == 1
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_a_cut_image_is_refused(tmp_path: Path, kind: str) -> None:
    whole = saved(Image.effect_noise((500, 500), 80).convert("RGB" if kind != "GIF" else "P"), kind)
    refused(tmp_path, whole[: len(whole) // 2], DocumentFault.BROKEN)
