"""The seat's buttons (座席条) in one row: icon, present effect, key. Made from the table of commands, in groups."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton

from agent_app.model.desk.view import DeskView
from agent_app.ui.commands.commands import Commands, faint, key_text
from agent_app.ui.parts import theme
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import Clock, Panel, across, restyle
from shared.enums import ListenMode, Role

LISTENING = ("monitor", "whisper", "barge", "intercept")
GROUPS: tuple[tuple[str, ...], ...] = (
    ("answer", "hang_up"),
    ("hold", "mute", "keypad"),
    ("dial", "call_seat", "transfer"),
    ("swap", "join", "return"),
    LISTENING,
    ("fax",),
)
KINDS = {"answer": "go", "hang_up": "stop"}
MODES = {"monitor": ListenMode.MONITOR, "whisper": ListenMode.WHISPER, "barge": ListenMode.BARGE}
SUPERVISORS = ("whisper", "barge", "intercept")
"""Buttons shown to supervisors only; ``monitor`` is shown to all, and its tooltip says who may use it."""
LETTERS = 8


class BarButton(QToolButton):
    """A ``commands.CommandButton`` with two lines."""

    def __init__(self, commands: Commands, name: str) -> None:
        super().__init__()
        self._action, self._keys, self._kind = commands.actions[name], commands.keys(name), KINDS.get(name, "")
        self._now, self._does = False, ""
        self.setProperty("bar", self._kind or "plain")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(18, 18))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._action.trigger)
        self._action.changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        action = self._action
        another, self._does = action.text().removesuffix(" …") != self._does, action.text().removesuffix(" …")
        self.setText(f"{action.text()}\n{key_text(self._keys)}")
        if self.hasFocus() and (another or not action.isEnabled()):
            self.clearFocus()  # as in ``CommandButton``
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(action.text())
        self.setAccessibleDescription(action.statusTip() or key_text(self._keys))
        now = theme.tokens()
        colour = theme.ON_STATE if self._kind else now.text
        self.setIcon(icon(action.data(), colour, now.text if self._now else faint(now)))

    def show_now(self, *, on: bool) -> None:
        """Highlights the button, whose mode is the present one, though it can't be pressed."""
        if on != self._now:
            self._now = on
            restyle(self, "now", "true" if on else "false")
            self.follow()


class SeatBar(Panel):
    def __init__(self, commands: Commands, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.setObjectName("seatbar")
        self.buttons = {name: BarButton(commands, name) for group in GROUPS for name in group}
        widest = letters(self.font(), LETTERS)
        for button in self.buttons.values():
            button.setMinimumWidth(widest)
            button.setMaximumWidth(round(widest * 1.7))
        groups = [across(*(self.buttons[name] for name in group), gap=1) for group in GROUPS]
        bar = self._bar = across(*groups, None, gap=8)
        for at, group in enumerate(GROUPS):
            bar.setStretch(at, len(group))
        bar.setContentsMargins(4, 4, 4, 4)
        self.setLayout(bar)
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        seat, call = view.state.seat, view.state.call
        leads = seat is not None and seat.role in {Role.SUPERVISOR, Role.MANAGER}
        for name in SUPERVISORS:
            self.buttons[name].setVisible(leads)
        self._bar.setStretch(GROUPS.index(LISTENING), len(LISTENING) if leads else 1)
        for name, mode in MODES.items():
            self.buttons[name].show_now(on=call is not None and call.listening is mode)
        if was is None:
            for button in self.buttons.values():
                button.follow()
