"""The soft-phone: the call in hand, its buttons, the number to dial, the keypad."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QWidget

from agent_app.model.view import Action, DeskView
from agent_app.presenters.desk import Desk
from agent_app.ui import words
from agent_app.ui.commands import OFF, Commands, key_text
from agent_app.ui.fmt import duration
from agent_app.ui.widgets import Clock, Panel, Plain, across, named, rows
from shared.desk import DeskCall
from shared.enums import SeatState

KEYS = "123456789*0#"


class Keypad(QWidget):
    """Twelve keys; with the focus in it the keyboard's digits are its keys too."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for at, key in enumerate(KEYS):
            button = QPushButton(key)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, key=key: self.pressed.emit(key))
            self.buttons[key] = button
            grid.addWidget(button, at // 3, at % 3)
        self.setLayout(grid)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.text() and event.text() in KEYS:
            self.pressed.emit(event.text())
            self.buttons[event.text()].setDown(True)
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        for button in self.buttons.values():
            button.setDown(False)
        super().keyReleaseEvent(event)


class CallPanel(Panel):
    def __init__(self, desk: Desk, commands: Commands, clock: Clock) -> None:
        super().__init__(clock)
        self._desk = desk
        self.heading, self.number = Plain("heading", wide=30), Plain(scale=1.5, bold=True, wide=20)
        self.state, self.time, self.facts = Plain(wide=24), Plain("value", wide=10), Plain("muted", wide=40)
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.dial_number = QLineEdit()
        self.dial_number.setMaxLength(64)
        self.dial_number.returnPressed.connect(self.dial)
        self.dial_button = commands.button("dial")
        self.keypad, self.sent = Keypad(), Plain("muted", wide=24)
        self.keypad.pressed.connect(self._press)
        keys = QGridLayout()
        keys.setSpacing(4)
        for at, (name, kind) in enumerate((("answer", "go"), ("hang_up", "stop"), ("hold", ""), ("mute", ""))):
            button = commands.button(name, kind)
            button.setMinimumHeight(round(button.fontMetrics().height() * 2.1))
            keys.addWidget(button, at // 2, at % 2)
        body = rows(
            self.heading, rows(self.number, across(self.state, None, self.time), self.facts, gap=2), keys,
            across(self.dial_number, self.dial_button, gap=4), rows(self.keypad, self.sent, gap=2), margin=8,
        )  # fmt: skip
        self.setLayout(body)
        self.redraw()

    def dial(self) -> None:
        """F6, Enter or the button: goes to the field while it is empty, else dials what stands there."""
        number = self.dial_number.text().strip()
        if number:
            self._desk.dial(number)
        else:
            self.dial_number.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        call = view.state.call
        if was is None or call != was.state.call or view.language != was.language or view.stale != was.stale:
            self._show_call(call)
        new = call.call if call else None
        if was is not None and new != (was.state.call.call if was.state.call else None):
            self.sent.say("")
            if call is not None and call.state is SeatState.DIALLING:
                self.dial_number.clear()
        digits = view.enabled.get(Action.SEND_DIGITS, OFF)
        if was is None or digits != was.enabled.get(Action.SEND_DIGITS, OFF):
            self._enable_keys(on=digits.on, why="" if digits.on else words.say(words.WHYS, digits.why))
        self.tick(self.now())

    def tick(self, now: float) -> None:
        call = self._view.state.call
        if call is None:
            self.time.say("")
        elif call.held_at is not None:
            self.time.say(f"{duration(now - call.held_at)} / {duration(now - (call.answered_at or call.held_at))}")
        else:
            self.time.say(duration(now - (call.answered_at or call.rang_at)))

    def retranslate(self) -> None:
        self.heading.say(self.tr("Phone"))
        self.dial_number.setPlaceholderText(self.tr("Number to call"))
        named(self.dial_number, self.tr("Number to call"), self.tr("Type or paste a number"), key_text("F6"))
        self.keypad.setAccessibleName(self.tr("Keypad"))
        self.keypad.setAccessibleDescription(self.tr("Digits go to the other side"))

    def _show_call(self, call: DeskCall | None) -> None:
        if call is None:
            self.number.say(self.tr("No call"))
            self.state.say("")
            self.facts.say("")
            return
        self.number.say(call.number or self.tr("Number withheld"))
        self.state.say(f"{words.say(words.CALL_KINDS, call.kind)} · {words.say(words.SEAT_STATES, call.state)}")
        queue = next((row for row in self._view.state.queues if row.queue == call.queue), None)
        parts = [words.titled(queue.title, self._view.language, str(call.queue)) if queue else str(call.queue or "")]
        if call.waited >= 1:
            parts.append(self.tr("waited {time}").format(time=duration(call.waited)))
        if call.dnis:
            parts.append(self.tr("called {number}").format(number=call.dnis))
        self.facts.say(" · ".join(part for part in parts if part))

    def _enable_keys(self, *, on: bool, why: str) -> None:
        self.keypad.setEnabled(on)
        for key, button in self.keypad.buttons.items():
            button.setEnabled(on)
            named(button, self.tr("Key {key}").format(key=key), why or self.tr("Sends {key}").format(key=key), key)

    def _press(self, key: str) -> None:
        self._desk.press(key)
        self.sent.say((self.sent.text() + key)[-24:])
