"""A branch for tests: the real gateway and simulated trading system as processes, and the centre's ``BranchLinks`` in this process."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from shared.aci import PlaceOrder
from shared.enums import Market, Side
from shared.ids import AccountNo, BranchId, Milli, OrderKey, Shares, StockCode
from shared.link import KeyPair, keys
from switch_server.adapters.branches import BranchLinks
from switch_server.adapters.branches.links import Timeouts
from switch_server.branch.sim.wire import Unpacker, pack
from switch_server.core.facts import BranchUp
from switch_server.core.orders import OrderReported
from switch_server.core.words import Audit, Event

ROOT = Path(__file__).parents[2]
BRANCH = BranchId("GZ01")
ACCOUNT = AccountNo("60010001")
PIN = "271828"
STOCKS = [
    {"code": "600000", "name": "浦发银行", "market": "SH", "base": 10000},
    {"code": "000001", "name": "平安银行", "market": "SZ", "base": 11000, "suspended": True},
    {"code": "300750", "name": "宁德时代", "market": "SZ", "base": 180000},
]
ACCOUNTS = [
    {
        "account": ACCOUNT,
        "name": "陈小明",
        "pin": PIN,
        "cash_fen": 100_000_000_00,
        "holdings": [{"code": "600000", "quantity": 100_050, "cost": 9000}],
    },
    {"account": "60010002", "name": "李雷", "pin": "314159", "cash_fen": 100_00},
]
DEADLINE = 30.0
_T = TypeVar("_T")


def order(key: str, **changes: Any) -> PlaceOrder:
    """A buy of 100 that rests in the book unless ``price`` says otherwise."""
    values: dict[str, Any] = {
        "key": OrderKey(key),
        "account": ACCOUNT,
        "market": Market.SH,
        "code": StockCode("600000"),
        "side": Side.BUY,
        "price": Milli(9700),
        "quantity": Shares(100),
    }
    return PlaceOrder(**(values | changes))


class Program:
    """A program of the project as a process. ``kill`` is ``kill -9``."""

    def __init__(self, module: str, log: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", module, *options]
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Starts the program; returns its first line of output."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), DEADLINE)
        assert line, f"{self._command[2]} ended: {self._log.read_text()[-2000:]}"
        return line.decode().strip()

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        return await self._end(signal.SIGTERM)

    def freeze(self, *, on: bool) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    async def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), DEADLINE)


class Branch:
    """The programs and the link of one branch. ``events`` are the events posted to the core, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.audits: list[Audit] = []
        self._changed = asyncio.Event()

    def post(self, event: Event) -> None:
        self.events.append(event)
        self._changed.set()

    async def event(self, wanted: Callable[[Event], bool] | type[_T], *, after: int = 0) -> Any:
        """Waits for the first wanted event from index ``after`` on, and returns it."""
        test = wanted if not isinstance(wanted, type) else lambda event: isinstance(event, wanted)
        async with asyncio.timeout(DEADLINE):
            while True:
                found = next((event for event in self.events[after:] if test(event)), None)
                if found is not None:
                    return found
                self._changed.clear()
                await self._changed.wait()

    async def answer(self, effect: Any, wanted: type[_T]) -> _T:
        """Carries out an effect; returns its answer."""
        after = len(self.events)
        self.links.do(effect)
        found = await self.event(wanted, after=after)
        assert isinstance(found, wanted)
        return found

    def reports(self) -> list[OrderReported]:
        return [event for event in self.events if isinstance(event, OrderReported)]

    # --- parts ---

    def prepare(self) -> None:
        (self.folder / "accounts.json").write_text(json.dumps(ACCOUNTS))
        (self.folder / "stocks.json").write_text(json.dumps(STOCKS))
        self.centre_keys: KeyPair = keys.create(self.folder / "centre.key")
        self.gateway_keys: KeyPair = keys.create(self.folder / "gateway.key")

    async def start_sim(self, *options: str) -> None:
        folder = self.folder
        self.sim = Program(
            "switch_server.branch.sim", folder / "sim.log", "--branch", BRANCH, "--accounts", str(folder / "accounts.json"),
            "--stocks", str(folder / "stocks.json"), "--state", str(folder / "sim"), "--listen", f"ipc://{folder}/sim.sock",
            "--faults", *options,
        )  # fmt: skip
        await self.sim.start()

    async def start_links(self, **options: Any) -> None:
        self.links = BranchLinks(
            self.post,
            endpoint="tcp://127.0.0.1:0",
            server_key=self.centre_keys,
            branch_keys=lambda key: BRANCH if key == self.gateway_keys.public else None,
            audit=self.audits.append,
            **{"timeouts": Timeouts(ask=6, order=8)} | options,
        )
        self.endpoint = await self.links.start()

    def make_gateway(self, trading_timeout: float = 2.0) -> None:
        folder = self.folder
        self.gateway = Program(
            "switch_server.branch", folder / "gateway.log", "--branch", BRANCH, "--centre", self.endpoint,
            "--centre-key", str(folder / "centre.pub"), "--key", str(folder / "gateway.key"), "--state", str(folder / "gateway"),
            "--trading", f"ipc://{folder}/sim.sock", "--trading-timeout", str(trading_timeout),
        )  # fmt: skip

    async def start_gateway(self) -> None:
        """Starts the gateway and waits until it is connected on both sides."""
        after = len(self.events)
        await self.gateway.start()
        await self.event(BranchUp, after=after)
        await self.trading_up()

    async def trading_up(self, *, up: bool = True) -> None:
        await until(lambda: self.links.states()[0].trading_system_up is up)

    async def fault(self, mode: str, seconds: float = 0.0, reject: int = 0) -> None:
        """Makes the simulated trading system misbehave from now on."""
        await sim_asks(self.folder, FUNC="900", SN=1, MODE=mode, SECONDS=str(seconds), REJECT=str(reject))


async def sim_asks(folder: Path, **fields: Any) -> dict[str, Any]:
    """Sends one request over a separate connection (only ``900`` is answered without a sign-on)."""
    reader, writer = await asyncio.open_unix_connection(f"{folder}/sim.sock")
    writer.write(pack(fields))
    unpacker = Unpacker()
    while not (found := unpacker.feed(await reader.read(65536))):
        pass
    writer.close()
    return found[0]


async def until(condition: Callable[[], bool], deadline: float = DEADLINE) -> None:
    """Polls until the condition holds."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def branch(folder: Path, *, trading_timeout: float = 2.0, **options: Any) -> AsyncIterator[Branch]:
    """A whole branch, running and connected."""
    rig = Branch(folder)
    rig.prepare()
    await rig.start_links(**options)
    rig.make_gateway(trading_timeout)
    await rig.start_sim()
    try:
        await rig.start_gateway()
        yield rig
    finally:
        await rig.gateway.kill()
        await rig.sim.kill()
        await rig.links.stop()
