"""Commands of the window as a whole: language, theme, log out, Esc."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.commands.table import APP, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.spec import PanelSpec
from agent_app.ui.parts import theme
from agent_app.ui.parts.question import Question
from shared.enums import Language

THEME_KEY = "theme"


class ProgramCommands(QObject):
    """A panel without a widget: it has commands only."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.window)
        self.host, self._view = host, DeskView()
        self.question = Question(host.window)
        host.logged_out.connect(self.question.close)

    def draw(self, view: DeskView) -> None:
        """A new call closes the question about logging out."""
        was, self._view = self._view, view
        call, old = view.state.call, was.state.call
        if call is not None and (old is None or old.call != call.call):
            self.question.close()

    def redraw(self) -> None:
        """Does nothing: there is no widget to draw."""

    def other_language(self) -> None:
        self.host.desk.set_language(Language.EN if self._view.language is Language.ZH else Language.ZH)

    def other_theme(self) -> None:
        """Changes the look: to the system's theme if that looks different from the present one, else to the opposite of the system's."""
        now = theme.tokens()
        theme.use(theme.Theme.SYSTEM)
        if theme.tokens() is not now:
            chosen = theme.Theme.SYSTEM
        else:
            chosen = theme.Theme.LIGHT if now is theme.DARK else theme.Theme.DARK
        self.host.settings.put(THEME_KEY, chosen)
        use_theme(chosen)
        self.host.look_changed.emit()

    def ask_log_out(self) -> None:
        """Asks before the log-out: a wrong key must not end the shift."""
        text = self.tr("Log out now? No more calls come to this desk.")
        log_out = self.host.desk.log_out
        self.question.ask(self.tr("Log out"), text, self.tr("&Log out"), self.tr("&Cancel"), log_out)


def use_theme(chosen: theme.Theme) -> None:
    """Sets the theme for everything that is drawn from now on."""
    theme.use(chosen)
    apply_look()


def apply_look() -> None:
    """Sets palette and style sheet of the present theme."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        theme.apply(app)


PANEL: PanelSpec[ProgramCommands] = PanelSpec(
    "program",
    ProgramCommands,
    commands=(
        WindowCommand("language", "Ctrl+L", APP, (Face(QT_TRANSLATE_NOOP("commands", "中文 / English")),), ProgramCommands.other_language, 40),
        WindowCommand("theme", "Ctrl+Shift+L", APP, (Face(QT_TRANSLATE_NOOP("commands", "Light or dark")),), ProgramCommands.other_theme, 50),
        WindowCommand("log_out", "Ctrl+Shift+Q", APP, (Face(QT_TRANSLATE_NOOP("commands", "Log out"), "log_out", Action.LOG_OUT),), ProgramCommands.ask_log_out, 80),
        WindowCommand("escape", "Esc", APP, (Face(QT_TRANSLATE_NOOP("commands", "Close the search, the notice or the message"), "close"),), lambda program: program.host.escaped.emit(), 100, everywhere=False),
    ),
)  # fmt: skip
