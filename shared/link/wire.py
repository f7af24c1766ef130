"""Socket options that both sides share."""

import asyncio
import time

import zmq

MAX_FRAME = 4 << 20
"""Bytes. A peer that sends a longer message is disconnected by libzmq before it costs memory."""
_QUEUE = 100_000


def prepare(socket: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
    socket.linger = 0
    socket.sndhwm = _QUEUE
    socket.rcvhwm = _QUEUE
    socket.maxmsgsize = MAX_FRAME
    socket.handshake_ivl = 5000
    return socket


def epoch(loop: asyncio.AbstractEventLoop) -> float:
    """UTC minus the loop's time, for a header's ``sent_at``."""
    return time.time() - loop.time()
