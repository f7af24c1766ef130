"""Orders a second that the centre's journal makes durable, compared with one fsync for each order on the same disk.

The files are in ``build/`` under the current folder, not in tmp (which may be memory).
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from shared.aci import PlaceOrder
from shared.enums import Market, Side
from shared.ids import AccountNo, BranchId, CallId, Milli, OrderKey, Shares, StockCode
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.core.orders import JournalOrder, OrderContext, OrderJournalled
from switch_server.core.words import Event
from tests.bench import Figure

WAITING = 2000
"""Orders in flight at a time."""


def figures(short: bool = False) -> Iterator[Figure]:
    build = Path("build")
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        yield Figure("fsyncs a second, bare", _fsyncs(Path(folder), 0.5), "1/s", "higher")
        number = 2_000 if short else 20_000
        yield Figure(
            "orders journalled a second", _orders(Path(folder) / "many.db", number, WAITING), "1/s", "higher", 5_000
        )
        one = _orders(Path(folder) / "one.db", 200 if short else 1_000, 1)
        yield Figure("one order journalled, alone", 1000 / one, "ms", "lower", 20)


def _fsyncs(folder: Path, seconds: float) -> float:
    file = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY)
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        os.write(file, b"x" * 4096)
        os.fsync(file)
        done += 1
    os.close(file)
    return done / (time.perf_counter() - began)


def _order(number: int) -> JournalOrder:
    call = CallId("20251125-120000-0001")
    key = OrderKey(f"{call}-{number}")
    account = AccountNo("60012345")
    order = PlaceOrder(key, account, Market.SH, StockCode("600000"), Side.BUY, Milli(10_350), Shares(100))
    return JournalOrder(key, order, OrderContext(call, account, BranchId("GZ01"), "rec", 41_000, 47_250))


def _orders(path: Path, number: int, waiting: int) -> float:
    """Orders journalled a second, with at most ``waiting`` in flight."""
    room, lost = threading.Semaphore(waiting), list[Event]()

    def answered(event: Event) -> None:
        if not isinstance(event, OrderJournalled):
            lost.append(event)
        room.release()

    journal = SqliteOrderJournal(path, answered, clock=time.time)
    journal.start()
    orders = [_order(n) for n in range(number)]
    began = time.perf_counter()
    for order in orders:
        room.acquire()
        journal.do(order)
    journal.flush(120.0)
    seconds = time.perf_counter() - began
    journal.stop()
    if lost:
        raise RuntimeError(f"{len(lost)} orders were not journalled")
    return number / seconds
