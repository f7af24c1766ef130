"""What a panel is given of its window."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.commands.commands import Commands
from agent_app.ui.parts.arrangement import Arrangement
from agent_app.ui.parts.widgets import Clock


class PanelHost(QObject):
    """Presenter, settings, buttons of commands (``commands.button``), clock, and signals by which panels reach each other and the window.

    A panel emits or connects to a signal; it never names another panel.
    """

    number_chosen = Signal(str, bool)
    """A telephone number on the screen, and whether it is a seat's: the dial window opens with it."""
    places_changed = Signal()
    """Another ``count`` or ``wanted`` of a placement, without a new view."""
    focus_released = Signal()
    """A panel that took the focus is done: the first account tab gets it."""
    look_changed = Signal()
    """Another theme: all is drawn anew."""
    escaped = Signal()
    """Esc: the first panel whose ``PanelSpec.escape`` has something to close, closes it."""
    logged_in = Signal()
    """The desk's page has come up, drawn."""
    logged_out = Signal()
    """The log-in page has come up, drawn; also at the start."""
    closing = Signal()
    """The agent's window closes for good."""

    def __init__(
        self,
        window: QWidget,
        desk: DeskPresenter,
        settings: SettingsPort,
        commands: Commands,
        arrangement: Arrangement,
        clock: Clock,
    ) -> None:
        super().__init__(window)
        self.window, self.desk, self.settings = window, desk, settings
        self.commands, self.arrangement, self.clock = commands, arrangement, clock
