"""The status bar with the last problem, link, phone and sound quality; and the banner for lasting problems."""

from math import ceil

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from agent_app.model.desk.view import DeskProblem, DeskView, LinkState, PhoneState
from agent_app.model.sound.phone_messages import CallQuality
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import Commands
from agent_app.ui.commands.problems import problem_text
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import Escape, PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, ParagraphLabel, across, announce, named, restyle

FATAL_LINKS = (LinkState.WRONG_KEY, LinkState.WRONG_VERSION)


class StatusIndicator(QFrame):
    """An icon and a word, for link and phone."""

    def __init__(self, picture: str) -> None:
        super().__init__()
        self._picture, self._icon, self.text = picture, QLabel(), OneLineLabel(wide=44, shrinks=False)
        self.setLayout(across(self._icon, self.text, gap=4))

    def say(self, role: str, text: str) -> None:
        colour = getattr(theme.tokens(), role, theme.tokens().muted)
        size = self.fontMetrics().height()
        self._icon.setPixmap(icon(self._picture, colour).pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.text.set_role(role)
        self.text.say(text)


class StatusBar(Panel):
    def __init__(self, desk: DeskPresenter, commands: Commands, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.setObjectName("status")
        self._desk, self._commands = desk, commands
        self.warning, self.problem, self.dismiss = QLabel(), OneLineLabel("danger", wide=120), QToolButton()
        self.dismiss.setProperty("flat", "true")
        self.dismiss.clicked.connect(lambda _checked=False: self._desk.dismiss_problem())
        self.link, self.phone, self.quality = (
            StatusIndicator("link"),
            StatusIndicator("phone"),
            StatusIndicator("talking"),
        )
        bar = self._bar = across(
            self.warning, self.problem, self.dismiss, None, self.quality, self.phone, self.link, gap=16
        )
        bar.setContentsMargins(12, 2, 12, 2)
        self.setLayout(bar)
        self.redraw()
        self.setMinimumHeight(round(self.fontMetrics().height() * 2.1))  # the same height with a message and without

    def dismiss_problem(self) -> bool:
        """Removes the problem; returns whether there was one."""
        if self._view.problem is None:
            return False
        self._desk.dismiss_problem()
        return True

    def put_first(self, part: QWidget) -> None:
        """Puts a widget of the window before all others."""
        self._bar.insertWidget(0, part)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.problem != was.problem or view.needs_password != was.needs_password:
            self._show_problem(None if view.needs_password else view.problem)  # the log-in form shows the problem
        if was is None or view.link != was.link:
            self.link.say("ok" if view.link is LinkState.UP else "danger", words.say(words.LINK_STATES, view.link))
        if was is None or (view.phone, view.desk_phone) != (was.phone, was.desk_phone):
            self._show_phone(view)

        if was is None or view.quality != was.quality:
            self._show_quality(view.quality)

    def _show_phone(self, view: DeskView) -> None:
        if view.desk_phone:
            self.phone.say("ok", self.tr("Voice by desk phone {name}").format(name=view.desk_phone))
        else:
            ready = view.phone is PhoneState.READY
            self.phone.say("ok" if ready else "warn", words.say(words.PHONE_STATES, view.phone))

    def _show_quality(self, quality: CallQuality | None) -> None:
        """Loss above 1 % is audible; above 5 % speech is hard to understand (ITU-T G.113's figures for G.711 with concealment)."""
        self.quality.setVisible(quality is not None)
        if quality is None:
            return
        bad, poor = quality.loss > 0.05 or quality.jitter_ms > 60, quality.loss > 0.01 or quality.jitter_ms > 30
        word_of_it = self.tr("Sound bad") if bad else self.tr("Sound fair") if poor else self.tr("Sound good")
        figures = self.tr("loss {loss} %, jitter {jitter} ms").format(
            loss=f"{quality.loss * 100:.1f}", jitter=round(quality.jitter_ms)
        )
        self.quality.say("danger" if bad else "warn" if poor else "ok", words.beside(word_of_it, figures))

    def retranslate(self) -> None:
        self.dismiss.setIcon(icon("close", theme.tokens().danger))
        named(self.dismiss, self.tr("Dismiss the message"), key="Esc")

    def _show_problem(self, problem: DeskProblem | None) -> None:
        for part in (self.warning, self.problem, self.dismiss):
            part.setVisible(problem is not None)
        if problem is not None:
            size = self.fontMetrics().height()
            self.warning.setPixmap(
                icon("warning", theme.tokens().danger).pixmap(QSize(size, size), self.devicePixelRatioF())
            )
            self.problem.say(problem_text(problem, self._commands))
            announce(self, self.problem.text())


STATUS: PanelSpec[StatusBar] = PanelSpec(
    "status",
    lambda host: StatusBar(host.desk, host.commands, host.clock),
    (Placement(PanelPlace.STATUS, 10),),
    escape=Escape(30, StatusBar.dismiss_problem),
)


class Banner(Panel):
    """Shown while link or sound do not work: the state, and the remedy that is tried."""

    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock, framed=False)
        self.setObjectName("banner")
        self._icon, self.text = QLabel(), ParagraphLabel()
        line = across(self._icon, self.text)
        line.setContentsMargins(12, 6, 12, 6)
        self.setLayout(line)
        self._text_role()
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        tone, text = self._what(view)
        self.setVisible(bool(text))
        if not text or (was is not None and text == self.text.text()):
            return
        restyle(self, "tone", tone)
        size = self.fontMetrics().height() + 2
        colour = getattr(theme.tokens(), tone)
        self._icon.setPixmap(icon("warning", colour).pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.text.say(text)
        self.setAccessibleName(text)

    def _text_role(self) -> None:
        self.text.setSizePolicy(self.text.sizePolicy().Policy.Expanding, self.text.sizePolicy().Policy.Preferred)

    def _what(self, view: DeskView) -> tuple[str, str]:
        if view.link in FATAL_LINKS:
            text = words.say(words.LINK_STATES, view.link)
            return "danger", f"{text}. {view.link_text}".rstrip()
        if view.link is not LinkState.UP:
            text = words.say(words.LINK_STATES, view.link)
            if view.link_text in words.LINK_TEXTS:
                text = f"{text}. {words.say(words.LINK_TEXTS, view.link_text)}"
            elif view.link is LinkState.LOST:
                text = self.tr("{what}. What is shown is from before; a talk goes on meanwhile.").format(what=text)
            if view.retry_in is not None:
                text += " " + self.tr("Trying again in {n} s.").format(n=ceil(view.retry_in))
            return ("danger" if view.link is LinkState.LOST else "warn"), text
        if view.phone is PhoneState.DOWN:
            return "danger", words.say(words.PHONE_STATES, view.phone)
        if view.audio.lost_device:
            name = view.audio.lost_device
            return "warn", self.tr("“{name}” was unplugged. Plug it in again, or choose another (Ctrl+,).").format(
                name=name
            )
        return "", ""


BANNER: PanelSpec[Banner] = PanelSpec("banner", Banner, (Placement(PanelPlace.STRIP, 10),))
