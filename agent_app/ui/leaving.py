"""Closing the window: in a call, or with a note unsent, it asks first; logged in it logs out first, and goes when that is done or takes too long."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from agent_app.model.view import Action, DeskView, LinkState
from agent_app.presenters.desk import Desk
from agent_app.ui.commands import OFF

LOG_OUT_MS = 1500


class Leaving(QObject):
    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self.sure = False
        """Nothing is asked any more."""
        self._desk, self._window = desk, window
        self._asked = False

    def may_close(self, view: DeskView) -> bool:
        """If not yet, what has to be done before is begun."""
        if self.sure or view.needs_password or view.link is not LinkState.UP:
            return True
        if view.state.call is not None:
            text = self.tr("If the program ends now, the caller hears an excuse and goes to the next agent.")
            self._ask(self.tr("A call is going on"), text, self._gone)
        elif view.note:
            text = self.tr("The note of the last call is not sent yet; it would be lost.")
            self._ask(self.tr("A note is not sent"), text, self._leave)
        else:
            self._leave()
        return False

    def end(self, view: DeskView) -> None:
        """Without asking; logs out if that can be done."""
        if view.enabled.get(Action.LOG_OUT, OFF).on:
            self._leave()
        else:
            self._gone()

    def follow(self, view: DeskView) -> None:
        if self._asked and view.needs_password:
            QTimer.singleShot(0, self, self._gone)

    # --- inside ---

    def _ask(self, title: str, text: str, leave: Callable[[], None]) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, title, "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        end = box.addButton(self.tr("&End the program"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("&Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        end.clicked.connect(lambda _checked=False: leave())
        box.open()

    def _leave(self) -> None:
        self._asked = True
        self._desk.log_out()
        QTimer.singleShot(LOG_OUT_MS, self, self._gone)

    def _gone(self) -> None:
        self.sure = True
        self._window.close()
