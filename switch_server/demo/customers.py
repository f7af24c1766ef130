"""The demo's customers: caller processes, fed with errands at an even pace."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from switch_server.demo.errands import Visit
from switch_server.demo.processes import end_with_parent
from switch_server.demo.telephones import SLOTS
from switch_server.demo.telephones.caller import Order, Report


class Caller:
    """One caller process (four telephones)."""

    def __init__(self, log: Path, on_report: Callable[[Report], None]) -> None:
        self.name = log.stem
        self._log = log
        self._on_report = on_report
        self.process: asyncio.subprocess.Process | None = None
        self.busy = 0
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "switch_server.demo.telephones.caller",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
                env=os.environ.copy(), preexec_fn=end_with_parent,
            )  # fmt: skip
        self._reading = asyncio.create_task(self._read())

    def give(self, visit: Visit) -> None:
        assert self.process is not None and self.process.stdin is not None  # noqa: PT018
        self.busy += 1
        order = Order(visit.errand, visit.customer.phone)
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None  # noqa: PT018
        while line := await self.process.stdout.readline():
            self.busy -= 1
            self._on_report(msgspec.json.decode(line, type=Report))

    @property
    def fallen(self) -> bool:
        """Ended by itself."""
        return self.process is not None and self.process.returncode is not None

    async def stop(self) -> None:
        """No new errands; waits until the calls are over, at most a few seconds more."""
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        try:
            async with asyncio.timeout(3.0):
                await self.process.wait()
        except TimeoutError:
            self.process.terminate()
            await self.process.wait()
        if self._reading is not None:
            await self._reading


class Customers:
    """``telephones`` calls at once at most, one new call each ``every`` seconds, ``calls`` in all (``None``: no end)."""

    def __init__(
        self, visits: Iterator[Visit], folder: Path, telephones: int, on_report: Callable[[Report], None]
    ) -> None:
        self._visits = visits
        self.reports: list[Report] = []
        self.placed = 0
        self._tell = on_report
        folder.mkdir(parents=True, exist_ok=True)
        self._callers = [
            Caller(folder / f"caller-{number}.log", self._report) for number in range(1, -(-telephones // SLOTS) + 1)
        ]

    async def start(self) -> None:
        await asyncio.gather(*(caller.start() for caller in self._callers))

    def _report(self, report: Report) -> None:
        self.reports.append(report)
        self._tell(report)

    async def call(self, calls: int | None, every: float) -> None:
        """Returns when all calls have been placed and are over."""
        while calls is None or self.placed < calls:
            caller = min(self._callers, key=lambda caller: caller.busy)
            if caller.busy < SLOTS:
                caller.give(next(self._visits))
                self.placed += 1
            await asyncio.sleep(every)
        while len(self.reports) < self.placed:  # noqa: ASYNC110  reports come from several readers
            await asyncio.sleep(0.1)

    def fallen(self) -> list[str]:
        """Names of the caller processes that ended by themselves: their calls are lost."""
        return [caller.name for caller in self._callers if caller.fallen]

    async def stop(self) -> None:
        await asyncio.gather(*(caller.stop() for caller in self._callers))
