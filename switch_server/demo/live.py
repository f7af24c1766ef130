"""Shows the running calls and the latest orders; polls the switch each second over its control socket, as ``switchctl`` does."""

import asyncio
import contextlib
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from shared.control import AskCalls, AskOrders, Calls, Orders
from shared.control_fax import ControlFaxes, ListFaxes
from shared.control_rows import ControlCallRow, ControlOrderRow
from shared.ids import Milli
from shared.money import format_price
from switch_server.demo.control_client import ControlClient
from switch_server.demo.texts import DemoTexts

EVERY = 1.0
SHOWN_CALLS, SHOWN_ORDERS = 12, 10
FAXES_WAIT = 60.0


class LiveView:
    """``watched``: tables are kept up to date on a terminal; else a line is printed for each order with a result."""

    def __init__(self, state: Path, console: Console, texts: DemoTexts, *, watched: bool) -> None:
        self._console = console
        self._texts = texts
        self._watched = watched
        self._told: set[str] = set()
        self._switch = ControlClient(state)

    async def run(self) -> None:
        """Runs until its task is cancelled."""
        await self._switch.start()
        try:
            if self._watched:
                with Live(console=self._console, refresh_per_second=2) as live:
                    await self._each_second(live)
            else:
                await self._each_second(None)
        finally:
            await self._switch.stop()

    async def faxes_over(self) -> None:
        """Waits until a fax has been received and none is waiting or being sent; at most ``FAXES_WAIT``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAXES_WAIT):
                while not _over(await self._switch.ask(ListFaxes(), ControlFaxes)):  # noqa: ASYNC110  there are no reports of it
                    await asyncio.sleep(EVERY)

    async def _each_second(self, live: Live | None) -> None:
        while True:
            await asyncio.sleep(EVERY)
            calls = await self._switch.ask(AskCalls(past=False), Calls)
            orders = await self._switch.ask(AskOrders(limit=50), Orders)
            if calls is None or orders is None:
                continue
            if live is not None:
                live.update(Group(_calls(self._texts, calls.rows), _orders(self._texts, orders.rows)))
            else:
                self._tell(orders.rows)

    def _tell(self, rows: tuple[ControlOrderRow, ...]) -> None:
        for row in reversed(rows):
            if row.key not in self._told and (row.contract or row.refusal):
                self._told.add(row.key)
                text = self._texts(
                    "order_placed" if row.contract else "order_refused",
                    side=row.side or self._texts("cancel"),
                    shares=_shares(self._texts, row),
                    branch=row.branch,
                    contract=row.contract,
                    refusal=row.refusal,
                )
                self._console.print(text)


def _calls(texts: DemoTexts, rows: tuple[ControlCallRow, ...]) -> Table:
    headings = (texts(key) for key in ("call", "from", "where", "branch", "account"))
    table = Table(*headings, title=texts("calls_now", number=len(rows)))
    for row in rows[:SHOWN_CALLS]:
        account = f"…{row.account_end}" if row.account_end else ""
        table.add_row(row.call, row.ani, row.where or row.state, row.branch or "", account)
    return table


def _orders(texts: DemoTexts, rows: tuple[ControlOrderRow, ...]) -> Table:
    headings = (texts(key) for key in ("order", "what", "branch", "state", "contract"))
    table = Table(*headings, title=texts("latest_orders"))
    for row in rows[:SHOWN_ORDERS]:
        what = f"{row.side or texts('cancel')} {_shares(texts, row)}"
        table.add_row(row.key, what, row.branch, row.state, row.contract or row.refusal)
    return table


def _shares(texts: DemoTexts, row: ControlOrderRow) -> str:
    if row.price is None:
        return texts("cancels", contract=row.cancels)
    return f"{row.code} {row.quantity} × {format_price(Milli(row.price))}"


def _over(faxes: ControlFaxes | None) -> bool:
    rows = faxes.rows if faxes is not None else ()
    return any(row.direction == "in" and row.ended for row in rows) and all(row.ended for row in rows)
