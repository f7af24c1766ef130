"""``ports.faxes.Documents`` on the spool of documents: what is printed beside the source, and the spool's faults as the desks' problems."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

from shared.desk_fax import FaxProblem
from shared.documents import DocumentFault, PageHeader, PageOptions, PagesRefused, PreviewSize, PrintedCover, Resolution
from switch_server.ports.faxes import DocumentRefused, FaxLayout, Html, Rendered
from switch_server.services.documents import DocumentSpool

T = TypeVar("T")
PROBLEMS: Final = {
    DocumentFault.NOT_FOUND: FaxProblem.GONE,
    DocumentFault.EMPTY: FaxProblem.EMPTY,
    DocumentFault.TOO_LARGE: FaxProblem.TOO_LARGE,
    DocumentFault.UNKNOWN_TYPE: FaxProblem.UNKNOWN_FORMAT,
    DocumentFault.EXECUTABLE: FaxProblem.UNKNOWN_FORMAT,
    DocumentFault.OFFICE: FaxProblem.UNKNOWN_FORMAT,
    DocumentFault.WEB_PAGE: FaxProblem.UNKNOWN_FORMAT,
    DocumentFault.PDF_ENCRYPTED: FaxProblem.ENCRYPTED,
    DocumentFault.BROKEN: FaxProblem.BROKEN,
    DocumentFault.TOO_MANY_PAGES: FaxProblem.TOO_MANY_PAGES,
    DocumentFault.PAGE_TOO_LONG: FaxProblem.PAGE_TOO_LONG,
    DocumentFault.TOO_MANY_PIXELS: FaxProblem.TOO_LARGE,
    DocumentFault.TOO_DENSE: FaxProblem.TOO_LARGE,
    DocumentFault.TOO_SLOW: FaxProblem.TOO_SLOW,
    DocumentFault.NO_MEMORY: FaxProblem.TOO_SLOW,
    DocumentFault.NO_FONT: FaxProblem.RENDERER_DOWN,
    DocumentFault.SPOOL_FULL: FaxProblem.SPOOL_FULL,
    DocumentFault.QUEUE_FULL: FaxProblem.RENDERER_DOWN,
    DocumentFault.NO_SUCH_PAGE: FaxProblem.GONE,
    DocumentFault.RENDERER_FAILED: FaxProblem.RENDERER_DOWN,
}


class FaxDocuments:
    """``house``: our name in the header line, by the rules that were loaded last. ``clock``: UTC seconds."""

    def __init__(self, spool: DocumentSpool, house: Callable[[], str], clock: Callable[[], float]) -> None:
        self._spool, self._house, self._clock = spool, house, clock

    async def render(self, source: Path | Html, layout: FaxLayout) -> Rendered:
        made = await _told(self._spool.render(source, self._options(layout)))
        return Rendered(made.document, made.path, made.pages, made.digest)

    async def page(self, path: Path, page: int, *, thumbnail: bool = False) -> bytes:
        """A received fax has its thumbnail ready (``DocumentSpool.from_received``)."""
        if thumbnail and page == 0:
            with contextlib.suppress(OSError):
                return await asyncio.to_thread(path.with_suffix(".png").read_bytes)
        size = PreviewSize.THUMBNAIL if thumbnail else PreviewSize.FULL
        return await _told(self._spool.preview(path, page + 1, size))

    def _options(self, layout: FaxLayout) -> PageOptions:
        now, house, cover = self._clock(), self._house(), layout.cover
        sheet = None
        if cover is not None:
            sheet = PrintedCover(cover.to, cover.sender, layout.number, now, cover.subject, cover.note, house)
        return PageOptions(
            resolution=Resolution.FINE if layout.fine else Resolution.STANDARD,
            header=PageHeader(house, layout.number, now),
            cover=sheet,
        )


async def _told(job: Coroutine[Any, Any, T]) -> T:
    try:
        return await job
    except PagesRefused as refused:
        raise DocumentRefused(PROBLEMS[refused.fault], reason=str(refused)) from None
