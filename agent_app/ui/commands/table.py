"""The description of a command: words, keys, icon, effect, and the presenter's action by which it is enabled. Each panel declares its own (``ui.panels``).

Buttons, menus, tooltips and the help window (F1) are all made from these descriptions, so that they agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import Qt

from agent_app.model.desk.view import Action, DeskView, Enabled
from shared.enums import HangingUp

CONTEXT = "commands"
P = TypeVar("P")
"""The panel that declares the command."""
LAST = 1000
"""Order of a command that names none: the end of its group in the help window."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a text for translation where it stands in a table."""
    return text


@dataclass(frozen=True)
class Face:
    """The looks of a command, and its presenter's action (``None``: always enabled)."""

    title: str
    icon: str = ""
    action: Action | None = None
    hint: str = ""
    """The effect, where the title is too short for it; for the tooltip."""
    when: HangingUp | None = None
    """The face is used only while hanging up has this effect."""
    enabled: Callable[[DeskView], Enabled] | None = None
    """Decides in place of ``action``, for a command of the window alone."""

    def enabled_in(self, view: DeskView) -> Enabled:
        if self.enabled is not None:
            return self.enabled(view)
        return Enabled(on=True) if self.action is None else view.enabled.get(self.action, Enabled(on=False))


@dataclass(frozen=True)
class WindowCommand(Generic[P]):
    """``faces``: the command does the first one that is enabled; so a hold button retrieves while holding. ``do`` is called with the panel."""

    id: str
    keys: str
    group: str
    faces: tuple[Face, ...]
    do: Callable[[P], object]
    order: int = LAST
    """Within the group, in the help window. Of two commands with one action, the title of the lower order stands in a problem's text."""
    media: tuple[Qt.Key, ...] = ()
    """More keys, which no keyboard of a desk has printed on it: a headset's, a telephone keyboard's."""
    everywhere: bool = True
    """The keys work in every window of the program, not in the agent's window only."""


SEAT, CALL, WORK, LOOK, APP = (
    QT_TRANSLATE_NOOP("commands", "Seat"),
    QT_TRANSLATE_NOOP("commands", "Call"),
    QT_TRANSLATE_NOOP("commands", "Notes and tickets"),
    QT_TRANSLATE_NOOP("commands", "Customer"),
    QT_TRANSLATE_NOOP("commands", "Program"),
)
GROUPS = (CALL, SEAT, WORK, LOOK, APP)
"""In the help window's order; a group of a panel's own comes after them."""


def in_order(commands: list[WindowCommand[P]]) -> tuple[WindowCommand[P], ...]:
    """By group, then by order."""

    def place(one: WindowCommand[P]) -> tuple[int, int]:
        return GROUPS.index(one.group) if one.group in GROUPS else len(GROUPS), one.order

    return tuple(sorted(commands, key=place))
