"""Notices to the agent: a supervisor's messages and actions, and that the customer is back."""

from agent_app.model.desk.actions import asked_party
from agent_app.model.desk.view import Returned, ShownNotice
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import DeskCall, Notice, Party
from shared.enums import SeatState

MOST_NOTICES = 50
"""Older notices are dropped."""


class NoticesPresenter:
    def __init__(self, draft: ViewDraft) -> None:
        self._draft = draft
        self._last_id = 0
        self._asked: Party | None = None
        """The party that was last consulted in the call in hand."""
        self._call: DeskCall | None = None

    # --- notices ---

    def notice(self, notice: Notice) -> None:
        self._last_id += 1
        shown = (*self._draft.view.notices, ShownNotice(self._last_id, notice))
        self._draft.put(notices=shown[-MOST_NOTICES:])

    def dismiss(self, number: int) -> None:
        """By ``ShownNotice.id``; ``0``: the newest."""
        notices = self._draft.view.notices
        gone = notices[-1].id if not number and notices else number
        self._draft.put(notices=tuple(each for each in notices if each.id != gone))

    # --- the customer is back ---

    def follow(self, call: DeskCall | None) -> None:
        old, self._call = self._call, call
        if call is None or (old is not None and old.call != call.call):
            self._asked = None
        if call is None:
            self._draft.put(returned=None)
        elif call.state is SeatState.CONSULTING:
            self._asked = asked_party(call)
            self._draft.put(returned=None)
        elif call.came_back is None:
            self._draft.put(returned=None)
        elif not self._was_said(old, call):
            self._draft.put(returned=self._returned(call))

    @staticmethod
    def _was_said(old: DeskCall | None, call: DeskCall) -> bool:
        """``came_back`` stays in the call until the next consult, and is shown once."""
        if old is None or old.call != call.call or old.state is SeatState.CONSULTING:
            return False
        return old.came_back is call.came_back

    def dismiss_returned(self) -> None:
        self._draft.put(returned=None)

    def logged_out(self) -> None:
        self._asked = self._call = None
        self._draft.put(notices=(), returned=None)

    def _returned(self, call: DeskCall) -> Returned:
        assert call.came_back is not None
        asked = self._asked
        return Returned(call.came_back, asked.kind, asked.name or asked.number) if asked else Returned(call.came_back)
