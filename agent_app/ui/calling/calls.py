"""The last calls of this agent at this desk: in, out, missed, internal. Enter, a double click or a click on the number dials again."""

from PySide6.QtCore import Signal

from agent_app.model.desk.view import DeskView
from agent_app.model.phonebook.people import CallWay, PastCall
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import day, duration
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP, DataTable, TableColumn
from agent_app.ui.parts.widgets import Clock, Panel, named, rows

COLOURS = {CallWay.MISSED: "danger", CallWay.OUT: "accent", CallWay.INTERNAL: "muted"}


class CallsPanel(Panel):
    chosen = Signal(str, bool)
    """The number, and whether it is a seat's."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.table: DataTable[PastCall] = DataTable(self._columns(), lambda row: (row.at, row.number), lines=6)
        self.table.chosen.connect(self._choose)
        self.table.number_clicked.connect(self._choose)
        self.setLayout(rows(self.table))
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.calls != was.calls or view.language != was.language:
            self.table.show_rows(view.calls)

    def retranslate(self) -> None:
        self.table.set_empty(self.tr("No calls yet."))
        named(self.table, self.tr("Last calls"), self.tr("The newest first; Enter dials again"))

    def _choose(self, row: PastCall) -> None:
        self.chosen.emit(row.number, row.way is CallWay.INTERNAL)

    def _columns(self) -> list[TableColumn[PastCall]]:
        return [
            TableColumn(QT_TRANSLATE_NOOP("tables", "Way"), lambda row: words.say(words.CALL_WAYS, row.way), 8, colour=lambda row: COLOURS.get(row.way, "")),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Who"), lambda row: row.name or row.number, 0, tip=_both, number=lambda row: row.number),
            TableColumn(QT_TRANSLATE_NOOP("tables", "When"), lambda row: day(row.at, self.now()), 6),
            TableColumn(QT_TRANSLATE_NOOP("tables", "Length"), lambda row: duration(row.seconds) if row.seconds else "", 5, right=True),
        ]  # fmt: skip


def _both(row: PastCall) -> str:
    return " ".join(part for part in (row.name, row.number) if part)
