"""Requests to the switch: each is pending at once and ends once.

The life of a request: pending → answered | refused (by the switch) | lost (link down, no answer in time, a reply of another type) | dropped (by the
desk: the answer is no longer of use). An action is ``pending`` in the view from ``send`` to the end, and a refusal or a loss becomes the view's ``DeskProblem``.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from agent_app.model.desk import actions
from agent_app.model.desk.problems import NoAnswer
from agent_app.model.desk.view import Action, Pending
from agent_app.presenters.parts.ports import Failed, SwitchPort
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import DeskSnapshot, Done, Refused, Reply, Request

COMMAND_S = 5.0
"""Time-out of a command."""
QUESTION_S = 10.0
"""Time-out of a log-in (a rush of them at nine o'clock), a branch's answer, a part of a recording."""
GRACE_S = 0.3
"""The port ends a request by its own time-out; so much later the request is ended here, whatever the port does."""

R = TypeVar("R", bound=Reply)


class SentRequest(Struct, eq=False):
    """``since``, ``until``: seconds of the presenter's clock; at ``until`` the request is given up. ``end`` takes the reply or the failure."""

    action: Action | None
    since: float
    until: float
    end: Callable[[Reply | Failed], None]
    pending: bool = True


class Requests:
    """``action=None``: a request of the app itself, which is not pending in the view; its failure goes to ``failed`` alone."""

    def __init__(self, draft: ViewDraft, switch: SwitchPort, clock: Callable[[], float]) -> None:
        self._draft = draft
        self._switch = switch
        self.now = clock
        self._open: list[SentRequest] = []

    # --- checks ---

    def may(self, action: Action, but: actions.Why | None = None) -> bool:
        """Whether the action can be sent. If it is off, the view says why; if it is pending, nothing happens (a double click). ``but``: a need that is
        passed over.
        """
        draft = self._draft
        why = actions.why_not(action, draft.view, but)
        if why is not None:
            draft.problem(action, NoAnswer.NEVER_LEFT if why is actions.Why.LINK_DOWN else why)
            return False
        return action in actions.MANY_AT_ONCE or not self.is_pending(action)

    def is_pending(self, action: Action) -> bool:
        return any(sent.action is action for sent in self._open)

    # --- sending ---

    def command(self, action: Action, command: Request) -> None:
        """Sends the command, if the action is on; its effect comes with the switch's reports."""
        if self.may(action):
            self.send(action, command, Done)

    def send(
        self,
        action: Action | None,
        request: Request,
        expected: type[R],
        answered: Callable[[R], None] | None = None,
        *,
        failed: Callable[[Failed | Refused], None] | None = None,
        timeout: float = COMMAND_S,
    ) -> SentRequest:
        """``answered`` is called with a reply of the expected type, ``failed`` if the request is refused or lost; none of them if it is dropped."""
        sent = self._begin(action, expected, answered, failed, timeout)
        self._switch.ask(request, timeout, lambda result: self._finish(sent, result))
        return sent

    def resync(
        self, answered: Callable[[DeskSnapshot], None], failed: Callable[[Failed | Refused], None]
    ) -> SentRequest:
        sent = self._begin(None, DeskSnapshot, answered, failed, COMMAND_S)
        self._switch.resync(lambda result: self._finish(sent, result))
        return sent

    def wait(self, action: Action, timeout: float = COMMAND_S) -> None:
        """Pending until ``drop``, for an action that a report ends, not a reply."""
        self._begin(action, Reply, None, None, timeout)

    # --- the end ---

    def drop(self, action: Action) -> None:
        self._drop(lambda sent: sent.action is action)

    def drop_request(self, sent: SentRequest | None) -> None:
        self._drop(lambda each: each is sent)

    def drop_all(self) -> None:
        """Drops all actions of the agent but a log-in."""
        self._drop(lambda sent: sent.action not in (None, Action.LOG_IN))

    def tick(self, now: float) -> None:
        for sent in [sent for sent in self._open if now >= sent.until + GRACE_S]:
            self._finish(sent, Failed(NoAnswer.TIMED_OUT))

    # --- inside ---

    def _begin(
        self,
        action: Action | None,
        expected: type[R],
        answered: Callable[[R], None] | None,
        failed: Callable[[Failed | Refused], None] | None,
        timeout: float,
    ) -> SentRequest:
        def end(result: Reply | Failed) -> None:
            if isinstance(result, expected):
                if action is not None:
                    self._draft.solved()
                if answered is not None:
                    answered(result)
                return
            why = result if isinstance(result, Failed | Refused) else Failed(NoAnswer.BAD_REPLY)
            self._show_failure(action, why)
            if failed is not None:
                failed(why)

        now = self.now()
        sent = SentRequest(action, now, now + timeout, end)
        self._open.append(sent)
        self._show()
        return sent

    def _finish(self, sent: SentRequest, result: Reply | Failed) -> None:
        if not sent.pending:
            return
        self._open.remove(sent)
        sent.pending = False
        self._show()
        sent.end(result)
        self._draft.settle()

    def _show_failure(self, action: Action | None, why: Failed | Refused) -> None:
        if action is not None and isinstance(why, Refused):
            self._draft.problem(action, why.code, why.text, why.wait)
        elif action is not None:
            self._draft.problem(action, why.code)

    def _drop(self, which: Callable[[SentRequest], bool]) -> None:
        for sent in filter(which, self._open):
            sent.pending = False
        self._open = [sent for sent in self._open if sent.pending]
        self._show()

    def _show(self) -> None:
        pending: dict[Action, Pending] = {}
        for sent in self._open:
            if sent.action is not None:
                pending.setdefault(sent.action, Pending(sent.action, sent.since, sent.until))
        self._draft.put(pending=tuple(pending.values()))
