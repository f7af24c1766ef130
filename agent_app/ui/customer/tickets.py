"""工单: the customer's open problems, and the editor for one of them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from agent_app.model.desk.view import Action, DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF, Commands
from agent_app.ui.commands.sent import SentCommand
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import day
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows
from shared.desk import TEXT_MAX, Ticket
from shared.ids import CustomerId, TicketId

TITLE_MAX = 200
STATES = ("open", "waiting", "closed")


class TicketsPanel(Panel):
    """Choosing a row shows it in the editor; ``Ctrl+T`` empties the editor for a new one; ``Ctrl+S`` sends it.

    Typed text stays until the switch has saved it, or another customer is on the screen.
    """

    def __init__(self, desk: DeskPresenter, commands: Commands, clock: Clock) -> None:
        super().__init__(clock)
        self._desk = desk
        self._editing: TicketId | None = None
        self._customer: CustomerId | None = None
        self._sent = SentCommand(Action.NEW_TICKET)
        self._drafts: dict[TicketId | None, tuple[str, int, str]] = {}
        """Typed text of tickets that are not in the editor now: title, state, note."""
        self.heading = OneLineLabel("heading", wide=20)
        self.table: DataTable[Ticket] = DataTable(self._columns(), lambda row: row.id, lines=3)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show_chosen())
        self.title, self.state, self.note = QLineEdit(), QComboBox(), QPlainTextEdit()
        self.table.chosen.connect(lambda _row: self.note.setFocus())
        self.past = QPlainTextEdit()
        self.past.setReadOnly(True)
        self.past.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.past.setTabChangesFocus(True)
        self.title.setMaxLength(TITLE_MAX)
        self.note.setTabChangesFocus(True)
        self.new_button, self.save_button = commands.button("new_ticket"), commands.button("save_ticket")
        for state in STATES:
            self.state.addItem("", state)
        line = round(self.fontMetrics().height() * 1.35)
        self.past.setMinimumHeight(line * 2)
        self.note.setMinimumHeight(line * 2)
        body = rows(
            across(self.heading, None, self.new_button), self.table, self.title, self.past, self.note,
            across(self.state, None, self.save_button), margin=8, gap=4,
        )  # fmt: skip
        body.setStretchFactor(self.table, 2)
        body.setStretchFactor(self.past, 3)
        body.setStretchFactor(self.note, 2)
        self.setLayout(body)
        self.redraw()

    def new(self) -> None:
        """Empties the editor for a new ticket and goes to its title."""
        self._keep_draft()
        self._editing = None
        self.table.clearSelection()
        self.table.setCurrentIndex(self.table.rootIndex())
        self._fill(None)
        self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def save(self) -> None:
        title = self.title.text().strip()
        if not title:
            self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._sent.begin()
        self._desk.save_ticket(self._editing, title, self.state.currentData(), self.note.toPlainText()[:TEXT_MAX])

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        can = view.enabled.get(Action.NEW_TICKET, OFF).on
        for part in (self.title, self.state, self.note):
            part.setEnabled(view.shown is not None)
        self.save_button.setEnabled(can)
        if was is None or view.shown != was.shown or view.language != was.language:
            self._show_tickets(view)
        self._settle(view)

    def retranslate(self) -> None:
        self.heading.say(self.tr("Tickets"))
        for at, state in enumerate(STATES):
            self.state.setItemText(at, words.say(words.TICKET_STATES, state))
        self.title.setPlaceholderText(self.tr("What it is about"))
        self.note.setPlaceholderText(self.tr("Add a note"))
        self.past.setPlaceholderText(self.tr("Notes so far"))
        named(self.table, self.tr("Tickets"), self.tr("The customer's tickets; Enter goes to the note"), "Ctrl+5")
        named(self.title, self.tr("Ticket's title"))
        named(self.note, self.tr("New note"), self.tr("Is added to the ticket"))
        named(self.past, self.tr("Notes so far"))
        named(self.state, self.tr("Ticket's state"))

    def _show_tickets(self, view: DeskView) -> None:
        customer = None if view.shown is None else view.shown.id
        if customer != self._customer:
            self._customer, self._editing = customer, None
            self._sent.forget()
            self._drafts.clear()
            self._fill(None)
        nobody = view.shown is None
        self.table.set_empty(self.tr("No customer is on the screen.") if nobody else self.tr("No tickets."))
        self.table.show_rows(() if view.shown is None else view.shown.tickets)
        self._refresh_past()

    def _settle(self, view: DeskView) -> None:
        """After a save: the note is emptied if the ticket is saved, and stays for another try if not."""
        ended = self._sent.ended(view)
        if ended is None or ended.problem is not None:
            return
        self.note.clear()
        if self._editing is None:
            self._fill(None)

    def _show_chosen(self) -> None:
        ticket = self.table.current()
        if ticket is not None and ticket.id != self._editing:
            self._keep_draft()
            self._editing = ticket.id
            self._fill(ticket)

    def _fill(self, ticket: Ticket | None) -> None:
        self.title.setText("" if ticket is None else ticket.title)
        self.title.setCursorPosition(0)
        self.state.setCurrentIndex(0 if ticket is None else max(0, self.state.findData(ticket.state)))
        self.past.setPlainText("" if ticket is None else ticket.text)
        self.note.clear()
        draft = self._drafts.pop(None if ticket is None else ticket.id, None)
        if draft is not None:
            self.title.setText(draft[0])
            self.state.setCurrentIndex(draft[1])
            self.note.setPlainText(draft[2])

    def _keep_draft(self) -> None:
        """Keeps the text typed for this ticket while another ticket is in the editor."""
        if self.note.toPlainText() or (self._editing is None and self.title.text()):
            self._drafts[self._editing] = (self.title.text(), self.state.currentIndex(), self.note.toPlainText())

    def _refresh_past(self) -> None:
        ticket = self.table.current()
        if ticket is not None and ticket.id == self._editing and ticket.text != self.past.toPlainText():
            self.past.setPlainText(ticket.text)

    def _columns(self) -> list[TableColumn[Ticket]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "No."), lambda row: str(row.id), 5, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "About"), lambda row: row.title, 0),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "State"), lambda row: words.say(words.TICKET_STATES, row.state), 9,
                colour=lambda row: "muted" if row.state == "closed" else "warn",
            ),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Changed"), lambda row: day(row.updated_at, self.now()), 6),
        ]  # fmt: skip
