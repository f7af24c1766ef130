"""话务小结: the note of the talk, the disposition, and the time left for the wrap-up."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QProgressBar

from agent_app.model.desk.view import Action, DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.commands.commands import OFF, Commands, key_text
from agent_app.ui.parts import words
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.widgets import Clock, OneLineLabel, Panel, across, named, rows
from shared.desk import TEXT_MAX
from shared.enums import SeatState


class WrapUpPanel(Panel):
    """The presenter has the note (kept over a reconnect); the disposition is chosen for each call."""

    def __init__(self, desk: DeskPresenter, commands: Commands, clock: Clock) -> None:
        super().__init__(clock)
        self._desk = desk
        self._longest = 1.0
        self.heading, self.left = OneLineLabel("heading", wide=20), OneLineLabel("value", wide=24)
        self.note, self.disposition, self.bar = QPlainTextEdit(), QComboBox(), QProgressBar()
        self.note.setTabChangesFocus(True)
        self.note.textChanged.connect(self._typed)
        self.disposition.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.disposition.setMinimumContentsLength(16)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.finish_button, self.extend_button = commands.button("finish"), commands.button("extend")
        self.note.setMinimumHeight(self.fontMetrics().height() * 2)
        buttons = across(self.finish_button, self.extend_button)
        self.setLayout(
            rows(across(self.heading, None, self.left), self.bar, self.note, self.disposition, buttons, margin=8, gap=4)
        )
        self.redraw()

    def finish(self) -> None:
        """Without a disposition the focus goes to the dispositions, so that F8 pressed twice never finishes a call without one."""
        chosen = self.disposition.currentData()
        if chosen:
            self._desk.finish_wrap_up(chosen)
        else:
            self.disposition.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.disposition.showPopup()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is None or view.state.dispositions != was.state.dispositions or view.language != was.language:
            self._show_choices(view)
        if was is not None and _talk(view) != _talk(was):
            self.disposition.setCurrentIndex(0)
        if view.note != self.note.toPlainText():
            with QSignalBlocker(self.note):
                self.note.setPlainText(view.note)
        seat, old = view.state.seat, None if was is None else was.state.seat
        until = None if seat is None else seat.wrap_up_until
        if until is not None and until != (None if old is None else old.wrap_up_until):
            self._longest = max(1.0, until - self.now())
        can = view.enabled.get(Action.FINISH_WRAP_UP, OFF).on
        self.finish_button.set_kind("primary" if seat is not None and seat.state is SeatState.WRAP_UP else "")
        self.disposition.setEnabled(can)
        self.note.setEnabled(can or view.state.call is not None or bool(view.note))
        self.tick(self.now())

    def tick(self, now: float) -> None:
        seat = self._view.state.seat
        running = seat is not None and seat.state is SeatState.WRAP_UP and seat.wrap_up_until is not None
        left = max(0.0, (seat.wrap_up_until or 0.0) - now) if seat is not None and running else 0.0
        self.bar.setVisible(running)
        self.bar.setMaximum(1000)
        self.bar.setValue(round(1000 * min(1.0, left / self._longest)) if running else 0)
        self.left.say(self.tr("{time} left").format(time=duration(left)) if running else "")
        self.left.set_role("danger" if running and left < 10 else "value")

    def retranslate(self) -> None:
        self.heading.say(self.tr("Notes and disposition"))
        self.note.setPlaceholderText(self.tr("Notes of this call"))
        named(self.note, self.tr("Notes"), self.tr("Notes of this call, saved with the disposition"), key_text("F12"))
        named(self.disposition, self.tr("Disposition"), self.tr("What became of the call"), key_text("Shift+F12"))
        self.bar.setAccessibleName(self.tr("Wrap-up time left"))

    def _show_choices(self, view: DeskView) -> None:
        chosen = self.disposition.currentData()
        self.disposition.clear()
        self.disposition.addItem(self.tr("Choose the disposition …"), "")
        for choice in view.state.dispositions:
            self.disposition.addItem(words.titled(choice.title, view.language, choice.id), choice.id)
        self.disposition.setCurrentIndex(max(0, self.disposition.findData(chosen)))

    def _typed(self) -> None:
        text = self.note.toPlainText()
        if len(text) > TEXT_MAX:
            with QSignalBlocker(self.note):
                self.note.setPlainText(text[:TEXT_MAX])
                self.note.moveCursor(self.note.textCursor().MoveOperation.End)
            text = text[:TEXT_MAX]
        self._desk.set_note(text)


def _talk(view: DeskView) -> str | None:
    """The call of note and disposition."""
    if view.state.call is not None:
        return view.state.call.call
    return None if view.state.seat is None else view.state.seat.wrap_up_call
