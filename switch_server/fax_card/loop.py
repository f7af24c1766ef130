"""The fax card's main loop: a tick for each 20 ms, commands as they come, a load report each second."""

import contextlib
import functools
import gc
import logging
import os
import select
import time
from collections.abc import Callable

from shared.ids import CardId
from switch_server.card import TICK_NS, TICKS_A_SECOND
from switch_server.card.control import Control
from switch_server.card.lateness import Lateness
from switch_server.core.words import CardLoad
from switch_server.fax_card.card import FaxCard

LOG = logging.getLogger("huawu.fax_card")
MOST_LATE_NS = 250 * TICK_NS
"""A card that is later than this (5 s, a suspended machine) does not catch up: its calls are gone."""
COLLECT_EVERY = 30 * TICKS_A_SECOND
MOST_FAULTS_LOGGED = 20
NICE = -5
"""Below the voice cards, which run with real-time priority: a fax stands a stall of hundreds of ms, a voice does not."""


class FaxLoop:
    """Runs a card until ``StopCard`` or until the switch is gone. A late card catches up tick by tick: no audio is left out."""

    def __init__(self, name: CardId, card: FaxCard, control: Control) -> None:
        self._name, self._card, self._control = name, card, control
        self._lateness = Lateness()
        self._cpu, self._since = time.process_time(), time.monotonic()
        self._faults = 0

    def run(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICE)
        gc.collect()
        gc.freeze()
        gc.disable()
        due = time.monotonic_ns() + TICK_NS
        while not self._card.stopped and not self._control.closed:
            self._wait(due)
            late = time.monotonic_ns() - due
            self._lateness.note(late)
            self._guard("tick", self._card.tick)
            due += TICK_NS if late <= MOST_LATE_NS else late
            if self._card.ticks % TICKS_A_SECOND == 0:
                self._report()
            self._control.flush()
            if self._card.ticks % COLLECT_EVERY == 0:
                gc.collect()
        self._card.shut()
        self._control.flush()

    def _wait(self, due: int) -> None:
        """Waits until the tick is due (monotonic clock, ns), and carries out the commands that have come, at least one packet of them."""
        while not self._control.closed:
            left = due - time.monotonic_ns()
            if not select.select([self._control], [], [], max(0.0, left / 1e9))[0]:
                return
            for command in self._control.receive():
                self._guard(type(command).__name__, functools.partial(self._card.do, command))
            self._control.flush()
            if time.monotonic_ns() >= due:
                return

    def _guard(self, what: str, call: Callable[[], None]) -> None:
        """Calls ``call``; an exception (a bug) costs one command or one tick, never the card."""
        try:
            call()
        except Exception:
            self._faults += 1
            if self._faults <= MOST_FAULTS_LOGGED:
                LOG.exception("%s: %s failed", self._name, what)

    def _report(self) -> None:
        now, cpu = time.monotonic(), time.process_time()
        percent = 100 * (cpu - self._cpu) / max(1e-6, now - self._since)
        self._cpu, self._since = cpu, now
        load = self._card.load()
        load["malformed"] += self._control.malformed
        self._control.send(
            CardLoad(
                self._name,
                cpu_percent=round(percent, 2),
                late_p999_ms=round(self._lateness.p999(), 3),
                compiled=True,
                **load,
            )
        )
