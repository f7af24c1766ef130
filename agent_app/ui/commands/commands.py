"""The window's actions, made from ``ui.commands.table``, and buttons that follow them."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from agent_app.model.desk.actions import hanging_up
from agent_app.model.desk.view import Action, DeskView, Enabled
from agent_app.ui.commands.table import COMMANDS, CONTEXT, MEDIA_KEYS, Face, WindowCommand
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.fmt import tip
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import restyle

OFF = Enabled(on=False)


def word(text: str) -> str:
    """A title or group in the present language."""
    return QCoreApplication.translate(CONTEXT, text)


def key_text(keys: str) -> str:
    """The keys' names as printed on the keyboard."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class Commands(QObject):
    """The table as ``QAction``s of one window; ``attach`` connects them. The keys work in every window of the program."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.actions: dict[str, QAction] = {}
        self.faces: dict[str, Face] = {}
        self._drawn: dict[str, tuple[Face, Enabled, bool]] = {}
        self._view = DeskView()
        for command in COMMANDS:
            action = QAction(self)
            media = [QKeySequence(key) for key in MEDIA_KEYS.get(command.id, ())]
            action.setShortcuts([QKeySequence(command.keys), *media])
            everywhere = command.id != "escape"  # Escape closes a dialog that is in front
            context = Qt.ShortcutContext
            action.setShortcutContext(context.ApplicationShortcut if everywhere else context.WindowShortcut)
            window.addAction(action)
            self.actions[command.id] = action
        self.draw(self._view, force=True)

    def attach(self, do: Mapping[str, Callable[[], None]]) -> None:
        """Called once, when the whole window is made. An id without a callable raises ``KeyError``."""
        for command in COMMANDS:
            self.actions[command.id].triggered.connect(_without_checked(do[command.id]))

    def draw(self, view: DeskView, *, force: bool = False) -> None:
        """Sets texts, icons and enabled states from the view; ``force``: of unchanged commands too (language, theme)."""
        was, self._view = self._view, view
        if (
            not force
            and len(self._drawn) == len(COMMANDS)
            and view.enabled == was.enabled
            and view.pending == was.pending
            and view.audio.muted == was.audio.muted
            and hanging_up(view) is hanging_up(was)
        ):
            return
        asked = {pending.action for pending in view.pending}
        for command in COMMANDS:
            draw = partial(self._draw_one, command, view, asked, force=force)
            if not FAULTS.guarded(f"drawing {command.id}", draw):
                self._drawn.pop(command.id, None)  # drawn as a whole at the next view

    def _draw_one(self, command: WindowCommand, view: DeskView, asked: set[Action], *, force: bool) -> None:
        face = self.faces[command.id] = face_of(command, view)
        enabled = Enabled(on=True) if face.action is None else view.enabled.get(face.action, OFF)
        was, state = self._drawn.get(command.id), (face, enabled, face.action in asked)
        if state == was and not force:
            return  # a fast path, since a pop is drawn after this: most commands are unchanged
        self._drawn[command.id] = state
        action, title, now = self.actions[command.id], word(face.title), theme.tokens()
        action.setText(f"{title} …" if face.action in asked else title)
        action.setEnabled(enabled.on)
        why = "" if enabled.on else words.say(words.WHYS, enabled.why)
        hint = word(face.hint) if face.hint else ""
        action.setToolTip(tip("\n".join(part for part in (f"{title} ({key_text(command.keys)})", hint, why) if part)))
        action.setStatusTip(why)
        if face.icon and (force or was is None or len(command.faces) > 1):
            action.setData(face.icon)
            action.setIcon(icon(face.icon, now.text, faint(now)))

    def button(self, name: str, kind: str = "", *, show_key: bool = True) -> "CommandButton":
        """``kind``: ``primary``, ``go`` or ``stop`` for a coloured button."""
        return CommandButton(self.actions[name], self.keys(name) if show_key else "", kind)

    @staticmethod
    def keys(name: str) -> str:
        """The printed keys of a command."""
        return next(command.keys for command in COMMANDS if command.id == name)


def face_of(command: WindowCommand, view: DeskView) -> Face:
    """The first face that is enabled; else the pending one; else the first. Only faces whose ``when`` holds."""
    means = hanging_up(view)
    faces = [face for face in command.faces if face.when is None or face.when is means]
    for face in faces:
        if face.action is None or view.enabled.get(face.action, OFF).on:
            return face
    asked = {pending.action for pending in view.pending}
    return next((face for face in faces if face.action in asked), faces[0])


class CommandButton(QPushButton):
    """A button of an action: text with the key, icon, tooltip and enabled state follow the action."""

    def __init__(self, action: QAction, keys: str, kind: str) -> None:
        super().__init__()
        self._action, self._keys, self._kind, self._does = action, keys, kind, ""
        if kind:
            self.setProperty("kind", kind)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click does not take the focus from a text that is being typed
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        title = action.text()
        another, self._does = title.removesuffix(" …") != self._does, title.removesuffix(" …")
        self.setText(f"{title} ({key_text(self._keys)})" if self._keys else title)
        if self.hasFocus() and (another or not action.isEnabled()):
            self.clearFocus()  # a second Space would do another face; and Qt moves the focus from a disabled button to the next
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
        """White, or the accent's contrast colour, on a coloured button."""
        picture, now = self._action.data(), theme.tokens()
        if not picture or not self._kind:
            return self._action.icon()
        return icon(picture, now.on_accent if self._kind == "primary" else theme.ON_STATE, faint(now))


def faint(now: theme.ThemeTokens) -> str:
    """The colour of an icon on a disabled button."""
    return theme.between(now.muted, now.window).name()


def _without_checked(do: Callable[[], None]) -> Callable[[bool], None]:
    def triggered(_checked: bool = False) -> None:
        do()

    return triggered
