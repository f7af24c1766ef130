"""Colours, fonts and the style sheet, for light and dark: palette and style sheet are made from one table of colours for each theme.

Sizes are multiples of the system font, not pixels, so that the window follows the system's scaling up to 4K.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from agent_app.ui.parts.paths import RESOURCES
from shared.enums import SeatState

GAP = 8
"""All spacing is this, a half or a double of it (device-independent pixels)."""
CELL_PADDING = 4
"""Padding of a table's cell, left and right."""
FAMILIES = [
    "Segoe UI", "Noto Sans", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "sans-serif",
]  # fmt: skip
"""A character is drawn by the first family that has it: Latin by the system's face, Chinese by the first of the Chinese faces."""


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def letters(font: QFont, count: float) -> int:
    """The width of so many Latin letters in device-independent pixels, rounded up.

    ``averageCharWidth`` can't be used: in a Chinese font it is the width of Chinese characters, twice a letter's.
    """
    return ceil(_advance(font, ALPHABET) / len(ALPHABET) * count)


def digits(font: QFont, count: int) -> int:
    """The width of so many digits, rounded up at the end: 11 of 7.16 are 79, not 77."""
    return ceil(_advance(font, "0") * count)


@cache
def _advance(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


@dataclass(frozen=True)
class ThemeTokens:
    """``#rrggbb``. The contrast of each text colour on ``base`` and ``window`` is at least 4.5 to 1 (WCAG AA); a test measures it."""

    window: str
    base: str
    raised: str
    text: str
    muted: str
    border: str
    accent: str
    on_accent: str
    danger: str
    ok: str
    warn: str
    warn_back: str
    danger_back: str
    ok_back: str
    select: str


LIGHT = ThemeTokens(
    window="#eef0f4", base="#ffffff", raised="#f7f8fa", text="#1b2230", muted="#566072", border="#cfd5df",
    accent="#1f5fbf", on_accent="#ffffff", danger="#b3261e", ok="#176b38", warn="#855300",
    warn_back="#fff3d6", danger_back="#fde8e6", ok_back="#e3f4e8", select="#d6e4fa",
)  # fmt: skip
DARK = ThemeTokens(
    window="#171a20", base="#20242c", raised="#282d37", text="#e6e9ef", muted="#a3adbd", border="#3a414e",
    accent="#7fb0ff", on_accent="#0d1b33", danger="#ff8f85", ok="#7fd69b", warn="#f2c063",
    warn_back="#3d3119", danger_back="#45201d", ok_back="#1b3a26", select="#2a4066",
)  # fmt: skip

STATE_COLOURS: dict[SeatState, str] = {
    SeatState.OFFLINE: "#566072",
    SeatState.LOCKED: "#9b3322",
    SeatState.OPEN: "#176b38",
    SeatState.RINGING: "#b84300",
    SeatState.DIALLING: "#0b6b7f",
    SeatState.TALKING: "#1f5fbf",
    SeatState.HOLDING: "#6b3fc0",
    SeatState.CONSULTING: "#8a2f8f",
    SeatState.CONFERENCE: "#2b4a9b",
    SeatState.MONITORING: "#3d5a45",
    SeatState.WRAP_UP: "#7d5a00",
}
"""Backgrounds of white text, the same in both themes; word and icon say the same as the colour."""
ON_STATE = "#ffffff"
STATE_OFF = "#6b7280"
"""The background of white text whose state is old."""


_in_force = Theme.SYSTEM


def chosen() -> Theme:
    return _in_force


def tokens() -> ThemeTokens:
    """The colours of the present theme: the person's choice, else the system's."""
    if _in_force is Theme.SYSTEM:
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if _in_force is Theme.DARK else LIGHT


def use(theme: Theme) -> None:
    """Follows the system's theme, or sets one; ``apply`` sets palette and style sheet. Title bars and Qt's own dialogs follow where the system can."""
    global _in_force  # noqa: PLW0603  one program, one look, as Qt's own style hints
    _in_force = theme
    schemes = {Theme.SYSTEM: Qt.ColorScheme.Unknown, Theme.LIGHT: Qt.ColorScheme.Light, Theme.DARK: Qt.ColorScheme.Dark}
    QGuiApplication.styleHints().setColorScheme(schemes[theme])


def apply(app: QApplication) -> None:
    """Sets palette, style sheet and fonts of the present theme. Called at the start and at each change of the theme."""
    now = tokens()
    text = sheet(now)
    if app.styleSheet() != text:  # a new style sheet polishes every widget again, which takes time
        app.setPalette(palette(now))
        app.setStyleSheet(text)


def prepare(app: QApplication) -> None:
    """Called once: sets the Fusion style on every system (so there is one look to test), and the fonts."""
    app.setStyle("Fusion")
    font = QFont(app.font())
    family = font.family()
    font.setFamilies([family, *FAMILIES] if family not in {"Sans Serif", "sans-serif"} else FAMILIES)
    if font.pointSizeF() < 9.5:
        font.setPointSizeF(9.5)
    app.setFont(font)


def palette(now: ThemeTokens) -> QPalette:
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: now.window, QPalette.ColorRole.WindowText: now.text, QPalette.ColorRole.Base: now.base,
        QPalette.ColorRole.AlternateBase: now.raised, QPalette.ColorRole.Text: now.text, QPalette.ColorRole.Button: now.raised,
        QPalette.ColorRole.ButtonText: now.text, QPalette.ColorRole.Highlight: now.select, QPalette.ColorRole.HighlightedText: now.text,
        QPalette.ColorRole.ToolTipBase: now.base, QPalette.ColorRole.ToolTipText: now.text, QPalette.ColorRole.PlaceholderText: now.muted,
        QPalette.ColorRole.Link: now.accent, QPalette.ColorRole.Mid: now.border, QPalette.ColorRole.Accent: now.accent,
    }  # fmt: skip
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, between(now.muted, now.base))
    return made


