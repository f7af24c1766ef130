"""100,000 calls at 100 a second: how long the switch is ever away, and whether its memory grows.

From outside an OPTIONS each 10 ms shows it (the answer's time, less the machine's own load, which the bench can't know); from inside the lines and the
loop count their own stalls. The memory is taken each 10,000 calls, from the main process and from the cards.
"""

import time
from collections.abc import Iterator

from tests.bench import Figure
from tests.bench._offered import offer
from tests.bench._ping import Ping
from tests.bench._switches import Switch, memory_mb, running

RATE, CALLS, EACH = 100, 100_000, 10_000
SHORT_CALLS, SHORT_EACH = 1_000, 250
STALL_MS = 50.0


def figures(short: bool = False) -> Iterator[Figure]:
    calls, each = (SHORT_CALLS, SHORT_EACH) if short else (CALLS, EACH)
    with running(None) as switch:
        failed = repeats = 0
        before = _stalls(switch)
        memory: list[float] = []
        took: list[float] = []
        for number in range(calls // each):
            with Ping(switch.sip) as ping:
                told = offer(switch.sip, RATE, each / RATE)
            took += ping.ms
            failed += told.failed + told.refused
            repeats += told.repeats
            memory.append(memory_mb(switch.pid))
            yield Figure(f"soak: memory of the main process after {(number + 1) * each:,} calls", round(memory[-1], 1), "MB", "lower")  # fmt: skip
        yield from _summary(switch, memory, took, failed, repeats)
        time.sleep(1.0)
        for name, stalls in _stalls(switch).items():
            yield Figure(f"soak: stalls of over 50 ms that the {name} counted", stalls - before[name], "stalls", "lower", 0)  # fmt: skip


def _stalls(switch: Switch) -> dict[str, int]:
    """Of the lines (SIP thread) and the event loop, by their own record."""
    assert switch.centre is not None
    told = switch.centre.ctl("counters")["groups"]
    return {name: told[name].get("stalls", 0) for name in ("lines", "loop")}


def _summary(switch: Switch, memory: list[float], took: list[float], failed: int, repeats: int) -> Iterator[Figure]:
    assert switch.centre is not None
    change = 100 * max(abs(each / memory[0] - 1) for each in memory)
    yield Figure("soak: memory of the main process, change after the first part", round(change, 1), "%", "lower", 5)
    yield Figure("soak: memory of the card", round(memory_mb(next(iter(switch.centre.card_pids().values()))), 1), "MB", "lower")  # fmt: skip
    yield Figure("soak: calls failed or refused", failed, "calls", "lower", 0)
    yield Figure("soak: SIP messages that SIPp had to repeat", repeats, "messages", "lower", 0)
    yield Figure("soak: OPTIONS each 10 ms, answered after, longest", max(took), "ms", "lower", STALL_MS)
    yield Figure("soak: OPTIONS each 10 ms, answered after, p99.9", sorted(took)[int(len(took) * 0.999)], "ms", "lower")  # fmt: skip
    over = sum(ms > STALL_MS for ms in took)
    yield Figure("soak: OPTIONS answered after more than 50 ms", over, "messages", "lower", 0)
