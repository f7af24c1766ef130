"""The real control server over a real socket, on a loop of its own thread."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from switch_server.adapters.control import ControlServer
from switch_server.ports.operations import Operations

T = TypeVar("T")
WAIT = 20.0


class RunningSwitch:
    def __init__(self, socket: Path, operations: Operations) -> None:
        self.socket = socket
        self.operations = operations
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: ControlServer | None = None

    def start(self) -> None:
        self._server = ControlServer(self.socket, self.operations, version="0.1.0")
        self._do(self._server.start())

    def stop(self) -> None:
        if self._server is not None:
            self._do(self._server.stop())
            self._server = None

    def block(self, seconds: float) -> None:
        """Blocks the server's loop for ``seconds``."""
        self._loop.call_soon_threadsafe(time.sleep, seconds)

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT)
