"""The loop's own record of its stalls."""

import asyncio
import time

from switch_server.services.loop_watch import EVERY, STALL, LoopWatch


def test_a_stall_of_the_loop_is_counted_with_its_length() -> None:
    async def test() -> LoopWatch:
        beat = LoopWatch()
        beat.start()
        await asyncio.sleep(0)
        time.sleep(EVERY + 4 * STALL)  # noqa: ASYNC251  the stall
        async with asyncio.timeout(30):
            while not beat.counts["stalls"]:  # noqa: ASYNC110  it sets no event
                await asyncio.sleep(0.01)
        beat.stop()
        return beat

    beat = asyncio.run(test())
    assert beat.counts["stalls"] >= 1
    assert beat.counts["longest_stall_ms"] >= 3 * STALL * 1000
