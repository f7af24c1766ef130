"""The description of a panel, and the registry from which a window builds itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtGui import QKeySequence

from agent_app.model.desk.view import DeskView
from agent_app.ui.commands.table import WindowCommand, in_order
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import TABS, PanelPlace, Placement
from agent_app.ui.parts.tables import DataTable


class Drawable(Protocol):
    """``parts.widgets.Panel`` and ``parts.dialog.DeskDialog`` are drawable; both draw themselves anew from nothing after a fault."""

    def draw(self, view: DeskView) -> object:
        """Draws the newest view; called at most 60 times a second."""

    def redraw(self) -> object:
        """Draws the whole panel, after a change of the theme."""


P = TypeVar("P", bound=Drawable)


@dataclass(frozen=True)
class Escape(Generic[P]):
    """The part of a panel that Esc closes. ``order``: the panel with the lowest order comes first."""

    order: int
    close: Callable[[P], bool]
    """Closes the part; returns whether it was open."""


@dataclass(frozen=True)
class PanelSpec(Generic[P]):
    """The description of a panel for its window. ``id``: ASCII, stable. ``make``: the panel's class, whose ``__init__`` takes the ``PanelHost``."""

    id: str
    make: Callable[[PanelHost], P]
    placements: tuple[Placement[P], ...] = ()
    commands: tuple[WindowCommand[P], ...] = ()
    tables: Mapping[str, Callable[[P], DataTable[Any]]] = field(default_factory=dict)
    """By name: the key in the settings under which the widths of the table's columns are kept; the panel's id if the panel has one table only."""
    escape: Escape[P] | None = None
    watches_colleagues: bool = False
    """The panel shows colleagues: only while such a panel is in front does the switch send their states."""


class PanelRegistry:
    """The panels of a window, in the order in which they are made and drawn."""

    def __init__(self, specs: Iterable[PanelSpec[Any]] = ()) -> None:
        self._specs: dict[str, PanelSpec[Any]] = {}
        for spec in specs:
            self.register(spec)

    def register(self, spec: PanelSpec[P]) -> PanelSpec[P]:
        """Raises ``ValueError`` where an id, a command, a key or a table's name is taken, or a placement is incomplete."""
        _check(spec)
        for what, of in _NAMES.items():
            names = [*(name for one in self for name in of(one)), *of(spec)]
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"panel {spec.id!r}: {what} {', '.join(sorted(twice))} is taken")
        self._specs[spec.id] = spec
        return spec

    def __iter__(self) -> Iterator[PanelSpec[Any]]:
        return iter(self._specs.values())

    @property
    def commands(self) -> tuple[WindowCommand[Any], ...]:
        """In the order of the help window."""
        return in_order([command for spec in self for command in spec.commands])


def _keys(spec: PanelSpec[Any]) -> list[str]:
    """The panel's keys in Qt's spelling, in which ``Shift+Ctrl+F`` and ``Ctrl+Shift+F`` are equal."""
    sequences = [QKeySequence(command.keys) for command in spec.commands]
    sequences += [QKeySequence(key) for command in spec.commands for key in command.media]
    return [keys.toString(QKeySequence.SequenceFormat.PortableText) for keys in sequences]


_NAMES: dict[str, Callable[[PanelSpec[Any]], list[str]]] = {
    "the id": lambda spec: [spec.id],
    "the command": lambda spec: [command.id for command in spec.commands],
    "the key": _keys,
    "the table": lambda spec: list(spec.tables),
}


def _check(spec: PanelSpec[Any]) -> None:
    for placement in spec.placements:
        if (placement.place in TABS) is (placement.title is None):
            raise ValueError(f"panel {spec.id!r}: a tab has a title, another place has none ({placement.place})")
        if (placement.place is PanelPlace.OVER) is (placement.wanted is None):
            raise ValueError(
                f"panel {spec.id!r}: only a panel over the card says when it is wanted ({placement.place})"
            )
