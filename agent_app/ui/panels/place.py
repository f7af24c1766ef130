"""The places of the agent's window.

┌──────────────────────────────────────────────┐
│ BAR                                          │  hidden while nobody is logged in
│ STRIP                                        │
├───────────┬──────────────────────┬───────────┤
│ CALL      │ SEARCH               │ WORK      │  in place of all this, LOG_IN
│           │ CARD           ┐     │           │  while nobody is logged in
│ LIST      │ ACCOUNT        │OVER │           │
│ (tabs)    │ ACCOUNT_TAB    ┘     │           │
├───────────┴──────────────────────┴───────────┤
│ STATUS                                       │
└──────────────────────────────────────────────┘
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QWidget

P = TypeVar("P")
"""The panel's class."""


class PanelPlace(StrEnum):
    """A panel that has a window of its own, or shows nothing, has no place."""

    BAR = auto()
    STRIP = auto()
    LOG_IN = auto()
    CALL = auto()
    LIST = auto()
    """A tab of the left column."""
    SEARCH = auto()
    CARD = auto()
    ACCOUNT = auto()
    ACCOUNT_TAB = auto()
    """A tab of the middle column. The first one gets the focus after a log-in, and is turned to the front when a caller's card comes."""
    OVER = auto()
    """In place of card and account while ``Placement.wanted`` returns true."""
    WORK = auto()
    STATUS = auto()


TABS = frozenset({PanelPlace.LIST, PanelPlace.ACCOUNT_TAB})


@dataclass(frozen=True)
class Placement(Generic[P]):
    """A widget of a panel, and its place. ``order``: within the place, from the top or from the left."""

    place: PanelPlace
    order: int
    widget: Callable[[P], QWidget] | None = None
    """``None``: the panel itself."""
    title: Callable[[P], str] | None = None
    """The title of a tab, in the present language."""
    count: Callable[[P], int] | None = None
    """A number shown after the tab's title, unless 0. Called after each view, and at ``PanelHost.places_changed``."""
    wanted: Callable[[P], bool] | None = None
    """For ``PanelPlace.OVER``: whether the widget is shown now. Called when ``count`` is called."""
    stretch: int = 0
    """Share of the height that the column has left."""

    def widget_of(self, panel: P) -> QWidget:
        found: Any = panel if self.widget is None else self.widget(panel)
        if not isinstance(found, QWidget):
            raise TypeError(f"{self.place}: {type(found).__name__} is no widget")
        return found
