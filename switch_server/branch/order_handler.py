"""Orders at the gateway: a key is journalled, then sent, then answered; keys without an answer are resolved later.

The life of a key::

    PlaceOrder ─► take (fsync) ─► trading system ─► finish (fsync) ─► reply
                     │ known: first result             │ silent: pending ─► resolver: today's orders ─► finish
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from shared.aci import OrderAccepted, OrderPending, OrderRefused, OrderRow, OrderVoid, PlaceOrder, Reply
from shared.enums import Refusal
from shared.ids import AccountNo, ContractNo, OrderKey
from shared.link import Answer
from switch_server.branch import matching
from switch_server.branch.journal import Journal, KeyEntry, KeyState, Order
from switch_server.branch.trading import TradingDown, TradingError, TradingRefused, TradingSystem
from switch_server.disk.errors import StoreError

_log = logging.getLogger(__name__)
RESOLVE_S = 0.5
"""Seconds between two requests for today's orders while keys are pending."""


class OrderHandler:
    """See the module. ``on_pending`` is called when the number of pending keys changed, ``on_row`` for each of today's orders that the resolver
    sees: reports about it may have been lost while the trading system was not connected.
    """

    def __init__(
        self,
        journal: Journal,
        trading: TradingSystem,
        clock: Callable[[], float],
        *,
        on_pending: Callable[[], None],
        on_row: Callable[[AccountNo, OrderRow], None],
    ) -> None:
        self.pending: dict[OrderKey, KeyEntry] = {entry.key: entry for entry in journal.pending()}
        self.contracts: dict[ContractNo, OrderKey] = {}
        """Today's keys by contract number, for the reports of systems that carry no key."""
        self.accounts: set[AccountNo] = set()
        """The accounts that ordered today."""
        self.day = journal.day()
        self._journal = journal
        self._trading = trading
        self._clock = clock
        self._on_pending = on_pending
        self._on_row = on_row
        self._waiting: dict[OrderKey, list[Answer]] = {}
        self._unwritten: dict[OrderKey, Reply] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        for entry in journal.accepted(self.day):
            self._remember(entry.request, entry.contract)

    def key_of(self, contract: ContractNo, trade_date: str) -> OrderKey | None:
        """The key of the order with that contract number on that day; the numbers begin again each day."""
        return self.contracts.get(contract) if trade_date == self.day else None

    # --- requests ---

    def order(self, order: Order, answer: Answer) -> None:
        """``PlaceOrder`` or ``CancelOrder``."""
        if (refused := self._unwritten.get(order.key)) is not None:
            answer(refused)
            return
        if (waiting := self._waiting.get(order.key)) is not None:
            waiting.append(answer)
            return
        self._waiting[order.key] = [answer]
        self._new_day()
        entry = KeyEntry(order.key, KeyState.TAKEN, self.day, self._clock(), order.account, order)
        up = self._trading.state.up
        self._journal.take(entry, lambda known: self._taken(order, entry, known, up=up))

    def resolve(self, key: OrderKey, answer: Answer) -> None:
        """``ResolveOrder``."""
        if key in self._waiting:
            answer(OrderPending(key))
        elif (refused := self._unwritten.get(key)) is not None:
            answer(refused)
        else:
            self._journal.void(key, self.day, self._clock(), lambda known: answer(_resolved(key, known)))

    def wake(self) -> None:
        """The trading system is connected again: the pending keys are resolved now."""
        self._wake.set()

    async def run(self) -> None:
        """Resolves pending keys until cancelled."""
        while True:
            if self.pending and self._trading.state.up:
                try:
                    await self._resolve_all()
                except Exception:  # noqa: BLE001  # an adapter's bug, or ours: what is in doubt must still be asked about later
                    _log.exception("the resolver failed")
            await self._pause()

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- the steps of a key ---

    def _taken(self, order: Order, entry: KeyEntry, known: Any, *, up: bool) -> None:
        if isinstance(known, StoreError):
            _log.error("journal: %s; order refused", known)
            reply = OrderRefused(order.key, Refusal.JOURNAL_FAILED)
            self._unwritten[order.key] = reply  # a refused key must never be placed later
            self._answer_all(order.key, reply)
        elif known is not None:
            self._answer_all(order.key, known.reply())
        elif (
            not up
        ):  # its trade date may be yesterday's, so it is not sent even if the trading system reconnected meanwhile
            self._record(order, OrderRefused(order.key, Refusal.BRANCH_DOWN))
        else:
            self.accounts.add(order.account)
            task = asyncio.create_task(self._send(order, entry))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, order: Order, entry: KeyEntry) -> None:
        try:
            reply = await self._send_request(order)
        except Exception as error:  # noqa: BLE001  # an adapter's bug must not lose a key
            if not isinstance(error, TradingError):
                _log.exception("the adapter raised")
            self._in_doubt(entry)
            return
        self._record(order, reply)

    def _record(self, order: Order, reply: OrderAccepted | OrderRefused) -> None:
        self._journal.finish(reply, lambda written: self._finished(order, reply, written))

    async def _send_request(self, order: Order) -> OrderAccepted | OrderRefused:
        """Raises ``TradingSilent`` if the result is not known."""
        try:
            if isinstance(order, PlaceOrder):
                return OrderAccepted(order.key, await self._trading.place(order))
            await self._trading.cancel(order.account, order.contract)
            return OrderAccepted(order.key, order.contract)
        except TradingRefused as refusal:
            return OrderRefused(order.key, refusal.code, refusal.text)
        except TradingDown:
            return OrderRefused(order.key, Refusal.BRANCH_DOWN)

    def _in_doubt(self, entry: KeyEntry) -> None:
        self.pending[entry.key] = entry
        self._answer_all(entry.key, OrderPending(entry.key))
        self._on_pending()
        self._wake.set()

    def _finished(self, order: Order, reply: OrderAccepted | OrderRefused, written: Any) -> None:
        if isinstance(written, StoreError):
            _log.error("journal: %s; the result is found again from today's orders", written)
        if isinstance(reply, OrderAccepted):
            self._remember(order, reply.contract)
        if self.pending.pop(order.key, None) is not None:
            self._on_pending()
        self._answer_all(order.key, reply)

    def _answer_all(self, key: OrderKey, reply: Reply) -> None:
        for answer in self._waiting.pop(key, ()):
            answer(reply)

    def _remember(self, order: Order | None, contract: ContractNo | None) -> None:
        if order is not None:
            self.accounts.add(order.account)
        if isinstance(order, PlaceOrder) and contract:
            self.contracts[contract] = order.key

    def _new_day(self) -> None:
        date = self._trading.state.trade_date
        if date and date != self.day:
            self.day = date
            self.contracts.clear()
            self.accounts.clear()

    # --- the resolver ---

    async def _pause(self) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), RESOLVE_S if self.pending else None)
        except TimeoutError:
            return
        await asyncio.sleep(0)

    async def _resolve_all(self) -> None:
        self._new_day()
        for account in {entry.account for entry in self.pending.values() if self._is_today(entry)}:
            entries = [entry for entry in self.pending.values() if entry.account == account]
            try:
                rows = await self._trading.orders(AccountNo(account))
            except TradingError as error:
                _log.info("resolver: %s", error)
                return
            for entry in entries:
                self._judge(entry, rows)
            for row in rows:
                self._on_row(AccountNo(account), row)

    def _is_today(self, entry: KeyEntry) -> bool:
        """Today's orders give no information about a key of another day; a key without a day was never sent."""
        return entry.trade_date in {"", self.day}

    def _judge(self, entry: KeyEntry, rows: Any) -> None:
        final = self._trading.absence_is_final
        order = entry.request
        if order is None or not self._is_today(entry) or entry.key not in self.pending:
            return
        if isinstance(order, PlaceOrder):
            claimed = (contract for contract, key in self.contracts.items() if key != entry.key)
            carries = self._trading.carries_key
            verdict = matching.placed(order, entry.taken_at, rows, claimed, carries_key=carries, absence_is_final=final)
        else:
            verdict = matching.cancelled(order, rows, absence_is_final=final)
        if verdict is not None:
            _log.info("key %s: taken -> resolved -> %s", entry.key, type(verdict).__name__)
            self._settle(order, verdict)

    def _settle(self, order: Order, verdict: OrderAccepted | OrderRefused) -> None:
        if isinstance(verdict, OrderAccepted):
            self._remember(order, verdict.contract)  # claimed at once, so that the next key can't match it too
        self._record(order, verdict)


def _resolved(key: OrderKey, known: Any) -> Reply:
    if isinstance(known, StoreError):
        return OrderPending(key)  # no tombstone could be written, so the key may still be placed
    return known.reply() if known is not None else OrderVoid(key)
