"""Work that is repeated while the switch runs."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def every(
    seconds: float, work: Callable[[], Awaitable[object] | object], on_fault: Callable[[Exception], object]
) -> None:
    """Until it is cancelled: a pause, then ``work``. An exception is our bug; it costs this turn and is passed to ``on_fault``."""
    while True:
        await asyncio.sleep(seconds)
        try:
            done = work()
            if isawaitable(done):
                await done
        except Exception as bug:  # noqa: BLE001  the next turn must still come
            on_fault(bug)
