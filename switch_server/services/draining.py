"""The orderly stop (有序停机): no new calls, and time for running calls to end by themselves."""

import asyncio
import logging

from switch_server.core.facts import Draining
from switch_server.services.engine import Engine

log = logging.getLogger(__name__)
LOOK_EVERY = 0.1


class OrderlyStop:
    """``stopped`` is set when the calls are over, or must be hung up. ``at``: the latest time of that, UTC seconds, after ``begin``."""

    def __init__(self, engine: Engine) -> None:
        self.stopped = asyncio.Event()
        self.at: float | None = None
        self._engine = engine
        self._task: asyncio.Task[None] | None = None

    def begin(self, *, now: bool = False) -> None:
        """Leaves ``limits.drain`` seconds from the first call on; none with ``now``. On the loop."""
        if now:
            self.stopped.set()
        if self.at is not None or now:
            return
        self.at = self._engine.clock() + self._engine.switch.config.limits.drain
        self._engine.post(Draining(at_once=False))
        self._task = asyncio.get_running_loop().create_task(self._wait(self.at))

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _wait(self, until: float) -> None:
        await self._engine.settled()
        calls, clock = self._engine.switch.calls, self._engine.clock
        if calls:
            log.info("no new calls; still running: %d, hung up in %.0f s at the latest", len(calls), until - clock())
        while calls and clock() < until:  # noqa: ASYNC110  the core knows no asyncio
            await asyncio.sleep(LOOK_EVERY)
        if calls:
            log.warning("the time is over; calls that are hung up: %d", len(calls))
        self.stopped.set()
