"""A plain ZeroMQ socket in an asyncio loop.

A ZeroMQ descriptor is edge-triggered: it becomes readable once, and any call on the socket, a send too, may swallow that edge.
So a wake-up reads until ``EAGAIN``, and after sending ``wake`` reads again. zmq.asyncio does the same at three times the cost
per message, which is too slow for orders.
"""

import asyncio
import logging
from collections.abc import Callable

import zmq

BATCH = 200
"""Messages read in one go, before the loop's other callbacks run."""

_log = logging.getLogger(__name__)


class SocketReader:
    """Calls ``read`` for each waiting message of ``socket``; ``read`` must receive one message with ``NOBLOCK`` and may raise ``zmq.Again``."""

    def __init__(self, socket: zmq.Socket[bytes], read: Callable[[], None]) -> None:
        self._socket = socket
        self._read = read
        self._loop = asyncio.get_running_loop()
        self._scheduled = False
        self._closed = False
        self._fd = int(socket.get(zmq.FD))
        self._loop.add_reader(self._fd, self._run)
        self.wake()

    def wake(self) -> None:
        """To be called after each use of the socket: has its waiting messages read soon."""
        if not self._scheduled and not self._closed:
            self._scheduled = True
            self._loop.call_soon(self._woken)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._fd)

    def _woken(self) -> None:
        self._scheduled = False
        self._run()

    def _run(self) -> None:
        for _ in range(BATCH):
            if self._closed:
                return
            try:
                self._read()
            except zmq.Again:
                return
            except Exception:  # noqa: BLE001  # one bad handler must not deafen the socket
                _log.exception("a handler raised")
        self.wake()
