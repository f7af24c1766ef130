"""The side that connects: a DEALER socket with one session at a time, renewed without end.

A new session begins each time the connection's handshake succeeds. When the connection breaks or the session ends, the socket is
closed together with its unsent frames, and a new socket is made after a pause that doubles from 0.1 s to 5 s: a frame of an old
session is never sent in a new one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

import zmq
from msgspec import Struct
from zmq.utils.monitor import recv_monitor_message

from shared import codec
from shared.link.channel import Channel, Handler
from shared.link.keys import KeyPair
from shared.link.session import Identity, Rules, Session
from shared.link.socket_reader import SocketReader
from shared.link.wire import epoch, prepare
from shared.protocol import SESSION_MESSAGES, RejectCode

_log = logging.getLogger(__name__)
FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 5.0
TICK_S = 0.2
"""So seldom that an idle desk costs almost nothing; the time-outs are in seconds."""
_BROKEN = zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
_BROKEN |= zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL


class LinkClient:
    """See the module. With ``keys`` and ``server_key`` the link uses CURVE and accepts that server only.

    ``on_refused`` is called for each attempt that ended before a session was open: with ``UNKNOWN_KEY`` if the keys do not fit, otherwise with
    the session's code (``PROTOCOL``: the text names the older side). ``tick_s``: the precision of time-outs.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        name: str,
        messages: Iterable[type[Struct]],
        identity: Identity,
        handler: Handler,
        keys: KeyPair | None = None,
        server_key: bytes | None = None,
        rules: Rules | None = None,
        on_refused: Callable[[RejectCode, str], None] = lambda _code, _text: None,
        tick_s: float = TICK_S,
    ) -> None:
        self.endpoint = endpoint
        self.refused = 0
        """Handshakes that the server refused: it does not know our public key, or its key is not the one in our configuration."""
        self._name = name
        self._table = codec.MessageTable((*SESSION_MESSAGES, *messages))
        self._identity = identity
        self._handler = handler
        self._keys = keys
        self._server_key = server_key
        self._rules = rules or Rules()
        self._on_refused = on_refused
        self._tick_s = tick_s
        self._channel: Channel | None = None
        self._pause = FIRST_PAUSE_S
        self._stopped = False
        self._opened = asyncio.Event()

    async def start(self) -> None:
        """Begins to connect; also allowed after ``stop``."""
        self._stopped = False
        self._loop = asyncio.get_running_loop()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._timer = self._loop.call_later(self._tick_s, self._tick)
        self._retry: asyncio.TimerHandle | None = None
        self._connect()

    async def stop(self) -> None:
        self._stopped = True
        self._timer.cancel()
        if self._retry is not None:
            self._retry.cancel()
        if self._channel is not None:
            self._channel.close(RejectCode.STOPPED)
        self._drop(linger=200)
        self._context.term()

    @property
    def channel(self) -> Channel | None:
        """The open session, if any."""
        return self._channel if self._channel is not None and self._channel.is_open else None

    @property
    def retry_in(self) -> float | None:
        """Seconds until the next attempt, during a pause."""
        return max(self._retry.when() - self._loop.time(), 0.0) if self._retry is not None else None

    async def opened(self, timeout: float) -> Channel:  # noqa: ASYNC109
        """Waits for an open session. Raises ``TimeoutError``."""
        async with asyncio.timeout(timeout):
            while (channel := self.channel) is None:
                self._opened.clear()
                await self._opened.wait()
        return channel

    # --- inside ---

    def _connect(self) -> None:
        self._retry = None
        socket = self._socket = prepare(self._context.socket(zmq.DEALER))
        socket.reconnect_ivl = 100
        socket.reconnect_ivl_max = 500  # a branch is back half a second after the centre is
        if self._keys is not None and self._server_key is not None:
            socket.curve_publickey = self._keys.public
            socket.curve_secretkey = self._keys.secret
            socket.curve_serverkey = self._server_key
        self._monitor = socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED | _BROKEN)
        self._watch = SocketReader(self._monitor, self._watched)
        self._drain = SocketReader(socket, self._read)
        socket.connect(self.endpoint)

    def _watched(self) -> None:
        event = recv_monitor_message(self._monitor, zmq.NOBLOCK)["event"]
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self._begin()
        elif event != zmq.EVENT_DISCONNECTED:
            self.refused += 1
            _log.warning("link to %s: refused, keys do not fit", self.endpoint)
            self._again()
            self._on_refused(RejectCode.UNKNOWN_KEY, "")
        else:
            self._again()

    def _begin(self) -> None:
        session = Session(
            listens=False,
            identity=self._identity,
            table=self._table,
            rules=self._rules,
            now=self._loop.time(),
            epoch=epoch(self._loop),
        )
        self._channel = Channel(self._name, session, self._send, self._handler)
        self._channel.flush()

    def _again(self) -> None:
        """Closes the socket and its session, and connects again after a pause."""
        channel, self._channel = self._channel, None
        if channel is not None and not channel.is_closed:
            channel.close(RejectCode.LOST)
        if channel is not None and channel.refused is not None:
            self._on_refused(channel.refused, channel.refused_text)
        if self._stopped or self._retry is not None:
            return
        self._drop()
        self._retry = self._loop.call_later(self._pause, self._connect)
        self._pause = min(self._pause * 2, LAST_PAUSE_S)

    def _drop(self, linger: int = 0) -> None:
        if self._socket.closed:
            return
        self._watch.close()
        self._drain.close()
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close(linger=linger)

    def _read(self) -> None:
        parts = self._socket.recv_multipart(zmq.NOBLOCK)
        channel = self._channel
        if channel is None:
            return
        was_open = channel.is_open
        channel.feed(parts[0] if len(parts) == 1 else b"")
        if channel.is_closed:
            self._again()
        elif channel.is_open and not was_open:
            self._pause = FIRST_PAUSE_S
            self._opened.set()

    def _send(self, data: bytes) -> bool:
        with contextlib.suppress(zmq.ZMQError):  # EAGAIN: the connection is gone or its queue is full
            self._socket.send(data, zmq.NOBLOCK)
            self._drain.wake()
            return True
        return False

    def _tick(self) -> None:
        self._timer = self._loop.call_later(self._tick_s, self._tick)
        if self._channel is not None:
            self._channel.tick()
            if self._channel is not None and self._channel.is_closed:
                self._again()
