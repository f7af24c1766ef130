"""The agent's queues: waiting callers, waiting times, open seats."""

from PySide6.QtWidgets import QAbstractItemView

from agent_app.model.desk.view import DeskView
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Clock, Panel, named, rows
from shared.desk import QueueRow
from shared.enums import Language


class QueuesPanel(Panel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.table: DataTable[QueueRow] = DataTable(self._columns(), lambda row: row.queue, lines=4)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)  # rows have no action
        self.setLayout(rows(self.table))
        self.redraw()

    def _columns(self) -> list[TableColumn[QueueRow]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Queue"), self._title, 0),
            TableColumn(
                QT_TRANSLATE_NOOP("tables", "Waiting"), lambda row: str(row.waiting), 4, right=True, bold=True,
                colour=lambda row: "warn" if row.waiting else "",
            ),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Longest"), lambda row: duration(row.longest) if row.waiting else "", 7, right=True),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Seats"), lambda row: f"{row.open_seats}/{row.seats}", 5, right=True),
        ]  # fmt: skip

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.state.queues != was.state.queues:
            self.table.show_rows(view.state.queues)
        if was is None or view.stale != was.stale:
            self.table.setEnabled(not view.stale)

    def retranslate(self) -> None:
        self.table.set_empty(self.tr("You are in no queue."))
        named(self.table, self.tr("Queues"), self.tr("Callers waiting, the longest wait, seats that are open of all"))

    def _title(self, row: QueueRow) -> str:
        language = self._view.language if self._view else Language.ZH
        return words.titled(row.title, language, row.queue)
