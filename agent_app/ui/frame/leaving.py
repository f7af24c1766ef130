"""Closing the window. In a call, or with a note unsent, the agent is asked first, whether the link is up or down. A desk that is logged in is logged out
first; the window closes when that is done, or after ``LOG_OUT_MS``. However the program ends, typed text is kept (``DeskPresenter.keep``).
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
        """The window closes without a question."""
        self._desk, self._window = desk, window
        self._question = Question(window)
        self._in_call = False
        """Whether a call was up when the question was asked."""
        self._asked = False

    def may_close(self, view: DeskView) -> bool:
        """Whether the window may close now; if not, the question is open or the log-out has begun."""
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
        """The system shuts down or logs its user out. In a call the shutdown is cancelled, and the system asks its user."""
        self._desk.keep()
        if view.state.call is not None and not view.needs_password and manager.allowsInteraction():
            manager.cancel()

    def end(self, view: DeskView) -> None:
        """Closes without a question; logs out first where that is possible."""
        if view.link is LinkState.UP and view.state.call is None and not view.needs_password:
            self._leave()
        else:
            self._gone()

    def follow(self, view: DeskView) -> None:
        if view.needs_password or (view.state.call is not None) != self._in_call:
            self._question.close()  # its text is no longer true
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
