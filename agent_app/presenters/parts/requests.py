"""Requests on their way: pending at once, one of a kind at a time, ended once, by the answer or by the time."""

import itertools
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from agent_app.model.desk import actions
from agent_app.model.desk.problems import Lost
from agent_app.model.desk.view import Action, Pending
from agent_app.presenters.parts.ports import Failed, Switch
from agent_app.presenters.parts.view_draft import Board
from shared.desk import Refused, Reply, Request

COMMAND_S = 5.0
"""Until a command without an answer is given up."""
QUESTION_S = 10.0
"""A log-in (a rush of them at nine o'clock), a branch's answer, a part of a recording."""
GRACE_S = 0.3
"""The port ends a request by its own time-out; so much later it is ended here, whatever the port does."""

R = TypeVar("R", bound=Reply)


class _Open(Struct):
    action: Action | None
    since: float
    until: float
    finish: Callable[[Reply | Failed], None]


class Asker:
    """``action=None``: asked by the app itself; not pending in the view, and what goes wrong is for ``failed`` alone."""

    def __init__(self, board: Board, switch: Switch, clock: Callable[[], float]) -> None:
        self._board = board
        self._switch = switch
        self.now = clock
        self._open: dict[int, _Open] = {}
        self._serials = itertools.count(1)

    def may(self, action: Action, but: actions.Why | None = None) -> bool:
        """Is it enabled? If not, the view says why; what is pending already is silently left alone (a double click). ``but``: passed over."""
        board = self._board
        why = actions.why_not(action, board.draft, but)
        if why is not None:
            board.problem(action, Lost.NEVER_LEFT if why is actions.Why.LINK_DOWN else why)
            return False
        return action in actions.MANY_AT_ONCE or not self.is_pending(action)

    def is_pending(self, action: Action) -> bool:
        return any(entry.action is action for entry in self._open.values())

    def ask(
        self,
        action: Action | None,
        request: Request,
        expected: type[R],
        done: Callable[[R], None],
        *,
        failed: Callable[[Failed | Refused], None] | None = None,
        timeout: float = COMMAND_S,
    ) -> None:
        """Sends it. ``done`` is called with a reply of the expected type, ``failed`` in every other case, and not both."""
        serial = self._enter(action, timeout, lambda result: self._sort(action, result, expected, done, failed))
        self._switch.ask(request, timeout, lambda result: self.finish(serial, result))

    def resync(self, expected: type[R], done: Callable[[R], None], failed: Callable[[Failed | Refused], None]) -> None:
        serial = self._enter(None, COMMAND_S, lambda result: self._sort(None, result, expected, done, failed))
        self._switch.resync(lambda result: self.finish(serial, result))

    def wait(self, action: Action, timeout: float = COMMAND_S) -> None:
        """Pending until ``drop``, which something else than a reply brings."""
        self._enter(action, timeout, lambda result: self._sort(action, result, Reply, lambda _: None, None))

    def drop(self, action: Action) -> None:
        """No longer wanted: its answer will change nothing."""
        self._open = {serial: entry for serial, entry in self._open.items() if entry.action is not action}
        self._show()

    def drop_all(self) -> None:
        """Whatever people asked for, but a log-in."""
        self._open = {serial: entry for serial, entry in self._open.items() if entry.action in (None, Action.LOG_IN)}
        self._show()

    def finish(self, serial: int, result: Reply | Failed) -> None:
        entry = self._open.pop(serial, None)
        if entry is None:
            return  # given up before
        self._show()
        entry.finish(result)
        self._board.settle()

    def tick(self, now: float) -> None:
        for serial in [serial for serial, entry in self._open.items() if now >= entry.until + GRACE_S]:
            self.finish(serial, Failed(Lost.TIMED_OUT))

    def _enter(self, action: Action | None, timeout: float, finish: Callable[[Reply | Failed], None]) -> int:
        serial, now = next(self._serials), self.now()
        self._open[serial] = _Open(action, now, now + timeout, finish)
        self._show()
        return serial

    def _show(self) -> None:
        pending: dict[Action, Pending] = {}
        for entry in self._open.values():
            if entry.action is not None:
                pending.setdefault(entry.action, Pending(entry.action, entry.since, entry.until))
        self._board.put(pending=tuple(pending.values()))

    def _sort(
        self,
        action: Action | None,
        result: Reply | Failed,
        expected: type[R],
        done: Callable[[R], None],
        failed: Callable[[Failed | Refused], None] | None,
    ) -> None:
        if isinstance(result, expected):
            if action is not None:
                self._board.solved()
            done(result)
            return
        bad = result if isinstance(result, Failed | Refused) else Failed(Lost.BAD_REPLY)
        if action is not None and isinstance(bad, Refused):
            self._board.problem(action, bad.code, bad.text, bad.wait)
        elif action is not None:
            self._board.problem(action, bad.code)
        if failed is not None:
            failed(bad)
