"""The directory: the agent's own entries and all colleagues in one list, with their states; found by number, name, pinyin or initials."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton

from agent_app.model.desk.view import DeskView
from agent_app.model.phonebook.people import Person, matches
from agent_app.ui.calling.person import PersonDialog
from agent_app.ui.commands.table import LOOK, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Panel, across, go, named, rows
from shared.enums import SeatState
from shared.floor import ColleagueRow

Entry = Person | ColleagueRow
TOOLS = ("add", "edit", "delete", "undo")


class PeoplePanel(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self._host, self._desk = host, host.desk
        self.line = QLineEdit()
        self.line.setClearButtonEnabled(True)
        self.line.setMaxLength(64)
        self.line.textChanged.connect(lambda _text: self._show_rows())
        self.table: DataTable[Entry] = DataTable(self._columns(), _key, lines=5)
        self.table.chosen.connect(self._choose)
        self.table.number_clicked.connect(self._choose)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        for watched in (self.line, self.table):
            watched.installEventFilter(self)
        self.tools = {name: QToolButton() for name in TOOLS}
        does = {"add": self.add, "edit": self.edit, "delete": self.delete, "undo": host.desk.undo_people}
        for name, button in self.tools.items():
            button.setProperty("flat", "true")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, name=name: does[name]())
        self.person = PersonDialog(host.desk, self)
        self.setLayout(rows(across(self.line, *self.tools.values(), gap=2), self.table, gap=4))
        self.redraw()

    # --- buttons ---

    def add(self) -> None:
        self.person.ask(None)

    def edit(self) -> None:
        row = self.table.current()
        if isinstance(row, Person):
            self.person.ask(row)

    def delete(self) -> None:
        row = self.table.current()
        if isinstance(row, Person):
            self._desk.delete_person(row.id)

    # --- drawing ---

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.people != was.people or view.colleagues != was.colleagues:
            self._show_rows()
        self.person.draw(view)
        self._enable()

    def title(self) -> str:
        return self.tr("Directory")

    def retranslate(self) -> None:
        self.line.setPlaceholderText(self.tr("Number, name, pinyin"))
        named(
            self.line,
            self.tr("Find in the directory"),
            self.tr("Number, name, pinyin or initials; Down goes to the rows"),
        )
        named(self.table, self.tr("Directory"), self.tr("Enter calls; Insert adds, Delete deletes"))
        titles = {
            "add": (self.tr("Add somebody"), "Ins"),
            "edit": (self.tr("Change the entry"), "Ctrl+Enter"),
            "delete": (self.tr("Delete the entry"), "Del"),
            "undo": (self.tr("Take the last change back"), "Ctrl+Z"),
        }
        now = theme.tokens()
        for name, (title, key) in titles.items():
            named(self.tools[name], title, title, key)
            self.tools[name].setIcon(icon(name, now.text, now.border))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if watched is self.line and key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        if watched is not self.table:
            return super().eventFilter(watched, event)
        if key == Qt.Key.Key_Insert:
            self.add()
        elif key == Qt.Key.Key_Delete:
            self.delete()
        elif control and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit()
        elif control and key == Qt.Key.Key_Z:
            self._desk.undo_people()
        elif key == Qt.Key.Key_Up and self.table.currentIndex().row() <= 0:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            return super().eventFilter(watched, event)
        return True

    # --- inside ---

    def _show_rows(self) -> None:
        """The agent's own entries first; then colleagues, with free seats before the others."""
        text, view = self.line.text(), self._view
        own = view.state.seat.agent if view.state.seat is not None else None
        people = [row for row in view.people if matches(text, row.number, row.name, row.keys, row.note)]
        seats = [
            row
            for row in view.colleagues
            if row.agent != own and matches(text, row.agent, row.name, row.initials, row.group)
        ]
        none = self.tr("The directory is empty. Insert adds somebody.")
        self.table.set_empty(self.tr("Nobody found.") if text.strip() else none)
        self.table.show_rows([*people, *sorted(seats, key=lambda row: (_ORDER.get(row.state, 1), row.agent))])

    def _enable(self) -> None:
        own = isinstance(self.table.current(), Person)
        self.tools["add"].setEnabled(not self._view.needs_password)
        self.tools["edit"].setEnabled(own)
        self.tools["delete"].setEnabled(own)
        self.tools["undo"].setEnabled(self._view.can_undo)

    def _choose(self, row: Entry) -> None:
        self._host.number_chosen.emit(_number(row), isinstance(row, ColleagueRow))

    def _columns(self) -> list[TableColumn[Entry]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Name"), lambda row: row.name, 0, tip=_about),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Number"), _number, 13, number=_number),
            TableColumn(QT_TRANSLATE_NOOP("tables", "State"), _state, 8, colour=lambda row: "ok" if _is_open(row) else "muted"),
        ]  # fmt: skip


_ORDER = {SeatState.OPEN: 0, SeatState.OFFLINE: 2}


def _key(row: Entry) -> object:
    return ("person", row.id) if isinstance(row, Person) else ("seat", row.agent)


def _number(row: Entry) -> str:
    return row.number if isinstance(row, Person) else row.agent


def _is_open(row: Entry) -> bool:
    return isinstance(row, ColleagueRow) and row.state is SeatState.OPEN


def _state(row: Entry) -> str:
    return words.say(words.SEAT_STATES, row.state) if isinstance(row, ColleagueRow) else ""


def _about(row: Entry) -> str:
    more = row.note if isinstance(row, Person) else row.group
    return " · ".join(part for part in (row.name, more) if part)


PANEL: PanelSpec[PeoplePanel] = PanelSpec(
    "people",
    PeoplePanel,
    (Placement(PanelPlace.LIST, 30, title=PeoplePanel.title),),
    (WindowCommand("people", "Ctrl+7", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Go to the directory"), "person"),), lambda panel: go(panel.line), 90),),
    tables={"people": lambda panel: panel.table},
    watches_colleagues=True,
)  # fmt: skip
