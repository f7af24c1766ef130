"""Stalls of the event loop: how late it runs a timer that is due each ``EVERY`` seconds."""

import asyncio
from collections import Counter
from typing import Final

EVERY: Final = 0.05
STALL: Final = 0.05
"""Seconds of lateness that count as a stall."""


class LoopWatch:
    """``counts``: ``stalls`` and ``longest_stall_ms`` since the start, for the operator."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """On the loop that is watched."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(EVERY, self._beat, loop, loop.time() + EVERY)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = loop.time() - due
        if late > STALL:
            self.counts["stalls"] += 1
            self.counts["longest_stall_ms"] = max(self.counts["longest_stall_ms"], round(late * 1000))
        self.start()
