"""The seat's buttons (座席条) in one row: icon, present effect, key. Made from the table of commands, in groups."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QSizePolicy, QToolButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF, Commands, faint, key_text
from agent_app.ui.commands.table import CALL, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import Panel, across, restyle
from shared.enums import HangingUp, ListenMode, Role

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
HOOK = (
    Qt.Key.Key_ToggleCallHangup, Qt.Key.Key_Phone, Qt.Key.Key_MediaTogglePlayPause, Qt.Key.Key_MediaPlay, Qt.Key.Key_MediaPause,
)  # fmt: skip
"""A headset's button, as far as the system gives it to the window."""


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
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self.setObjectName("seatbar")
        self.desk = host.desk
        self.buttons = {name: BarButton(host.commands, name) for group in GROUPS for name in group}
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
        self.hook = QAction(host.window)
        self.hook.setShortcuts([QKeySequence(key) for key in HOOK])
        self.hook.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        self.hook.triggered.connect(lambda _checked=False: self.press_hook())
        host.window.addAction(self.hook)
        self.redraw()

    def press_hook(self) -> None:
        """The headset's button: answers a call that rings, else hangs up."""
        if self._view.enabled.get(Action.ANSWER, OFF).on:
            self.desk.answer()
        elif self._view.enabled.get(Action.HANG_UP, OFF).on:
            self.desk.hang_up(by_hand=True)

    def toggle_mute(self) -> None:
        self.desk.mute(not self._view.audio.muted)

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


def _hang_up(title: str, when: HangingUp, hint: str) -> Face:
    return Face(title, "hang_up", Action.HANG_UP, hint, when)


HANG_UP = (
    _hang_up(QT_TRANSLATE_NOOP("commands", "Hang up"), HangingUp.END, QT_TRANSLATE_NOOP("commands", "Ends the talk")),
    _hang_up(QT_TRANSLATE_NOOP("commands", "Refuse"), HangingUp.REFUSE, QT_TRANSLATE_NOOP("commands", "The next agent is asked, and this seat is locked")),
    _hang_up(QT_TRANSLATE_NOOP("commands", "Give up"), HangingUp.GIVE_UP, QT_TRANSLATE_NOOP("commands", "Ends the call that is dialled")),
    _hang_up(QT_TRANSLATE_NOOP("commands", "Hand over"), HangingUp.HAND_OVER, QT_TRANSLATE_NOOP("commands", "The customer goes to whoever is asked, who rings or talks; you are out of the call")),
    _hang_up(QT_TRANSLATE_NOOP("commands", "Leave"), HangingUp.LEAVE, QT_TRANSLATE_NOOP("commands", "You leave; the others go on")),
    _hang_up(QT_TRANSLATE_NOOP("commands", "Stop"), HangingUp.STOP_LISTENING, QT_TRANSLATE_NOOP("commands", "You leave unnoticed")),
)  # fmt: skip
HOLD = (
    Face(QT_TRANSLATE_NOOP("commands", "Hold"), "hold", Action.HOLD),
    Face(QT_TRANSLATE_NOOP("commands", "Retrieve"), "retrieve", Action.RETRIEVE),
)
MUTE = (
    Face(QT_TRANSLATE_NOOP("commands", "Mute"), "mute", Action.MUTE),
    Face(QT_TRANSLATE_NOOP("commands", "Unmute"), "unmute", Action.UNMUTE),
)
PANEL: PanelSpec[SeatBar] = PanelSpec(
    "seat_bar",
    SeatBar,
    (Placement(PanelPlace.BAR, 20),),
    (
        WindowCommand("answer", "F2", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Answer"), "answer", Action.ANSWER),), lambda bar: bar.desk.answer(), 10, (Qt.Key.Key_Call,)),
        WindowCommand("hang_up", "F3", CALL, HANG_UP, lambda bar: bar.desk.hang_up(by_hand=True), 20, (Qt.Key.Key_Hangup,)),
        WindowCommand("hold", "F4", CALL, HOLD, lambda bar: bar.desk.toggle_hold(), 30),
        WindowCommand("mute", "F5", CALL, MUTE, SeatBar.toggle_mute, 40, (Qt.Key.Key_MicMute,)),
        WindowCommand("swap", "Shift+F4", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Swap"), "swap", Action.SWAP, QT_TRANSLATE_NOOP("commands", "Talks to who waits; the other one waits")),), lambda bar: bar.desk.swap(), 80),
        WindowCommand("join", "Shift+F5", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Conference"), "conference", Action.JOIN, QT_TRANSLATE_NOOP("commands", "Everybody hears everybody")),), lambda bar: bar.desk.join(), 90),
        WindowCommand("return", "Shift+F3", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Return"), "return", Action.RETURN, QT_TRANSLATE_NOOP("commands", "Gives up whoever is asked; the customer is back")),), lambda bar: bar.desk.return_(), 100),
        WindowCommand("whisper", "Ctrl+W", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Whisper"), "whisper", Action.WHISPER, QT_TRANSLATE_NOOP("commands", "The agent hears you, the customer does not")),), lambda bar: bar.desk.listen(ListenMode.WHISPER), 130),
        WindowCommand("barge", "Ctrl+B", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Barge in"), "barge", Action.BARGE, QT_TRANSLATE_NOOP("commands", "Everybody hears you")),), lambda bar: bar.desk.listen(ListenMode.BARGE), 140),
        WindowCommand("intercept", "Ctrl+I", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Intercept"), "intercept", Action.INTERCEPT, QT_TRANSLATE_NOOP("commands", "The call is yours; the agent is out of it")),), lambda bar: bar.desk.intercept(), 150),
    ),
)  # fmt: skip
