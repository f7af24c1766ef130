"""For screen readers and the keyboard: a name on every control, and an order of focus that ends where it began."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)  # fmt: skip

from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import AboutDialog, HelpDialog, PasswordDialog
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.sound.audio import AudioDialog
from shared.enums import Language
from tests.ui.scenes import scenes
from tests.ui.stage import Stage

WORKED = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit, QTabBar)


def _worked(root: QWidget) -> list[QWidget]:
    """All controls except the parts of Qt's own widgets (scroll bars, a combo box's list, a line's clear button)."""
    found = []
    for widget in root.findChildren(QWidget):
        parents = []
        parent = widget.parentWidget()
        while parent is not None:
            parents.append(parent)
            parent = parent.parentWidget()
        inner = isinstance(widget, QScrollBar) or any(
            isinstance(one, QComboBox | QLineEdit | QTabBar | QAbstractItemView) for one in parents
        )
        if isinstance(widget, WORKED) and not inner and not widget.objectName().startswith("qt_"):
            found.append(widget)
    return found


@pytest.mark.parametrize("language", list(Language))
def test_every_control_has_a_name_and_a_description(gallery: Stage, language: Language) -> None:
    gallery.window.draw(scenes(language)["talking"])
    roots = [
        gallery.window,
        gallery.window.panel(HelpDialog),
        gallery.window.panel(AudioDialog),
        gallery.window.panel(PasswordDialog),
        gallery.window.panel(AboutDialog),
    ]
    worked = {widget for root in roots for widget in _worked(root)}
    assert len(worked) > 50
    for widget in worked:
        assert widget.accessibleName(), (
            f"{type(widget).__name__} {widget.objectName()} in {type(widget.parentWidget()).__name__}"
        )
        assert widget.toolTip() or widget.accessibleDescription(), widget.accessibleName()


def test_names_are_in_the_present_language(gallery: Stage) -> None:
    gallery.window.draw(scenes(Language.ZH)["talking"])
    latin = [
        widget.accessibleName()
        for widget in _worked(gallery.window)
        if widget.accessibleName().isascii() and not isinstance(widget, QTabBar)
    ]
    assert latin == []
    gallery.window.draw(scenes(Language.EN)["talking"])
    foreign = [
        name for widget in _worked(gallery.window) if not (name := widget.accessibleName()).replace("…", "").isascii()
    ]
    assert foreign == ["中文 / English"], "the language's own name is in both"


def test_tab_reaches_every_control_and_comes_back(gallery: Stage) -> None:
    gallery.window.draw(scenes(Language.EN)["talking"])
    gallery.window.panel(CallPanel).keypad.setFocus()
    first = QApplication.focusWidget()
    assert first is not None
    seen = []
    for _ in range(120):
        gallery.keys_quick(Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is first:
            break
        seen.append(now)
    else:
        pytest.fail(f"the focus is caught at {QApplication.focusWidget()}")
    reached = {first, *seen}
    window = gallery.window
    for wanted in (
        window.panel(WrapUpPanel).note, window.panel(WrapUpPanel).disposition, window.panel(TicketsPanel).table, window.panel(TicketsPanel).title, window.panel(TicketsPanel).note,
        window.panel(SearchPanel).line, window.panel(AccountsPanel).tabs, window.panel(TopBar).menu_button, gallery.button("hang_up"),
    ):  # fmt: skip
        assert wanted in reached, wanted.accessibleName()
    assert all(widget.isEnabled() for widget in seen if widget is not None)


def test_the_focus_order_is_the_reading_order(gallery: Stage) -> None:
    """Left column, middle, right: the parts come in this order in the focus chain."""
    gallery.window.draw(scenes(Language.EN)["talking"])
    window = gallery.window
    chain: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not window:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    places = [
        chain.index(part)
        for part in (
            window.panel(CallPanel).keypad,
            window.panel(QueuesPanel).table,
            window.panel(SearchPanel).line,
            window.panel(AccountsPanel).tabs,
        )
    ]
    places += [
        chain.index(part)
        for part in (window.panel(WrapUpPanel).note, window.panel(TicketsPanel).table, window.panel(TicketsPanel).note)
    ]
    assert places == sorted(places)
