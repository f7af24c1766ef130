"""The window's process: Qt's application, the way back to its thread, and the drawing of views at a bounded rate.

``bootstrap`` calls ``run``. Work from another thread (link, phone) comes through ``post``, which is one Qt signal; a callable that raises is logged, and
the window goes on (``parts.faults``). Views are drawn at most ``FRAMES`` times a second, always the newest.
"""

import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from PySide6.QtCore import (
    QElapsedTimer,
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from agent_app.model.desk.view import DeskView
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.ui.commands.hotkeys import Hotkeys
from agent_app.ui.frame import input_method
from agent_app.ui.frame.dialogs import HelpDialog
from agent_app.ui.frame.window import Window
from agent_app.ui.parts import theme
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.icons import app_icon
from agent_app.ui.parts.translation import Translation, system_language

FRAMES = 60
TICK_MS = 200
Post = Callable[[Callable[[], None]], None]
"""Called from any thread; the callable runs soon, on the window's thread."""
OnView = Callable[[DeskView], None]
MakeDesk = Callable[[Post, OnView], DeskPresenter]
"""Makes the presenter from ``post`` and its ``on_change``; called once, on the window's thread, before the window is shown."""


class MainThread(QObject):
    """The only way back into the window's thread."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, work: Callable[[], None]) -> None:
        self._posted.emit(work)

    def _run(self, work: Callable[[], None]) -> None:
        FAULTS.guarded("posted work", work)


class Frames(QObject):
    """Draws the newest view, at most ``FRAMES`` times a second; after a quiet time in the next turn of the loop."""

    def __init__(self, draw: OnView) -> None:
        super().__init__()
        self._draw = draw
        self._newest: DeskView | None = None
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._now)
        self.drawn = 0

    def offer(self, view: DeskView) -> None:
        self._newest = view
        if not self._timer.isActive():
            passed = self._since.elapsed() if self._since.isValid() else 1000
            self._timer.start(max(0, 1000 // FRAMES - int(passed)))

    def _now(self) -> None:
        view, self._newest = self._newest, None
        self._since.start()
        if view is not None:
            self.drawn += 1
            self._draw(view)


def run(
    make_desk: MakeDesk,
    settings: SettingsPort,
    argv: Sequence[str] = (),
    *,
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> int:
    """Shows the window until it is closed; returns the exit status. ``argv``: Qt's own options (``-platform`` …)."""
    app = application(argv)
    main = MainThread()
    qInstallMessageHandler(_qt_says)
    held: list[Frames] = []
    desk = make_desk(main.post, lambda view: held[0].offer(view) if held else None)
    sys.excepthook = _log_fault  # in place of the hook of ``logs.catch_faults``: the window goes on
    if not settings.get("language"):
        desk.set_language(system_language())
    FAULTS.tell = lambda: main.post(desk.window_failed)
    translation = Translation(app)
    window = Window(desk, settings, translation, wall)
    frames = Frames(window.draw)
    held.append(frames)
    ticking = QTimer()
    ticking.timeout.connect(lambda: desk.tick(clock()))
    ticking.start(TICK_MS)
    window.draw(desk.view)
    window.show()
    hotkeys = Hotkeys(window.commands.actions, window)
    window.panel(HelpDialog).show_hotkeys(hotkeys.active)
    app.aboutToQuit.connect(hotkeys.stop)
    app.aboutToQuit.connect(desk.keep)
    app.commitDataRequest.connect(window.session_ends, Qt.ConnectionType.DirectConnection)
    for number in (signal.SIGINT, signal.SIGTERM):  # so that the link says goodbye and the phone ends its call
        signal.signal(number, lambda *_: main.post(window.end))
    return app.exec()


def application(argv: Sequence[str] = ()) -> QApplication:
    """The one ``QApplication``, with style, fonts, icon and name."""
    existing = QApplication.instance()
    if existing is None:
        input_method.choose()
    app = existing if isinstance(existing, QApplication) else QApplication(["agent-app", *argv])
    app.setApplicationName("agent-app")
    app.setApplicationDisplayName("Huawu 话务")
    app.setDesktopFileName("agent-app")
    theme.prepare(app)
    app.setWindowIcon(app_icon())
    return app


def _log_fault(_kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
    """An exception of a slot is logged, and the window goes on."""
    FAULTS.note("a slot", fault)


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _qt_says(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's messages go into the log, since nobody reads the window's standard error."""
    logging.getLogger(f"Qt.{context.category or 'default'}").log(_LEVELS[kind], "%s", text)
