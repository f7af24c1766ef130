"""The window for a call's target: dial out, internal call, transfer, monitor. A field to type in, a list of targets for it, 确认 and 返回."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QTabBar

from agent_app.model.calling import targets
from agent_app.model.calling.targets import DialPurpose, Kind, Offer
from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import CALL, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import words
from agent_app.ui.parts.dialog import DeskDialog
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import OneLineLabel, ParagraphLabel, across, named, rows
from shared.enums import ListenMode, SeatState

ACTIONS = {
    DialPurpose.DIAL: Action.DIAL,
    DialPurpose.CALL_SEAT: Action.CALL_SEAT,
    DialPurpose.TRANSFER: Action.TRANSFER,
    DialPurpose.MONITOR: Action.MONITOR,
}
TEXT_MAX = 64


class DialDialog(DeskDialog):
    """Down goes to the list, Up back; Enter calls the target named above the buttons; Esc closes the window."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self._desk, self._window = host.desk, host.window
        host.number_chosen.connect(
            lambda number, seat: self.ask(DialPurpose.CALL_SEAT if seat else DialPurpose.DIAL, number)
        )
        host.logged_out.connect(self.close)
        self.purpose = DialPurpose.DIAL
        self._chosen = False
        """A row of the list is selected, by arrow or mouse; else the typed text counts."""
        self.explains, self.kinds, self.line = ParagraphLabel("muted"), QTabBar(), QLineEdit()
        self.table: DataTable[Offer] = DataTable(self._columns(), lambda row: (row.kind, row.value), lines=9)
        self.whom, self.why = OneLineLabel("value", wide=60), OneLineLabel("danger", wide=60)
        self.call_button, self.back_button = QPushButton(), self.close_button
        self.call_button.setProperty("kind", "go")
        self.call_button.setAutoDefault(False)
        self.line.setMaxLength(TEXT_MAX)
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._typed)
        self.line.returnPressed.connect(self.call)
        self.line.installEventFilter(self)
        self.table.installEventFilter(self)
        self.table.chosen.connect(lambda _row: self.call())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._select())
        self.kinds.currentChanged.connect(lambda _at: self._typed())
        self.kinds.setDrawBase(False)
        self.kinds.setExpanding(False)
        self.call_button.clicked.connect(lambda _checked=False: self.call())
        foot = across(rows(self.whom, self.why, gap=2), self.back_button, self.call_button)
        foot.setStretch(0, 1)
        self.setLayout(rows(self.explains, self.kinds, self.line, self.table, foot, margin=16))
        self.resize(letters(self.font(), 108), self.sizeHint().height())
        self.redraw()

    # --- called by the window ---

    def ask(self, purpose: DialPurpose, text: str = "") -> None:
        """Opens the window for this purpose."""
        self.purpose, self._chosen = purpose, False
        self._desk.floor.show_colleagues(on=True)
        self._show_kinds()
        self.retranslate()
        self.line.setText(text)
        self._show_rows()
        self.go()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def dial(self) -> None:
        """Opens the window for dialling, with the number of the row that has the focus, if there is one."""
        focus = self._window.focusWidget()
        if not (isinstance(focus, DataTable) and focus.dial_current()):
            self.ask(DialPurpose.DIAL)

    def monitor(self) -> None:
        """In a monitored call: back to listening only. At a busy tone: listens to the called seat. Else opens the window for the choice of a seat."""
        if self._view.enabled.get(Action.LISTEN, OFF).on:
            self._desk.listen(ListenMode.MONITOR)
        elif self._view.state.call is not None:
            self._desk.monitor()
        else:
            self.ask(DialPurpose.MONITOR)

    def call(self) -> None:
        offer = self.offer
        if offer is None or not self.call_button.isEnabled():
            return
        self.close()
        match self.purpose:
            case DialPurpose.DIAL:
                self._desk.dial(offer.value)
            case DialPurpose.CALL_SEAT:
                self._desk.call_seat(offer.value)
            case DialPurpose.TRANSFER:
                self._desk.consult(offer.kind, offer.value)
            case DialPurpose.MONITOR:
                self._desk.monitor(offer.value)

    @property
    def offer(self) -> Offer | None:
        """The target that would be called now."""
        chosen = self.table.current() if self._chosen else None
        return chosen or targets.choice(self._view, self.purpose, self._kind, self.line.text())

    # --- drawing ---

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if not self.isVisible():
            return
        if was is None or _offers_differ(view, was):
            self._show_rows()
        self._enable()

    def retranslate(self) -> None:
        titles = {
            DialPurpose.DIAL: self.tr("Dial out"),
            DialPurpose.CALL_SEAT: self.tr("Internal call"),
            DialPurpose.TRANSFER: self.tr("Transfer"),
            DialPurpose.MONITOR: self.tr("Monitor a seat"),
        }
        hints = {
            DialPurpose.DIAL: self.tr("Number, name or pinyin"),
            DialPurpose.CALL_SEAT: self.tr("Agent number, name or initials"),
            DialPurpose.TRANSFER: self.tr("Seat, queue, number, menu or name"),
            DialPurpose.MONITOR: self.tr("Agent number, name or initials"),
        }
        self.setWindowTitle(titles[self.purpose])
        self.explains.say(self._explanation())
        self.line.setPlaceholderText(hints[self.purpose])
        named(self.line, titles[self.purpose], hints[self.purpose])
        self.table.set_empty(self.tr("Nobody fits. A number can be typed in full."))
        named(self.table, self.tr("Whom to call"), self.tr("Arrows choose, Enter calls"))
        named(self.kinds, self.tr("Of which kind"), self.tr("Narrows the list"))
        self.call_button.setText(self.tr("&OK") + " (↵)")
        self.back_button.setText(self.tr("&Return") + " (Esc)")
        named(self.back_button, self.tr("Return"), self.tr("Gives up; nobody is called"), "Esc")
        for at in range(self.kinds.count()):
            self.kinds.setTabText(at, self._kind_title(self.kinds.tabData(at)))
        self._enable()

    def closeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().closeEvent(event)  # type: ignore[arg-type]
        self.finished.emit(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Down goes from the field to the list, Up in the first row back to the field."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if watched is self.line and event.key() == Qt.Key.Key_Down and self.table.rows.rowCount():
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            self.table.selectRow(0)
            return True
        if watched is self.table and event.key() == Qt.Key.Key_Up and self.table.currentIndex().row() <= 0:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
            self._typed()
            return True
        return super().eventFilter(watched, event)

    # --- inside ---

    @property
    def _kind(self) -> Kind | None:
        found: Kind | None = self.kinds.tabData(self.kinds.currentIndex())
        return found

    def _show_kinds(self) -> None:
        kinds = targets.kinds(self._view, self.purpose)
        several = len(kinds) > 1
        while self.kinds.count():
            self.kinds.removeTab(0)
        for kind in (None, *kinds) if several else ():
            self.kinds.setTabData(self.kinds.addTab(self._kind_title(kind)), kind)
        self.kinds.setVisible(several)

    def _kind_title(self, kind: Kind | None) -> str:
        return self.tr("All") if kind is None else words.say(words.TARGET_KINDS, kind)

    def _explanation(self) -> str:
        in_call = self._view.state.call is not None
        if self.purpose is DialPurpose.MONITOR:
            return self.tr("You hear both sides of the seat's call; neither hears you.")
        if self.purpose is DialPurpose.TRANSFER:
            return self.tr(
                "The customer waits with music. Hanging up hands them over, whether it rings or was answered; "
                "Return takes them back."
            )
        return self.tr("The customer waits with music meanwhile.") if in_call else ""

    def _typed(self, _text: str = "") -> None:
        self._chosen = False
        self._show_rows()
        self._enable()

    def _select(self) -> None:
        self._chosen = self.table.selectionModel().hasSelection()
        self._enable()

    def _show_rows(self) -> None:
        chosen = self._chosen
        self.table.show_rows(targets.offered(self._view, self.purpose, self._kind, self.line.text()))
        if not chosen:
            self.table.clearSelection()
        self._chosen = chosen and self.table.selectionModel().hasSelection()

    def _enable(self) -> None:
        can, offer = self._view.enabled.get(ACTIONS[self.purpose], OFF), self.offer
        self.call_button.setEnabled(can.on and offer is not None)
        self.explains.say(self._explanation())
        self.explains.setVisible(bool(self.explains.text()))
        self.whom.say("" if offer is None else self.tr("Calls {who}").format(who=self._who(offer)))
        self.why.say("" if can.on else words.say(words.WHYS, can.why))
        self.why.setVisible(not can.on)
        hint = self.whom.text() if can.on and offer is not None else self.why.text() or words.problem("no_target")
        named(self.call_button, self.tr("OK"), hint, "Enter")

    def _who(self, offer: Offer) -> str:
        parts = (words.say(words.TARGET_KINDS, offer.kind), offer.value if offer.kind in NUMBERED else "", offer.name)
        return " ".join(part for part in parts if part)

    def _columns(self) -> list[TableColumn[Offer]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Kind"), lambda row: words.say(words.TARGET_KINDS, row.kind), 12),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Number"), lambda row: row.value if row.kind in NUMBERED else "", 16, bold=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Name"), lambda row: row.name or ("" if row.kind in NUMBERED else row.value), 0),
            TableColumn(QT_TRANSLATE_NOOP("tables", "State"), self._state, 26, colour=lambda row: "ok" if row.state is SeatState.OPEN or row.free else ""),
        ]  # fmt: skip

    def _state(self, row: Offer) -> str:
        if row.state is not None:
            return words.say(words.SEAT_STATES, row.state)
        if row.kind is Kind.QUEUE and row.seats:
            return self.tr("waiting {n}, seats {free}/{seats}").format(n=row.waiting, free=row.free, seats=row.seats)
        return ""


