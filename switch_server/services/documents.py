"""The spool of documents: pages made of files and statements, previews, received faxes as PDF.

The files' content is read by renderers only (``services.renderer``). Folders have mode 0700, files 0600. A document appears in the spool whole,
and is on the disk when ``render`` returns.
"""

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from shared.document_jobs import ConvertReceived, PreviewPage, RenderFile, RenderHtml
from shared.documents import DocumentFault, PageOptions, PagesRefused, PreviewSize
from shared.fax import DocumentId
from switch_server.disk.whole_file import write_whole
from switch_server.ports.faxes import Html
from switch_server.services.renderer import Renderers

KEPT_DAYS: Final = 30
INPUT_MAX: Final = 20_000_000
"""Bytes of a file."""
_DAY_S: Final = 24 * 3600
_ID: Final = re.compile(r"d[0-9a-f]{16}")
_WORK: Final = "work"
_MEGABYTE: Final = 1_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class RenderedDocument:
    """A TIFF class F in the spool. ``digest``: of its pages without header lines and cover sheet (``shared.document_jobs.JobDone``)."""

    document: DocumentId
    pages: int
    path: Path
    digest: str


@dataclass(frozen=True)
class ReceivedDocument:
    """A received fax beside its TIFF: as PDF, and its first page as a thumbnail (PNG)."""

    pages: int
    pdf: Path
    thumbnail: Path


class DocumentSpool:
    """On the switch's loop; files are written in threads. All coroutines raise ``PagesRefused``; a cancelled one leaves no process and no file.

    ``folder``: made if it is missing; what an ended switch left half done there is removed. ``in_use``: the documents that faxes still refer to;
    called in a thread. ``spool_max``: the most bytes of all documents.
    Raises ``OSError``.
    """

    def __init__(
        self, folder: Path, in_use: Callable[[], Collection[DocumentId]], spool_max: Callable[[], int]
    ) -> None:
        self._folder, self._work = folder, folder / _WORK
        self._in_use, self._spool_max = in_use, spool_max
        self._renderers = Renderers()
        for each in (folder, self._work):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
            each.chmod(0o700)
        for left in self._work.iterdir():
            left.unlink()

    async def render(self, source: Path | bytes | Html, options: PageOptions) -> RenderedDocument:
        """Makes the pages of a file (told by its content: text, PDF, image), or of a statement as HTML."""
        await self._check_room()
        document = DocumentId("d" + secrets.token_hex(8))
        async with self._scratch() as scratch:
            target = scratch.with_suffix(".tif")
            match source:
                case bytes():
                    await self._keep(source, scratch)
                    made = await self._renderers.run(RenderFile(str(scratch), str(target), options))
                case Path():
                    made = await self._renderers.run(RenderFile(str(source), str(target), options))
                case Html(text):
                    made = await self._renderers.run(RenderHtml(text, str(target), options))
            await self._place({target: self.path_of(document)})
        return RenderedDocument(document, made.pages, self.path_of(document), made.digest)

    async def preview(
        self, source: DocumentId | Path, page: int, size: PreviewSize = PreviewSize.HALF, quarter_turns: int = 0
    ) -> bytes:
        """A PNG of page ``page`` (from 1) of a document, or of a received TIFF: the pixels of that page, turned clockwise."""
        path = source if isinstance(source, Path) else self.path_of(source)
        async with self._scratch() as scratch:
            await self._renderers.run(PreviewPage(str(path), page, size, str(scratch), quarter_turns))
            return await _in_thread(scratch.read_bytes)

    async def from_received(self, tiff: Path, quarter_turns: int = 0) -> ReceivedDocument:
        """Makes the PDF and the thumbnail beside a received TIFF. They may be made anew, turned."""
        async with self._scratch() as scratch:
            pdf, thumbnail = scratch.with_suffix(".pdf"), scratch.with_suffix(".png")
            made = await self._renderers.run(ConvertReceived(str(tiff), str(pdf), str(thumbnail), quarter_turns))
            done = ReceivedDocument(made.pages, tiff.with_suffix(".pdf"), tiff.with_suffix(".png"))
            await self._place({pdf: done.pdf, thumbnail: done.thumbnail})
        return done

    def path_of(self, document: DocumentId) -> Path:
        """Raises ``PagesRefused`` (``not_found``) for what is no document's id: a peer may have named it."""
        if not _ID.fullmatch(document):
            raise PagesRefused(DocumentFault.NOT_FOUND)
        return self._folder / f"{document}.tif"

    async def remove_old(self, now: float) -> int:
        """Removes documents that were made over ``KEPT_DAYS`` before ``now`` (UTC seconds) and are not in use. Returns their number."""
        return await _in_thread(lambda: self._remove(now - KEPT_DAYS * _DAY_S))

    def stop(self) -> None:
        """Ends all jobs, with ``renderer_failed``."""
        self._renderers.stop()

    def _remove(self, before: float) -> int:
        kept = {f"{document}.tif" for document in self._in_use()}
        removed = 0
        for path in self._folder.glob("d*.tif"):
            if path.name not in kept and path.stat().st_mtime < before:
                path.unlink()
                removed += 1
        return removed

    async def _check_room(self) -> None:
        if await _in_thread(self._used) >= self._spool_max():
            raise PagesRefused(DocumentFault.SPOOL_FULL)

    def _used(self) -> int:
        used = 0
        for folder in (self._folder, self._work):
            with os.scandir(folder) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):  # another job's, just removed
                        used += entry.stat(follow_symlinks=False).st_size if entry.is_file() else 0
        return used

    async def _keep(self, content: bytes, path: Path) -> None:
        if len(content) > INPUT_MAX:
            fields = {"megabytes": -(-len(content) // _MEGABYTE), "limit": INPUT_MAX // _MEGABYTE}
            raise PagesRefused(DocumentFault.TOO_LARGE, **fields)
        await _in_thread(lambda: write_whole(path, content))

    @contextlib.asynccontextmanager
    async def _scratch(self) -> AsyncIterator[Path]:
        """A name for a job's files in the work folder; they are removed at the end."""
        name = secrets.token_hex(8)
        try:
            yield self._work / name
        finally:
            for left in self._work.glob(f"{name}*"):
                left.unlink(missing_ok=True)

    async def _place(self, files: dict[Path, Path]) -> None:
        await _in_thread(lambda: _placed(files))


def _placed(files: dict[Path, Path]) -> None:
    """Moves finished files to their places; on the disk when it returns."""
    for made, place in files.items():
        made.replace(place)
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


async def _in_thread(work: Callable[[], T]) -> T:
    """Files' errors are the spool's: full, or not writable."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise PagesRefused(DocumentFault.SPOOL_FULL) from error
