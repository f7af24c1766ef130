"""Orders a second, durable at both ends: ``BranchLinks`` with CURVE, a gateway and a simulated trading system as processes, three journals.

A fixed number of orders is in flight. Every order has a new key; it is journalled at the centre, sent, journalled at the branch, written by
the trading system and acknowledged. The count shows lost or doubled orders. Files are in ``build/``, not in tmp (which may be memory).
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from shared import aci
from shared.ids import CallId, OrderKey
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import (
    JournalOrder,
    OrderAnswered,
    OrderContext,
    OrderJournalled,
    RecordOrderState,
    SendOrder,
)
from switch_server.core.words import Event
from tests.bench import Figure
from tests.branch.programs import ACCOUNT, BRANCH, Branch, branch, order

IN_FLIGHT = 200
CALL = CallId("20251125-120000-0001")


class OrderLoad:
    """Sends ``number`` orders, ``IN_FLIGHT`` at a time; measures each from the caller's "1" to the branch's answer."""

    def __init__(self, rig: Branch, number: int, in_flight: int, prefix: str) -> None:
        self.took: list[float] = []
        self.accepted = 0
        self._rig = rig
        self._left = number
        self._in_flight = in_flight
        self._prefix = prefix
        self._started: dict[OrderKey, float] = {}
        self._done = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._journal = SqliteOrderJournal(rig.folder / f"centre-{prefix}.db", self._posted, clock=time.time)

    async def run(self) -> float:
        """Sends all orders; returns the seconds until the last answer."""
        self._rig.post = self._answered  # type: ignore[method-assign]
        self._rig.links._post = self._answered
        self._journal.start()
        began = time.perf_counter()
        for _ in range(self._in_flight):
            self._next()
        await self._done.wait()
        took = time.perf_counter() - began
        await asyncio.to_thread(self._journal.stop)
        return took

    def _next(self) -> None:
        if self._left == 0:
            if not self._started:
                self._done.set()
            return
        self._left -= 1
        key = OrderKey(f"{self._prefix}{self._left}")
        self._started[key] = time.perf_counter()
        self._journal.do(JournalOrder(key, order(key), OrderContext(CALL, ACCOUNT, BRANCH, "rec", 41_000, 47_250)))

    def _posted(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self._journalled, event)

    def _journalled(self, event: Event) -> None:
        assert isinstance(event, OrderJournalled), event
        self._rig.links.do(SendOrder(event.key, BRANCH, order(event.key)))

    def _answered(self, event: Event) -> None:
        if not isinstance(event, OrderAnswered):
            return
        self.took.append(time.perf_counter() - self._started.pop(event.key))
        if isinstance(event.reply, aci.OrderAccepted):
            self.accepted += 1
            self._journal.do(RecordOrderState(event.key, "accepted", "OrderAnswered", contract=event.reply.contract))
        self._next()


async def _measure(folder: Path, *, short: bool) -> list[Figure]:
    number = 1_000 if short else 10_000
    async with branch(folder) as rig:
        many = OrderLoad(rig, number, IN_FLIGHT, "many")
        took = await many.run()
        one = OrderLoad(rig, 100 if short else 500, 1, "one")
        await one.run()
        rows = await _rows(rig)
    total = number + len(one.took)
    alone = sorted(one.took)
    return [
        Figure("orders a second, durable at both ends", number / took, "1/s", "higher", 1_000),
        Figure(
            "orders lost or doubled", abs(total - rows) + total - many.accepted - one.accepted, "orders", "lower", 0
        ),
        Figure("one order, journalled to accepted, median", _at(alone, 0.5), "ms", "lower"),
        Figure("one order, journalled to accepted, 99th percentile", _at(alone, 0.99), "ms", "lower", 50),
        Figure(f"the same with {IN_FLIGHT} in flight, 99th percentile", _at(sorted(many.took), 0.99), "ms", "lower"),
    ]


def _at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] * 1000


async def _rows(rig: Branch) -> int:
    """The number of orders in the trading system's store, asked for in parts that fit a frame."""
    found: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
    take: Callable[[Event], None] = lambda event: None if found.done() else found.set_result(event)  # noqa: E731
    rig.links._post = take
    rig.links.do(AskBranch(CALL, 1, BRANCH, aci.AskStatus()))
    answered = await found
    assert isinstance(answered, BranchAnswered), answered
    return _stored(rig.folder / "sim" / "trading.db")


def _stored(path: Path) -> int:
    import sqlite3

    with sqlite3.connect(path) as reader:
        rows, keys = reader.execute("SELECT COUNT(*), COUNT(DISTINCT remark) FROM orders").fetchone()
    reader.close()
    assert rows == keys, "a key is there twice"
    return int(rows)


def figures(short: bool = False) -> Iterator[Figure]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        yield from asyncio.run(_measure(Path(folder).resolve(), short=short))
