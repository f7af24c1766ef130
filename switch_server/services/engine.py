"""The loop around the core (``ARCHITECTURE.md``): passes events from all adapters to the core and effects to them; journal and deadlines.

It decides nothing. One event at a time: the core handles the event and says what the event journal must hold (a key only after the flow has
taken it), then the effects are carried out in order.
"""

import asyncio
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from switch_server.core.call import FindCaller
from switch_server.core.desks import AnswerDesk, HidePop, ShowPop
from switch_server.core.fax import FaxAnswered, KeepFax, MakeFaxDocument, TellFaxChanged
from switch_server.core.ivr import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.leg import LineEffect, ToCard
from switch_server.core.orders import JournalOrder, RecordOrderState, Resolve, SendOrder
from switch_server.core.switch import Switch
from switch_server.core.talk import TellDesk
from switch_server.core.words import Audit, Effect, Event, SaveRecord, Transition
from switch_server.ports import BranchesPort, CardsPort, DesksPort, EventLogPort, LinesPort, OrderJournalPort, StorePort
from switch_server.ports.fax_rows import FaxesPort
from switch_server.services.periodic import every

log = logging.getLogger(__name__)
TRANSITIONS = "huawu.transitions"
"""The logger of the core's transitions."""
RECONCILE_EVERY = 5.0
"""Seconds between two comparisons of the core's legs with those of the lines."""
MOST_AT_ONCE = 200
"""Events handled in a row before the loop's other callbacks run."""


class Adapters(Struct):
    """The adapters; each gets the engine's ``post`` before it starts."""

    lines: LinesPort
    cards: CardsPort
    branches: BranchesPort
    order_journal: OrderJournalPort
    store: StorePort
    event_log: EventLogPort
    desks: DesksPort
    faxes: FaxesPort


