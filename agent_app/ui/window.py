"""The window: panels put together, commands given what they do, and each view handed to whoever shows a part of it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QWidget,
)

from agent_app.model.view import Action, DeskView, LinkState
from agent_app.presenters.desk import Desk
from agent_app.presenters.ports import Settings
from agent_app.ui import theme
from agent_app.ui.accounts import AccountsPanel
from agent_app.ui.audio import AudioDialog
from agent_app.ui.callpanel import CallPanel
from agent_app.ui.commands import OFF, Commands
from agent_app.ui.customer import CustomerPanel
from agent_app.ui.dialogs import AboutDialog, HelpDialog, PasswordDialog
from agent_app.ui.history import HistoryPanel, TrailPanel
from agent_app.ui.login import LogInForm
from agent_app.ui.queues import QueuesPanel
from agent_app.ui.search import SearchPanel
from agent_app.ui.status import Banner, StatusBar
from agent_app.ui.tickets import TicketsPanel
from agent_app.ui.topbar import TopBar
from agent_app.ui.translation import Translation
from agent_app.ui.widgets import Clock, Panel, across, announce, restyle, rows
from agent_app.ui.wrapup import WrapUpPanel
from shared.enums import Language, SeatState
from shared.ids import CallId

SECOND_MS = 500
LOG_OUT_MS = 1500
THEME_KEY = "theme"


class Window(QMainWindow):
    def __init__(self, desk: Desk, settings: Settings, translation: Translation, wall: Clock) -> None:
        super().__init__()
        self._desk, self._settings, self._translation = desk, settings, translation
        self._view = DeskView()
        self._leaving = self._leaving_asked = self._shown_once = False
        self._search_left = ""
        """What was being searched when a caller's card took the place of the rows; F9 or another letter brings them back."""
        theme.use(_theme(settings.get(THEME_KEY)))
        self.commands = Commands(self)
        self.top, self.banner, self.status = TopBar(desk, self.commands, wall), Banner(wall), StatusBar(desk, wall)
        self.call, self.queues = CallPanel(desk, self.commands, wall), QueuesPanel(wall)
        self.customer, self.accounts = (
            CustomerPanel(desk, self.commands, wall),
            AccountsPanel(desk, self.commands, wall),
        )
        self.history, self.trail = HistoryPanel(desk, self.commands, wall), TrailPanel(wall)
        self.search, self.wrap_up = SearchPanel(desk, wall), WrapUpPanel(desk, self.commands, wall)
        self.tickets, self.log_in = TicketsPanel(desk, self.commands, wall), LogInForm(desk, self.commands, wall)
        self.help, self.password = HelpDialog(self), PasswordDialog(desk, self)
        self.about, self.audio = AboutDialog(desk, self), AudioDialog(desk, self)
        self.tabs, self.middle, self.pages = QTabWidget(), QStackedWidget(), QStackedWidget()
        self._build()
        self.choose_theme(theme.chosen())  # the sheet last: each part that is put into another would be polished again
        self.commands.attach(self._what_commands_do())
        self.customer.painted.connect(self._pop_painted)
        self.search.closed.connect(self._search_closed)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(SECOND_MS)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self._scheme_changed())

    @property
    def panels(self) -> tuple[Panel, ...]:
        return (
            self.top, self.banner, self.status, self.call, self.queues, self.customer, self.accounts, self.history, self.trail,
            self.search, self.wrap_up, self.tickets, self.log_in,
        )  # fmt: skip

    def draw(self, view: DeskView) -> None:
        """Shows this and nothing of before. Never calls the desk."""
        was, self._view = self._view, view
        if view.language != self._translation.language:
            self._translation.use(view.language)
            QApplication.sendPostedEvents(None, QEvent.Type.LanguageChange)
        self.commands.draw(view)
        for panel in self.panels:
            panel.draw(view)
        for dialog in (self.password, self.audio):
            dialog.draw(view)
        self._show_page(view)
        if self._leaving_asked and view.needs_password:
            QTimer.singleShot(0, self, self._gone)
        self._call_attention(view, was)
        self.middle.setCurrentIndex(1 if view.search.text and view.search.text != self._search_left else 0)

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
        """In a call, or with a note unsent, it asks first; logged in it logs out first, and goes when that is done or takes too long."""
        if self._leaving or self._view.needs_password or self._view.link is not LinkState.UP:
            event.accept()
            return
        event.ignore()
        if self._view.state.call is not None:
            text = self.tr("If the program ends now, the caller hears an excuse and goes to the next agent.")
            self._ask_leave(self.tr("A call is going on"), text, self._gone)
        elif self._view.note:
            text = self.tr("The note of the last call is not sent yet; it would be lost.")
            self._ask_leave(self.tr("A note is not sent"), text, self._leave)
        else:
            self._leave()

    # --- layout ---

    def _build(self) -> None:
        left = rows(self.call, self.queues)
        left.setStretchFactor(self.queues, 1)
        for panel in (self.accounts, self.history, self.trail):
            panel.setContentsMargins(0, 0, 0, 0)
        for part in (self.accounts.holdings, self.accounts.orders, self.history, self.trail):
            self.tabs.addTab(part, "")
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
        letters = self.fontMetrics().averageCharWidth()
        columns = across(_column(left, letters * 34), centre, _column(right, letters * 40), margin=8)
        columns.setStretch(1, 1)
        desk = self._desk_page = QWidget()
        desk.setLayout(columns)
        self.pages.addWidget(self.log_in)
        self.pages.addWidget(desk)
        body = rows(self.top, self.banner, self.pages, self.status, gap=0)
        body.setStretchFactor(self.pages, 1)
        whole = QWidget()
        whole.setLayout(body)
        self.setCentralWidget(whole)
        self.history.counted.connect(lambda _n: self._title_tabs())
        self.trail.counted.connect(lambda _n: self._title_tabs())
        self.accounts.counted.connect(self._title_tabs)
        self.resize(1366, 728)
        self._retranslate()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Huawu agent desk"))
        self.commands.draw(self._view, force=True)
        self.tabs.tabBar().setAccessibleName(self.tr("Account, history and menu"))
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
        self.commands.draw(self._view, force=True)
        for panel in self.panels:
            panel.redraw()
        for table in (self.accounts.holdings, self.accounts.orders):
            table.rows.repaint_all()

    # --- what a view does to the whole ---

    def _show_page(self, view: DeskView) -> None:
        page = 0 if view.needs_password else 1
        self.top.setVisible(page == 1)
        restyle(self._desk_page, "stale", "true" if view.stale else "false")
        self._title_tabs()
        if page != self.pages.currentIndex() or not self._shown_once:
            self._shown_once = True
            self.pages.setCurrentIndex(page)
            if page == 0:
                self.password.close()
                self.log_in.begin()
            else:
                self.top.seat.setFocus()

    def _call_attention(self, view: DeskView, was: DeskView) -> None:
        """A desk that begins to ring is seen, but takes no keys away from what is being typed elsewhere."""
        call = view.state.call
        new = call is not None and (was.state.call is None or was.state.call.call != call.call)
        if call is not None and new and call.state is SeatState.RINGING:
            if self.isMinimized():
                self.showNormal()
            self.raise_()
            QApplication.alert(self)
            announce(
                self, f"{self.top.chip.word.text()}: {self.customer.name.text()}, {self.customer.verified.text.text()}"
            )
        if view.state.pop is not None and (was.state.pop is None or was.state.pop.call != view.state.pop.call):
            self.tabs.setCurrentIndex(0)
            self._search_left = view.search.text

    def _pop_painted(self, call: str) -> None:
        """After the turn of the loop that painted it."""
        QTimer.singleShot(0, self, lambda: self._desk.pop_painted(CallId(call)))

    def _tick(self) -> None:
        for panel in self.panels:
            panel.tick(panel.now())

    # --- what the commands do ---

    def _what_commands_do(self) -> dict[str, Callable[[], None]]:
        return {
            "answer": self._desk.answer,
            "hang_up": self._desk.hang_up,
            "hold": self._desk.toggle_hold,
            "mute": lambda: self._desk.mute(not self._view.audio.muted),
            "dial": self.call.dial,
            "call_back": self._desk.call_back,
            "keypad": lambda: self.call.keypad.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "seat": self._open_or_lock,
            "lock": self.top.ask_reason,
            "finish": self.wrap_up.finish,
            "extend": self._desk.extend_wrap_up,
            "note": lambda: self.wrap_up.note.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "disposition": lambda: self.wrap_up.disposition.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "new_ticket": self.tickets.new,
            "save_ticket": self.tickets.save,
            "tickets": lambda: self.tickets.table.setFocus(Qt.FocusReason.ShortcutFocusReason),
            "search": self._search,
            "show_pop": self._desk.show_pop,
            "ask_account": self.accounts.ask_again,
            "holdings": lambda: self._go_tab(0, self.accounts.holdings),
            "orders": lambda: self._go_tab(1, self.accounts.orders),
            "contacts": lambda: self._go_tab(2, self.history.table),
            "trail": lambda: self._go_tab(3, self.trail.table),
            "play": self.history.play,
            "help": self.help.go,
            "audio": self.audio.go,
            "language": self._other_language,
            "theme": self._other_theme,
            "password": self.password.go,
            "about": self.about.go,
            "log_out": self._desk.log_out,
            "menu": self.top.open_menu,
            "escape": self._escape,
        }

    def _open_or_lock(self) -> None:
        """F7: opens where the seat can be opened, else asks why it is to be locked."""
        if self._view.enabled.get(Action.OPEN_SEAT, OFF).on:
            self._desk.open_seat()
        else:
            self.top.ask_reason()

    def _go_tab(self, at: int, table: QWidget) -> None:
        self.tabs.setCurrentIndex(at)
        table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _other_language(self) -> None:
        self._desk.set_language(Language.EN if self._view.language is Language.ZH else Language.ZH)

    def _other_theme(self) -> None:
        """System, light, dark, and round again; always another look than now."""
        dark = theme.tokens() is theme.DARK
        chosen = theme.Theme.LIGHT if dark else theme.Theme.DARK
        self._settings.put(THEME_KEY, chosen)
        self.use_theme(chosen)

    def _escape(self) -> None:
        if self._view.search.text or self.search.line.hasFocus():
            self.search.close_search()
        else:
            self._desk.dismiss_problem()

    def _search(self) -> None:
        self._search_left = ""
        self.middle.setCurrentIndex(1 if self._view.search.text else 0)
        self.search.go()

    def _search_closed(self) -> None:
        self.accounts.holdings.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- leaving ---

    def _ask_leave(self, title: str, text: str, leave: Callable[[], None]) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, title, "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        end = box.addButton(self.tr("&End the program"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("&Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        end.clicked.connect(lambda _checked=False: leave())
        box.open()

    def _leave(self) -> None:
        self._leaving_asked = True
        self._desk.log_out()
        QTimer.singleShot(LOG_OUT_MS, self, self._gone)

    def end(self) -> None:
        """Without asking: the system shuts down. Logs out if that can be done."""
        if self._view.enabled.get(Action.LOG_OUT, OFF).on:
            self._leave()
        else:
            self._gone()

    def _gone(self) -> None:
        self._leaving = True
        self.close()


def _column(layout: object, width: int) -> QWidget:
    """A side column as wide as its words ask for."""
    column = QWidget()
    column.setLayout(layout)  # type: ignore[arg-type]
    layout.setContentsMargins(0, 0, 0, 0)  # type: ignore[attr-defined]
    column.setFixedWidth(width)
    return column


def _theme(name: str) -> theme.Theme:
    return theme.Theme(name) if name in set(theme.Theme) else theme.Theme.SYSTEM
