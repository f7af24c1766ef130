"""Telephone numbers as links: a click puts the number into the dial window, where Enter calls."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from agent_app.ui.parts.fmt import button_text
from agent_app.ui.parts.widgets import across, named

MOST = 3
LONGEST = 14


class Numbers(QWidget):
    """The first ``MOST`` of a customer's numbers, side by side. ``chosen`` has the number as shown."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons = [QToolButton() for _ in range(MOST)]
        self._numbers: tuple[str, ...] = ()
        for at, button in enumerate(self.buttons):
            button.setProperty("number", "true")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, at=at: self.chosen.emit(self._numbers[at]))
        self.setLayout(across(*self.buttons, gap=4))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_numbers(self, numbers: tuple[str, ...]) -> None:
        self._numbers = tuple(dict.fromkeys(number for number in numbers if number))[:MOST]
        for at, button in enumerate(self.buttons):
            number = self._numbers[at] if at < len(self._numbers) else ""
            button.setVisible(bool(number))
            short = number if len(number) <= LONGEST else f"{number[:LONGEST]}…"
            button.setText(button_text(short))
            hint = self.tr("Opens the dial window with this number")
            named(button, self.tr("Dial {number}").format(number=number), hint)
        self.setVisible(bool(self._numbers))
