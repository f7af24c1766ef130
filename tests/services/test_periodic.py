"""Periodic work: an exception costs one turn, and is logged."""

import asyncio

from switch_server.services.periodic import every


def test_periodic_work_goes_on_after_a_bug_until_it_is_cancelled() -> None:
    async def run() -> None:
        done: list[int] = []
        told: list[str] = []
        enough = asyncio.Event()

        def work() -> None:
            done.append(len(done))
            if len(done) == 2:
                raise ValueError("not this time")
            if len(done) == 4:
                enough.set()

        task = asyncio.create_task(every(0.0, work, lambda bug: told.append(str(bug))))
        await asyncio.wait_for(enough.wait(), 20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert (done[:4], told) == ([0, 1, 2, 3], ["not this time"])

    asyncio.run(run())


def test_work_that_waits_is_waited_for() -> None:
    async def run() -> None:
        turns: list[str] = []
        enough = asyncio.Event()

        async def work() -> None:
            turns.append("begun")
            await asyncio.sleep(0)
            turns.append("ended")
            if len(turns) == 2:
                raise OSError("a disk")
            enough.set()

        task = asyncio.create_task(every(0.0, work, lambda bug: turns.append(str(bug))))
        await asyncio.wait_for(enough.wait(), 20)
        task.cancel()
        assert turns[:5] == ["begun", "ended", "a disk", "begun", "ended"]

    asyncio.run(run())
