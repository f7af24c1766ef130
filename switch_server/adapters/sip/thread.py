"""The SIP thread: datagrams, timers, and calls posted by other threads. It never waits for anything else.

Each datagram is looked at as soon as it is there, which settles floods and refusals; the others are then handled in the order in which they have come,
for ``SLICE`` at a time.
"""

import contextlib
import logging
import os
import select
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec

from switch_server.adapters.sip.message import Address
from switch_server.adapters.sip.timers import SipTimers
from switch_server.adapters.sip.transport import SipSocket

log = logging.getLogger(__name__)

SLICE: Final = 0.01
"""Seconds of handling until new datagrams are looked at."""
LOOKS: Final = 1024
"""So many datagrams are looked at, and so many wait for their handling at most; the others wait in the socket."""
STALL: Final = 0.05
"""Seconds of a turn that are counted as a stall."""
LOGGED: Final = 20
"""So many faults of timers are logged; all are counted."""
LONGEST_WAIT_MS: Final = 1000

P = ParamSpec("P")
Handling = Callable[[], None]


class SipThread:
    """``look`` settles a datagram at once, or returns the handling that is left; neither raises anything."""

    def __init__(
        self,
        ports: SipSocket,
        timers: SipTimers,
        counters: Counter[str],
        look: Callable[[bytes, Address], Handling | None],
    ) -> None:
        self._ports = ports
        self._timers = timers
        self._counters = counters
        self._look = look
        self._work: deque[tuple[float | None, Handling]] = deque()
        """What is left to handle, with the time at which its datagram came."""
        self._posted: deque[Callable[[], None]] = deque()
        self._wake_out, self._wake_in = os.pipe()
        os.set_blocking(self._wake_out, False)
        os.set_blocking(self._wake_in, False)
        self._thread = threading.Thread(target=self._run, name="sip", daemon=True)
        self._running = True
        self._woken = False
        """The pipe has something to read: whoever posts has nothing to write."""

    def start(self) -> None:
        self._thread.start()

    def call(self, function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Runs a function on the SIP thread, in order; from any thread, never blocks."""
        self._posted.append(partial(function, *args, **kwargs))
        if (
            not self._woken and threading.get_ident() != self._thread.ident
        ):  # the SIP thread itself looks before it waits
            self._woken = True
            with contextlib.suppress(OSError):  # it is closed
                os.write(self._wake_in, b"!")

    def stop(self) -> None:
        """From another thread: ends the SIP thread and waits for its end."""
        self.call(self._end)
        self._thread.join(10)
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _end(self) -> None:
        self._running = False

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._ports.skt.fileno(), select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        while self._running:
            ready = {descriptor for descriptor, _ in poll.poll(self._wait_ms())}
            began = time.monotonic()
            if self._wake_out in ready:
                self._drain_wakes()
                ready.remove(self._wake_out)
            self._drain_posted()
            if ready or self._ports.has_more:
                self._look_at_all()
            self._handle(began + SLICE)
            self._timers.run(self._timer_failed)
            self._note_stall(time.monotonic() - began)

    def _note_stall(self, seconds: float) -> None:
        """A turn that took so long kept all datagrams waiting; for the operator."""
        if seconds > STALL:
            self._counters["stalls"] += 1
            self._counters["longest_stall_ms"] = max(self._counters["longest_stall_ms"], round(seconds * 1000))

    def _wait_ms(self) -> int:
        if self._posted or self._work or self._ports.has_more:
            return 0
        wait = self._timers.wait()
        return LONGEST_WAIT_MS if wait is None else min(LONGEST_WAIT_MS, int(wait * 1000) + (wait > 0))

    def _drain_wakes(self) -> None:
        """Before the calls are taken: a call that is posted from here on wakes the thread again."""
        with contextlib.suppress(OSError):
            os.read(self._wake_out, 4096)
        self._woken = False

    def _drain_posted(self) -> None:
        for _ in range(len(self._posted)):
            try:
                self._posted.popleft()()
            except Exception:
                log.exception("sip: a posted call failed")

    def _look_at_all(self) -> None:
        """Whether more has come after a batch that was not full, poll(2) tells for less than another receive."""
        for _ in range(LOOKS):
            found = self._ports.receive() if len(self._work) < LOOKS else None
            if found is None:
                return
            handling = self._look(*found)
            if handling is not None:
                self._work.append((self._ports.arrived, handling))
                self._ports.oldest = self._work[0][0]
            if self._ports.was_emptied:
                return

    def _handle(self, until: float) -> None:
        """At least one datagram, and what it makes other threads post."""
        while self._work:
            self._work[0][1]()
            self._work.popleft()
            self._ports.oldest = self._work[0][0] if self._work else None
            if self._posted:
                self._drain_posted()
            if time.monotonic() >= until:
                return

    def _timer_failed(self) -> None:
        """Called while the exception is handled."""
        self._counters["faults"] += 1
        if self._counters["faults"] <= LOGGED:
            log.error("sip: a timer failed", exc_info=True)  # noqa: LOG014
