"""The places of ``ui.panels.place`` as Qt's layouts, filled with the panels' widgets."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.theme import GAP
from agent_app.ui.parts.widgets import rows

SIZE = (1366, 728)
"""Of the window at the first start (device-independent pixels), where the screen is as large."""
SIDES = (42, 46)
"""Width of the left and of the right column at the first start, in letters."""
LEAST_LINES = 12
"""The smallest number of text lines of a page that are visible on a screen that is too low for the whole page."""


@dataclass(frozen=True)
class MadePanel:
    """A panel of this window, and its description."""

    spec: PanelSpec[Any]
    panel: Any


@dataclass(frozen=True)
class PlacedWidget:
    """A widget in its place."""

    made: MadePanel
    placement: Placement[Any]
    widget: QWidget


class Places(QWidget):
    """The window's whole inside. ``show_titles`` and ``show_over`` ask the panels; ``pages``: log-in page, desk's page."""

    def __init__(self, panels: Iterable[MadePanel]) -> None:
        super().__init__()
        self._panels = tuple(panels)
        self.pages, self.middle = QStackedWidget(), QStackedWidget()
        self.lists, self.tabs = PanelTabs(), PanelTabs()
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.desk = QWidget()
        """The page while somebody is logged in."""
        self._over = self.placed(PanelPlace.OVER)
        self._build()

    def placed(self, place: PanelPlace) -> list[PlacedWidget]:
        """In their order."""
        found = [
            PlacedWidget(made, placement, placement.widget_of(made.panel))
            for made in self._panels
            for placement in made.spec.placements
            if placement.place is place
        ]
        return sorted(found, key=lambda one: one.placement.order)

    def show_titles(self) -> None:
        for tabs in (self.lists, self.tabs):
            tabs.show_titles()

    def show_over(self) -> None:
        """Shows the first panel whose ``Placement.wanted`` is true in place of the card, else the card."""
        wanted = [
            at for at, one in enumerate(self._over, 1) if one.placement.wanted and one.placement.wanted(one.made.panel)
        ]
        self.middle.setCurrentIndex(wanted[0] if wanted else 0)

    def in_front(self, panel: object) -> bool:
        """Whether this panel's tab is turned to the front."""
        return any(tabs.currentWidget() is panel for tabs in (self.lists, self.tabs))

    def show_bars(self, *, on: bool) -> None:
        for one in self.placed(PanelPlace.BAR):
            one.widget.setVisible(on)

    def focus_account(self) -> None:
        first = self.tabs.widget(0)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- layout ---

    def _build(self) -> None:
        left, centre, right = self._left(), self._centre(), self._stacked(rows(), PanelPlace.WORK)
        for column in (left, centre, right):
            self.columns.addWidget(_column(column))
        self.columns.setStretchFactor(1, 1)
        self.columns.setChildrenCollapsible(False)
        self.columns.setHandleWidth(GAP)
        beside = [theme.letters(self.font(), letters) for letters in SIDES]
        self.columns.setSizes([beside[0], SIZE[0] - sum(beside) - 4 * GAP, beside[1]])
        self.desk.setLayout(rows(self.columns, margin=GAP))
        self.scroll_page = ScrollPage(self.desk)
        log_in = QWidget()
        log_in.setLayout(self._stacked(rows(), PanelPlace.LOG_IN))
        self.pages.addWidget(ScrollPage(log_in))
        self.pages.addWidget(self.scroll_page)
        body = self._stacked(rows(gap=0), PanelPlace.BAR, PanelPlace.STRIP)
        body.addWidget(self.pages, 1)
        self.setLayout(self._stacked(body, PanelPlace.STATUS))

    def _left(self) -> QVBoxLayout:
        lists = QFrame()
        lists.setObjectName("panel")
        lists.setLayout(rows(self.lists, margin=8, gap=4))
        self._fill(self.lists, PanelPlace.LIST)
        self.lists.setMinimumHeight(self.fontMetrics().height() * 5)
        lists.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # the height that the call leaves
        left = self._stacked(rows(), PanelPlace.CALL)
        left.addWidget(lists, 1)
        return left

    def _centre(self) -> QVBoxLayout:
        facts = QFrame()
        facts.setObjectName("panel")
        inside = self._stacked(rows(margin=8, gap=4), PanelPlace.ACCOUNT)
        inside.addWidget(self.tabs)
        facts.setLayout(inside)
        self._fill(self.tabs, PanelPlace.ACCOUNT_TAB)
        card = QWidget()
        lines = self._stacked(rows(), PanelPlace.CARD)
        lines.addWidget(facts, 1)
        card.setLayout(lines)
        for widget in (card, *(one.widget for one in self._over)):
            self.middle.addWidget(widget)
        centre = self._stacked(rows(), PanelPlace.SEARCH)
        centre.addWidget(self.middle)
        return centre

    def _stacked(self, box: QVBoxLayout, *places: PanelPlace) -> QVBoxLayout:
        for one in [one for place in places for one in self.placed(place)]:
            box.addWidget(one.widget, one.placement.stretch)
        return box

    def _fill(self, tabs: "PanelTabs", place: PanelPlace) -> None:
        for one in self.placed(place):
            tabs.add(one)


class PanelTabs(QTabWidget):
    """Tabs whose titles may end with a count."""

    def __init__(self) -> None:
        super().__init__()
        self._placed: list[PlacedWidget] = []

    def add(self, one: PlacedWidget) -> None:
        one.widget.setContentsMargins(0, 0, 0, 0)
        self._placed.append(one)
        self.addTab(one.widget, "")

    def show_titles(self) -> None:
        for at, one in enumerate(self._placed):
            FAULTS.guarded(f"the title of {one.made.spec.id}", partial(self._show_title, at, one))

    def _show_title(self, at: int, one: PlacedWidget) -> None:
        title, count = one.placement.title, one.placement.count
        words = "" if title is None else title(one.made.panel)
        number = 0 if count is None else count(one.made.panel)
        text = f"{words} {number}" if number else words
        if text != self.tabText(at):  # a new text lays the window out anew
            self.setTabText(at, text)


class ScrollPage(QScrollArea):
    """A page that can be scrolled where the screen is too low for it (1366×768 at 150 %)."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(page)
        self._page = page
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def _follow(self, _was: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._page.minimumSizeHint().width() + bar, self.fontMetrics().height() * LEAST_LINES)


def _column(layout: QLayout) -> QWidget:
    """A column that is at least as wide as the minimum of its parts."""
    column = QWidget()
    column.setLayout(layout)
    return column
