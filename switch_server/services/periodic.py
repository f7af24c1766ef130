"""Work that is done again and again for as long as the switch runs."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def every(
    seconds: float, work: Callable[[], Awaitable[object] | object], on_fault: Callable[[Exception], object]
) -> None:
    """Until it is cancelled: a pause, then ``work``. What it raises is our bug; it costs this turn, and ``on_fault`` is told."""
    while True:
        await asyncio.sleep(seconds)
        try:
            done = work()
            if isawaitable(done):
                await done
        except Exception as bug:  # noqa: BLE001  the next turn must still come
            on_fault(bug)
