"""The app itself with its window, worked by a robot: ``python -m tests.bench._pop_window --key … --agent … --password-stdin``.

As ``agent_app.bootstrap`` joins the parts, but for the person. The pop is told as shown when it has been painted, by the window. Each
pop prints ``painted MS``: CPU time of the window's thread from hearing of the ring to having painted.
"""

import os
import sys
import time
from random import Random

from PySide6.QtCore import QTimer

from agent_app import bootstrap, logs, options
from agent_app.headless import read_password
from agent_app.options import RobotPlan, SecondsRange
from agent_app.presenters.desk import DeskPresenter
from agent_app.robot import Robot
from agent_app.ui.frame.app import OnView, Post
from agent_app.ui.frame.app import run as run_window
from shared.desk import CallChanged, DeskCall, Pop, PopChanged, StateReport
from shared.ids import CallId

PLAN = RobotPlan(SecondsRange(0.3, 0.5), SecondsRange(1.5, 2.0), SecondsRange(0.2, 0.4))
STEP_MS = 100


class Hands(Robot):
    """A robot whose eyes are the window's painting."""

    def _look_at_pop(self, *_: object) -> None:
        pass


def watch(desk: DeskPresenter) -> None:
    """Notes the CPU time of the thread at what comes in and at what is painted."""
    told, painted, heard = desk.told, desk.pop_painted, dict[CallId, float]()

    def hear(report: StateReport, seq: int) -> None:
        match report:
            case PopChanged(Pop(call=call)) | CallChanged(DeskCall(call=call)):
                heard.setdefault(call, time.thread_time())
        told(report, seq)

    def paint(call: CallId) -> None:
        if call in heard:
            print(f"painted {(time.thread_time() - heard.pop(call)) * 1000:.1f}", flush=True)
        painted(call)

    vars(desk).update(told=hear, pop_painted=paint)


def main() -> int:
    chosen = options.read(None)
    files = logs.set_up(chosen.folder / "logs", chosen.log)
    password = read_password(sys.stdin)
    parts = bootstrap.AppParts(chosen, files)
    timers: list[QTimer] = []

    def make(post: Post, on_view: OnView) -> DeskPresenter:
        desk = parts.make_desk(post, on_view)
        watch(desk)
        hands = Hands(
            desk,
            PLAN,
            chosen.agent,
            password,
            say=lambda _talk: None,
            ready=lambda: print("ready", flush=True),
            random=Random(),
        )
        timers.append(timer := QTimer())  # the application is there now
        timer.timeout.connect(lambda: hands.step(time.monotonic()))
        timer.start(STEP_MS)
        return desk

    try:
        return run_window(make, parts.settings, ())
    finally:
        parts.stop()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main())
