"""Fields and boxes: each kind has its rules in the style sheet, for both themes, and keeps its size and its text when it gets the focus."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from agent_app.ui.parts import theme
from agent_app.ui.parts.tables import DataTable, TableColumn
from tests.ui.fonts import CHINESE, LATIN, WIDE, first
from tests.ui.test_tables import _has

TOKENS = {theme.Theme.LIGHT: theme.LIGHT, theme.Theme.DARK: theme.DARK}


def _button(made: QPushButton | QToolButton, **properties: str) -> QWidget:
    made.setText("座席开放 (F7)")
    for name, value in properties.items():
        made.setProperty(name, value)
    return made


def _table() -> QWidget:
    made: DataTable[str] = DataTable((TableColumn[str]("Name", str, 8),), str)
    made.show_rows(["one"])
    return made


def _combo() -> QComboBox:
    made = QComboBox()
    made.addItems(["待处理", "已关闭"])
    return made


def _spin() -> QSpinBox:
    made = QSpinBox()
    made.setValue(7)
    return made


KINDS: dict[str, Callable[[], QWidget]] = {
    "line": lambda: QLineEdit("座席"),
    "text": lambda: QPlainTextEdit("座席"),
    "combo": _combo,
    "date": lambda: QDateEdit(QDate(2026, 3, 18)),
    "spin": _spin,
    "check": lambda: QCheckBox("只看在线(&H)"),
    "push": lambda: _button(QPushButton()),
    "primary": lambda: _button(QPushButton(), kind="primary"),
    "go": lambda: _button(QPushButton(), kind="go"),
    "tool": lambda: _button(QToolButton()),
    "bar": lambda: _button(QToolButton(), bar="plain"),
    "bar-stop": lambda: _button(QToolButton(), bar="stop"),
    "flat": lambda: _button(QToolButton(), flat="true"),
    "number": lambda: _button(QToolButton(), number="true"),
    "table": _table,
}


@pytest.fixture
def page(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[QWidget]:
    font, chosen = request.param
    with first(font):
        theme.use(chosen)
        theme.apply(qapp)
        made = QWidget()
        made.setLayout(QVBoxLayout())
        yield made
        made.close()
        made.deleteLater()
        theme.use(theme.Theme.LIGHT)
        qapp.setStyleSheet("")


def _shown(page: QWidget, kind: str) -> QWidget:
    """A page with this widget and a second field, which has the focus."""
    part, other = KINDS[kind](), QLineEdit()
    for widget in (other, part):
        layout = page.layout()
        assert layout is not None
        layout.addWidget(widget)
    page.show()
    page.activateWindow()
    assert QTest.qWaitForWindowActive(page)
    other.setFocus()
    QApplication.processEvents()
    return part


FONTS = pytest.mark.parametrize(
    "page",
    [(font, theme.Theme.LIGHT) for font in (LATIN, CHINESE, WIDE)],
    indirect=True,
    ids=["latin", "chinese", "wide"],
)
THEMES = pytest.mark.parametrize(
    "page", [(CHINESE, chosen) for chosen in TOKENS], indirect=True, ids=[str(chosen) for chosen in TOKENS]
)


@FONTS
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_focus_is_visible_and_changes_no_size(page: QWidget, kind: str) -> None:
    part = _shown(page, kind)
    size, before = part.sizeHint(), part.grab().toImage()
    inside = part.viewport().geometry() if isinstance(part, (QPlainTextEdit, DataTable)) else None
    part.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert part.hasFocus()
    assert part.sizeHint() == size
    if isinstance(part, (QPlainTextEdit, DataTable)):
        assert part.viewport().geometry() == inside
    after = part.grab().toImage()
    assert after != before
    assert _has(after, theme.LIGHT.accent) or _has(after, theme.LIGHT.text), "a ring"


@THEMES
@pytest.mark.parametrize("kind", ["date", "spin", "combo", "check", "line"])
def test_a_field_has_the_colours_of_its_theme(page: QWidget, kind: str) -> None:
    """The grey boxes of Qt's style Fusion belong to neither theme."""
    now = theme.tokens()
    image = _shown(page, kind).grab().toImage()
    assert image.pixelColor(image.width() // 2, 4 if kind != "check" else 0).name() in {
        now.base,
        now.window,
        now.border,
    }
    if kind == "check":
        assert _has(_indicator(page), now.muted), "its border"
    else:
        edge = image.pixelColor(image.width() // 2, 0).name()
        assert edge == now.border, "one pixel of border, as a line to type in has"


@THEMES
def test_a_tick_is_visible_on_its_colour(page: QWidget) -> None:
    part = _shown(page, "check")
    assert isinstance(part, QCheckBox)
    part.setChecked(True)
    image, now = _indicator(page), theme.tokens()
    assert _has(image, now.accent)
    assert _has(image, now.on_accent)


def _indicator(page: QWidget) -> QImage:
    part = page.findChildren(QCheckBox)[0]
    option = QStyleOptionButton()
    part.initStyleOption(option)
    place = part.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, part)
    return part.grab(place.adjusted(-1, -1, 1, 1)).toImage()
