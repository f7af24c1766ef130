"""Numbered order reports: the trading system's updates, written, numbered per trade date, sent, and sent again by pages on request."""

import logging
from collections.abc import Callable
from typing import Any

from shared.aci import OrderReport, Refused, ReportsSent
from shared.bounds import REPORTS_MAX
from shared.enums import OrderStatus, Refusal
from shared.ids import ContractNo, OrderKey, Shares
from shared.link import Answer
from switch_server.branch.journal import Journal
from switch_server.branch.order_handler import OrderHandler
from switch_server.branch.trading import OrderUpdate, TradingError, TradingSystem
from switch_server.disk.errors import StoreError

_log = logging.getLogger(__name__)
_ReportedState = tuple[OrderStatus, Shares, Shares]
"""The reported state of an order: its status, its filled and its cancelled quantity."""


class NumberedReports:
    """``send`` sends a numbered report to the centre, or drops it: the centre asks for it again."""

    def __init__(
        self, journal: Journal, desk: OrderHandler, clock: Callable[[], float], send: Callable[[OrderReport], None]
    ) -> None:
        self.last = 0
        self._journal = journal
        self._desk = desk
        self._clock = clock
        self._send = send
        self._day = desk.day
        self._told: dict[ContractNo, tuple[_ReportedState, OrderKey | None]] = {}
        for report in journal.last_reports(self._day):
            self.last = report.seq
            self._told[report.contract] = ((report.status, report.filled, report.cancelled), report.key)

    def changed(self, update: OrderUpdate) -> None:
        """An order changed. The state that was reported last is not reported again, unless the order's key has become known only now."""
        self.new_day(update.trade_date)
        row = update.row
        ours = self._desk.key_of(row.contract, update.trade_date)
        stands = (row.status, row.filled, row.cancelled)
        told, told_key = self._told.get(row.contract, (None, None))
        if update.trade_date != self._day or (told == stands and ours in {None, told_key}):
            return
        key = ours or row.key
        self._told[row.contract] = (stands, key)
        report = OrderReport(
            seq=0,
            trade_date=update.trade_date,
            account=update.account,
            contract=row.contract,
            status=row.status,
            filled=row.filled,
            cancelled=row.cancelled,
            last_price=update.last_price,
            at=self._clock(),
            key=key,
        )
        self._journal.append(report, lambda written: self._written(report, written))

    def new_day(self, trade_date: str) -> None:
        if trade_date > self._day:
            self._day = trade_date
            self._told.clear()
            self.last = 0

    def resend(self, after: int, trade_date: str, answer: Answer) -> None:
        """``AskReports``: the page is read after all reports written so far; later reports are sent after it."""

        def found(reports: Any) -> None:
            if isinstance(reports, StoreError):
                _log.error("journal: %s; reports can't be sent again now", reports)
                answer(Refused(Refusal.JOURNAL_FAILED))
                return
            page = tuple(reports[:REPORTS_MAX])
            answer(ReportsSent(page, more=len(reports) > len(page)))

        self._journal.reports(trade_date or self._day, after, REPORTS_MAX + 1, found)

    async def catch_up(self, trading: TradingSystem) -> None:
        """After a reconnect: reports the changes meanwhile, for the accounts that ordered today."""
        for account in tuple(self._desk.accounts):
            try:
                rows = await trading.orders(account)
            except TradingError as error:
                _log.info("catching up: %s", error)
                return
            for row in rows:
                self.changed(OrderUpdate(trading.state.trade_date, account, row, row.price))

    def _written(self, report: OrderReport, written: Any) -> None:
        if isinstance(written, StoreError):
            _log.error("journal: %s; a report of contract %s is told at its next change", written, report.contract)
            self._told.pop(report.contract, None)
            return
        if written.trade_date == self._day:
            self.last = max(self.last, written.seq)
        self._send(written)
