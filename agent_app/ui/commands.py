"""Everything that a key or a button does, as one table: its words, its keys, its icon, and the presenter's actions that decide when it works.

Buttons, menus, tooltips and the F1 list are all made from this table, so none of them can tell another story.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from agent_app.model.view import Action, DeskView, Enabled
from agent_app.ui import theme, words
from agent_app.ui.fmt import tip
from agent_app.ui.icons import icon
from agent_app.ui.widgets import restyle

CONTEXT = "commands"
OFF = Enabled(on=False)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a text for translation where it stands in a table."""
    return text


@dataclass(frozen=True)
class Face:
    """What a command looks like, and the presenter's action behind it (``None``: always works)."""

    title: str
    icon: str = ""
    action: Action | None = None


@dataclass(frozen=True)
class Command:
    """``faces``: the first that is enabled is what the command does now; a hold button retrieves while holding."""

    id: str
    keys: str
    faces: tuple[Face, ...]
    group: str


SEAT, CALL, WORK, LOOK, APP = (
    QT_TRANSLATE_NOOP("commands", "Seat"),
    QT_TRANSLATE_NOOP("commands", "Call"),
    QT_TRANSLATE_NOOP("commands", "Notes and tickets"),
    QT_TRANSLATE_NOOP("commands", "Customer"),
    QT_TRANSLATE_NOOP("commands", "Program"),
)
GROUPS = (CALL, SEAT, WORK, LOOK, APP)


def _one(name: str, keys: str, group: str, title: str, picture: str = "", action: Action | None = None) -> Command:
    return Command(name, keys, (Face(title, picture, action),), group)


