"""The demo's customers: a call generator that hands errands to caller processes at an even pace."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from switch_server.demo.errands import CustomerCall
from switch_server.demo.processes import end_with_parent
from switch_server.demo.telephones import SLOTS
from switch_server.demo.telephones.caller import CallReport, CallRequest


class CallerProcess:
    """One process of ``telephones.caller``: up to four calls at once."""

    def __init__(self, log: Path, on_report: Callable[[CallReport], None]) -> None:
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

    def give(self, customer_call: CustomerCall) -> None:
        assert self.process is not None and self.process.stdin is not None  # noqa: PT018
        self.busy += 1
        request = CallRequest(customer_call.errand, customer_call.customer.phone)
        self.process.stdin.write(msgspec.json.encode(request) + b"\n")

    async def _read(self) -> None:
        assert self.process is not None and self.process.stdout is not None  # noqa: PT018
        while line := await self.process.stdout.readline():
            self.busy -= 1
            self._on_report(msgspec.json.decode(line, type=CallReport))

    @property
    def exited(self) -> bool:
        """Whether the process has ended."""
        return self.process is not None and self.process.returncode is not None

    async def stop(self) -> None:
        """Closes the process's input, so that it ends with its calls; terminates it after 3 s."""
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


class CallGenerator:
    """Places calls with as many caller processes as ``telephones`` calls at once need."""

    def __init__(
        self,
        customer_calls: Iterator[CustomerCall],
        folder: Path,
        telephones: int,
        on_report: Callable[[CallReport], None],
    ) -> None:
        self._customer_calls = customer_calls
        self.reports: list[CallReport] = []
        self.placed = 0
        self._tell = on_report
        folder.mkdir(parents=True, exist_ok=True)
        self._callers = [
            CallerProcess(folder / f"caller-{number}.log", self._report)
            for number in range(1, -(-telephones // SLOTS) + 1)
        ]

    async def start(self) -> None:
        await asyncio.gather(*(caller.start() for caller in self._callers))

    def _report(self, report: CallReport) -> None:
        self.reports.append(report)
        self._tell(report)

    async def call(self, calls: int | None, every: float) -> None:
        """Places a call each ``every`` seconds, ``calls`` in all (``None``: without end); returns when all calls are over."""
        while calls is None or self.placed < calls:
            caller = min(self._callers, key=lambda caller: caller.busy)
            if caller.busy < SLOTS:
                caller.give(next(self._customer_calls))
                self.placed += 1
            await asyncio.sleep(every)
        while len(self.reports) < self.placed:  # noqa: ASYNC110  several tasks read reports
            await asyncio.sleep(0.1)

    def exited(self) -> list[str]:
        """The names of the caller processes that ended by themselves; their calls are lost."""
        return [caller.name for caller in self._callers if caller.exited]

    async def stop(self) -> None:
        await asyncio.gather(*(caller.stop() for caller in self._callers))
