"""The connection to the simulated counter; implements ``trading.TradingSystem``.

The counter answers in order, and a new sign-on drops the unread requests of older connections, so ``absence_is_final`` is true.
"""

import asyncio
import contextlib
import itertools
import logging
from typing import Any

from shared.aci import Funds, Holding, OrderRow, PlaceOrder, Quote
from shared.enums import Side
from shared.ids import AccountNo, ContractNo, Milli, Shares, StockCode
from switch_server.branch.sim_client import codes, rows
from switch_server.branch.sim_client.wire import ForeignBytes, Splitter, pack
from switch_server.branch.trading import TradingDown, TradingListener, TradingRefused, TradingSilent, TradingState

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S = 0.1
_LAST_PAUSE_S = 3.0
_SESSIONS = {"closed", "call_auction", "open", "noon"}


class SimTrading:
    """See the module. ``timeout`` in seconds, for each request."""

    carries_key = True
    absence_is_final = True

    def __init__(self, endpoint: str, timeout: float = 5.0) -> None:
        self.state = TradingState(up=False)
        self._endpoint = endpoint
        self._timeout = timeout
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[rows.Fields]] = {}
        self._wire: _Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._pause_s = _FIRST_PAUSE_S

    async def start(self, listener: TradingListener) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._wire is not None:
            self._wire.abort()
        self._fail_all()

    # --- requests ---

    async def log_in(self, account: AccountNo, pin: str) -> str:
        fields = await self._ask("301", ACCOUNT=account, PASSWORD=pin)
        with _as_trading_silent():
            if fields["ACCOUNT"] != account or not isinstance(fields["NAME"], str):
                raise ValueError("another account")
            return str(fields["NAME"])

    async def funds(self, account: AccountNo) -> Funds:
        fields = await self._ask("502", ACCOUNT=account)
        with _as_trading_silent():
            return rows.funds(fields)

    async def holdings(self, account: AccountNo) -> tuple[Holding, ...]:
        fields = await self._ask("504", ACCOUNT=account)
        with _as_trading_silent():
            return tuple(map(rows.holding, fields["ROWS"]))

    async def orders(self, account: AccountNo) -> tuple[OrderRow, ...]:
        found: list[OrderRow] = []
        while True:
            fields = await self._ask("505", ACCOUNT=account, FROM=str(len(found)))
            with _as_trading_silent():
                page = [rows.order(row) for row in fields["ROWS"]]
                more = fields["NEXT"] == "1" and bool(page)
            found += page
            if not more:
                return tuple(found)

    async def quote(self, code: StockCode) -> Quote:
        fields = await self._ask("203", SECU_CODE=code)
        with _as_trading_silent():
            return rows.quote(fields)

    async def max_quantity(self, account: AccountNo, code: StockCode, side: Side, price: Milli) -> Shares:
        price_text = rows.price_text(price)
        fields = await self._ask(
            "402", ACCOUNT=account, SECU_CODE=code, TRD_ID=codes.SIDE_CODES[side], PRICE=price_text
        )
        with _as_trading_silent():
            return rows.count(fields["QTY"])

    async def place(self, order: PlaceOrder) -> ContractNo:
        fields = await self._ask(
            "403",
            ACCOUNT=order.account,
            MARKET=codes.MARKET_CODES[order.market],
            SECU_CODE=order.code,
            TRD_ID=codes.SIDE_CODES[order.side],
            PRICE=rows.price_text(order.price),
            QTY=str(order.quantity),
            OP_REMARK=order.key,
        )
        with _as_trading_silent():
            return rows.contract(fields)

    async def cancel(self, account: AccountNo, contract: ContractNo) -> None:
        fields = await self._ask("404", ACCOUNT=account, ORDER_ID=contract)
        with _as_trading_silent():
            if rows.contract(fields) != contract:
                raise ValueError("another contract")

    # --- the connection ---

    def received(self, wire: "_Connection", fields: rows.Fields) -> None:
        """One message of the counter."""
        if wire is not self._wire:
            return
        if "SN" in fields:
            future = self._waiting.pop(fields["SN"], None) if isinstance(fields["SN"], int) else None
            if future is not None and not future.done():
                future.set_result(fields)
            return
        try:
            self._pushed(fields)
        except (KeyError, ValueError, TypeError) as error:
            _log.warning("trading system: a push that makes no sense (%s)", type(error).__name__)

    async def _ask(self, function: str, **fields: str) -> rows.Fields:
        wire = self._wire
        if wire is None or not self.state.up:
            raise TradingDown
        return await self._send(wire, function, fields)

    async def _send(self, wire: "_Connection", function: str, fields: dict[str, str]) -> rows.Fields:
        number = next(self._numbers)
        future: asyncio.Future[rows.Fields] = self._loop.create_future()
        self._waiting[number] = future
        wire.send(pack({"FUNC": function, "SN": number, **fields}))
        timer = self._loop.call_later(self._timeout, self._silent, number)
        try:
            answer = await future
        finally:
            timer.cancel()
        return _checked(answer)

    def _silent(self, number: int) -> None:
        future = self._waiting.pop(number, None)
        if future is not None and not future.done():
            future.set_exception(TradingSilent())

    def _pushed(self, fields: rows.Fields) -> None:
        match fields["FUNC"]:
            case "P505":
                self._listener.order_changed(rows.update(fields))
            case "P110":
                self._set_state(_state(fields))
            case _:
                raise ValueError("an unknown push")

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._one_connection()
            except (OSError, TradingSilent, TradingRefused) as error:
                _log.info("trading system %s: %s", self._endpoint, error)
            except Exception:  # noqa: BLE001  # a bug: it costs this connection, not all later ones
                _log.exception("trading system %s: the connection failed", self._endpoint)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(self._pause_s * 2, _LAST_PAUSE_S)

    async def _one_connection(self) -> None:
        try:
            wire = await self._connect()
            self._pause_s = _FIRST_PAUSE_S
            await wire.lost
        finally:
            self._disconnected()

    async def _connect(self) -> "_Connection":
        def make() -> _Connection:
            return _Connection(self)

        if self._endpoint.startswith("ipc://"):
            _, wire = await self._loop.create_unix_connection(make, self._endpoint.removeprefix("ipc://"))
        else:
            host, _, port = self._endpoint.removeprefix("tcp://").rpartition(":")
            _, wire = await self._loop.create_connection(make, host, int(port))
        self._wire = wire
        fields = await self._send(wire, "100", {})
        with _as_trading_silent():
            state = _state(fields)
        self._set_state(state)
        return wire

    def _disconnected(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort()
        self._fail_all()
        if self.state.up:
            self._set_state(TradingState(up=False, trade_date=self.state.trade_date, session=self.state.session))

    def _fail_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(TradingSilent("the connection broke"))

    def _set_state(self, state: TradingState) -> None:
        if state != self.state:
            self.state = state
            self._listener.state_changed(state)


class _Connection(asyncio.Protocol):
    """Bytes to messages; the future ``lost`` is done when the connection is lost."""

    def __init__(self, client: SimTrading) -> None:
        self._client = client
        self._splitter = Splitter()
        self._outgoing: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        try:
            for fields in self._splitter.feed(data):
                self._client.received(self, fields)
        except ForeignBytes as error:
            _log.warning("trading system: %s", error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.lost.done():
            self.lost.set_result(None)

    def send(self, data: bytes) -> None:
        """The frames of one turn of the loop are sent in one system call."""
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._write)
        self._outgoing.append(data)

    def _write(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(outgoing))

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _checked(fields: rows.Fields) -> rows.Fields:
    """The fields of a success, or the refusal for the counter's error number."""
    number = fields.get("RET")
    if number == "0":
        return fields
    refusal = codes.REFUSALS.get(number) if isinstance(number, str) else None
    if refusal is None:
        raise TradingSilent(f"error number {number!r}", nonsense=True)
    raise TradingRefused(refusal, str(fields.get("MSG", "")))


def _state(fields: rows.Fields) -> TradingState:
    session: Any = fields["SESSION"]
    if session not in _SESSIONS:
        raise ValueError("a session that there is not")
    return TradingState(up=True, trade_date=rows.trade_date(fields), session=session)


@contextlib.contextmanager
def _as_trading_silent() -> Any:
    """Turns errors of decoding an answer into ``TradingSilent``."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TradingSilent(f"nonsense: {type(error).__name__}", nonsense=True) from None
