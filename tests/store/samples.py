"""Orders, customers and a clock for the tests of store and journals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from shared.aci import CancelOrder, PlaceOrder
from shared.enums import Market, Side
from shared.ids import AccountNo, BranchId, CallId, ContractNo, CustomerId, Milli, OrderKey, Shares, StockCode
from switch_server.adapters.store.migrations import MODULES
from switch_server.core.orders import JournalOrder, OrderContext, RecordOrderState
from switch_server.core.orders.effects import ReportOrigin
from switch_server.core.words import Event
from switch_server.ports.records import Account, Customer

ROOT = Path(__file__).parents[2]
CONTRACT = ContractNo("0000017")
NOON = 1_764_043_200.0  # 2025-11-25 12:00 in Shanghai


class Clock:
    """UTC seconds that change only when the test sets them."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Posted:
    """Collects events posted from any thread; ``wait`` waits for a number of them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, number: int, seconds: float = 20.0) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= number, seconds), (
                f"only {len(self.events)} events"
            )
            return list(self.events)


def older_file(path: Path, migrations: int) -> Database:
    """A store's file as it was after its first so many migrations, still open."""
    db = Database(path)
    db.execute(
        "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT, PRIMARY KEY (migration_set, name))"
    )
    for module in MODULES[:migrations]:
        module.apply(db)
        name = module.__name__.rpartition(".")[2]
        db.execute("INSERT INTO _sqlite_migrations VALUES ('store', ?, '2025')", [name])
    return db


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Polls until ``true()``; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.01)


def context(call: str = "20251125-120000-0001") -> OrderContext:
    return OrderContext(CallId(call), AccountNo("60012345"), BranchId("GZ03"), "rec-1", 41_000, 47_250)


def place(number: int = 1, call: str = "20251125-120000-0001") -> JournalOrder:
    key = OrderKey(f"{call}-{number}")
    order = PlaceOrder(
        key, AccountNo("60012345"), Market.SH, StockCode("600000"), Side.BUY, Milli(10_350), Shares(100 * number)
    )
    return JournalOrder(key, order, context(call))


def cancel(number: int = 1, call: str = "20251125-120000-0001") -> JournalOrder:
    key = OrderKey(f"{call}-{number}")
    return JournalOrder(key, CancelOrder(key, AccountNo("60012345"), CONTRACT), context(call))


def state(effect: JournalOrder, to: str, event: str = "journalled", **more: object) -> RecordOrderState:
    return RecordOrderState(effect.key, to, event, **more)  # type: ignore[arg-type]


def report(
    of: JournalOrder,
    seq: int,
    *,
    branch: str = "GZ03",
    account: str = "60012345",
    day: str = "20251125",
    filled: int = 0,
    held: bool = True,
) -> RecordOrderState:
    """Report ``seq`` of the branch's day: the order is partly filled."""
    origin = ReportOrigin(BranchId(branch), AccountNo(account), day, seq, held=held)
    return state(of, "working", "reported", contract=CONTRACT, filled=filled, report=origin)


def customer(
    number: int, name: str, *, phones: tuple[str, ...] = (), account: str = "", branch: str = "GZ01"
) -> Customer:
    accounts = (Account(AccountNo(account or f"6000{number:04d}"), BranchId(branch)),)
    return Customer(CustomerId(number), name, phones, accounts)


def python(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts ``python -m module``; the test reads its lines from ``stdout``."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kills with ``kill -9``; returns the complete lines printed before."""
    os.kill(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    with process.stdout as lines:
        rest = lines.read()
    process.wait()
    return rest.split("\n")[:-1]
