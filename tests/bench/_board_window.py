"""A supervisor's app with both its windows, off screen: ``python -m tests.bench._board_window KEY_FILE AGENT PASSWORD SECONDS``.

Joins the parts as ``agent_app.bootstrap`` does, without a phone process. Prints ``ready`` when the board is shown and, after SECONDS, a
line of JSON: the age of each changed seat when it was painted (s), and the CPU seconds of the process and of drawing the board.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer

from agent_app.link import DeskKey, GivenAddress, SwitchLink
from agent_app.model.desk.view import Action, DeskView, LinkState
from agent_app.model.floor.mirror import FloorDeskView
from agent_app.model.sound.phone_messages import PhoneCommand, PhoneReady
from agent_app.presenters.desk import DeskPresenter
from agent_app.settings import SettingsFile
from agent_app.ui.floor.opening import SupervisorDesk
from agent_app.ui.floor.window import SupervisorWindow
from agent_app.ui.frame.app import TICK_MS, Frames, MainThread, application
from agent_app.ui.frame.window import Window
from agent_app.ui.parts.translation import Translation
from shared.desk import Report

SETTLE_MS = 3000


class NoPhone:
    def do(self, command: PhoneCommand) -> None:
        pass

    def run(self, *, on: bool) -> None:
        pass


class LinkHandler:
    desk: DeskPresenter

    def address(self, ip: str) -> None: ...

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self.desk.link_state(state, text, retry_in)

    def opened(self) -> None:
        self.desk.opened()

    def told(self, report: Report, seq: int) -> None:
        self.desk.told(report, seq)

    def gap(self) -> None:
        self.desk.gap()


class PaintTimer(QObject):
    """Records the age of each change when its seat is first painted, and the CPU time of drawing."""

    def __init__(self, board: SupervisorWindow) -> None:
        super().__init__()
        self.ages: list[float] = []
        self.frames = 0
        self.spent = 0.0
        self.on = False
        self._new: list[float] = []
        self._floor = FloorDeskView()
        self._table = board.seats.table
        self._draw, self._tick = board.draw_floor, board._tick
        board.draw_floor = self.draw_floor  # type: ignore[method-assign]
        board._clock.timeout.disconnect()
        board._clock.timeout.connect(self.tick)
        board.seats.table.viewport().installEventFilter(self)

    def draw_floor(self, floor: FloorDeskView) -> None:
        was, self._floor = self._floor, floor
        self.frames += self.on
        self._timed(lambda: self._draw(floor))
        new = {key: row.since for key, row in floor.seats.items() if was.seats.get(key) is not row}
        if self.on:
            self._new += [since for key in self._on_screen() if (since := new.get(key)) is not None]

    def _on_screen(self) -> list[str]:
        table = self._table
        last = table.rowAt(table.viewport().height() - 1)
        rows = range(table.rowAt(0), (last if last >= 0 else table.board.rowCount() - 1) + 1)
        return [row.key for at in rows if (row := table.board.row(at)) is not None]

    def tick(self) -> None:
        self._timed(self._tick)

    def _timed(self, do: Callable[[], None]) -> None:
        begin = time.thread_time()
        do()
        self.spent += time.thread_time() - begin

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint and self._new:
            now = time.time()
            self.ages += [now - since for since in self._new]
            self._new.clear()
        return False


def main(key: str, agent: str, password: str, seconds: float) -> int:
    app = application(["-platform", "offscreen"])
    thread, handler, translation = MainThread(), LinkHandler(), Translation(app)
    link = SwitchLink(DeskKey.load(Path(key)), "bench", thread.post, handler, GivenAddress("127.0.0.1"))
    settings = SettingsFile(Path(tempfile.mkdtemp()))
    held: list[Frames] = []

    def on_view(view: DeskView) -> None:
        if view.enabled[Action.LOG_IN].on:
            thread.post(lambda: desk.log_in(agent, password))
        if held:
            held[0].offer(view)

    desk = handler.desk = DeskPresenter(link, NoPhone(), settings, time.monotonic, time.time, on_view)
    window = Window(desk, settings, translation, time.time)
    held.append(Frames(window.draw))
    ticking = QTimer()
    ticking.timeout.connect(lambda: desk.tick(time.monotonic()))
    ticking.start(TICK_MS)
    window.show()
    link.start()
    thread.post(lambda: desk.phone_event(PhoneReady("127.0.0.1:5070", "1")))
    measured: list[PaintTimer] = []

    def open_board() -> None:
        supervisor = window.panel(SupervisorDesk)
        if (
            supervisor.window is None
            and desk.view.enabled[Action.SUPERVISE].on
            and window.view.enabled[Action.SUPERVISE].on
        ):
            supervisor.go()
        if supervisor.window is not None and desk.floor.view.seats and not measured:
            measured.append(PaintTimer(supervisor.window))
            print("ready", flush=True)
            QTimer.singleShot(SETTLE_MS, begin)

    def begin() -> None:
        measured[0].on, measured[0].spent = True, 0.0
        cpu = time.process_time()
        QTimer.singleShot(int(seconds * 1000), lambda: end(cpu))

    def end(cpu: float) -> None:
        seen, spent = measured[0], time.process_time() - cpu
        print(
            json.dumps(
                {
                    "ages": seen.ages,
                    "frames": seen.frames,
                    "cpu": spent,
                    "drawing": seen.spent,
                    "rows": len(desk.floor.view.lines),
                }
            ),
            flush=True,
        )
        link.stop()
        app.quit()

    opening = QTimer()
    opening.timeout.connect(open_board)
    opening.start(100)
    return app.exec()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])))
