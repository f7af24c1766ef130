"""The supervisor's desk: a window of its own with the whole floor on one page, and the actions on its rows."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from agent_app.model.desk.view import DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.model.floor.supervising import MODES, SeatAct, WaitingAct
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import Commands
from agent_app.ui.floor.acts import SEAT_ACTS, TO_ALL, WAITING_ACTS, RowCommands
from agent_app.ui.floor.dialogs import MessageDialog, SkillsDialog
from agent_app.ui.floor.lines import BranchesBoard, LinesBoard
from agent_app.ui.floor.queues import QueuesBoard, WaitingBoard
from agent_app.ui.floor.seats import SeatsBoard
from agent_app.ui.panels.status import StatusBar
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.fmt import one_line
from agent_app.ui.parts.icons import app_icon
from agent_app.ui.parts.question import Question
from agent_app.ui.parts.tables import DataTable
from agent_app.ui.parts.widgets import Clock, OneLineLabel, across, announce, restyle, rows
from agent_app.ui.parts.words import problem as problem_words
from agent_app.ui.reports.page import ReportsPage
from shared.enums import LockReason, SeatState
from shared.floor import SeatRow, WaitingRow

SECOND_MS = 1000
Part = SeatsBoard | QueuesBoard | WaitingBoard | LinesBoard | BranchesBoard


class SupervisorWindow(QWidget):
    """``draw`` and ``draw_floor`` take the views; the floor is watched while the window is open."""

    shown = Signal(bool)
    """Emitted when the window is opened or closed."""

    def __init__(self, desk: DeskPresenter, commands: Commands, wall: Clock) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowIcon(app_icon())
        self._desk = desk
        self._view, self._floor = DeskView(), FloorDeskView()
        self._drawn_reached = self._floor.reached
        self.seats, self.queues, self.waiting = SeatsBoard(wall), QueuesBoard(wall), WaitingBoard(wall)
        self.lines, self.branches = LinesBoard(wall), BranchesBoard(wall)
        self.status, self.notice = StatusBar(desk, commands, wall), OneLineLabel("muted", wide=80)
        self.reports, self.pages, self.page_tabs = ReportsPage(desk, wall), QStackedWidget(), QTabBar()
        desk.reports.listen(self.reports.show_report)
        self.acts = RowCommands(self, self._command_functions(), self._lock)
        self.message, self.skills = MessageDialog(desk, commands, self), SkillsDialog(desk, commands, self)
        self.question = Question(self)
        self.tabs, self.givable = QTabWidget(), QMenu(self)
        self._build()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        QShortcut(QKeySequence("Ctrl+F"), self, self.seats.search.setFocus)
        QShortcut(QKeySequence("Esc"), self, self._escape)
        self._retranslate()

    # --- drawing ---

    def draw(self, view: DeskView) -> None:
        """Draws the view; never calls the presenter."""
        self._view = view
        if view.needs_password and self.isVisible():
            QTimer.singleShot(0, self, self.close)
        for part in (*self._parts, self.status, self.reports):
            part.draw(view)
        for dialog in (self.message, self.skills):
            dialog.draw(view)
        FAULTS.guarded("drawing the board's buttons", self._draw_acts)

    def draw_floor(self, floor: FloorDeskView) -> None:
        """Draws the differences of the floor."""
        was, self._floor = self._floor, floor
        for part in (*self._parts, self.reports):
            part.draw_floor(floor)
        FAULTS.guarded("drawing the board's age", lambda: self._say_news(was))
        FAULTS.guarded("drawing the board's buttons", self._draw_acts)

    def go(self) -> None:
        """Shows the window, in front."""
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()
        self.seats.table.setFocus()

    def redraw(self) -> None:
        """Draws the whole window, after a change of theme."""
        self.acts.retranslate()
        for part in self._parts:
            part.redraw()
            part.table.board.repaint_all()
        self.status.redraw()
        self.reports.redraw()

    @property
    def splitters(self) -> dict[str, QSplitter]:
        return {"board": self._body, "board-right": self._right, "board-reports": self.reports.halves}

    @property
    def tables(self) -> dict[str, DataTable[Any]]:
        return {
            "board-seats": self.seats.table, "board-queues": self.queues.table, "board-waiting": self.waiting.table,
            "board-lines": self.lines.table, "board-branches": self.branches.table, "board-report": self.reports.table,
        }  # fmt: skip

    @property
    def _parts(self) -> tuple[Part, ...]:
        return self.seats, self.queues, self.waiting, self.lines, self.branches

    # --- layout ---

    def _build(self) -> None:
        bar = across(*(self.acts.button(name) for name in SEAT_ACTS), None, self.acts.button(TO_ALL), gap=4)
        bar.setContentsMargins(8, 8, 8, 0)
        for name in WAITING_ACTS:
            self.waiting.buttons.addWidget(self.acts.button(name))
        self.waiting.buttons.addStretch(1)
        for board in (self.lines, self.branches):
            self.tabs.addTab(board, "")
        facts = QFrame()
        facts.setObjectName("panel")
        facts.setLayout(rows(self.tabs, margin=8))
        right = self._right = QSplitter(Qt.Orientation.Vertical)
        for below in (self.queues, self.waiting, facts):
            right.addWidget(below)
            right.setStretchFactor(right.count() - 1, 1)
        whole = self._body = QSplitter(Qt.Orientation.Horizontal)
        for at, (side, share) in enumerate(((self.seats, 8), (right, 6))):
            whole.addWidget(side)
            whole.setStretchFactor(at, share)
        inside = QVBoxLayout()
        inside.setContentsMargins(8, 4, 8, 4)
        inside.addWidget(whole)
        self.status.put_first(self.notice)
        floor = QWidget()
        page = rows(bar, inside, gap=4)
        page.setStretchFactor(inside, 1)
        floor.setLayout(page)
        for part in (floor, self.reports):
            self.pages.addWidget(part)
            self.page_tabs.addTab("")
        self.page_tabs.setExpanding(False)
        self.page_tabs.setDrawBase(False)
        self.page_tabs.currentChanged.connect(
            self._turn
        )  # a QTabWidget would redraw all pages at each change of a title
        body = rows(self.page_tabs, self.pages, self.status, gap=0)
        body.setStretchFactor(self.pages, 1)
        self.setLayout(body)
        for table, names in ((self.seats.table, SEAT_ACTS), (self.waiting.table, WAITING_ACTS)):
            table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            table.addActions([self.acts.actions[name] for name in names])
            table.selectionModel().selectionChanged.connect(lambda *_: self._draw_acts())
            table.selectionModel().currentChanged.connect(lambda *_: self._draw_acts())
        self.seats.table.chosen.connect(lambda _row: self.acts.actions[SeatAct.MONITOR].trigger())
        self.waiting.table.chosen.connect(lambda _row: self.acts.actions[WaitingAct.TAKE].trigger())
        self.resize(1366, 728)
        whole.setSizes([770, 580])

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if not event.spontaneous():
            self._clock.start(SECOND_MS)
            self._desk.floor.show_floor(on=True)
            self.shown.emit(True)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self._clock.stop()
        self.message.close()
        self.skills.close()
        self._desk.floor.show_floor(on=False)
        self.shown.emit(False)
        super().closeEvent(event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Supervisor's desk"))
        self.acts.retranslate()
        self.tabs.tabBar().setAccessibleName(self.tr("Lines and branches"))
        for at, title in enumerate((self.tr("Lines"), self.tr("Branches"))):
            self.tabs.setTabText(at, title)
        self.page_tabs.setAccessibleName(self.tr("Floor and reports"))
        for at, title in enumerate((self.tr("&Floor"), self.tr("&Reports"))):
            self.page_tabs.setTabText(at, title)
        self._draw_age()

    def _turn(self, page: int) -> None:
        """Shows another page; the actions on rows are enabled only where the rows are shown."""
        self.pages.setCurrentIndex(page)
        if self.pages.currentWidget() is self.reports:
            self.reports.begin()
        self._draw_acts()

    def _tick(self) -> None:
        for part in self._parts:
            part.pass_time()

    def _say_news(self, was: FloorDeskView) -> None:
        floor = self._floor
        if (floor.stale, floor.refused) != (was.stale, was.refused):
            self._draw_age()
        if floor.reached is not None and floor.reached is not was.reached:
            self._say(self.tr("Message sent; screens: {n}").format(n=len(floor.reached)))

    def _draw_age(self) -> None:
        stale = self._floor.stale
        restyle(self._body, "stale", "true" if stale else "false")
        for part in self._parts:
            part.table.setEnabled(not stale)
        if self._floor.refused:
            self._say(problem_words(self._floor.refused))
        else:
            self.notice.say(self.tr("The rows are old: waiting for the switch …") if stale else "")

    def _draw_acts(self) -> None:
        open_seats = sum(row.state is SeatState.OPEN for row in self._floor.seats.values())
        on = self.pages.currentWidget() is not self.reports
        seat, waiting = (self.seats.table.chosen_row(), self.waiting.table.chosen_row()) if on else (None, None)
        self.acts.draw(self._view, seat, waiting, open_seats)

    def _say(self, text: str) -> None:
        self.notice.say(text)
        announce(self, text)

    # --- commands ---

    def _command_functions(self) -> dict[str, Callable[[], None]]:
        floor = self._desk.floor

        def to_seat(do: Callable[[SeatRow], None]) -> Callable[[], None]:
            def run() -> None:
                row = self.seats.table.chosen_row()
                if row is not None:
                    do(row)

            return run

        def to_caller(do: Callable[[WaitingRow], None]) -> Callable[[], None]:
            def run() -> None:
                row = self.waiting.table.chosen_row()
                if row is not None:
                    do(row)

            return run

        return {
            **{
                str(act): to_seat(lambda row, mode=mode: floor.listen_to(row.agent, mode))  # type: ignore[misc]
                for act, mode in MODES.items()
            },
            SeatAct.INTERCEPT: to_seat(lambda row: floor.intercept(row.agent)),
            SeatAct.OPEN: to_seat(lambda row: floor.force(row.agent, "open")),
            SeatAct.LOCK: self._ask_reason,
            SeatAct.LOG_OUT: to_seat(self._ask_log_out),
            SeatAct.MESSAGE: to_seat(lambda row: self.message.to(row)),  # noqa: PLW0108  it is made later
            SeatAct.SKILLS: to_seat(lambda row: self.skills.of(row, self._known_skills())),
            TO_ALL: lambda: self.message.to(None),
            WaitingAct.TAKE: to_caller(lambda row: floor.take(row.call)),
            WaitingAct.GIVE: to_caller(self._ask_seat),
        }

    def _known_skills(self) -> set[str]:
        return {str(skill) for row in self._floor.seats.values() for skill in row.skills}

    def _ask_reason(self) -> None:
        self._pop_up(self.acts.reasons, self.seats.table)

    def _lock(self, reason: LockReason) -> None:
        row = self.seats.table.chosen_row()
        if row is not None:
            self._desk.floor.force(row.agent, "lock", reason)

    def _ask_log_out(self, row: SeatRow) -> None:
        who = one_line(f"{row.agent} {row.name}")
        text = self.tr("Log out {who}? A talk that goes on is given to the next agent.").format(who=who)
        do = partial(self._desk.floor.force, row.agent, "log_out")
        self.question.ask(self.tr("Log out"), text, self.tr("&Log out"), self.tr("&Cancel"), do)

    def _ask_seat(self, row: WaitingRow) -> None:
        """Opens a menu of the open seats, the longest idle first."""
        seats = [seat for seat in self._floor.seats.values() if seat.state is SeatState.OPEN]
        self.givable.clear()
        for seat in sorted(seats, key=lambda seat: seat.since or 0.0):
            text = one_line(f"{seat.agent}  {seat.name}").replace("&", "&&")
            action = self.givable.addAction(text)
            action.triggered.connect(lambda _checked=False, agent=seat.agent: self._desk.floor.take(row.call, agent))
        self._pop_up(self.givable, self.waiting.table)

    def _pop_up(self, menu: QMenu, table: QWidget) -> None:
        menu.popup(table.mapToGlobal(QPoint(24, 48)))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])

    def _escape(self) -> None:
        """Clears the filter, then the message."""
        if self.seats.search.text():
            self.seats.search.clear()
            self.seats.table.setFocus()
        else:
            self._desk.dismiss_problem()
