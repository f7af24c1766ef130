"""The supervisor's commands on a row of the board, as one table: words, keys, icon. Buttons and the rows' menus are made from this table.

``model.floor.supervising`` has the needs of each command, for the chosen row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from agent_app.model.desk.view import Action, DeskView, Enabled
from agent_app.model.floor.supervising import SeatAct, WaitingAct, seat_enabled, waiting_enabled
from agent_app.ui.commands.choices import CHOICES
from agent_app.ui.commands.commands import OFF, CommandButton, key_text
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import tip
from agent_app.ui.parts.icons import icon
from shared.enums import LockReason
from shared.floor import SeatRow, WaitingRow

CONTEXT = "floor"
TO_ALL = "to_all"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a text for translation where it stands in a table."""
    return text


@dataclass(frozen=True)
class RowCommand:
    title: str
    keys: str
    icon: str
    hint: str


ACTS: dict[str, RowCommand] = {
    SeatAct.MONITOR: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Listen"), "Alt+1", "monitoring", QT_TRANSLATE_NOOP("floor", "Hear both, be heard by neither")
    ),
    SeatAct.WHISPER: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Whisper"), "Alt+2", "whisper", QT_TRANSLATE_NOOP("floor", "Be heard by the agent only")
    ),
    SeatAct.BARGE: RowCommand(QT_TRANSLATE_NOOP("floor", "Barge in"), "Alt+3", "barge", QT_TRANSLATE_NOOP("floor", "Be heard by all")),
    SeatAct.INTERCEPT: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Intercept"), "Alt+4", "intercept",
        QT_TRANSLATE_NOOP("floor", "The call becomes yours, the agent's seat goes to wrap-up"),
    ),
    SeatAct.OPEN: RowCommand(QT_TRANSLATE_NOOP("floor", "Open"), "Alt+5", "open", QT_TRANSLATE_NOOP("floor", "The seat takes calls")),
    SeatAct.LOCK: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Lock"), "Alt+6", "locked", QT_TRANSLATE_NOOP("floor", "With a reason; in a call it takes effect after it")
    ),
    SeatAct.LOG_OUT: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Log out"), "Alt+7", "log_out", QT_TRANSLATE_NOOP("floor", "A talk that goes on is given to the next agent")
    ),
    SeatAct.MESSAGE: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Message"), "Alt+8", "notice", QT_TRANSLATE_NOOP("floor", "A word on the agent's screen")
    ),
    SeatAct.SKILLS: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Skills"), "Alt+9", "vip", QT_TRANSLATE_NOOP("floor", "What the agent is asked for from now on")
    ),
    TO_ALL: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Message to all"), "Alt+0", "notice", QT_TRANSLATE_NOOP("floor", "A word on every screen that is yours")
    ),
    WaitingAct.TAKE: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Take"), "Alt+T", "answer", QT_TRANSLATE_NOOP("floor", "The caller comes to you next, out of order")
    ),
    WaitingAct.GIVE: RowCommand(
        QT_TRANSLATE_NOOP("floor", "Give to"), "Alt+G", "person", QT_TRANSLATE_NOOP("floor", "The caller goes to an open seat, out of order")
    ),
}  # fmt: skip
SEAT_ACTS = tuple(str(act) for act in SeatAct)
WAITING_ACTS = tuple(str(act) for act in WaitingAct)


class RowCommands(QObject):
    """The table as ``QAction``s of the supervisor's window. ``reasons``: the menu of reasons for a lock, which calls ``lock``."""

    def __init__(self, window: QWidget, do: dict[str, Callable[[], None]], lock: Callable[[LockReason], None]) -> None:
        super().__init__(window)
        self.actions: dict[str, QAction] = {}
        self.reasons = QMenu(window)
        self._lock = lock
        self._drawn: dict[str, Enabled] = {}
        for name, act in ACTS.items():
            action = QAction(self)
            action.setShortcut(QKeySequence(act.keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(_without_checked(do[name]))
            window.addAction(action)
            self.actions[name] = action
        self.retranslate()

    def draw(self, view: DeskView, seat: SeatRow | None, waiting: WaitingRow | None, open_seats: int) -> None:
        """Sets the enabled states for the rows that are chosen now."""
        enabled = {str(act): seat_enabled(act, view, seat) for act in SeatAct}
        enabled |= {str(act): waiting_enabled(act, view, waiting, open_seats) for act in WaitingAct}
        enabled[TO_ALL] = view.enabled.get(Action.SEND_MESSAGE, OFF)
        for name, state in enabled.items():
            if state != self._drawn.get(name):
                self._drawn[name] = state
                self._show(name, state)

    def retranslate(self) -> None:
        """Sets texts and icons, after a change of language or theme."""
        for name, act in ACTS.items():
            now = theme.tokens()
            self.actions[name].setText(QCoreApplication.translate(CONTEXT, act.title))
            self.actions[name].setData(act.icon)
            self.actions[name].setIcon(icon(act.icon, now.text, theme.between(now.muted, now.window).name()))
            self._show(name, self._drawn.get(name, OFF))
        self.reasons.clear()
        for number, reason in enumerate(CHOICES, 1):
            chosen = self.reasons.addAction(f"&{number}  {words.say(words.LOCK_REASONS, reason)}")
            chosen.triggered.connect(lambda _checked=False, reason=reason: self._lock(reason))

    def button(self, name: str) -> CommandButton:
        return CommandButton(self.actions[name], ACTS[name].keys, "")

    def _show(self, name: str, state: Enabled) -> None:
        act, action = ACTS[name], self.actions[name]
        why = "" if state.on else words.say(words.WHYS, state.why)
        hint = QCoreApplication.translate(CONTEXT, act.hint)
        action.setEnabled(state.on)
        action.setToolTip(tip(f"{hint} ({key_text(act.keys)})" + (f"\n{why}" if why else "")))
        action.setStatusTip(why)


def _without_checked(do: Callable[[], None]) -> Callable[[bool], None]:
    def triggered(_checked: bool = False) -> None:
        do()

    return triggered
