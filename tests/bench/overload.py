"""Overload: the calls a second that the switch can set up, and what it does with twice as many. Meanwhile callers press keys and hear music.

The capacity is the most calls a second that were answered in the same run: in a row of rising rates, a few seconds each, or at a rate a little above
the best of them, for as long as the overload lasts. SIPp, on the same machine, takes its part of it. Then twice the capacity is offered. Both, the
capacity and the goodput, count calls answered within a second.
"""

import statistics
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Self

from tests.bench import Figure
from tests.bench._offered import Offered, offer
from tests.bench._switches import PLAYED, Switch, running
from tests.e2e.centre import Centre
from tests.e2e.phone import Phone

FIRST_RATE, STEP, LAST_RATE = 60.0, 1.3, 3000.0
STEP_S, OVERLOAD_S = 4.0, 15.0
REST_S = 1.0
PHONES, KEY_EVERY_S = 4, 0.5
ABOVE = 1.1
ENOUGH = 0.85
"""A rate of which a smaller share is answered is too much."""


def figures(short: bool = False, peer: str | None = None) -> Iterator[Figure]:
    step_s, overload_s = (1.0, 2.0) if short else (STEP_S, OVERLOAD_S)
    with running(peer) as switch:
        best = _best(switch, step_s, LAST_RATE if not short else 150.0)
        capacity = max(best, offer(switch.sip, ABOVE * best, overload_s).goodput)
        threading.Event().wait(REST_S)
        yield Figure("overload: capacity, calls a second", round(capacity, 1), "calls/s", "higher")
        talks = _Talks(switch.centre) if switch.centre is not None else None
        with ExitStack() as stack:
            if talks is not None:
                stack.enter_context(talks)
            told = offer(switch.sip, 2 * capacity, overload_s)
            if talks is not None:
                talks.end()
        yield from _figures(told, capacity)
        if talks is not None and switch.centre is not None:
            yield from talks.figures()
            counted = switch.centre.ctl("counters")["groups"]["lines"].get("refused_overload", 0)
            yield Figure("overload: calls refused, by the switch's own counter", counted, "calls", "lower")


def _best(switch: Switch, seconds: float, last: float) -> float:
    """The most calls a second that were answered at one of the rates, which rise until two in a row were too much."""
    rate, best, too_much = FIRST_RATE, 0.0, 0
    while rate <= last and too_much < 2:
        told = offer(switch.sip, rate, seconds)
        best = max(best, told.goodput)
        too_much = too_much + 1 if told.goodput < ENOUGH * rate else 0
        threading.Event().wait(REST_S)
        rate *= STEP
    return best


def _figures(told: Offered, capacity: float) -> Iterator[Figure]:
    of = "overload: twice the capacity"
    yield Figure(f"{of}, offered a second", round(told.calls / told.seconds, 1), "calls/s", "higher")
    yield Figure(f"{of}, goodput", round(told.goodput, 1), "calls/s", "higher")
    yield Figure(f"{of}, goodput of the capacity", round(100 * told.goodput / capacity, 1), "%", "higher", 90)
    yield Figure(f"{of}, refused with 503 and Retry-After", told.refused, "calls", "lower")
    yield Figure(f"{of}, neither answered nor refused", told.failed, "calls", "lower", 0)
    yield Figure(f"{of}, 503 after, p99", round(told.refusal_p99, 1), "ms", "lower", 100)
    yield Figure(f"{of}, repeated SIP messages", told.repeats, "messages", "lower")


class _Talks:
    """Callers in the menu, who press a key again and again and hear music, while others are refused."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._stack = ExitStack()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._press_all, daemon=True)
        self.pressed = 0

    def __enter__(self) -> Self:
        self._phones = [self._stack.enter_context(Phone(self._centre, PLAYED)) for _ in range(PHONES)]
        for phone in self._phones:
            phone.rtp.wait(lambda heard: len(heard) > 25)
        self._from = [len(phone.rtp.heard) for phone in self._phones]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._stack.close()

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        self._to = [len(phone.rtp.heard) for phone in self._phones]

    def _press_all(self) -> None:
        while not self._over.wait(KEY_EVERY_S):
            for phone in self._phones:
                phone.rtp.press("1", 60)
                self.pressed += 1
        for phone in self._phones:
            phone.rtp.said_all()

    def figures(self) -> Iterator[Figure]:
        calls = {phone.call for phone in self._phones}
        self._centre.until(lambda: self._used(calls) >= self.pressed, 10.0) if self.pressed else None
        yield Figure("overload: keys pressed in running calls meanwhile", self.pressed, "keys", "higher")
        lost = self.pressed - self._used(calls)
        yield Figure("overload: keys pressed in running calls, without effect", lost, "keys", "lower", 0)
        gaps = [
            1000 * (later.at - earlier.at)
            for phone, begin, end in zip(self._phones, self._from, self._to, strict=True)
            for earlier, later in zip(phone.rtp.heard[begin:end], phone.rtp.heard[begin + 1 : end], strict=False)
        ]
        yield Figure("overload: music in running calls, mean of the packets' distances", round(statistics.fmean(gaps), 2), "ms", "lower", 20.5)  # fmt: skip
        yield Figure(
            "overload: music in running calls, longest distance of packets", round(max(gaps), 1), "ms", "lower"
        )

    def _used(self, calls: set[str]) -> int:
        return sum(
            entry["event"]["type"] == "DigitUsed" and entry["event"]["leg"].partition("/")[0] in calls
            for entry in self._centre.journal()
        )
