"""The window: makes the panels of a registry, puts them into their places, attaches their commands, and draws each view in all of them."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QSessionManager
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow

from agent_app.model.desk.view import DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.commands.commands import Commands
from agent_app.ui.frame.leaving import Leaving
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.places import SIZE, MadePanel, Places
from agent_app.ui.frame.program import THEME_KEY, apply_look, use_theme
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelRegistry
from agent_app.ui.parts import theme
from agent_app.ui.parts.arrangement import Arrangement
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.tables import DataTable
from agent_app.ui.parts.translation import Translation
from agent_app.ui.parts.widgets import Clock, Panel, restyle
from shared.enums import SeatState

SECOND_MS = 500
Kind = TypeVar("Kind")


class Window(QMainWindow):
    """``registry``: the panels of this window; ``panel`` gives one of them by its class."""

    def __init__(
        self,
        desk: DeskPresenter,
        settings: SettingsPort,
        translation: Translation,
        wall: Clock,
        registry: PanelRegistry = PANELS,
    ) -> None:
        super().__init__()
        self._desk, self._translation = desk, translation
        self.view = DeskView()
        self._shown_once = False
        theme.use(_theme(settings.get(THEME_KEY)))
        self.commands, self.arrangement = Commands(self, registry.commands), Arrangement(settings)
        self.host = PanelHost(self, desk, settings, self.commands, self.arrangement, wall)
        self._made = [MadePanel(spec, spec.make(self.host)) for spec in registry]
        self.leaving = Leaving(desk, self)
        self.places = Places(self._made)
        self.setCentralWidget(self.places)
        self.resize(*SIZE)
        self._retranslate()
        use_theme(theme.chosen())  # last: a widget that gets a new parent would be polished again
        self.arrangement.add("window", self, {"columns": self.places.columns}, self.tables)
        self._attach()
        self._connect()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(SECOND_MS)

    def panel(self, kind: type[Kind]) -> Kind:
        """Raises ``LookupError``."""
        for made in self._made:
            if isinstance(made.panel, kind):
                return made.panel
        raise LookupError(f"no panel of this window is a {kind.__name__}")

    @property
    def tables(self) -> dict[str, DataTable[Any]]:
        """The tables of all panels, by their names in the settings."""
        return {name: table(made.panel) for made in self._made for name, table in made.spec.tables.items()}

    def draw(self, view: DeskView) -> None:
        """Draws the view in all panels. Never calls the presenter. An exception of one step does not stop the others (``parts.faults``)."""
        was, self.view = self.view, view
        steps: dict[str, Callable[[], object]] = {
            "drawing the window's language": lambda: self._use_language(view),
            "drawing the window's commands": lambda: self.commands.draw(view),
            **{f"drawing the panel {made.spec.id}": partial(made.panel.draw, view) for made in self._made},
            "drawing the window's titles": self.places.show_titles,
            "drawing the window's page": lambda: self._show_page(view),
            "drawing the window's leaving": lambda: self.leaving.follow(view),
            "drawing the window's attention": lambda: self._call_attention(view, was),
            "drawing the window's middle": self.places.show_over,
        }
        for name, step in steps.items():
            FAULTS.guarded(name, step)

    def use_theme(self, chosen: theme.Theme) -> None:
        use_theme(chosen)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.leaving.may_close(self._desk.view):
            self.host.closing.emit()
            self.arrangement.keep()
            event.accept()
        else:
            event.ignore()

    def end(self) -> None:
        """Closes without a question: the program was told to end."""
        self.leaving.end(self._desk.view)

    def session_ends(self, manager: QSessionManager) -> None:
        self.leaving.session_ends(self._desk.view, manager)

    # --- panels ---

    def _attach(self) -> None:
        for made in self._made:
            for command in made.spec.commands:
                self.commands.attach(command.id, partial(command.do, made.panel))

    def _connect(self) -> None:
        self.host.places_changed.connect(self._show_places)
        self.host.focus_released.connect(self.places.focus_account)
        self.host.look_changed.connect(self._redraw)
        self.host.escaped.connect(self._escape)
        for tabs in (self.places.lists, self.places.tabs):
            tabs.currentChanged.connect(lambda _at: self._watch_colleagues())
        for made in self._made:
            if made.spec.watches_colleagues and isinstance(made.panel, QDialog):
                made.panel.finished.connect(lambda _result: self._watch_colleagues())
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self._scheme_changed())

    def _show_places(self) -> None:
        self.places.show_titles()
        self.places.show_over()

    def _escape(self) -> None:
        """Esc closes the open part of the first panel that has one."""
        asked = [(made.spec.escape, made.panel) for made in self._made if made.spec.escape is not None]
        for escape, panel in sorted(asked, key=lambda one: one[0].order):
            if escape.close(panel):
                return

    def _watch_colleagues(self) -> None:
        """Watches the colleagues' states only while a list of colleagues is on the screen."""
        watching = [made.panel for made in self._made if made.spec.watches_colleagues]
        shown = any(
            panel.isVisible() if isinstance(panel, QDialog) else self.places.in_front(panel) for panel in watching
        )
        self._desk.floor.show_colleagues(on=shown and not self.view.needs_password)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Huawu agent desk"))
        self.commands.draw(self.view, force=True)
        self.places.tabs.tabBar().setAccessibleName(self.tr("Account, history and menu"))
        self.places.lists.tabBar().setAccessibleName(self.tr("Queues, last calls and directory"))
        self.places.show_titles()

    def _scheme_changed(self) -> None:
        """The system's colours have changed; they apply unless the person has chosen a theme."""
        apply_look()
        self._redraw()

    def _redraw(self) -> None:
        self.commands.draw(self.view, force=True)
        for made in self._made:
            FAULTS.guarded(f"drawing the panel {made.spec.id}", made.panel.redraw)
        for table in self.tables.values():
            table.rows.repaint_all()

    # --- a view's effect on the whole window ---

    def _use_language(self, view: DeskView) -> None:
        if view.language != self._translation.language:
            self._translation.use(view.language)
            QApplication.sendPostedEvents(None, QEvent.Type.LanguageChange)

    def _show_page(self, view: DeskView) -> None:
        page = 0 if view.needs_password else 1
        self.places.show_bars(on=page == 1)
        restyle(self.places.desk, "stale", "true" if view.stale else "false")
        if page != self.places.pages.currentIndex() or not self._shown_once:
            self._shown_once = True
            self.places.pages.setCurrentIndex(page)
            if page == 0:
                self.host.logged_out.emit()
            else:
                QTimer.singleShot(0, self, self._watch_colleagues)
                self.host.logged_in.emit()

    def _call_attention(self, view: DeskView, was: DeskView) -> None:
        """A window whose desk begins to ring comes to the front, but takes no keys from another program."""
        call, old = view.state.call, was.state.call
        if call is not None and call.state is SeatState.RINGING and (old is None or old.call != call.call):
            if self.isMinimized():
                self.showNormal()
            self.raise_()
            QApplication.alert(self)
        if view.state.pop is not None and (was.state.pop is None or was.state.pop.call != view.state.pop.call):
            self.places.tabs.setCurrentIndex(0)

    def _tick(self) -> None:
        for made in self._made:
            if isinstance(made.panel, Panel):
                made.panel.pass_time()


def _theme(name: str) -> theme.Theme:
    return theme.Theme(name) if name in set(theme.Theme) else theme.Theme.SYSTEM
