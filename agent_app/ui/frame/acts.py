"""What each command of the table does in the window."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from agent_app.model.calling.targets import DialPurpose
from agent_app.model.desk.view import Action, DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.call.panel import CallPanel
from agent_app.ui.call.wrapup import WrapUpPanel
from agent_app.ui.calling.calls import CallsPanel
from agent_app.ui.calling.dialling import DialDialog
from agent_app.ui.calling.people import PeoplePanel
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import HOOK
from agent_app.ui.customer.accounts import AccountsPanel
from agent_app.ui.customer.card import CustomerPanel
from agent_app.ui.customer.history import HistoryPanel, TrailPanel
from agent_app.ui.customer.search import SearchPanel
from agent_app.ui.customer.tickets import TicketsPanel
from agent_app.ui.frame.dialogs import AboutDialog, HelpDialog, PasswordDialog
from agent_app.ui.frame.topbar import TopBar
from agent_app.ui.parts import theme
from agent_app.ui.parts.tables import DataTable
from agent_app.ui.sound.audio import AudioDialog
from shared.desk import Contact
from shared.enums import Language, ListenMode

THEME_KEY = "theme"


class Parts(Protocol):
    """The window, as its commands see it."""

    view: DeskView
    search_left: str
    accounts: AccountsPanel
    call: CallPanel
    calls: CallsPanel
    customer: CustomerPanel
    history: HistoryPanel
    people: PeoplePanel
    search: SearchPanel
    tickets: TicketsPanel
    top: TopBar
    trail: TrailPanel
    wrap_up: WrapUpPanel
    about: AboutDialog
    audio: AudioDialog
    dialling: DialDialog
    help: HelpDialog
    password: PasswordDialog
    lists: QTabWidget
    middle: QStackedWidget
    tabs: QTabWidget

    def supervise(self) -> None: ...
    def ask_log_out(self) -> None: ...
    def use_theme(self, chosen: theme.Theme) -> None: ...


class WindowActs:
    """``table``: for ``Commands.attach``. ``parent`` is the window as a widget."""

    def __init__(self, window: Parts, parent: QWidget, desk: DeskPresenter, settings: SettingsPort) -> None:
        self._window, self._desk, self._settings = window, desk, settings
        self._parent = parent
        self.hook = QAction(parent)
        self.hook.setShortcuts([QKeySequence(key) for key in HOOK])
        self.hook.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        self.hook.triggered.connect(lambda _checked=False: self._press_hook())
        parent.addAction(self.hook)
        window.customer.numbers.chosen.connect(lambda number: self.call_number(number, seat=False))
        window.history.table.number_clicked.connect(self._contact)
        for panel in (window.calls, window.people):
            panel.chosen.connect(lambda number, seat: self.call_number(number, seat=seat))

    @property
    def _view(self) -> DeskView:
        return self._window.view

    def table(self) -> dict[str, Callable[[], None]]:
        window, desk = self._window, self._desk
        return {
            "answer": desk.answer,
            "hang_up": lambda: desk.hang_up(by_hand=True),
            "hold": desk.toggle_hold,
            "mute": lambda: desk.mute(not self._view.audio.muted),
            "dial": self._dial,
            "call_seat": lambda: self._ask(DialPurpose.CALL_SEAT),
            "transfer": lambda: self._ask(DialPurpose.TRANSFER),
            "swap": desk.swap,
            "join": desk.join,
            "return": desk.return_,
            "drop": window.call.parties.go,
            "monitor": self._monitor,
            "whisper": lambda: desk.listen(ListenMode.WHISPER),
            "barge": lambda: desk.listen(ListenMode.BARGE),
            "intercept": desk.intercept,
            "fax": lambda: None,  # never enabled
            "call_back": desk.call_back,
            "keypad": lambda: _go(window.call.keypad),
            "seat": self._open_or_lock,
            "lock": window.top.ask_reason,
            "finish": window.wrap_up.finish,
            "extend": desk.extend_wrap_up,
            "note": lambda: _go(window.wrap_up.note),
            "disposition": lambda: _go(window.wrap_up.disposition),
            "new_ticket": window.tickets.new,
            "save_ticket": window.tickets.save,
            "tickets": lambda: _go(window.tickets.table),
            "search": self._search,
            "show_pop": desk.show_pop,
            "ask_account": window.accounts.ask_again,
            "holdings": lambda: _go_tab(window.tabs, 0, window.accounts.holdings),
            "orders": lambda: _go_tab(window.tabs, 1, window.accounts.orders),
            "contacts": lambda: _go_tab(window.tabs, 2, window.history.table),
            "trail": lambda: _go_tab(window.tabs, 3, window.trail.table),
            "calls": lambda: _go_tab(window.lists, 1, window.calls.table),
            "people": lambda: _go_tab(window.lists, 2, window.people.line),
            "play": window.history.play,
            "supervise": window.supervise,
            "help": window.help.go,
            "audio": window.audio.go,
            "language": self._other_language,
            "theme": self._other_theme,
            "password": window.password.go,
            "about": window.about.go,
            "log_out": window.ask_log_out,
            "menu": window.top.open_menu,
            "escape": self._escape,
        }

    def call_number(self, number: str, *, seat: bool) -> None:
        """From any number on the screen: into the dial window, where Enter calls, or which says why not."""
        self._window.dialling.ask(DialPurpose.CALL_SEAT if seat else DialPurpose.DIAL, number)

    # --- inside ---

    def _ask(self, purpose: DialPurpose) -> None:
        self._window.dialling.ask(purpose)

    def _contact(self, row: Contact) -> None:
        self.call_number(row.number, seat=False)

    def _dial(self) -> None:
        """With the number of the row that has the focus, if there is one."""
        focus = self._parent.focusWidget()
        number = focus.number() if isinstance(focus, DataTable) else ""
        if number and focus is self._window.people.table:
            self._window.people.choose_current()
        else:
            self._window.dialling.ask(DialPurpose.DIAL, number)

    def _monitor(self) -> None:
        """Back to listening only; or whoever is heard as busy; or a seat to be chosen."""
        if self._view.enabled.get(Action.LISTEN, OFF).on:
            self._desk.listen(ListenMode.MONITOR)
        elif self._view.state.call is not None:
            self._desk.monitor()
        else:
            self._ask(DialPurpose.MONITOR)

    def _press_hook(self) -> None:
        """The headset's button."""
        if self._view.enabled.get(Action.ANSWER, OFF).on:
            self._desk.answer()
        elif self._view.enabled.get(Action.HANG_UP, OFF).on:
            self._desk.hang_up(by_hand=True)

    def _open_or_lock(self) -> None:
        """F7: opens where the seat can be opened, else asks why it is to be locked."""
        if self._view.enabled.get(Action.OPEN_SEAT, OFF).on:
            self._desk.open_seat()
        else:
            self._window.top.ask_reason()

    def _other_language(self) -> None:
        self._desk.set_language(Language.EN if self._view.language is Language.ZH else Language.ZH)

    def _other_theme(self) -> None:
        """Always another look than now: the system's, if that is another, and else the one that the system has not."""
        now = theme.tokens()
        theme.use(theme.Theme.SYSTEM)
        if theme.tokens() is not now:
            chosen = theme.Theme.SYSTEM
        else:
            chosen = theme.Theme.LIGHT if now is theme.DARK else theme.Theme.DARK
        self._settings.put(THEME_KEY, chosen)
        self._window.use_theme(chosen)

    def _escape(self) -> None:
        window = self._window
        if self._view.search.text or window.search.line.hasFocus():
            window.search.close_search()
        elif self._view.notices:
            self._desk.dismiss_notice()
        elif self._view.problem is not None:
            self._desk.dismiss_problem()
        else:
            self._desk.dismiss_returned()

    def _search(self) -> None:
        self._window.search_left = ""
        self._window.middle.setCurrentIndex(1 if self._view.search.text else 0)
        self._window.search.go()


def _go(widget: QWidget) -> None:
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _go_tab(tabs: QTabWidget, at: int, inside: QWidget) -> None:
    tabs.setCurrentIndex(at)
    _go(inside)
