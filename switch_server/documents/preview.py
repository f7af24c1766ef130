"""Pictures of fax pages for screens, whose pixels are square; a received fax as PDF with its own bits."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.Image import Resampling, Transpose

from shared.document_jobs import ConvertReceived, JobDone, PreviewPage
from shared.documents import DocumentFault, PagesRefused, PreviewSize
from switch_server.documents.paper import DPI_FINE, DPI_X
from switch_server.documents.picture import PIXELS_MAX
from switch_server.documents.tiff import sync

_PARTS: Final = {PreviewSize.FULL: 1, PreviewSize.HALF: 2, PreviewSize.THUMBNAIL: 12}
_TURNS: Final = {1: Transpose.ROTATE_270, 2: Transpose.ROTATE_180, 3: Transpose.ROTATE_90}
_AT_ONCE: Final = 3
"""Pages in memory: Pillow keeps those that it writes at once, and reads a PDF anew that it appends to."""
RECEIVED_MAX: Final = 500
"""Pages of a received fax that become a PDF."""


def preview_page(job: PreviewPage) -> JobDone:
    """``pages``: of the TIFF. Raises ``PagesRefused`` (``no_such_page``)."""
    with Image.open(job.source, formats=["TIFF"]) as file:
        pages: int = getattr(file, "n_frames", 1)
        if job.page > pages:
            raise PagesRefused(DocumentFault.NO_SUCH_PAGE)
        file.seek(job.page - 1)
        _picture(_square(file), job.size, job.quarter_turns).save(job.target, "PNG")
        return JobDone(pages)


def convert_received(job: ConvertReceived) -> JobDone:
    """``pages``: of the fax."""
    with Image.open(job.source, formats=["TIFF"]) as file:
        count: int = getattr(file, "n_frames", 1)
        if count > RECEIVED_MAX:
            raise PagesRefused(DocumentFault.TOO_MANY_PAGES, pages=count, limit=RECEIVED_MAX)
        dpi = _dpi(file)
        turned = dpi[::-1] if job.quarter_turns % 2 else dpi
        pages = (_turned(page, job.quarter_turns) for page in _like(file, count, dpi))
        first = True
        while some := [*islice(pages, _AT_ONCE)]:
            some[0].save(job.pdf, "PDF", dpi=turned, save_all=True, append_images=some[1:], append=not first)
            first = False
        file.seek(0)
        _picture(_square(file), PreviewSize.THUMBNAIL, job.quarter_turns).save(job.thumbnail, "PNG")
    sync(Path(job.pdf))
    return JobDone(count)


def _like(file: Image.Image, count: int, dpi: tuple[int, int]) -> Iterator[Image.Image]:
    """The pages in black and white. A page of another resolution than the first gets rows doubled or dropped: a PDF of Pillow has one for all."""
    for number in range(count):
        file.seek(number)
        _check(file)
        page = file.convert("1")
        own = _dpi(file)
        if own != dpi:
            size = (round(page.width * dpi[0] / own[0]), round(page.height * dpi[1] / own[1]))
            page = page.resize(size, Resampling.NEAREST)
        yield page


def _square(page: Image.Image) -> Image.Image:
    """Rows repeated so that the pixels are about square: the page's own pixels, none invented."""
    _check(page)
    across, down = _dpi(page)
    times = max(1, round(across / down))
    return page.convert("L").resize((page.width, page.height * times), Resampling.NEAREST)


def _picture(page: Image.Image, size: PreviewSize, quarter_turns: int) -> Image.Image:
    """At full size in black and white, else in grey."""
    smaller = _turned(page.reduce(_PARTS[size]), quarter_turns)
    return smaller.convert("1", dither=Image.Dither.NONE) if size is PreviewSize.FULL else smaller


def _turned(page: Image.Image, quarter_turns: int) -> Image.Image:
    return page.transpose(_TURNS[quarter_turns]) if quarter_turns else page


def _dpi(page: Image.Image) -> tuple[int, int]:
    """Pixels an inch; those of a fine fax page where the file says nothing."""
    across, down = (round(float(value)) for value in page.info.get("dpi", (0, 0)))
    return (across, down) if across > 1 and down > 1 else (DPI_X, DPI_FINE)


def _check(page: Image.Image) -> None:
    if page.width * page.height > PIXELS_MAX:
        raise PagesRefused(DocumentFault.BROKEN)
