"""The strip of a seat that listens in: to whom, how long, and above all who can hear this seat. Also shown when the called seat is busy."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.call.parties import seat_name
from agent_app.ui.commands.commands import OFF, key_text
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, restyle
from shared.desk import DeskCall
from shared.enums import ListenMode, SeatState

TONES = {ListenMode.MONITOR: "ok", ListenMode.WHISPER: "warn", ListenMode.BARGE: "danger"}
PICTURES = {ListenMode.MONITOR: "monitoring", ListenMode.WHISPER: "whisper", ListenMode.BARGE: "barge"}


class ListeningStrip(Panel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.setObjectName("banner")
        self._icon, self.mode = QLabel(), OneLineLabel(bold=True, wide=60, shrinks=False)
        self.whom, self.time = OneLineLabel(wide=80), OneLineLabel(wide=10, shrinks=False)
        line = across(self._icon, self.mode, self.whom, None, self.time)
        line.setContentsMargins(12, 6, 12, 6)
        self.setLayout(line)
        self.redraw()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:  # noqa: ARG002  as the base has it
        call = view.state.call
        self.setVisible(call is not None and (call.state is SeatState.MONITORING or call.busy is not None))
        if call is not None and call.state is SeatState.MONITORING:
            self._show_listening(call, view)
        elif call is not None and call.busy is not None:
            self._show_busy(call.busy, view)
        self.tick(self.now())

    def tick(self, now: float) -> None:
        call = self._view.state.call
        since = None if call is None or call.state is not SeatState.MONITORING else call.answered_at or call.rang_at
        self.time.say("" if since is None else duration(now - since))

    def _show_listening(self, call: DeskCall, view: DeskView) -> None:
        mode = call.listening or ListenMode.MONITOR
        self._draw(TONES[mode], PICTURES[mode], words.say(words.LISTEN_MODES, mode))
        seat = seat_name(call.target or "", view)
        with_whom = call.number or self.tr("Number withheld")
        self.whom.say(self.tr("{seat} with {number}").format(seat=seat, number=with_whom))

    def _show_busy(self, agent: str, view: DeskView) -> None:
        self._draw("warn", "busy", self.tr("{seat} is in a call").format(seat=seat_name(agent, view)))
        can = view.enabled.get(Action.MONITOR, OFF).on
        self.whom.say(self.tr("Monitor ({key}) listens in").format(key=key_text("Ctrl+M")) if can else "")

    def _draw(self, tone: str, picture: str, text: str) -> None:
        restyle(self, "tone", tone)
        size = self.fontMetrics().height() + 2
        colour = getattr(theme.tokens(), tone)
        self._icon.setPixmap(icon(picture, colour).pixmap(QSize(size, size), self.devicePixelRatioF()))
        self.mode.say(text)
        self.setAccessibleName(text)