NUMBERED = frozenset({Kind.SEAT, Kind.NUMBER})
"""Kinds whose number is shown; the ids of the other kinds have no meaning for people."""


def _offers_differ(view: DeskView, was: DeskView) -> bool:
    """Whether the views differ in a field from which the list is made."""
    names = ("colleagues", "targets", "people", "calls", "shown", "language")
    return view.state.queues != was.state.queues or any(getattr(view, name) is not getattr(was, name) for name in names)


MONITOR = (
    Face(QT_TRANSLATE_NOOP("commands", "Monitor"), "monitoring", Action.MONITOR, QT_TRANSLATE_NOOP("commands", "Hears both sides of a busy seat's call, heard by neither")),
    Face(QT_TRANSLATE_NOOP("commands", "Listen only"), "monitoring", Action.LISTEN, QT_TRANSLATE_NOOP("commands", "Nobody hears you any more")),
)  # fmt: skip
PANEL: PanelSpec[DialDialog] = PanelSpec(
    "dialling",
    DialDialog,
    commands=(
        WindowCommand("dial", "F6", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Dial out"), "dial", Action.DIAL, QT_TRANSLATE_NOOP("commands", "Calls an outside number; in a talk the customer waits meanwhile")),), DialDialog.dial, 50),
        WindowCommand("call_seat", "Shift+F6", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Internal call"), "person", Action.CALL_SEAT, QT_TRANSLATE_NOOP("commands", "Calls another seat; in a talk the customer waits meanwhile")),), lambda dialog: dialog.ask(DialPurpose.CALL_SEAT), 60),
        WindowCommand("transfer", "Ctrl+F6", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Transfer"), "transfer", Action.TRANSFER, QT_TRANSLATE_NOOP("commands", "The customer waits while a seat, a queue, a number, a menu or the PIN check is asked; hanging up hands over")),), lambda dialog: dialog.ask(DialPurpose.TRANSFER), 70),
        WindowCommand("monitor", "Ctrl+M", CALL, MONITOR, DialDialog.monitor, 120),
    ),
    tables={"dialling": lambda dialog: dialog.table},
    watches_colleagues=True,
)  # fmt: skip
