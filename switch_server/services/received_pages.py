"""Makes the PDF and the thumbnail of each received fax beside its TIFF, one after the other; after a start also those that a stopped switch has left."""

import asyncio
import logging
from pathlib import Path

from shared.documents import DocumentFault, PagesRefused
from switch_server.ports.faxes import FaxRecord
from switch_server.services.documents import DocumentSpool

log = logging.getLogger(__name__)

AGAIN = 5.0
"""Seconds to the next try where too many documents wait for a renderer."""


class ReceivedPages:
    """On the loop. ``folder``: of received TIFFs. ``run`` is a task of the owner's; one that is not running loses nothing: the next start makes up for it."""

    def __init__(self, folder: Path, spool: DocumentSpool) -> None:
        self._folder, self._spool = folder, spool
        self._waiting: asyncio.Queue[Path] = asyncio.Queue()

    def on_fax(self, fax: FaxRecord, before: FaxRecord | None) -> None:
        """``ports.faxes.OnFax``."""
        ends = fax.ended is not None and (before is None or before.ended is None)
        if fax.direction == "in" and ends and fax.pages and fax.path is not None:
            self._waiting.put_nowait(fax.path)

    async def run(self) -> None:
        """Never returns. What is there before the first reception is whole."""
        for path in await asyncio.to_thread(_unfinished, self._folder):
            self._waiting.put_nowait(path)
        while True:
            path = await self._waiting.get()
            try:
                await self._spool.from_received(path)
            except PagesRefused as refused:
                if refused.fault is DocumentFault.QUEUE_FULL:
                    self._waiting.put_nowait(path)
                    await asyncio.sleep(AGAIN)
                    continue
                log.warning("no PDF of the received fax %s: %s", path.name, refused)


def _unfinished(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.tif") if not path.with_suffix(".png").exists())
