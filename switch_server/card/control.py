"""The card's end of its control socket: one MessagePack struct a datagram, both ways, in order."""

import collections
import functools
import operator
import socket
from typing import Any

import msgspec

from switch_server.core.words import CARD_COMMANDS, CardCommand, CardEvent

LARGEST = 1 << 20
MOST_AT_ONCE = 32
"""Commands taken before the clock is read again: a thousand ``Play``s at once must not delay the tick."""
_COMMANDS: Any = functools.reduce(operator.or_, CARD_COMMANDS[1:], CARD_COMMANDS[0])


class Control:
    """``receive`` returns up to ``MOST_AT_ONCE`` waiting commands; ``send`` queues an event and never blocks. ``closed``: the switch is gone."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(_COMMANDS)
        self._waiting: collections.deque[bytes] = collections.deque()
        self.closed = False
        self.malformed = 0

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> list[CardCommand]:
        commands: list[CardCommand] = []
        for _ in range(MOST_AT_ONCE):
            try:
                datagram = self._socket.recv(LARGEST)
            except BlockingIOError:
                break
            except OSError:
                datagram = b""
            if not datagram:
                self.closed = True
                break
            try:
                commands.append(self._decoder.decode(datagram))
            except ValueError:
                self.malformed += 1
        return commands

    def send(self, event: CardEvent) -> None:
        self._waiting.append(self._encoder.encode(event))
        self.flush()

    def flush(self) -> None:
        while self._waiting and not self.closed:
            try:
                self._socket.send(self._waiting[0])
            except BlockingIOError:
                return
            except OSError:
                self.closed = True
                return
            self._waiting.popleft()

    @property
    def waiting(self) -> int:
        return len(self._waiting)
