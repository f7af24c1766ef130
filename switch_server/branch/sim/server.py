"""The simulated counter as a server: one node signed on at a time, requests strictly in order, answers after the commit.

A newer sign-on ends the older connection together with its unread requests: the node that has signed on and got the answer
to ``505`` (orders) sees every order of the older connection that will ever exist.
"""

import asyncio
import time
from collections import deque
from typing import Any

from switch_server.branch.sim.book import Book
from switch_server.branch.sim.codes import TEXTS, Error, Function
from switch_server.branch.sim.counter import TradingCounter
from switch_server.branch.sim.faults import FaultMode, InjectedFaults, nonsense
from switch_server.branch.sim.hours import TradingHours
from switch_server.branch.sim.store import SimStore
from switch_server.branch.sim.wire import Fields, Unpacker, WireError, pack

MATCH_S = 0.25


class Connection(asyncio.Protocol):
    """One TCP or Unix connection: bytes in, requests in order to the server."""

    def __init__(self, server: "SimServer") -> None:
        self._server = server
        self._unpacker = Unpacker()
        self._waiting: deque[Fields] = deque()
        self._paused = False
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # asyncio guarantees it; for mypy
        self._transport = transport
        if self._server.faults.mode is FaultMode.REFUSE:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        try:
            self._waiting.extend(self._unpacker.feed(data))
        except WireError:
            self.close()
            return
        self._pump()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.closed = True
        self._waiting.clear()
        self._server.gone(self)

    def send(self, data: bytes) -> None:
        if not self.closed:
            self._transport.write(data)

    def close(self) -> None:
        self.closed = True
        self._waiting.clear()
        self._transport.abort()

    def _pump(self) -> None:
        while self._waiting and not self._paused and not self.closed:
            if self._server.faults.mode is FaultMode.SLOW and self._waiting[0].get("FUNC") != Function.FAULT:
                self._paused = True
                asyncio.get_running_loop().call_later(self._server.faults.seconds, self._resume)
                return
            self._server.take(self, self._waiting.popleft())

    def _resume(self) -> None:
        self._paused = False
        if self._waiting and not self.closed:
            self._server.take(self, self._waiting.popleft())
        self._pump()


class SimServer:
    """See the module. ``allow_faults`` opens function ``900``."""

    def __init__(
        self, counter: TradingCounter, book: Book, store: SimStore, hours: TradingHours, *, allow_faults: bool
    ) -> None:
        self.faults = InjectedFaults()
        self._counter = counter
        self._book = book
        self._store = store
        self._hours = hours
        self._allow_faults = allow_faults
        self._connections: set[Connection] = set()
        self._node: Connection | None = None
        self._outgoing: list[tuple[Connection, bytes]] = []
        self._flush_due = False
        self._session = ""

    async def listen(self, endpoint: str) -> str:
        """``tcp://host:port`` (0: a free one) or ``ipc://path``; returns the real one."""
        loop = asyncio.get_running_loop()
        if endpoint.startswith("ipc://"):
            self._server = await loop.create_unix_server(self._accept, endpoint.removeprefix("ipc://"))
            return endpoint
        host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
        self._server = await loop.create_server(self._accept, host, int(port))
        return f"tcp://{host}:{self._server.sockets[0].getsockname()[1]}"

    async def run(self) -> None:
        """Runs the exchange's steps, until cancelled."""
        while True:
            now = time.time()
            self._check_hours(now)
            self._book.match(now)
            if self._book.changed or self._book.touched:
                self._flush()
            await asyncio.sleep(MATCH_S)

    def stop(self) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.close()
        self._store.close()

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if self._node is connection:
            self._node = None

    def take(self, connection: Connection, fields: Fields) -> None:
        """Handles one request, in order."""
        function = fields.get("FUNC")
        if function == Function.FAULT and self._allow_faults:
            self._fault(connection, fields)
        elif function == Function.SIGN_ON:
            self._sign_on(connection, fields)
        elif self.faults.mode is not FaultMode.DEAF:
            self._answer(connection, fields)

    # --- inside ---

    def _accept(self) -> Connection:
        connection = Connection(self)
        self._connections.add(connection)
        return connection

    def _sign_on(self, connection: Connection, fields: Fields) -> None:
        older, self._node = self._node, connection
        if older is not None and older is not connection:
            older.close()
        now = time.time()
        self._put(
            connection, {"SN": fields.get("SN"), "RET": "0", "MSG": TEXTS[Error.NONE], **self._counter.state(now)}
        )

    def _answer(self, connection: Connection, fields: Fields) -> None:
        now = time.time()
        if connection is not self._node:
            self._put(connection, {"SN": fields.get("SN"), "RET": Error.NOT_SIGNED_ON.value, "MSG": ""})
            return
        answer = self._counter.answer(fields, now)
        match self.faults.mode:
            case FaultMode.SILENT:
                pass
            case FaultMode.NONSENSE:
                self._put(connection, {"SN": fields.get("SN"), **nonsense()})
            case FaultMode.GARBAGE:
                self._outgoing.append((connection, b"GARBAGE\xff\xfe" * 8))
            case _:
                self._put(connection, {"SN": fields.get("SN"), **answer})
        self._flush_soon()

    def _fault(self, connection: Connection, fields: Fields) -> None:
        self.faults = InjectedFaults(FaultMode(fields["MODE"]), float(fields.get("SECONDS", 0)))
        self._book.reject_next = int(fields.get("REJECT", 0))
        self._put(connection, {"SN": fields.get("SN"), "RET": "0", "MSG": ""})
        if self.faults.mode is FaultMode.REFUSE and self._node is not None:
            self._node.close()

    def _check_hours(self, now: float) -> None:
        date = self._hours.trade_date(now)
        if date != self._book.trade_date:
            self._counter.next_day(date)
            self._session = ""
        if (session := self._hours.session(now).value) != self._session:
            self._session = session
            if self._node is not None:
                self._put(self._node, {"FUNC": Function.PUSH_STATE.value, **self._counter.state(now)})

    def _put(self, connection: Connection, fields: Fields) -> None:
        self._outgoing.append((connection, pack(fields)))
        self._flush_soon()

    def _flush_soon(self) -> None:
        if not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Makes changes durable, then sends them: answers first, then the changed orders."""
        self._flush_due = False
        self._push_changes()
        outgoing, self._outgoing = self._outgoing, []
        if self._book.changed or self._book.touched or not self._store.idle:
            self._store.barrier(self._book, lambda result: self._written(result, outgoing))
        else:
            self._written(None, outgoing)

    def _push_changes(self) -> None:
        if self._node is None or self.faults.mode not in {FaultMode.NONE, FaultMode.SLOW}:
            return
        head = {"FUNC": Function.PUSH_ORDER.value, "TRADE_DATE": self._book.trade_date}
        for order in self._book.changed.values():
            self._outgoing.append((self._node, pack({**head, **self._counter.order_fields(order)})))

    def _written(self, result: Any, outgoing: list[tuple[Connection, bytes]]) -> None:
        if isinstance(result, Exception):
            raise SystemExit(f"trading.db: {result}")  # nothing is sent that is not durable: the counter rather ends
        by_connection: dict[Connection, list[bytes]] = {}
        for connection, data in outgoing:
            by_connection.setdefault(connection, []).append(data)
        for connection, pieces in by_connection.items():
            connection.send(b"".join(pieces))
