"""The search for customers while typing: by number, account, name, pinyin or initials."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.commands import OFF, key_text
from agent_app.ui.commands.table import LOOK, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import Escape, PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import OneLineLabel, Panel, named, rows
from shared.desk import CustomerCard

TEXT_LIMIT = 64


class SearchLine(QLineEdit):
    """The search field; Down and Enter go to the rows."""

    down = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(TEXT_LIMIT)
        self.setClearButtonEnabled(True)
        self._picture = QAction(self)
        self.addAction(self._picture, QLineEdit.ActionPosition.LeadingPosition)

    def show_icon(self) -> None:
        self._picture.setIcon(icon("search", theme.tokens().muted))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
            return
        super().keyPressEvent(event)


class SearchPanel(Panel):
    """The rows found; shown in the place of the card during a search. ``line`` stands above.

    A caller's card takes the place back; F9, or another letter in the line, shows the rows again.
    """

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock)
        self._host, self._desk = host, host.desk
        self._left = ""
        """The text of the search during which a caller's card came."""
        self.line, self.state = SearchLine(), OneLineLabel("muted", wide=50)
        self.table: DataTable[CustomerCard] = DataTable(COLUMNS, lambda row: row.id, lines=8)
        self.line.textEdited.connect(self._desk.search)
        self.line.textChanged.connect(self._cleared)
        self.line.down.connect(self._into_rows)
        self.table.chosen.connect(self._choose)
        self.table.installEventFilter(self)
        self.setLayout(rows(self.state, self.table, margin=8))
        self.redraw()

    @property
    def active(self) -> bool:
        return bool(self._view.search.text)

    @property
    def wanted(self) -> bool:
        """Whether the rows stand in the place of the card."""
        return self.active and self._view.search.text != self._left

    def go(self) -> None:
        self._left = ""
        self._host.places_changed.emit()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def close_search(self) -> None:
        if self.active:
            self._desk.search("")
        self._host.focus_released.emit()

    def escape(self) -> bool:
        """Closes the search; returns whether it was open."""
        if not self.active and not self.line.hasFocus():
            return False
        self.close_search()
        return True

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        pop, old = view.state.pop, None if was is None else was.state.pop
        if pop is not None and was is not None and (old is None or old.call != pop.call):
            self._left = view.search.text
        search, can = view.search, view.enabled.get(Action.SEARCH, OFF)
        self.line.setEnabled(can.on)
        if search.text != self.line.text():
            with QSignalBlocker(self.line):
                self.line.setText(search.text)
        if was is None or search != was.search:
            self.table.show_rows(search.rows)
            self.state.say(self._state(view))
            self.table.set_empty(self.state.text())

    def retranslate(self) -> None:
        self.line.show_icon()
        self.line.setPlaceholderText(self.tr("Find a customer: number, account, name, pinyin") + f" ({key_text('F9')})")
        hint = self.tr("Number, account, name, pinyin or its initials; Down goes to the rows, Esc closes")
        named(self.line, self.tr("Find a customer"), hint, key_text("F9"))
        named(self.table, self.tr("Customers found"), self.tr("Enter shows the customer"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Up in the first row returns to the field."""
        up = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Up
        if watched is self.table and up and self.table.currentIndex().row() <= 0:
            self.line.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _state(self, view: DeskView) -> str:
        if view.search.busy:
            return self.tr("Searching …")
        if view.search.text and not view.search.rows:
            return self.tr("Nobody found")
        return self.tr("Found: {n}").format(n=len(view.search.rows))

    def _cleared(self, text: str) -> None:
        """An emptied field ends the search, also when its clear button was pressed."""
        if not text and self.active:
            self._desk.search("")

    def _into_rows(self) -> None:
        if self._view.search.rows:
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
            self.table.setCurrentIndex(self.table.rows.index(0, 0))

    def _choose(self, card: CustomerCard) -> None:
        self.close_search()  # first, since an emptied search drops requests sent before
        self._desk.show_customer(card.id)


COLUMNS: tuple[TableColumn[CustomerCard], ...] = (
    TableColumn(QT_TRANSLATE_NOOP("tables", "Customer"), lambda row: str(row.id), 9, right=True),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Name"), lambda row: row.name, 0),
    TableColumn(
        QT_TRANSLATE_NOOP("tables", "VIP"), lambda row: "VIP" if row.vip else "", 5, colour=lambda _row: "warn"
    ),
    TableColumn(QT_TRANSLATE_NOOP("tables", "Telephones"), lambda row: words.listed(row.phones), 28),
    TableColumn(
        QT_TRANSLATE_NOOP("tables", "Accounts"), lambda row: words.listed(one.account for one in row.accounts), 26
    ),
)


PANEL: PanelSpec[SearchPanel] = PanelSpec(
    "search",
    SearchPanel,
    (
        Placement(PanelPlace.SEARCH, 10, lambda panel: panel.line),
        Placement(PanelPlace.OVER, 10, wanted=lambda panel: panel.wanted),
    ),
    (WindowCommand("search", "F9", LOOK, (Face(QT_TRANSLATE_NOOP("commands", "Find a customer"), "search", Action.SEARCH),), SearchPanel.go, 10),),
    tables={"search": lambda panel: panel.table},
    escape=Escape(10, SearchPanel.escape),
)  # fmt: skip
