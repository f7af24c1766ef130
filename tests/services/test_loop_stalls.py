"""The loop's own record of its stalls."""

import asyncio
import time

from switch_server.services.loop_stalls import EVERY, STALL, LoopStalls


def test_a_stall_of_the_loop_is_counted_with_its_length() -> None:
    async def test() -> LoopStalls:
        stalls = LoopStalls()
        stalls.start()
        await asyncio.sleep(0)
        time.sleep(EVERY + 4 * STALL)  # noqa: ASYNC251  the stall
        async with asyncio.timeout(30):
            while not stalls.counts["stalls"]:  # noqa: ASYNC110  it sets no event
                await asyncio.sleep(0.01)
        stalls.stop()
        return stalls

    stalls = asyncio.run(test())
    assert stalls.counts["stalls"] >= 1
    assert stalls.counts["longest_stall_ms"] >= 3 * STALL * 1000
