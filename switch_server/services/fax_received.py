"""Received faxes as files for people: a PDF and a thumbnail beside each TIFF, made one after the other. On the switch's loop."""

import asyncio
import logging
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

from shared.documents import PagesRefused
from switch_server.ports.faxes import FaxRecord

log = logging.getLogger(__name__)


class Converter(Protocol):
    """``services.documents.DocumentSpool``."""

    def from_received(self, tiff: Path) -> Awaitable[object]: ...


class ReceivedPages:
    """``changed`` is told each fax (``ports.faxes.OnFax``). ``folder``: of received faxes; at the start the files that a killed switch has left are made."""

    def __init__(self, folder: Path, converter: Converter) -> None:
        self._folder, self._converter = folder, converter
        self._waiting: asyncio.Queue[Path] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        for tiff in sorted(self._folder.glob("*.tif")):
            if not tiff.with_suffix(".pdf").exists():
                self._waiting.put_nowait(tiff)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def changed(self, fax: FaxRecord, before: FaxRecord | None) -> None:
        ended = fax.ended is not None and (before is None or before.ended is None)
        if fax.direction == "in" and ended and fax.pages and fax.path is not None:
            self._waiting.put_nowait(fax.path)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            tiff = await self._waiting.get()
            try:
                await self._converter.from_received(tiff)
            except PagesRefused as refused:
                log.warning("no PDF of the received fax %s: %s", tiff.name, refused)
