"""Renderers: each job in a process of its own (``switch_server.documents.job``), which may die or hang of what is in the file."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Final

import msgspec

from shared.document_jobs import REPLIES, REPLY_MAX, AnyJob, JobDone, JobRefused
from shared.documents import DocumentFault, PagesRefused

LOG = logging.getLogger("huawu.documents")
SECONDS: Final = 30
"""The most for one job."""
AT_ONCE: Final = 2
WAITING: Final = 32
"""Jobs that wait for a process; more are refused."""
_OUT_OF_TIME: Final = frozenset({-signal.SIGXCPU, -signal.SIGALRM})
_ROOT: Final = Path(__file__).resolve().parents[2]
_MODULE: Final = "switch_server.documents.job"


class Renderers:
    """On the loop. Jobs are done in their order, at most ``AT_ONCE`` at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._jobs = 0
        self._stopped = False
        self._processes: set[asyncio.subprocess.Process] = set()

    async def run(self, job: AnyJob) -> JobDone:
        """Raises ``PagesRefused``. If the task is cancelled, the process has ended when this returns."""
        if self._jobs >= AT_ONCE + WAITING:
            raise PagesRefused(DocumentFault.QUEUE_FULL)
        self._jobs += 1
        try:
            async with self._turn:
                return await self._run(job)
        finally:
            self._jobs -= 1

    def stop(self) -> None:
        """For good: kills all processes; their jobs and those that wait end with ``renderer_failed``."""
        self._stopped = True
        for process in self._processes:
            _kill(process)

    async def _run(self, job: AnyJob) -> JobDone:
        if self._stopped:
            raise PagesRefused(DocumentFault.RENDERER_FAILED)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", _MODULE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, start_new_session=True, env=_environment(),
            )  # fmt: skip
        except OSError as error:
            LOG.exception("no renderer could be started")
            raise PagesRefused(DocumentFault.RENDERER_FAILED) from error
        self._processes.add(process)
        if self._stopped:  # while it started
            _kill(process)
        try:
            async with asyncio.timeout(SECONDS):
                reply = await _ask(process, msgspec.json.encode(job))
                status = await process.wait()
        except TimeoutError:
            raise PagesRefused(DocumentFault.TOO_SLOW, seconds=SECONDS) from None
        finally:
            _kill(process)
            await process.wait()
            self._processes.discard(process)
        return _done(reply, status)


def _done(reply: bytes, status: int) -> JobDone:
    if status in _OUT_OF_TIME:
        raise PagesRefused(DocumentFault.TOO_SLOW, seconds=SECONDS)
    try:
        said = REPLIES.decode(reply)
    except ValueError as error:
        LOG.warning("a renderer ended with status %d and no valid reply", status)
        raise PagesRefused(DocumentFault.RENDERER_FAILED) from error
    if isinstance(said, JobRefused):
        raise PagesRefused(said.fault, **said.fields)
    return said


async def _ask(process: asyncio.subprocess.Process, job: bytes) -> bytes:
    """The whole reply, or the beginning of a too long one."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):  # the process died; its status tells
        process.stdin.write(job)
        await process.stdin.drain()
        process.stdin.close()
    reply = b""
    while len(reply) <= REPLY_MAX and (part := await process.stdout.read(REPLY_MAX)):
        reply += part
    return reply


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _environment() -> dict[str, str]:
    """What a renderer needs and no more: this project on the path, one thread."""
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": path,
        "OPENBLAS_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }
