"""The side that listens: a ROUTER socket and a session for each peer.

With ``keys`` the socket uses CURVE, and ``lookup`` gives the peer's name for its public key; a newer session of the same name displaces
the older one, which is half dead: a peer runs once. A key is looked up for each connection and each session: a key that was taken away
opens no new session on a connection that it had, and ``recheck`` ends the running ones. Without keys (``ipc://`` in a folder of the
operator's) every peer is ``local-<n>``.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

import zmq
from msgspec import Struct
from zmq.utils.monitor import recv_monitor_message

from shared import codec
from shared.link.channel import Channel, Handler
from shared.link.errors import LinkError
from shared.link.keys import KeyPair
from shared.link.listening import listener
from shared.link.session import Identity, Rules, Session
from shared.link.socket_reader import SocketReader
from shared.link.unproven import UnprovenConnections
from shared.link.wire import MAX_FRAME, epoch, prepare
from shared.link.zap import KEY_PROPERTY, RefusedConnection, ZapHandler
from shared.protocol import SESSION_MESSAGES, RejectCode

_log = logging.getLogger(__name__)
_PROBES = (0.0, 0.02, 0.2)
"""Seconds after a disconnect at which every peer is probed; the socket forgets a lost peer a little after the monitor's event."""
TICK_S = 0.1
_INNOCENT = frozenset({RejectCode.LOST, RejectCode.SILENT, RejectCode.STOPPED})
"""Codes of a session's end before its opening that are no fault of the peer."""


class LinkServer:
    """See the module. ``handler`` and ``lookup`` are called on the loop that ``start`` runs on."""

    def __init__(
        self,
        endpoint: str,
        *,
        messages: Iterable[type[Struct]],
        identity: Identity,
        handler: Handler,
        keys: KeyPair | None = None,
        lookup: Callable[[bytes], str | None] = lambda _key: None,
        on_refused: Callable[[RefusedConnection], None] = lambda _refusal: None,
        rules: Rules | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._table = codec.MessageTable((*SESSION_MESSAGES, *messages))
        self._identity = identity
        self._handler = handler
        self._keys = keys
        self._lookup = lookup
        self._on_refused = on_refused
        self._rules = rules or Rules()
        self._channels: dict[bytes, Channel] = {}
        self._by_name: dict[str, Channel] = {}
        self._numbers = itertools.count(1)
        self._zap: ZapHandler | None = None
        self._unproven = UnprovenConnections(0)
        self._probing = self._probe_again = False

    async def start(self) -> str:
        """Binds the socket. Returns the endpoint with the real port (``tcp://…:0`` takes a free one). Raises ``LinkError``."""
        self._loop = asyncio.get_running_loop()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = prepare(self._context.socket(zmq.ROUTER))
        self._socket.set(zmq.ROUTER_MANDATORY, 1)
        if self._keys is not None:
            self._zap = ZapHandler(self._context, self._lookup, self._on_refused, self._loop.time)
            self._socket.curve_server = True
            self._socket.curve_secretkey = self._keys.secret
            self._socket.zap_domain = b"huawu"
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
        try:
            self._bind()
        except (zmq.ZMQError, OSError) as error:
            self._close_sockets()
            raise LinkError(f"{self.endpoint}: {error.strerror}") from error
        self._watch = SocketReader(self._monitor, self._monitored)
        self._drain = SocketReader(self._socket, self._read)
        self._ticker = self._loop.call_later(TICK_S, self._tick)
        return self.endpoint

    async def stop(self) -> None:
        """Sends ``Goodbye`` to every peer and closes."""
        for channel in tuple(self._channels.values()):
            channel.close(RejectCode.STOPPED)
        self._ticker.cancel()
        self._drain.close()
        self._watch.close()
        self._close_sockets()

    def channel(self, name: str) -> Channel | None:
        """The open session of a peer."""
        channel = self._by_name.get(name)
        return channel if channel is not None and channel.is_open else None

    def channels(self) -> tuple[Channel, ...]:
        return tuple(channel for channel in self._channels.values() if channel.is_open)

    def recheck(self) -> None:
        """To be called when the known keys have changed: ends each session, open or beginning, whose key does not belong to its name any more."""
        for peer, channel in tuple(self._channels.items()):
            if self._keys is not None and self._lookup(channel.key) != channel.name:
                channel.close(RejectCode.UNKNOWN_KEY)
                self._forget(peer)

    @property
    def refusals(self) -> int:
        """Connections refused because of their key, since the start."""
        return self._zap.refusals.total if self._zap else 0

    def counters(self) -> dict[str, int]:
        """Connections refused for their key, those without a proven key (now, and cut off since the start)."""
        return {
            "refused_connections": self.refusals, "unproven_now": len(self._unproven), "unproven_cut_off": self._unproven.cut,
        }  # fmt: skip

    # --- inside ---

    def _bind(self) -> None:
        if self.endpoint.startswith("ipc://"):
            Path(self.endpoint.removeprefix("ipc://")).unlink(missing_ok=True)
        descriptor = listener(self.endpoint)
        if descriptor is not None:
            self._socket.set(zmq.USE_FD, descriptor)
        self._socket.bind(self.endpoint)
        self.endpoint = bytes(self._socket.getsockopt(zmq.LAST_ENDPOINT)).decode().rstrip("\0")
        port = self.endpoint.rpartition(":")[2]
        self._unproven = UnprovenConnections(int(port) if port.isdecimal() else 0)

    def _close_sockets(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close(linger=200)
        if self._zap is not None:
            self._zap.close()
        self._context.term()

    def _read(self) -> None:
        socket = self._socket
        peer = socket.recv(zmq.NOBLOCK)
        channel = self._channels.get(peer)
        if channel is None:  # only the whole zmq frame carries the key of the connection
            frame = socket.recv(zmq.NOBLOCK, copy=False)
            channel, data = self._new_channel(peer, frame), frame.bytes
            if channel is None:
                self._skip_rest()
                return
        else:
            data = socket.recv(zmq.NOBLOCK)
        if self._skip_rest():
            data = b""  # our frames have one part; no bytes are a bad frame
        channel.feed(data)
        if channel.is_closed:
            self._forget(peer)

    def _skip_rest(self) -> bool:
        """Skips the further parts of a message; ``False``: it had one part."""
        had_more = bool(self._socket.get(zmq.RCVMORE))
        while self._socket.get(zmq.RCVMORE):
            self._socket.recv(zmq.NOBLOCK)
        return had_more

    def _new_channel(self, peer: bytes, frame: zmq.Frame) -> Channel | None:
        """``None``: the key of the connection is not valid any more."""
        name, key = f"local-{next(self._numbers)}", b""
        if self._zap is not None:
            name, key = str(frame.get("User-Id")), _text(frame, KEY_PROPERTY).encode()
            if self._lookup(key) != name:
                self._zap.refused(_text(frame, "Peer-Address"), key)
                return None
            self._unproven.proven(int(frame.get(zmq.SRCFD)))
        session = Session(
            listens=True,
            identity=self._identity,
            table=self._table,
            rules=self._rules,
            now=self._loop.time(),
            epoch=epoch(self._loop),
        )
        channel = Channel(name, session, lambda data: self._send(peer, data), _HandlerRelay(self, self._handler))
        channel.key, channel.address = key, _text(frame, "Peer-Address")
        self._channels[peer] = channel
        return channel

    def welcome(self, channel: Channel) -> None:
        """A session has opened: an older session of the same name is displaced."""
        old = self._by_name.get(channel.name)
        self._by_name[channel.name] = channel
        if old is not None and old is not channel and not old.is_closed:
            old.close(RejectCode.DISPLACED)

    def _send(self, peer: bytes, data: bytes) -> bool:
        try:
            self._socket.send(peer, zmq.NOBLOCK | zmq.SNDMORE)
            self._socket.send(data, zmq.NOBLOCK)
        except zmq.ZMQError:  # EHOSTUNREACH: gone. EAGAIN: its queue is full, it reads nothing
            return False
        self._drain.wake()
        return True

    def _monitored(self) -> None:
        event = recv_monitor_message(self._monitor, zmq.NOBLOCK)
        if event["event"] == zmq.EVENT_ACCEPTED:
            self._unproven.accepted(event["value"])
        elif not self._unproven.closed(event["value"]):
            self._probe_soon()

    def _probe_soon(self) -> None:
        """One series of probes at a time: many disconnects at once cost as much as a few."""
        self._probe_again = self._probing
        if not self._probing:
            self._probing = True
            for delay in _PROBES:
                self._loop.call_later(delay, self._probe)
            self._loop.call_later(_PROBES[-1], self._probed)

    def _probed(self) -> None:
        self._probing = False
        if self._probe_again:
            self._probe_soon()

    def _probe(self) -> None:
        if self._socket.closed:
            return
        for peer, channel in tuple(self._channels.items()):
            channel.probe()
            if channel.is_closed:
                self._forget(peer)

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(TICK_S, self._tick)
        for peer, channel in tuple(self._channels.items()):
            channel.tick()
            if channel.is_closed:
                self._forget(peer)

    def _forget(self, peer: bytes) -> None:
        channel = self._channels.pop(peer, None)
        if channel is not None and self._by_name.get(channel.name) is channel:
            del self._by_name[channel.name]
        if channel is not None and channel.refused is not None and channel.refused not in _INNOCENT:
            self._tell_refused(channel, channel.refused)

    def _tell_refused(self, channel: Channel, code: RejectCode) -> None:
        """Reports a known peer that sent invalid frames, as seldom as a stranger."""
        times = self._zap.refusals.count(f"{channel.address} {channel.name}", self._loop.time()) if self._zap else 0
        if times:
            self._on_refused(RefusedConnection(channel.address, "", code.value, times, channel.name))


class _HandlerRelay:
    """Passes every callback to the program's handler; ``opened`` first informs the server of the new session."""

    def __init__(self, server: LinkServer, handler: Handler) -> None:
        self._server = server
        self.asked = handler.asked
        self.told = handler.told
        self.gap = handler.gap
        self.closed = handler.closed
        self._opened = handler.opened

    def opened(self, channel: Channel) -> None:
        self._server.welcome(channel)
        self._opened(channel)


def _text(frame: zmq.Frame, name: str) -> str:
    try:
        return str(frame.get(name))
    except zmq.ZMQError:  # ipc has no address
        return ""


__all__ = ["MAX_FRAME", "LinkServer"]
