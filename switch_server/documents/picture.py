"""Images as pages. A page of a fax that is sent on keeps its pixels; any other image is fitted to the paper.

An image has no trustworthy size: it is taken for a screen's, 96 pixels an inch, and never enlarged beyond the paper's width.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageOps
from PIL.Image import Resampling

from shared.documents import DocumentFault, PagesRefused
from switch_server.documents.canvas import WHITE
from switch_server.documents.fit import bodies, fit
from switch_server.documents.halftone import halved
from switch_server.documents.paper import DPI_FINE, DPI_X, WIDTH, Paper
from switch_server.documents.sniff import FileType

PIXELS_MAX: Final = 64_000_000
_SCREEN_DPI: Final = 96
_MILLION: Final = 1_000_000
_FAX_ROWS: Final = {196: 1, 200: 1, 98: 2, 100: 2}
"""Rows an inch of a fax page -> rows of the fine grid for each."""
_REDUCIBLE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
Image.MAX_IMAGE_PIXELS = (
    None  # each page is checked here, which tells its number; Pillow would only tell that the file is bad
)


def picture_pages(path: Path, kind: FileType, paper: Paper, limit: int) -> Iterator[Image.Image]:
    """Mode "1" bodies of a TIFF's pages, or of an image. Raises ``PagesRefused``, and Pillow's errors for a broken file."""
    with Image.open(path, formats=[kind.value]) as file:
        pages = getattr(file, "n_frames", 1) if kind is FileType.TIFF else 1  # frames of an animation are no pages
        if pages > limit:
            raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=pages, limit=limit)
        for number in range(pages):
            file.seek(number)
            _check_pixels(file, number + 1)
        for number in range(pages):
            file.seek(number)
            yield from _exact(file, paper) or _fitted(file, paper, number + 1)


def fax_squeeze(image: Image.Image) -> int:
    """Rows of the fine grid for each row of a fax page; 0: the image is not one."""
    dpi = image.info.get("dpi", (0, 0))
    is_fax = image.mode == "1" and image.width == WIDTH and image.format == FileType.TIFF.value
    return _FAX_ROWS.get(round(float(dpi[1])), 0) if is_fax else 0


def _check_pixels(image: Image.Image, page: int) -> None:
    pixels = image.width * image.height
    if pixels > PIXELS_MAX:
        fields = {"page": page, "megapixels": pixels // _MILLION, "limit": PIXELS_MAX // _MILLION}
        raise PagesRefused(DocumentFault.TOO_MANY_PIXELS, **fields)


def _exact(image: Image.Image, paper: Paper) -> tuple[Image.Image, ...]:
    """The body with the fax page's own pixels, or its rows doubled or halved; empty if it is no fax page, or is longer than a page.

    White rows at the end give way to the header. If there are too few, the body stays as it is, and the page grows by the header's rows.
    """
    squeeze = fax_squeeze(image)
    if not squeeze or image.height * squeeze > paper.rows * paper.squeeze:
        return ()
    if squeeze > paper.squeeze:
        body = image.resize((WIDTH, image.height * 2), Resampling.NEAREST)
    elif squeeze < paper.squeeze:
        body = halved(image)
    else:
        body = image.copy()
    ink = ImageChops.invert(body).getbbox()
    rows = max(paper.body_rows, ink[3] if ink else 0)
    whole = Image.new("1", (WIDTH, rows), WHITE)
    whole.paste(body, (0, 0))
    return (whole,)


def _fitted(image: Image.Image, paper: Paper, page: int) -> Iterator[Image.Image]:
    grey = _grey(_upright(image))
    enlarged = min(DPI_X / _SCREEN_DPI, WIDTH / grey.width)
    size = fit(grey.width * enlarged, grey.height * enlarged * DPI_FINE / DPI_X, paper, page)
    yield from bodies(grey.resize((size.width, size.rows), Resampling.BICUBIC), size, paper)


def _upright(image: Image.Image) -> Image.Image:
    """Turned by its Exif orientation; an image of many times the paper's pixels is reduced first, so that its copies take little memory."""
    image.draft("RGB", (2 * WIDTH, 2 * WIDTH))  # JPEG only: decoded at a half, a quarter or an eighth
    times = min(image.size) // (2 * WIDTH)
    if times > 1 and image.mode in _REDUCIBLE:
        exif = image.getexif()
        image = image.reduce(times)
        image.info["exif"] = exif.tobytes()
    return ImageOps.exif_transpose(image)


def _grey(image: Image.Image) -> Image.Image:
    """Mode "L" on white paper."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return _from_wide(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (WHITE, WHITE, WHITE, WHITE))
        return Image.alpha_composite(white, layer).convert("L")
    return image.convert("L")


def _from_wide(image: Image.Image) -> Image.Image:
    """16 bits or more a pixel: the levels that occur become black to white."""
    import numpy as np  # 0.1 s, for rare images only

    step = max(1, min(image.size) // (2 * WIDTH))
    levels = np.asarray(image)[::step, ::step].astype(np.float32)
    low, high = float(levels.min()), float(levels.max())
    return Image.fromarray(((levels - low) * (WHITE / max(1.0, high - low))).astype(np.uint8))
