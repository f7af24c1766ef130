"""One card process and the switch's end of its control socket."""

import asyncio
import collections
import contextlib
import functools
import operator
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shared.ids import CardId
from switch_server.core.words import CARD_EVENTS, FAX_EVENTS, CardCommand, CardEvent, next_packet

LARGEST = 1 << 20
_EVENTS: Any = functools.reduce(operator.or_, (*CARD_EVENTS, *FAX_EVENTS))


class CardProcess:
    """Starts a card; ``on_events`` (of one datagram) and ``on_end(reason)`` are called on the loop, ``on_end`` exactly once and last."""

    def __init__(
        self, card: CardId, on_events: Callable[[list[CardEvent]], None], on_end: Callable[[str], None]
    ) -> None:
        self.card = card
        self._on_events, self._on_end = on_events, on_end
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[_EVENTS])
        self._full = False
        self._waiting: collections.deque[bytes] = collections.deque()
        self._socket: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._loop = asyncio.get_running_loop()
        self.malformed = 0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self, module: str, *, channels: int, ip: str, options: Sequence[str] = ()) -> None:
        """Starts the card's program, a module; raises ``OSError`` if no process can be started."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, "--card", self.card, "--fd", str(theirs.fileno()),
                "--ip", ip, "--channels", str(channels), *options,
                pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL, env=_environment(),
            )  # fmt: skip
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._socket = ours
        self._loop.add_reader(ours.fileno(), self._readable)

    def send(self, command: CardCommand) -> None:
        """Queues the command for ``flush``; dropped if the card has ended."""
        if self._socket is not None:
            self._waiting.append(self._encoder.encode(command))

    def flush(self) -> None:
        """Sends the queued commands together; while the socket is full, the loop does so once it has room."""
        if self._waiting and not self._full:
            self._flush()

    async def wait(self) -> int | None:
        return None if self._process is None else await self._process.wait()

    async def stop(self, seconds: float) -> None:
        """Ends the card by closing its socket; kills it after ``seconds``."""
        self._close()
        if self._process is None:
            return
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def _readable(self) -> None:
        """One datagram; if there are more, the loop calls again."""
        if self._socket is None:
            return
        try:
            datagram = self._socket.recv(LARGEST)
        except BlockingIOError:
            return
        except OSError:
            datagram = b""
        if not datagram:
            self._close()
            self._on_end("the card process ended")
            return
        try:
            events = self._decoder.decode(datagram)
        except ValueError:
            self.malformed += 1
            return
        self._on_events(events)

    def _flush(self) -> None:
        while self._waiting and self._socket is not None:
            packet, number = next_packet(self._waiting)
            try:
                self._socket.send(packet)
            except BlockingIOError:
                if not self._full:
                    self._full = True
                    self._loop.add_writer(self._socket.fileno(), self._flush)
                return
            except OSError:
                self._waiting.clear()  # the card is dead; the reader reports it
                break
            for _ in range(number):
                self._waiting.popleft()
        if self._full and self._socket is not None:
            self._full = False
            self._loop.remove_writer(self._socket.fileno())

    def _close(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
            self._socket.close()
            self._socket = None
            self._waiting.clear()


def _environment() -> dict[str, str]:
    """Our environment with this project on the path: the switch may run from a source folder."""
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
