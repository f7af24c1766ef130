"""The window's actions, made from the panels' commands (``ui.commands.table``), and buttons that follow them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from agent_app.model.desk.actions import hanging_up
from agent_app.model.desk.view import Action, DeskView, Enabled
from agent_app.ui.commands.table import CONTEXT, Face, WindowCommand
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
    """``table`` as ``QAction``s of one window; ``attach`` connects them. The keys work in every window of the program."""

    def __init__(self, window: QWidget, table: Sequence[WindowCommand[Any]]) -> None:
        super().__init__(window)
        self.table = tuple(table)
        self.actions: dict[str, QAction] = {}
        self.faces: dict[str, Face] = {}
        self._drawn: dict[str, tuple[Face, Enabled, bool]] = {}
        self._view = DeskView()
        self._by_view = frozenset(
            command.id for command in table if any(face.enabled is not None for face in command.faces)
        )
        for command in self.table:
            action = QAction(self)
            action.setShortcuts([QKeySequence(command.keys), *(QKeySequence(key) for key in command.media)])
            context = Qt.ShortcutContext
            action.setShortcutContext(context.ApplicationShortcut if command.everywhere else context.WindowShortcut)
            window.addAction(action)
            self.actions[command.id] = action
        self.draw(self._view, force=True)

    def attach(self, name: str, do: Callable[[], object]) -> None:
        """Called once for each command, when its panel is made."""
        self.actions[name].triggered.connect(_without_checked(do))

    def draw(self, view: DeskView, *, force: bool = False) -> None:
        """Sets texts, icons and enabled states from the view; ``force``: of unchanged commands too (language, theme)."""
        was, self._view = self._view, view
        same = (
            not force
            and len(self._drawn) == len(self.table)
            and view.enabled == was.enabled
            and view.pending == was.pending
            and view.audio.muted == was.audio.muted
            and hanging_up(view) is hanging_up(was)
        )
        asked = {pending.action for pending in view.pending}
        for command in self.table:
            if same and command.id not in self._by_view:
                continue
            draw = partial(self._draw_one, command, view, asked, force=force)
            if not FAULTS.guarded(f"drawing {command.id}", draw):
                self._drawn.pop(command.id, None)  # drawn as a whole at the next view

    def _draw_one(self, command: WindowCommand[Any], view: DeskView, asked: set[Action], *, force: bool) -> None:
        face = self.faces[command.id] = face_of(command, view)
        enabled = face.enabled_in(view)
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

    def keys(self, name: str) -> str:
        """The printed keys of a command."""
        return next(command.keys for command in self.table if command.id == name)

    def title(self, action: Action) -> str:
        """Title of the first command with this action, in the language of the moment; ``""``: no command has the action."""
        faces = (face for command in self.table for face in command.faces)
        return next((word(face.title) for face in faces if face.action is action), "")


def face_of(command: WindowCommand[Any], view: DeskView) -> Face:
    """The first face that is enabled; else the pending one; else the first. Only faces whose ``when`` holds."""
    means = hanging_up(view)
    faces = [face for face in command.faces if face.when is None or face.when is means]
    for face in faces:
        if face.enabled_in(view).on:
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


def _without_checked(do: Callable[[], object]) -> Callable[[bool], None]:
    def triggered(_checked: bool = False) -> None:
        do()

    return triggered
