"""A window and its presenter for tests: ``keys`` and ``click`` act as a person, ``told`` and ``reply`` as the switch."""

import time
from collections.abc import Callable, Mapping

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QMessageBox, QWidget

from agent_app.model.desk.view import DeskView, LinkState
from agent_app.model.sound.phone_messages import CallUp, PhoneReady, Ringing
from agent_app.ui.floor.opening import SupervisorDesk
from agent_app.ui.frame.app import Frames
from agent_app.ui.frame.panels import PANELS
from agent_app.ui.frame.window import Window
from agent_app.ui.panels.spec import PanelRegistry
from agent_app.ui.parts import theme
from agent_app.ui.parts.translation import Translation
from shared.desk import (
    CallChanged,
    DeskCall,
    DeskSnapshot,
    Done,
    LoggedIn,
    Pop,
    PopChanged,
    Reply,
    Request,
    Seat,
    SeatChanged,
    StateReport,
)
from shared.enums import HangingUp, Language, LockReason, SeatState
from tests.ui.fakes import World
from tests.ui.scenes import DISPOSITIONS, NOW, QUEUES, seat

CONTACT = "127.0.0.1:5080"


class Stage:
    def __init__(
        self,
        language: Language = Language.EN,
        registry: PanelRegistry = PANELS,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """``settings``: the content of the settings file."""
        self.world = World(wall=NOW)
        self.world.settings.values.update(settings or {})
        self.world.settings.put("theme", theme.Theme.LIGHT)
        self.desk = self.world.desk
        self.desk.set_language(language)
        self.translation = Translation(application())
        application().setStyleSheet("")  # as at the start of the program
        wall = lambda: NOW + self.world.now - 1000.0  # noqa: E731
        self.window = Window(self.desk, self.world.settings, self.translation, wall, registry)
        self.frames = Frames(self.window.draw)
        self.world.on_change = self.frames.offer
        self.seq = 0
        self.window.draw(self.desk.view)
        self.window.show()
        self.front()

    def close(self) -> None:
        self.window.leaving.sure = True
        self.window.close()
        for window in (self.window, self.window.panel(SupervisorDesk).window):
            if window is not None:
                window.deleteLater()  # without this each later test paints the window too
        self.translation.use(Language.EN)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()

    def front(self) -> None:
        """Activates the window, as a window manager does when the window in front is closed."""
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window)
        self.settle()

    # --- as a person ---

    def keys(self, *sequences: str) -> None:
        """Presses ``F2``, ``Ctrl+T``, ``Down`` …, in the widget with the focus."""
        for text in sequences:
            combined = QKeySequence(text)[0]
            popup = QApplication.activePopupWidget()
            inside = popup.focusWidget() if popup else None
            target = inside or popup or QApplication.focusWidget() or QApplication.activeWindow() or self.window
            QTest.keyClick(target, combined.key(), combined.keyboardModifiers())
            self.settle()

    def keys_quick(self, key: Qt.Key) -> None:
        """Presses one key without waiting for a view."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key)

    def write(self, text: str) -> None:
        """Types letter by letter into the widget with the focus."""
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget(), letter)
        self.settle()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isEnabled(), f"{widget.accessibleName()} is off: {widget.toolTip()}"
        assert widget.isVisible()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        self.settle()

    def button(self, name: str) -> QAbstractButton:
        """The visible button of a command."""
        action = self.window.commands.actions[name]
        found = [
            b
            for b in self.window.findChildren(QAbstractButton)
            if getattr(b, "_action", None) is action and b.isVisible()
        ]
        assert found, f"no button for {name}"
        return found[0]

    def choose(self, menu: QMenu, at: int) -> None:
        action = menu.actions()[at]
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
        self.settle()

    def answer(self, text: str) -> None:
        """Presses a button of the open question."""
        (box,) = [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]
        self.click(next(button for button in box.buttons() if button.text() == text))

    # --- as the switch and the phone ---

    def shelved(self) -> list[str]:
        """The unsent notes that are kept on this PC."""
        return [text for notes in self.world.agent_files.notes.values() for text in notes.values()]

    def settle(self) -> None:
        """Waits until the newest view is drawn."""
        QApplication.processEvents()
        self.until(lambda: self.window.view is self.desk.view)
        QApplication.processEvents()

    def until(self, holds: Callable[[], bool]) -> None:
        wait_until(holds)

    def settle_drawn(self) -> None:
        """Waits for the layouts after a view that was drawn directly."""
        for _ in range(3):
            QApplication.processEvents()

    def pass_time(self, seconds: float) -> None:
        self.world.now += seconds
        self.desk.tick(self.world.now)
        self.settle()

    def link_up(self) -> None:
        self.desk.phone_event(PhoneReady(CONTACT, "1"))
        self.desk.link_state(LinkState.UP)
        self.desk.opened()
        self.reply(DeskSnapshot(NOW, dispositions=DISPOSITIONS))

    def reply(self, reply: Reply) -> None:
        self.world.switch.reply(reply)
        self.settle()

    def asked(self) -> Request | None:
        """The newest request."""
        return self.world.switch.asked[-1] if self.world.switch.asked else None

    def told(self, *reports: StateReport) -> None:
        for report in reports:
            self.seq += 1
            self.desk.told(report, self.seq)
        self.settle()

    def log_in(self, state: SeatState = SeatState.LOCKED) -> None:
        """Logs in without the form."""
        self.link_up()
        self.desk.log_in("1005", "a secret of mine")
        self.reply(LoggedIn("s", DeskSnapshot(NOW, seat=self.seat(state), queues=QUEUES, dispositions=DISPOSITIONS)))

    def seat(self, state: SeatState, **more: object) -> Seat:
        reason = LockReason.LOGGED_IN if state is SeatState.LOCKED else None
        return replace(seat(state), **{"reason": reason, **more})

    def ring(self, call: DeskCall, pop: Pop | None) -> None:
        self.told(SeatChanged(self.seat(SeatState.RINGING)), PopChanged(pop), CallChanged(call))
        self.desk.phone_event(Ringing(call.leg))
        self.settle()

    def talk(self, call: DeskCall) -> None:
        self.desk.phone_event(CallUp(call.leg))
        self.told(
            SeatChanged(self.seat(SeatState.TALKING)),
            CallChanged(replace(call, state=SeatState.TALKING, hanging_up=HangingUp.END, answered_at=NOW)),
        )

    def done(self, *reports: StateReport) -> None:
        """The switch sends the reports, then replies ``Done``."""
        self.told(*reports)
        self.reply(Done())

    @property
    def view(self) -> DeskView:
        return self.desk.view


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Runs Qt's event loop until the condition holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come"
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()


def application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
