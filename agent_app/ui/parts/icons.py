"""Icons from ``resources/agent_app/icons``: one-colour SVGs, drawn in a colour of the theme, sharp at any scaling."""

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from agent_app.ui.parts.paths import RESOURCES

SIZES = (16, 20, 24, 32, 48, 64)
"""Sizes in pixels; Qt takes the one that fits the screen's scaling."""


@cache
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """``colour`` and ``disabled``: ``#rrggbb``. A name without a file raises ``FileNotFoundError``."""
    made = QIcon()
    for tint, mode in ((colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)):
        if tint:
            drawing = QSvgRenderer(QByteArray(_source(name).replace("currentColor", tint).encode()))
            for size in SIZES:
                made.addPixmap(_pixmap(drawing, size), mode)
    return made


@cache
def app_icon() -> QIcon:
    return icon("app", "#ffffff")


def _pixmap(drawing: QSvgRenderer, size: int) -> QPixmap:
    drawn = QPixmap(size, size)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


@cache
def _source(name: str) -> str:
    return (Path(RESOURCES) / "icons" / f"{name}.svg").read_text(encoding="utf-8")
