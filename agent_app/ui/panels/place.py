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
"""The panel."""


class PanelPlace(StrEnum):
    """A panel that has a window of its own, or shows nothing, has no place."""

    BAR = auto()
    STRIP = auto()
    LOG_IN = auto()
    CALL = auto()
    LIST = auto()
    """A tab."""
    SEARCH = auto()
    CARD = auto()
    ACCOUNT = auto()
    ACCOUNT_TAB = auto()
    """A tab. The first one has the focus when an agent begins to work, and is in front when a caller's card comes."""
    OVER = auto()
    """In place of card and account while ``Placement.wanted`` says so."""
    WORK = auto()
    STATUS = auto()


TABS = frozenset({PanelPlace.LIST, PanelPlace.ACCOUNT_TAB})


@dataclass(frozen=True)
class Placement(Generic[P]):
    """A widget of a panel, and where it stands. ``order``: within the place, from the top or from the left."""

    place: PanelPlace
    order: int
    widget: Callable[[P], QWidget] | None = None
    """``None``: the panel itself."""
    title: Callable[[P], str] | None = None
    """Of a tab, in the language of the moment."""
    count: Callable[[P], int] | None = None
    """Stands behind the tab's title, unless 0. Asked for after each view, and at ``PanelHost.places_changed``."""
    wanted: Callable[[P], bool] | None = None
    """For ``PanelPlace.OVER``. Asked for as ``count`` is."""
    stretch: int = 0
    """Share of the height that the column has left."""

    def widget_of(self, panel: P) -> QWidget:
        found: Any = panel if self.widget is None else self.widget(panel)
        if not isinstance(found, QWidget):
            raise TypeError(f"{self.place}: {type(found).__name__} is no widget")
        return found
