"""Reports (统计报表) in the supervisor's desk: by subject and days, as a table, as a chart, and as a file for a spreadsheet."""

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDate, QStandardPaths, Qt
from PySide6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QLabel, QPushButton, QSplitter, QWidget

from agent_app import files
from agent_app.model.desk.problems import file_problem
from agent_app.model.desk.view import Action, DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.model.reports.report import ReportSpan, ReportView, days_of
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF
from agent_app.ui.parts import words
from agent_app.ui.parts.boards import BoardColumn, BoardTable, FloorPanel
from agent_app.ui.parts.fmt import NOTHING, clock, one_line
from agent_app.ui.parts.tables import CONTEXT, QT_TRANSLATE_NOOP
from agent_app.ui.parts.widgets import Clock, OneLineLabel, across, named, rows
from agent_app.ui.reports.cells import MEASURES
from agent_app.ui.reports.chart import Bar, BarChart
from shared.days import shanghai_day
from shared.desk_reports import ReportShown
from shared.floor import by_key
from shared.report_csv import as_csv
from shared.reports import By, ReportRow

log = logging.getLogger(__name__)

DAY = "yyyyMMdd"
BOM = "\ufeff"
"""Spreadsheets need the BOM to read Chinese."""
LETTERS = 12
"""Width of a choice in letters."""