class Engine:
    """Runs on one asyncio loop. ``post`` may be called from any thread; all other methods from the loop's thread.

    ``trace`` gets a line for each transition of the core; ``None``: the log.
    """

    def __init__(self, clock: Callable[[], float], trace: Callable[[str], None] | None = None) -> None:
        self.clock = clock
        self._trace = trace or logging.getLogger(TRANSITIONS).info
        self.switch = Switch(self._fault, self._write_down)
        self._queue: deque[Event | Callable[[], None]] = deque()
        self._scheduled = False
        """The loop will drain the queue, or does so now."""
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        """Wakes the loop for another thread: cheaper than ``call_soon_threadsafe``, which makes a handle and reads its socket twice."""
        weakref.finalize(self, os.close, self._wake)  # not in ``stop``: another thread may post at that moment
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._carry: dict[type, Callable[[Any], object]] = {}
        self._adapters: Adapters | None = None
        self._reconciler: asyncio.Task[None] | None = None

    def start(self, adapters: Adapters) -> None:
        """Begins to handle events; the events posted before are handled first."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._adapters = adapters
        self._carry = {
            ToCard: adapters.cards.do,
            AskBranch: adapters.branches.do,
            SendOrder: adapters.branches.do,
            Resolve: adapters.branches.do,
            FindAccount: adapters.store.do,
            FindCaller: adapters.store.do,
            CountWrongPin: adapters.store.do,
            GiveBackPinTry: adapters.store.do,
            SaveRecord: adapters.store.do,
            Audit: adapters.store.do,
            KeepFax: adapters.store.do,
            **dict.fromkeys((FaxAnswered, TellFaxChanged, MakeFaxDocument), adapters.faxes.do),
            JournalOrder: self._journal_order,
            RecordOrderState: self._journal_order,
            **dict.fromkeys((TellDesk, AnswerDesk, ShowPop, HidePop), adapters.desks.do),
            Transition: self._log_transition,
        }
        self._loop.add_reader(self._wake, self._woken)
        self._scheduled = True
        self._loop.call_soon(self._drain)
        self._reconciler = self._loop.create_task(
            every(RECONCILE_EVERY, self._reconcile, partial(self.fault, "reconcile"))
        )

    async def stop(self) -> None:
        """Handles the queued events, then no more."""
        if self._reconciler is not None:
            self._reconciler.cancel()
        while self._queue:
            self._drain()
            await asyncio.sleep(0)
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None:
            self._loop.remove_reader(self._wake)
        self._loop = None

    def post(self, event: Event) -> None:
        """Queues an event, in order per thread."""
        self._put(event)

    def post_now(self, events: Iterable[Event]) -> None:
        """As ``post``, but handles what is queued before it returns, which saves a turn of the loop. On the loop, not from within an effect."""
        self._queue.extend(events)
        if self._loop is not None and not self._scheduled:
            self._scheduled = True
            self._drain()

    def after(self, function: Callable[[], None]) -> None:
        """Calls ``function`` on the loop once all events posted before are handled and their effects carried out."""
        self._put(function)

    async def settled(self) -> None:
        """Waits until all events posted before are handled."""
        done = asyncio.get_running_loop().create_future()
        self.after(lambda: None if done.done() else done.set_result(None))
        await done

    def fault(self, about: str, bug: BaseException) -> None:
        """Counts and logs a bug outside the core; the core counts its own."""
        self.switch.count("faults")
        self._fault(about, bug)

    # --- inside ---

    def _put(self, event: Event | Callable[[], None]) -> None:
        self._queue.append(event)
        loop = self._loop
        if self._scheduled or loop is None:
            return
        self._scheduled = True
        if threading.get_ident() != self._thread:
            os.eventfd_write(self._wake, 1)
            return
        try:
            loop.call_soon(self._drain)
        except RuntimeError:  # the loop is closed: the process is ending
            log.debug("an event after the end: %s", type(event).__name__)

    def _woken(self) -> None:
        os.eventfd_read(self._wake)
        self._drain()

    def _drain(self) -> None:
        for _ in range(MOST_AT_ONCE):
            if not self._queue:
                break
            event = self._queue.popleft()
            try:
                if isinstance(event, Event):
                    self._handle(event)
                else:
                    event()
            except Exception as bug:  # noqa: BLE001  a bug: what is queued behind it must still be handled, and deadlines must still pass
                self.fault(type(event).__name__ if isinstance(event, Event) else "after", bug)
        self._send_commands()
        self._scheduled = False
        if self._queue and not self._scheduled and self._loop is not None:
            self._scheduled = True
            self._loop.call_soon(self._drain)
        self._set_timer()

    def _send_commands(self) -> None:
        """The cards get all commands of a turn together."""
        if self._adapters is not None:
            self._adapters.cards.flush()

    def _handle(self, event: Event) -> None:
        if self._adapters is not None:
            self._out(self.switch.handle(event, self.clock()))

    def _tick(self) -> None:
        self._timer = None
        try:
            self._out(self.switch.tick(self.clock()))
        except Exception as bug:  # noqa: BLE001  as in ``_drain``
            self.fault("tick", bug)
        self._send_commands()
        self._set_timer()

    def _set_timer(self) -> None:
        """A timer that is due too early stays: most deadlines are moved or cancelled long before their time."""
        deadline = self.switch.next_deadline()
        if deadline is None or self._loop is None or (self._timer is not None and self._timer_at <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(0.0, deadline - self.clock()), self._tick)
        self._timer_at = deadline

    def _out(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            try:
                carry = self._carry.get(type(effect)) or self._line_effect(type(effect))
                carry(effect)
            except Exception:  # an adapter's bug: the other effects must still be carried out
                self.switch.count("faults")
                log.exception("could not carry out %s", type(effect).__name__)

    def _log_transition(self, effect: Transition) -> None:
        self._trace(f"{effect.machine} {effect.subject}: {effect.old} -> {effect.event} -> {effect.new}")

    def _line_effect(self, kind: type[Effect]) -> Callable[[Any], object]:
        """Remembers that the lines carry out this kind; raises ``KeyError`` for a kind that nobody carries out."""
        if self._adapters is None or not issubclass(kind, LineEffect):
            raise KeyError(kind.__name__)
        self._carry[kind] = self._adapters.lines.do
        return self._carry[kind]

    def _journal_order(self, effect: JournalOrder | RecordOrderState) -> None:
        """The journal first, since it is the authority; the store's copy is for searching."""
        assert self._adapters is not None
        self._adapters.order_journal.do(effect)
        self._adapters.store.do(effect)

    def _write_down(self, event: Event, at: float) -> None:
        if self._adapters is not None:
            self._adapters.event_log.append(event, at)

    def _reconcile(self) -> None:
        assert self._adapters is not None
        self._out(self.switch.reconcile(self._adapters.lines.live_legs(), self.clock()))
        self._send_commands()
        self._set_timer()

    def _fault(self, about: Event | str, bug: BaseException) -> None:
        name = about if isinstance(about, str) else type(about).__name__
        log.error("fault while handling %s", name, exc_info=bug)
