"""Small widgets for all panels: labels of plain text that fit, framed panels, named fields.

A panel draws a ``DeskView``: ``show_view`` is called with the new view and the one drawn before (``None``: draw all), ``tick`` once
a second with the switch's time, ``retranslate`` when the language changes.
"""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from agent_app.model.desk.view import DeskView
from agent_app.ui.parts.faults import Drawing
from agent_app.ui.parts.fmt import one_line, tip
from agent_app.ui.parts.theme import GAP, letters

Box = TypeVar("Box", bound=QBoxLayout)
Clock = Callable[[], float]
"""This PC's UTC seconds."""


class OneLineLabel(QLabel):
    """One line of plain text, cut with ``…`` at its width, whole in the tooltip. ``wide``: the largest width in letters.

    ``shrinks=False``: the layout can't make the label narrower than the text; for texts that must be read.
    """

    def __init__(
        self, role: str = "", *, wide: int = 40, scale: float = 1.0, bold: bool = False, shrinks: bool = True
    ) -> None:
        super().__init__()
        self._wide, self._shrinks, self._own_hint = wide, shrinks, False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)
        if scale != 1.0 or bold:
            font = self.font()
            font.setPointSizeF(font.pointSizeF() * scale)
            font.setBold(bold)
            self.setFont(font)

    def say(self, text: str) -> None:
        """Sets the text if it has changed; line ends become spaces."""
        text = one_line(text)
        if text != self.text():
            self.setText(text)
            self._hint()

    def set_role(self, role: str) -> None:
        """``danger``, ``ok``, ``warn``, ``muted`` … (the style sheet's)."""
        restyle(self, "role", role)

    def sizeHint(self) -> QSize:  # noqa: N802
        size = super().sizeHint()
        return QSize(min(size.width(), letters(self.font(), self._wide)), size.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        if not self._shrinks:
            return self.sizeHint()
        return QSize(min(self.sizeHint().width(), letters(self.font(), 4)), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if not self._too_long():
            super().paintEvent(event)
            return
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self._room().width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self._room(), int(self.alignment()), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._hint()

    def _hint(self) -> None:
        """The whole text is the tooltip of a cut text, unless the label has its own tooltip."""
        if self._own_hint:
            return
        hint = tip(self.text()) if self._too_long() else ""
        if hint != self.toolTip():
            self.setToolTip(hint)

    def set_hint(self, text: str) -> None:
        self._own_hint = True
        self.setToolTip(tip(text))

    def _room(self) -> QRect:
        return self.contentsRect().adjusted(self.margin(), 0, -self.margin(), 0)

    def _too_long(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) > self._room().width()


class ParagraphLabel(QLabel):
    """A paragraph of plain text, with line breaks as needed."""

    def __init__(self, role: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        if role:
            self.setProperty("role", role)

    def say(self, text: str) -> None:
        if text != self.text():
            self.setText(text)

    def set_role(self, role: str) -> None:
        restyle(self, "role", role)


class Panel(QFrame):
    """A framed part of the window. A panel has no state but the newest view and the text that is being typed.

    An exception in a panel does not affect the others (``faults.Drawing``).
    """

    def __init__(self, clock: Clock, *, framed: bool = True) -> None:
        super().__init__()
        self._clock = clock
        self._view = DeskView()
        self.drawing = Drawing(self, self._from_nothing)
        if framed:
            self.setObjectName("panel")

    def draw(self, view: DeskView) -> None:
        was, self._view = self._view, view
        self.drawing(lambda: self.show_view(view, was))

    def redraw(self) -> None:
        """Draws the whole panel: at the start, and after a change of language or theme."""
        self.drawing(self._draw_all)

    def pass_time(self) -> None:
        """Draws what runs with the clock."""
        self.drawing(lambda: self.tick(self.now()))

    def _from_nothing(self) -> None:
        """Draws the whole panel after a fault, when the state on the screen is uncertain."""
        self._draw_all()

    def _draw_all(self) -> None:
        self.retranslate()
        self.show_view(self._view, None)
        self.tick(self.now())

    def now(self) -> float:
        """The switch's UTC seconds, by this PC's clock and the known difference."""
        return self._clock() + self._view.clock_off

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        """Draws what differs from ``was``."""

    def tick(self, now: float) -> None:
        """Draws what runs with the clock."""

    def retranslate(self) -> None:
        """Sets the texts and names that do not depend on the view."""

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self.redraw()
        super().changeEvent(event)


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Sets a property that the style sheet uses and polishes the widget again, only if the value has changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    for part in (widget, *widget.findChildren(QWidget)):
        part.style().unpolish(part)
        part.style().polish(part)


def announce(widget: QWidget, text: str) -> None:
    """Has a screen reader, if there is one, speak the text, wherever its cursor is."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def named(widget: QWidget, name: str, description: str = "", key: str = "") -> None:
    """Sets the widget's name and description for screen readers; the description is the tooltip too."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(description)
    hint = description or name
    widget.setToolTip(tip(f"{hint} ({key})" if key else hint))


def rows(*parts: QWidget | QLayout | int | None, margin: int = 0, gap: int = GAP) -> QVBoxLayout:
    """A layout from top to bottom. An ``int`` is a space of that size, ``None`` a space that stretches."""
    return _fill(QVBoxLayout(), parts, margin, gap)


def across(*parts: QWidget | QLayout | int | None, margin: int = 0, gap: int = GAP) -> QHBoxLayout:
    """A layout from left to right, as ``rows``."""
    return _fill(QHBoxLayout(), parts, margin, gap)


def _fill(box: Box, parts: tuple[QWidget | QLayout | int | None, ...], margin: int, gap: int) -> Box:
    box.setContentsMargins(margin, margin, margin, margin)
    box.setSpacing(gap)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        elif isinstance(part, QWidget):
            box.addWidget(part)
        else:
            box.addLayout(part)
    return box
