"""The call in hand: its number and state, its length, its parties, the result of the last consult; and the keypad."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QToolButton, QWidget

from agent_app.model.desk.view import Action, DeskView
from agent_app.ui.call.parties import PartiesList, party_name, seat_name
from agent_app.ui.commands.commands import OFF
from agent_app.ui.commands.table import CALL, QT_TRANSLATE_NOOP, Face, WindowCommand
from agent_app.ui.panels.host import PanelHost
from agent_app.ui.panels.place import PanelPlace, Placement
from agent_app.ui.panels.spec import Escape, PanelSpec
from agent_app.ui.parts import theme, words
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import OneLineLabel, Panel, ParagraphLabel, across, announce, go, named, restyle, rows
from shared.desk import CameBack, DeskCall, Party
from shared.enums import CallKind, PartyState
from shared.ids import LegId

KEYS = "123456789*0#"
HIDDEN_KEY = "•"
SENT_SHOWN = 24


class Keypad(QWidget):
    """Twelve keys; while the keypad has the focus, the keyboard's digits work too."""

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
            self.pressed.emit(event.text())  # no button is drawn as pressed: the keys may be a customer's PIN
            return
        super().keyPressEvent(event)


class CallPanel(Panel):
    def __init__(self, host: PanelHost) -> None:
        super().__init__(host.clock)
        self._desk = desk = host.desk
        self.heading, self.number = OneLineLabel("heading", wide=30), OneLineLabel(scale=1.5, bold=True, wide=20)
        self.state, self.time, self.facts = (
            OneLineLabel(wide=24),
            OneLineLabel("value", wide=10),
            OneLineLabel("muted", wide=40),
        )
        self.waits = OneLineLabel("danger", wide=30, bold=True)
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.returned, self.read = ParagraphLabel(), QToolButton()
        self.read.setProperty("flat", "true")
        self.read.clicked.connect(lambda _checked=False: desk.dismiss_returned())
        self.back = QFrame()
        line = across(self.returned, self.read, gap=4)
        line.setContentsMargins(8, 2, 2, 2)
        line.setStretch(0, 1)
        self.back.setLayout(line)
        self.parties = PartiesList(desk.drop_party)
        self.keypad, self.sent = Keypad(), OneLineLabel("muted", wide=24)
        self.keypad.pressed.connect(self._press)
        facts = rows(self.number, across(self.state, None, self.time), self.waits, self.facts, gap=2)
        body = rows(
            self.heading, facts, self.back, self.parties, rows(self.keypad, self.sent, gap=2), margin=8,
        )  # fmt: skip
        self.setLayout(body)
        self.redraw()

    def dismiss_returned(self) -> bool:
        """Hides the line about a customer who is back; returns whether it was shown."""
        if self._view.returned is None:
            return False
        self._desk.dismiss_returned()
        return True

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        call = view.state.call
        same = was is not None and all(
            getattr(view, name) == getattr(was, name)
            for name in ("language", "stale", "colleagues", "targets", "shown")
        )
        if was is None or not same or call != was.state.call or view.enabled != was.enabled:
            self._show_call(call)
            self.parties.show_parties(call, view)
        if was is None or view.returned != was.returned or not same:
            self._show_returned(view)
        if was is None or view.desk_phone != was.desk_phone:
            self._show_phone(view.desk_phone)
        if was is not None and _id(call) != _id(was.state.call):
            self.sent.say("")
        digits = view.enabled.get(Action.SEND_DIGITS, OFF)
        if was is None or digits != was.enabled.get(Action.SEND_DIGITS, OFF):
            self._enable_keys(on=digits.on, why="" if digits.on else words.say(words.WHYS, digits.why))
        self.tick(self.now())

    def tick(self, now: float) -> None:
        call = self._view.state.call
        self.time.say("" if call is None else duration(now - (call.answered_at or call.rang_at)))
        waits = call is not None and call.held_at is not None
        self.waits.setVisible(waits)
        if call is not None and call.held_at is not None:
            self.waits.say(self.tr("The customer waits: {time}").format(time=duration(now - call.held_at)))
        self.parties.tick(now)

    def retranslate(self) -> None:
        self.keypad.setAccessibleName(self.tr("Keypad"))
        self.keypad.setAccessibleDescription(self.tr("Digits go to the other side"))
        self.read.setIcon(icon("close", theme.tokens().text))
        named(self.read, self.tr("Read"), self.tr("Puts the line away"))

    def _show_phone(self, name: str) -> None:
        self.heading.say(self.tr("Desk phone {name}").format(name=name) if name else self.tr("Phone"))

    def _show_call(self, call: DeskCall | None) -> None:
        if call is None:
            self.number.say(self.tr("No call"))
            self.state.say("")
            self.facts.say("")
            return
        internal = call.kind is CallKind.INTERNAL
        self.number.say((seat_name(call.number, self._view) if internal else call.number) or self.tr("Number withheld"))
        self.state.say(f"{words.say(words.CALL_KINDS, call.kind)} · {words.say(words.SEAT_STATES, call.state)}")
        queue = next((row for row in self._view.state.queues if row.queue == call.queue), None)
        parts = [words.titled(queue.title, self._view.language, str(call.queue)) if queue else str(call.queue or "")]
        if call.waited >= 1:
            parts.append(self.tr("waited {time}").format(time=duration(call.waited)))
        if call.dnis and not (call.auto and call.kind in {CallKind.OUT, CallKind.INTERNAL}):  # outgoing calls
            parts.append(self.tr("called {number}").format(number=call.dnis))
        self.facts.say(" · ".join(part for part in parts if part))

    def _show_returned(self, view: DeskView) -> None:
        """8002 无人接听，客户已接回."""
        back = view.returned
        self.back.setVisible(back is not None)
        if back is None:
            return
        good = back.why is CameBack.PIN_PASSED
        restyle(self.back, "tone", "ok" if good else "warn")
        who = party_name(Party(LegId(""), back.kind, back.who, "", PartyState.ASKED, 0.0), view)
        text = words.say(words.CAME_BACK, back.why).format(who=who or self.tr("The other side"))
        if text != self.returned.text():
            self.returned.say(text)
            announce(self, text)

    def _enable_keys(self, *, on: bool, why: str) -> None:
        self.keypad.setEnabled(on)
        for key, button in self.keypad.buttons.items():
            button.setEnabled(on)
            named(button, self.tr("Key {key}").format(key=key), why or self.tr("Sends {key}").format(key=key), key)

    def _press(self, key: str) -> None:
        self._desk.press(key)
        self.sent.say((self.sent.text() + HIDDEN_KEY)[-SENT_SHOWN:])


def _id(call: DeskCall | None) -> str | None:
    return None if call is None else call.call


PANEL: PanelSpec[CallPanel] = PanelSpec(
    "call",
    CallPanel,
    (Placement(PanelPlace.CALL, 10),),
    (
        WindowCommand("drop", "Ctrl+8", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Send a party away"), "close", Action.DROP_PARTY, QT_TRANSLATE_NOOP("commands", "Goes to the parties of the conference; Space sends the chosen one away")),), lambda panel: panel.parties.go(), 110),
        WindowCommand("keypad", "F11", CALL, (Face(QT_TRANSLATE_NOOP("commands", "Keypad"), "keypad"),), lambda panel: go(panel.keypad), 180),
    ),
    escape=Escape(40, CallPanel.dismiss_returned),
)  # fmt: skip
