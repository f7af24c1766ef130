"""The branch gateway: answers the centre's ACI requests from one trading system, through its own journal."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from msgspec import Struct

from shared import aci
from shared.enums import Refusal
from shared.ids import AccountNo, BranchId
from shared.link import Answer, Channel, Identity, KeyPair, LinkClient, QuietHandler
from shared.protocol import RejectCode, SnapshotRequest
from switch_server.branch.journal import Journal
from switch_server.branch.numbered_reports import NumberedReports
from switch_server.branch.order_handler import OrderHandler
from switch_server.branch.reply_bounds import fit_to_bounds
from switch_server.branch.trading import (
    OrderUpdate,
    TradingDown,
    TradingRefused,
    TradingSilent,
    TradingState,
    TradingSystem,
)
from switch_server.disk.errors import StoreError

_log = logging.getLogger(__name__)
VERSION = "0.1.0"


class Gateway(QuietHandler):
    """One branch. ``start`` connects both sides; ``stop`` ends them and closes the journal. All on one loop."""

    def __init__(
        self,
        branch: BranchId,
        journal: Journal,
        trading: TradingSystem,
        *,
        centre: str,
        keys: KeyPair,
        centre_key: bytes,
    ) -> None:
        self._branch = branch
        self._journal = journal
        self._trading = trading
        self._desk = OrderHandler(journal, trading, time.time, on_pending=self._status_changed, on_row=self._found)
        self._reports = NumberedReports(journal, self._desk, time.time, self._report)
        self._link = LinkClient(
            centre,
            name="centre",
            messages=(*aci.REQUESTS, *aci.REPLIES, *aci.REPORTS),
            identity=Identity("branch-gateway", VERSION),
            handler=self,
            keys=keys,
            server_key=centre_key,
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: aci.GatewayStatus | None = None

    async def start(self) -> None:
        await self._trading.start(self)
        await self._link.start()
        self._spawn(self._desk.run())

    async def stop(self) -> None:
        await self._link.stop()
        await self._trading.stop()
        await self._desk.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._journal.close()

    def status(self) -> aci.GatewayStatus:
        state = self._trading.state
        return aci.GatewayStatus(
            branch=self._branch,
            trading_system_up=state.up,
            trade_date=state.trade_date or self._desk.day,
            session=state.session,
            pending=len(self._desk.pending),
            last_report=self._reports.last,
        )

    # --- the centre ---

    def opened(self, channel: Channel) -> None:
        _log.info("centre: connected to %s", channel.program)
        self._told = None
        self._status_changed()

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:  # noqa: ARG002
        _log.warning("centre: lost (%s) %s", code, text)

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:  # noqa: ARG002
        match message:
            case aci.PlaceOrder() | aci.CancelOrder():
                self._desk.order(message, answer)
            case aci.ResolveOrder(key):
                self._desk.resolve(key, answer)
            case aci.AskReports(after, trade_date):
                self._reports.resend(after, trade_date, answer)
            case aci.AskStatus() | SnapshotRequest():
                answer(self.status())
            case aci.Request():
                self._spawn(self._query(message, answer))
            case _:
                answer(aci.Refused(Refusal.UNSUPPORTED))

    # --- the trading system (trading.TradingListener) ---

    def state_changed(self, state: TradingState) -> None:
        _log.info("trading system: %s, day %s, %s", "up" if state.up else "away", state.trade_date, state.session)
        self._reports.new_day(state.trade_date)
        self._status_changed()
        if state.up:
            self._desk.wake()
            self._spawn(self._reports.catch_up(self._trading))

    def order_changed(self, update: OrderUpdate) -> None:
        self._reports.changed(update)

    # --- inside ---

    def _found(self, account: AccountNo, row: aci.OrderRow) -> None:
        self._reports.changed(OrderUpdate(self._trading.state.trade_date, account, row, row.price))

    async def _query(self, request: aci.Request, answer: Answer) -> None:
        try:
            reply = await self._fitting(await self._ask(request))
        except TradingRefused as refusal:
            reply = aci.Refused(refusal.code, refusal.text)
        except TradingDown:
            reply = aci.Refused(Refusal.BRANCH_DOWN)
        except TradingSilent as silence:
            reply = aci.Refused(Refusal.BAD_ANSWER if silence.nonsense else Refusal.BRANCH_SLOW)
        except Exception:  # noqa: BLE001  # an adapter's bug costs one question
            _log.exception("the adapter raised")
            reply = aci.Refused(Refusal.BAD_ANSWER)
        answer(reply)

    async def _fitting(self, reply: aci.Reply) -> aci.Reply:
        if not isinstance(reply, aci.Orders):
            return fit_to_bounds(reply)
        try:
            known = await self._journal.known(row.key for row in reply.rows if row.key)
        except StoreError as error:
            _log.error("journal: %s; orders are told without their keys", error)
            known = set()
        return fit_to_bounds(reply, known)

    async def _ask(self, request: aci.Request) -> aci.Reply:
        trading = self._trading
        match request:
            case aci.LogIn(account, pin):
                return aci.LoggedIn(account, await trading.log_in(account, pin))
            case aci.AskFunds(account):
                return await trading.funds(account)
            case aci.AskHoldings(account):
                return aci.Holdings(await trading.holdings(account))
            case aci.AskOrders(account):
                return aci.Orders(await trading.orders(account))
            case aci.AskQuote(code):
                return await trading.quote(code)
            case aci.AskMaxQuantity(account, code, side, price):
                return aci.MaxQuantity(await trading.max_quantity(account, code, side, price))
            case _:
                return aci.Refused(Refusal.UNSUPPORTED)

    def _report(self, report: aci.OrderReport) -> None:
        if (channel := self._link.channel) is not None:
            channel.report(report)

    def _status_changed(self) -> None:
        status = self.status()
        channel = self._link.channel
        if channel is not None and status != self._told and channel.report(aci.StatusReport(status)):
            self._told = status

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a task failed", exc_info=error)
