"""The supervisor's desk as a panel of the agent's window: a command that opens it, and its window while it is open."""

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.ui.commands.table import APP, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.floor.window import SupervisorWindow
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec


class SupervisorDesk:
    """``window``: ``None`` until it is first opened."""

    def __init__(self, host: PanelHost) -> None:
        self._host = host
        self._view = DeskView()
        self.window: SupervisorWindow | None = None
        host.closing.connect(self._close)

    def draw(self, view: DeskView) -> None:
        self._view = view
        if self.window is not None and self.window.isVisible():
            self.window.draw(view)

    def redraw(self) -> None:
        if self.window is not None:
            self.window.redraw()

    def go(self) -> None:
        """Opens the window, or brings it to the front."""
        window = self._made() if self.window is None else self.window
        window.draw(self._view)
        window.draw_floor(self._host.desk.floor.view)
        window.go()

    def _made(self) -> SupervisorWindow:
        host = self._host
        window = self.window = SupervisorWindow(host.desk, host.commands, host.clock)
        host.desk.floor.listen(self._floor_changed)
        host.arrangement.add("board", window, window.splitters, window.tables)
        window.shown.connect(lambda on: None if on else host.arrangement.keep())
        return window

    def _floor_changed(self, floor: FloorDeskView) -> None:
        if self.window is not None and self.window.isVisible():
            self.window.draw_floor(floor)

    def _close(self) -> None:
        if self.window is not None:
            self.window.close()


PANEL: PanelSpec[SupervisorDesk] = PanelSpec(
    "supervise",
    SupervisorDesk,
    commands=(
        WindowCommand("supervise", "Ctrl+Shift+S", APP, (Face(QT_TRANSLATE_NOOP("commands", "Supervisor's desk"), "board", Action.SUPERVISE, QT_TRANSLATE_NOOP("commands", "All seats, queues, lines and branches, in a window of its own")),), SupervisorDesk.go, 10),
    ),
)  # fmt: skip