COMMANDS: tuple[Command, ...] = (
    _one("answer", "F2", CALL, QT_TRANSLATE_NOOP("commands", "Answer"), "answer", Action.ANSWER),
    _one("hang_up", "F3", CALL, QT_TRANSLATE_NOOP("commands", "Hang up"), "hang_up", Action.HANG_UP),
    Command("hold", "F4", (
        Face(QT_TRANSLATE_NOOP("commands", "Hold"), "hold", Action.HOLD),
        Face(QT_TRANSLATE_NOOP("commands", "Retrieve"), "retrieve", Action.RETRIEVE),
    ), CALL),
    Command("mute", "F5", (
        Face(QT_TRANSLATE_NOOP("commands", "Mute"), "mute", Action.MUTE),
        Face(QT_TRANSLATE_NOOP("commands", "Unmute"), "unmute", Action.UNMUTE),
    ), CALL),
    _one("dial", "F6", CALL, QT_TRANSLATE_NOOP("commands", "Dial"), "dial", Action.DIAL),
    _one("call_back", "F10", CALL, QT_TRANSLATE_NOOP("commands", "Call back"), "dial", Action.CALL_BACK),
    _one("keypad", "F11", CALL, QT_TRANSLATE_NOOP("commands", "Keypad"), "keypad"),
    Command("seat", "F7", (
        Face(QT_TRANSLATE_NOOP("commands", "Open the seat"), "open", Action.OPEN_SEAT),
        Face(QT_TRANSLATE_NOOP("commands", "Lock the seat"), "locked", Action.LOCK_SEAT),
    ), SEAT),
    _one("lock", "Shift+F7", SEAT, QT_TRANSLATE_NOOP("commands", "Lock the seat, with a reason"), "locked", Action.LOCK_SEAT),
    _one("finish", "F8", WORK, QT_TRANSLATE_NOOP("commands", "Finish wrap-up"), "open", Action.FINISH_WRAP_UP),
    _one("extend", "Shift+F8", WORK, QT_TRANSLATE_NOOP("commands", "More time"), "clock", Action.EXTEND_WRAP_UP),
    _one("note", "F12", WORK, QT_TRANSLATE_NOOP("commands", "Write a note"), "wrap_up"),
    _one("disposition", "Shift+F12", WORK, QT_TRANSLATE_NOOP("commands", "Choose the disposition"), "wrap_up"),
    _one("new_ticket", "Ctrl+T", WORK, QT_TRANSLATE_NOOP("commands", "New ticket"), "ticket", Action.NEW_TICKET),
    _one("save_ticket", "Ctrl+S", WORK, QT_TRANSLATE_NOOP("commands", "Save the ticket"), "ticket", Action.NEW_TICKET),
    _one("tickets", "Ctrl+5", WORK, QT_TRANSLATE_NOOP("commands", "Go to the tickets"), "ticket"),
    _one("search", "F9", LOOK, QT_TRANSLATE_NOOP("commands", "Find a customer"), "search", Action.SEARCH),
    _one("show_pop", "Shift+F9", LOOK, QT_TRANSLATE_NOOP("commands", "Back to the caller"), "person"),
    _one("ask_account", "Ctrl+R", LOOK, QT_TRANSLATE_NOOP("commands", "Refresh"), "clock"),
    _one("holdings", "Ctrl+1", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the holdings")),
    _one("orders", "Ctrl+2", LOOK, QT_TRANSLATE_NOOP("commands", "Go to today's orders")),
    _one("contacts", "Ctrl+3", LOOK, QT_TRANSLATE_NOOP("commands", "Go to the history")),
    _one("trail", "Ctrl+4", LOOK, QT_TRANSLATE_NOOP("commands", "Go to what the caller did in the menu")),
    _one("play", "Ctrl+P", LOOK, QT_TRANSLATE_NOOP("commands", "Play the recording"), "play", Action.PLAY_RECORDING),
    _one("help", "F1", APP, QT_TRANSLATE_NOOP("commands", "Keyboard shortcuts"), "keypad"),
    _one("audio", "Ctrl+,", APP, QT_TRANSLATE_NOOP("commands", "Headset and sound"), "audio"),
    _one("language", "Ctrl+L", APP, QT_TRANSLATE_NOOP("commands", "中文 / English"), ""),
    _one("theme", "Ctrl+Shift+L", APP, QT_TRANSLATE_NOOP("commands", "Light or dark"), ""),
    _one("password", "Ctrl+Shift+P", APP, QT_TRANSLATE_NOOP("commands", "Change the password"), "locked", Action.CHANGE_PASSWORD),
    _one("about", "Ctrl+Shift+D", APP, QT_TRANSLATE_NOOP("commands", "About, and send diagnostics"), "warning"),
    _one("log_out", "Ctrl+Shift+Q", APP, QT_TRANSLATE_NOOP("commands", "Log out"), "log_out", Action.LOG_OUT),
    _one("menu", "Alt+M", APP, QT_TRANSLATE_NOOP("commands", "Menu"), "menu"),
    _one("escape", "Esc", APP, QT_TRANSLATE_NOOP("commands", "Close the search or the message"), "close"),
)  # fmt: skip


def word(text: str) -> str:
    """A title or group in the language of the moment."""
    return QCoreApplication.translate(CONTEXT, text)


def key_text(keys: str) -> str:
    """As printed on the keyboard's keys."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class Commands(QObject):
    """The table as ``QAction``s of one window; ``attach`` says what each does. The keys work in every window of the program."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.actions: dict[str, QAction] = {}
        self.faces: dict[str, Face] = {}
        self._drawn: dict[str, tuple[Face, Enabled, bool]] = {}
        self._view = DeskView()
        for command in COMMANDS:
            action = QAction(self)
            action.setShortcut(QKeySequence(command.keys))
            everywhere = command.id != "escape"  # which closes a dialog that is in front
            context = Qt.ShortcutContext
            action.setShortcutContext(context.ApplicationShortcut if everywhere else context.WindowShortcut)
            window.addAction(action)
            self.actions[command.id] = action
        self.draw(self._view, force=True)

    def attach(self, do: Mapping[str, Callable[[], None]]) -> None:
        """Once, when everything is there; an id without a callable is an error of ours (``KeyError``)."""
        for command in COMMANDS:
            self.actions[command.id].triggered.connect(_without_checked(do[command.id]))

    def draw(self, view: DeskView, *, force: bool = False) -> None:
        """Texts, icons and what is enabled, from the view; ``force``: also those that should be as they were (language, theme)."""
        was, self._view = self._view, view
        if (
            not force
            and view.enabled == was.enabled
            and view.pending == was.pending
            and view.audio.muted == was.audio.muted
        ):
            return
        asked = {pending.action for pending in view.pending}
        now = theme.tokens()
        for command in COMMANDS:
            face = self.faces[command.id] = face_of(command, view)
            enabled = Enabled(on=True) if face.action is None else view.enabled.get(face.action, OFF)
            if not self._changed(command.id, (face, enabled, face.action in asked)) and not force:
                continue  # a pop waits for this loop: most commands stay as they are
            action, title = self.actions[command.id], word(face.title)
            action.setText(f"{title} …" if face.action in asked else title)
            action.setEnabled(enabled.on)
            why = "" if enabled.on else words.say(words.WHYS, enabled.why)
            action.setToolTip(tip(f"{title} ({key_text(command.keys)})" + (f"\n{why}" if why else "")))
            action.setStatusTip(why)
            if face.icon and (force or action.icon().isNull() or len(command.faces) > 1):
                action.setData(face.icon)
                action.setIcon(icon(face.icon, now.text, _faint(now)))

    def _changed(self, name: str, state: tuple[Face, Enabled, bool]) -> bool:
        was, self._drawn[name] = self._drawn.get(name), state
        return was != state

    def button(self, name: str, kind: str = "", *, show_key: bool = True) -> "CommandButton":
        """``kind``: ``primary``, ``go`` or ``stop`` for those that stand out."""
        keys = next(command.keys for command in COMMANDS if command.id == name)
        return CommandButton(self.actions[name], keys if show_key else "", kind)


def face_of(command: Command, view: DeskView) -> Face:
    """The enabled one; else the one that is asked for; else the first."""
    for face in command.faces:
        if face.action is None or view.enabled.get(face.action, OFF).on:
            return face
    asked = {pending.action for pending in view.pending}
    return next((face for face in command.faces if face.action in asked), command.faces[0])


class CommandButton(QPushButton):
    """A button that is its action: text with the key, icon, tooltip and enabled follow it."""

    def __init__(self, action: QAction, keys: str, kind: str) -> None:
        super().__init__()
        self._action, self._keys, self._kind = action, keys, kind
        if kind:
            self.setProperty("kind", kind)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click takes the focus from nothing that is being typed
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        title = action.text()
        self.setText(f"{title} ({key_text(self._keys)})" if self._keys else title)
        if self.hasFocus() and not action.isEnabled():
            self.clearFocus()  # or Qt gives it to the next button: Space twice on Answer would hang up
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(title)
        self.setAccessibleDescription(action.statusTip() or key_text(self._keys))
        self.setIcon(self._icon())

    def set_kind(self, kind: str) -> None:
        if kind != self._kind:
            self._kind = kind
            restyle(self, "kind", kind)
            self.setIcon(self._icon())

    def _icon(self) -> QIcon:
        """White, or the accent's own contrast, on a coloured button."""
        picture, now = self._action.data(), theme.tokens()
        if not picture or not self._kind:
            return self._action.icon()
        return icon(picture, now.on_accent if self._kind == "primary" else theme.ON_STATE, _faint(now))


def _faint(now: theme.Tokens) -> str:
    """Of an icon on a button that is off."""
    return theme.between(now.muted, now.window).name()


def _without_checked(do: Callable[[], None]) -> Callable[[bool], None]:
    def triggered(_checked: bool = False) -> None:
        do()

    return triggered
