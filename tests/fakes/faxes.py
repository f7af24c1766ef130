"""Fakes of ``ports.faxes``: documents whose pages are small PNGs, and faxes kept in memory. ``tests/contracts/test_faxes.py`` checks the real ones alike."""

import asyncio
import hashlib
import itertools
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from shared.desk_fax import FaxProblem
from shared.fax import FINAL_FAX_STATES, DocumentId, FaxId, FaxResult, FaxState
from shared.ids import AgentId, CustomerId
from switch_server.ports.faxes import (
    DocumentRefused,
    FaxLayout,
    FaxNotTaken,
    FaxRecord,
    Html,
    OnFax,
    Rendered,
    WantedFax,
)

PAGE = (1728, 2200)
"""Pixels of a fine page, about."""


def png(width: int, height: int, shade: int = 255) -> bytes:
    """A grey picture (PNG, ISO/IEC 15948)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + bytes([shade]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class FakeDocuments:
    """``ports.faxes.Documents``: a file has one page more than it has form feeds. ``refuses``, ``reason``: for the next sources."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refuses: FaxProblem | None = None
        self.reason = ""
        self.rendered: list[tuple[bytes, FaxLayout]] = []
        self.picture: Callable[[Path, int], bytes] = lambda _path, page: png(*PAGE, shade=255 - page)
        self._numbers = itertools.count(1)

    async def render(self, source: Path | Html, layout: FaxLayout) -> Rendered:
        data = source.text.encode() if isinstance(source, Html) else await asyncio.to_thread(source.read_bytes)
        if self.refuses is not None:
            raise DocumentRefused(self.refuses, reason=self.reason)
        if not data.strip():
            raise DocumentRefused(FaxProblem.EMPTY)
        if data.startswith(b"MZ"):
            raise DocumentRefused(FaxProblem.UNKNOWN_FORMAT)
        self.rendered.append((data, layout))
        name = DocumentId(f"d{next(self._numbers)}")
        path = self.folder / f"{name}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return Rendered(
            name, path, data.count(b"\f") + 1 + (layout.cover is not None), hashlib.sha256(data).hexdigest()
        )

    async def page(self, path: Path, page: int, *, thumbnail: bool = False) -> bytes:
        if not await asyncio.to_thread(path.exists):
            raise DocumentRefused(FaxProblem.GONE, str(path))
        return png(120, 160) if thumbnail else self.picture(path, page)


class FakeFaxes:
    """``ports.faxes.Faxes`` in memory; ``put`` and ``change`` act as the line."""

    def __init__(self, clock: Callable[[], float] = lambda: 1000.0) -> None:
        self.kept: dict[FaxId, FaxRecord] = {}
        self.why_off: FaxProblem | None = None
        self.barred: set[str] = set()
        self.asked: list[WantedFax] = []
        self.actors: list[tuple[str, FaxId, AgentId]] = []
        self._clock, self._numbers = clock, itertools.count(1)
        self._on_fax: OnFax = lambda _fax, _before: None

    # --- a test's actions ---

    def put(self, fax: FaxRecord) -> FaxRecord:
        before = self.kept.get(fax.fax)
        self.kept[fax.fax] = fax
        self._on_fax(fax, before)
        return fax

    def change(self, fax: FaxId, **fields: object) -> FaxRecord:
        return self.put(replace(self.kept[fax], **fields))

    # --- ports.faxes.Faxes ---

    def listen(self, on_fax: OnFax) -> None:
        self._on_fax = on_fax

    def off(self) -> FaxProblem | None:
        return self.why_off

    async def ask(self, wanted: WantedFax) -> FaxRecord:
        if self.why_off is not None:
            raise FaxNotTaken(self.why_off)
        if wanted.number in self.barred:
            raise FaxNotTaken(FaxProblem.BARRED_NUMBER)
        same = (wanted.document.path, wanted.number)
        if any((each.path, each.number) == same and each.state not in FINAL_FAX_STATES for each in self.kept.values()):
            raise FaxNotTaken(FaxProblem.REPEATED)
        self.asked.append(wanted)
        record = FaxRecord(
            FaxId(f"f{next(self._numbers)}"), "out", wanted.number, wanted.title, FaxState.DIALLING if wanted.live else FaxState.WAITING,
            self._clock(), wanted.document.pages, wanted.document.path, agent=wanted.agent, group=wanted.group, customer=wanted.customer,
            not_before=wanted.not_before, call=wanted.call, live=wanted.live,
        )  # fmt: skip
        return self.put(record)

    async def cancel(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        if self._known(fax).state in FINAL_FAX_STATES:
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        self.actors.append(("cancel", fax, actor))
        return self.change(fax, state=FaxState.CANCELLED, result=FaxResult.STOPPED, ended=self._clock())

    async def retry(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        if self._known(fax).state not in (FaxState.FAILED, FaxState.CANCELLED):
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        self.actors.append(("retry", fax, actor))
        return self.change(fax, state=FaxState.WAITING, result=None, t30=0, ended=None)

    async def take(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        if self._known(fax).taken_by not in (None, actor):
            raise FaxNotTaken(FaxProblem.TOO_LATE)
        self.actors.append(("take", fax, actor))
        return self.change(fax, taken_by=actor)

    async def file(self, fax: FaxId, customer: CustomerId, actor: AgentId) -> FaxRecord:
        self._known(fax)
        self.actors.append(("file", fax, actor))
        return self.change(fax, customer=customer)

    async def forward(self, fax: FaxId, actor: AgentId, *, agent: AgentId | None, group: str) -> FaxRecord:
        self._known(fax)
        self.actors.append(("forward", fax, actor))
        return self.change(fax, agent=agent, group=group, taken_by=None)

    async def fax(self, fax: FaxId) -> FaxRecord | None:
        return self.kept.get(fax)

    async def sent_by(self, agent: AgentId, *, before: float | None, limit: int) -> list[FaxRecord]:
        return self._newest(lambda each: each.direction == "out" and each.agent == agent, before, limit)

    async def received(self, agent: AgentId, group: str | None, *, before: float | None, limit: int) -> list[FaxRecord]:
        def wanted(each: FaxRecord) -> bool:
            mine = group is None or each.agent == agent or (bool(group) and each.group == group)
            return each.direction == "in" and mine

        return self._newest(wanted, before, limit)

    def _newest(self, wanted: Callable[[FaxRecord], bool], before: float | None, limit: int) -> list[FaxRecord]:
        found = [each for each in self.kept.values() if wanted(each) and (before is None or each.created < before)]
        return sorted(found, key=lambda each: each.created, reverse=True)[:limit]

    def _known(self, fax: FaxId) -> FaxRecord:
        if fax not in self.kept:
            raise FaxNotTaken(FaxProblem.GONE, fax)
        return self.kept[fax]


def received(name: str = "r1", **fields: object) -> FaxRecord:
    made = FaxRecord(FaxId(name), "in", "02085551234", "", FaxState.SENT, 900.0, 2, pages_done=2, group="east")
    return replace(made, **fields)