def between(one: str, other: str) -> QColor:
    """The colour of seven parts of the first and three of the second."""
    first, second = QColor(one), QColor(other)
    return QColor(*((a * 7 + b * 3) // 10 for a, b in zip(first.getRgb()[:3], second.getRgb()[:3], strict=True)))  # type: ignore[index]


def sheet(now: ThemeTokens) -> str:
    """``SHEET`` with the colours for ``@name``; a format string can't be used, since CSS has braces."""
    text = SHEET
    for field in sorted(fields(now), key=lambda field: -len(field.name)):
        text = text.replace(f"@{field.name}", getattr(now, field.name))
    pictures = {
        "@chevron_up": "chevron_up",
        "@chevron": "chevron",
        "@tick": "tick_dark" if now is DARK else "tick_light",
    }
    for name, picture in pictures.items():
        text = text.replace(name, (RESOURCES / "icons" / f"{picture}.svg").as_posix())
    return text.replace("@disabled", between(now.muted, now.base).name()).replace("@cell_padding", str(CELL_PADDING))


SHEET = """
QToolTip { background: @base; color: @text; border: 1px solid @border; padding: 4px; }
QFrame#panel { background: @base; border: 1px solid @border; border-radius: 6px; }
QLabel#cover { background: @danger_back; color: @danger; border: 1px solid @danger; border-radius: 4px; padding: 2px; }
QFrame#top, QFrame#status { background: @base; border: 0; }
QFrame#top { border-bottom: 1px solid @border; }
QFrame#seatbar { background: @base; border: 0; border-bottom: 1px solid @border; }
QFrame#notices { border: 0; }
QScrollArea#parties, QWidget#parties { background: transparent; border: 0; }
QFrame#party { border: 0; border-top: 1px solid @border; }
QFrame#status { border-top: 1px solid @border; }
QFrame#banner[tone] { border-width: 0 0 1px 0; border-radius: 0; }
QWidget[stale="true"] QLabel, QWidget[stale="true"] QTableView { color: @muted; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="heading"] { color: @muted; font-weight: 600; }
QLabel[role="value"] { font-weight: 600; }
QLabel[role="danger"] { color: @danger; }
QLabel[role="ok"] { color: @ok; }
QLabel[role="warn"] { color: @warn; }
QFrame[tone="warn"] { background: @warn_back; border: 1px solid @warn; border-radius: 6px; }
QFrame[tone="danger"] { background: @danger_back; border: 1px solid @danger; border-radius: 6px; }
QFrame[tone="ok"] { background: @ok_back; border: 1px solid @ok; border-radius: 6px; }
QFrame[tone="muted"] { background: @window; border: 1px dashed @muted; border-radius: 6px; } QFrame[tone="muted"] QLabel { color: @muted; }
QFrame[tone="warn"] QLabel { color: @warn; } QFrame[tone="danger"] QLabel { color: @danger; } QFrame[tone="ok"] QLabel { color: @ok; }

QPushButton, QToolButton { background: @raised; color: @text; border: 1px solid @border; border-radius: 4px; padding: 4px 10px; }
QPushButton:hover, QToolButton:hover { border-color: @accent; }
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked { background: @select; border-color: @accent; }
QPushButton:focus, QToolButton:focus { border: 2px solid @accent; padding: 3px 9px; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; background: @window; }
QPushButton[kind="primary"] { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton[kind="primary"]:focus { border: 2px solid @text; }
QPushButton[kind="go"] { background: #176b38; color: white; border-color: #176b38; font-weight: 600; }
QPushButton[kind="stop"] { background: #b3261e; color: white; border-color: #b3261e; font-weight: 600; }
QPushButton[kind="go"]:focus, QPushButton[kind="stop"]:focus { border: 2px solid @text; }
QPushButton[kind]:disabled { color: @disabled; background: @window; border-color: @border; font-weight: 400; }
QToolButton[bar] { padding: 3px 2px; }
QToolButton[bar]:focus { border: 2px solid @accent; padding: 2px 1px; }
QToolButton[bar="go"] { background: #176b38; color: white; border-color: #176b38; font-weight: 600; }
QToolButton[bar="stop"] { background: #b3261e; color: white; border-color: #b3261e; font-weight: 600; }
QToolButton[bar="go"]:focus, QToolButton[bar="stop"]:focus { border: 2px solid @text; }
QToolButton[bar]:disabled { color: @disabled; background: @window; border-color: @border; font-weight: 400; }
QToolButton[now="true"], QToolButton[now="true"]:disabled { color: @text; background: @select; border: 2px solid @accent; font-weight: 600; }
QToolButton[number="true"] { background: transparent; color: @accent; border-color: transparent; padding: 0 2px; text-decoration: underline; }
QToolButton[number="true"]:hover { border-color: @border; } QToolButton[number="true"]:focus { border: 2px solid @accent; padding: 0 1px; }
QToolButton[flat="true"] { background: transparent; border-color: transparent; padding: 4px; }
QToolButton[flat="true"]:hover { border-color: @border; } QToolButton[flat="true"]:focus { border: 2px solid @accent; padding: 3px; }
QToolButton::menu-indicator { image: none; }
QPushButton[menu="true"] { padding-right: 26px; } QPushButton[menu="true"]:focus { padding-right: 25px; }
QPushButton::menu-indicator { image: url("@chevron"); subcontrol-position: right center; subcontrol-origin: padding; right: 6px; width: 12px; height: 12px; }

QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox { background: @base; color: @text; border: 1px solid @border; border-radius: 4px; padding: 4px 6px;
  selection-background-color: @select; selection-color: @text; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus { border: 2px solid @accent; padding: 3px 5px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { color: @disabled; background: @window; }
QAbstractSpinBox QLineEdit { background: transparent; border: 0; padding: 0; }
QComboBox::drop-down, QDateEdit::drop-down, QDateTimeEdit::drop-down { border: 0; width: 22px; subcontrol-origin: border; subcontrol-position: center right; }
QComboBox::down-arrow, QDateEdit::down-arrow, QDateTimeEdit::down-arrow, QSpinBox::down-arrow { image: url("@chevron"); width: 12px; height: 12px; }
QSpinBox::up-arrow { image: url("@chevron_up"); width: 12px; height: 12px; }
QSpinBox::up-button, QSpinBox::down-button { border: 0; width: 20px; subcontrol-origin: border; }
QSpinBox::up-button { subcontrol-position: top right; } QSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-button:hover, QSpinBox::down-button:hover, QDateEdit::drop-down:hover, QDateTimeEdit::drop-down:hover { background: @raised; }
QCheckBox { color: @text; spacing: 6px; border: 1px solid transparent; border-radius: 4px; padding: 2px; }
QCheckBox:focus { border: 1px solid @accent; }
QCheckBox:disabled { color: @disabled; }
QCheckBox::indicator { width: 14px; height: 14px; background: @base; border: 1px solid @muted; border-radius: 3px; }
QCheckBox::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url("@tick"); }
QCheckBox::indicator:disabled { background: @window; border-color: @border; }
QCheckBox::indicator:checked:disabled { background: @disabled; border-color: @disabled; }
QComboBox QAbstractItemView { background: @base; color: @text; border: 1px solid @border; selection-background-color: @select; selection-color: @text; }

QTableView { background: @base; alternate-background-color: @raised; border: 1px solid @border; border-radius: 4px;
  padding: 1px; selection-background-color: @select; selection-color: @text; gridline-color: @border; }
QTableView:focus { border: 2px solid @accent; padding: 0; }
QTableView::item { padding: 0 @cell_paddingpx; border: 0; }
QHeaderView { background: @raised; border: 0; }
QHeaderView::section { background: @raised; color: @muted; border: 0; border-bottom: 1px solid @border; padding: 4px 6px; font-weight: 600; }
QTabWidget::pane { border: 0; border-top: 1px solid @border; top: -1px; }
QTabBar::tab { background: transparent; color: @muted; border: 0; border-bottom: 2px solid transparent; padding: 5px 10px; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; font-weight: 600; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:focus { background: @select; }
QMenu { background: @base; color: @text; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; } QMenu::item:selected { background: @select; }
QMenu::item:disabled { color: @disabled; } QMenu::separator { height: 1px; background: @border; margin: 4px; }
QMenu::icon { padding-left: 8px; }
QProgressBar { background: @window; border: 1px solid @border; border-radius: 3px; color: @text; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QSplitter::handle { background: @window; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; } QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: 0; width: 0; height: 0; }
"""
