"""The log-in form: agent number and password; what is wrong, in words; taking over from another desk."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton

from agent_app.model.desk.view import Action, DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF, Commands
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.parts import words
from agent_app.ui.parts.icons import app_icon
from agent_app.ui.parts.theme import letters
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, ParagraphLabel, across, named, rows
from shared.desk import DeskRefusal

PASSWORD_MAX = 256
NAME_MAX = 64


class LogInForm(Panel):
    """The password leaves the field at once when it is sent, and is kept nowhere."""

    def __init__(self, desk: DeskPresenter, commands: Commands, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self._desk = desk
        self.logo, self.title, self.subtitle = QLabel(), OneLineLabel(scale=1.8, bold=True), OneLineLabel("muted")
        self.agent_label, self.password_label = QLabel(), QLabel()
        self.agent, self.password = QLineEdit(), QLineEdit()
        self.agent.setMaxLength(NAME_MAX)
        self.agent.setInputMethodHints(Qt.InputMethodHint.ImhLatinOnly)
        self.password.setMaxLength(PASSWORD_MAX)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.agent_label.setBuddy(self.agent)
        self.password_label.setBuddy(self.password)
        self.take_over, self.button, self.problem = QCheckBox(), QPushButton(), ParagraphLabel("danger")
        self.button.setProperty("kind", "primary")
        self.button.setDefault(True)
        self.button.clicked.connect(lambda _checked=False: self.log_in())
        self.agent.returnPressed.connect(self.log_in)
        self.password.returnPressed.connect(self.log_in)
        self.setLayout(self._layout(commands))
        self.redraw()

    def log_in(self) -> None:
        """Sends what stands there; an empty field is gone to instead."""
        agent, password = self.agent.text().strip(), self.password.text()
        if not agent or not password:
            (self.password if agent else self.agent).setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not self.button.isEnabled():
            return
        self.password.clear()
        self._desk.log_in(agent, password, take_over=self.take_over.isVisible() and self.take_over.isChecked())

    def begin(self) -> None:
        """The form has come up: the first empty field has the focus."""
        (self.password if self.agent.text() else self.agent).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:  # noqa: ARG002  as the base has it
        if not self.agent.text() and not self.agent.hasFocus() and view.agent_name:
            self.agent.setText(view.agent_name)
        enabled = view.enabled.get(Action.LOG_IN, OFF)
        asked = view.is_pending(Action.LOG_IN)
        self.button.setEnabled(enabled.on)
        self.button.setText(self.tr("Logging in …") if asked else self.tr("Log in"))
        why = "" if enabled.on else words.say(words.WHYS, enabled.why)
        named(self.button, self.tr("Log in"), why or self.tr("Logs in at this desk"), "Enter")
        self._show_problem(view, why)

    def retranslate(self) -> None:
        self.title.say(self.tr("Huawu agent desk"))
        self.subtitle.say(self.tr("Log in to take calls"))
        self.agent_label.setText(self.tr("&Agent number"))
        self.password_label.setText(self.tr("&Password"))
        self.take_over.setText(self.tr("Log &out the other desk and log in here"))
        named(self.agent, self.tr("Agent number"))
        named(self.password, self.tr("Password"), self.tr("Is not kept on this computer"))
        named(self.take_over, self.tr("Take over"), self.tr("Ends your log-in at the other desk, unless it has a call"))

    def _show_problem(self, view: DeskView, why: str) -> None:
        """A refusal first; else why one can't log in at this moment."""
        problem = view.problem
        elsewhere = problem is not None and problem.code == DeskRefusal.ALREADY_LOGGED_IN
        if elsewhere != self.take_over.isVisibleTo(self):
            self.take_over.setVisible(elsewhere)
            self.take_over.setChecked(False)
        self.problem.set_role("danger" if problem is not None else "muted")
        self.problem.say(problem_text(problem) if problem is not None else why)

    def _layout(self, commands: Commands) -> QHBoxLayout:
        """A card in the middle, as wide as its words ask for."""
        self.logo.setPixmap(app_icon().pixmap(QSize(48, 48), self.devicePixelRatioF()))
        head = across(self.logo, rows(self.title, self.subtitle, gap=2), None, gap=16)
        foot = across(*(commands.button(name) for name in ("language", "audio", "help")), None)
        card = QFrame()
        card.setObjectName("panel")
        card.setMinimumWidth(letters(self.font(), 64))
        self.problem.setMinimumHeight(self.fontMetrics().height() * 2)
        card.setLayout(
            rows(
                head, 8, rows(self.agent_label, self.agent, gap=4), rows(self.password_label, self.password, gap=4),
                self.take_over, self.problem, self.button, 8, foot, margin=32,
            )
        )  # fmt: skip
        return across(None, rows(None, card, None), None)
