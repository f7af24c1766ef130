"""Closing the window: in a call, or with a note unsent, it asks first, whether the link is up or down; logged in it logs out first, and goes when
that is done or takes too long. However the program ends, what was typed is kept (``DeskPresenter.keep``).
"""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QWidget

from agent_app.model.desk.view import DeskView, LinkState
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.parts.question import Question

LOG_OUT_MS = 1500


class Leaving(QObject):
    def __init__(self, desk: DeskPresenter, window: QWidget) -> None:
        super().__init__(window)
        self.sure = False
        """Nothing is asked any more."""
        self._desk, self._window = desk, window
        self._question = Question(window)
        self._in_call = False
        """When the question was asked."""
        self._asked = False

    def may_close(self, view: DeskView) -> bool:
        """If not yet, what has to be done before is begun."""
        if self.sure or view.needs_password:
            return True
        if view.state.call is not None:
            text = self.tr("If the program ends now, the caller hears an excuse and goes to the next agent.")
            self._ask(self.tr("A call is going on"), text)
        elif view.note_unsent:
            text = self.tr(
                "The note of the last call is not sent yet. It is kept on this PC, and shown when you log in here again."
            )
            self._ask(self.tr("A note is not sent"), text)
        elif view.link is LinkState.UP:
            self._leave()
        else:
            return True
        return False

    def session_ends(self, view: DeskView, manager: QSessionManager) -> None:
        """The system shuts down or logs its user out; in a call it is asked not to, and asks its user."""
        self._desk.keep()
        if view.state.call is not None and not view.needs_password and manager.allowsInteraction():
            manager.cancel()

    def end(self, view: DeskView) -> None:
        """Without asking; logs out if that can be done."""
        if view.link is LinkState.UP and view.state.call is None and not view.needs_password:
            self._leave()
        else:
            self._gone()

    def follow(self, view: DeskView) -> None:
        if view.needs_password or (view.state.call is not None) != self._in_call:
            self._question.close()  # what it says is no longer so
        if self._asked and view.needs_password:
            QTimer.singleShot(0, self, self._gone)

    # --- inside ---

    def _ask(self, title: str, text: str) -> None:
        self._in_call = self._desk.view.state.call is not None
        end, stay = self.tr("&End the program"), self.tr("&Stay")
        self._question.ask(title, text, end, stay, lambda: self.end(self._desk.view))

    def _leave(self) -> None:
        self._asked = True
        self._desk.leave()
        QTimer.singleShot(LOG_OUT_MS, self, self._gone)

    def _gone(self) -> None:
        self._desk.keep()
        self.sure = True
        self._window.close()
