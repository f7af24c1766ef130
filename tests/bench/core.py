"""The pure core: 100,000 generated event sequences without a broken rule, and the CPU time of an event."""

import time
from collections.abc import Iterator

from tests.bench import Figure
from tests.core.hammer import hammer
from tests.core.world import ACCOUNT, PIN, World

SEQUENCES = 100_000
CALLS = 400


def figures(short: bool = False) -> Iterator[Figure]:
    sequences = 300 if short else SEQUENCES
    tally = hammer(sequences)  # raises an error if a rule is broken
    yield Figure("event sequences without a broken rule", tally.sequences, "sequences", "higher", sequences)
    yield Figure("calls in them", tally.calls, "calls", "higher")
    yield Figure("orders in them", tally.orders, "orders", "higher")
    yield Figure("time for them", round(tally.seconds, 1), "s", "lower")
    yield Figure(
        "one event of a trading call, rules checked", round(_event_us(20 if short else CALLS), 1), "us", "lower"
    )


def _event_us(calls: int) -> float:
    """CPU microseconds an event, with ``calls`` callers who log in and order at once; the simulated surroundings are included."""
    world = World()
    begin = time.process_time()
    for _ in range(calls):
        call = world.answered()
        world.press(call, f"1{ACCOUNT}#{PIN}")
        world.run(6.0)
        world.hang_up(call)
    world.finish()
    return (time.process_time() - begin) / len(world.journal) * 1e6
