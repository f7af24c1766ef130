"""A card's end of its control socket: packets of messages both ways, in order."""

import collections
import functools
import operator
import socket
from typing import Any

import msgspec

from switch_server.core.words import CARD_COMMANDS, CardCommand, CardEvent, next_packet

LARGEST = 1 << 20


class Control:
    """``receive`` returns the commands of the next packet; ``send`` queues an event for ``flush``, which never blocks. ``closed``: the switch is gone."""

    def __init__(self, sock: socket.socket, commands: tuple[type[CardCommand], ...] = CARD_COMMANDS) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._encoder = msgspec.msgpack.Encoder()
        known: Any = functools.reduce(operator.or_, commands[1:], commands[0])
        self._decoder = msgspec.msgpack.Decoder(list[known])
        self._waiting: collections.deque[bytes] = collections.deque()
        self.closed = False
        self.malformed = 0

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self) -> list[CardCommand]:
        """One packet at a time, after which the clock is read: a thousand ``Play``s at once must not delay the tick."""
        try:
            datagram = self._socket.recv(LARGEST)
        except BlockingIOError:
            return []
        except OSError:
            datagram = b""
        if not datagram:
            self.closed = True
            return []
        try:
            commands: list[CardCommand] = self._decoder.decode(datagram)
        except ValueError:
            self.malformed += 1
            return []
        return commands

    def send(self, event: CardEvent) -> None:
        self._waiting.append(self._encoder.encode(event))

    def flush(self) -> None:
        while self._waiting and not self.closed:
            packet, number = next_packet(self._waiting)
            try:
                self._socket.send(packet)
            except BlockingIOError:
                return
            except OSError:
                self.closed = True
                return
            for _ in range(number):
                self._waiting.popleft()

    @property
    def waiting(self) -> int:
        return len(self._waiting)
