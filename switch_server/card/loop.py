"""The card's main loop: a tick every 20 ms, commands as they come, a load report each second."""

import contextlib
import functools
import gc
import logging
import os
import resource
import select
import sys
import time
from collections.abc import Callable

from shared.ids import CardId
from switch_server.card import TICK_NS, TICKS_A_SECOND
from switch_server.card.card import Card
from switch_server.card.control import Control
from switch_server.card.free_run import FreeRun
from switch_server.card.kernel import Kernel
from switch_server.card.lateness import Lateness
from switch_server.core.words import CardLoad

LOG = logging.getLogger("huawu.card")
MOST_LATE_NS = 10 * TICK_NS
"""A card that is later than this (for example on a suspended machine) skips the missed ticks."""
COLLECT_EVERY = 30 * TICKS_A_SECOND
MOST_FAULTS_LOGGED = 20


class TickLoop:
    """Runs a card until ``StopCard`` or until the switch is gone."""

    def __init__(self, name: CardId, card: Card, control: Control, kernel: Kernel | None = None) -> None:
        self._name, self._card, self._control = name, card, control
        self._lateness = Lateness()
        self._free_run = None if kernel is None else FreeRun(kernel, self._lateness, control.fileno(), MOST_LATE_NS)
        self._cpu, self._since = _cpu_seconds(), time.monotonic()
        self._faults = 0

    def run(self) -> None:
        raise_priority()
        sys.setswitchinterval(0.0005)  # the writer thread must not keep the tick waiting
        gc.collect()
        gc.freeze()
        gc.disable()
        due = time.monotonic_ns() + TICK_NS
        while not self._card.stopped and not self._control.closed:
            if self._free_run is not None:
                due = self._free_run.run(self._card, due, 0 if self._control.waiting else TICKS_A_SECOND)
            if self._free_run is None or not self._free_run.begun:
                self._wait(due)
                due += self._late(due)
            late = time.monotonic_ns() - due
            self._guard("tick", functools.partial(self._card.tick, time.time_ns() - late))
            due += TICK_NS
            if self._card.ticks % TICKS_A_SECOND == 0:
                self._guard("load", self._report)
            self._control.flush()
            if self._card.ticks % COLLECT_EVERY == 0:
                gc.collect()
        self._card.shut()
        self._control.flush()

    def _late(self, due: int) -> int:
        """Notes how late the tick is; if it is later than ``MOST_LATE_NS``, skips the missed ones and returns their time."""
        late = time.monotonic_ns() - due
        self._lateness.note(late)
        if late <= MOST_LATE_NS:
            return 0
        self._card.skip(late // TICK_NS)
        return late // TICK_NS * TICK_NS

    def _wait(self, due: int) -> None:
        """Waits until the tick is due (monotonic clock, ns), and carries out the commands that come meanwhile."""
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
        """Calls ``call``; an exception (a bug) costs one command or one tick, never the card. Commands may hold keys: only the type is logged."""
        try:
            call()
        except Exception:
            self._faults += 1
            if self._faults <= MOST_FAULTS_LOGGED:
                LOG.exception("%s: %s failed", self._name, what)

    def _report(self) -> None:
        now, cpu = time.monotonic(), _cpu_seconds()
        percent = 100 * (cpu - self._cpu) / max(1e-6, now - self._since)
        self._cpu, self._since = cpu, now
        intake = self._card.intake
        self._control.send(
            CardLoad(
                card=self._name,
                channels=len(self._card.channels),
                cpu_percent=round(percent, 2),
                late_p999_ms=round(self._lateness.p999(), 3),
                packets_in=intake.packets,
                packets_out=self._card.media.sent,
                strangers=intake.strangers,
                malformed=intake.malformed + self._control.malformed,
                dropped_commands=self._card.dropped,
                compiled=self._free_run is not None,
            )
        )


def raise_priority() -> None:
    """Real-time scheduling for the calling thread, where the system allows it; else a lower nice value, where that is allowed.

    A nice value alone does not help against processes of another session where the kernel groups tasks by session (``sched_autogroup``).
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except (OSError, AttributeError):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, -10)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
