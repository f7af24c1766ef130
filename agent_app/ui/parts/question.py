"""A question before an action that can't be undone; it does not block the window."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


class Question:
    """One question at a time; not modal, since a modal window disables the keys (F2, F3) of the whole program in Qt."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._box: QMessageBox | None = None

    def ask(self, title: str, text: str, yes: str, no: str, do: Callable[[], None]) -> None:
        """``yes`` and ``no``: the texts of the buttons; Enter means no. The same question comes to the front; another question replaces the open one."""
        if self._box is not None and self._box.text() == text:
            self._box.raise_()
            self._box.activateWindow()
            return
        self.close()
        box = self._box = QMessageBox(QMessageBox.Icon.Warning, title, "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        done = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        done.clicked.connect(lambda _checked=False: do())
        box.finished.connect(lambda _result: self._over(box))
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.show()

    def close(self) -> None:
        """Closes the question, as by "no"."""
        if self._box is not None:
            self._box.reject()

    def _over(self, box: QMessageBox) -> None:
        if self._box is box:
            self._box = None
