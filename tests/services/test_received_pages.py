"""A received fax gets its PDF and thumbnail, also after a restart; the inbox is shown that thumbnail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from shared.fax import FaxId, FaxState
from switch_server.ports.faxes import FaxRecord
from switch_server.services.documents import DocumentSpool
from switch_server.services.fax_documents import FaxDocuments
from switch_server.services.received_pages import ReceivedPages
from tests.documents.inputs import fax_page, fax_tiff, write

RECEIVING = FaxRecord(FaxId("r1"), "in", "02012345678", "", FaxState.SENDING, 1.0, 1)
ENDED = replace(RECEIVING, state=FaxState.SENT, pages=2, ended=2.0)
DEADLINE = 30.0


@asynccontextmanager
async def working(folder: Path) -> AsyncIterator[tuple[ReceivedPages, DocumentSpool]]:
    spool = DocumentSpool(folder / "documents", set, lambda: 10**9)
    pages = ReceivedPages(folder, spool)
    task = asyncio.create_task(pages.run())
    try:
        yield pages, spool
    finally:
        task.cancel()
        spool.stop()


async def made(path: Path) -> None:
    async with asyncio.timeout(DEADLINE):
        while not path.exists():  # noqa: ASYNC110, ASYNC240  another process makes the file
            await asyncio.sleep(0.02)


def test_a_fax_that_has_ended_gets_pdf_and_thumbnail(tmp_path: Path) -> None:
    async def main() -> None:
        async with working(tmp_path) as (pages, spool):
            await asyncio.sleep(0)
            tiff = write(tmp_path, "r1.tif", fax_tiff([fax_page(), fax_page()]))
            pages.on_fax(replace(RECEIVING, path=tiff), None)
            pages.on_fax(replace(ENDED, direction="out", path=tmp_path / "none.tif"), None)
            pages.on_fax(replace(ENDED, pages=0, path=tmp_path / "none.tif"), None)
            pages.on_fax(replace(ENDED, path=tiff), replace(RECEIVING, path=tiff))
            await made(tmp_path / "r1.png")
            assert (tmp_path / "r1.pdf").exists()
            shown = await FaxDocuments(spool, lambda: "", lambda: 0.0).page(tiff, 0, thumbnail=True)
            assert shown == (tmp_path / "r1.png").read_bytes()
            (tmp_path / "r1.png").unlink()
            assert await FaxDocuments(spool, lambda: "", lambda: 0.0).page(tiff, 0, thumbnail=True) == shown

    asyncio.run(main())


def test_what_a_stopped_switch_left_is_made_and_a_broken_file_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, "r1.tif", b"II*\0")
    write(tmp_path, "r2.tif", fax_tiff([fax_page()]))
    write(tmp_path, "r3.tif", fax_tiff([fax_page()]))
    write(tmp_path, "r3.png", b"made before")

    async def main() -> None:
        async with working(tmp_path):
            await made(tmp_path / "r2.png")

    asyncio.run(main())
    assert sorted(path.name for path in tmp_path.glob("r*")) == [
        "r1.tif",
        "r2.pdf",
        "r2.png",
        "r2.tif",
        "r3.png",
        "r3.tif",
    ]
