"""The services of a window for its panels."""

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
    fax_chosen = Signal(str)
    """A fax's id in a customer's history: the viewer opens with it."""
    fax_wanted = Signal(str, str)
    """A number and a received fax's id, each maybe empty: the window for sending opens with them."""
    places_changed = Signal()
    """Emitted when ``count`` or ``wanted`` of a placement has changed without a new view."""
    focus_released = Signal()
    """Emitted by a panel that gives up the focus: the first account tab gets it."""
    look_changed = Signal()
    """Emitted after a change of the theme: everything is drawn anew."""
    escaped = Signal()
    """Emitted at Esc: of the panels with a ``PanelSpec.escape``, the first one that has an open part closes that part."""
    logged_in = Signal()
    """Emitted when the desk's page is drawn and shown."""
    logged_out = Signal()
    """Emitted when the log-in page is drawn and shown; also at the start."""
    closing = Signal()
    """Emitted when the agent's window is being closed, and the close can't be refused any more."""

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
