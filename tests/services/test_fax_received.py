"""Received faxes get a PDF and a thumbnail, one after the other: the real renderer, real files."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from switch_server.services.documents import DocumentSpool
from switch_server.services.fax_received import ReceivedPages
from tests.documents.inputs import fax_page, fax_tiff
from tests.fakes.faxes import received

pytestmark = pytest.mark.slow
TIFF = fax_tiff([fax_page()])


class Watched:
    """A spool; ``made`` is set when it has come to the fax ``last``."""

    def __init__(self, spool: DocumentSpool, last: str) -> None:
        self._spool, self._last = spool, last
        self.made = asyncio.Event()

    async def from_received(self, tiff: Path) -> object:
        try:
            return await self._spool.from_received(tiff)
        finally:
            if tiff.stem == self._last:
                self.made.set()


def with_pages(folder: Path, tell: Callable[[ReceivedPages], None], last: str) -> None:
    """Starts, tells, and waits for ``last``."""

    async def main() -> None:
        spool = DocumentSpool(folder / "documents", lambda: (), lambda: 1 << 30)
        watched = Watched(spool, last)
        it = ReceivedPages(folder, watched)
        it.start()
        tell(it)
        async with asyncio.timeout(30):
            await watched.made.wait()
        it.stop()
        spool.stop()

    asyncio.run(main())
    assert (folder / f"{last}.pdf").exists()
    assert (folder / f"{last}.png").exists()


def test_what_a_killed_switch_has_left_is_made_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    for name in ("b", "c"):
        (tmp_path / f"{name}.tif").write_bytes(TIFF)
    (tmp_path / "b.pdf").write_bytes(b"made before")
    with_pages(tmp_path, lambda _it: None, "c")
    assert "a.tif" in caplog.text
    assert (tmp_path / "b.pdf").read_bytes() == b"made before"


def test_a_fax_is_made_once_when_it_has_ended(tmp_path: Path) -> None:
    running = received(path=tmp_path / "r1.tif")
    ended = replace(running, ended=1.0)
    last = replace(ended, path=tmp_path / "last.tif")

    def tell(it: ReceivedPages) -> None:
        for name in ("r1", "last", "running", "sent", "none"):
            (tmp_path / f"{name}.tif").write_bytes(TIFF)
        it.changed(replace(running, path=tmp_path / "running.tif"), None)
        it.changed(replace(ended, path=tmp_path / "sent.tif", direction="out"), running)
        it.changed(replace(ended, path=tmp_path / "none.tif", pages=0), running)
        it.changed(ended, running)
        it.changed(replace(ended, taken_by="1001"), ended)
        it.changed(last, running)

    with_pages(tmp_path, tell, "last")
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["last.pdf", "r1.pdf"]
