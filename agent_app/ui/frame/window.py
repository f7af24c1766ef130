"""The window: panels put together, commands given what they do, and each view handed to whoever shows a part of it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QSessionManager
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLayout,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QWidget,
)

from agent_app.model.desk.view import Action, DeskView
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.call.listening import ListeningStrip
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.seatbar import SeatBar
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.calls import CallsPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.calling.people import PeoplePanel
from agent_app.ui.calling.queues import QueuesPanel
from agent_app.ui.commands.commands import OFF, Commands
from agent_app.ui.commands.status import Banner, StatusBar
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.card import CustomerPanel
from agent_app.ui.customer.history import HistoryPanel, TrailPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.floor.window import SupervisorWindow
from agent_app.ui.frame.acts import THEME_KEY, WindowActs
from agent_app.ui.frame.dialogs import AboutDialog, HelpDialog, PasswordDialog
from agent_app.ui.frame.leaving import Leaving
from agent_app.ui.frame.login import LogInForm
from agent_app.ui.frame.notices import NoticesPanel
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.arrangement import Arrangement
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.question import Question
from agent_app.ui.parts.tables import DataTable
from agent_app.ui.parts.theme import GAP
from agent_app.ui.parts.translation import Translation
from agent_app.ui.parts.widgets import Clock, Panel, announce, restyle, rows
from agent_app.ui.sound.audio import AudioDialog
from shared.enums import SeatState
from shared.ids import CallId

SECOND_MS = 500
SIZE = (1366, 728)
"""Of the window at the first start (device-independent pixels), where the screen is as large."""
SIDES = (42, 46)
"""Letters that the left and the right column are wide at the first start."""
LEAST_LINES = 12
"""Of the desk that are seen at least, where the screen is so low."""


class Window(QMainWindow):
    def __init__(self, desk: DeskPresenter, settings: SettingsPort, translation: Translation, wall: Clock) -> None:
        super().__init__()
        self._desk, self._translation, self._wall = desk, translation, wall
        self.view = DeskView()
        self._shown_once = False
        self.search_left = ""
        """What was being searched when a caller's card took the place of the rows; F9 or another letter brings them back."""
        theme.use(_theme(settings.get(THEME_KEY)))
        self.commands = Commands(self)
        self.top, self.banner, self.status = TopBar(desk, self.commands, wall), Banner(wall), StatusBar(desk, wall)
        self.seat_bar, self.notices, self.listening = (
            SeatBar(self.commands, wall),
            NoticesPanel(desk, wall),
            ListeningStrip(wall),
        )
        self.call, self.queues = CallPanel(desk, wall), QueuesPanel(wall)
        self.calls, self.people = CallsPanel(wall), PeoplePanel(desk, wall)
        self.customer, self.accounts = (
            CustomerPanel(desk, self.commands, wall),
            AccountsPanel(desk, self.commands, wall),
        )
        self.history, self.trail = HistoryPanel(desk, self.commands, wall), TrailPanel(wall)
        self.search, self.wrap_up = SearchPanel(desk, wall), WrapUpPanel(desk, self.commands, wall)
        self.tickets, self.log_in = TicketsPanel(desk, self.commands, wall), LogInForm(desk, self.commands, wall)
        self.help, self.password = HelpDialog(self), PasswordDialog(desk, self)
        self.about, self.audio = AboutDialog(desk, self), AudioDialog(desk, self)
        self.dialling, self.leaving = DialDialog(desk, self), Leaving(desk, self)
        self.question = Question(self)
        self.tabs, self.lists, self.middle, self.pages = QTabWidget(), QTabWidget(), QStackedWidget(), QStackedWidget()
        self.board: SupervisorWindow | None = None
        """Made when it is first opened."""
        self._build()
        self.choose_theme(theme.chosen())  # the sheet last: each part that is put into another would be polished again
        self.arrangement = Arrangement(settings)
        self.arrangement.add("window", self, {"columns": self.columns}, self._tables())
        self.acts = WindowActs(self, self, desk, settings)
        self.commands.attach(self.acts.table())
        self.customer.painted.connect(self._pop_painted)
        self.search.closed.connect(lambda: self.accounts.holdings.setFocus(Qt.FocusReason.OtherFocusReason))
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(SECOND_MS)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self._scheme_changed())

    @property
    def panels(self) -> tuple[Panel, ...]:
        return (
            self.top, self.banner, self.status, self.call, self.queues, self.customer, self.accounts, self.history, self.trail,
            self.search, self.wrap_up, self.tickets, self.log_in, self.seat_bar, self.notices, self.listening, self.calls, self.people,
        )  # fmt: skip

    def draw(self, view: DeskView) -> None:
        """Shows this and nothing of before. Never calls the desk. What raises costs only its own step (``faults``)."""
        was, self.view = self.view, view
        steps: dict[str, Callable[[], object]] = {
            "language": lambda: self._use_language(view),
            "commands": lambda: self.commands.draw(view),
            "panels": lambda: self._draw_parts(view),
            "board": lambda: self.board.draw(view) if self.board is not None and self.board.isVisible() else None,
            "page": lambda: self._show_page(view),
            "leaving": lambda: self.leaving.follow(view),
            "attention": lambda: self._call_attention(view, was),
            "search": lambda: self._show_search(view),
        }
        for name, step in steps.items():
            FAULTS.guarded(f"drawing the window's {name}", step)

    def choose_theme(self, chosen: theme.Theme) -> None:
        theme.use(chosen)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app)

    def use_theme(self, chosen: theme.Theme) -> None:
        self.choose_theme(chosen)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.leaving.may_close(self._desk.view):
            if self.board is not None:
                self.board.close()
            self.arrangement.keep()
            event.accept()
        else:
            event.ignore()

    def supervise(self) -> None:
        """Opens the supervisor's desk, or brings it to the front."""
        if self.board is None:
            self.board = SupervisorWindow(self._desk, self._wall)
            self._desk.floor.listen(self._floor_changed)
            self.arrangement.add("board", self.board, self.board.splitters, self.board.tables)
            self.board.shown.connect(lambda on: None if on else self.arrangement.keep())
        self.board.draw(self.view)
        self.board.draw_floor(self._desk.floor.view)
        self.board.go()

    def ask_log_out(self) -> None:
        """A key that is next to others must not end the shift."""
        text = self.tr("Log out now? No more calls come to this desk.")
        self.question.ask(self.tr("Log out"), text, self.tr("&Log out"), self.tr("&Cancel"), self._desk.log_out)

    def end(self) -> None:
        """Without asking: the program was told to end."""
        self.leaving.end(self._desk.view)

    def session_ends(self, manager: QSessionManager) -> None:
        self.leaving.session_ends(self._desk.view, manager)

    # --- layout ---

    def _build(self) -> None:
        lists = QFrame()
        lists.setObjectName("panel")
        lists.setLayout(rows(self.lists, margin=8, gap=4))
        for part in (self.queues, self.calls, self.people):
            part.setContentsMargins(0, 0, 0, 0)
            self.lists.addTab(part, "")
        self.lists.setMinimumHeight(self.fontMetrics().height() * 5)
        lists.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # what the call leaves
        left = rows(self.call, lists)
        left.setStretchFactor(lists, 1)
        for panel in (self.accounts, self.history, self.trail):
            panel.setContentsMargins(0, 0, 0, 0)
        for shown in (self.accounts.holdings, self.accounts.orders, self.history, self.trail):
            self.tabs.addTab(shown, "")
        card = QWidget()
        facts = QFrame()
        facts.setObjectName("panel")
        facts.setLayout(rows(self.accounts, self.tabs, margin=8, gap=4))
        inside = rows(self.customer, facts)
        inside.setStretchFactor(facts, 1)
        card.setLayout(inside)
        self.middle.addWidget(card)
        self.middle.addWidget(self.search)
        centre = rows(self.search.line, self.middle)
        right = rows(self.wrap_up, self.tickets)
        right.setStretchFactor(self.wrap_up, 2)
        right.setStretchFactor(self.tickets, 3)
        columns = self.columns = QSplitter(Qt.Orientation.Horizontal)
        for column in (left, centre, right):
            columns.addWidget(_column(column))
        columns.setStretchFactor(1, 1)
        columns.setChildrenCollapsible(False)
        columns.setHandleWidth(GAP)
        desk = self._desk_page = QWidget()
        desk.setLayout(rows(columns, margin=GAP))
        self.rolled = RolledPage(desk)
        self.pages.addWidget(RolledPage(self.log_in))
        self.pages.addWidget(self.rolled)
        body = rows(self.top, self.seat_bar, self.banner, self.listening, self.notices, self.pages, self.status, gap=0)
        body.setStretchFactor(self.pages, 1)
        whole = QWidget()
        whole.setLayout(body)
        self.setCentralWidget(whole)
        self.history.counted.connect(lambda _n: self._title_tabs())
        self.trail.counted.connect(lambda _n: self._title_tabs())
        self.accounts.counted.connect(self._title_tabs)
        self.lists.currentChanged.connect(lambda _at: self._wish_for_colleagues())
        self.dialling.finished.connect(lambda _result: self._wish_for_colleagues())
        self.resize(*SIZE)
        beside = [theme.letters(self.font(), letters) for letters in SIDES]
        columns.setSizes([beside[0], SIZE[0] - sum(beside) - 4 * GAP, beside[1]])
        self._retranslate()

    def _tables(self) -> dict[str, DataTable[Any]]:
        return {
            "holdings": self.accounts.holdings, "orders": self.accounts.orders, "history": self.history.table,
            "trail": self.trail.table, "queues": self.queues.table, "calls": self.calls.table, "people": self.people.table,
            "search": self.search.table, "tickets": self.tickets.table, "dialling": self.dialling.table,
        }  # fmt: skip

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Huawu agent desk"))
        self.commands.draw(self.view, force=True)
        self.tabs.tabBar().setAccessibleName(self.tr("Account, history and menu"))
        self.lists.tabBar().setAccessibleName(self.tr("Queues, last calls and directory"))
        for at, title in enumerate((self.tr("Queues"), self.tr("Calls"), self.tr("Directory"))):
            self.lists.setTabText(at, title)
        self._title_tabs()

    def _title_tabs(self) -> None:
        tables: tuple[QTableView, ...] = (
            self.accounts.holdings,
            self.accounts.orders,
            self.history.table,
            self.trail.table,
        )
        titles = (self.tr("Holdings"), self.tr("Today's orders"), self.tr("History"), self.tr("Menu trail"))
        for at, (table, title) in enumerate(zip(tables, titles, strict=True)):
            rows_shown = table.model().rowCount()
            text = f"{title} {rows_shown}" if rows_shown else title
            if text != self.tabs.tabText(at):  # setting it lays the window out anew
                self.tabs.setTabText(at, text)

    def _scheme_changed(self) -> None:
        """The system's; it counts unless the person chose one."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app)
        self._redraw()

    def _redraw(self) -> None:
        self.commands.draw(self.view, force=True)
        for panel in self.panels:
            panel.redraw()
        if self.board is not None:
            self.board.redraw()
        for table in (self.accounts.holdings, self.accounts.orders):
            table.rows.repaint_all()

    # --- what a view does to the whole ---

    def _draw_parts(self, view: DeskView) -> None:
        for panel in self.panels:
            panel.draw(view)
        for dialog in (self.password, self.audio, self.dialling, self.about):
            dialog.draw(view)

    def _use_language(self, view: DeskView) -> None:
        if view.language != self._translation.language:
            self._translation.use(view.language)
            QApplication.sendPostedEvents(None, QEvent.Type.LanguageChange)

    def _show_search(self, view: DeskView) -> None:
        self.middle.setCurrentIndex(1 if view.search.text and view.search.text != self.search_left else 0)

    def _show_page(self, view: DeskView) -> None:
        page = 0 if view.needs_password else 1
        for part in (self.top, self.seat_bar):
            part.setVisible(page == 1)
        restyle(self._desk_page, "stale", "true" if view.stale else "false")
        self._title_tabs()
        if page != self.pages.currentIndex() or not self._shown_once:
            self._shown_once = True
            self.pages.setCurrentIndex(page)
            if page == 0:
                self.password.close()
                self.dialling.close()
                self.question.close()
                self.log_in.begin()
            else:
                QTimer.singleShot(0, self, self._wish_for_colleagues)
                self._begin_work(view)

    def _begin_work(self, view: DeskView) -> None:
        """Space opens a locked seat; of an open one it must do nothing, for it may ring at any moment."""
        opens = view.enabled.get(Action.OPEN_SEAT, OFF).on
        (self.top.seat if opens else self.accounts.holdings).setFocus(Qt.FocusReason.OtherFocusReason)

    def _call_attention(self, view: DeskView, was: DeskView) -> None:
        """A desk that begins to ring is seen, but takes no keys away from what is being typed elsewhere."""
        call = view.state.call
        new = call is not None and (was.state.call is None or was.state.call.call != call.call)
        if call is not None and new:
            self.question.close()
        if call is not None and new and call.state is SeatState.RINGING:
            if self.isMinimized():
                self.showNormal()
            self.raise_()
            QApplication.alert(self)
            announce(
                self,
                words.about(
                    self.top.chip.word.text(),
                    words.listed((self.customer.name.text(), self.customer.verified.text.text())),
                ),
            )
        if view.state.pop is not None and (was.state.pop is None or was.state.pop.call != view.state.pop.call):
            self.tabs.setCurrentIndex(0)
            self.search_left = view.search.text

    def _wish_for_colleagues(self) -> None:
        """The switch tells about them only while a list of them is on the screen."""
        shown = self.dialling.isVisible() or self.lists.currentWidget() is self.people
        self._desk.floor.show_colleagues(on=shown and not self.view.needs_password)

    def _floor_changed(self, floor: FloorDeskView) -> None:
        if self.board is not None and self.board.isVisible():
            self.board.draw_floor(floor)

    def _pop_painted(self, call: str) -> None:
        """After the turn of the loop that painted it."""
        QTimer.singleShot(0, self, lambda: self._desk.pop_painted(CallId(call)))

    def _tick(self) -> None:
        for panel in self.panels:
            panel.pass_time()


class RolledPage(QScrollArea):
    """A page that is rolled where the screen is lower than the page needs (1366×768 at 150 %)."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(page)
        self._page = page
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._follow)

    def _follow(self, _was: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.ensureWidgetVisible(now)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._page.minimumSizeHint().width() + bar, self.fontMetrics().height() * LEAST_LINES)


def _column(layout: QLayout) -> QWidget:
    """At least as wide as its words ask for."""
    column = QWidget()
    column.setLayout(layout)
    return column


def _theme(name: str) -> theme.Theme:
    return theme.Theme(name) if name in set(theme.Theme) else theme.Theme.SYSTEM
