"""A bar chart of a few dozen values with labels, in the theme's colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import one_line, tip

LINES = 4
"""Lines of the scale above 0."""
NICE = (1, 2, 2.5, 5, 10)
WIDEST = 64
"""Largest width of a bar (device-independent pixels)."""


@dataclass(frozen=True)
class Bar:
    """``value``: ``None`` if unknown. ``text``: the formatted value."""

    label: str
    value: float | None
    text: str


class BarChart(QWidget):
    """``said``: formats a value for the scale."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: tuple[Bar, ...] = ()
        self._said: Callable[[float], str] = str
        self.setMinimumHeight(self.fontMetrics().height() * 6)

    def show_bars(self, title: str, bars: Sequence[Bar], said: Callable[[float], str]) -> None:
        self._bars, self._said = tuple(bars), said
        self.setAccessibleName(title)
        self.setAccessibleDescription(words.listed(words.about(bar.label, bar.text) for bar in self._bars))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(600, self.fontMetrics().height() * 12)

    def bar_at(self, place: QPointF) -> Bar | None:
        """The bar at this position."""
        area = self._area()
        if not self._bars or not area.contains(QPointF(place.x(), area.center().y())):
            return None
        return self._bars[min(int((place.x() - area.left()) / area.width() * len(self._bars)), len(self._bars) - 1)]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            bar = self.bar_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip(words.about(bar.label, bar.text)) if bar else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter, now = QPainter(self), theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._bars:
            return
        top = scale([bar.value for bar in self._bars])
        self._paint_scale(painter, now, top)
        self._paint_bars(painter, now, top)
        self._paint_labels(painter, now)
        painter.end()

    # --- inside ---

    def _area(self) -> QRectF:
        """The rectangle of the bars."""
        letters = QFontMetricsF(self.font())
        widest = max((letters.horizontalAdvance(self._said(value)) for value in self._marks()), default=0.0)
        return QRectF(self.rect()).adjusted(widest + 12, letters.height() * 1.4, -8, -letters.height() * 1.6)

    def _marks(self) -> list[float]:
        top = scale([bar.value for bar in self._bars])
        return [top * number / LINES for number in range(LINES + 1)]

    def _paint_scale(self, painter: QPainter, now: theme.ThemeTokens, top: float) -> None:
        area = self._area()
        for value in self._marks():
            y = area.bottom() - area.height() * value / top
            painter.setPen(QColor(now.border))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(now.muted))
            place = QRectF(0, y - 10, area.left() - 6, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._said(value))

    def _paint_bars(self, painter: QPainter, now: theme.ThemeTokens, top: float) -> None:
        area, letters = self._area(), QFontMetricsF(self.font())
        step = area.width() / max(len(self._bars), 1)
        wide = min(step * 0.7, WIDEST)
        fits = all(letters.horizontalAdvance(bar.text) <= step - 4 for bar in self._bars)
        for at, bar in enumerate(self._bars):
            height = area.height() * (bar.value or 0.0) / top
            place = QRectF(area.left() + step * (at + 0.5) - wide / 2, area.bottom() - height, wide, height)
            painter.fillRect(place, QColor(now.accent))
            if fits:
                painter.setPen(QColor(now.text))
                above = QRectF(area.left() + step * at, place.top() - letters.height() - 1, step, letters.height())
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, bar.text)

    def _paint_labels(self, painter: QPainter, now: theme.ThemeTokens) -> None:
        """Paints as many labels as have room."""
        area, letters = self._area(), QFontMetricsF(self.font())
        step = area.width() / max(len(self._bars), 1)
        widest = max((min(letters.horizontalAdvance(bar.label), 96.0) for bar in self._bars), default=0.0) + 8
        every = max(1, ceil(widest / step)) if step > 0 else 1
        painter.setPen(QColor(now.muted))
        for at, bar in enumerate(self._bars):
            if at % every == 0:
                centre = area.left() + step * (at + 0.5)
                place = QRectF(centre - step * every / 2, area.bottom() + 4, step * every, letters.height())
                text = letters.elidedText(one_line(bar.label), Qt.TextElideMode.ElideRight, place.width())
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def scale(values: Sequence[float | None]) -> float:
    """The top of the scale: a round number not below the largest value."""
    most = max((value for value in values if value is not None), default=0.0)
    if most <= 0:
        return 1.0
    unit: float = 10.0 ** floor(log10(most))
    return next(nice * unit for nice in NICE if nice * unit >= most * 0.999999)