class ReportsPage(FloorPanel):
    def __init__(self, desk: DeskPresenter, clock: Clock) -> None:
        super().__init__(clock)
        self._desk = desk
        self._report = ReportView()
        self.by, self.span, self.queue, self.measure = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.first, self.last = QDateEdit(), QDateEdit()
        self.make, self.save = QPushButton(), QPushButton()
        self.total, self.note = OneLineLabel("value", wide=200), OneLineLabel("muted", wide=100)
        self.table: BoardTable[ReportRow] = BoardTable(self._columns(), lines=10)
        self.chart = BarChart()
        self._labels = {part: QLabel() for part in (self.by, self.span, self.queue, self.measure)}
        self._build()
        self.redraw()
        self.by.setCurrentIndex(self.by.findData(str(By.QUEUES)))
        self._choose_span()

    def _build(self) -> None:
        for part, label in self._labels.items():
            label.setBuddy(part)
            part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            part.setMinimumContentsLength(LETTERS)
        for field in (self.first, self.last):
            field.setDisplayFormat("yyyy-MM-dd")
            field.setCalendarPopup(True)
            field.dateChanged.connect(lambda _date: self._dates_typed())
        self.make.setProperty("kind", "primary")
        self.make.clicked.connect(lambda _checked=False: self.ask())
        self.save.clicked.connect(lambda _checked=False: self.ask_file())
        self.span.currentIndexChanged.connect(lambda _at: self._choose_span())
        self.measure.currentIndexChanged.connect(lambda _at: self._draw_chart())
        choice = across(
            self._labels[self.by], self.by, 8, self._labels[self.span], self.span, self.first, QLabel("–"), self.last, 8,
            self._labels[self.queue], self.queue, 8, self.make, None, self.save,
        )  # fmt: skip
        above, below = QWidget(), QWidget()
        above.setLayout(rows(self.table, across(self.total, None, self.note), gap=6))
        below.setLayout(rows(across(self._labels[self.measure], self.measure, None), self.chart, gap=6))
        both = self.halves = QSplitter(Qt.Orientation.Vertical)
        for at, half in enumerate((above, below)):
            both.addWidget(half)
            both.setStretchFactor(at, 1)
        whole = rows(choice, both, margin=8)
        whole.setStretchFactor(both, 1)
        self.setLayout(whole)

    def _columns(self) -> list[BoardColumn[ReportRow]]:
        first = BoardColumn[ReportRow](
            QT_TRANSLATE_NOOP("tables", "About"), self._line, 16, bold=True, sort=lambda row: row.key
        )
        last = BoardColumn[ReportRow](QT_TRANSLATE_NOOP("tables", "Dispositions"), self._dispositions, 30)
        return [first, *(measure.column() for measure in MEASURES), last]

    # --- inputs ---

    def begin(self) -> None:
        """The page is opened: requests today's queues, if no report was requested yet."""
        if self._report.shown is None and not self._report.busy:
            self.ask()

    def ask(self) -> None:
        first, last = sorted(field.date().toString(DAY) for field in (self.first, self.last))
        self._desk.reports.ask(By(self.by.currentData()), first, last, self.queue.currentData() or None)

    def ask_file(self) -> None:
        """Asks for the CSV's path by Qt's own dialog, which is not modal."""
        shown = self._report.shown
        if shown is None:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        dialog = QFileDialog(
            self, self.tr("Save as CSV"), str(Path(folder) / f"{shown.by}-{shown.first}-{shown.last}.csv")
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{shown.by}-{shown.first}-{shown.last}.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_as)
        dialog.show()

    def save_as(self, file: str) -> None:
        shown = self._report.shown
        if shown is None:
            return
        try:
            files.write(Path(file), (BOM + as_csv(shown.rows, shown.total)).encode())
        except OSError as error:
            log.warning("the report can't be written (%s)", error.strerror)
            self._say(words.problem(file_problem(error)), "danger")
        else:
            self._say(self.tr("Saved: {file}").format(file=file))

    # --- drawing ---

    def show_report(self, report: ReportView) -> None:
        was, self._report = self._report, report
        self.drawing(lambda: self._show_report(report, was))

    def _from_nothing(self) -> None:
        super()._from_nothing()
        self._show_report(self._report, ReportView())

    def _show_report(self, report: ReportView, was: ReportView) -> None:
        self._enable()
        if report.busy:
            self.table.set_empty(self.tr("The report is being made …"))
            self._say(self.tr("The report is being made …"))
        elif report.problem:
            text = words.problem(report.problem)
            self._say(f"{text} {report.problem_text}" if report.problem_text else text, "danger")
        elif report.shown is not None:
            self._say_what(report.shown)
        if report.shown is not was.shown:
            self._draw()

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:
        """Takes the queues to choose from, and names for the lines."""
        if set(floor.queues) != set(was.queues):
            self._fill_queues()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.enabled.get(Action.ASK_REPORT) != was.enabled.get(Action.ASK_REPORT):
            self._enable()
        if was is not None and view.language != was.language:
            self._fill_queues()
            self._draw()

    def retranslate(self) -> None:
        titles = (self.tr("&By"), self.tr("&Days"), self.tr("&Queue"), self.tr("&Chart"))
        for (part, label), title in zip(self._labels.items(), titles, strict=True):
            label.setText(title)
            named(part, title.replace("&", ""))
        _fill(self.by, [(str(by), words.say(words.REPORTS, by)) for by in By])
        _fill(self.span, [(str(span), words.say(words.SPANS, span)) for span in ReportSpan])
        measures = [(measure.title, QCoreApplication.translate(CONTEXT, measure.title)) for measure in MEASURES]
        _fill(self.measure, measures)
        self._fill_queues()
        self.make.setText(self.tr("Ma&ke the report"))
        named(self.make, self.tr("Make the report"), self.tr("Of these days, today until now"))
        self.save.setText(self.tr("&Save as CSV …"))
        named(self.save, self.tr("Save as CSV"), self.tr("For a spreadsheet, with all figures"))
        named(self.first, self.tr("First day"))
        named(self.last, self.tr("Last day"))
        named(self.table, self.tr("Report"), self.tr("A click on a heading sorts"))
        self._draw()

    # --- inside ---

    def _draw(self) -> None:
        shown = self._report.shown
        none = self.tr("No report yet: choose the days and make it.")
        self.table.set_empty(none if shown is None else self.tr("There were no calls on these days."))
        self.table.board.show_all(by_key(shown.rows) if shown else {})
        for at, measure in enumerate(MEASURES, 1):
            self.table.setColumnHidden(at, shown is not None and shown.by not in measure.only)
        self.table.board.repaint_all()
        self._draw_total(shown)
        self._draw_chart()
        self._enable()

    def _draw_total(self, shown: ReportShown | None) -> None:
        if shown is None:
            self.total.say("")
            return
        parts = [
            f"{QCoreApplication.translate(CONTEXT, each.title)} {each.text(shown.total)}"
            for each in MEASURES
            if each.summed
        ]
        self.total.say(self.tr("Total: {figures}").format(figures=" · ".join(parts)))

    def _draw_chart(self) -> None:
        shown, title = self._report.shown, self.measure.currentData()
        measure = next((each for each in MEASURES if each.title == title), MEASURES[0])
        lines = sorted(shown.rows, key=lambda row: row.key) if shown else []
        bars = [Bar(self._line(row), measure.value(row), measure.text(row)) for row in lines]
        self.chart.show_bars(QCoreApplication.translate(CONTEXT, measure.title), bars, measure.said)

    def _line(self, row: ReportRow) -> str:
        """The title of the line's subject."""
        by, language = self._report.shown.by if self._report.shown else By.QUEUES, self._view.language
        if not row.key:
            return NOTHING
        match by:
            case By.AGENTS:
                return f"{row.key} {row.name}".strip()
            case By.HOURS:
                return f"{row.key}:00"
            case By.DAYS:
                return _day(row.key)
            case By.QUEUES if row.key in self._floor.queues:
                return words.titled(self._floor.queues[row.key].title, language, row.key)
            case By.BRANCHES if row.key in self._floor.branches:
                return words.titled(self._floor.branches[row.key].title, language, row.key)
            case _:
                return row.key

    def _dispositions(self, row: ReportRow) -> str:
        """Dispositions with counts, the most frequent first."""
        titles = {choice.id: choice.title for choice in self._view.state.dispositions}
        found = sorted(row.dispositions.items(), key=lambda each: -each[1])
        parts = (f"{words.titled(titles.get(id_, {}), self._view.language, id_)} {number}" for id_, number in found)
        return " · ".join(parts)

    def _fill_queues(self) -> None:
        queues = [
            (row.queue, words.titled(row.title, self._view.language, row.queue)) for row in self._floor.queues.values()
        ]
        _fill(self.queue, [("", self.tr("all")), *sorted(queues, key=lambda each: each[1])])

    def _choose_span(self) -> None:
        span = ReportSpan(self.span.currentData() or ReportSpan.TODAY)
        if span is not ReportSpan.CUSTOM:
            for field, day in zip((self.first, self.last), days_of(span, shanghai_day(self.now())), strict=True):
                field.blockSignals(True)
                field.setDate(QDate.fromString(day, DAY))
                field.blockSignals(False)

    def _dates_typed(self) -> None:
        self.span.setCurrentIndex(self.span.findData(str(ReportSpan.CUSTOM)))

    def _enable(self) -> None:
        state = self._view.enabled.get(Action.ASK_REPORT, OFF)
        self.make.setEnabled(state.on and not self._report.busy)
        self.save.setEnabled(self._report.shown is not None)

    def _say_what(self, shown: ReportShown) -> None:
        """Shows the report's days, its time and its group."""
        days = " – ".join(dict.fromkeys((_day(shown.first), _day(shown.last))))
        text = self.tr("{days}, until {time}").format(days=days, time=clock(shown.at))
        if shown.group is not None:
            text += " · " + self.tr("group {group}").format(group=shown.group)
        self._say(text)

    def _say(self, text: str, role: str = "muted") -> None:
        self.note.set_role(role)
        self.note.say(one_line(text))


def _day(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _fill(box: QComboBox, items: list[tuple[str, str]]) -> None:
    """Fills the box; the same item stays chosen if it is still there."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for data, text in items:
        box.addItem(one_line(text), data)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)
