"""Gets an account's data for a statement, from its branch or from the switch's own orders, and makes the statement (``fax_statements``)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from shared.days import DAY_S, shanghai_day
from shared.desk import AccountFacts
from shared.desk_fax import DATED, FaxProblem, Statement, StatementKind
from shared.enums import Side
from shared.ids import AccountNo, ContractNo, Milli, Shares
from switch_server.ports.desks import BranchQuestions
from switch_server.ports.faxes import DocumentRefused, Html
from switch_server.ports.records import Customer, CustomerRecords, OrderRecord
from switch_server.services import fax_statements
from switch_server.services.branch_facts import BranchFacts
from switch_server.services.customer_cards import BranchName
from switch_server.services.fax_statements import OrderLine, StatementData
from switch_server.services.report_service import BadDays, span

ORDERS_MOST = 5000
"""The most orders that are read for one statement."""


class StatementRecords(CustomerRecords, Protocol):
    """``adapters.store``'s reader: customers, and the orders that the switch has placed. From any thread; blocking, raising ``StoreError``."""

    def orders(self, limit: int, *, since: float, account: AccountNo | None) -> list[OrderRecord]:
        """The newest first."""
        ...


class MadeStatement(Struct, frozen=True):
    title: str
    content: Html


class StatementMaker:
    """On the loop. ``clock`` gives UTC seconds. ``make`` raises ``DocumentRefused`` (``NO_DATA``, ``BAD_DAYS``), ``LookupError`` where the account is not the
    customer's, and ``StoreError``.
    """

    def __init__(
        self,
        records: StatementRecords,
        branches: BranchQuestions,
        branch_name: BranchName,
        clock: Callable[[], float],
    ) -> None:
        self._records, self._branches, self._branch_name, self._clock = records, branches, branch_name, clock

    async def make(self, asked: Statement) -> MadeStatement:
        customer = await asyncio.to_thread(self._records.customer, asked.customer)
        account = (
            next((each for each in customer.accounts if each.account == asked.account), None) if customer else None
        )
        if customer is None or account is None:
            raise LookupError(asked.account)
        facts = AccountFacts(account.account, account.branch, self._branch_name(account.branch))
        data = await (
            self._of_days(asked, customer, facts) if asked.of in DATED else self._of_now(asked.of, customer, facts)
        )
        return MadeStatement(
            fax_statements.title(asked.of, customer.language), Html(fax_statements.page(data, customer.language))
        )

    async def _of_now(self, of: StatementKind, customer: Customer, facts: AccountFacts) -> StatementData:
        return StatementData(of, customer.name, await self._ask(facts), self._clock())

    async def _of_days(self, asked: Statement, customer: Customer, facts: AccountFacts) -> StatementData:
        """Of today alone the branch's orders, else the switch's own."""
        try:
            start, end = span(asked.first, asked.last)
        except BadDays as error:
            raise DocumentRefused(FaxProblem.BAD_DAYS, str(error)) from None
        days, now = (asked.first, asked.last), self._clock()
        if days == (shanghai_day(now),) * 2:
            facts = await self._ask(facts)
            lines = [
                OrderLine(row.placed_at, row.contract, row.code, row.name, row.side, row.price, row.quantity, row.filled, row.cancelled)
                for row in facts.orders
            ]  # fmt: skip
            return StatementData(asked.of, customer.name, facts, now, lines, days)
        if start > now or now - start > 400 * DAY_S:
            raise DocumentRefused(FaxProblem.BAD_DAYS, f"{asked.first} to {asked.last}")
        found = await asyncio.to_thread(self._records.orders, ORDERS_MOST, since=start, account=asked.account)
        lines = [_line(row) for row in reversed(found) if row.kind == "place" and row.at < end and row.side is not None]
        return StatementData(asked.of, customer.name, facts, now, lines, days, of_switch=True)

    async def _ask(self, account: AccountFacts) -> AccountFacts:
        answered = asyncio.Event()
        facts = BranchFacts(self._branches, self._clock, lambda: None if facts.pending else answered.set())
        facts.want((account,))
        try:
            await answered.wait()
        finally:
            facts.stop()
        known = facts.of(account)
        if known.problem or known.funds is None:
            raise DocumentRefused(FaxProblem.NO_DATA, known.problem)
        return known


def _line(row: OrderRecord) -> OrderLine:
    return OrderLine(
        row.at, row.contract or ContractNo(""), row.code or "", "", Side(row.side or Side.BUY), Milli(row.price or 0), Shares(row.quantity or 0),
        Shares(row.filled or 0), Shares(row.cancelled or 0),
    )  # fmt: skip
