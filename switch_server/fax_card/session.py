"""One fax on a channel, from ``SendFax`` or ``ReceiveFax`` to ``FaxEnded``: over audio, over T.38, or changing to T.38 on the way."""

import os
from collections.abc import Callable
from typing import Any, Final

from shared.fax import FaxId, FaxResult
from shared.ids import LegId
from switch_server.core.words import CardEvent, FaxConnected, FaxEnded, FaxPage, T38Far
from switch_server.fax_card.results import T1_EXPIRED, T30_OK, result_of
from switch_server.fax_card.t30 import AudioTerminal, T30State, Task
from switch_server.fax_card.t38 import T38Terminal

AFTER_END_TICKS: Final = 30
"""Ticks (0.6 s) from phase E to ``FaxEnded``: our DCN is still on its way through the far end's buffers."""
T1_TICKS: Final = 35 * 50
"""T.30 §5.4.2, T1: ticks in which the first frame of the far machine must come."""
STOP_TICKS: Final = 250
"""Ticks (5 s) for the DCN after ``StopFax``."""
T2_TICKS: Final = 7 * 50
"""T.30 §5.4.2, T2: ticks for the DCN after the last page; where the far machine's is lost, spandsp itself waits for ever."""
STUCK_TICKS: Final = 300 * 50
"""Ticks without any frame, either way, after which the line counts as dead; an ECM block takes 218 s at 2,400 bit/s."""
LEAST_FREE: Final = 32 << 20
"""Bytes that must be free where pages are written."""


class ChannelSession:
    """``tick`` once each 20 ms, after the terminal has been given its audio or datagrams. ``over``: ``FaxEnded`` has been told."""

    def __init__(self, library: Any, leg: LegId, fax: FaxId, task: Task, tell: Callable[[CardEvent], None]) -> None:
        self._library, self._leg, self._fax, self._task, self._tell = library, leg, fax, task, tell
        self.terminal: AudioTerminal | T38Terminal | None = None
        self.over = False
        self._ticks = self._after_end = 0
        self._connected = False
        self._forced: FaxResult | None = None
        self._stop_at: int | None = None
        self._before = self._pages = 0  # pages of earlier terminals of this session, and all that were told
        self._heard = self._heard_before = False  # a frame has come to this terminal; to one before it
        self._frames = self._frame_at = 0
        self._resends = 0

    def use_audio(self) -> None:
        """Begins, or goes on, over audio."""
        self._change(lambda task: AudioTerminal(self._library, task))

    def use_t38(self, far: T38Far, send: Callable[[bytes], None]) -> None:
        """Begins, or goes on from the first page that is not confirmed, over T.38 with a new T.30 session."""
        self._change(lambda task: T38Terminal(self._library, task, far, send))

    def tick(self) -> None:
        if self.over or self.terminal is None:
            return
        state = self.terminal.state
        self._ticks += 1
        self._heard |= state.heard
        if state.trained and not self._connected:
            self._connected = True
            self._tell(
                FaxConnected(self._leg, self._fax, state.remote, state.bit_rate, state.ecm, t38=self.terminal.t38)
            )
        self._tell_pages(state)
        if state.code is not None:
            self._after_end += 1
            if self._after_end > AFTER_END_TICKS:
                self._end(self.terminal)
        elif not self._heard and self._ticks >= T1_TICKS:
            self._break_off(FaxResult.DROPPED if self._heard_before else FaxResult.NO_FAX)
        elif self._ticks % 50 == 0 and self._fills_disk(state):
            self.stop(FaxResult.SPOOL_FULL)
        elif self._stop_at is not None and self._ticks >= self._stop_at:
            state.terminate()
        else:
            self._watch(state)

    def _fills_disk(self, state: T30State) -> bool:
        return not self._task.sending and not state.complete and is_full(self._task.path)

    def _watch(self, state: T30State) -> None:
        if state.frames != self._frames:
            self._frames, self._frame_at = state.frames, self._ticks
        elif self._ticks - self._frame_at > (T2_TICKS if state.complete else STUCK_TICKS):
            state.terminate()

    def stop(self, result: FaxResult) -> None:
        """Ends the session before its time, with a DCN if there is a chance for one within ``STOP_TICKS``.

        ``FaxEnded`` follows with this result, unless the session has ended by itself.
        """
        if self.terminal is not None and self.terminal.state.code is None and self._forced is None:
            self._forced = result
            self.terminal.state.stopping = True
            self._stop_at = self._ticks + (STOP_TICKS if self._heard else 0)

    def _break_off(self, result: FaxResult) -> None:
        if self.terminal is not None and self.terminal.state.code is None:
            self._forced = result
            self.terminal.state.terminate()

    def close(self) -> None:
        """The channel is closed: ``FaxEnded`` is told now."""
        if self.terminal is not None and not self.over:
            self.terminal.state.terminate()
            self._tell_pages(self.terminal.state)
            self._end(self.terminal)

    def _change(self, make: Callable[[Task], AudioTerminal | T38Terminal]) -> None:
        old = self.terminal
        if old is not None:
            if old.state.complete:  # many gateways go back to audio before they hang up
                old.state.terminate()
            if self.over or old.state.code is not None:
                return
            if self._pages and not self._task.sending:
                self._break_off(FaxResult.DROPPED)  # a new terminal would write the file anew
                return
            self._resends += old.state.resends
            self._before = self._pages
            old.free()
        task = Task(self._task.sending, self._task.path, self._task.settings, self._task.first_page + self._before)
        self._heard_before |= self._heard
        self._connected = self._heard = False
        self._ticks = self._frame_at = 0
        self.terminal = make(task)

    def _tell_pages(self, state: T30State) -> None:
        pages = self._before + state.pages
        if pages > self._pages:
            self._pages = pages
            self._tell(
                FaxPage(
                    self._leg, self._fax, pages, state.bit_rate, self._resends + state.resends, state.bad_rows
                )
            )  # fmt: skip

    def _end(self, terminal: AudioTerminal | T38Terminal) -> None:
        self.over = True
        state = terminal.state
        code = T30_OK if state.code is None else state.code
        result = result_of(code)
        if self._forced is not None and result is not FaxResult.OK:
            result = self._forced
        if result is FaxResult.NO_FAX:
            code = T1_EXPIRED
        remote = state.remote
        terminal.free()
        self._tell(
            FaxEnded(
                self._leg, self._fax, result, code, self._pages, remote, state.bit_rate, state.modem,
                state.ecm, self._resends + state.resends, t38=terminal.t38,
            )
        )  # fmt: skip


def is_full(path: str) -> bool:
    """Whether the disk of ``path`` has less than ``LEAST_FREE`` free; a folder that is gone counts as full."""
    try:
        disk = os.statvfs(os.path.dirname(path) or ".")  # noqa: PTH120  # as spandsp sees it
    except OSError:
        return True
    return disk.f_bavail * disk.f_frsize < LEAST_FREE
