"""The top of the window: the seat's state by colour, icon and word, since when, why it is locked; opening and locking; callers who wait; the menu."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.choices import CHOICES
from agent_app.ui.commands.commands import OFF, key_text
from agent_app.ui.commands.table import APP, QT_TRANSLATE_NOOP, SEAT, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import clock, duration
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, Panel, across, named, rows
from shared.desk import Seat
from shared.enums import Role, SeatState

MENU = ("help", "audio", "language", "theme", "", "password", "about", "", "log_out")


class StateChip(QFrame):
    """状态: a coloured plate with icon, word and time. The word alone has the same meaning as the colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chip")
        self._icon, self.word, self.time = (
            QLabel(),
            OneLineLabel(scale=1.25, bold=True, wide=16),
            OneLineLabel(wide=10, scale=1.1),
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.word.setMinimumWidth(letters(self.word.font(), 10))
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.time.setMinimumWidth(self.time.fontMetrics().horizontalAdvance("00:00:00"))
        line = across(self._icon, self.word, self.time)
        line.setContentsMargins(12, 6, 12, 6)
        self.setLayout(line)
        self.show_state(SeatState.OFFLINE, stale=False)

    def show_state(self, state: SeatState, *, stale: bool) -> None:
        """``stale``: the state that the switch has is not known."""
        back = theme.STATE_OFF if stale else theme.STATE_COLOURS[state]
        size = self.fontMetrics().height() + 4
        picture = icon("unknown" if stale else str(state), theme.ON_STATE)
        self._icon.setPixmap(picture.pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.word.say(self.tr("Unknown") if stale else words.say(words.SEAT_STATES, state))
        self.setStyleSheet(
            f"QFrame#chip {{ background: {back}; border-radius: 6px; }} QFrame#chip QLabel {{ color: {theme.ON_STATE}; }}"
        )
        self.setAccessibleName(self.word.text())


class TopBar(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self.setObjectName("top")
        self._host, self._desk, commands = host, host.desk, host.commands
        host.logged_in.connect(self.begin)
        self.chip = StateChip()
        self.reason, self.detail, self.who = (
            OneLineLabel("warn", wide=44),
            OneLineLabel("muted", wide=44),
            OneLineLabel("value", wide=30),
        )
        self.waiting = OneLineLabel(wide=36, shrinks=False)
        self.seat, self.supervise = commands.button("seat"), commands.button("supervise")
        self.faxes, self.fax_count = commands.button("faxes"), OneLineLabel("warn", wide=6, bold=True, shrinks=False)
        self.reasons = QMenu(self)
        self.lock = QPushButton()
        self.lock.clicked.connect(self.ask_reason)
        self.menu_button, self.menu = QToolButton(), QMenu(self)
        self.menu_button.setProperty("flat", "true")
        self.menu_button.setIconSize(QSize(20, 20))
        self.menu_button.clicked.connect(self.open_menu)
        for name in MENU:
            self.menu.addAction(commands.actions[name]) if name else self.menu.addSeparator()
        whose = rows(self.who, across(self.reason, self.detail, None), gap=0)
        bar = across(
            self.chip,
            whose,
            None,
            self.waiting,
            8,
            self.faxes,
            self.fax_count,
            self.supervise,
            self.seat,
            self.lock,
            self.menu_button,
        )
        bar.setContentsMargins(8, 8, 8, 8)
        self.setLayout(bar)
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.state.seat != was.state.seat or view.stale != was.stale:
            self._show_seat(view)
        if was is None or view.state.queues != was.state.queues or view.stale != was.stale:
            self._show_waiting(view)
        self.faxes.setVisible(view.fax.known)
        self.fax_count.setVisible(view.fax.known and view.fax.unread > 0)
        self.fax_count.say(str(view.fax.unread))
        lock = view.enabled.get(Action.LOCK_SEAT, OFF)
        if was is None or lock != was.enabled.get(Action.LOCK_SEAT, OFF):
            self.lock.setEnabled(lock.on)
            self._name_lock(words.say(words.WHYS, lock.why) if not lock.on else "")
        can_open = view.enabled.get(Action.OPEN_SEAT, OFF).on
        self.seat.set_kind("primary" if can_open else "")
        self.lock.setVisible(can_open)
        seat = view.state.seat
        self.supervise.setVisible(seat is not None and seat.role in {Role.SUPERVISOR, Role.MANAGER})
        self.tick(self.now())

    def tick(self, now: float) -> None:
        seat = self._view.state.seat
        self.chip.time.say("" if seat is None or self._view.stale else duration(now - seat.since))

    def retranslate(self) -> None:
        self.fax_count.set_hint(self.tr("Faxes in the inbox that nobody has taken"))
        self.lock.setText(self.tr("Lock") + f" ({key_text('Shift+F7')})")
        named(self.menu_button, self.tr("Menu"), self.tr("Settings, shortcuts, log-out"), key_text("Alt+M"))
        self.menu_button.setIcon(icon("menu", theme.tokens().text))
        self._name_lock("")
        self.reasons.clear()
        for number, reason in enumerate(CHOICES, 1):
            action = self.reasons.addAction(f"&{number}  {words.say(words.LOCK_REASONS, reason)}")
            action.triggered.connect(lambda _checked=False, reason=reason: self._desk.lock(reason))

    def begin(self) -> None:
        """Space opens a locked seat; while the seat is open, Space must do nothing, for a call may ring at any moment."""
        if self._view.enabled.get(Action.OPEN_SEAT, OFF).on:
            self.seat.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._host.focus_released.emit()

    def open_or_lock(self) -> None:
        """Opens the seat where that is enabled, else asks for the reason of locking."""
        if self._view.enabled.get(Action.OPEN_SEAT, OFF).on:
            self._desk.open_seat()
        else:
            self.ask_reason()

    def ask_reason(self) -> None:
        """Opens the list of reasons; arrows and Enter, or a digit, choose."""
        if self.lock.isEnabled():
            self.reasons.popup(self.lock.mapToGlobal(self.lock.rect().bottomLeft()))
            self.reasons.setActiveAction(self.reasons.actions()[0])

    def open_menu(self) -> None:
        at = self.menu_button.mapToGlobal(self.menu_button.rect().bottomRight())
        at.setX(at.x() - self.menu.sizeHint().width())
        self.menu.popup(at)

    def _name_lock(self, why: str) -> None:
        self.lock.setIcon(icon("locked", theme.tokens().text, theme.tokens().border))
        named(self.lock, self.tr("Lock the seat"), why or self.tr("Takes no calls; choose why"), key_text("Shift+F7"))

    def _show_seat(self, view: DeskView) -> None:
        seat = view.state.seat
        self.chip.show_state(SeatState.OFFLINE if seat is None else seat.state, stale=view.stale)
        self.who.say("" if seat is None else f"{seat.name} · {seat.agent} · {words.say(words.ROLES, seat.role)}")
        self.detail.say("" if seat is None else self._last_known(seat) if view.stale else self._detail(seat))
        reason = "" if seat is None else self._reason(seat)
        self.reason.say(reason)
        self.reason.setVisible(bool(reason))

    def _last_known(self, seat: Seat) -> str:
        state = words.say(words.SEAT_STATES, seat.state)
        return self.tr("Last known: {state}, since {time}").format(state=state, time=clock(seat.since))

    def _detail(self, seat: Seat) -> str:
        desk, calls = (
            self.tr("Desk {desk}").format(desk=seat.desk),
            self.tr("Calls today: {n}").format(n=seat.calls_today),
        )
        return f"{desk} · {calls}"

    def _reason(self, seat: Seat) -> str:
        """The reason for which the seat is locked, or will be after the call."""
        if seat.lock_next is not None:
            reason = words.say(words.LOCK_REASONS, seat.lock_next)
            return self.tr("Locked after this call: {reason}").format(reason=reason)
        locked = seat.reason is not None and seat.state is SeatState.LOCKED
        return words.say(words.LOCK_REASONS, seat.reason) if locked and seat.reason is not None else ""

    def _show_waiting(self, view: DeskView) -> None:
        waiting = sum(row.waiting for row in view.state.queues)
        longest = max((row.longest for row in view.state.queues), default=0.0)
        text = self.tr("Waiting: {n}").format(n=waiting)
        if waiting:
            text += " · " + self.tr("longest {time}").format(time=duration(longest))
        self.waiting.say("" if view.stale else text)
        self.waiting.set_role("warn" if waiting else "muted")
        self.waiting.set_hint(self.tr("Callers in your queues"))


OPEN_OR_LOCK = (
    Face(QT_TRANSLATE_NOOP("commands", "Open the seat"), "open", Action.OPEN_SEAT),
    Face(QT_TRANSLATE_NOOP("commands", "Lock the seat"), "locked", Action.LOCK_SEAT),
)
PANEL: PanelSpec[TopBar] = PanelSpec(
    "top",
    TopBar,
    (Placement(PanelPlace.BAR, 10),),
    (
        WindowCommand("seat", "F7", SEAT, OPEN_OR_LOCK, TopBar.open_or_lock, 10),
        WindowCommand("lock", "Shift+F7", SEAT, (Face(QT_TRANSLATE_NOOP("commands", "Lock the seat, with a reason"), "locked", Action.LOCK_SEAT),), TopBar.ask_reason, 20),
        WindowCommand("menu", "Alt+M", APP, (Face(QT_TRANSLATE_NOOP("commands", "Menu"), "menu"),), TopBar.open_menu, 90),
    ),
)  # fmt: skip
