"""The base of the app's dialogs, which are not modal."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from agent_app.model.desk.view import DeskView
from agent_app.ui.parts.arrangement import fit
from agent_app.ui.parts.faults import Drawing
from agent_app.ui.parts.widgets import named


class DeskDialog(QDialog):
    """Not modal, so that the keys for calls go on working. ``show_view`` and ``retranslate`` as in a panel."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = DeskView()
        self.drawing = Drawing(self, self._draw_all)
        self.setModal(False)
        self.close_button = QPushButton()
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(lambda _checked=False: self.close())

    def draw(self, view: DeskView) -> None:
        was, self._view = self._view, view
        self.drawing(lambda: self.show_view(view, was))

    def redraw(self) -> None:
        self.drawing(self._draw_all)

    def _draw_all(self) -> None:
        self.close_button.setText(self.tr("&Close"))
        named(self.close_button, self.tr("Close"), key="Esc")
        self.retranslate()
        self.show_view(self._view, None)

    def go(self) -> None:
        """Shows the dialog, in front of the other windows."""
        fit(self)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_view(self, view: DeskView, was: DeskView | None) -> None: ...

    def retranslate(self) -> None: ...

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.LanguageChange:
            self.redraw()
        super().changeEvent(event)
