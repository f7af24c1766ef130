"""Server side of the control protocol, on the switch's asyncio loop.

The socket file is 0600 and created under a umask, so nobody else can ever connect; everybody who may act as the switch's user is its operator.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.control import REQUESTS, RefusedCode, Reply, RequestRefused
from shared.link import Answer, Channel, Identity, LinkError, LinkServer, QuietHandler
from switch_server.adapters.control.answers import answer_to
from switch_server.ports.operations import OperationRefused, Operations

_log = logging.getLogger(__name__)
LONGEST_PATH = 100
"""In bytes: Linux allows 107 for a Unix socket's path."""


class ControlUnusable(Exception):  # noqa: N818  the name says what it is
    """The control socket can't be created; without it the switch would have no operator."""


class ControlServer:
    """Listens on ``socket`` from ``start`` to ``stop``. Nothing is raised later: our bugs are logged and answered ``fault``."""

    def __init__(self, socket: Path, operations: Operations, *, version: str) -> None:
        self._socket = socket
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = LinkServer(
            f"ipc://{socket}",
            messages=REQUESTS,
            identity=Identity("switch-server", version),
            handler=_RequestHandler(operations, self._run),
        )

    async def start(self) -> None:
        """Raises ``ControlUnusable``."""
        if len(os.fsencode(self._socket)) > LONGEST_PATH:
            raise ControlUnusable(f"{self._socket}: longer than {LONGEST_PATH} bytes; choose a shorter state folder")
        mask = os.umask(0o177)
        try:
            await self._server.start()
        except (LinkError, OSError) as error:
            raise ControlUnusable(f"{self._socket}: {error}") from error
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Waits for running answers, sends ``Goodbye``, removes the socket."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        for task in self._tasks:
            task.cancel()
        await self._server.stop()
        self._socket.unlink(missing_ok=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _RequestHandler(QuietHandler):
    """Answers requests, each in its own task, so that a slow disk delays no other operator."""

    def __init__(self, operations: Operations, run: Any) -> None:
        self._operations = operations
        self._run = run

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:  # noqa: ARG002  the protocol's shape
        self._run(self._answer(message, answer))

    async def _answer(self, message: Struct, answer: Answer) -> None:
        answer(await _safely(message, self._operations))


async def _safely(message: Struct, operations: Operations) -> Reply:
    try:
        result = answer_to(message, operations)
        return await result if isinstance(result, Awaitable) else result
    except OperationRefused as refused:
        return RequestRefused(refused.code, refused.text)
    except Exception:  # noqa: BLE001  our own bug: it costs this answer
        _log.exception("control: %s failed", type(message).__name__)
        return RequestRefused(RefusedCode.FAULT, type(message).__name__)
