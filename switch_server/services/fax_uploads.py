"""Files that agents upload for faxes: in parts, resumed after a cut link, checked by their hash."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
from collections import OrderedDict
from pathlib import Path

from msgspec import Struct

from shared.desk_fax import BeginUpload, FaxProblem, UploadState
from shared.ids import AgentId
from switch_server.ports.faxes import DocumentRefused

MOST_OF_AGENT = 3
"""An agent's uploads; a further one removes the oldest."""
MOST = 200
"""All agents' uploads together: 4 GB at most."""


class Upload(Struct):
    """An upload, whole or not. ``busy``: a part of it is being written."""

    id: str
    agent: AgentId
    name: str
    size: int
    sha256: str
    path: Path
    have: int = 0
    busy: bool = False
    checked: bool = False

    def state(self) -> UploadState:
        return UploadState(self.id, self.have, self.size)


class FaxUploads:
    """On the loop; disks are written in threads. ``folder`` is emptied at the start: uploads don't outlast the switch's process.

    Raises ``DocumentRefused``: ``DIFFERENT`` where the whole file does not have its hash (it is removed), ``SPOOL_FULL`` where the disk takes no more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._uploads: OrderedDict[str, Upload] = OrderedDict()
        shutil.rmtree(folder, ignore_errors=True)

    async def begin(self, agent: AgentId, asked: BeginUpload) -> UploadState:
        for known in self._uploads.values():
            if (known.agent, known.sha256, known.size) == (agent, asked.sha256, asked.size):
                known.name = asked.name
                return known.state()
        own = [each for each in self._uploads.values() if each.agent == agent and not each.busy]
        for oldest in own[: max(0, len(own) + 1 - MOST_OF_AGENT)]:
            self._drop(oldest)
        if len(self._uploads) >= MOST:
            raise DocumentRefused(FaxProblem.SPOOL_FULL, f"{MOST} uploads are kept")
        name = secrets.token_hex(16)
        made = Upload(name, agent, asked.name, asked.size, asked.sha256, self._folder / name)
        self._uploads[name] = made
        try:
            await asyncio.to_thread(self._create, made.path)
        except OSError as error:
            self._drop(made)
            raise DocumentRefused(FaxProblem.SPOOL_FULL, error.strerror or "") from error
        return made.state()

    async def put(self, agent: AgentId, name: str, offset: int, data: bytes) -> UploadState:
        """A part that does not fit where the file ends, or comes while another is written, changes nothing. Raises ``LookupError``."""
        upload = self._own(agent, name)
        fits = offset == upload.have and 0 < len(data) <= upload.size - upload.have
        if not fits or upload.busy:
            return upload.state()
        upload.busy = True
        try:
            await asyncio.to_thread(_write, upload.path, offset, data)
            upload.have += len(data)
            if upload.have == upload.size:
                await self._check(upload)
        except OSError as error:
            self._drop(upload)
            raise DocumentRefused(FaxProblem.SPOOL_FULL, error.strerror or "") from error
        finally:
            upload.busy = False
        return upload.state()

    def whole(self, agent: AgentId, name: str) -> Upload:
        """Raises ``LookupError``: no such upload of this agent, or it is not whole."""
        upload = self._own(agent, name)
        if not upload.checked:
            raise LookupError(name)
        return upload

    def _own(self, agent: AgentId, name: str) -> Upload:
        upload = self._uploads.get(name)
        if upload is None or upload.agent != agent:
            raise LookupError(name)
        return upload

    async def _check(self, upload: Upload) -> None:
        if await asyncio.to_thread(_sha256, upload.path) != upload.sha256:
            self._drop(upload)
            raise DocumentRefused(FaxProblem.DIFFERENT, upload.name)
        upload.checked = True

    def _drop(self, upload: Upload) -> None:
        self._uploads.pop(upload.id, None)
        with contextlib.suppress(OSError):
            upload.path.unlink(missing_ok=True)

    def _create(self, path: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)


def _write(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
